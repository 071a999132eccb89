//! Speed, time of an epoch and time to an accuracy over the number of workers.
//!
//! All follow from coefficients of Eq. (4) of Peng et al. 2018, quoted or fitted; see
//! [`analysis::parameter_server`](crate::topics::optimus::analysis::parameter_server).

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::analysis::parameter_server::{SynchronousSpeed, training_seconds};
use crate::topics::optimus::quantities::parameter_servers::{
    COEFFICIENTS, FITTED, MOST_WORKERS, QUOTED, SERVERS, coefficients, speed,
};
use crate::views::Figure;
use crate::views::numbers;
use crate::views::palette::{Colour, Dash, SeriesStyle, Shape};
use crate::views::plot::{Axis, Band, Key, Line, Note, Plot, Points, Range, Side};
use crate::views::shown::{Shown, not_as_planned, pending};
use serde::Deserialize;
use std::sync::Arc;

const SECONDS_PER_HOUR: f64 = 3600.0;
/// The number of images of an epoch.
const IMAGES: &str = "cifar10.train";
/// The predicted number of epochs.
const EPOCHS: &str = "prediction.epochs_to_92.predicted";
/// The overall batch of the training that the number of epochs is predicted for.
const TRAINED_BATCH: u64 = 128;

/// The arguments of [`speed_over_workers`] and [`epoch_time_over_workers`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batches {
    m: Vec<u64>,
}

/// The arguments of [`time_to_accuracy`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coefficients {
    #[serde(default)]
    coefficients: Source,
}

/// Where the coefficients come from.
#[derive(Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// The paper.
    #[default]
    Quoted,
    /// Speeds that the reader measured.
    Fitted,
}

/// Steps per second, one line for each number of servers and each overall batch.
pub(crate) fn speed_over_workers(
    arguments: &Batches,
    facts: &Facts,
) -> Result<Shown<Figure>, String> {
    let model = Model::new(quoted_or_fitted(&facts.catalogue, Source::Quoted)?)?;
    let plot = Plot::new(
        "Training speed over the number of workers",
        "Each line rises to its fastest number of workers and then falls slowly.",
        workers_axis(),
        Axis::linear("Speed (steps/s)").over(Range::WithZero),
    );
    let speed = |curve: Curve, workers| model.speed_at(curve, workers);
    let plot = model.draw(plot, &arguments.m, "steps/s", above, speed)?;
    Ok(Shown::new(Figure::plot(plot), model.coefficients.to_vec()))
}

/// Hours of one pass over the training images, one line for each number of servers and each
/// overall batch.
pub(crate) fn epoch_time_over_workers(
    arguments: &Batches,
    facts: &Facts,
) -> Result<Shown<Figure>, String> {
    let model = Model::new(quoted_or_fitted(&facts.catalogue, Source::Quoted)?)?;
    let (images, count) = images(&facts.catalogue)?;
    let plot = Plot::new(
        "Time of one epoch over the number of workers",
        "Each line falls to its fastest number of workers and then rises.",
        workers_axis(),
        Axis::log("Time of one epoch (h)", 10),
    );
    let hours = |curve: Curve, workers| {
        let speed = model.speed_at(curve, workers)?;
        let seconds = training_seconds(1.0, count, curve.batch, speed);
        Ok(seconds.map_err(|error| error.to_string())? / SECONDS_PER_HOUR)
    };
    let plot = model.draw(plot, &arguments.m, "h", outside, hours)?;
    let inputs = model.coefficients.iter().cloned().chain([images]);
    Ok(Shown::new(Figure::plot(plot), inputs.collect()))
}

/// Time until the target accuracy: the predicted epochs times the time of one epoch.
pub(crate) fn time_to_accuracy(
    arguments: &Coefficients,
    facts: &Facts,
) -> Result<Shown<Figure>, String> {
    let coefficients = quoted_or_fitted(&facts.catalogue, arguments.coefficients)?;
    let (images, count) = images(&facts.catalogue)?;
    let epochs = facts
        .catalogue
        .quantity(EPOCHS)
        .map_err(|error| error.to_string())?;
    let inputs: Vec<_> = coefficients
        .iter()
        .chain([&images, epochs])
        .cloned()
        .collect();
    if let Some(awaited) = inputs.iter().find(|input| input.value.is_err()) {
        return Ok(Shown::new(pending(awaited), inputs));
    }
    let predicted = epochs.known().unwrap_or_default();
    let model = Model::new(coefficients)?;
    let seconds = |curve: Curve, workers, epochs| {
        let speed = model.speed_at(curve, workers)?;
        let seconds = training_seconds(epochs, count, curve.batch, speed);
        seconds.map_err(|error| error.to_string())
    };
    let mut longest = 0.0_f64;
    for curve in curves(&[TRAINED_BATCH]) {
        longest = longest.max(seconds(curve, 1, predicted)?);
    }
    let (unit, length) = unit_of_time(longest);
    let time = |curve, workers, epochs| Ok::<_, String>(seconds(curve, workers, epochs)? / length);
    let mut plot = Plot::new(
        "Time to the target accuracy over the number of workers",
        "Each line falls to its fastest number of workers and then rises.",
        workers_axis(),
        Axis::linear(&format!("Time to the target accuracy ({unit})")).over(Range::WithZero),
    );
    if let Some((low, high)) = epochs.interval {
        for curve in curves(&[TRAINED_BATCH]) {
            let band = (1..=curve.most_workers())
                .map(|w| Ok((w as f64, time(curve, w, low)?, time(curve, w, high)?)))
                .collect::<Result<Vec<_>, String>>()?;
            plot = plot.with(Band::new(
                &format!("{}, 95 % interval", curve.name()),
                band,
                curve.style().colour,
            ));
        }
    }
    let at = |curve: Curve, workers| time(curve, workers, predicted);
    let plot = model.draw(plot, &[TRAINED_BATCH], unit, outside, at)?;
    let note = not_as_planned(&inputs);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
}

/// The unit in which a time is told, and its length in seconds.
fn unit_of_time(seconds: f64) -> (&'static str, f64) {
    const UNITS: [(&str, f64); 3] = [("days", 86_400.0), ("h", SECONDS_PER_HOUR), ("min", 60.0)];
    let fits = |(_, length): &(&str, f64)| seconds >= 2.0 * length;
    UNITS.into_iter().find(fits).unwrap_or(("s", 1.0))
}

fn images(catalogue: &Catalogue) -> Result<(Arc<Quantity>, u64), String> {
    let images = catalogue
        .quantity(IMAGES)
        .map_err(|error| error.to_string())?;
    Ok((images.clone(), images.known().unwrap_or_default() as u64))
}

fn workers_axis() -> Axis {
    Axis::linear("Workers")
        .over(Range::Fixed(0.0, MOST_WORKERS as f64))
        .ticks_at([1.0, 10.0, 20.0, 30.0, 40.0])
}

fn above(_: Curve) -> Side {
    Side::Above
}

/// Above the lines of few servers and below those of many, which take less time.
fn outside(curve: Curve) -> Side {
    match curve.servers == SERVERS[0] {
        true => Side::Above,
        false => Side::Below,
    }
}

/// One line: so many servers, so large an overall batch.
#[derive(Clone, Copy)]
struct Curve {
    servers: u64,
    batch: u64,
    /// Index of the batch among those of the plot.
    rank: usize,
    /// Whether the plot has several batches.
    several: bool,
}

fn curves(batches: &[u64]) -> impl Iterator<Item = Curve> {
    let several = batches.len() > 1;
    batches.iter().enumerate().flat_map(move |(rank, &batch)| {
        SERVERS.map(|servers| Curve {
            servers,
            batch,
            rank,
            several,
        })
    })
}

impl Curve {
    fn name(self) -> String {
        match self.several {
            true => format!("{} servers, M = {}", self.servers, self.batch),
            false => format!("{} servers", self.servers),
        }
    }

    /// The colour tells the servers, dash and shape tell the batch.
    fn style(self) -> SeriesStyle {
        const CUES: [(Dash, Shape); 3] = [
            (Dash::Solid, Shape::Circle),
            (Dash::Dashed, Shape::Square),
            (Dash::Dotted, Shape::Triangle),
        ];
        let few = self.servers == SERVERS[0];
        let colour = if few {
            Colour::Vermillion
        } else {
            Colour::Blue
        };
        let (dash, shape) = CUES[self.rank % CUES.len()];
        SeriesStyle {
            colour,
            dash,
            shape,
        }
    }

    /// No worker goes without an image.
    fn most_workers(self) -> u64 {
        MOST_WORKERS.min(self.batch)
    }
}

fn quoted_or_fitted(
    catalogue: &Catalogue,
    source: Source,
) -> Result<[Arc<Quantity>; COEFFICIENTS], String> {
    let (prefix, hint) = match source {
        Source::Quoted => (
            QUOTED,
            "quote `optimus.synchronous.t0` to `t4` in `quoted.toml`",
        ),
        Source::Fitted => (FITTED, "`results/speeds.csv` holds the measured speeds"),
    };
    coefficients(catalogue, prefix)
        .ok_or_else(|| format!("no coefficients of Eq. (4); hint: {hint}"))
}

/// Coefficients and the speed that follows.
struct Model {
    coefficients: [Arc<Quantity>; COEFFICIENTS],
    speed: SynchronousSpeed,
}

impl Model {
    fn new(coefficients: [Arc<Quantity>; COEFFICIENTS]) -> Result<Model, String> {
        let speed = speed(&coefficients).map_err(|error| error.to_string())?;
        Ok(Model {
            coefficients,
            speed,
        })
    }

    fn speed_at(&self, curve: Curve, workers: u64) -> Result<f64, String> {
        let speed = self
            .speed
            .steps_per_second(curve.servers, workers, curve.batch);
        speed.map_err(|error| error.to_string())
    }

    /// Draws `value` over the workers for every curve, with a point at the fastest, and adds a
    /// sentence about each to the description.
    fn draw(
        &self,
        mut plot: Plot,
        batches: &[u64],
        unit: &str,
        side: impl Fn(Curve) -> Side,
        value: impl Fn(Curve, u64) -> Result<f64, String>,
    ) -> Result<Plot, String> {
        for curve in curves(batches) {
            let line = (1..=curve.most_workers())
                .map(|workers| Ok((workers as f64, value(curve, workers)?)))
                .collect::<Result<Vec<_>, String>>()?;
            let best = self
                .speed
                .best_workers_by_search(curve.servers, curve.batch, curve.most_workers())
                .map_err(|error| error.to_string())?;
            let at_best = value(curve, best)?;
            let (name, style) = (curve.name(), curve.style());
            plot.description += &format!(
                " With {} parameter servers and M = {} it is fastest with {best} workers, at {} {unit}.",
                curve.servers,
                curve.batch,
                numbers::significant(at_best, 3).map_err(|error| error.to_string())?
            );
            plot = plot
                .with(Line::new(&name, line, style))
                .with(Points::plain(&name, &[(best as f64, at_best)], style).keyed(Key::None))
                .with(
                    Note::new(&best.to_string(), best as f64, at_best, side(curve))
                        .coloured(style.colour),
                );
        }
        Ok(plot)
    }
}
