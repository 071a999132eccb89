//! The loss model by nonnegative least squares on the transformed loss, as Peng et al. 2018, Sec.
//! 3.1, fit it.

use super::loss_curve::LossCurve;
use super::loss_model::LossModel;
use super::scaled_curve::{ScaledCurve, sum_over_points};
use crate::statistics::nonnegative_least_squares::nonnegative_solution;

/// Values of β₂ that are tried before the best is refined.
const GRID: u32 = 12;

/// Golden sections, each narrowing β₂ by 0.618: twelve leave 1/2000 of the smallest loss.
const REFINEMENTS: u32 = 12;

/// Fits l(k) = 1/(β₀k + β₁) + β₂, β ≥ 0, by nonnegative least squares on 1/(l − β₂) = β₀k + β₁.
///
/// The paper names the solver and not how it makes Eq. (1) linear. Here β₂ runs over a grid in 0 ≤
/// β₂ < min l, then over golden sections around the best; each β₂ leaves a problem linear in β₀ and
/// β₁. Its rows are weighted by (l − β₂)², the inverse of the transform's derivative, without which
/// the noise of the smallest losses decides all. The β₂ whose model has the least squared error in
/// l is returned. Biased once l nears β₂, since β₂ cannot pass the lowest noisy loss: see
/// [`fit`](super::loss_fit::fit).
pub fn fit_transformed(curve: &LossCurve) -> LossModel {
    let scaled = ScaledCurve::new(curve);
    let lowest = lowest_loss(&scaled);
    let width = lowest / f64::from(GRID);
    let best = best_of_grid(&scaled);
    let low = (best.beta[2] - width).max(0.0);
    let high = (best.beta[2] + width).min(lowest);
    scaled.model(golden_sections(&scaled, low, high).better(best).beta)
}

/// [`fit_transformed`] in the units of `curve` and without the golden sections: enough to start
/// from.
pub(crate) fn coarse_transformed_fit(curve: &ScaledCurve) -> [f64; 3] {
    best_of_grid(curve).beta
}

fn best_of_grid(curve: &ScaledCurve) -> Candidate {
    let width = lowest_loss(curve) / f64::from(GRID);
    let grid = (0..GRID).map(|index| Candidate::at(curve, f64::from(index) * width));
    grid.fold(Candidate::mean(curve), Candidate::better)
}

fn lowest_loss(curve: &ScaledCurve) -> f64 {
    curve.y.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Narrows low ≤ β₂ ≤ high around the least squared error. Source: Kiefer 1953.
fn golden_sections(curve: &ScaledCurve, mut low: f64, mut high: f64) -> Candidate {
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let lower = |low, high| Candidate::at(curve, high - RATIO * (high - low));
    let upper = |low, high| Candidate::at(curve, low + RATIO * (high - low));
    let (mut left, mut right) = (lower(low, high), upper(low, high));
    for _ in 0..REFINEMENTS {
        if left.squared_error < right.squared_error {
            high = right.beta[2];
            (left, right) = (lower(low, high), left);
        } else {
            low = left.beta[2];
            (left, right) = (right, upper(low, high));
        }
    }
    left.better(right)
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    beta: [f64; 3],
    squared_error: f64,
}

impl Candidate {
    /// The weighted nonnegative least-squares solution for one β₂.
    fn at(curve: &ScaledCurve, beta2: f64) -> Self {
        let [xx, x, one, x_rhs, rhs] = sum_over_points(&curve.x, &curve.y, |x, y| {
            let above = y - beta2;
            let row = above * above; // the row (x, 1) and its right side 1/above, times above²
            let square = row * row;
            let product = row * above;
            [square * x * x, square * x, square, product * x, product]
        });
        let [beta0, beta1] = nonnegative_solution(&[[xx, x], [x, one]], &[x_rhs, rhs]);
        Self::of(curve, [beta0, beta1, beta2])
    }

    /// The mean loss at every step: always finite, where the grid may hold nothing that is.
    fn mean(curve: &ScaledCurve) -> Self {
        let mean = curve.y.iter().sum::<f64>() / curve.y.len() as f64;
        Self::of(curve, [0.0, 1.0 / mean, 0.0])
    }

    fn of(curve: &ScaledCurve, beta: [f64; 3]) -> Self {
        let squared_error = curve.squared_error(beta);
        Self {
            beta,
            squared_error,
        }
    }

    fn better(self, other: Self) -> Self {
        // Written so that an infinite or undefined error never wins.
        if other.squared_error < self.squared_error {
            other
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::optimus::analysis::steps::Step;

    #[test]
    fn a_curve_without_noise_is_recovered() {
        let truth = LossModel {
            beta0: 2e-4,
            beta1: 0.5,
            beta2: 0.1,
        };
        let points = (0..350).map(|epoch| Step(f64::from(epoch) * 391.0));
        let curve = LossCurve::new(points.map(|k| (k, truth.loss_at(k))).collect()).unwrap();
        let found = fit_transformed(&curve);
        let errors = [
            found.beta0 / truth.beta0 - 1.0,
            found.beta1 / truth.beta1 - 1.0,
            found.beta2 / truth.beta2 - 1.0,
        ];
        assert!(errors.iter().all(|error| error.abs() < 0.01), "{errors:?}");
    }
}
