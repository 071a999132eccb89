//! Time and cost until the target accuracy over the number of workers.
//!
//! The number of epochs is predicted for one network and measured of another; each that is known is
//! drawn under its own name.

use super::parameter_server_curves::{
    Curve, Model, Source, TIME_UNIT, images, in_unit_of_time, outside, quoted_or_fitted,
    workers_axis,
};
use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::evidence::unit::titled;
use crate::topics::optimus::analysis::parameter_server::training_seconds;
use crate::topics::optimus::quantities::parameter_servers::SERVERS;
use crate::topics::optimus::quantities::times_to_target::{EPOCHS, TRAINED_BATCH};
use crate::views::Figure;
use crate::views::plot::{Axis, Band, Plot, Range, Side};
use crate::views::shown::{Shown, not_as_planned, pending};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The arguments of [`time`] and [`cost`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// Those of the speed model.
    #[serde(default)]
    coefficients: Source,
}

/// Time until the target accuracy: numbers of epochs times the time of one.
pub(crate) fn time(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let trainings = match Trainings::of(arguments, &facts.catalogue)? {
        Ok(trainings) => trainings,
        Err(waiting) => return Ok(waiting),
    };
    let unit = unit_of_time(trainings.longest()?)?;
    let plot = Plot::new(
        "Time to the target accuracy over the number of workers",
        "Each line falls to its fastest number of workers and then rises.",
        workers_axis(),
        Axis::linear(&titled("Time to the target accuracy", unit)).over(Range::WithZero),
    );
    trainings.draw(plot, unit, |_, seconds| in_unit_of_time(seconds, unit))
}

/// Cost until the target accuracy: the time of all workers together.
pub(crate) fn cost(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let trainings = match Trainings::of(arguments, &facts.catalogue)? {
        Ok(trainings) => trainings,
        Err(waiting) => return Ok(waiting),
    };
    let plot = Plot::new(
        "Cost to the target accuracy over the number of workers",
        "Each line rises from one worker, which costs least.",
        workers_axis(),
        Axis::log(
            &titled("Cost to the target accuracy, all workers", TIME_UNIT),
            10,
        ),
    );
    let cost = |workers: u64, seconds: f64| in_unit_of_time(workers as f64 * seconds, TIME_UNIT);
    trainings.draw(plot, TIME_UNIT, cost)
}

/// A number of epochs to the target.
struct Epochs {
    quantity: Arc<Quantity>,
    value: f64,
    curves: [Curve; SERVERS.len()],
}

/// The trainings whose number of epochs is known.
struct Trainings {
    model: Model,
    images: Arc<Quantity>,
    image_count: u64,
    epochs: Vec<Epochs>,
}

impl Trainings {
    /// The trainings with these coefficients, or the figure that waits for a number of epochs.
    fn of(
        arguments: &Arguments,
        catalogue: &Catalogue,
    ) -> Result<Result<Self, Shown<Figure>>, String> {
        let coefficients = quoted_or_fitted(catalogue, arguments.coefficients)?;
        let (images, image_count) = images(catalogue)?;
        let all = EPOCHS.map(|epochs| catalogue.quantity(epochs.quantity).cloned());
        let all = all.into_iter().collect::<Result<Vec<_>, _>>();
        let all = all.map_err(|error| error.to_string())?;
        let known = std::iter::zip(EPOCHS, &all)
            .filter_map(|(epochs, quantity)| Some((epochs.title, quantity, quantity.known()?)));
        let epochs: Vec<_> = { known.enumerate() }
            .map(|(rank, (title, quantity, value))| Epochs {
                quantity: quantity.clone(),
                value,
                curves: curves(rank, title),
            })
            .collect();
        if epochs.is_empty() {
            let figure = pending(&all[0]);
            let inputs = coefficients.into_iter().chain([images]).chain(all);
            return Ok(Err(Shown::new(figure, inputs.collect())));
        }
        Ok(Ok(Trainings {
            model: Model::new(coefficients)?,
            images,
            image_count,
            epochs,
        }))
    }

    fn seconds(&self, curve: &Curve, workers: u64, epochs: f64) -> Result<f64, String> {
        let speed = self.model.speed_at(curve, workers)?;
        let seconds = training_seconds(epochs, self.image_count, TRAINED_BATCH, speed);
        seconds.map_err(|error| error.to_string())
    }

    /// The longest time with one worker.
    fn longest(&self) -> Result<f64, String> {
        let mut longest = 0.0_f64;
        for epochs in &self.epochs {
            for curve in &epochs.curves {
                longest = longest.max(self.seconds(curve, 1, epochs.value)?);
            }
        }
        Ok(longest)
    }

    /// Whether no other curve of as many servers lies further to this side. The fastest number of
    /// workers is the same for all of them, and is written once.
    fn is_outmost(&self, epochs: &Epochs, side: Side) -> bool {
        self.epochs.iter().all(|other| match side {
            Side::Below => epochs.value <= other.value,
            _ => epochs.value >= other.value,
        })
    }

    /// Draws what `value` makes of workers and seconds, with a band where the number of epochs has
    /// an interval.
    fn draw(
        self,
        mut plot: Plot,
        unit: &str,
        value: impl Fn(u64, f64) -> Result<f64, String>,
    ) -> Result<Shown<Figure>, String> {
        let of = |curve: &Curve, workers, epochs| {
            let seconds = self.seconds(curve, workers, epochs)?;
            value(workers, seconds)
        };
        for epochs in &self.epochs {
            if let Some((low, high)) = epochs.quantity.interval {
                for curve in &epochs.curves {
                    let ends = |w| Ok((w as f64, of(curve, w, low)?, of(curve, w, high)?));
                    let name = format!("{}, 95 % interval", curve.name());
                    let band = curve.over_workers(ends)?;
                    let colour = curve.style(&mut plot).colour;
                    plot = plot.with(Band::new(&name, band, colour));
                }
            }
            let at = |curve: &Curve, workers| of(curve, workers, epochs.value);
            let side = |curve: &Curve| outside(curve).filter(|side| self.is_outmost(epochs, *side));
            plot = self.model.draw(plot, &epochs.curves, unit, side, at)?;
        }
        let epochs = self.epochs.into_iter().map(|epochs| epochs.quantity);
        let inputs = self.model.coefficients.into_iter().chain([self.images]);
        let inputs: Vec<_> = inputs.chain(epochs).collect();
        let note = not_as_planned(&inputs);
        Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
    }
}

/// A curve for each number of servers.
fn curves(rank: usize, title: &str) -> [Curve; SERVERS.len()] {
    let condition = format!("M = {TRAINED_BATCH} ({title})");
    Curve::each(TRAINED_BATCH, rank, title, &condition)
}

/// The unit in which a time is told.
fn unit_of_time(seconds: f64) -> Result<&'static str, String> {
    for unit in ["days", "h", "min"] {
        if in_unit_of_time(seconds, unit)? >= 2.0 {
            return Ok(unit);
        }
    }
    Ok("s")
}

#[cfg(test)]
#[path = "accuracy_curves_tests.rs"]
mod tests;
