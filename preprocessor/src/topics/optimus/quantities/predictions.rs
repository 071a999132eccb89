//! What follows from the loss models of all runs together.

use super::logs::Logs;
use super::prediction::LossCurves;
use super::{epochs_to_target, loss_regression, prediction_quantities};
use crate::catalogue::Catalogue;
use epochs_to_target::Link;

/// What follows from the loss models of all runs, where the book states the accuracy to reach.
pub(crate) fn add(catalogue: &mut Catalogue, curves: &LossCurves, logs: &Logs) {
    let Some(target) = catalogue.known(epochs_to_target::TARGET_ACCURACY) else {
        return;
    };
    let LossCurves {
        fits, predictions, ..
    } = curves;
    let link = Link::add(catalogue, fits, &target);
    loss_regression::add(catalogue, fits, predictions);
    prediction_quantities::add(catalogue, fits, predictions, &link, logs);
    epochs_to_target::add_independence(catalogue, fits, target.known().unwrap_or(f64::NAN));
}
