//! `fit`: the loss models of a log, with intervals and what they leave unexplained.

use std::io::Write;

use anyhow::{Context, ensure};
use clap::Args;
use rayon::prelude::*;
use serde::Serialize;

use super::{Log, LogColumns};
use crate::statistics::interval::Interval;
use crate::topics::command_line::write_json;
use crate::topics::optimus::analysis::bootstrap::{Resampling, moving_block_bootstrap};
use crate::topics::optimus::analysis::falling::{NotFalling, check_falls};
use crate::topics::optimus::analysis::loss_curve::LossCurve;
use crate::topics::optimus::analysis::loss_fit;
use crate::topics::optimus::analysis::loss_model::{LossModel, NormalisedLossModel};
use crate::topics::optimus::analysis::prediction_error::PredictionError;
use crate::topics::optimus::analysis::stage_comparison::compare_whole_run_with_stages;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::analysis::transformed_fit::fit_transformed;

/// Arguments of `fit`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  mdbook-measured fit log.csv --step step --loss train_loss --drop 58650 --drop 97750"
)]
pub struct FitArguments {
    /// Where the curve is.
    #[command(flatten)]
    pub columns: LogColumns,
    /// Refits of the moving-block bootstrap behind the 95 % intervals; 0 for none
    #[arg(long, default_value_t = 2000, value_parser = refits)]
    pub refits: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    points: u64,
    skipped_rows: u64,
    replaced_outliers: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    printed_zeros: Option<Zeros>,
    whole_run: Fit,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stages: Vec<StageFit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_out_errors: Option<HeldOutErrors>,
}

/// Losses that the log prints as 0.
#[derive(Debug, Serialize)]
struct Zeros {
    rows: u64,
    below_nats: f64,
}

#[derive(Debug, Serialize)]
struct StageFit {
    start: Step,
    #[serde(flatten)]
    fit: Fit,
}

/// Errors on the last fifth of each stage, which neither fit saw.
#[derive(Debug, Serialize)]
struct HeldOutErrors {
    whole_run: PredictionError,
    per_stage: PredictionError,
}

#[derive(Debug, Serialize)]
struct Fit {
    #[serde(flatten)]
    model: LossModel,
    #[serde(skip_serializing_if = "Option::is_none")]
    intervals: Option<Intervals>,
    normalised: NormalisedLossModel,
    transformed: LossModel,
    rmse_nats: f64,
    r_squared: f64,
    #[serde(skip)]
    falls: Result<(), NotFalling>,
}

#[derive(Debug, Serialize)]
struct Intervals {
    beta0: Interval,
    beta1: Interval,
    beta2: Interval,
    block_length: u64,
    /// The points of each refit: those of the curve, or means of them.
    refitted_points: u64,
}

/// Fits the log and writes the models to `out`.
///
/// # Errors
/// Where the log cannot be read or is no loss curve that falls, the fit has a number that is not finite, or
/// `out` cannot be written.
pub fn fit(arguments: &FitArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    fit_log(&arguments.columns.read()?, arguments, out)
}

/// As [`fit`], to a log that was read.
///
/// # Errors
/// Those of [`fit`], but for the log's.
pub fn fit_log(log: &Log, arguments: &FitArguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let drops: Vec<Step> = log.stages.iter().skip(1).map(|stage| stage.start).collect();
    let stages = if drops.is_empty() {
        &[][..]
    } else {
        &log.stages
    };
    let stage_fit = |curve| Fit::new(curve, arguments.refits);
    let fit_stages = || {
        let fits = stages.par_iter().map(|stage| StageFit {
            start: stage.start,
            fit: stage_fit(&stage.curve),
        });
        fits.collect()
    };
    let (whole_run, stages) = rayon::join(|| stage_fit(&log.curve), fit_stages);
    let report = Report {
        points: log.curve.len() as u64,
        skipped_rows: log.skipped_rows,
        replaced_outliers: log.replaced_outliers,
        printed_zeros: log.printed_zeros.as_ref().map(|zeros| Zeros {
            rows: zeros.indices.len() as u64,
            below_nats: zeros.below_nats,
        }),
        whole_run,
        stages,
        held_out_errors: held_out_errors(&log.curve, &drops),
    };
    report
        .check_falls()
        .with_context(|| format!("`{}`", arguments.columns.log.display()))?;
    report.check()?;
    if arguments.json {
        return write_json(&report, out);
    }
    write_report(&arguments.columns, &report, out)
}

/// `None` without drops, or where the stages are too short to hold anything out.
fn held_out_errors(curve: &LossCurve, drops: &[Step]) -> Option<HeldOutErrors> {
    let compared = compare_whole_run_with_stages(curve, drops)
        .ok()
        .filter(|_| !drops.is_empty())?;
    Some(HeldOutErrors {
        whole_run: compared.whole_run,
        per_stage: compared.per_stage,
    })
}

impl Report {
    /// Whether the loss falls, of a run in stages within one of them: a rate that rises again, and
    /// what is left to fall after a drop, make a run or a stage that does not.
    fn check_falls(&self) -> Result<(), NotFalling> {
        match self.stages.iter().any(|stage| stage.fit.falls.is_ok()) {
            true => Ok(()),
            false => self.whole_run.falls.clone(),
        }
    }

    /// Whether every number is one.
    fn check(&self) -> anyhow::Result<()> {
        self.whole_run.check("the whole run")?;
        for stage in &self.stages {
            let title = format!("the stage from step {}", stage.start.0);
            stage.fit.check(&title)?;
        }
        if let Some(errors) = &self.held_out_errors {
            for error in [&errors.whole_run, &errors.per_stage] {
                check_finite("held-out error", "the whole run", error.mean_absolute)?;
            }
        }
        Ok(())
    }
}

impl Fit {
    fn check(&self, of: &str) -> anyhow::Result<()> {
        for (name, [beta0, beta1, beta2]) in [
            ("the fit", self.model.betas()),
            ("the transformed fit", self.transformed.betas()),
            ("the normalised fit", self.normalised.betas()),
        ] {
            check_finite(&format!("β0 of {name}"), of, beta0)?;
            check_finite(&format!("β1 of {name}"), of, beta1)?;
            check_finite(&format!("β2 of {name}"), of, beta2)?;
        }
        if let Some(intervals) = &self.intervals {
            for interval in [intervals.beta0, intervals.beta1, intervals.beta2] {
                check_finite("the end of an interval", of, interval.low)?;
                check_finite("the end of an interval", of, interval.high)?;
            }
        }
        check_finite("the RMSE", of, self.rmse_nats)?;
        check_finite("R²", of, self.r_squared)
    }

    fn new(curve: &LossCurve, refits: usize) -> Self {
        let model = loss_fit::fit(curve);
        let goodness = model.goodness_of_fit(curve);
        let falls = check_falls(curve, model);
        // Of a loss that does not fall only 1/β₁ + β₂ is determined.
        let refits = if falls.is_ok() { refits } else { 0 };
        Self {
            model,
            intervals: Intervals::new(curve, model, refits),
            normalised: model.normalised(curve.largest_loss()),
            transformed: fit_transformed(curve),
            rmse_nats: goodness.rmse_nats,
            r_squared: goodness.r_squared,
            falls,
        }
    }
}

impl Intervals {
    fn new(curve: &LossCurve, model: LossModel, refits: usize) -> Option<Self> {
        let resampling = Resampling {
            refits,
            ..Resampling::default()
        };
        let bootstrap = moving_block_bootstrap(curve, model, resampling);
        let [beta0, beta1, beta2] = bootstrap.beta_intervals()?;
        Some(Self {
            beta0,
            beta1,
            beta2,
            block_length: bootstrap.block_length as u64,
            refitted_points: bootstrap.refitted_points as u64,
        })
    }
}

fn write_report(columns: &LogColumns, report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    let LogColumns { step, loss, .. } = columns;
    writeln!(
        out,
        "{}: {} points, l(k) = 1/(β0 k + β1) + β2, k as `{step}` counts, l as `{loss}`, in nats",
        columns.name(),
        report.points
    )?;
    if report.skipped_rows > 0 {
        let skipped = report.skipped_rows;
        writeln!(out, "rows skipped for want of a loss: {skipped}")?;
    }
    if report.replaced_outliers > 0 {
        writeln!(out, "outliers replaced: {}", report.replaced_outliers)?;
    }
    if let Some(Zeros { rows, below_nats }) = report.printed_zeros {
        writeln!(
            out,
            "losses printed as 0: {rows}, taken as what the fit says there, at most {below_nats:.0e} nat"
        )?;
    }
    let refitted = report
        .whole_run
        .intervals
        .as_ref()
        .map(|it| it.refitted_points);
    if let Some(means) = refitted.filter(|points| *points < report.points) {
        writeln!(
            out,
            "95 % intervals: refits to {means} means of rows one after the other, of one row at the \
             beginning"
        )?;
    }
    write_fit("whole run", &report.whole_run, out)?;
    for stage in &report.stages {
        write_fit(
            &format!("stage from step {}", stage.start.0),
            &stage.fit,
            out,
        )?;
    }
    if let Some(errors) = &report.held_out_errors {
        writeln!(
            out,
            "\nmean absolute error on the held-out last fifth of each stage"
        )?;
        writeln!(
            out,
            "  whole run  {:.2} %",
            errors.whole_run.mean_absolute * 100.0
        )?;
        writeln!(
            out,
            "  per stage  {:.2} %",
            errors.per_stage.mean_absolute * 100.0
        )?;
    }
    Ok(())
}

fn write_fit(title: &str, fit: &Fit, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "\n{title}: RMSE {:.4} nat, R² {:.4}",
        fit.rmse_nats, fit.r_squared
    )?;
    if let Err(not_falling) = &fit.falls {
        writeln!(out, "  no loss curve: {not_falling}")?;
    }
    writeln!(
        out,
        "  {:<4}{:>12}{:>28}{:>14}{:>14}",
        "", "fit", "95 % interval", "transformed", "normalised"
    )?;
    let LossModel {
        beta0,
        beta1,
        beta2,
    } = fit.model;
    let (of, transformed, normalised) = (&fit.intervals, fit.transformed, fit.normalised);
    let rows = [
        (
            "β0",
            beta0,
            of.as_ref().map(|of| of.beta0),
            transformed.beta0,
            normalised.beta0,
        ),
        (
            "β1",
            beta1,
            of.as_ref().map(|of| of.beta1),
            transformed.beta1,
            normalised.beta1,
        ),
        (
            "β2",
            beta2,
            of.as_ref().map(|of| of.beta2),
            transformed.beta2,
            normalised.beta2,
        ),
    ];
    for (name, beta, interval, transformed, normalised) in rows {
        let interval = interval.map_or("none".to_owned(), shown);
        writeln!(
            out,
            "  {name:<4}{beta:>12.4e}{interval:>28}{transformed:>14.4e}{normalised:>14.4e}"
        )?;
    }
    Ok(())
}

fn check_finite(name: &str, of: &str, value: f64) -> anyhow::Result<()> {
    ensure!(
        value.is_finite(),
        "{name} of {of} is `{value}`; expected a finite number; hint: no such model fits the log"
    );
    Ok(())
}

/// A number of refits.
pub(crate) fn refits(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000_000;
    match text.parse() {
        Ok(refits) if refits <= MOST => Ok(refits),
        _ => Err(format!("expected a whole number up to {MOST}")),
    }
}

/// An interval with four digits after the point.
pub(crate) fn shown(interval: Interval) -> String {
    format!("{:.4e} to {:.4e}", interval.low, interval.high)
}
