//! Plots and tables of the data set, and of what the settings reached.

pub(crate) mod accuracy_over_cost;
pub(crate) mod class_histogram;
pub(crate) mod class_table;
