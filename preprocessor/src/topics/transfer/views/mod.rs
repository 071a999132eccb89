//! Plots of the data set.

pub(crate) mod class_histogram;
