//! Coefficients from measured speeds.

use super::error::SpeedError;
use crate::statistics::nonnegative_least_squares::nonnegative_least_squares;
use crate::topics::operations::analysis::positive::positive;

/// A measured speed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    /// p.
    pub servers: u64,
    /// w.
    pub workers: u64,
    /// M, images of the whole batch.
    pub batch: u64,
    /// f.
    pub steps_per_second: f64,
}

/// Nonnegative least squares over equations `numerator / f = regressors · θ`, each divided by
/// its left side.
pub(crate) fn fit<const N: usize>(
    measurements: &[Measurement],
    row: impl Fn(&Measurement) -> Result<([f64; N], f64), SpeedError>,
) -> Result<[f64; N], SpeedError> {
    if measurements.len() < N {
        let found = measurements.len();
        return Err(SpeedError::TooFewMeasurements { found, expected: N });
    }
    let relative = |measurement: &Measurement| {
        let speed = positive("steps_per_second", measurement.steps_per_second)?;
        let (regressors, numerator) = row(measurement)?;
        Ok(regressors.map(|value| value * speed / numerator))
    };
    let rows = measurements
        .iter()
        .map(relative)
        .collect::<Result<Vec<[f64; N]>, SpeedError>>()?;
    Ok(nonnegative_least_squares(&rows, &vec![1.0; rows.len()]))
}
