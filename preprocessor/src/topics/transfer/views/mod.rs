//! Plots and tables of the data set.

pub(crate) mod class_histogram;
pub(crate) mod class_table;
