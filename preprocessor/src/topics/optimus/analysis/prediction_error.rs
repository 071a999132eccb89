//! How far a predicted loss curve lies from a measured one.

use serde::Serialize;

use super::steps::Step;

/// Errors relative to the measured loss, as fractions: 0.05 is five percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PredictionError {
    /// Σ |predicted − measured| / measured over the points, divided by their number.
    pub mean_absolute: f64,
    /// (predicted − measured) / measured at the last point; positive where the prediction is too
    /// high.
    pub last: f64,
}

impl PredictionError {
    /// Compares `predict`, loss in nats at a step, with measured points; `None` without points.
    pub fn of(
        measured: impl IntoIterator<Item = (Step, f64)>,
        predict: impl Fn(Step) -> f64,
    ) -> Option<Self> {
        let points = measured.into_iter();
        Self::of_pairs(points.map(|(step, loss)| (predict(step), loss)))
    }

    /// Compares (predicted, measured) losses in nats; `None` without pairs.
    pub fn of_pairs(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let relative = |(predicted, measured): (f64, f64)| (predicted - measured) / measured;
        let errors: Vec<f64> = pairs.into_iter().map(relative).collect();
        let absolute: f64 = errors.iter().map(|error| error.abs()).sum();
        Some(Self {
            mean_absolute: absolute / errors.len() as f64,
            last: *errors.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_last_error() {
        let measured = [(Step(1.0), 2.0), (Step(2.0), 1.0), (Step(3.0), 0.5)];
        let found = PredictionError::of(measured, |step| 2.0 / step.0).unwrap();
        assert!((found.mean_absolute - (1.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((found.last - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(PredictionError::of([], |_| 1.0), None);
    }
}
