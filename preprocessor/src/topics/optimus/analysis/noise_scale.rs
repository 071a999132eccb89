//! Whether the noise of a loss grows with the loss.

/// Standard errors by which the exponent must differ from 0 before it is used.
const SIGNIFICANT: f64 = 2.0;

/// The share of a fitted loss up to which a residual is what a fit leaves of a point that the
/// model itself filled, and no noise: logs do not print so many digits.
const ROUNDING: f64 = 1e-6;

/// The exponent γ ≥ 0 for which residuals scatter as (fitted loss)^γ: 0 for even noise, 1 for noise
/// in proportion to the loss.
///
/// The slope of ln |residual| over ln fitted loss (Harvey 1976, Econometrica 44), at most 2; 0
/// where it is not significantly above 0, as where the fitted loss hardly changes.
pub(crate) fn noise_exponent(fitted: &[f64], residuals: &[f64]) -> f64 {
    let is_noise = |(fitted, residual): &(&f64, &f64)| residual.abs() > ROUNDING * **fitted;
    let pairs = std::iter::zip(fitted, residuals).filter(is_noise);
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.map(|(l, r)| (l.ln(), r.abs().ln())).unzip();
    let points = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / points;
    let (x_mean, y_mean) = (mean(&x), mean(&y));
    let moment = |a: &[f64], a_mean: f64, b: &[f64], b_mean: f64| -> f64 {
        std::iter::zip(a, b)
            .map(|(a, b)| (a - a_mean) * (b - b_mean))
            .sum()
    };
    let (xx, xy) = (
        moment(&x, x_mean, &x, x_mean),
        moment(&x, x_mean, &y, y_mean),
    );
    let slope = xy / xx;
    let unexplained = moment(&y, y_mean, &y, y_mean) - slope * xy;
    let standard_error = (unexplained / (points - 2.0) / xx).sqrt();
    // False also where nothing varies and both are undefined.
    if slope > SIGNIFICANT * standard_error {
        slope.min(2.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::random::SplitMix64;

    fn check(exponent: f64, expected: std::ops::RangeInclusive<f64>) {
        let mut random = SplitMix64::new(12);
        let fitted: Vec<f64> = (1..=350).map(|k| 0.1 + 2.0 / f64::from(k)).collect();
        let noise = |l: &f64| 0.01 * l.powf(exponent) * random.normal();
        let residuals: Vec<f64> = fitted.iter().map(noise).collect();
        let found = noise_exponent(&fitted, &residuals);
        assert!(expected.contains(&found), "{exponent}: {found}");
    }

    #[test]
    fn the_exponent_is_found() {
        check(0.0, 0.0..=0.0);
        check(1.0, 0.8..=1.2);
        check(4.0, 2.0..=2.0);
        check(-1.0, 0.0..=0.0);
    }

    /// The later half of a curve, filled by the model.
    #[test]
    fn rounding_is_no_noise() {
        let mut random = SplitMix64::new(3);
        let fitted: Vec<f64> = (1..=350).map(|k| 2.0 / f64::from(k)).collect();
        let noise = |(k, l): (usize, &f64)| {
            if k < 175 {
                0.01 * random.normal()
            } else {
                1e-9 * l
            }
        };
        let residuals: Vec<f64> = fitted.iter().enumerate().map(noise).collect();
        assert_eq!(noise_exponent(&fitted, &residuals), 0.0);
    }

    #[test]
    fn a_flat_fit_and_an_exact_fit_have_none() {
        assert_eq!(noise_exponent(&[0.5; 4], &[0.1, -0.2, 0.1, 0.0]), 0.0);
        assert_eq!(noise_exponent(&[0.5, 0.4, 0.3, 0.2], &[0.0; 4]), 0.0);
    }

    /// ln |residual| is ln fitted loss + a (1, −1, −1, 1), whose last part goes with neither 1 nor x: the
    /// slope is 1, and its standard error √(4a² / 2 / 5) with two degrees of freedom, 0.63 a.
    #[test]
    fn the_exponent_must_exceed_two_standard_errors() {
        let check = |a: f64, expected: f64| {
            let x = [-1.5, -0.5, 0.5, 1.5];
            let y = std::iter::zip(x, [a, -a, -a, a]).map(|(x, e): (f64, f64)| (x + e).exp());
            let found = noise_exponent(&x.map(f64::exp), &y.collect::<Vec<_>>());
            assert!((found - expected).abs() < 1e-9, "{a}: {found}");
        };
        check(0.78, 1.0);
        check(0.8, 0.0);
    }
}
