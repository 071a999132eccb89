//! The mean of differences in pairs and its uncertainty.

use super::interval::NORMAL_QUANTILE;
use super::mean::mean;

/// The mean of differences, and its 95 % interval (low, high) for the choice of the pairs; `None`
/// without pairs.
///
/// The interval is that of a mean of many independent values, by the normal distribution. Where each
/// difference is −1, 0 or 1, as of two classifiers on one image, it is Wald's interval for the
/// difference of paired proportions (Agresti 2002, "Categorical Data Analysis", Section 10.1.1).
pub fn paired_difference(differences: &[f64]) -> Option<(f64, (f64, f64))> {
    if differences.is_empty() {
        return None;
    }
    let n = differences.len() as f64;
    let mean = mean(differences);
    let squares: f64 = differences.iter().map(|it| (it - mean).powi(2)).sum();
    let half = NORMAL_QUANTILE * squares.sqrt() / n;
    Some((mean, (mean - half, mean + half)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Agresti 2002, Table 10.1: of 1,600 voters 794 approve twice, 150 only first, 86 only later,
    /// 570 never. The approval changes by −0.04, with a standard error of 0.0095 and an interval
    /// from −0.06 to −0.02.
    #[test]
    fn approval_of_a_prime_minister() {
        let voters = [(0.0, 794 + 570), (-1.0, 150), (1.0, 86)];
        let differences: Vec<f64> = voters
            .into_iter()
            .flat_map(|(difference, count)| std::iter::repeat_n(difference, count))
            .collect();
        let (mean, (low, high)) = paired_difference(&differences).unwrap();
        assert!((mean + 0.04).abs() < 1e-12, "{mean}");
        assert!((low + 0.0587).abs() < 5e-5, "{low}");
        assert!((high + 0.0213).abs() < 5e-5, "{high}");
        let error = (high - low) / (2.0 * NORMAL_QUANTILE);
        assert!((error - 0.0095).abs() < 5e-5, "{error}");
    }

    #[test]
    fn no_pairs() {
        assert_eq!(paired_difference(&[]), None);
    }
}
