//! The difference of two accuracies and its uncertainty.

use super::binomial_interval::wilson_interval;

/// The 95 % interval (low, high) of the difference `first` − `second` of two shares, each counted
/// on its own number of trials: Newcombe's method 10, which joins the two Wilson intervals.
///
/// It treats the two counts as independent. Two networks tested on the same images agree on many
/// of them, so the true interval of their difference is narrower: where this one excludes zero,
/// the difference is real; where it does not, a paired test might still find one.
///
/// Source: Newcombe 1998, "Interval estimation for the difference between independent
/// proportions".
pub fn difference_interval(first: (f64, u64), second: (f64, u64)) -> (f64, f64) {
    let (low_1, high_1) = wilson_interval(first.0, first.1);
    let (low_2, high_2) = wilson_interval(second.0, second.1);
    let difference = first.0 - second.0;
    let below = ((first.0 - low_1).powi(2) + (high_2 - second.0).powi(2)).sqrt();
    let above = ((high_1 - first.0).powi(2) + (second.0 - low_2).powi(2)).sqrt();
    (difference - below, difference + above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_published_values() {
        let check = |first: (f64, u64), second: (f64, u64), low: f64, high: f64| {
            let share = |(successes, trials): (f64, u64)| (successes / trials as f64, trials);
            let found = difference_interval(share(first), share(second));
            assert!((found.0 - low).abs() < 5e-5, "{found:?}");
            assert!((found.1 - high).abs() < 5e-5, "{found:?}");
        };
        // Newcombe 1998, Table II, method 10.
        check((56.0, 70), (48.0, 80), 0.0524, 0.3339);
        check((9.0, 10), (3.0, 10), 0.1705, 0.8090);
        check((10.0, 10), (0.0, 10), 0.6075, 1.0);
    }
}
