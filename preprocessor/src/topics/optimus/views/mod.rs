//! Tables and plots of training time.

pub(crate) mod accuracy_curves;
pub(crate) mod beta_over_depth;
pub(crate) mod equal_windows;
pub(crate) mod extrapolation;
pub(crate) mod log_curves;
pub(crate) mod log_fit;
pub(crate) mod log_prediction;
pub(crate) mod log_times;
pub(crate) mod loss_fit;
pub(crate) mod loss_grid;
pub(crate) mod loss_models;
pub(crate) mod loss_regression;
pub(crate) mod parameter_server_curves;
pub(crate) mod prediction;
pub(crate) mod stage_models;
pub(crate) mod target_and_drops;

#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod tests;
