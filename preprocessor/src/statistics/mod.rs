//! Statistics that any report may need. Pure: no input, no output.

pub mod binomial_interval;
pub mod interval;
pub(crate) mod isotonic_regression;
pub mod linear_regression;
pub(crate) mod mean;
pub mod median_interval;
pub mod nonnegative_least_squares;
pub(crate) mod positive_definite;
pub mod paired_difference;
pub mod random;
pub mod student_t;
