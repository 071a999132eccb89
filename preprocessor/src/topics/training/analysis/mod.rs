//! What follows from the epochs and the predictions of a run. Pure: no input, no output.

pub(crate) mod first_drop;
pub(crate) mod learning_rate_sum;

#[cfg(test)]
mod tests;
