//! How long the blocks of a block bootstrap must be for a series' autocorrelation.

/// Lags in a row that must be insignificant before the correlation counts as gone.
const QUIET_LAGS: usize = 5;

/// How a series is to be cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockRule {
    /// Points in a block, from 1 to ⌈min(3√n, n/3)⌉.
    pub length: usize,
    /// The share of a mean's variance that blocks of this length lose at their seams, 0 to 0.5.
    pub lost_variance: f64,
}

/// Chooses the blocks for a moving-block bootstrap of `series` from its autocorrelation.
///
/// length = (2G²/D)^⅓ n^⅓ with G = Σ λ(j/M) |j| R(j), D = 4/3 g², g = Σ λ(j/M) R(j), R the
/// autocovariance and λ the flat-top window; M is twice the lag after which five correlations in a
/// row lie within 2 √(log₁₀ n / n). A block of 1 resamples point by point, right where nothing is
/// correlated. The lost share of the variance is its first-order bias, G/(g · length). Source:
/// Politis and White 2004, as corrected by Patton, Politis and White 2009 (circular blocks; moving
/// blocks have the same leading terms); of the bias: Künsch 1989.
pub fn block_rule(series: &[f64]) -> BlockRule {
    let points = series.len() as f64;
    let longest = (3.0 * points.sqrt()).min(points / 3.0).ceil().max(1.0);
    let covariances = autocovariances(series, points.sqrt().ceil() as usize + QUIET_LAGS);
    let bandwidth = 2 * last_significant_lag(&covariances, points);
    let (g, spectrum) = flat_top_sums(&covariances, bandwidth);
    let length = (1.5 * points * (g / spectrum).powi(2)).cbrt().ceil();
    // A series without variance, or one whose spectrum vanishes at 0, gives no finite length.
    let length = if length.is_finite() {
        length.clamp(1.0, longest)
    } else {
        longest
    };
    let lost_variance = g / spectrum / length;
    BlockRule {
        length: length as usize,
        lost_variance: if lost_variance > 0.0 {
            lost_variance.min(0.5)
        } else {
            0.0
        },
    }
}

/// R(0), …, R(most): Σ (sᵢ − s̄)(sᵢ₊ⱼ − s̄) / n.
fn autocovariances(series: &[f64], most: usize) -> Vec<f64> {
    let points = series.len() as f64;
    let mean = series.iter().sum::<f64>() / points;
    let centred: Vec<f64> = series.iter().map(|value| value - mean).collect();
    (0..=most.min(series.len() - 1))
        .map(|lag| {
            let pairs = std::iter::zip(&centred, &centred[lag..]);
            pairs.map(|(a, b)| a * b).sum::<f64>() / points
        })
        .collect()
}

/// The smallest lag that is followed by [`QUIET_LAGS`] insignificant ones, at least 1.
fn last_significant_lag(covariances: &[f64], points: f64) -> usize {
    let threshold = 2.0 * (points.log10() / points).sqrt() * covariances[0];
    let quiet: Vec<bool> = covariances.iter().map(|r| r.abs() < threshold).collect();
    let rest = &quiet[1..];
    let found = rest
        .windows(QUIET_LAGS)
        .position(|lags| lags.iter().all(|quiet| *quiet));
    found
        .unwrap_or_else(|| {
            rest.iter()
                .rposition(|quiet| !quiet)
                .map_or(0, |lag| lag + 1)
        })
        .max(1)
}

/// Σ λ(j/M) |j| R(j) and Σ λ(j/M) R(j) over −M ≤ j ≤ M.
fn flat_top_sums(covariances: &[f64], bandwidth: usize) -> (f64, f64) {
    let weighted = covariances.iter().enumerate().skip(1).map(|(lag, r)| {
        let share = lag as f64 / bandwidth as f64;
        (lag as f64, (2.0 * (1.0 - share)).clamp(0.0, 1.0) * r)
    });
    weighted.fold((0.0, covariances[0]), |(g, spectrum), (lag, r)| {
        (g + 2.0 * lag * r, spectrum + 2.0 * r)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::random::SplitMix64;
    use std::ops::RangeInclusive;

    fn autoregressive(points: usize, correlation: f64) -> Vec<f64> {
        let mut random = SplitMix64::new(4);
        let mut state = 0.0;
        let next = |_| {
            state = correlation * state + random.normal();
            state
        };
        (0..points).map(next).collect()
    }

    fn check(correlation: f64, lengths: RangeInclusive<usize>, lost: RangeInclusive<f64>) {
        let found = block_rule(&autoregressive(1000, correlation));
        assert!(lengths.contains(&found.length), "{correlation}: {found:?}");
        assert!(
            lost.contains(&found.lost_variance),
            "{correlation}: {found:?}"
        );
    }

    #[test]
    fn longer_correlation_needs_longer_blocks() {
        // In the limit G/g = 2ρ/(1 − ρ²) and the length is (1.5 n (G/g)²)^⅓: 14 at 0.5, 51 at 0.9.
        check(0.0, 1..=5, 0.0..=0.1);
        check(0.5, 10..=19, 0.07..=0.12);
        check(0.9, 35..=70, 0.12..=0.24);
    }

    #[test]
    fn short_and_constant_series() {
        assert!((1..=2).contains(&block_rule(&[1.0, 2.0, 1.5, 1.2]).length));
        let constant = block_rule(&[0.0; 10]);
        assert!((1..=4).contains(&constant.length) && constant.lost_variance == 0.0);
    }
}
