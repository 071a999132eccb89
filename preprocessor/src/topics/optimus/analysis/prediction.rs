//! A predicted loss curve with its band, set against a measured one.

use super::learning_rate_stages::StagedLossModel;
use super::loss_curve::LossCurve;
use super::loss_regression::PredictedLossModel;
use super::prediction_error::PredictionError;
use super::steps::Step;
use crate::statistics::interval::Interval;

/// A predicted run: the model of its stages, and draws of it that span its uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedRun {
    /// The predicted curve.
    pub model: StagedLossModel,
    draws: Vec<StagedLossModel>,
}

/// When a predicted run reaches a loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictedSteps {
    /// By the predicted curve; `None` where it does not get there by the last step.
    pub predicted: Option<Step>,
    /// The 2.5 % quantile over the draws; `None` where fewer get there.
    pub earliest: Option<Step>,
    /// The 97.5 % quantile over the draws; `None` where fewer get there.
    pub latest: Option<Step>,
}

impl PredictedRun {
    /// A run predicted stage by stage, each with the step at which it begins, the first with 0.
    ///
    /// The n-th draws of all stages make the n-th draw of the run, so stages predicted with
    /// different seeds err independently. `None` where the starts do not increase from 0, or the
    /// stages' draws differ in number.
    pub fn staged(stages: &[(Step, PredictedLossModel)]) -> Option<Self> {
        let staged = |model: &dyn Fn(&PredictedLossModel) -> Option<_>| {
            let stages = stages
                .iter()
                .map(|(start, predicted)| Some((*start, model(predicted)?)));
            StagedLossModel::new(stages.collect::<Option<_>>()?)
        };
        let draws = stages
            .iter()
            .map(|(_, predicted)| predicted.draws.len())
            .max()?;
        let draw = |index| staged(&|predicted| predicted.draws.get(index).copied());
        Some(Self {
            model: staged(&|predicted| Some(predicted.model))?,
            draws: (0..draws).map(draw).collect::<Option<_>>()?,
        })
    }

    /// The 95 % band of the loss in nats at `step`, without the scatter of single points; `None`
    /// without draws, or where so many draws have no finite loss that the band has no end.
    pub fn band_at(&self, step: Step) -> Option<Interval> {
        let losses = self.draws.iter().map(|draw| draw.loss_at(step));
        Interval::of_draws(losses.collect()).filter(|band| band.high.is_finite())
    }

    /// How far the predicted curve lies from the measured one, over all its points and at the last.
    pub fn error_against(&self, measured: &LossCurve) -> PredictionError {
        PredictionError::of(measured.points(), |step| self.model.loss_at(step))
            .unwrap_or_else(|| unreachable!("a loss curve has points"))
    }

    /// The first step, up to `last`, at which the loss is at most `loss_nats`, with its 95 %
    /// interval.
    pub fn steps_reaching(&self, loss_nats: f64, last: Step) -> PredictedSteps {
        let reached = |model: &StagedLossModel| model.step_reaching(loss_nats, last);
        let never = f64::INFINITY;
        let steps = self
            .draws
            .iter()
            .map(|draw| reached(draw).map_or(never, |step| step.0));
        let interval = Interval::of_draws(steps.collect());
        let finite = |step: f64| step.is_finite().then_some(Step(step));
        PredictedSteps {
            predicted: reached(&self.model),
            earliest: interval.and_then(|interval| finite(interval.low)),
            latest: interval.and_then(|interval| finite(interval.high)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::optimus::analysis::loss_model::LossModel;

    fn model(beta2: f64) -> LossModel {
        LossModel {
            beta0: 0.01,
            beta1: 0.5,
            beta2,
        }
    }

    fn predicted(beta2: f64, half_width: f64) -> PredictedLossModel {
        let draws = (0..=100).map(|index| beta2 + half_width * (f64::from(index) / 50.0 - 1.0));
        let point = |value| Interval {
            low: value,
            high: value,
        };
        PredictedLossModel {
            model: model(beta2),
            intervals: [
                point(0.01),
                point(0.5),
                Interval {
                    low: beta2 - half_width,
                    high: beta2 + half_width,
                },
            ],
            draws: draws.map(model).collect(),
        }
    }

    fn staged() -> PredictedRun {
        let stages = [
            (Step(0.0), predicted(0.5, 0.1)),
            (Step(1000.0), predicted(0.1, 0.05)),
        ];
        PredictedRun::staged(&stages).unwrap()
    }

    #[test]
    fn the_band_holds_the_curve_in_each_stage() {
        for (step, half_width) in [(0.0, 0.095), (1000.0, 0.095), (1500.0, 0.0475)] {
            let band = staged().band_at(Step(step)).unwrap();
            assert!(band.contains(staged().model.loss_at(Step(step))));
            assert!(
                ((band.high - band.low) / 2.0 - half_width).abs() < 1e-9,
                "{band:?}"
            );
        }
    }

    #[test]
    fn draws_without_a_finite_loss_leave_the_band_open() {
        let mut of_stage = predicted(0.1, 0.05);
        for draw in of_stage.draws.iter_mut().take(20) {
            (draw.beta0, draw.beta1) = (0.0, 0.0);
        }
        let run = PredictedRun::staged(&[(Step(0.0), of_stage)]).unwrap();
        assert_eq!(run.band_at(Step(10.0)), None);
    }

    #[test]
    fn steps_to_a_loss_with_their_interval() {
        let found = staged().steps_reaching(0.3, Step(5000.0));
        let [predicted, earliest, latest] =
            [found.predicted, found.earliest, found.latest].map(|step| step.unwrap().0);
        assert!(1000.0 < earliest && earliest < predicted && predicted < latest);
        let early_end = staged().steps_reaching(0.3, Step(predicted));
        assert_eq!(
            (early_end.predicted.map(|step| step.0), early_end.latest),
            (Some(predicted), None)
        );
        assert_eq!(staged().steps_reaching(0.01, Step(5000.0)).predicted, None);
    }

    #[test]
    fn the_error_against_a_measured_curve() {
        let run = PredictedRun::staged(&[(Step(0.0), predicted(0.1, 0.0))]).unwrap();
        let points = (0..10).map(|k| {
            (
                Step(f64::from(k)),
                0.8 * model(0.1).loss_at(Step(f64::from(k))),
            )
        });
        let error = run.error_against(&LossCurve::new(points.collect()).unwrap());
        assert!((error.mean_absolute - 0.25).abs() < 1e-12 && (error.last - 0.25).abs() < 1e-12);
    }

    #[test]
    fn stages_that_do_not_fit_together() {
        assert_eq!(PredictedRun::staged(&[]), None);
        assert_eq!(
            PredictedRun::staged(&[(Step(5.0), predicted(0.1, 0.0))]),
            None
        );
        let mut fewer = predicted(0.1, 0.0);
        fewer.draws.pop();
        assert_eq!(
            PredictedRun::staged(&[(Step(0.0), predicted(0.5, 0.1)), (Step(9.0), fewer)]),
            None
        );
    }
}
