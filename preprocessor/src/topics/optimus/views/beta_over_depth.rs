//! A parameter of the loss models over the depth of the networks, with its regression.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::analysis::beta_regression::BetaRegression;
use crate::topics::optimus::analysis::training_set::{Family, HELD_OUT_DEPTH};
use crate::topics::optimus::quantities::loss_models::BETAS;
use crate::topics::optimus::quantities::loss_runs::{Hardware, LossFit};
use crate::topics::optimus::quantities::prediction::{Fitting, LossCurves, hardware};
use crate::views::Figure;
use crate::views::palette::{SeriesStyle, Shape, series};
use crate::views::plot::{Axis, Key, Line, Plot, Point, Points, Range};
use crate::views::shown::{Shown, not_as_planned, pending};
use serde::Deserialize;
use std::sync::Arc;

/// The depths between which a regression is drawn.
const DEPTHS: [u64; 2] = [18, 56];

/// The arguments of [`figure`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// 0, 1 or 2.
    beta: usize,
}

/// One point for each complete run and the chosen regression as a line for each hardware.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let Some((leaf, unit)) = BETAS.get(arguments.beta) else {
        return Err(format!(
            "`beta` is `{}`; expected 0, 1 or 2",
            arguments.beta
        ));
    };
    let LossCurves {
        fits, predictions, ..
    } = facts.of_topic();
    let Ok(regression) = predictions.regression(Fitting::WholeRun) else {
        let name = format!("loss_regression.{leaf}.constant_family.error");
        let awaited = facts
            .catalogue
            .quantity(&name)
            .map_err(|error| error.to_string())?;
        return Ok(Shown::new(pending(awaited), vec![awaited.clone()]));
    };
    let chosen = &regression.stages()[0].1.betas[arguments.beta];
    let subscript = ["₀", "₁", "₂"][arguments.beta];
    let mut plot = Plot::new(
        &format!("β{subscript} over depth"),
        "Each point is a run with its interval; each line is the regression on one kind of \
         hardware. ResNet-18 is a triangle and ResNet-50, to which no line was fitted, a square.",
        Axis::linear("Depth"),
        Axis::linear(&format!("β{subscript} ({unit})")).over(Range::WithZero),
    );
    let mut inputs = Vec::new();
    for (index, hardware) in hardware(fits).iter().enumerate() {
        let betas = betas(fits, hardware, leaf, &facts.catalogue);
        plot = with_points(plot, hardware, &betas, index);
        plot = with_line(plot, hardware, chosen, index);
        inputs.extend(betas.into_iter().map(|beta| beta.quantity));
    }
    let note = not_as_planned(&inputs);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
}

/// A parameter of a complete run.
struct Beta {
    depth: u64,
    family: Family,
    quantity: Arc<Quantity>,
}

fn betas(fits: &[LossFit], hardware: &Hardware, leaf: &str, catalogue: &Catalogue) -> Vec<Beta> {
    let is_shown = |fit: &&LossFit| {
        let is_of_depth = fit.run.is_training() || (fit.run.is_target() && fit.run.is_complete());
        is_of_depth && fit.run.hardware == *hardware
    };
    let beta = |fit: &LossFit| {
        let name = format!("loss_model.{}.{leaf}", fit.run.name());
        Some(Beta {
            depth: fit.run.configuration().depth,
            family: fit.run.family(),
            quantity: catalogue.known(&name)?,
        })
    };
    fits.iter().filter(is_shown).filter_map(beta).collect()
}

/// Circles for the networks of depth 6n + 2, a triangle for ResNet-18, a square for ResNet-50.
fn with_points(plot: Plot, hardware: &Hardware, betas: &[Beta], index: usize) -> Plot {
    let point = |beta: &&Beta| {
        Some(Point {
            x: beta.depth as f64,
            y: beta.quantity.known()?,
            interval: beta.quantity.interval,
        })
    };
    let points = |holds: &dyn Fn(&Beta) -> bool| {
        let of_kind = betas.iter().filter(|beta| holds(beta));
        of_kind.filter_map(|beta| point(&beta)).collect::<Vec<_>>()
    };
    let is_target = |beta: &Beta| beta.depth == HELD_OUT_DEPTH;
    let is_other = |beta: &Beta| beta.family == Family::Other;
    let name = hardware.to_string();
    let kind = |name: &str, shape: Shape, holds: &dyn Fn(&Beta) -> bool, key: Key| {
        let style = SeriesStyle {
            shape,
            ..series(index)
        };
        Points::new(name, points(holds), style).keyed(key)
    };
    let is_family = |beta: &Beta| !is_target(beta) && !is_other(beta);
    let family = kind(&name, Shape::Circle, &is_family, Key::Legend);
    let other = format!("ResNet-18, {name}");
    let other = kind(&other, Shape::Triangle, &is_other, Key::None);
    let target = format!("ResNet-50, {name}");
    let target = kind(&target, Shape::Square, &is_target, Key::None);
    let marks = [family, other, target].into_iter();
    marks
        .filter(|points| !points.points.is_empty())
        .fold(plot, Plot::with)
}

fn with_line(plot: Plot, hardware: &Hardware, chosen: &BetaRegression, index: usize) -> Plot {
    let label = hardware.to_string();
    let depths = DEPTHS[0]..=DEPTHS[1];
    let line: Option<Vec<_>> = depths
        .map(|depth| Some((depth as f64, chosen.predict(depth, &label)?)))
        .collect();
    match line {
        Some(line) => plot.with(Line::new(&label, line, series(index)).keyed(Key::None)),
        None => plot,
    }
}
