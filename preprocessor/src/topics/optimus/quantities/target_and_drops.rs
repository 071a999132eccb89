//! Whether a run reaches the target accuracy by itself, or because its learning rate drops.

use super::loss_runs::{LossFit, LossRun};
use crate::catalogue::{Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use std::sync::Arc;

/// "Soon" after a drop is within this share of the epochs before it.
const SOON: f64 = 0.1;

/// Adds when each run reaches the target, counted from the last drop before it, and how close it
/// was before that; the epochs to the target must be in the catalogue.
pub(crate) fn add(catalogue: &mut Catalogue, fits: &[LossFit]) {
    for run in fits.iter().map(|fit| &fit.run) {
        if let Some(epochs) = catalogue.known(&name(run, "epochs_to_92")) {
            add_run(catalogue, run, &epochs);
        }
    }
}

fn name(run: &LossRun, leaf: &str) -> String {
    format!("loss_model.{}.{leaf}", run.name())
}

fn add_run(catalogue: &mut Catalogue, run: &LossRun, epochs: &Arc<Quantity>) {
    let reader = run.facts.reader_as(format!("loss_model.{}", run.name()));
    let reached = epochs.known();
    let drop = reached.and_then(|reached| last_drop_before(run, reached));
    let of_drop = reader.measured(
        "drop_before_92",
        Unit::Epoch,
        "last of configuration.training.learning_rate.milestones before epochs_to_92",
        drop.map(|epoch| epoch as f64),
    );
    let since = Formula::of("epochs to the target", epochs) - Formula::of("drop", &of_drop);
    let since = since.quantity(name(run, "epochs_to_92_since_drop"), Unit::Epoch);
    let is_soon =
        { since.known().zip(of_drop.known()) }.is_some_and(|(since, drop)| since <= SOON * drop);
    let before = reader.measured(
        "best_test_accuracy_before_drop",
        Unit::One,
        "max of epochs[].test.accuracy up to drop_before_92",
        drop.and_then(|drop| run.best_test_accuracy(drop)),
    );
    let best = reader.measured(
        "best_test_accuracy",
        Unit::One,
        "max of epochs[].test.accuracy",
        run.best_test_accuracy(u64::MAX),
    );
    for (flag, holds) in [
        ("reaches_92", reached.is_some()),
        ("reaches_92_after_drop", drop.is_some()),
        ("reaches_92_soon_after_drop", is_soon),
    ] {
        catalogue.insert(name(run, flag), Entry::Flag(holds));
    }
    for quantity in [of_drop, since, before, best] {
        catalogue.add(quantity);
    }
}

/// The last drop whose lower learning rate the epoch `reached` had.
fn last_drop_before(run: &LossRun, reached: f64) -> Option<u64> {
    let drops = run.drops().map(|row| row.epoch);
    drops.filter(|drop| (*drop as f64) < reached).last()
}
