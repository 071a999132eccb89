//! A run's training loss with its models, and what the models leave over.

use crate::catalogue::Facts;
use crate::escape::markdown;
use crate::evidence::unit::titled;
use crate::evidence::{Quantity, SourceId};
use crate::topics::optimus::analysis::fitted_run::FittedRun;
use crate::topics::optimus::analysis::learning_rate_stages::StagedLossModel;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::quantities::loss_runs::{LossFit, LossRun};
use crate::topics::optimus::quantities::prediction::LossCurves;
use crate::topics::training::views::curve_axes::{LOSS_UNIT, training_loss_axis};
use crate::views::palette::{Colour, Dash, SeriesStyle, Shape};
use crate::views::plot::{Axis, Identity, Key, Line, Panel, Plot, Points, Range, Rule};
use crate::views::shown::{Shown, fixed, pending};
use crate::views::{Awaited, Figure};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The places of a line within one stage.
const PLACES: u32 = 40;

/// Measured points: many, and behind the models' lines.
pub(crate) const MEASURED: SeriesStyle = SeriesStyle {
    colour: Colour::Grey,
    dash: Dash::Solid,
    shape: Shape::Circle,
};

/// What a model of a whole run has its colour by, in all plots.
pub(super) fn whole_run() -> Identity {
    Identity::new("model", "of the whole run")
}

/// What models of the stages have their colour by.
pub(super) fn of_stages() -> Identity {
    Identity::new("model", "of the stages")
}

/// The arguments of [`figure`] and [`residuals`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The id of a run of the plan.
    pub(super) run: String,
}

/// The measured points, the model of the whole run and those of its learning-rate stages.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let shown = ShownRun::find(&arguments.run, facts)?;
    let Ok(fit) = &shown.fit else {
        return Ok(shown.pending());
    };
    let points = fit.measured.points().map(|(step, loss)| (step.0, loss));
    let points: Vec<_> = points.collect();
    let mut plot = Plot::new(
        &format!("Loss models of {}", shown.run.title()),
        &description(shown.run, fit)?,
        steps_axis(fit.measured.last_step()),
        training_loss_axis(),
    )
    .with(Points::plain("measured", &points, MEASURED));
    for (name, model, identity) in models(fit) {
        let style = plot.style_of(identity);
        for places in stage_places(&model, fit) {
            let line: Vec<_> = { places.into_iter() }
                .map(|step| (step.0, model.loss_at(step)))
                .collect();
            plot = plot.with(Line::new(name, line, style).keyed(Key::Legend));
        }
    }
    shown.drawn(drops(fit).into_iter().fold(plot, Plot::with))
}

/// Measured less modelled loss: a panel for the whole run's model and one for the stages'.
pub(crate) fn residuals(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let shown = ShownRun::find(&arguments.run, facts)?;
    let Ok(fit) = &shown.fit else {
        return Ok(shown.pending());
    };
    let mut plot = Plot::new(
        &format!("Residuals of the loss models of {}", shown.run.title()),
        "Measured less modelled loss after each epoch. Where many points in a row lie on one side \
         of zero, the model does not follow the run.",
        steps_axis(fit.measured.last_step()),
        Axis::linear(&titled("Measured less modelled loss", LOSS_UNIT)),
    )
    .with(Rule::horizontal("", 0.0));
    for (name, model, identity) in models(fit) {
        let style = SeriesStyle {
            shape: Shape::Circle,
            ..plot.style_of(identity)
        };
        let residual = |(step, loss): (Step, f64)| (step.0, loss - model.loss_at(step));
        let points: Vec<_> = fit.measured.points().map(residual).collect();
        let points = Points::plain(name, &points, style).keyed(Key::None);
        plot.panels.push(Panel::new(name, [points.into()]));
    }
    let plot = plot.sized(640, 250);
    shown.drawn(drops(fit).into_iter().fold(plot, Plot::with))
}

/// The run that a figure shows.
pub(super) struct ShownRun<'a> {
    pub(super) run: &'a LossRun,
    pub(super) fit: &'a Result<FittedRun, String>,
    /// The parameters of the whole run.
    inputs: Vec<Arc<Quantity>>,
}

impl<'a> ShownRun<'a> {
    /// The run of this identifier, written as in the plan or as in the names of quantities.
    pub(super) fn find(name: &str, facts: &'a Facts) -> Result<Self, String> {
        let fits = &facts.of_topic::<LossCurves>().fits;
        let is_named = |fit: &&LossFit| fit.run.name() == name || fit.run.facts.id == name;
        let Some(LossFit { run, fit, .. }) = fits.iter().find(is_named) else {
            let known: Vec<_> = { fits.iter() }
                .map(|fit| format!("`{}`", fit.run.name()))
                .collect();
            let known = known.join(", ");
            return Err(format!(
                "no loss curve `{name}` is planned; expected one of {known}"
            ));
        };
        let prefix = format!("loss_model.{}.beta", run.name());
        let inputs = facts.catalogue.quantities(&prefix).cloned().collect();
        Ok(ShownRun { run, fit, inputs })
    }

    pub(super) fn pending(self) -> Shown<Figure> {
        let figure = match self.inputs.first() {
            Some(beta) => pending(beta),
            None => Figure::Pending(Awaited::source(SourceId::Run(self.run.facts.id.clone()))),
        };
        Shown::new(figure, self.inputs)
    }

    pub(super) fn drawn(&self, plot: Plot) -> Result<Shown<Figure>, String> {
        let note = match self.run.facts.concern() {
            Some(concern) => format!("The run is {}.", markdown(&concern.state)),
            None => String::new(),
        };
        Ok(Shown::new(Figure::plot(plot), self.inputs.clone()).noted(note))
    }
}

fn description(run: &LossRun, fit: &FittedRun) -> Result<String, String> {
    let rmse = fit.whole_run.goodness_of_fit(&fit.measured).rmse_nats;
    Ok(format!(
        "Training loss of {} after each of {} epochs, with the models fitted to it. The model of \
         the whole run misses the points by {} nats, root mean square.",
        run.title(),
        fit.measured.len(),
        fixed(rmse, 3)?
    ))
}

/// The run's models with their names; those of the stages where there are several.
fn models(fit: &FittedRun) -> Vec<(&'static str, StagedLossModel, Identity)> {
    let of_whole = StagedLossModel::whole_run(fit.whole_run);
    let mut models = vec![("model of the whole run", of_whole, whole_run())];
    let staged = fit.stages.as_ref().ok();
    if let Some(staged) = staged.filter(|staged| staged.stages().len() > 1) {
        models.push(("models of the stages", staged.clone(), of_stages()));
    }
    models
}

/// Steps at which the lines of a run's model are drawn, stage by stage.
fn stage_places(model: &StagedLossModel, fit: &FittedRun) -> Vec<Vec<Step>> {
    let first = fit
        .measured
        .points()
        .next()
        .map_or(Step(0.0), |(step, _)| step);
    places(model, first, fit.measured.last_step())
}

/// Steps from `first` after each stage's beginning to its end, closest where curves are steepest.
pub(crate) fn places(model: &StagedLossModel, first: Step, last: Step) -> Vec<Vec<Step>> {
    let starts: Vec<f64> = model.stages().iter().map(|(start, _)| start.0).collect();
    let ends = starts.iter().skip(1).copied().chain([last.0]);
    let within = |(start, end): (&f64, f64)| {
        let (from, length) = (start + first.0, end - start - first.0);
        let place = |index: u32| {
            let share = f64::from(index) / f64::from(PLACES - 1);
            Step(from + length * share * share)
        };
        (0..PLACES).map(place).collect()
    };
    starts.iter().zip(ends).map(within).collect()
}

/// From the first to the last step of a run.
pub(crate) fn steps_axis(last: Step) -> Axis {
    Axis::linear("Steps").over(Range::Fixed(0.0, last.0))
}

/// A rule where the learning rate drops, the first with its meaning.
pub(crate) fn drops(fit: &FittedRun) -> Vec<Rule> {
    let label = |index| {
        if index == 0 {
            "learning rate drops"
        } else {
            ""
        }
    };
    let drops = fit.drops.iter().enumerate();
    drops
        .map(|(index, step)| Rule::vertical(label(index), step.0))
        .collect()
}
