//! What is computed of layer lists, peaks and times. Pure: no input, no output.

pub mod flops;
pub mod layers;
pub mod networks;
pub mod paleo;
pub mod platform_percent_of_peak;
pub mod positive;
pub mod roofline;
