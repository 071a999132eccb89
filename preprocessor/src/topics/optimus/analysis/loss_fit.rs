//! The loss model by bounded least squares on the loss itself: projected, damped Newton steps.

use super::loss_curve::LossCurve;
use super::loss_model::LossModel;
use super::scaled_curve::ScaledCurve;
use super::separable_start::separable_start;
use super::transformed_fit::coarse_transformed_fit;
use super::weighted_points::WeightedPoints;
use crate::statistics::positive_definite::solve_free;

/// Steps after which the search ends; a curve of the model's shape needs fewer than ten.
const MOST_STEPS: u32 = 200;

/// The change of every β, relative to the largest, below which the search has converged: what is left to go
/// is much smaller than the last step.
const TOLERANCE: f64 = 1e-7;

/// Fits l(k) = 1/(β₀k + β₁) + β₂ by minimising Σ (lᵢ − l(kᵢ))² over β ≥ 0; k in steps, l in nats.
///
/// Starts from the best β₂ on the grid of
/// [`fit_transformed`](super::transformed_fit::fit_transformed) and is free of its bias. This is
/// what the authors' released code does with scipy's bounded `curve_fit`, here with equal weights.
/// Where β₀ = 0 (a loss that does not fall) only 1/β₁ + β₂ is determined. Source of the model: Peng
/// et al. 2018, Eq. (1); of the method: Bertsekas 1982 (projected Newton), damped as in Marquardt 1963.
pub fn fit(curve: &LossCurve) -> LossModel {
    let scaled = ScaledCurve::new(curve);
    let points = WeightedPoints::equal(scaled.x.clone());
    let beta = minimise(&points, &scaled.y, start(&scaled));
    scaled.model(beta)
}

/// The transformed fit, or the best of the separable grid where that is better: a rise, a spike or
/// a drop of the learning rate can leave the transformed fit at the mean, from which no small step
/// leads to the optimum.
fn start(curve: &ScaledCurve) -> [f64; 3] {
    let transformed = coarse_transformed_fit(curve);
    separable_start(curve)
        .filter(|separable| curve.squared_error(*separable) < curve.squared_error(transformed))
        .unwrap_or(transformed)
}

/// Minimises Σ w (y − ŷ)² over β ≥ 0 from `start`, whose error must be finite.
pub(crate) fn minimise(points: &WeightedPoints, y: &[f64], start: [f64; 3]) -> [f64; 3] {
    let mut beta = start;
    let mut here = NormalEquations::at(points, y, beta);
    let mut damping = 1e-4;
    for _ in 0..MOST_STEPS {
        let next = here.projected_step(beta, damping);
        if is_small_step(beta, next) {
            return next;
        }
        let there = NormalEquations::at(points, y, next);
        if there.squared_error < here.squared_error {
            (beta, here) = (next, there);
            damping = (damping * 0.1_f64).max(1e-12);
        } else {
            damping *= 10.0;
        }
    }
    beta
}

fn is_small_step(from: [f64; 3], to: [f64; 3]) -> bool {
    let largest = from.iter().copied().fold(0.0, f64::max);
    std::iter::zip(from, to).all(|(from, to)| (to - from).abs() <= TOLERANCE * largest)
}

/// The error at one β with its derivatives: JᵀJ, Jᵀr, Σ r ∂²ŷ and |r|², where Jᵢⱼ = ∂ŷᵢ/∂βⱼ and
/// r = y − ŷ, each point with its weight.
#[derive(Debug, Clone, Copy)]
struct NormalEquations {
    gram: [[f64; 3]; 3],
    descent: [f64; 3],
    curvature: [[f64; 3]; 3],
    squared_error: f64,
}

impl NormalEquations {
    fn at(points: &WeightedPoints, y: &[f64], beta: [f64; 3]) -> Self {
        // ŷ = u + β₂ with u = 1/(β₀x + β₁), so that J = (−x u², −u², 1), and ∂²ŷ = 2 u³ (x², x; x, 1)
        // in β₀ and β₁.
        let sums = points.sum(y, |x, y| {
            let u = 1.0 / (beta[0] * x + beta[1]);
            let r = y - u - beta[2];
            let j1 = u * u;
            let j0 = x * j1;
            let (r0, r1) = (j0 * r, j1 * r);
            let x0 = r0 * u;
            [
                j0 * j0,
                j0 * j1,
                j1 * j1,
                j0,
                j1,
                r0,
                r1,
                r,
                r * r,
                x0 * x,
                x0,
                r1 * u,
            ]
        });
        let [
            s00,
            s01,
            s11,
            s02,
            s12,
            d0,
            d1,
            d2,
            squared_error,
            c00,
            c01,
            c11,
        ] = sums;
        Self {
            gram: [
                [s00, s01, -s02],
                [s01, s11, -s12],
                [-s02, -s12, points.total_weight()],
            ],
            descent: [-d0, -d1, d2],
            curvature: [
                [2.0 * c00, 2.0 * c01, 0.0],
                [2.0 * c01, 2.0 * c11, 0.0],
                [0.0; 3],
            ],
            squared_error,
        }
    }

    /// max(0, β + δ), where δ solves (H + damping · diag H) δ = Jᵀr over the free β.
    ///
    /// H is JᵀJ − Σ r ∂²ŷ: near the optimum of a curve that the model fits badly, JᵀJ alone, which is
    /// taken where H is not positive definite, needs many steps. A β is held where it is 0 and a
    /// descent would make it negative.
    fn projected_step(&self, beta: [f64; 3], damping: f64) -> [f64; 3] {
        let mut newton = self.gram;
        for (row, curvature) in newton.iter_mut().zip(self.curvature) {
            for (entry, curvature) in row.iter_mut().zip(curvature) {
                *entry -= curvature;
            }
        }
        let held = std::array::from_fn(|index| beta[index] == 0.0 && self.descent[index] <= 0.0);
        let step = solve_damped(newton, self.descent, damping, held)
            .or_else(|| solve_damped(self.gram, self.descent, damping, held))
            .unwrap_or([0.0; 3]);
        std::array::from_fn(|index| (beta[index] + step[index]).max(0.0))
    }
}

/// Solves the system with its diagonal enlarged; 0 for what is `held`.
///
/// `None` where it is not positive definite.
fn solve_damped(
    mut matrix: [[f64; 3]; 3],
    rhs: [f64; 3],
    damping: f64,
    held: [bool; 3],
) -> Option<[f64; 3]> {
    (0..3).for_each(|index| matrix[index][index] *= 1.0 + damping);
    solve_free(matrix, rhs, held, [0.0; 3])
}

#[cfg(test)]
mod tests;
