//! The quantities of training time.

pub(crate) mod compared_runs;
pub(crate) mod complete_runs;
pub(crate) mod epochs_to_target;
pub(crate) mod equal_windows;
pub(crate) mod extrapolation;
pub(crate) mod logs;
pub(crate) mod loss_grid;
pub(crate) mod loss_models;
pub(crate) mod loss_regression;
pub(crate) mod loss_runs;
pub mod measured_speeds;
pub mod parameter_servers;
pub(crate) mod prediction;
mod prediction_quantities;
pub(crate) mod predictions;
pub(crate) mod stage_models;
pub(crate) mod step_times;
pub(crate) mod target_and_drops;
pub(crate) mod times_to_target;

#[cfg(test)]
mod tests;
