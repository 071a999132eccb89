//! What follows from the epochs and the predictions of a run. Pure: no input, no output.

pub(crate) mod first_drop;
pub(crate) mod learning_rate_sum;
pub(crate) mod predictions;

#[cfg(test)]
mod tests;
