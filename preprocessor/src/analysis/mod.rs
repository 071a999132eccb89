//! What is computed from measured, quoted and exact inputs. Pure: no input, no output.

pub mod binomial_interval;
pub mod flops;
pub mod layers;
pub mod networks;
pub mod nonnegative_least_squares;
pub mod paleo;
pub mod parameter_server;
pub mod platform_percent_of_peak;
pub mod positive;
