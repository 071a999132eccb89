//! Tables and plots of training runs.

pub(crate) mod class_accuracies;
pub(crate) mod class_names;
pub(crate) mod confusions;
pub(crate) mod curve_axes;
pub(crate) mod run_curves;
mod run_settings;
pub(crate) mod run_table;

#[cfg(test)]
mod prediction_tests;
