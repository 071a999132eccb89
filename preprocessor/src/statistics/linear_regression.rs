//! Ordinary least squares with the standard error of a prediction.

use super::interval::{CONFIDENCE, Interval};
use super::positive_definite::{INDEPENDENT, factorise, substitute};
use super::student_t::central_quantile;

/// A fitted linear model ŷ = x·b.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearRegression {
    /// One coefficient per column of the design.
    pub coefficients: Vec<f64>,
    /// Observed less fitted value, row by row.
    pub residuals: Vec<f64>,
    /// Rows less columns: what is left to estimate the scatter from.
    pub degrees_of_freedom: u64,
    /// XᵀX in factors.
    factors: Vec<Vec<f64>>,
}

impl LinearRegression {
    /// Minimises |y − Xb|²; `None` where the columns of X are not independent or outnumber the
    /// rows.
    pub fn fit(design: &[Vec<f64>], observed: &[f64]) -> Option<Self> {
        let columns = design.first()?.len();
        let degrees_of_freedom = design.len().checked_sub(columns)? as u64;
        let mut factors = gram(design);
        let least: Vec<f64> = (0..columns)
            .map(|index| INDEPENDENT * factors[index][index])
            .collect();
        if !factorise(&mut factors, &least) {
            return None;
        }
        let mut coefficients: Vec<f64> = (0..columns)
            .map(|column| {
                std::iter::zip(design, observed)
                    .map(|(row, y)| row[column] * y)
                    .sum()
            })
            .collect();
        substitute(&factors, &mut coefficients);
        let residual = |(row, y): (&Vec<f64>, &f64)| y - dot(row, &coefficients);
        let residuals = std::iter::zip(design, observed).map(residual).collect();
        Some(Self {
            coefficients,
            residuals,
            degrees_of_freedom,
            factors,
        })
    }

    /// ŷ = x·b for a new row x.
    pub fn predict(&self, row: &[f64]) -> f64 {
        dot(row, &self.coefficients)
    }

    /// The 95 % interval of a coefficient, b ± t s √((XᵀX)⁻¹ᵢᵢ).
    ///
    /// `None` without a degree of freedom, or where there is no such coefficient.
    pub fn coefficient_interval(&self, index: usize) -> Option<Interval> {
        let coefficient = *self.coefficients.get(index)?;
        let scores = central_quantile(CONFIDENCE, self.degrees_of_freedom)?;
        let mut unit = vec![0.0; self.coefficients.len()];
        unit[index] = 1.0;
        let half_width = scores * (self.residual_variance()? * self.spread(&unit)).sqrt();
        Some(Interval {
            low: coefficient - half_width,
            high: coefficient + half_width,
        })
    }

    /// s² = Σ residual² / (n − p); `None` without a degree of freedom.
    fn residual_variance(&self) -> Option<f64> {
        let squares = self.residuals.iter().map(|residual| residual * residual);
        let sum: f64 = squares.sum();
        (self.degrees_of_freedom > 0).then(|| sum / self.degrees_of_freedom as f64)
    }

    /// The standard error of a new observation at row x, s √(1 + xᵀ(XᵀX)⁻¹x) with s² = Σ residual²
    /// / (n − p).
    ///
    /// `None` without a degree of freedom.
    pub fn standard_error(&self, row: &[f64]) -> Option<f64> {
        Some((self.residual_variance()? * (1.0 + self.spread(row))).sqrt())
    }

    /// xᵀ(XᵀX)⁻¹x for a row x.
    fn spread(&self, row: &[f64]) -> f64 {
        let mut solution = row.to_vec();
        substitute(&self.factors, &mut solution);
        dot(&solution, row)
    }
}

fn gram(design: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns = design[0].len();
    let product = |i, j| design.iter().map(|row| row[i] * row[j]).sum();
    (0..columns)
        .map(|i| (0..columns).map(|j| product(i, j)).collect())
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    std::iter::zip(a, b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_four_points() {
        // By hand: x̄ = 1.5, ȳ = 2.45, Sxx = 5, Sxy = 4.5.
        let design: Vec<Vec<f64>> = (0..4).map(|x| vec![1.0, f64::from(x)]).collect();
        let line = LinearRegression::fit(&design, &[1.0, 2.2, 2.8, 3.8]).unwrap();
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        close(line.coefficients[1], 0.9);
        close(line.coefficients[0], 1.1);
        close(line.predict(&[1.0, 4.0]), 4.7);
        let squares: f64 = line.residuals.iter().map(|r| r * r).sum();
        let by_hand = (squares / 2.0 * (1.0 + 0.25 + 2.5 * 2.5 / 5.0)).sqrt();
        close(line.standard_error(&[1.0, 4.0]).unwrap(), by_hand);
        let slope = line.coefficient_interval(1).unwrap();
        let half_width = 4.302_652_729_911_275 * (squares / 2.0 / 5.0).sqrt(); // t with 2 degrees
        assert!((slope.low - 0.9 + half_width).abs() < 1e-9, "{slope:?}");
        assert!((slope.high - 0.9 - half_width).abs() < 1e-9, "{slope:?}");
    }

    #[test]
    fn what_cannot_be_fitted() {
        assert_eq!(LinearRegression::fit(&[], &[]), None);
        assert_eq!(LinearRegression::fit(&[vec![1.0, 2.0]], &[1.0]), None);
        assert_eq!(
            LinearRegression::fit(&[vec![1.0, 2.0], vec![1.0, 2.0]], &[1.0, 2.0]),
            None
        );
        let exact = LinearRegression::fit(&[vec![1.0, 2.0], vec![1.0, 3.0]], &[1.0, 2.0]).unwrap();
        assert_eq!(exact.standard_error(&[1.0, 4.0]), None);
        assert_eq!(exact.coefficient_interval(1), None);
    }
}
