//! Tables and plots of training time.

pub(crate) mod accuracy_curves;
pub(crate) mod beta_over_depth;
pub(crate) mod loss_fit;
pub(crate) mod loss_grid;
pub(crate) mod loss_models;
pub(crate) mod loss_regression;
pub(crate) mod parameter_server_curves;
pub(crate) mod prediction;

#[cfg(test)]
mod tests;
