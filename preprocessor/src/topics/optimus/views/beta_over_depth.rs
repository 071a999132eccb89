//! A parameter of the loss models over the depth of the networks, with its regression: of the
//! planned runs, or of a set of training logs.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::evidence::unit::titled;
use crate::topics::optimus::analysis::beta_regression::BetaRegression;
use crate::topics::optimus::analysis::run_regression::RunRegression;
use crate::topics::optimus::analysis::training_set::{Family, HELD_OUT_DEPTH};
use crate::topics::optimus::quantities::logs::Logs;
use crate::topics::optimus::quantities::loss_models::BETAS;
use crate::topics::optimus::quantities::loss_runs::{Hardware, LossFit};
use crate::topics::optimus::quantities::prediction::{Fitting, LossCurves, hardware};
use crate::views::Figure;
use crate::views::palette::{SeriesStyle, Shape};
use crate::views::plot::{Axis, Identity, Key, Line, Mark, Panel, Plot, Point, Points, Range};
use crate::views::shown::{Shown, listed, not_as_planned, pending};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// 0, 1 or 2; a panel for each of them without it.
    beta: Option<usize>,
    /// The recipe of the training logs that are shown; absent for the planned runs.
    recipe: Option<String>,
}

const SUBSCRIPTS: [&str; BETAS.len()] = ["₀", "₁", "₂"];

/// One point for each complete run or log and the chosen regression as a line for each hardware.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let indices = match arguments.beta {
        Some(index) if index >= BETAS.len() => {
            return Err(format!("`beta` is `{index}`; expected 0, 1 or 2"));
        }
        Some(index) => index..index + 1,
        None => 0..BETAS.len(),
    };
    let names: Vec<_> = { indices.clone() }
        .map(|index| format!("β{}", SUBSCRIPTS[index]))
        .collect();
    let mut plot = Plot::new(
        &format!("{} over depth", listed(&names)),
        "Each point is a run with its interval; each line is the regression on one kind of \
         hardware. ResNet-18 is a triangle and ResNet-50, to which no line was fitted, a square.",
        Axis::linear("Depth"),
        axis(indices.start),
    );
    let mut inputs = Vec::new();
    for index in indices.clone() {
        let marks = match marks(index, arguments, facts, &mut plot)? {
            Ok((marks, of_beta)) => {
                inputs.extend(of_beta);
                marks
            }
            Err(waiting) => return Ok(waiting),
        };
        match indices.len() {
            1 => plot.marks = marks,
            _ => plot.panels.push(Panel::with_axis(axis(index), marks)),
        }
    }
    let height = if indices.len() == 1 { 360 } else { 260 };
    let note = not_as_planned(&inputs);
    Ok(Shown::new(Figure::plot(plot.sized(640, height)), inputs).noted(note))
}

fn axis(index: usize) -> Axis {
    let (_, unit) = BETAS[index];
    let name = format!("β{}", SUBSCRIPTS[index]);
    Axis::linear(&titled(&name, unit.name())).over(Range::WithZero)
}

/// Marks and the quantities that they show.
type Drawn = (Vec<Mark>, Vec<Arc<Quantity>>);

/// The points and lines of a parameter, or the figure that waits for its regression.
fn marks(
    index: usize,
    arguments: &Arguments,
    facts: &Facts,
    plot: &mut Plot,
) -> Result<Result<Drawn, Shown<Figure>>, String> {
    let (leaf, _) = BETAS[index];
    let (regression, shown) = match &arguments.recipe {
        Some(recipe) => of_logs(recipe, leaf, facts)?,
        None => of_runs(leaf, facts),
    };
    let betas = || shown.iter().flat_map(|(_, betas)| betas);
    let quantities: Vec<_> = betas().map(|beta| beta.quantity.clone()).collect();
    let regression = match (regression, &arguments.recipe) {
        (Ok(regression), _) => regression,
        (Err(reason), Some(_)) => {
            return Ok(Err(Shown::new(Figure::because(reason), quantities)));
        }
        (Err(_), None) => {
            let name = format!("loss_regression.{leaf}.constant_family.error");
            let awaited = facts.catalogue.quantity(&name);
            let awaited = awaited.map_err(|error| error.to_string())?;
            return Ok(Err(Shown::new(pending(awaited), vec![awaited.clone()])));
        }
    };
    let chosen = &regression.stages()[0].1.betas[index];
    let depths = || betas().map(|beta| beta.depth);
    let ends = [depths().min(), depths().max()].map(|end| end.unwrap_or(HELD_OUT_DEPTH));
    let mut marks = Vec::new();
    for (hardware, betas) in &shown {
        let style = plot.style_of(Identity::new("hardware", hardware));
        marks.extend(points(hardware, betas, style));
        marks.extend(line(hardware, chosen, ends, style));
    }
    Ok(Ok((marks, quantities)))
}

/// A parameter of a complete run or of a log.
struct Beta {
    depth: u64,
    family: Family,
    quantity: Arc<Quantity>,
}

/// The parameters on each hardware, by its title.
type ByHardware = Vec<(String, Vec<Beta>)>;

/// The regression of the planned runs, and the parameters that it is fitted to or compared with.
fn of_runs<'a>(leaf: &str, facts: &'a Facts) -> (&'a Result<RunRegression, String>, ByHardware) {
    let LossCurves {
        fits, predictions, ..
    } = facts.of_topic();
    let of_hardware = |hardware: Hardware| {
        let betas = betas(fits, &hardware, leaf, &facts.catalogue);
        (hardware.to_string(), betas)
    };
    let shown = hardware(fits).into_iter().map(of_hardware).collect();
    (predictions.regression(Fitting::WholeRun), shown)
}

/// The regression of a set of training logs, and the parameters that it is fitted to.
fn of_logs<'a>(
    recipe: &str,
    leaf: &str,
    facts: &'a Facts,
) -> Result<(&'a Result<RunRegression, String>, ByHardware), String> {
    let logs: &Logs = facts.of_topic();
    let set = logs.set(recipe)?;
    let mut shown: ByHardware = Vec::new();
    for log in logs.of_set(set) {
        let quantity = facts
            .catalogue
            .known(&format!("log_model.{}.{leaf}", log.id));
        let (Some(depth), Some(quantity)) = (log.depth, quantity) else {
            continue;
        };
        let beta = Beta {
            depth,
            family: Family::SixNPlusTwo,
            quantity,
        };
        match shown
            .iter_mut()
            .find(|(hardware, _)| *hardware == log.hardware)
        {
            Some((_, betas)) => betas.push(beta),
            None => shown.push((log.hardware.clone(), vec![beta])),
        }
    }
    Ok((&set.regression, shown))
}

fn betas(fits: &[LossFit], hardware: &Hardware, leaf: &str, catalogue: &Catalogue) -> Vec<Beta> {
    let is_shown = |fit: &&LossFit| {
        let is_of_depth = fit.run.is_training() || (fit.run.is_target() && fit.run.is_complete());
        is_of_depth && fit.run.hardware == *hardware
    };
    let beta = |fit: &LossFit| {
        let name = format!("loss_model.{}.{leaf}", fit.run.name());
        Some(Beta {
            depth: fit.run.configuration.depth,
            family: fit.run.family(),
            quantity: catalogue.known(&name)?,
        })
    };
    fits.iter().filter(is_shown).filter_map(beta).collect()
}

/// Circles for the networks of depth 6n + 2, a triangle for ResNet-18, a square for ResNet-50.
fn points(name: &str, betas: &[Beta], style: SeriesStyle) -> Vec<Mark> {
    let point = |beta: &&Beta| {
        Some(Point {
            x: beta.depth as f64,
            y: beta.quantity.known()?,
            interval: beta.quantity.interval,
        })
    };
    let of_kind = |holds: &dyn Fn(&Beta) -> bool| {
        let of_kind = betas.iter().filter(|beta| holds(beta));
        of_kind.filter_map(|beta| point(&beta)).collect::<Vec<_>>()
    };
    let is_target = |beta: &Beta| beta.depth == HELD_OUT_DEPTH;
    let is_other = |beta: &Beta| beta.family == Family::Other;
    let kind = |name: &str, shape: Shape, holds: &dyn Fn(&Beta) -> bool, key: Key| {
        let style = SeriesStyle { shape, ..style };
        Points::new(name, of_kind(holds), style).keyed(key)
    };
    let is_family = |beta: &Beta| !is_target(beta) && !is_other(beta);
    let family = kind(name, Shape::Circle, &is_family, Key::Legend);
    let other = format!("ResNet-18, {name}");
    let other = kind(&other, Shape::Triangle, &is_other, Key::None);
    let target = format!("ResNet-50, {name}");
    let target = kind(&target, Shape::Square, &is_target, Key::None);
    let all = [family, other, target].into_iter();
    let there = all.filter(|points| !points.points.is_empty());
    there.map(Mark::from).collect()
}

fn line(
    hardware: &str,
    chosen: &BetaRegression,
    [first, last]: [u64; 2],
    style: SeriesStyle,
) -> Option<Mark> {
    let line: Option<Vec<_>> = (first..=last)
        .map(|depth| Some((depth as f64, chosen.predict(depth, hardware)?)))
        .collect();
    Some(Line::new(hardware, line?, style).keyed(Key::None).into())
}
