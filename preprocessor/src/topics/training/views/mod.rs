//! Tables and plots of training runs.

mod curve_axes;
pub(crate) mod run_curves;
mod run_settings;
pub(crate) mod run_table;
