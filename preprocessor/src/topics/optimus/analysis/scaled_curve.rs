//! A loss curve with steps and losses scaled to 0..1, in which both fits are done.
//!
//! In steps and nats β₀ is about 10⁻³ and its derivative about 10⁵ times that of β₂; scaled, all
//! are of order 1.

use super::loss_curve::LossCurve;
use super::loss_model::LossModel;
use wide::f64x2;

/// x = k / last step and y = l / largest loss; β in these units is (β₀KL, β₁L, β₂/L).
#[derive(Debug, Clone)]
pub(crate) struct ScaledCurve {
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    last_step: f64,
    largest_loss: f64,
}

impl ScaledCurve {
    pub(crate) fn new(curve: &LossCurve) -> Self {
        let last_step = curve.last_step().0;
        let largest_loss = curve.largest_loss();
        Self {
            x: curve.raw_steps().iter().map(|k| k / last_step).collect(),
            y: curve
                .losses_nats()
                .iter()
                .map(|l| l / largest_loss)
                .collect(),
            last_step,
            largest_loss,
        }
    }

    /// The model in steps and nats of scaled β.
    pub(crate) fn model(&self, beta: [f64; 3]) -> LossModel {
        LossModel {
            beta0: beta[0] / (self.last_step * self.largest_loss),
            beta1: beta[1] / self.largest_loss,
            beta2: beta[2] * self.largest_loss,
        }
    }

    /// The scaled β of a model in steps and nats.
    pub(crate) fn beta(&self, model: LossModel) -> [f64; 3] {
        [
            model.beta0 * self.last_step * self.largest_loss,
            model.beta1 * self.largest_loss,
            model.beta2 / self.largest_loss,
        ]
    }

    /// Σ (y − ŷ)² of the model with scaled `beta`.
    pub(crate) fn squared_error(&self, beta: [f64; 3]) -> f64 {
        let [sum] = sum_over_points(&self.x, &self.y, |x, y| {
            let residual = y - 1.0 / (beta[0] * x + beta[1]) - beta[2];
            [residual * residual]
        });
        sum
    }
}

/// ŷ of the model with scaled `beta` at each x.
pub(crate) fn modelled(x: &[f64], beta: [f64; 3]) -> impl Iterator<Item = f64> {
    x.iter()
        .map(move |x| 1.0 / (beta[0] * x + beta[1]) + beta[2])
}

/// Sums several terms over all points at once, two points side by side.
#[inline]
pub(crate) fn sum_over_points<const N: usize>(
    x: &[f64],
    y: &[f64],
    terms: impl Fn(f64x2, f64x2) -> [f64x2; N],
) -> [f64; N] {
    let (x_pairs, x_rest) = x.as_chunks::<2>();
    let (y_pairs, y_rest) = y.as_chunks::<2>();
    let mut sums = [f64x2::ZERO; N];
    for (x, y) in std::iter::zip(x_pairs, y_pairs) {
        let terms = terms(f64x2::from(*x), f64x2::from(*y));
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += term;
        }
    }
    let mut sums = sums.map(f64x2::reduce_add);
    for (&x, &y) in std::iter::zip(x_rest, y_rest) {
        let terms = terms(f64x2::splat(x), f64x2::splat(y));
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += term.to_array()[0];
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_summed_once() {
        for points in 0..11 {
            let x: Vec<f64> = (0..points).map(f64::from).collect();
            let expected = [f64::from(points), x.iter().sum()];
            assert_eq!(sum_over_points(&x, &x, |x, _| [f64x2::ONE, x]), expected);
        }
    }
}
