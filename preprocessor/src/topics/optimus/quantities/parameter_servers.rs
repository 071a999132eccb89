//! Training speed with parameter servers (Peng et al., Eq. 4) from the quoted coefficients.

use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::topics::optimus::analysis::parameter_server::{
    SpeedError, SynchronousSpeed, steps_per_epoch,
};
use std::sync::Arc;

/// The numbers of servers that the book compares.
pub const SERVERS: [u64; 2] = [2, 4];
/// The overall batches that the book compares: the one inferred for the coefficients, the one of
/// the CIFAR runs, and twice that.
pub const BATCHES: [u64; 3] = [40, 128, 256];
/// The most workers that a plot or a search goes to.
pub const MOST_WORKERS: u64 = 40;

/// Where the quoted coefficients of Eq. (4) are.
pub const QUOTED: &str = "optimus.synchronous";
/// Where those are that were fitted to measured speeds.
pub const FITTED: &str = "speed_fit";

/// How many coefficients Eq. (4) has.
pub const COEFFICIENTS: usize = 5;

/// The coefficients of Eq. (4) that begin with `prefix`, where the book has them.
pub fn coefficients(catalogue: &Catalogue, prefix: &str) -> Option<[Arc<Quantity>; COEFFICIENTS]> {
    let coefficient = |index: usize| catalogue.known(&format!("{prefix}.t{index}"));
    let all: Vec<_> = (0..COEFFICIENTS).map_while(coefficient).collect();
    all.try_into().ok()
}

/// The speed function of these coefficients.
///
/// # Errors
/// Where a coefficient is negative or not finite.
pub fn speed(coefficients: &[Arc<Quantity>; 5]) -> Result<SynchronousSpeed, SpeedError> {
    SynchronousSpeed::new(
        coefficients
            .each_ref()
            .map(|c| c.known().unwrap_or(f64::NAN)),
    )
}

pub(crate) fn add(catalogue: &mut Catalogue) -> Result<(), String> {
    let Some(coefficients) = coefficients(catalogue, QUOTED) else {
        return Ok(());
    };
    let Some(images) = catalogue.known("cifar10.train") else {
        return Ok(());
    };
    add_all(catalogue, &coefficients, &images)
}

fn add_all(
    catalogue: &mut Catalogue,
    coefficients: &[Arc<Quantity>; 5],
    images: &Arc<Quantity>,
) -> Result<(), String> {
    let speed = speed(coefficients).map_err(|error| error.to_string())?;
    let image_count = images.known().unwrap_or_default() as u64;
    for batch in BATCHES {
        let per_epoch = Formula::of("images", images)
            / Formula::known(&batch.to_string(), batch as f64, Unit::Image);
        let name = format!("optimus.steps_per_epoch.m{batch}");
        catalogue.add(per_epoch.rounded_up().quantity(name, Unit::Step));
        let steps = steps_per_epoch(image_count, batch).map_err(|error| error.to_string())?;
        for servers in SERVERS {
            add_optimum(catalogue, coefficients, &speed, servers, batch, steps)
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn add_optimum(
    catalogue: &mut Catalogue,
    coefficients: &[Arc<Quantity>; 5],
    speed: &SynchronousSpeed,
    servers: u64,
    batch: u64,
    steps_per_epoch: u64,
) -> Result<(), SpeedError> {
    let best = speed.best_workers_by_search(servers, batch, MOST_WORKERS)?;
    let step_seconds = speed.step_seconds(servers, best, batch)?;
    let values = [
        (
            "best_workers_formula",
            Unit::One,
            "√(θ₀ M / (θ₂ / p + θ₃))",
            speed.best_workers_by_formula(servers, batch)?,
        ),
        (
            "best_workers",
            Unit::One,
            "search over whole numbers of workers",
            best as f64,
        ),
        (
            "best_step_time",
            Unit::Second,
            "1 / f(p, w) at the best w, Eq. (4)",
            step_seconds,
        ),
        (
            "best_speed",
            Unit::StepPerSecond,
            "f(p, w) at the best w, Eq. (4)",
            1.0 / step_seconds,
        ),
        (
            "epoch_time",
            Unit::Second,
            "⌈images / M⌉ / f(p, w) at the best w",
            steps_per_epoch as f64 * step_seconds,
        ),
    ];
    for (leaf, unit, function, value) in values {
        catalogue.add(Quantity::computed(
            format!("optimus.p{servers}.m{batch}.{leaf}"),
            unit,
            format!("{function}, p = {servers}, M = {batch}"),
            coefficients.to_vec(),
            Ok(value),
        ));
    }
    Ok(())
}

/// The predicted epochs times the time of an epoch at the best number of workers.
pub(crate) fn add_times_to_target(catalogue: &mut Catalogue) {
    let Some(epochs) = catalogue.known("prediction.epochs_to_92.predicted") else {
        return;
    };
    for servers in SERVERS {
        let Some(epoch) = catalogue.known(&format!("optimus.p{servers}.m128.epoch_time")) else {
            continue;
        };
        let time = Formula::of("predicted epochs", &epochs)
            * Formula::of("time of an epoch at the best number of workers", &epoch);
        let name = format!("time_to_92.p{servers}");
        catalogue.add(time.quantity_with_interval(name, Unit::Second));
    }
}
