//! What is computed from measured, quoted and exact inputs. Pure: no input, no output.

pub mod nonnegative_least_squares;
