//! The mean of some values, how far they scatter around it, and how far it can be trusted.

use super::interval::{CONFIDENCE, Interval};
use super::student_t::central_quantile;

/// The arithmetic mean.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation of a sample; zero for one value.
pub(crate) fn standard_deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len().max(2) - 1) as f64).sqrt()
}

/// The 95 % interval of the mean of the distribution that `values` were drawn from,
/// x̄ ± t s / √n with Student's t of n − 1 degrees of freedom.
///
/// `None` for fewer than two values.
///
/// Source: Student 1908, "The probable error of a mean".
pub(crate) fn mean_interval(values: &[f64]) -> Option<Interval> {
    let scores = central_quantile(CONFIDENCE, values.len().checked_sub(1)? as u64)?;
    let half_width = scores * standard_deviation(values) / (values.len() as f64).sqrt();
    let mean = mean(values);
    Some(Interval {
        low: mean - half_width,
        high: mean + half_width,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hours of sleep that a drug added in ten patients: 1.58 with a standard error of 0.39, from
    /// 0.70 to 2.46.
    #[test]
    fn students_own_example() {
        let added = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        let found = mean_interval(&added).unwrap();
        assert!((found.low - 0.700_114).abs() < 1e-6, "{found:?}");
        assert!((found.high - 2.459_886).abs() < 1e-6, "{found:?}");
    }

    /// x̄ = 2, s = 1, t = 4.3027 with two degrees of freedom: 2 ± 4.3027 / √3.
    #[test]
    fn three_values_by_hand() {
        let found = mean_interval(&[1.0, 2.0, 3.0]).unwrap();
        assert!((found.high - 4.484_138).abs() < 1e-5, "{found:?}");
        assert!((found.low + 0.484_138).abs() < 1e-5, "{found:?}");
    }

    #[test]
    fn one_value_has_no_interval() {
        assert_eq!(mean_interval(&[1.0]), None);
        assert_eq!(mean_interval(&[]), None);
    }
}
