//! Least squares with coefficients that may not be negative.
//!
//! Optimus fits both its loss curve and its speed functions this way (Peng et al. 2018,
//! Sec. 3.1 and 3.2). The method is the active-set algorithm of Lawson and Hanson, *Solving
//! Least Squares Problems* (1974), chapter 23: start from x = 0, free the coefficient along which
//! the residual falls fastest, solve for the free ones alone, and step back to the boundary
//! where that solution turns negative.

/// A direction counts as downhill when the cosine between its column and the target exceeds
/// this: rounding leaves cosines near 1e-15, so that a smaller bound would free coefficients on noise.
const SMALLEST_COSINE: f64 = 1e-12;

/// Finds x ≥ 0 that minimises ‖A·x − b‖₂. `a` holds the rows of A, one per equation; the
/// answer has one coefficient per column.
///
/// Columns are scaled to length 1 inside, so that coefficients of very different size (an
/// intercept beside a slope per step) are judged alike. Of columns that depend
/// linearly on each other at least one gets 0, and so does a column of zeros.
///
/// # Panics
/// When `a` has not as many rows as `b` has values, when its rows differ in length, or when a
/// value is not finite: these are errors of the caller, which knows where the values came from.
pub fn nonnegative_least_squares(a: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let (columns, lengths) = unit_columns(a, b);
    let scaled = active_set(&columns, b);
    scaled
        .iter()
        .zip(lengths)
        .map(|(x, length)| x / length)
        .collect()
}

/// The columns of A divided by their lengths, and the lengths; a column of zeros keeps length 1.
fn unit_columns(a: &[Vec<f64>], b: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    assert_eq!(
        a.len(),
        b.len(),
        "one row of the matrix per value of the target"
    );
    let width = a.first().map_or(0, Vec::len);
    assert!(a.iter().all(|row| row.len() == width), "rows of one length");
    assert!(
        a.iter().flatten().chain(b).all(|value| value.is_finite()),
        "finite values"
    );
    let unit = |j: usize| {
        let length = a.iter().fold(0.0_f64, |length, row| length.hypot(row[j]));
        let length = if length == 0.0 { 1.0 } else { length };
        (a.iter().map(|row| row[j] / length).collect(), length)
    };
    (0..width).map(unit).unzip()
}

fn active_set(columns: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut x = vec![0.0; columns.len()];
    let mut free = Vec::new(); // indices of the coefficients that may differ from 0
    let mut refused = Vec::new(); // columns whose coefficient rounding drove back to 0 at once
    while let Some(entering) = steepest(columns, b, &x, &free, &refused) {
        free.push(entering);
        if solve_free(columns, b, &free)
            .last()
            .is_some_and(|&step| step <= 0.0)
        {
            free.pop();
            refused.push(entering);
            continue;
        }
        refused.clear();
        move_to_feasible(columns, b, &mut x, &mut free);
    }
    x
}

/// The bound coefficient along which ‖A·x − b‖ falls fastest: the largest component of
/// Aᵀ(b − A·x), if any is positive beyond rounding.
fn steepest(
    columns: &[Vec<f64>],
    b: &[f64],
    x: &[f64],
    free: &[usize],
    refused: &[usize],
) -> Option<usize> {
    let residual = residual(columns, b, x);
    let smallest = SMALLEST_COSINE * dot(b, b).sqrt();
    (0..columns.len())
        .filter(|j| !free.contains(j) && !refused.contains(j))
        .map(|j| (j, dot(&columns[j], &residual)))
        .filter(|&(_, descent)| descent > smallest)
        .max_by(|left, right| left.1.total_cmp(&right.1))
        .map(|(j, _)| j)
}

/// Moves x to the least-squares solution over the free columns. Where that would cross zero,
/// stops at the first crossing, binds the coefficients that reached 0 and tries again.
fn move_to_feasible(columns: &[Vec<f64>], b: &[f64], x: &mut [f64], free: &mut Vec<usize>) {
    loop {
        let goal = solve_free(columns, b, free);
        let crossings = free.iter().zip(&goal).filter(|&(_, &end)| end <= 0.0);
        let first = crossings
            .map(|(&j, end)| (x[j] / (x[j] - end), j))
            .min_by(|l, r| l.0.total_cmp(&r.0));
        let fraction = first.map_or(1.0, |(fraction, _)| fraction);
        for (&j, end) in free.iter().zip(&goal) {
            x[j] += fraction * (end - x[j]);
        }
        let Some((_, reached)) = first else { return };
        x[reached] = 0.0; // exactly, whatever the rounding of the step
        free.retain(|&j| x[j] > 0.0);
        (0..x.len())
            .filter(|j| !free.contains(j))
            .for_each(|j| x[j] = 0.0);
    }
}

/// Least squares over the columns in `free`, by modified Gram–Schmidt with the target carried
/// along (backward stable: Björck 1967), then back substitution.
fn solve_free(columns: &[Vec<f64>], b: &[f64], free: &[usize]) -> Vec<f64> {
    let mut basis: Vec<Vec<f64>> = free.iter().map(|&j| columns[j].clone()).collect();
    let mut target = b.to_vec();
    let mut upper = vec![vec![0.0; free.len()]; free.len()];
    let mut solution = vec![0.0; free.len()];
    for i in 0..free.len() {
        let (done, rest) = basis.split_at_mut(i + 1);
        let direction = &mut done[i];
        upper[i][i] = dot(direction, direction).sqrt();
        direction.iter_mut().for_each(|value| *value /= upper[i][i]);
        for (j, column) in rest.iter_mut().enumerate() {
            upper[i][i + 1 + j] = remove(column, direction);
        }
        solution[i] = remove(&mut target, direction);
    }
    for i in (0..free.len()).rev() {
        let known = dot(&upper[i][i + 1..], &solution[i + 1..]);
        solution[i] = (solution[i] - known) / upper[i][i];
    }
    solution
}

/// Subtracts from `vector` its part along the unit vector `direction`, and returns its length.
fn remove(vector: &mut [f64], direction: &[f64]) -> f64 {
    let part = dot(vector, direction);
    vector
        .iter_mut()
        .zip(direction)
        .for_each(|(value, unit)| *value -= part * unit);
    part
}

fn residual(columns: &[Vec<f64>], b: &[f64], x: &[f64]) -> Vec<f64> {
    let mut residual = b.to_vec();
    for (column, coefficient) in columns.iter().zip(x) {
        residual
            .iter_mut()
            .zip(column)
            .for_each(|(value, entry)| *value -= coefficient * entry);
    }
    residual
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &[&[f64]], b: &[f64], expect: &[f64]) {
        let rows: Vec<Vec<f64>> = a.iter().map(|row| row.to_vec()).collect();
        let x = nonnegative_least_squares(&rows, b);
        assert_eq!(x.len(), expect.len());
        for (found, wanted) in x.iter().zip(expect) {
            assert!(
                (found - wanted).abs() < 1e-10,
                "{x:?} instead of {expect:?}"
            );
        }
    }

    #[test]
    fn solves_small_problems() {
        check(&[&[1.0, 0.0], &[0.0, 1.0]], &[2.0, 3.0], &[2.0, 3.0]);
        check(&[&[1.0, 0.0], &[0.0, 1.0]], &[2.0, -3.0], &[2.0, 0.0]);
        check(&[&[1.0], &[1.0]], &[-1.0, -2.0], &[0.0]);
        // A line through (0, 1), (1, 3), (2, 5) is 1 + 2k; through falling points it is the mean.
        check(
            &[&[1.0, 0.0], &[1.0, 1.0], &[1.0, 2.0]],
            &[1.0, 3.0, 5.0],
            &[1.0, 2.0],
        );
        check(
            &[&[1.0, 0.0], &[1.0, 1.0], &[1.0, 2.0]],
            &[5.0, 3.0, 1.0],
            &[3.0, 0.0],
        );
        check(&[], &[], &[]);
    }

    #[test]
    fn columns_of_very_different_size_are_judged_alike() {
        let k = [0.0, 1e6, 2e6, 3e6];
        let rows: Vec<Vec<f64>> = k.iter().map(|&k| vec![k, 1.0]).collect();
        let x = nonnegative_least_squares(&rows, &[1.0, 1.5, 2.0, 2.5]);
        assert!(
            (x[0] * 1e6 - 0.5).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12,
            "{x:?}"
        );
    }

    #[test]
    fn dependent_and_empty_columns_get_zero() {
        check(&[&[1.0, 2.0], &[1.0, 2.0]], &[4.0, 4.0], &[0.0, 2.0]);
        check(&[&[0.0, 1.0], &[0.0, 1.0]], &[4.0, 4.0], &[0.0, 4.0]);
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
    #[test]
    fn the_minimum_is_reached_on_300_problems() {
        let mut next = sequence();
        for problem in 0..300 {
            let (rows, width) = (3 + problem % 9, 1 + problem % 6);
            let a: Vec<Vec<f64>> = (0..rows)
                .map(|_| (0..width).map(|_| next()).collect())
                .collect();
            let b: Vec<f64> = (0..rows).map(|_| next()).collect();
            let x = nonnegative_least_squares(&a, &b);
            let columns: Vec<Vec<f64>> = (0..width)
                .map(|j| a.iter().map(|row| row[j]).collect())
                .collect();
            let residual = residual(&columns, &b, &x);
            for (coefficient, column) in x.iter().zip(&columns) {
                let descent = dot(column, &residual);
                assert!(
                    *coefficient >= 0.0 && descent < 1e-9,
                    "problem {problem}: {x:?}"
                );
                assert!(coefficient * descent > -1e-9, "problem {problem}: {x:?}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "finite values")]
    fn not_a_number_is_refused() {
        nonnegative_least_squares(&[vec![f64::NAN]], &[1.0]);
    }
}
