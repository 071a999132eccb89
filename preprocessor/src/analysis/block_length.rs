//! How long the blocks of a block bootstrap must be for a series' autocorrelation.

/// Lags in a row that must be insignificant before the correlation counts as gone.
const QUIET_LAGS: usize = 5;

/// The block length for a moving-block bootstrap of `series`, chosen from its autocorrelation.
///
/// b = (2G²/D)^⅓ n^⅓ with G = Σ λ(j/M) |j| R(j), D = 4/3 (Σ λ(j/M) R(j))², R the autocovariance and
/// λ the flat-top window; M is twice the lag after which five correlations in a row lie within 2
/// √(log₁₀ n / n). At least 1, at most ⌈min(3√n, n/3)⌉. A block of 1 resamples point by point,
/// right where nothing is correlated. Source: Politis and White 2004, Sec. 3, as corrected by
/// Patton, Politis and White 2009 (circular blocks; moving blocks have the same leading terms).
pub fn block_length(series: &[f64]) -> usize {
    let points = series.len() as f64;
    let longest = (3.0 * points.sqrt()).min(points / 3.0).ceil().max(1.0);
    let covariances = autocovariances(series, points.sqrt().ceil() as usize + QUIET_LAGS);
    let bandwidth = 2 * last_significant_lag(&covariances, points);
    let (g, spectrum) = flat_top_sums(&covariances, bandwidth);
    let length = (1.5 * points * (g / spectrum).powi(2)).cbrt().ceil();
    // A series without variance, or one whose spectrum vanishes at 0, gives no finite length.
    let length = if length.is_finite() { length } else { longest };
    length.clamp(1.0, longest) as usize
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
    use crate::analysis::random::SplitMix64;

    fn autoregressive(points: usize, correlation: f64) -> Vec<f64> {
        let mut random = SplitMix64::new(4);
        let mut state = 0.0;
        let next = |_| {
            state = correlation * state + random.normal();
            state
        };
        (0..points).map(next).collect()
    }

    fn check(correlation: f64, expected: std::ops::RangeInclusive<usize>) {
        let found = block_length(&autoregressive(1000, correlation));
        assert!(expected.contains(&found), "{correlation}: {found}");
    }

    #[test]
    fn longer_correlation_needs_longer_blocks() {
        // In the limit the rule gives b = (6 n ρ²/(1 − ρ²)²)^⅓, that is 14 at 0.5 and 51 at 0.9 for
        // n = 1000.
        check(0.0, 1..=5);
        check(0.5, 10..=19);
        check(0.9, 35..=70);
    }

    #[test]
    fn short_and_constant_series() {
        assert!((1..=2).contains(&block_length(&[1.0, 2.0, 1.5, 1.2])));
        assert!((1..=4).contains(&block_length(&[0.0; 10])));
    }
}
