//! `predict`: a loss to come, or when a loss will be reached.

use std::io::Write;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use super::LogColumns;
use super::fit::{refits, shown};
use crate::statistics::interval::Interval;
use crate::topics::command_line::write_json;
use crate::topics::optimus::analysis::bootstrap::{Bootstrap, Resampling, moving_block_bootstrap};
use crate::topics::optimus::analysis::falling::{NotFalling, check_falls};
use crate::topics::optimus::analysis::loss_curve::LARGEST_STEP;
use crate::topics::optimus::analysis::loss_fit::fit;
use crate::topics::optimus::analysis::loss_model::LossModel;
use crate::topics::optimus::analysis::steps::Step;

/// Arguments of `predict`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  mdbook-measured predict log.csv --step step --loss train_loss --until-loss 0.1"
)]
pub struct PredictArguments {
    /// Where the curve is.
    #[command(flatten)]
    pub columns: LogColumns,
    /// What is asked.
    #[command(flatten)]
    pub question: Question,
    /// Refits of the moving-block bootstrap behind the 95 % interval
    #[arg(long, default_value_t = 2000, value_parser = refits)]
    pub refits: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Either a step or a loss.
#[derive(Debug, Clone, Copy, Args)]
#[group(required = true, multiple = false)]
pub struct Question {
    /// Step of the run at which to predict the loss
    #[arg(long, value_name = "STEP", allow_negative_numbers = true)]
    pub at: Option<f64>,
    /// Loss in nats for which to predict the step
    #[arg(long, value_name = "LOSS", allow_negative_numbers = true)]
    pub until_loss: Option<f64>,
}

#[derive(Debug, Serialize)]
struct LossAnswer {
    step: Step,
    loss_nats: f64,
    interval: Option<Interval>,
}

#[derive(Debug, Serialize)]
struct StepAnswer {
    loss_nats: f64,
    /// Absent where the loss is below the asymptote, or the step beyond all that are counted.
    step: Option<Step>,
    steps_after_the_log: Option<f64>,
    /// Whether the last stage begins at or below the loss, so that the step is where it begins.
    is_reached_before: bool,
    /// An end is absent where so many refits never get there, or there are none.
    earliest: Option<Step>,
    latest: Option<Step>,
}

/// The last learning-rate stage, fitted: what comes next continues it, also where it is flat after a
/// drop.
struct LastStage {
    start: f64,
    last_step: f64,
    model: LossModel,
    bootstrap: Bootstrap,
}

/// Answers the question from the last learning-rate stage of the log and writes it to `out`.
///
/// # Errors
/// Where the log cannot be read, its last stage is no loss curve that falls, the question is out of range, or `out` cannot
/// be written.
pub fn predict(arguments: &PredictArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let stage = LastStage::read(arguments)?;
    match (arguments.question.at, arguments.question.until_loss) {
        (Some(step), _) => answer_loss(&stage, step, arguments.json, out),
        (_, Some(loss)) => answer_step(&stage, loss, arguments.json, out),
        (None, None) => bail!("nothing is asked; expected `--at` or `--until-loss`"),
    }
}

impl LastStage {
    fn read(arguments: &PredictArguments) -> anyhow::Result<Self> {
        let log = arguments.columns.read()?;
        let Some(stage) = log.stages.last() else {
            bail!("the log has no stage")
        };
        let model = fit(&stage.curve);
        let falls = check_falls(&stage.curve, model);
        if !matches!(falls, Err(NotFalling::IsFlat { .. })) || log.stages.len() == 1 {
            let file = arguments.columns.log.display();
            falls.with_context(|| match log.stages.len() {
                1 => format!("`{file}`"),
                _ => format!("`{file}`, the stage from step {}", stage.start.0),
            })?;
        }
        let resampling = Resampling {
            refits: arguments.refits,
            ..Resampling::default()
        };
        Ok(Self {
            start: stage.start.0,
            last_step: log.curve.last_step().0,
            model,
            bootstrap: moving_block_bootstrap(&stage.curve, model, resampling),
        })
    }
}

fn answer_loss(
    stage: &LastStage,
    step: f64,
    json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if !(step > stage.start && step <= LARGEST_STEP) {
        bail!(
            "`--at` is `{step}`; expected a step after `{}`, where the last stage begins, up to {LARGEST_STEP:e}",
            stage.start
        );
    }
    let in_stage = Step(step - stage.start);
    let answer = LossAnswer {
        step: Step(step),
        loss_nats: stage.model.loss_at(in_stage),
        interval: stage.bootstrap.loss_interval(in_stage),
    };
    if json {
        return write_json(&answer, out);
    }
    let interval = answer
        .interval
        .map_or(String::new(), |of| format!(", 95 %: {}", shown(of)));
    Ok(writeln!(
        out,
        "loss at step {step}: {:.4e} nat{interval}",
        answer.loss_nats
    )?)
}

fn answer_step(
    stage: &LastStage,
    loss: f64,
    json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if !(loss.is_finite() && loss > 0.0) {
        bail!("`--until-loss` is `{loss}`; expected a finite loss above 0");
    }
    let in_run = |step: f64| {
        let step = (stage.start + step).ceil();
        (step <= LARGEST_STEP).then_some(Step(step))
    };
    let reached = |model: LossModel| {
        model
            .step_reaching(loss)
            .map_or(f64::INFINITY, |step| step.0)
    };
    let interval = stage.bootstrap.interval_of(reached);
    let step = in_run(reached(stage.model));
    let answer = StepAnswer {
        loss_nats: loss,
        step,
        steps_after_the_log: step.map(|step| (step.0 - stage.last_step).max(0.0)),
        is_reached_before: step.is_some_and(|step| step.0 <= stage.start),
        earliest: interval.and_then(|interval| in_run(interval.low)),
        latest: interval.and_then(|interval| in_run(interval.high)),
    };
    if json {
        return write_json(&answer, out);
    }
    write_step(&answer, stage.model, out)
}

fn write_step(answer: &StepAnswer, model: LossModel, out: &mut dyn Write) -> anyhow::Result<()> {
    let (Some(Step(step)), Some(more)) = (answer.step, answer.steps_after_the_log) else {
        let asymptote = model.beta2;
        let loss = answer.loss_nats;
        if model.step_reaching(loss).is_some() {
            return Ok(writeln!(
                out,
                "loss {loss} nat is not reached within {LARGEST_STEP:e} steps"
            )?);
        }
        return Ok(writeln!(
            out,
            "loss {loss} nat is never reached: the fitted asymptote is {asymptote:.4e} nat"
        )?);
    };
    let loss = answer.loss_nats;
    if answer.is_reached_before {
        return Ok(writeln!(
            out,
            "loss {loss} nat is reached before step {step}, where the fitted curve begins"
        )?);
    }
    match more > 0.0 {
        true => writeln!(
            out,
            "loss {loss} nat at step {step}, {more} after the log's last"
        )?,
        false => writeln!(out, "loss {loss} nat at step {step}, within the log")?,
    }
    if answer.earliest.is_none() && answer.latest.is_none() {
        return Ok(());
    }
    let end = |step: Option<Step>| step.map_or("never".to_owned(), |step| step.0.to_string());
    let (earliest, latest) = (end(answer.earliest), end(answer.latest));
    Ok(writeln!(
        out,
        "95 % of refits between step {earliest} and {latest}"
    )?)
}
