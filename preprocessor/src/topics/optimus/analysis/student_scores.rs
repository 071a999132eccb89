//! Random Student-t scores that go together as residuals did.

use crate::statistics::positive_definite::{INDEPENDENT, factorise};
use crate::statistics::random::SplitMix64;
use std::cmp::Ordering;

/// Draws three Student-t scores, each with its own degrees of freedom, whose normal parts are
/// correlated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StudentScores {
    /// L with LLᵀ = correlation.
    lower: [[f64; 3]; 3],
    degrees_of_freedom: [u64; 3],
}

impl StudentScores {
    /// From the correlation of three series of residuals, equally long.
    pub(crate) fn new(residuals: &[Vec<f64>; 3], degrees_of_freedom: [u64; 3]) -> Self {
        Self {
            lower: lower_factor(correlation(residuals)),
            degrees_of_freedom,
        }
    }

    /// Normal numbers divided by √(χ²/ν), the χ² of all three made of the same normal numbers.
    pub(crate) fn draw(&self, random: &mut SplitMix64) -> [f64; 3] {
        let independent = [(); 3].map(|()| random.normal());
        let normal = self.lower.map(|row| {
            std::iter::zip(row, independent)
                .map(|(l, z)| l * z)
                .sum::<f64>()
        });
        let most = self.degrees_of_freedom.into_iter().fold(0, u64::max);
        let squares: Vec<f64> = (0..most).map(|_| random.normal().powi(2)).collect();
        std::array::from_fn(|index| {
            let degrees = self.degrees_of_freedom[index];
            let chi_squared: f64 = squares[..degrees as usize].iter().sum();
            normal[index] / (chi_squared / degrees as f64).sqrt()
        })
    }
}

/// Correlations about 0, where the mean of residuals lies; series without scatter go with nothing.
fn correlation(residuals: &[Vec<f64>; 3]) -> [[f64; 3]; 3] {
    let product = |i: usize, j: usize| -> f64 {
        std::iter::zip(&residuals[i], &residuals[j])
            .map(|(a, b)| a * b)
            .sum()
    };
    let entry = |i, j| match (product(i, i) * product(j, j)).sqrt() {
        _ if i == j => 1.0,
        scale if scale > 0.0 => product(i, j) / scale,
        _ => 0.0,
    };
    std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)))
}

/// L with LLᵀ = `matrix`, which is positive semidefinite with a diagonal of ones; a pivot that is 0 to
/// rounding counts as 0.
fn lower_factor(mut matrix: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    factorise(&mut matrix, &[INDEPENDENT; 3]);
    let entry = |i: usize, j: usize| match i.cmp(&j) {
        Ordering::Less => 0.0,
        Ordering::Equal => matrix[j][j].sqrt(),
        Ordering::Greater => matrix[i][j] * matrix[j][j].sqrt(),
    };
    std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_the_residuals_correlation_and_students_width() {
        let residuals = [
            vec![1.0, -1.0, 2.0, -2.0],
            vec![2.0, -2.0, 4.0, -4.0],
            vec![1.0, 1.0, 0.0, 0.0],
        ];
        let scores = StudentScores::new(&residuals, [10, 10, 3]);
        let mut random = SplitMix64::new(6);
        let draws: Vec<[f64; 3]> = (0..20_000).map(|_| scores.draw(&mut random)).collect();
        assert!(draws.iter().all(|draw| (draw[0] - draw[1]).abs() < 1e-6));
        let outside = |index: usize, t: f64| {
            draws.iter().filter(|draw| draw[index].abs() > t).count() as f64 / 20_000.0
        };
        for share in [outside(0, 2.228), outside(2, 3.182)] {
            assert!((share - 0.05).abs() < 0.006, "{share}");
        }
    }

    #[test]
    fn residuals_without_scatter_are_independent() {
        let none = vec![0.0; 4];
        let scores = StudentScores::new(&[none.clone(), none.clone(), none], [1, 2, 3]);
        assert_eq!(
            scores.lower,
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
        );
    }
}
