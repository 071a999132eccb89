//! Speed and time of an epoch over the number of workers.
//!
//! All follow from coefficients of Eq. (4) of Peng et al. 2018, quoted or fitted; see
//! [`analysis::parameter_server`](crate::topics::optimus::analysis::parameter_server).

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::evidence::unit::{Unit, convert, titled};
use crate::topics::optimus::analysis::parameter_server::{SynchronousSpeed, training_seconds};
use crate::topics::optimus::quantities::parameter_servers::{
    COEFFICIENTS, FITTED, MOST_WORKERS, QUOTED, SERVERS, coefficients, speed,
};
use crate::views::Figure;
use crate::views::numbers;
use crate::views::palette::{Dash, SeriesStyle};
use crate::views::plot::{Axis, Identity, Key, Line, Note, Plot, Points, Range, Side};
use crate::views::shown::Shown;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The unit of speeds, in which the model has them.
const SPEED_UNIT: &str = "steps/s";
/// The unit in which times of an epoch and of all workers are shown.
pub(super) const TIME_UNIT: &str = "h";
/// The number of images of an epoch.
const IMAGES: &str = "cifar10.train";

/// The arguments of [`speed_over_workers`] and [`epoch_time_over_workers`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batches {
    /// The overall batches, a line for each.
    m: Vec<u64>,
}

/// Where the coefficients come from.
#[derive(Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Source {
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
        Axis::linear(&titled("Speed", SPEED_UNIT)).over(Range::WithZero),
    );
    let speed = |curve: &Curve, workers| model.speed_at(curve, workers);
    let plot = model.draw(plot, &of_batches(&arguments.m), SPEED_UNIT, above, speed)?;
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
        Axis::log(&titled("Time of one epoch", TIME_UNIT), 10),
    );
    let hours = |curve: &Curve, workers| {
        let speed = model.speed_at(curve, workers)?;
        let seconds = training_seconds(1.0, count, curve.batch, speed);
        in_unit_of_time(seconds.map_err(|error| error.to_string())?, TIME_UNIT)
    };
    let plot = model.draw(plot, &of_batches(&arguments.m), TIME_UNIT, outside, hours)?;
    let inputs = model.coefficients.iter().cloned().chain([images]);
    Ok(Shown::new(Figure::plot(plot), inputs.collect()))
}

/// The number of images of an epoch.
pub(super) fn images(catalogue: &Catalogue) -> Result<(Arc<Quantity>, u64), String> {
    let images = catalogue
        .quantity(IMAGES)
        .map_err(|error| error.to_string())?;
    Ok((images.clone(), images.known().unwrap_or_default() as u64))
}

/// Seconds in another unit.
pub(super) fn in_unit_of_time(seconds: f64, unit: &str) -> Result<f64, String> {
    let converted = convert(seconds, Unit::Second, unit).map_err(|error| error.to_string())?;
    Ok(converted.value)
}

pub(super) fn workers_axis() -> Axis {
    Axis::linear("Workers")
        .over(Range::Fixed(0.0, MOST_WORKERS as f64))
        .ticks_at([1.0, 10.0, 20.0, 30.0, 40.0])
}

fn above(_: &Curve) -> Option<Side> {
    Some(Side::Above)
}

/// Above the lines of few servers and below those of many, which take less time.
pub(super) fn outside(curve: &Curve) -> Option<Side> {
    match curve.servers == SERVERS[0] {
        true => Some(Side::Above),
        false => Some(Side::Below),
    }
}

/// One line: so many servers, so large an overall batch.
pub(super) struct Curve {
    servers: u64,
    batch: u64,
    /// What tells it from the other lines with as many servers, in words; empty where there are
    /// none.
    distinction: String,
    /// Index of the distinction.
    rank: usize,
    /// Batch and distinction in a sentence.
    condition: String,
}

/// A curve for each number of servers and each batch.
fn of_batches(batches: &[u64]) -> Vec<Curve> {
    let of_batch = |(rank, &batch): (usize, &u64)| {
        let condition = format!("M = {batch}");
        let is_only = batches.len() == 1;
        let distinction = if is_only { "" } else { &condition };
        Curve::each(batch, rank, distinction, &condition)
    };
    batches.iter().enumerate().flat_map(of_batch).collect()
}

impl Curve {
    /// One for each number of servers.
    pub(super) fn each(
        batch: u64,
        rank: usize,
        distinction: &str,
        condition: &str,
    ) -> [Curve; SERVERS.len()] {
        SERVERS.map(|servers| Curve {
            servers,
            batch,
            distinction: distinction.to_owned(),
            rank,
            condition: condition.to_owned(),
        })
    }

    pub(super) fn name(&self) -> String {
        match self.distinction.as_str() {
            "" => format!("{} servers", self.servers),
            distinction => format!("{} servers, {distinction}", self.servers),
        }
    }

    /// Colour and shape tell the servers, the dash tells the distinction: no two lines differ by colour
    /// alone.
    pub(super) fn style(&self, plot: &mut Plot) -> SeriesStyle {
        const DASHES: [Dash; 3] = [Dash::Solid, Dash::Dashed, Dash::Dotted];
        let servers = Identity::new("servers", &self.servers.to_string());
        SeriesStyle {
            dash: DASHES[self.rank % DASHES.len()],
            ..plot.style_of(servers)
        }
    }

    /// No worker goes without an image.
    fn most_workers(&self) -> u64 {
        MOST_WORKERS.min(self.batch)
    }

    /// `value` for each number of workers.
    pub(super) fn over_workers<T>(
        &self,
        value: impl Fn(u64) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        (1..=self.most_workers()).map(value).collect()
    }
}

/// The coefficients of this source.
pub(super) fn quoted_or_fitted(
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
pub(super) struct Model {
    pub(super) coefficients: [Arc<Quantity>; COEFFICIENTS],
    speed: SynchronousSpeed,
}

impl Model {
    pub(super) fn new(coefficients: [Arc<Quantity>; COEFFICIENTS]) -> Result<Model, String> {
        let speed = speed(&coefficients).map_err(|error| error.to_string())?;
        Ok(Model {
            coefficients,
            speed,
        })
    }

    pub(super) fn speed_at(&self, curve: &Curve, workers: u64) -> Result<f64, String> {
        let speed = self
            .speed
            .steps_per_second(curve.servers, workers, curve.batch);
        speed.map_err(|error| error.to_string())
    }

    /// The number of workers with the shortest step.
    fn fastest(&self, curve: &Curve) -> Result<u64, String> {
        let (servers, batch) = (curve.servers, curve.batch);
        let found = self
            .speed
            .best_workers_by_search(servers, batch, curve.most_workers());
        found.map_err(|error| error.to_string())
    }

    /// Draws `value` over the workers for every curve, with a point at the fastest, whose number
    /// stands at the `side`, if any, and adds a sentence about each to the description.
    pub(super) fn draw(
        &self,
        mut plot: Plot,
        curves: &[Curve],
        unit: &str,
        side: impl Fn(&Curve) -> Option<Side>,
        value: impl Fn(&Curve, u64) -> Result<f64, String>,
    ) -> Result<Plot, String> {
        for curve in curves {
            let point = |workers| Ok((workers as f64, value(curve, workers)?));
            let line = curve.over_workers(point)?;
            let best = self.fastest(curve)?;
            let at_best = value(curve, best)?;
            let (name, style) = (curve.name(), curve.style(&mut plot));
            plot.description += &format!(
                " With {} parameter servers and {} it is fastest with {best} workers, at {} {unit}.",
                curve.servers,
                curve.condition,
                numbers::significant(at_best, 3).map_err(|error| error.to_string())?
            );
            let point = Points::plain(&name, &[(best as f64, at_best)], style);
            plot = plot
                .with(Line::new(&name, line, style))
                .with(point.keyed(Key::None));
            if let Some(side) = side(curve) {
                let note = Note::new(&best.to_string(), best as f64, at_best, side);
                plot = plot.with(note.coloured(style.colour));
            }
        }
        Ok(plot)
    }
}
