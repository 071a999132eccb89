//! Intervals for the loss model's β by moving-block bootstrap of its residuals.

use super::block_length::block_length;
use super::interval::Interval;
use super::loss_curve::LossCurve;
use super::loss_fit::minimise;
use super::loss_model::LossModel;
use super::random::SplitMix64;
use super::scaled_curve::ScaledCurve;
use super::steps::Step;

/// How a curve is resampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resampling {
    /// The number of refits.
    pub refits: usize,
    /// The seed of the random blocks.
    pub seed: u64,
}

impl Default for Resampling {
    fn default() -> Self {
        Self {
            refits: 2000,
            seed: 1,
        }
    }
}

/// The models refitted to resampled curves, in the order in which they were drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// One model per refit.
    pub models: Vec<LossModel>,
    /// The block length that was used, in points.
    pub block_length: usize,
}

/// Refits the model to l̂(kᵢ) + e*ᵢ, where e* is made of blocks of the residuals e of `model` on
/// `curve`.
///
/// Residuals of a training loss are correlated; blocks keep that correlation, points drawn alone
/// would lose it and give intervals too narrow. Blocks start anywhere and overlap (Künsch 1989,
/// Ann. Statist. 17); their length follows [`block_length`]. Residuals are centred and multiplied
/// by √(n/(n − 3)), since three fitted parameters have shrunk them. Each refit starts from `model`,
/// which must be the [`fit`](super::loss_fit::fit) of `curve`.
pub fn moving_block_bootstrap(
    curve: &LossCurve,
    model: LossModel,
    resampling: Resampling,
) -> Bootstrap {
    let scaled = ScaledCurve::new(curve);
    let start = scaled.beta(model);
    let fitted: Vec<f64> = scaled.modelled(start).collect();
    let residuals = inflated_residuals(&scaled.y, &fitted);
    let block_length = block_length(&residuals);
    let mut random = SplitMix64::new(resampling.seed);
    let mut losses = fitted.clone();
    let mut refit = || {
        add_blocks(&mut losses, &fitted, &residuals, block_length, &mut random);
        scaled.model(minimise(&scaled.x, &losses, start))
    };
    Bootstrap {
        models: (0..resampling.refits).map(|_| refit()).collect(),
        block_length,
    }
}

fn inflated_residuals(losses: &[f64], fitted: &[f64]) -> Vec<f64> {
    let points = losses.len() as f64;
    let residuals = std::iter::zip(losses, fitted).map(|(loss, fitted)| loss - fitted);
    let mean = residuals.clone().sum::<f64>() / points;
    let inflation = (points / (points - 3.0)).sqrt();
    residuals
        .map(|residual| (residual - mean) * inflation)
        .collect()
}

fn add_blocks(
    losses: &mut [f64],
    fitted: &[f64],
    residuals: &[f64],
    length: usize,
    random: &mut SplitMix64,
) {
    let starts = residuals.len() - length + 1;
    for (losses, fitted) in std::iter::zip(losses.chunks_mut(length), fitted.chunks(length)) {
        let block = &residuals[random.below(starts)..];
        for ((loss, fitted), residual) in losses.iter_mut().zip(fitted).zip(block) {
            *loss = fitted + residual;
        }
    }
}

impl Bootstrap {
    /// The 95 % interval of any number that a model gives: the central 95 % of the refits (Efron's
    /// percentiles).
    ///
    /// `None` without refits.
    pub fn interval_of(&self, quantity: impl Fn(LossModel) -> f64) -> Option<Interval> {
        Interval::of_draws(self.models.iter().map(|model| quantity(*model)).collect())
    }

    /// The 95 % intervals of β₀, β₁ and β₂.
    pub fn beta_intervals(&self) -> Option<[Interval; 3]> {
        Some([
            self.interval_of(|model| model.beta0)?,
            self.interval_of(|model| model.beta1)?,
            self.interval_of(|model| model.beta2)?,
        ])
    }

    /// The 95 % interval of the modelled loss in nats at `step`, without the scatter of single
    /// points.
    pub fn loss_interval(&self, step: Step) -> Option<Interval> {
        self.interval_of(|model| model.loss_at(step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::loss_fit::fit;

    const TRUTH: LossModel = LossModel {
        beta0: 2e-4,
        beta1: 0.5,
        beta2: 0.1,
    };

    fn curve(noise_nats: f64) -> LossCurve {
        let mut random = SplitMix64::new(2);
        let point = |epoch| {
            let step = Step(f64::from(epoch) * 391.0);
            (step, TRUTH.loss_at(step) + noise_nats * random.normal())
        };
        LossCurve::new((0..100).map(point).collect()).unwrap()
    }

    fn bootstrap(noise_nats: f64, seed: u64) -> Bootstrap {
        let curve = curve(noise_nats);
        moving_block_bootstrap(&curve, fit(&curve), Resampling { refits: 200, seed })
    }

    #[test]
    fn one_seed_gives_one_result() {
        assert_eq!(bootstrap(0.01, 1), bootstrap(0.01, 1));
        assert_ne!(bootstrap(0.01, 1), bootstrap(0.01, 2));
    }

    #[test]
    fn intervals_hold_the_truth_and_grow_with_the_noise() {
        let widths = [0.001, 0.01].map(|noise| {
            let [beta0, beta1, beta2] = bootstrap(noise, 1).beta_intervals().unwrap();
            assert!(
                beta0.contains(TRUTH.beta0) && beta1.contains(TRUTH.beta1),
                "{beta0:?} {beta1:?}"
            );
            assert!(beta2.contains(TRUTH.beta2), "{beta2:?}");
            beta2.high - beta2.low
        });
        let ratio = widths[1] / widths[0];
        assert!((8.0..12.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn an_exact_curve_has_intervals_without_width() {
        let curve = curve(0.0);
        let found = moving_block_bootstrap(
            &curve,
            fit(&curve),
            Resampling {
                refits: 50,
                seed: 1,
            },
        );
        let loss = found.loss_interval(Step(5000.0)).unwrap();
        assert!(loss.high - loss.low < 1e-9);
    }

    #[test]
    fn without_refits_there_is_no_interval() {
        let curve = curve(0.01);
        let none = moving_block_bootstrap(&curve, TRUTH, Resampling { refits: 0, seed: 1 });
        assert_eq!(none.beta_intervals(), None);
    }
}
