//! The training loss as a function of steps, l(k) = 1/(β₀k + β₁) + β₂. Source: Peng et al. 2018,
//! Eq. (1).

use serde::Serialize;

use super::loss_curve::LossCurve;
use super::steps::Step;

/// l(k) = 1/(β₀k + β₁) + β₂ with k in steps, l in nats and every β ≥ 0. Source: Peng et al. 2018,
/// Eq. (1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossModel {
    /// How fast the loss falls, in 1/(nat · step).
    pub beta0: f64,
    /// The inverse of what the loss has to lose at step 0, in 1/nat.
    pub beta1: f64,
    /// The loss after infinitely many steps, in nats.
    pub beta2: f64,
}

/// A [`LossModel`] of the loss divided by its largest value, as Peng et al. 2018, Sec. 3.1, print
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NormalisedLossModel {
    /// How fast the normalised loss falls, in 1/step.
    pub beta0: f64,
    /// The inverse of what the normalised loss has to lose at step 0.
    pub beta1: f64,
    /// The normalised loss after infinitely many steps.
    pub beta2: f64,
    /// The loss in nats by which the curve was divided.
    pub largest_loss: f64,
}

impl NormalisedLossModel {
    /// β₀, β₁ and β₂.
    pub fn betas(self) -> [f64; 3] {
        [self.beta0, self.beta1, self.beta2]
    }
}

impl LossModel {
    /// β₀, β₁ and β₂.
    pub fn betas(self) -> [f64; 3] {
        [self.beta0, self.beta1, self.beta2]
    }

    /// The loss in nats at `step`; infinite at step 0 where β₁ is 0.
    pub fn loss_at(self, step: Step) -> f64 {
        1.0 / (self.beta0 * step.0 + self.beta1) + self.beta2
    }

    /// The first step whose loss is at most `loss_nats`, k = (1/(l − β₂) − β₁)/β₀; `None` where it
    /// never is.
    pub fn step_reaching(self, loss_nats: f64) -> Option<Step> {
        if self.loss_at(Step(0.0)) <= loss_nats {
            return Some(Step(0.0));
        }
        let step = (1.0 / (loss_nats - self.beta2) - self.beta1) / self.beta0;
        (loss_nats > self.beta2 && step.is_finite()).then_some(Step(step.max(0.0)))
    }

    /// The same model of the loss divided by `largest_loss`: (β₀L, β₁L, β₂/L).
    pub fn normalised(self, largest_loss: f64) -> NormalisedLossModel {
        NormalisedLossModel {
            beta0: self.beta0 * largest_loss,
            beta1: self.beta1 * largest_loss,
            beta2: self.beta2 / largest_loss,
            largest_loss,
        }
    }

    /// How well the model describes `curve`.
    pub fn goodness_of_fit(self, curve: &LossCurve) -> GoodnessOfFit {
        let residuals = curve.points().map(|(step, loss)| loss - self.loss_at(step));
        GoodnessOfFit::new(residuals.collect(), curve.losses_nats())
    }
}

/// What a model leaves unexplained of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct GoodnessOfFit {
    /// Root of the mean squared residual, in nats.
    pub rmse_nats: f64,
    /// 1 − Σ residual² / Σ (loss − mean loss)²: 1 is perfect, 0 no better than the mean.
    pub r_squared: f64,
    /// Measured less modelled loss, in nats, point by point.
    pub residuals_nats: Vec<f64>,
}

impl GoodnessOfFit {
    fn new(residuals_nats: Vec<f64>, losses: &[f64]) -> Self {
        let points = losses.len() as f64;
        let mean = losses.iter().sum::<f64>() / points;
        let unexplained: f64 = residuals_nats.iter().map(|r| r * r).sum();
        let total: f64 = losses.iter().map(|loss| (loss - mean).powi(2)).sum();
        Self {
            rmse_nats: (unexplained / points).sqrt(),
            r_squared: 1.0 - unexplained / total,
            residuals_nats,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: LossModel = LossModel {
        beta0: 0.001,
        beta1: 0.5,
        beta2: 0.1,
    };

    #[test]
    fn the_step_of_a_loss_is_the_inverse() {
        for step in [0.0, 1.0, 391.0, 136_850.0] {
            let found = MODEL.step_reaching(MODEL.loss_at(Step(step))).unwrap();
            assert!((found.0 - step).abs() <= 1e-9 * step, "{found:?}");
        }
        assert_eq!(MODEL.step_reaching(9.0), Some(Step(0.0)));
        assert_eq!(MODEL.step_reaching(0.1), None);
        assert_eq!(MODEL.step_reaching(0.05), None);
        let flat = LossModel {
            beta0: 0.0,
            ..MODEL
        };
        assert_eq!(flat.step_reaching(1.0), None);
        assert_eq!(flat.step_reaching(2.1), Some(Step(0.0)));
    }

    #[test]
    fn the_normalised_model_is_the_model_of_the_normalised_loss() {
        let normalised = MODEL.normalised(2.0);
        for step in [0.0, 100.0, 1e5] {
            let direct = MODEL.loss_at(Step(step)) / 2.0;
            let printed = 1.0 / (normalised.beta0 * step + normalised.beta1) + normalised.beta2;
            assert!((direct - printed).abs() < 1e-12);
        }
    }

    #[test]
    fn goodness_of_the_mean_and_of_the_truth() {
        let points = (0..10).map(|k| (Step(f64::from(k)), MODEL.loss_at(Step(f64::from(k)))));
        let curve = LossCurve::new(points.collect()).unwrap();
        let perfect = MODEL.goodness_of_fit(&curve);
        assert_eq!((perfect.rmse_nats, perfect.r_squared), (0.0, 1.0));
        let mean = curve.points().map(|(_, loss)| loss).sum::<f64>() / 10.0;
        let flat = LossModel {
            beta0: 0.0,
            beta1: 1.0 / mean,
            beta2: 0.0,
        };
        assert!(flat.goodness_of_fit(&curve).r_squared.abs() < 1e-9);
    }
}
