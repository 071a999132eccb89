//! From training loss to test accuracy: which loss goes with 92 %?
//!
//! The loss model predicts a training loss, the assignment asks for a test accuracy. The link is
//! fitted to measured runs; nothing but data ties the two.

use crate::statistics::isotonic_regression::IsotonicRegression;

/// The epochs of one run as (training loss in nats, test accuracy in 0..1).
pub type AccuracyRun = Vec<(f64, f64)>;

/// How test accuracy depends on training loss; each form never rises with the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkForm {
    /// accuracy = a + b·loss, b ≤ 0.
    Linear,
    /// accuracy = a + b·ln loss, b ≤ 0.
    Logarithmic,
    /// Any non-rising function, by pooling adjacent violators.
    Isotonic,
}

const FORMS: [LinkForm; 3] = [LinkForm::Linear, LinkForm::Logarithmic, LinkForm::Isotonic];

/// A fitted link and the error by which its form was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct AccuracyLink {
    /// The chosen form.
    pub form: LinkForm,
    /// Root mean squared error of the accuracy, leaving one run out at a time, of every form.
    pub leave_one_run_out_errors: Vec<(LinkForm, f64)>,
    curve: Curve,
}

/// Why no link can be fitted; `run` and `point` count from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // each field is named in the message
pub enum AccuracyLinkError {
    #[error("found `{found}` runs with points, expected at least `2`, one to leave out")]
    TooFewRuns { found: usize },
    #[error(
        "the training loss of point `{point}` of run `{run}` is `{loss}`; expected a finite number above 0"
    )]
    BadLoss { run: usize, point: usize, loss: f64 },
    #[error(
        "the test accuracy of point `{point}` of run `{run}` is `{accuracy}`; expected a number in 0..1"
    )]
    BadAccuracy {
        run: usize,
        point: usize,
        accuracy: f64,
    },
    #[error("no link falls with the training loss; expected accuracy to rise while the loss falls")]
    NotFalling,
}

impl AccuracyLink {
    /// Fits every form to all runs but one, predicts that one, and keeps the form with the least
    /// error over all.
    ///
    /// Give it the points that matter: the last learning-rate stage, or all epochs. At a high
    /// learning rate the same training loss goes with a lower and noisier accuracy. A tie goes to
    /// the simpler form.
    ///
    /// # Errors
    /// Where a value is out of range, fewer than two runs have points, or no form falls.
    pub fn fit(runs: &[AccuracyRun]) -> Result<Self, AccuracyLinkError> {
        check_values(runs)?;
        let runs: Vec<&AccuracyRun> = runs.iter().filter(|run| !run.is_empty()).collect();
        if runs.len() < 2 {
            return Err(AccuracyLinkError::TooFewRuns { found: runs.len() });
        }
        let assess = |form| Some((form, leave_one_run_out_error(form, &runs)?));
        let errors: Vec<(LinkForm, f64)> = FORMS.into_iter().filter_map(assess).collect();
        let best = errors.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let form = best.ok_or(AccuracyLinkError::NotFalling)?.0;
        let curve = Curve::fit(form, &runs).ok_or(AccuracyLinkError::NotFalling)?;
        Ok(Self {
            form,
            leave_one_run_out_errors: errors,
            curve,
        })
    }

    /// The leave-one-run-out error of the form that was chosen.
    pub fn error(&self) -> f64 {
        let mut errors = self.leave_one_run_out_errors.iter();
        let chosen = errors.find(|(form, _)| *form == self.form);
        chosen.expect("the chosen form was assessed").1
    }

    /// The largest training loss in nats at which the accuracy is reached; `None` where no loss
    /// above 0 does.
    pub fn loss_reaching(&self, accuracy: f64) -> Option<f64> {
        self.curve.loss_reaching(accuracy)
    }
}

/// The first epoch, as the caller numbers them, whose measured test accuracy reaches `target`.
pub fn first_epoch_reaching(
    epochs: impl IntoIterator<Item = (u64, f64)>,
    target: f64,
) -> Option<u64> {
    epochs
        .into_iter()
        .find(|(_, accuracy)| *accuracy >= target)
        .map(|(epoch, _)| epoch)
}

fn check_values(runs: &[AccuracyRun]) -> Result<(), AccuracyLinkError> {
    for (run, points) in runs.iter().enumerate() {
        for (point, &(loss, accuracy)) in points.iter().enumerate() {
            if !(loss.is_finite() && loss > 0.0) {
                return Err(AccuracyLinkError::BadLoss { run, point, loss });
            }
            if !(0.0..=1.0).contains(&accuracy) {
                return Err(AccuracyLinkError::BadAccuracy {
                    run,
                    point,
                    accuracy,
                });
            }
        }
    }
    Ok(())
}

fn leave_one_run_out_error(form: LinkForm, runs: &[&AccuracyRun]) -> Option<f64> {
    let mut squares = Vec::new();
    for left_out in 0..runs.len() {
        let mut kept = runs.to_vec();
        let unseen = kept.remove(left_out);
        let curve = Curve::fit(form, &kept)?;
        let square = |&(loss, accuracy): &(f64, f64)| (curve.accuracy_at(loss) - accuracy).powi(2);
        squares.extend(unseen.iter().map(square));
    }
    Some((squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
}

#[derive(Debug, Clone, PartialEq)]
enum Curve {
    Linear { intercept: f64, slope: f64 },
    Logarithmic { intercept: f64, slope: f64 },
    Isotonic(IsotonicRegression),
}

impl Curve {
    fn fit(form: LinkForm, runs: &[&AccuracyRun]) -> Option<Self> {
        let points: Vec<(f64, f64)> = runs.iter().flat_map(|run| run.iter().copied()).collect();
        match form {
            LinkForm::Linear => {
                let (intercept, slope) = falling_line(&points, |loss| loss)?;
                Some(Self::Linear { intercept, slope })
            }
            LinkForm::Logarithmic => {
                let (intercept, slope) = falling_line(&points, f64::ln)?;
                Some(Self::Logarithmic { intercept, slope })
            }
            LinkForm::Isotonic => IsotonicRegression::fit(&points)
                .filter(IsotonicRegression::falls)
                .map(Self::Isotonic),
        }
    }

    fn accuracy_at(&self, loss: f64) -> f64 {
        match self {
            Self::Linear { intercept, slope } => (intercept + slope * loss).clamp(0.0, 1.0),
            Self::Logarithmic { intercept, slope } => {
                (intercept + slope * loss.ln()).clamp(0.0, 1.0)
            }
            Self::Isotonic(isotonic) => isotonic.at(loss),
        }
    }

    fn loss_reaching(&self, accuracy: f64) -> Option<f64> {
        let loss = match self {
            Self::Linear { intercept, slope } => (accuracy - intercept) / slope,
            Self::Logarithmic { intercept, slope } => ((accuracy - intercept) / slope).exp(),
            Self::Isotonic(isotonic) => isotonic.largest_x_reaching(accuracy)?,
        };
        (accuracy <= 1.0 && loss > 0.0).then_some(loss)
    }
}

/// Intercept and slope of accuracy over x(loss); `None` where it does not fall.
///
/// In closed form, since every form is fitted to thousands of epochs once for each run left out.
fn falling_line(points: &[(f64, f64)], x: impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let count = points.len() as f64;
    let points = points.iter().map(|(loss, accuracy)| (x(*loss), *accuracy));
    let add = |(a, b): (f64, f64), (c, d): (f64, f64)| (a + c, b + d);
    let (sum_x, sum_y) = points.clone().fold((0.0, 0.0), add);
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let products = points.map(|(x, y)| ((x - mean_x).powi(2), (x - mean_x) * (y - mean_y)));
    let (squares, products) = products.fold((0.0, 0.0), add);
    let slope = products / squares;
    (slope < 0.0).then_some((mean_y - slope * mean_x, slope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::random::SplitMix64;

    fn runs(accuracy: impl Fn(f64) -> f64, noise: f64) -> Vec<AccuracyRun> {
        let mut random = SplitMix64::new(9);
        let losses = (1..=60).map(|epoch| 2.0 / f64::from(epoch));
        let mut run = || {
            let point = |loss| {
                (
                    loss,
                    (accuracy(loss) + noise * random.normal()).clamp(0.0, 1.0),
                )
            };
            losses.clone().map(point).collect()
        };
        (0..4).map(|_| run()).collect()
    }

    fn check(accuracy: impl Fn(f64) -> f64, form: LinkForm, tolerance: f64) {
        let link = AccuracyLink::fit(&runs(&accuracy, 0.002)).unwrap();
        assert_eq!(link.form, form, "{:?}", link.leave_one_run_out_errors);
        for loss in [0.05, 0.1, 0.3, 0.8] {
            assert!(
                (link.curve.accuracy_at(loss) - accuracy(loss)).abs() < tolerance,
                "{loss}"
            );
            let target = link.curve.accuracy_at(loss);
            let inverse = link.loss_reaching(target).unwrap();
            assert!(link.curve.accuracy_at(inverse) >= target - 1e-9 && inverse >= loss * 0.999);
        }
    }

    #[test]
    fn each_form_is_recognised() {
        check(|loss| 0.94 - 0.3 * loss, LinkForm::Linear, 0.002);
        check(|loss| 0.7 - 0.08 * loss.ln(), LinkForm::Logarithmic, 0.002);
        check(
            |loss| if loss < 0.2 { 0.93 } else { 0.7 - 0.1 * loss },
            LinkForm::Isotonic,
            0.01,
        );
    }

    #[test]
    fn an_accuracy_out_of_reach_has_no_loss() {
        let link = AccuracyLink::fit(&runs(|loss| 0.94 - 0.3 * loss, 0.002)).unwrap();
        assert!(link.loss_reaching(0.92).is_some());
        assert_eq!(link.loss_reaching(0.97), None);
        assert_eq!(link.loss_reaching(1.2), None);
    }

    /// No loss follows from an accuracy by a line that does not fall.
    #[test]
    fn a_flat_line_is_none() {
        let line = |second| falling_line(&[(0.5, 0.75), (1.5, second)], |loss| loss);
        assert_eq!(line(0.25), Some((1.0, -0.5)));
        assert_eq!(line(0.75), None);
    }

    /// Two points of 0.8 − 0.2 l and three of 0.7 − 0.2 l: each run is missed by 0.1 by the other’s line.
    #[test]
    fn every_point_of_a_run_that_is_left_out_counts() {
        let runs = [
            vec![(1.0, 0.6), (2.0, 0.4)],
            vec![(1.0, 0.5), (2.0, 0.3), (3.0, 0.1)],
        ];
        let link = AccuracyLink::fit(&runs).unwrap();
        let (form, error) = link.leave_one_run_out_errors[0];
        assert_eq!(form, LinkForm::Linear);
        assert!((error - 0.1).abs() < 1e-12, "{error}");
    }

    #[test]
    fn runs_without_a_link() {
        let check = |runs: &[AccuracyRun], expected: &str| {
            assert_eq!(AccuracyLink::fit(runs).unwrap_err().to_string(), expected);
        };
        let good = vec![(1.0, 0.5), (0.5, 0.7)];
        check(
            &[good.clone(), vec![]],
            "found `1` runs with points, expected at least `2`, one to leave out",
        );
        check(
            &[good.clone(), vec![(0.0, 0.5)]],
            "the training loss of point `0` of run `1` is `0`; expected a finite number above 0",
        );
        check(
            &[good.clone(), vec![(0.1, 0.5), (0.1, 92.0)]],
            "the test accuracy of point `1` of run `1` is `92`; expected a number in 0..1",
        );
        let rising = vec![(0.5, 0.5), (1.0, 0.7)];
        check(
            &[rising.clone(), rising],
            "no link falls with the training loss; expected accuracy to rise while the loss falls",
        );
    }

    #[test]
    fn the_first_epoch_at_a_target() {
        let epochs = [(1, 0.5), (2, 0.92), (3, 0.91), (4, 0.93)];
        assert_eq!(first_epoch_reaching(epochs, 0.92), Some(2));
        assert_eq!(first_epoch_reaching(epochs, 0.95), None);
    }
}
