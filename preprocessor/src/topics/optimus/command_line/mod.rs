//! The commands `fit` and `predict`.

mod fit;
mod json_lines;
mod log;
mod predict;
mod progress;
mod rows;

pub use fit::{FitArguments, fit, fit_log};
pub use log::{Log, LogColumns};
pub use predict::{PredictArguments, Question, predict};
