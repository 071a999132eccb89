//! Outliers in a loss curve, by the rule of Peng et al. 2018, Sec. 3.1.

use std::ops::Range;

use super::loss_curve::LossCurve;
use super::steps::Step;

/// Neighbours that are looked at on each side, as in the paper's example.
pub const WINDOW: usize = 5;

/// A curve whose outliers were replaced, and which points they were.
#[derive(Debug, Clone, PartialEq)]
pub struct WithoutOutliers {
    /// The curve after replacement.
    pub curve: LossCurve,
    /// The indices of the points that were replaced, counted from 0.
    pub replaced: Vec<usize>,
}

/// Replaces each loss outside the range of its neighbours by their mean.
///
/// The range of point i is [min lᵢ₊₁…lᵢ₊₅, max lᵢ₋₅…lᵢ₋₁] over the original losses in nats. The
/// paper does not say which neighbours are averaged. Here it is those of the range that are no
/// outliers themselves, or all of a side where all are; both sides reach equally far and weigh the
/// same, so that a steep curve does not pull the mean. The first and the last point lack neighbours
/// on one side and stay.
///
/// On a flat, noisy tail a third of all points lies outside such a range by chance (each is the
/// lowest of six with probability 1/6, and the highest of six with 1/6), so the rule also smooths.
pub fn replace_outliers(curve: &LossCurve) -> WithoutOutliers {
    let losses = curve.losses_nats();
    let replaced: Vec<usize> = (1..losses.len() - 1)
        .filter(|&index| is_outlier(losses, index))
        .collect();
    let mut points: Vec<(Step, f64)> = curve.points().collect();
    for &index in &replaced {
        points[index].1 = mean_of_neighbours(losses, &replaced, index);
    }
    // A curve made constant by the rule was constant but for its outliers: it is left as it was.
    match LossCurve::new(points) {
        Ok(curve) => WithoutOutliers { curve, replaced },
        Err(_) => WithoutOutliers {
            curve: curve.clone(),
            replaced: Vec::new(),
        },
    }
}

fn is_outlier(losses: &[f64], index: usize) -> bool {
    let before = &losses[index.saturating_sub(WINDOW)..index];
    let after = &losses[index + 1..(index + 1 + WINDOW).min(losses.len())];
    let lowest = after.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = before.iter().copied().fold(0.0, f64::max);
    losses[index] < lowest || losses[index] > highest
}

fn mean_of_neighbours(losses: &[f64], outliers: &[usize], index: usize) -> f64 {
    let reach = WINDOW.min(index).min(losses.len() - 1 - index);
    let before = mean_of_good(losses, outliers, index - reach..index);
    let after = mean_of_good(losses, outliers, index + 1..index + 1 + reach);
    (before + after) / 2.0
}

fn mean_of_good(losses: &[f64], outliers: &[usize], side: Range<usize>) -> f64 {
    let is_good = |index: &usize| outliers.binary_search(index).is_err();
    let good: Vec<f64> = side
        .clone()
        .filter(is_good)
        .map(|index| losses[index])
        .collect();
    let averaged = if good.is_empty() {
        &losses[side]
    } else {
        &good
    };
    averaged.iter().sum::<f64>() / averaged.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(losses: &[f64], replaced: &[(usize, f64)]) {
        let points = losses.iter().enumerate();
        let curve = LossCurve::new(points.map(|(k, &l)| (Step(k as f64), l)).collect()).unwrap();
        let found = replace_outliers(&curve);
        let indices: Vec<usize> = replaced.iter().map(|(index, _)| *index).collect();
        assert_eq!(found.replaced, indices);
        for (index, (_, loss)) in found.curve.points().enumerate() {
            let expected = replaced.iter().find(|(i, _)| *i == index);
            let expected = expected.map_or(losses[index], |(_, loss)| *loss);
            assert!((loss - expected).abs() < 1e-12, "point {index}: {loss}");
        }
    }

    #[test]
    fn a_falling_curve_stays() {
        check(&[5.0, 4.0, 3.0, 2.5, 2.2, 2.0, 1.9, 1.85], &[]);
    }

    #[test]
    fn a_spike_and_a_dip_take_their_neighbours_mean() {
        check(
            &[5.0, 4.0, 9.0, 3.0, 2.0, 1.0],
            &[(2, (5.0 + 4.0 + 3.0 + 2.0) / 4.0)],
        );
        check(&[5.0, 4.0, 0.5, 3.0, 2.0, 1.0], &[(2, 3.5)]);
    }

    #[test]
    fn outliers_side_by_side_do_not_spoil_each_others_mean() {
        check(
            &[6.0, 5.0, 4.0, 99.0, 99.5, 3.0, 2.0, 1.0],
            &[(3, 3.75), (4, 3.25)],
        );
    }

    /// The seventh loss is below that five before it, and not below that four before it.
    #[test]
    fn five_neighbours_count_on_each_side() {
        check(
            &[10.0, 9.0, 5.0, 5.0, 5.0, 5.0, 6.0, 4.0, 4.0, 4.0, 4.0, 3.0],
            &[],
        );
        check(
            &[9.0, 5.0, 5.0, 5.0, 5.0, 5.0, 6.0, 4.0, 4.0, 4.0, 4.0, 3.0],
            &[(6, (5.0 + 3.8) / 2.0)],
        );
    }

    #[test]
    fn the_ends_stay() {
        check(&[0.1, 4.0, 3.0, 2.0, 1.0, 9.0], &[(1, 1.55), (4, 5.5)]);
    }

    #[test]
    fn a_rule_that_leaves_a_constant_is_not_applied() {
        check(&[2.0, 2.0, 9.0, 2.0, 2.0], &[]);
    }
}
