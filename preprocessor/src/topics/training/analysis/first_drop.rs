//! The validation accuracy of a run around the first fall of its learning rate.

use crate::statistics::linear_regression::LinearRegression;
use results::EpochRow;

/// The epochs before the fall that the slope is fitted to.
const FITTED: usize = 10;

/// What the validation accuracy did before and after the first fall of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FirstDrop {
    /// By how much it rose each epoch, least squares over the last ten epochs before the fall.
    pub(crate) slope: f64,
    /// From the last epoch before the fall to the first after it.
    pub(crate) change: f64,
    /// From the last epoch before the fall to the last of all.
    pub(crate) gain: f64,
}

impl FirstDrop {
    /// `None` without a fall behind ten epochs, or where one of the epochs was not validated.
    pub(crate) fn of(epochs: &[EpochRow]) -> Option<FirstDrop> {
        let falls = |pair: &[EpochRow]| pair[1].learning_rate < pair[0].learning_rate;
        let before = epochs.windows(2).position(falls)? + 1;
        let accuracy = |row: &EpochRow| Some(row.validation?.accuracy);
        let fitted = epochs.get(before.checked_sub(FITTED)?..before)?;
        let fitted = fitted.iter().map(accuracy).collect::<Option<Vec<_>>>()?;
        let at_drop = *fitted.last()?;
        Some(FirstDrop {
            slope: slope(&fitted)?,
            change: accuracy(&epochs[before])? - at_drop,
            gain: accuracy(epochs.last()?)? - at_drop,
        })
    }
}

/// The slope of a line through values one apart.
fn slope(values: &[f64]) -> Option<f64> {
    let design: Vec<_> = { 0..values.len() }
        .map(|index| vec![1.0, index as f64])
        .collect();
    let line = LinearRegression::fit(&design, values)?;
    line.coefficients.get(1).copied()
}
