//! Losses that a log prints as 0.
//!
//! A loss is never 0: `0.000` is one below 0.0005. What is known of it is a range, and a point whose
//! modelled loss is in its range says nothing against the model.

use super::loss_curve::{LossCurve, LossCurveError, SMALLEST_LOSS};
use super::loss_fit::fit;
use super::loss_model::LossModel;
use super::steps::Step;
use std::ops::Range;

/// Fits after which the search for a model that agrees with the ranges ends.
const MOST_FITS: u32 = 20;

/// A loss of 0 is one below the last digit where another is at most this many digits, or this share of
/// the largest.
const NEAR_DIGITS: f64 = 10.0;
const NEAR_SHARE: f64 = 0.02;

/// The points of a curve whose loss was printed as 0.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedZeros {
    /// Which points they are, counted from 0.
    pub indices: Vec<usize>,
    /// Half of the last digit that the log prints, in nats: their losses are below it.
    pub below_nats: f64,
}

impl PrintedZeros {
    /// Puts the middle of its range in the place of each loss of 0; `None` where there is none.
    ///
    /// # Errors
    /// Where the first loss is 0, since no training has lost all before it begins, or where the others
    /// never come near 0.
    pub fn replace(points: &mut [(Step, f64)]) -> Result<Option<Self>, LossCurveError> {
        let zeros = points
            .iter()
            .enumerate()
            .filter(|(_, (_, loss))| *loss == 0.0);
        let indices: Vec<usize> = zeros.map(|(index, _)| index).collect();
        let Some(&index) = indices.first() else {
            return Ok(None);
        };
        let known = points
            .iter()
            .map(|(_, loss)| *loss)
            .filter(|loss| *loss != 0.0);
        let (smallest, largest) = known
            .clone()
            .fold((f64::INFINITY, 0.0), |(low, high), loss| {
                (loss.min(low), loss.max(high))
            });
        let digit = last_digit(known);
        if index == 0 {
            return Err(LossCurveError::ZeroFirst);
        }
        if smallest > NEAR_DIGITS * digit && smallest > NEAR_SHARE * largest {
            return Err(LossCurveError::ZeroAlone { index, smallest });
        }
        let below_nats = digit / 2.0;
        for index in &indices {
            points[*index].1 = (below_nats / 2.0).max(SMALLEST_LOSS);
        }
        Ok(Some(Self {
            indices,
            below_nats,
        }))
    }

    /// The curve with what the model says in the place of each loss that was printed as 0, or the end
    /// of the range where the model is beyond it.
    ///
    /// The model is that which minimises the squared distances from the losses and from the ranges: a
    /// fit of the filled curve finds it again.
    pub fn fill(&self, curve: &LossCurve) -> LossCurve {
        let mut points: Vec<(Step, f64)> = curve.points().collect();
        let mut beyond = Vec::new();
        for _ in 0..MOST_FITS {
            let Some(model) = self.fit_with(&points, &beyond) else {
                return curve.clone();
            };
            let modelled = |index: usize| model.loss_at(points[index].0);
            let now: Vec<usize> = { self.indices.iter().copied() }
                .filter(|index| modelled(*index) > self.below_nats)
                .collect();
            for index in &self.indices {
                let loss = model.loss_at(points[*index].0).min(self.below_nats);
                points[*index].1 = loss.max(SMALLEST_LOSS);
            }
            if now == beyond {
                break;
            }
            beyond = now;
        }
        LossCurve::new(points).unwrap_or_else(|_| curve.clone())
    }

    /// The model of the other points and of those `beyond` their range.
    fn fit_with(&self, points: &[(Step, f64)], beyond: &[usize]) -> Option<LossModel> {
        let is_known = |index: &usize| self.indices.binary_search(index).is_err();
        let counts = |index: &usize| is_known(index) || beyond.binary_search(index).is_ok();
        let known = (0..points.len()).filter(counts).map(|index| points[index]);
        LossCurve::new(known.collect())
            .ok()
            .map(|curve| fit(&curve))
    }

    /// Those of a part of the curve, counted from its beginning; `None` where it has none.
    pub fn within(&self, part: Range<usize>) -> Option<Self> {
        let inside = self.indices.iter().filter(|index| part.contains(index));
        let indices: Vec<usize> = inside.map(|index| index - part.start).collect();
        (!indices.is_empty()).then_some(Self { indices, ..*self })
    }
}

/// The value of the last digit that any loss is written with, as 0.001 of 1.25 and 0.125.
fn last_digit(losses: impl Iterator<Item = f64>) -> f64 {
    let place = |loss: f64| {
        let written = format!("{loss:e}");
        let (digits, exponent) = written.split_once('e')?;
        let decimals = digits
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        Some(exponent.parse::<i32>().ok()? - decimals as i32)
    };
    10_f64.powi(losses.filter_map(place).min().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUTH: LossModel = LossModel {
        beta0: 0.05,
        beta1: 0.5,
        beta2: 0.0,
    };

    fn points(digits: i32, steps: impl Iterator<Item = u32>) -> Vec<(Step, f64)> {
        let unit = 10_f64.powi(digits);
        let point = |k: u32| {
            let step = Step(f64::from(k));
            (step, (TRUTH.loss_at(step) * unit).round() / unit)
        };
        steps.map(point).collect()
    }

    fn filled(mut points: Vec<(Step, f64)>) -> (PrintedZeros, LossModel) {
        let zeros = PrintedZeros::replace(&mut points).unwrap().unwrap();
        let curve = LossCurve::new(points).unwrap();
        let filled = zeros.fill(&curve);
        (zeros, fit(&filled))
    }

    fn check_recovered(found: LossModel, tolerance: f64) {
        for (found, truth) in std::iter::zip(found.betas(), TRUTH.betas()).take(2) {
            assert!((found / truth - 1.0).abs() < tolerance, "{found} {truth}");
        }
    }

    /// Two thirds of the rows are 0.000: their true losses are 0.0005 to 0.00017. What is left of the
    /// rounding is in β₂, a quarter of what a 0 may be.
    #[test]
    fn a_curve_printed_with_three_decimals_has_the_parameters_of_the_unrounded_one() {
        let (zeros, model) = filled(points(3, (0..120_000).step_by(100)));
        assert_eq!((zeros.indices.len(), zeros.below_nats), (800, 0.0005));
        check_recovered(model, 2e-3);
        assert!(model.beta2 < 1.5e-4, "{model:?}");
        let (_, model) = filled(points(2, (0..20_000).step_by(20)));
        check_recovered(model, 0.02);
        assert!(model.beta2 < 1.5e-3, "{model:?}");
    }

    /// With all digits, a 0 is a loss of 0.
    #[test]
    fn a_zero_among_losses_with_all_digits_is_data() {
        let mut exact = points(15, 0..100);
        exact[59].1 = 1e-3;
        exact[60..].iter_mut().for_each(|(_, loss)| *loss = 0.0);
        let (zeros, found) = filled(exact.clone());
        assert!(zeros.below_nats < 1e-14, "{zeros:?}");
        exact[60..].iter_mut().for_each(|(_, loss)| *loss = 1e-16);
        let expected = fit(&LossCurve::new(exact).unwrap());
        let pairs = std::iter::zip(found.betas(), expected.betas());
        assert!(
            { pairs }.all(|(a, b)| (a - b).abs() < 1e-6),
            "{found:?} {expected:?}"
        );
    }

    #[test]
    fn the_last_digit_is_that_of_the_longest_number() {
        let check = |losses: &[f64], expected: f64| {
            let found = last_digit(losses.iter().copied());
            assert!((found / expected - 1.0).abs() < 1e-12, "{found}");
        };
        check(&[1.25, 0.125], 1e-3);
        check(&[12.0, 1.1], 0.1);
        check(&[3.0, 40.0], 1.0);
        check(&[1.25e-4], 1e-6);
    }

    #[test]
    fn a_log_does_not_begin_with_0() {
        let mut points = points(3, 0..10);
        points[0].1 = 0.0;
        assert_eq!(
            PrintedZeros::replace(&mut points),
            Err(LossCurveError::ZeroFirst)
        );
    }

    #[test]
    fn a_zero_among_losses_far_from_0_was_not_measured() {
        let mut exact = points(4, 0..60);
        exact[20].1 = 0.0;
        // At step 59 the loss is 1/(0.05 · 59 + 0.5), a seventh of the first.
        let expected = LossCurveError::ZeroAlone {
            index: 20,
            smallest: 0.2899,
        };
        assert_eq!(PrintedZeros::replace(&mut exact), Err(expected));
        // With one decimal 0.3 is near.
        let mut points = points(1, 0..60);
        points[59].1 = 0.0;
        assert!(PrintedZeros::replace(&mut points).unwrap().is_some());
    }

    #[test]
    fn zeros_of_a_part_are_counted_from_its_beginning() {
        let zeros = PrintedZeros {
            indices: vec![3, 7, 9],
            below_nats: 0.5,
        };
        assert_eq!(zeros.within(5..9).unwrap().indices, [2]);
        assert_eq!(zeros.within(4..7), None);
    }
}
