//! A training loss over steps, checked once so that whatever is computed from it need not check
//! again.

use super::steps::Step;
use std::ops::RangeInclusive;

/// The fewest points that can carry three parameters and leave a residual.
pub const FEWEST_POINTS: usize = 4;

/// The range of losses in nats, and of steps after the first: far beyond what a training run has, and
/// near enough that no sum of the fits leaves the range of a float.
const LOSSES: RangeInclusive<f64> = SMALLEST_LOSS..=1e30;
const STEPS: RangeInclusive<f64> = 1e-6..=LARGEST_STEP;

/// The smallest loss in nats.
pub(crate) const SMALLEST_LOSS: f64 = 1e-30;

/// The largest step, up to which floats tell whole numbers apart.
pub const LARGEST_STEP: f64 = 1e15;

/// Training loss in nats over strictly increasing steps; at least four points, positive, finite,
/// not constant.
#[derive(Debug, Clone, PartialEq)]
pub struct LossCurve {
    steps: Vec<f64>,
    losses_nats: Vec<f64>,
}

/// Why points are no loss curve; `index` counts points from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // each field is named in the message
pub enum LossCurveError {
    #[error("a loss curve needs at least `{FEWEST_POINTS}` points, found `{found}`")]
    TooFewPoints { found: usize },
    #[error("the step of point `{index}` is `{step}`; expected a finite number")]
    StepNotFinite { index: usize, step: f64 },
    #[error("the step of point `{index}` is `{step}`; expected 0 or more")]
    NegativeStep { index: usize, step: f64 },
    #[error(
        "the step of point `{index}` is `{step}` after `{previous}`; expected steps to increase; \
         hint: sort the log and keep one row per step"
    )]
    StepsNotIncreasing {
        index: usize,
        step: f64,
        previous: f64,
    },
    #[error("the loss of point `{index}` is `{loss}`; expected a finite number")]
    LossNotFinite { index: usize, loss: f64 },
    #[error(
        "the loss of point `{index}` is `{loss}`; expected more than 0; hint: the logarithm of a \
         likelihood is a loss with the other sign"
    )]
    LossNotPositive { index: usize, loss: f64 },
    #[error(
        "the loss of point `0` is `0`, before any other; expected more than 0; hint: leave the cell \
         empty where nothing was measured"
    )]
    ZeroFirst,
    #[error(
        "the loss of point `{index}` is `0`, and no other is below `{smallest}`; expected a loss that \
         comes near 0 before; hint: leave the cell empty where nothing was measured"
    )]
    ZeroAlone { index: usize, smallest: f64 },
    #[error("the step of point `{index}` is `{step:e}`; expected 0 or from {:e} to {:e}", STEPS.start(), STEPS.end())]
    StepOutOfRange { index: usize, step: f64 },
    #[error("the loss of point `{index}` is `{loss:e}`; expected from {:e} to {:e} nat", LOSSES.start(), LOSSES.end())]
    LossOutOfRange { index: usize, loss: f64 },
    #[error(
        "every loss from point `0` to point `{last_index}` is `{loss}`; expected a curve that falls"
    )]
    ConstantLoss { last_index: usize, loss: f64 },
}

impl LossCurveError {
    /// The point that is wrong, counted from 0, where it is one.
    pub fn point(&self) -> Option<usize> {
        match self {
            Self::TooFewPoints { .. } | Self::ConstantLoss { .. } => None,
            Self::ZeroFirst => Some(0),
            Self::ZeroAlone { index, .. } => Some(*index),
            Self::StepNotFinite { index, .. }
            | Self::NegativeStep { index, .. }
            | Self::StepsNotIncreasing { index, .. }
            | Self::LossNotFinite { index, .. }
            | Self::LossNotPositive { index, .. }
            | Self::StepOutOfRange { index, .. }
            | Self::LossOutOfRange { index, .. } => Some(*index),
        }
    }
}

impl LossCurve {
    /// Checks (step, loss in nats) points and takes them as a curve.
    ///
    /// # Errors
    /// The first [`LossCurveError`] found, from the first point to the last.
    pub fn new(points: Vec<(Step, f64)>) -> Result<Self, LossCurveError> {
        if points.len() < FEWEST_POINTS {
            return Err(LossCurveError::TooFewPoints {
                found: points.len(),
            });
        }
        let mut previous = None;
        for (index, &(Step(step), loss)) in points.iter().enumerate() {
            check_step(index, step, previous)?;
            check_loss(index, loss)?;
            previous = Some(step);
        }
        let (steps, losses_nats): (Vec<f64>, Vec<f64>) = points
            .into_iter()
            .map(|(step, loss)| (step.0, loss))
            .unzip();
        check_not_constant(&losses_nats)?;
        Ok(Self { steps, losses_nats })
    }

    /// The (step, loss in nats) points in order.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = (Step, f64)> + Clone {
        std::iter::zip(&self.steps, &self.losses_nats).map(|(&step, &loss)| (Step(step), loss))
    }

    /// The number of points.
    #[allow(clippy::len_without_is_empty)] // a curve is never empty
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// The last step.
    pub fn last_step(&self) -> Step {
        Step(self.steps[self.steps.len() - 1])
    }

    /// The largest loss in nats, by which Peng et al. 2018, Sec. 3.1, normalise.
    pub fn largest_loss(&self) -> f64 {
        self.losses_nats.iter().copied().fold(0.0, f64::max)
    }

    pub(crate) fn raw_steps(&self) -> &[f64] {
        &self.steps
    }

    pub(crate) fn losses_nats(&self) -> &[f64] {
        &self.losses_nats
    }
}

fn check_step(index: usize, step: f64, previous: Option<f64>) -> Result<(), LossCurveError> {
    match previous {
        _ if !step.is_finite() => Err(LossCurveError::StepNotFinite { index, step }),
        _ if step < 0.0 => Err(LossCurveError::NegativeStep { index, step }),
        Some(previous) if step <= previous => Err(LossCurveError::StepsNotIncreasing {
            index,
            step,
            previous,
        }),
        _ if step > 0.0 && !STEPS.contains(&step) => {
            Err(LossCurveError::StepOutOfRange { index, step })
        }
        _ => Ok(()),
    }
}

fn check_loss(index: usize, loss: f64) -> Result<(), LossCurveError> {
    if !loss.is_finite() {
        return Err(LossCurveError::LossNotFinite { index, loss });
    }
    if loss <= 0.0 {
        return Err(LossCurveError::LossNotPositive { index, loss });
    }
    if !LOSSES.contains(&loss) {
        return Err(LossCurveError::LossOutOfRange { index, loss });
    }
    Ok(())
}

fn check_not_constant(losses: &[f64]) -> Result<(), LossCurveError> {
    if losses.iter().any(|loss| *loss != losses[0]) {
        return Ok(());
    }
    Err(LossCurveError::ConstantLoss {
        last_index: losses.len() - 1,
        loss: losses[0],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(points: &[(f64, f64)], expected: Expect) {
        let points = points.iter().map(|&(step, loss)| (Step(step), loss));
        let shown = match LossCurve::new(points.collect()) {
            Ok(curve) => format!("{} points to step {}\n", curve.len(), curve.last_step().0),
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn good_points() {
        let points = [(0.0, 2.3), (1.0, 1.0), (5.0, 1.2), (9.5, 0.4)];
        check(
            &points,
            expect![[r#"
                4 points to step 9.5
            "#]],
        );
    }

    #[test]
    fn too_few_points() {
        let wanted = expect![[r#"
            a loss curve needs at least `4` points, found `3`
        "#]];
        check(&[(0.0, 2.0), (1.0, 1.0), (2.0, 0.5)], wanted);
        check(
            &[],
            expect![[r#"
                a loss curve needs at least `4` points, found `0`
            "#]],
        );
    }

    #[test]
    fn bad_steps() {
        let with_third = |step| [(0.0, 2.0), (1.0, 1.5), (step, 1.2), (9.0, 1.0)];
        check(
            &with_third(f64::NAN),
            expect![[r#"
                the step of point `2` is `NaN`; expected a finite number
            "#]],
        );
        check(
            &with_third(1.0),
            expect![[r#"
                the step of point `2` is `1` after `1`; expected steps to increase; hint: sort the log and keep one row per step
            "#]],
        );
        check(
            &with_third(0.5),
            expect![[r#"
                the step of point `2` is `0.5` after `1`; expected steps to increase; hint: sort the log and keep one row per step
            "#]],
        );
        check(
            &[(-1.0, 2.0), (1.0, 1.5), (2.0, 1.2), (3.0, 1.0)],
            expect![[r#"
                the step of point `0` is `-1`; expected 0 or more
            "#]],
        );
    }

    #[test]
    fn bad_losses() {
        let with_last = |loss| [(0.0, 2.0), (1.0, 1.5), (2.0, 1.2), (3.0, loss)];
        check(
            &with_last(f64::INFINITY),
            expect![[r#"
                the loss of point `3` is `inf`; expected a finite number
            "#]],
        );
        check(
            &with_last(0.0),
            expect![[r#"
                the loss of point `3` is `0`; expected more than 0; hint: the logarithm of a likelihood is a loss with the other sign
            "#]],
        );
        check(
            &[(0.0, 2.0), (1.0, 2.0), (2.0, 2.0), (3.0, 2.0)],
            expect![[r#"
                every loss from point `0` to point `3` is `2`; expected a curve that falls
            "#]],
        );
        check(
            &with_last(1e300),
            expect![[r#"
            the loss of point `3` is `1e300`; expected from 1e-30 to 1e30 nat
        "#]],
        );
        check(
            &with_last(5e-324),
            expect![[r#"
            the loss of point `3` is `5e-324`; expected from 1e-30 to 1e30 nat
        "#]],
        );
    }

    #[test]
    fn huge_and_tiny_steps() {
        let with_last = |step| [(0.0, 2.0), (1e-5, 1.5), (2.0, 1.2), (step, 1.0)];
        check(
            &with_last(1e300),
            expect![[r#"
            the step of point `3` is `1e300`; expected 0 or from 1e-6 to 1e15
        "#]],
        );
        let tiny = [(0.0, 2.0), (1e-300, 1.5), (2.0, 1.2), (3.0, 1.0)];
        check(
            &tiny,
            expect![[r#"
            the step of point `1` is `1e-300`; expected 0 or from 1e-6 to 1e15
        "#]],
        );
        check(
            &with_last(1e15),
            expect![[r#"
            4 points to step 1000000000000000
        "#]],
        );
    }
}
