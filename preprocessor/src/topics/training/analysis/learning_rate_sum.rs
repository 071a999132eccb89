//! How far the steps of a run could carry it in all.

use results::EpochRow;

/// After each epoch, the sum Σ η over all steps so far, where η is a step's learning rate.
///
/// Steps with small rates that follow the same gradients get as far as fewer steps with large
/// ones: while nothing else differs, runs are alike where these sums are.
pub(crate) fn learning_rate_sums(epochs: &[EpochRow]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut done = 0;
    let add = |row: &EpochRow| {
        sum += row.learning_rate * row.steps.saturating_sub(done) as f64;
        done = row.steps;
        sum
    };
    epochs.iter().map(add).collect()
}
