//! How far the end of a run is missed by a prediction from its beginning.

use super::loss_fit::{Arguments, ShownRun, of_stages, whole_run};
use crate::catalogue::Facts;
use crate::topics::optimus::analysis::extrapolation::ErrorAtEnd;
use crate::topics::optimus::analysis::fitted_run::FittedRun;
use crate::topics::optimus::analysis::loss_curve::FEWEST_POINTS;
use crate::topics::optimus::analysis::steps::Step;
use crate::views::Figure;
use crate::views::plot::{Axis, Identity, Key, Line, Plot, Range, Rule};
use crate::views::shown::{Shown, percent};
use std::collections::BTreeSet;

/// The places at which a prediction is made, beside the first and the last of each stage. Each of
/// them takes one or two fits.
const PLACES: usize = 30;
/// The smallest error that is drawn: an axis of logarithms has no zero.
const LEAST_ERROR: f64 = 1e-4;

/// The error of the last epoch’s loss over the share of a complete run that is known.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let shown = ShownRun::find(&arguments.run, facts)?;
    let complete = shown.fit.as_ref().ok().filter(|_| shown.run.is_complete());
    let Some(fit) = complete else {
        return Ok(shown.pending());
    };
    let errors = errors(fit);
    let mut plot = Plot::new(
        &format!("Predicting the end of {}", shown.run.title()),
        &description(&errors, fit)?,
        Axis::linear("Share of the run that is known")
            .over(Range::Fixed(0.0, 1.0))
            .in_percent(),
        Axis::log("Error of the last epoch’s loss", 10).in_percent(),
    );
    for (name, model, lines) in lines(&errors, fit) {
        let style = plot.style_of(model);
        for line in lines {
            plot = plot.with(Line::new(name, line, style).keyed(Key::Legend));
        }
    }
    shown.drawn(drops(fit).into_iter().fold(plot, Plot::with))
}

fn errors(fit: &FittedRun) -> Vec<ErrorAtEnd> {
    let of = |known| ErrorAtEnd::of(&fit.measured, &fit.drops, known);
    places(fit).into_iter().map(of).collect()
}

/// Numbers of known points: evenly over the run, the last of each stage, and the first that can be
/// fitted in each.
fn places(fit: &FittedRun) -> BTreeSet<usize> {
    let points = fit.measured.len();
    let evenly = (1..=PLACES).map(|place| place * points / PLACES);
    let ends: Vec<usize> = { fit.drops.iter() }
        .map(|drop| points_to(fit, *drop))
        .collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let firsts = starts.map(|start| start + FEWEST_POINTS);
    let places = evenly.chain(firsts).chain(ends.iter().copied());
    places.filter(|known| *known <= points).collect()
}

/// The points up to a drop.
fn points_to(fit: &FittedRun, drop: Step) -> usize {
    let points = fit.measured.points();
    points.take_while(|(step, _)| *step <= drop).count()
}

/// (share that is known, error), from one gap to the next.
type Segment = Vec<(f64, f64)>;

/// Both kinds of models, the restarted one with a line for each stage.
fn lines(errors: &[ErrorAtEnd], fit: &FittedRun) -> [(&'static str, Identity, Vec<Segment>); 2] {
    let points = fit.measured.len() as f64;
    let at =
        |known: usize, error: Option<f64>| Some((known as f64 / points, error?.max(LEAST_ERROR)));
    let one_model = errors.iter().filter_map(|it| at(it.known, it.one_model));
    let mut restarted = vec![Segment::new(); fit.drops.len() + 1];
    for error in errors {
        let is_past = |drop: &&Step| points_to(fit, **drop) < error.known;
        let stage = fit.drops.iter().filter(is_past).count();
        restarted[stage].extend(at(error.known, error.restarted));
    }
    restarted.retain(|line| !line.is_empty());
    [
        (
            "one model since the start",
            whole_run(),
            vec![one_model.collect()],
        ),
        ("restarted at each drop", of_stages(), restarted),
    ]
}

fn drops(fit: &FittedRun) -> Vec<Rule> {
    let share = |drop: &Step| points_to(fit, *drop) as f64 / fit.measured.len() as f64;
    let label = |index| match index {
        0 => "learning rate drops",
        _ => "",
    };
    let drops = fit.drops.iter().map(share).enumerate();
    drops
        .map(|(index, share)| Rule::vertical(label(index), share))
        .collect()
}

fn description(errors: &[ErrorAtEnd], fit: &FittedRun) -> Result<String, String> {
    let mut sentences = vec![
        "How far the loss of the last epoch is missed by models of the epochs that are known."
            .to_owned(),
    ];
    let last = |error: fn(&ErrorAtEnd) -> Option<f64>| errors.iter().rev().find_map(error);
    for (model, error) in [
        ("one model since the start", last(|it| it.one_model)),
        ("the model restarted at each drop", last(|it| it.restarted)),
    ] {
        if let Some(error) = error {
            sentences.push(format!(
                "With all {} epochs known, {model} misses it by {}.",
                fit.measured.len(),
                percent(error, 1)?
            ));
        }
    }
    Ok(sentences.join(" "))
}
