//! Tables and plots of operation counts.

mod counted_network;
pub(crate) mod flops_share;
pub(crate) mod flops_table;
pub(crate) mod layer_sums;
pub(crate) mod layer_times;
pub(crate) mod layer_waits;
pub(crate) mod percent_of_peak;

#[cfg(test)]
mod tests;
