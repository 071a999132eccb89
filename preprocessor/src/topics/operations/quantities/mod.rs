//! The quantities of operation counts.

#[cfg(test)]
mod checked;
pub(crate) mod flops;
pub(crate) mod inference;
pub(crate) mod layer_overheads;
pub(crate) mod layer_sums;
pub(crate) mod layer_times;
pub(crate) mod paleo;
pub(crate) mod roofline;
pub mod throughput;
pub(crate) mod timed_layers;
