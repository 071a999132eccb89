//! Loss models, their regressions and the speed of parameter servers. Pure: no input, no output.

pub mod accuracy_link;
pub mod beta_regression;
pub mod block_length;
pub mod bootstrap;
pub mod epochs_over_depth;
pub mod equal_windows;
pub mod extrapolation;
pub mod fitted_run;
pub mod hardware_independence;
pub mod learning_rate_stages;
pub mod loss_curve;
pub mod loss_fit;
pub mod loss_model;
pub mod loss_regression;
mod noise_scale;
pub mod outliers;
pub mod parameter_server;
pub mod prediction;
pub mod prediction_error;
pub mod run_regression;
mod scaled_curve;
mod separable_start;
pub mod stage_comparison;
pub mod steps;
mod student_scores;
pub mod training_set;
pub mod transformed_fit;
