//! ResNet-50's training loss: predicted from the other depths, and measured.

use super::loss_fit::{MEASURED, drops, of_stages, places, steps_axis, whole_run};
use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::topics::optimus::analysis::prediction::PredictedRun;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::quantities::loss_runs::{Hardware, LossFit};
use crate::topics::optimus::quantities::prediction::{
    Fitting, LossCurves, hardware, targets, training,
};
use crate::topics::training::views::curve_axes::training_loss_axis;
use crate::views::Figure;
use crate::views::palette::SeriesStyle;
use crate::views::plot::{Band, Identity, Key, Line, Plot, Points};
use crate::views::shown::{Shown, not_as_planned, pending};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in `prediction.on.HARDWARE`; absent for the one that the book puts first.
    hardware: Option<String>,
}

/// The prediction by stage with its band, the one of the whole run, and the measured points.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let LossCurves {
        fits, predictions, ..
    } = facts.of_topic();
    let Some(hardware) = wanted(arguments, fits, facts)? else {
        return waiting(facts, "prediction.percentage_error");
    };
    let [of_whole, per_stage] =
        Fitting::ALL.map(|(fitting, _)| predictions.run_on(&hardware, fitting).ok());
    if of_whole.is_none() && per_stage.is_none() {
        let name = format!(
            "prediction.on.{}.whole.percentage_error",
            hardware.identifier()
        );
        return waiting(facts, &name);
    }
    let measured: Vec<_> = targets(fits, &hardware).collect();
    let mut plot = Plot::new(
        &format!("Training loss of ResNet-50 on {hardware}"),
        "The prediction from the other depths with its band, beside what was measured.",
        steps_axis(last_step(fits)),
        training_loss_axis(),
    );
    for fit in measured
        .iter()
        .filter_map(|target| target.fit.as_ref().ok())
    {
        let points = fit.measured.points().map(|(step, loss)| (step.0, loss));
        let points: Vec<_> = points.collect();
        plot = plot.with(Points::plain("measured", &points, MEASURED));
    }
    plot = with_prediction(
        plot,
        fits,
        "predicted by stage",
        per_stage.as_ref(),
        of_stages(),
    );
    plot = with_prediction(
        plot,
        fits,
        "predicted as a whole",
        of_whole.as_ref(),
        whole_run(),
    );
    plot = with_drops(plot, fits);
    let inputs = inputs(&hardware, facts);
    let note = match measured.is_empty() {
        true => format!("No ResNet-50 is planned on it. {}", not_as_planned(&inputs)),
        false => not_as_planned(&inputs),
    };
    Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
}

/// The hardware that the arguments name, or the one that the book puts first, if any.
fn wanted(
    arguments: &Arguments,
    fits: &[LossFit],
    facts: &Facts,
) -> Result<Option<Hardware>, String> {
    let known = hardware(fits);
    match &arguments.hardware {
        None => {
            let first = facts
                .catalogue
                .text("prediction.hardware")
                .unwrap_or_default();
            Ok(known
                .into_iter()
                .find(|hardware| hardware.to_string() == first))
        }
        Some(name) => {
            let names: Vec<_> = known
                .iter()
                .map(|h| format!("`{}`", h.identifier()))
                .collect();
            let found = known
                .into_iter()
                .find(|hardware| hardware.identifier() == *name);
            found.map(Some).ok_or_else(|| {
                let names = names.join(", ");
                format!("no run is planned on `{name}`; expected one of {names}")
            })
        }
    }
}

fn waiting(facts: &Facts, name: &str) -> Result<Shown<Figure>, String> {
    let awaited = facts
        .catalogue
        .quantity(name)
        .map_err(|error| error.to_string())?;
    Ok(Shown::new(pending(awaited), vec![awaited.clone()]))
}

/// A predicted curve with its band over the epochs of the runs that it was predicted from.
fn with_prediction(
    mut plot: Plot,
    fits: &[LossFit],
    name: &str,
    predicted: Option<&PredictedRun>,
    model: Identity,
) -> Plot {
    let first = training(fits).find_map(|fit| fit.run.epochs().first());
    match (predicted, first) {
        (Some(predicted), Some(first)) => {
            let steps = [Step(first.steps as f64), last_step(fits)];
            let style = plot.style_of(model);
            with_predicted(plot, name, predicted, steps, style)
        }
        _ => plot,
    }
}

/// A predicted curve with its band, from the first to the last of these steps.
pub(super) fn with_predicted(
    mut plot: Plot,
    name: &str,
    predicted: &PredictedRun,
    [first, last]: [Step; 2],
    style: SeriesStyle,
) -> Plot {
    for places in places(&predicted.model, first, last) {
        let band: Vec<_> = { places.iter() }
            .filter_map(|step| Some((step.0, predicted.band_at(*step)?)))
            .map(|(step, band)| (step, band.low, band.high))
            .collect();
        let line: Vec<_> = { places.iter() }
            .map(|step| (step.0, predicted.model.loss_at(*step)))
            .collect();
        if !band.is_empty() {
            plot = plot.with(Band::new(name, band, style.colour));
        }
        plot = plot.with(Line::new(name, line, style).keyed(Key::Legend));
    }
    plot
}

/// The last step of the runs that were fitted to.
fn last_step(fits: &[LossFit]) -> Step {
    let last = training(fits).find_map(|fit| fit.run.epochs().last());
    Step(last.map_or(1.0, |row| row.steps as f64))
}

fn with_drops(plot: Plot, fits: &[LossFit]) -> Plot {
    let fit = training(fits).find_map(|fit| fit.fit.as_ref().ok());
    fit.map_or(Vec::new(), drops)
        .into_iter()
        .fold(plot, Plot::with)
}

fn inputs(hardware: &Hardware, facts: &Facts) -> Vec<Arc<Quantity>> {
    let prefix = format!("prediction.on.{}.", hardware.identifier());
    facts.catalogue.quantities(&prefix).cloned().collect()
}
