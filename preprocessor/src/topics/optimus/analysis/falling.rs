//! Whether a curve is what the loss model describes: a loss that falls and then stays low.

use super::loss_curve::LossCurve;
use super::loss_model::LossModel;
use std::fmt;

/// Points from which on noise can be told from a fall; of fewer, the later half must be lower.
const JUDGED: usize = 6;

/// The largest number of parts of a curve whose medians are compared.
const PARTS: usize = 40;

/// The share of its fall by which a loss may rise again: half.
const RISE: f64 = 0.5;

/// Why a curve is none that the loss model describes, with the medians of its parts in nats.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // each field is named in the message
pub enum NotFalling {
    #[error(
        "the loss rises, from {first} to {last} (medians of the first and the last part of the \
         rows); {ONLY_FALLS}; hint: is it an accuracy, or the logarithm of a likelihood?"
    )]
    Rises { first: Shown, last: Shown },
    #[error(
        "the loss does not fall: {first} at the beginning and {last} at the end (medians of the \
         first and the last part of the rows) differ by no more than its noise; {ONLY_FALLS}"
    )]
    IsFlat { first: Shown, last: Shown },
    #[error(
        "the loss falls from {first} to {lowest}, near step {turn}, and then rises to {last} \
         (medians of parts of the rows); {ONLY_FALLS}; hint: fit the rows up to there, or name \
         with `--drop` where the learning rate changed"
    )]
    Diverges {
        first: Shown,
        lowest: Shown,
        turn: f64,
        last: Shown,
    },
}

const ONLY_FALLS: &str = "l(k) = 1/(β0 k + β1) + β2 only falls";

/// A loss with four digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown(pub f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            large if (1e-3..1e4).contains(&large) => {
                write!(
                    f,
                    "{:.*}",
                    (3 - large.log10().floor() as i32).max(0) as usize,
                    large
                )
            }
            other => write!(f, "{other:.3e}"),
        }
    }
}

/// Checks that the loss of `curve` falls, and that it does not rise again by half of what it fell.
///
/// It falls where the medians of its parts do (Mann 1945, Kendall's S), or where `model`, fitted to
/// it, explains more of it than noise would let it: with R² of n′ independent points, the chance is
/// (1 − R²)^((n′ − 3)/2), the tail of the F distribution for two parameters; n′ is n (1 − ρ)/(1 + ρ)
/// for residuals of correlation ρ from one to the next.
///
/// # Errors
/// What it does instead.
pub fn check_falls(curve: &LossCurve, model: LossModel) -> Result<(), NotFalling> {
    let parts = Parts::of(curve);
    parts.check_turn()?;
    let (first, last) = (Shown(parts.medians[0]), Shown(parts.last()));
    let falls = match curve.len() {
        ..JUDGED => parts.last() < parts.medians[0],
        _ => parts.trend() < -limit(curve.len()) || chance_of(curve, model) < chance(curve.len()),
    };
    if falls {
        return Ok(());
    }
    let rises = match curve.len() {
        ..JUDGED => parts.last() > parts.medians[0],
        _ => parts.trend() > limit(curve.len()),
    };
    match rises {
        true => Err(NotFalling::Rises { first, last }),
        false => Err(NotFalling::IsFlat { first, last }),
    }
}

/// The chance with which noise may pass as a fall: small where there are points enough.
fn chance(points: usize) -> f64 {
    match points {
        ..30 => 0.02,
        _ => 0.002,
    }
}

/// The normal deviate that is exceeded with [`chance`].
fn limit(points: usize) -> f64 {
    match points {
        ..30 => 2.05,
        _ => 2.88,
    }
}

/// The chance that noise alone is explained so well.
fn chance_of(curve: &LossCurve, model: LossModel) -> f64 {
    let fit = model.goodness_of_fit(curve);
    let residuals = &fit.residuals_nats;
    let products = residuals.windows(2).map(|pair| pair[0] * pair[1]);
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let correlation = match squares > 0.0 {
        true => (products.sum::<f64>() / squares).clamp(0.0, 0.999),
        false => 0.0,
    };
    let independent = curve.len() as f64 * (1.0 - correlation) / (1.0 + correlation);
    (1.0 - fit.r_squared)
        .max(0.0)
        .powf((independent - 3.0).max(1.0) / 2.0)
}

/// The medians of consecutive parts of a curve, of equally many points.
struct Parts {
    medians: Vec<f64>,
    /// The step in the middle of each part.
    steps: Vec<f64>,
    /// The standard deviation of a median by the noise from one point to the next.
    noise: f64,
}

impl Parts {
    fn of(curve: &LossCurve) -> Self {
        let count = match curve.len() {
            few @ ..JUDGED => few.min(2),
            few @ ..PARTS => few,
            ..200 => PARTS / 2,
            _ => PARTS,
        };
        let losses = curve.losses_nats();
        let part = |index: usize| index * losses.len() / count..(index + 1) * losses.len() / count;
        let median = |index: usize| {
            let mut part = losses[part(index)].to_vec();
            part.sort_by(f64::total_cmp);
            part[part.len() / 2]
        };
        let middle = |index: usize| curve.raw_steps()[part(index).start.midpoint(part(index).end)];
        let steps = losses.windows(2).map(|pair| (pair[1] - pair[0]).powi(2));
        let variance = steps.sum::<f64>() / (2 * losses.len()) as f64;
        Parts {
            medians: (0..count).map(median).collect(),
            steps: (0..count).map(middle).collect(),
            noise: (variance * count as f64 / losses.len() as f64).sqrt(),
        }
    }

    fn last(&self) -> f64 {
        self.medians[self.medians.len() - 1]
    }

    /// Kendall's S of the medians in standard deviations, nearer to 0 by one.
    fn trend(&self) -> f64 {
        let later = |index: usize| self.medians[index + 1..].iter();
        let signs = self.medians.iter().enumerate().flat_map(|(index, median)| {
            later(index).map(move |later| f64::from(later > median) - f64::from(later < median))
        });
        let s: f64 = signs.sum();
        let n = self.medians.len() as f64;
        (s.abs() - 1.0).max(0.0).copysign(s) / (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt()
    }

    /// Checks that the last part is not far above the lowest, where the loss fell to that.
    fn check_turn(&self) -> Result<(), NotFalling> {
        /// A median scatters by a quarter more than a mean, and the extremes of many are compared.
        const NOISE: f64 = 8.0;
        let lowest = self.medians.iter().copied().fold(f64::INFINITY, f64::min);
        let index = self.medians.iter().position(|median| *median == lowest);
        let index = index.unwrap_or(0);
        let highest = self.medians[..=index]
            .iter()
            .copied()
            .fold(lowest, f64::max);
        let (fall, rise) = (highest - lowest, self.last() - lowest);
        match fall.min(rise) > NOISE * self.noise && rise > RISE * fall {
            true => Err(NotFalling::Diverges {
                first: Shown(highest),
                lowest: Shown(lowest),
                turn: self.steps[index],
                last: Shown(self.last()),
            }),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::random::SplitMix64;
    use crate::topics::optimus::analysis::loss_fit::fit;
    use crate::topics::optimus::analysis::steps::Step;
    use expect_test::{Expect, expect};

    fn judged(losses: impl Iterator<Item = f64>) -> Result<(), NotFalling> {
        let points = losses.enumerate().map(|(k, loss)| (Step(k as f64), loss));
        let curve = LossCurve::new(points.collect()).unwrap();
        check_falls(&curve, fit(&curve))
    }

    fn noisy(points: usize, noise: f64, seed: u64, loss: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut random = SplitMix64::new(seed);
        let at = |k: usize| loss(k as f64 / points as f64) + noise * random.normal();
        (0..points).map(at).collect()
    }

    fn check(losses: Vec<f64>, expected: Expect) {
        expected.assert_eq(&judged(losses.into_iter()).unwrap_err().to_string());
    }

    #[test]
    fn what_is_no_loss_curve_is_told_with_what_was_seen() {
        check(
            noisy(90, 0.01, 1, |x| 0.7 + x),
            expect![
                "the loss rises, from 0.7131 to 1.675 (medians of the first and the last part of the rows); l(k) = 1/(β0 k + β1) + β2 only falls; hint: is it an accuracy, or the logarithm of a likelihood?"
            ],
        );
        check(
            noisy(90, 0.01, 1, |_| 2.3),
            expect![
                "the loss does not fall: 2.300 at the beginning and 2.302 at the end (medians of the first and the last part of the rows) differ by no more than its noise; l(k) = 1/(β0 k + β1) + β2 only falls"
            ],
        );
        let turned =
            |x: f64| 0.2 + 1.0 / (0.5 + 9.0 * x) + if x > 0.7 { 9.0 * (x - 0.7) } else { 0.0 };
        check(
            noisy(90, 0.01, 1, turned),
            expect![
                "the loss falls from 1.842 to 0.3458, near step 60, and then rises to 2.717 (medians of parts of the rows); l(k) = 1/(β0 k + β1) + β2 only falls; hint: fit the rows up to there, or name with `--drop` where the learning rate changed"
            ],
        );
        check(
            vec![1.0, 1.5, 2.0, 2.5],
            expect![
                "the loss rises, from 1.500 to 2.500 (medians of the first and the last part of the rows); l(k) = 1/(β0 k + β1) + β2 only falls; hint: is it an accuracy, or the logarithm of a likelihood?"
            ],
        );
    }

    /// How many of 200 curves of pure noise pass as falling: the chance is 2 % for the medians and as
    /// much for the model where there are few points, a tenth of that where there are many.
    #[test]
    fn noise_seldom_passes_as_a_fall() {
        for (points, most) in [(10, 24), (29, 16), (30, 4), (100, 4), (1000, 4)] {
            let passes =
                |seed: &u64| judged(noisy(points, 0.1, *seed, |_| 2.3).into_iter()).is_ok();
            let passed = (0..200).filter(passes).count();
            assert!(passed <= most, "{points}: {passed}");
        }
    }

    /// Quick and slow falls, plateaus, spikes, few points: none is refused.
    #[test]
    fn falling_curves_pass() {
        let model = |tau: f64| move |x: f64| 0.3 + 1.0 / (0.5 + x / tau);
        for points in [6, 12, 50, 1000] {
            for (tau, noise) in [(0.01, 0.01), (0.1, 0.05), (1.0, 0.02), (3.0, 0.005)] {
                let losses = noisy(points, noise, 7, model(tau));
                assert_eq!(judged(losses.into_iter()), Ok(()), "{points} {tau}");
            }
        }
        let drops = |x: f64| [1.0, 0.5, 0.4][(x * 3.0) as usize];
        assert_eq!(judged(noisy(90, 0.02, 1, drops).into_iter()), Ok(()));
        let mut spiked = noisy(90, 0.02, 1, model(0.1));
        spiked[89] = 50.0;
        assert_eq!(judged(spiked.into_iter()), Ok(()));
        assert_eq!(judged([2.0, 1.0, 0.9, 0.8].into_iter()), Ok(()));
    }

    /// From 2.5 to 0.5 in the first half, and up again by so much of that in the second.
    #[test]
    fn a_loss_may_rise_by_less_than_half_of_its_fall() {
        let turns = |share: f64| {
            let loss = |x: f64| 0.5 + 4.0 * (0.5 - x).max(share * (x - 0.5));
            let losses = noisy(90, 0.001, 1, loss).into_iter().enumerate();
            let points = losses.map(|(k, loss)| (Step(k as f64), loss));
            let curve = LossCurve::new(points.collect()).unwrap();
            Parts::of(&curve).check_turn().is_err()
        };
        assert_eq!([0.3, 0.7].map(turns), [false, true]);
    }

    /// Noise of 0.1 in 50 points each.
    #[test]
    fn the_noise_of_a_part_is_that_of_a_mean() {
        let losses = noisy(2000, 0.1, 3, |_| 2.3).into_iter();
        let points = losses.enumerate().map(|(k, loss)| (Step(k as f64), loss));
        let noise = Parts::of(&LossCurve::new(points.collect()).unwrap()).noise;
        let expected = 0.1 / 50_f64.sqrt();
        assert!((noise / expected - 1.0).abs() < 0.05, "{noise}");
    }

    /// Residuals of the signs ++−−++−−: of seven products of neighbours four are positive, so that ρ =
    /// 1/8, n′ = 8 × 7/9 and (n′ − 3)/2 = 29/18.
    #[test]
    fn points_whose_noise_is_correlated_count_as_fewer() {
        let model = LossModel {
            beta0: 0.5,
            beta1: 0.5,
            beta2: 0.1,
        };
        let noise = |k: u32| if k % 4 < 2 { 0.05 } else { -0.05 };
        let points = (0..8).map(|k| {
            let step = Step(f64::from(k));
            (step, model.loss_at(step) + noise(k))
        });
        let curve = LossCurve::new(points.collect()).unwrap();
        let unexplained = 1.0 - model.goodness_of_fit(&curve).r_squared;
        let chance = chance_of(&curve, model);
        let expected = unexplained.powf(29.0 / 18.0);
        assert!(
            (chance / expected - 1.0).abs() < 1e-9,
            "{chance} {expected}"
        );
    }
}
