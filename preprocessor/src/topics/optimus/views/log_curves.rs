//! The loss curves of one network on several kinds of hardware, over steps or over hours.

use super::loss_fit::steps_axis;
use crate::catalogue::Facts;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::quantities::logs::{Log, Logs};
use crate::topics::training::views::curve_axes::training_loss_axis;
use crate::views::Figure;
use crate::views::plot::{Axis, Identity, Key, Line, Plot};
use crate::views::shown::{Shown, listed, not_as_planned, pending};
use schemars::JsonSchema;
use serde::Deserialize;

const SECONDS_PER_HOUR: f64 = 3600.0;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in `log_set.RECIPE`.
    recipe: String,
    /// As the table calls it.
    network: String,
    /// What the horizontal axis shows.
    over: Over,
}

/// What the loss is drawn over.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Over {
    /// The steps so far.
    Steps,
    /// The steps so far times the time of one.
    Hours,
}

impl Over {
    /// The logged points; none where hours are asked for and no step was timed.
    fn points(self, log: &Log) -> Option<Vec<(f64, f64)>> {
        let factor = match self {
            Over::Steps => 1.0,
            Over::Hours => log.step_time.known()? / SECONDS_PER_HOUR,
        };
        let rows = log.rows.iter();
        Some(rows.map(|row| (row.step * factor, row.loss)).collect())
    }

    fn word(self) -> &'static str {
        match self {
            Over::Steps => "steps",
            Over::Hours => "hours",
        }
    }

    /// Decades of hours: a fast card takes minutes where a slow machine takes half a day.
    fn axis(self, logs: &[&Log]) -> Axis {
        let last = logs
            .iter()
            .filter_map(|log| log.rows.last())
            .map(|row| row.step);
        match self {
            Over::Steps => steps_axis(Step(last.fold(0.0, f64::max))),
            Over::Hours => Axis::log("Hours", 10),
        }
    }
}

/// A line for each hardware.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let Arguments {
        recipe,
        network,
        over,
    } = arguments;
    let logs: &Logs = facts.of_topic();
    let of_set = logs.of_set(logs.set(recipe)?);
    let shown: Vec<&Log> = { of_set.iter().copied() }
        .filter(|log| log.network == *network)
        .collect();
    let Some(first) = shown.first() else {
        let mut known: Vec<_> = of_set
            .iter()
            .map(|log| format!("`{}`", log.network))
            .collect();
        known.dedup();
        let known = known.join(", ");
        return Err(format!(
            "no log of `{recipe}` is of `{network}`; expected one of {known}"
        ));
    };
    let hardware: Vec<_> = shown.iter().map(|log| log.hardware_title()).collect();
    let mut plot = Plot::new(
        &format!(
            "Training loss of {} over {}",
            first.network_title(),
            over.word()
        ),
        &format!("One line for each of {}.", listed(&hardware)),
        over.axis(&shown),
        training_loss_axis(),
    );
    let mut inputs = Vec::new();
    for log in &shown {
        if let Some(points) = over.points(log) {
            let hardware = log.hardware_title();
            let style = plot.style_of(Identity::new("hardware", &hardware));
            let line = Line::new(&hardware, points, style);
            plot = plot.with(line.keyed(Key::Legend));
        }
        let times = [&log.step_time]
            .into_iter()
            .filter(|_| *over == Over::Hours);
        inputs.extend(times.chain([&log.points]).cloned());
    }
    if plot.marks.is_empty() {
        return Ok(Shown::new(pending(&first.step_time), inputs));
    }
    let note = not_as_planned(&inputs);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
}
