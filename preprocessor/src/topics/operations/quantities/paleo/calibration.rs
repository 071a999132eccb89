//! The constants that one network sets for a device, an arithmetic and a batch.

use super::Timed;
use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::topics::operations::analysis::paleo::Platform;
use crate::topics::operations::quantities::timed_layers::TimedLayer;
use std::sync::Arc;

/// The constants of one device, arithmetic and batch.
///
/// The bandwidth is that of the board, where it is quoted, and otherwise that of the network's layers
/// without a matrix product. The speed, peak × PPP, is what the pass leaves to computing.
pub(super) struct Calibration<'a> {
    pub(super) timed: &'a Timed<'a>,
    pub(super) bandwidth: Arc<Quantity>,
    pub(super) speed: Arc<Quantity>,
    pub(super) platform: Result<Platform, Missing>,
    percent_of_peak: Arc<Quantity>,
}

impl<'a> Calibration<'a> {
    pub(super) fn new(timed: &'a Timed<'a>, catalogue: &Catalogue) -> Self {
        let time = timed.passes.pass_time(catalogue);
        let bandwidth = bandwidth(timed, catalogue);
        let platform = platform(timed, &time, &bandwidth);
        let speed = Quantity::computed(
            timed.name("speed"),
            Unit::FlopPerSecond,
            "analysis::paleo::Platform::fitted",
            vec![time, bandwidth.clone()],
            platform.clone().map(|platform| platform.flops_per_second),
        );
        Calibration {
            timed,
            percent_of_peak: percent_of_peak(timed, &speed, catalogue),
            bandwidth,
            speed,
            platform,
        }
    }

    pub(super) fn add(&self, catalogue: &mut Catalogue) {
        for quantity in [&self.bandwidth, &self.speed, &self.percent_of_peak] {
            catalogue.add(quantity.clone());
        }
    }
}

fn platform(timed: &Timed, time: &Quantity, bandwidth: &Quantity) -> Result<Platform, Missing> {
    let (time, bandwidth) = (time.value.clone()?, bandwidth.value.clone()?);
    let fitted = Platform::fitted(timed.work()?, time, bandwidth);
    fitted.map_err(|error| Missing::from(error.to_string()))
}

fn bandwidth(timed: &Timed, catalogue: &Catalogue) -> Arc<Quantity> {
    let name = timed.name("bandwidth");
    let board = timed.passes.board();
    let quoted = board.and_then(|it| catalogue.known(&format!("device.{it}.memory_bandwidth")));
    if let Some(quoted) = quoted {
        return quoted.chosen(name, "bandwidth of the board that made the run");
    }
    let fitted = || {
        let moving = timed.layers()?.iter();
        let moving = moving.filter(|layer| !layer.kind.has_product());
        let bytes: u64 = moving.clone().map(|layer| layer.work.bytes()).sum();
        // Of a run that has begun, not every layer has a trial.
        let seconds: Option<f64> = moving.map(TimedLayer::seconds).sum();
        let seconds = seconds.filter(|it| *it > 0.0).ok_or(Missing::NotMeasured)?;
        Ok(bytes as f64 / seconds)
    };
    Quantity::computed(
        name,
        Unit::BytePerSecond,
        "bytes / time of the layers without a matrix product",
        vec![timed.passes.layer_sum(catalogue)],
        fitted(),
    )
}

fn percent_of_peak(timed: &Timed, speed: &Arc<Quantity>, catalogue: &Catalogue) -> Arc<Quantity> {
    let passes = &timed.passes;
    let peak = { passes.board() }.and_then(|board| catalogue.known(&passes.peak_of(board)));
    let name = timed.name("percent_of_peak");
    match peak {
        Some(peak) => {
            let share = Formula::of("speed", speed) / Formula::of("peak", &peak);
            share.quantity(name, Unit::One)
        }
        None => {
            let reason = format!("no peak of `{}` is quoted", passes.hardware());
            Quantity::computed(name, Unit::One, "", vec![speed.clone()], Err(reason.into()))
        }
    }
}
