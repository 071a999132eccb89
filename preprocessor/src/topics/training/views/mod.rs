//! Tables and plots of training runs.

pub(crate) mod class_accuracies;
pub(crate) mod class_names;
pub(crate) mod confusions;
mod curve_axes;
pub(crate) mod run_curves;
mod run_settings;
pub(crate) mod run_table;
