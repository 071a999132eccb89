//! Symmetric positive definite systems, which every fit by least squares ends in.

/// The share of a diagonal entry that its pivot must exceed for the column to be independent of those
/// before it: rounding alone leaves less.
pub(crate) const INDEPENDENT: f64 = 1e-10;

/// Replaces a symmetric matrix A, of which it reads the lower half, by its factors A = LDLᵀ: D on
/// the diagonal, L below it. Returns whether every pivot is above the one in `least`; a column whose
/// pivot is not counts as 0.
pub(crate) fn factorise<Row>(matrix: &mut [Row], least: &[f64]) -> bool
where
    Row: AsRef<[f64]> + AsMut<[f64]>,
{
    let mut definite = true;
    for column in 0..matrix.len() {
        let pivot = matrix[column].as_ref()[column];
        let counts = pivot > least[column];
        definite &= counts;
        // From below, so that the entries above are not divided yet.
        for index in (column + 1..matrix.len()).rev() {
            let factor = match counts {
                true => matrix[index].as_ref()[column] / pivot,
                false => 0.0,
            };
            for other in column + 1..=index {
                let entry = matrix[other].as_ref()[column];
                matrix[index].as_mut()[other] -= factor * entry;
            }
            matrix[index].as_mut()[column] = factor;
        }
        if !counts {
            matrix[column].as_mut()[column] = 0.0;
        }
    }
    definite
}

/// Replaces b by the solution of Ax = b, where A is given by its factors and definite.
pub(crate) fn substitute<Row: AsRef<[f64]>>(factors: &[Row], b: &mut [f64]) {
    for row in 0..b.len() {
        for column in 0..row {
            b[row] -= factors[row].as_ref()[column] * b[column];
        }
    }
    for column in (0..b.len()).rev() {
        b[column] /= factors[column].as_ref()[column];
        for row in column + 1..b.len() {
            b[column] -= factors[row].as_ref()[column] * b[row];
        }
    }
}

/// Solves Ax = b with 0 for every x that is `held`; `None` where a pivot is not above the one in
/// `least`.
pub(crate) fn solve_free<const N: usize>(
    mut a: [[f64; N]; N],
    mut b: [f64; N],
    held: [bool; N],
    mut least: [f64; N],
) -> Option<[f64; N]> {
    for index in (0..N).filter(|index| held[*index]) {
        a[index] = [0.0; N];
        a.iter_mut().for_each(|row| row[index] = 0.0);
        a[index][index] = 1.0;
        (b[index], least[index]) = (0.0, 0.0);
    }
    if !factorise(&mut a, &least) {
        return None;
    }
    substitute(&a, &mut b);
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LLᵀ of L = (2, 0, 0; 1, 3, 0; -1, 2, 4), which is D = (4, 9, 16) of the unit triangle.
    const MATRIX: [[f64; 3]; 3] = [[4.0, 2.0, -2.0], [2.0, 10.0, 5.0], [-2.0, 5.0, 21.0]];

    #[test]
    fn a_matrix_is_the_product_of_its_factors() {
        let mut factors = MATRIX;
        assert!(factorise(&mut factors, &[0.0; 3]));
        assert_eq!(
            [0, 1, 2].map(|index| factors[index][index]),
            [4.0, 9.0, 16.0]
        );
        assert_eq!(
            (factors[1][0], factors[2][0], factors[2][1]),
            (0.5, -0.5, 2.0 / 3.0)
        );
    }

    #[test]
    fn the_solution_fits_the_system() {
        // By hand: MATRIX · (1, −1, 2) = (−2, 2, 35).
        let free = solve_free(MATRIX, [-2.0, 2.0, 35.0], [false; 3], [0.0; 3]).unwrap();
        for (found, expected) in std::iter::zip(free, [1.0, -1.0, 2.0]) {
            assert!((found - expected).abs() < 1e-14, "{free:?}");
        }
        // Without the middle: (4, −2; −2, 21) · (1, 2) = (0, 40).
        let held = solve_free(MATRIX, [0.0, 9.0, 40.0], [false, true, false], [0.0; 3]).unwrap();
        for (found, expected) in std::iter::zip(held, [1.0, 0.0, 2.0]) {
            assert!((found - expected).abs() < 1e-14, "{held:?}");
        }
    }

    #[test]
    fn a_column_that_depends_on_others_counts_as_0() {
        let mut factors = [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2.0]];
        assert!(!factorise(&mut factors, &[INDEPENDENT; 3]));
        assert_eq!(
            [0, 1, 2].map(|index| factors[index][index]),
            [1.0, 0.0, 2.0]
        );
        let not_definite = [[1.0, 2.0], [2.0, 1.0]];
        assert_eq!(
            solve_free(not_definite, [1.0; 2], [false; 2], [0.0; 2]),
            None
        );
        let undefined = [[f64::NAN, 0.0], [0.0, 1.0]];
        assert_eq!(solve_free(undefined, [1.0; 2], [false; 2], [0.0; 2]), None);
    }
}
