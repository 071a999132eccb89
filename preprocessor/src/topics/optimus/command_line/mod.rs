//! The commands `fit` and `predict`.

mod csv_log;
mod fit;
mod predict;

pub use csv_log::{CsvLog, LogColumns};
pub use fit::{FitArguments, fit, fit_log};
pub use predict::{PredictArguments, predict};
