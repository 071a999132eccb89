//! Least squares with coefficients that may not be negative.
//!
//! At the minimum some coefficients are free and the others 0. There are few of them, two to five in
//! what is fitted here: every such choice is tried, which needs neither a start nor a rule for
//! stopping.

use super::positive_definite::{INDEPENDENT, solve_free};

/// Finds x ≥ 0 that minimises ‖A·x − b‖₂, where A has a row for each value of b.
///
/// Columns are scaled inside, so that coefficients of very different size (an intercept beside a
/// slope per step) are judged alike. Of columns that depend linearly on each other at least one gets
/// 0, and so does a column of zeros.
///
/// # Panics
/// When `a` has not as many rows as `b` has values, or when a value is not finite: these are errors
/// of the caller, which knows where the values came from.
pub fn nonnegative_least_squares<const N: usize>(a: &[[f64; N]], b: &[f64]) -> [f64; N] {
    assert_eq!(a.len(), b.len(), "a row of the matrix for each value");
    assert!(
        a.iter().flatten().chain(b).all(|value| value.is_finite()),
        "finite values"
    );
    let scales = largest_of_columns(a);
    let (mut gram, mut moments) = ([[0.0; N]; N], [0.0; N]);
    for (row, b) in std::iter::zip(a, b) {
        let row: [f64; N] = std::array::from_fn(|j| row[j] / scales[j]);
        for (j, value) in row.iter().enumerate() {
            moments[j] += value * b;
            std::iter::zip(&mut gram[j], row).for_each(|(sum, other)| *sum += value * other);
        }
    }
    let scaled = nonnegative_solution(&gram, &moments);
    std::array::from_fn(|j| scaled[j] / scales[j])
}

/// The largest magnitude in each column, 1 in one of zeros.
fn largest_of_columns<const N: usize>(a: &[[f64; N]]) -> [f64; N] {
    std::array::from_fn(|j| {
        let largest = a.iter().fold(0.0, |largest, row| row[j].abs().max(largest));
        if largest == 0.0 { 1.0 } else { largest }
    })
}

/// Finds x ≥ 0 that minimises ‖A·x − b‖₂ from AᵀA and Aᵀb.
pub(crate) fn nonnegative_solution<const N: usize>(
    gram: &[[f64; N]; N],
    moments: &[f64; N],
) -> [f64; N] {
    let least = std::array::from_fn(|j| INDEPENDENT * gram[j][j]);
    let (mut best, mut least_error) = ([0.0; N], 0.0);
    for free in (1..1_u32 << N).rev() {
        let held = std::array::from_fn(|j| free >> j & 1 == 0);
        let Some(x) = solve_free(*gram, *moments, held, least) else {
            continue;
        };
        // Less the constant |b|²; not finite where x is not.
        let error = -std::iter::zip(x, moments).map(|(x, m)| x * m).sum::<f64>();
        if error.is_finite() && error < least_error && x.iter().all(|x| *x >= 0.0) {
            (best, least_error) = (x, error);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>(a: &[[f64; N]], b: &[f64], expect: [f64; N]) {
        let x = nonnegative_least_squares(a, b);
        for (found, wanted) in x.iter().zip(&expect) {
            assert!(
                (found - wanted).abs() < 1e-10,
                "{x:?} instead of {expect:?}"
            );
        }
    }

    #[test]
    fn solves_small_problems() {
        check(&[[1.0, 0.0], [0.0, 1.0]], &[2.0, 3.0], [2.0, 3.0]);
        check(&[[1.0, 0.0], [0.0, 1.0]], &[2.0, -3.0], [2.0, 0.0]);
        check(&[[1.0, 0.0], [0.0, 1.0]], &[-2.0, 3.0], [0.0, 3.0]);
        check(&[[1.0, 0.0], [0.0, 1.0]], &[-2.0, -3.0], [0.0, 0.0]);
        check(&[[1.0], [1.0]], &[-1.0, -2.0], [0.0]);
        // A line through (0, 1), (1, 3), (2, 5) is 1 + 2k; through falling points it is the mean.
        let line = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]];
        check(&line, &[1.0, 3.0, 5.0], [1.0, 2.0]);
        check(&line, &[5.0, 3.0, 1.0], [3.0, 0.0]);
        check(&[], &[], [0.0]);
    }

    #[test]
    fn columns_of_very_different_size_are_judged_alike() {
        let rows = [0.0, 1e6, 2e6, 3e6].map(|k| [k, 1.0]);
        let x = nonnegative_least_squares(&rows, &[1.0, 1.5, 2.0, 2.5]);
        assert!(
            (x[0] * 1e6 - 0.5).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12,
            "{x:?}"
        );
    }

    #[test]
    fn dependent_and_empty_columns_get_zero() {
        check(&[[1.0, 2.0], [1.0, 2.0]], &[4.0, 4.0], [0.0, 2.0]);
        check(&[[0.0, 1.0], [0.0, 1.0]], &[4.0, 4.0], [0.0, 4.0]);
    }

    /// The second column is three tenths of the first, but for what the decimals round off; of the first
    /// alone Σ a b / Σ a² is 2.2 / 0.54.
    #[test]
    fn columns_that_depend_but_for_rounding_are_not_both_used() {
        let rows = [[0.1, 0.03], [0.2, 0.06], [0.7, 0.21]];
        let x = nonnegative_least_squares(&rows, &[2.0, 3.0, 2.0]);
        assert!((x[0] + 0.3 * x[1] - 2.2 / 0.54).abs() < 1e-12, "{x:?}");
        assert!(x.contains(&0.0), "{x:?}");
    }

    /// A fixed sequence in −1 … 1 (Knuth's linear congruential generator).
    fn sequence() -> impl FnMut() -> f64 {
        let mut state = 2018_u64;
        move || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        }
    }

    /// The conditions of Karush, Kuhn and Tucker are necessary and sufficient for the minimum.
    fn check_minimum<const N: usize>(rows: usize, next: &mut impl FnMut() -> f64) {
        let a: Vec<[f64; N]> = (0..rows).map(|_| [(); N].map(|()| next())).collect();
        let b: Vec<f64> = (0..rows).map(|_| next()).collect();
        let x = nonnegative_least_squares(&a, &b);
        let dot = |row: &[f64; N]| std::iter::zip(row, &x).map(|(a, x)| a * x).sum::<f64>();
        for (j, coefficient) in x.iter().enumerate() {
            let descent: f64 = std::iter::zip(&a, &b)
                .map(|(row, b)| row[j] * (b - dot(row)))
                .sum();
            assert!(*coefficient >= 0.0 && descent < 1e-9, "{a:?} {b:?}: {x:?}");
            assert!(coefficient * descent > -1e-9, "{a:?} {b:?}: {x:?}");
        }
    }

    #[test]
    fn the_minimum_is_reached_on_300_problems() {
        let mut next = sequence();
        for rows in (3..12).cycle().take(60) {
            check_minimum::<1>(rows, &mut next);
            check_minimum::<2>(rows, &mut next);
            check_minimum::<3>(rows, &mut next);
            check_minimum::<4>(rows, &mut next);
            check_minimum::<5>(rows, &mut next);
        }
    }

    #[test]
    #[should_panic(expected = "finite values")]
    fn not_a_number_is_refused() {
        nonnegative_least_squares(&[[f64::NAN]], &[1.0]);
    }
}
