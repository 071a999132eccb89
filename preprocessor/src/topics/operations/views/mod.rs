//! Tables and plots of operation counts.

mod counted_network;
pub(crate) mod flops_share;
pub(crate) mod flops_table;
pub(crate) mod layer_sums;
pub(crate) mod layer_times;
pub(crate) mod layer_waits;
pub(crate) mod paleo;
pub(crate) mod percent_of_peak;
pub(crate) mod roofline;

#[cfg(test)]
mod tests;
