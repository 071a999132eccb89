//! The loss of a depth, predicted from the other depths of a set of training logs.

use super::loss_fit::{MEASURED, steps_axis, whole_run};
use super::prediction::with_predicted;
use crate::catalogue::Facts;
use crate::topics::optimus::analysis::prediction::PredictedRun;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::analysis::training_set::HELD_OUT_DEPTH;
use crate::topics::optimus::quantities::logs::{Log, LogRow, LogSet, Logs};
use crate::topics::training::views::curve_axes::training_loss_axis;
use crate::views::Figure;
use crate::views::palette::{SeriesStyle, Shape};
use crate::views::plot::{Plot, Points};
use crate::views::shown::{Shown, not_as_planned};
use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in `log_set.RECIPE`.
    recipe: String,
    /// As the table calls it.
    hardware: String,
    /// The depth that is predicted.
    depth: u64,
}

/// The predicted line with its band, the logged points of this depth, and the logs of the depths
/// next to it.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let Arguments {
        recipe,
        hardware,
        depth,
    } = arguments;
    let logs: &Logs = facts.of_topic();
    let set = logs.set(recipe)?;
    let here = { logs.of_set(set).into_iter() }.filter(|log| log.hardware == *hardware);
    let here: Vec<&Log> = here.collect();
    let inputs: Vec<_> = logs
        .of_set(set)
        .iter()
        .map(|log| log.points.clone())
        .collect();
    let predicted = match predicted(set, hardware, *depth)? {
        Ok(predicted) => predicted,
        Err(reason) => return Ok(Shown::new(Figure::because(reason), inputs)),
    };
    let steps = |of: fn(&Log) -> Option<&LogRow>| {
        let rows = here.iter().filter_map(move |log| of(log));
        rows.map(|row| row.step)
    };
    let first = Step(steps(|log| log.rows.first()).fold(f64::MAX, f64::min));
    let last = Step(steps(|log| log.rows.last()).fold(0.0, f64::max));
    let mut plot = Plot::new(
        &format!("Training loss at depth {depth} on {hardware}"),
        "The prediction from the other depths with its band, and logged losses.",
        steps_axis(last),
        training_loss_axis(),
    );
    for (index, log) in neighbours(&here, *depth).into_iter().enumerate() {
        let points: Vec<_> = log.rows.iter().map(|row| (row.step, row.loss)).collect();
        let style = SeriesStyle {
            shape: [Shape::Triangle, Shape::Circle, Shape::Square][index % 3],
            ..MEASURED
        };
        plot = plot.with(Points::plain(
            &format!("{}, logged", log.network_title()),
            &points,
            style,
        ));
    }
    let style = plot.style_of(whole_run());
    plot = with_predicted(plot, "predicted", predicted, [first, last], style);
    let note = not_as_planned(&inputs);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
}

/// The run of this depth, predicted without it, or why it is not.
///
/// # Errors
/// Where no log is of such hardware, or the depth is neither that of a log nor the one that is predicted.
fn predicted<'a>(
    set: &'a LogSet,
    hardware: &str,
    depth: u64,
) -> Result<Result<&'a PredictedRun, &'a String>, String> {
    let found = match depth {
        HELD_OUT_DEPTH => {
            let found = set.predicted.get(hardware);
            found.map(|it| it.as_ref().map(|it| &it.run))
        }
        _ => {
            let mut of_depth = set.left_out.get(&depth).into_iter().flatten();
            let found = of_depth.find(|(on, _)| on == hardware);
            found.map(|(_, it)| it.as_ref().map(|it| &it.run))
        }
    };
    found.ok_or_else(|| {
        let depths = set
            .depths()
            .chain([HELD_OUT_DEPTH])
            .map(|depth| format!("`{depth}`"));
        let depths = depths.collect::<Vec<_>>().join(", ");
        let hardware = set.predicted.keys().map(|hardware| format!("`{hardware}`"));
        let hardware = hardware.collect::<Vec<_>>().join(", ");
        format!("expected a `depth` of {depths} and a `hardware` of {hardware}")
    })
}

/// The logs of this depth, and where there is none those of the nearest depths below and above.
fn neighbours<'a>(logs: &[&'a Log], depth: u64) -> Vec<&'a Log> {
    let at = |wanted: Option<u64>| logs.iter().copied().filter(move |log| log.depth == wanted);
    let same: Vec<_> = at(Some(depth)).collect();
    if !same.is_empty() {
        return same;
    }
    let depths = || logs.iter().filter_map(|log| log.depth);
    let below = depths().filter(|other| *other < depth).max();
    let above = depths().filter(|other| *other > depth).min();
    let of = |wanted: Option<u64>| at(wanted).filter(move |_| wanted.is_some());
    of(below).chain(of(above)).collect()
}
