//! The uncertainty of an accuracy that was counted on finitely many images.

use super::interval::NORMAL_QUANTILE as Z;

/// Wilson's 95 % score interval (low, high) for a share `p̂` of `n` independent trials:
///
/// (p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n).
///
/// Unlike p̂ ± z √(p̂(1 − p̂)/n) it stays inside 0..1 and covers well near both ends.
/// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
pub fn wilson_interval(share: f64, trials: u64) -> (f64, f64) {
    let n = trials as f64;
    let z2 = Z * Z;
    let centre = share + z2 / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    (
        ((centre - half) / scale).max(0.0),
        ((centre + half) / scale).min(1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_published_values() {
        let check = |successes: f64, trials: u64, low: f64, high: f64| {
            let (found_low, found_high) = wilson_interval(successes / trials as f64, trials);
            assert!(
                (found_low - low).abs() < 5e-5,
                "{found_low} for {successes} of {trials}"
            );
            assert!(
                (found_high - high).abs() < 5e-5,
                "{found_high} for {successes} of {trials}"
            );
        };
        // Newcombe 1998, Table I, method 3.
        check(81.0, 263, 0.2553, 0.3662);
        check(15.0, 148, 0.0624, 0.1605);
        check(0.0, 20, 0.0, 0.1611);
        check(1.0, 29, 0.0061, 0.1718);
    }
}
