//! Why a speed cannot be told, and the check of coefficients.

use crate::topics::operations::analysis::positive::NotPositive;

/// Why a speed cannot be told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpeedError {
    /// A count, duration or speed is 0, negative or not finite.
    #[error(transparent)]
    NotPositive(#[from] NotPositive),
    /// A coefficient is negative or not finite.
    #[error("`{name}` is `{value}`; expected a finite number of at least 0")]
    Coefficient {
        /// The coefficient's name.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// Every coefficient is 0.
    #[error("all coefficients are `0`; expected a step to take some time")]
    NoTime,
    /// Fewer images in a batch than workers to share them.
    #[error("batch of `{batch}` images for `{workers}` workers; expected one image each at least")]
    BatchTooSmall {
        /// Images of the whole batch.
        batch: u64,
        /// Workers.
        workers: u64,
    },
    /// θ₀ is 0: further workers take nothing off a step.
    #[error("`images_per_worker` is `0`, so that one worker is best; expected it above 0")]
    OneWorkerIsBest,
    /// θ₂ and θ₃ are 0: further workers cost nothing.
    #[error(
        "`workers_per_server` and `workers` are `0`, so that more workers are always better; expected one of them above 0"
    )]
    MoreWorkersAreBetter,
    /// Too few measurements for so many coefficients.
    #[error("got `{found}` measurements; expected at least `{expected}`, one per coefficient")]
    TooFewMeasurements {
        /// How many there are.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
}

pub(crate) fn check_coefficients(names: &[&'static str], values: &[f64]) -> Result<(), SpeedError> {
    names
        .iter()
        .zip(values)
        .try_for_each(|(name, &value)| nonnegative(name, value))?;
    if values.iter().all(|&value| value == 0.0) {
        Err(SpeedError::NoTime)
    } else {
        Ok(())
    }
}

pub(crate) fn nonnegative(name: &'static str, value: f64) -> Result<(), SpeedError> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(SpeedError::Coefficient { name, value })
    }
}
