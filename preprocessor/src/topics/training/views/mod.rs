//! Tables and plots of training runs.

pub(crate) mod run_curves;
mod run_settings;
pub(crate) mod run_table;
