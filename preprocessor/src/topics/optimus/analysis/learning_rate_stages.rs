//! A run cut where its learning rate drops, each stage a curve of its own.
//!
//! Eq. (1) of Peng et al. 2018 describes training at one learning rate; Sec. 7 restarts the fit
//! after a drop as if a new job began.

use super::loss_curve::{LossCurve, LossCurveError};
use super::loss_model::LossModel;
use super::steps::Step;

/// The part of a run at one learning rate; its curve counts steps from the stage's start.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningRateStage {
    /// The step of the whole run after which the stage begins.
    pub start: Step,
    /// The losses of the stage; step 0 is `start`.
    pub curve: LossCurve,
}

/// Why a run cannot be cut into stages; `stage` counts from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // each field is named in the message
pub enum StageError {
    #[error("drop `{index}` is at step `{step}`; expected finite steps that increase from above 0")]
    DropsNotIncreasing { index: usize, step: f64 },
    #[error("stage `{stage}`, from step `{start}`, is no loss curve")]
    NoCurve {
        stage: usize,
        start: f64,
        source: LossCurveError,
    },
}

/// Cuts `curve` after each of the `drops` of the learning rate, given as steps of the whole run.
///
/// A loss recorded at step k was made by the steps up to k, so a point at a drop closes the earlier
/// stage. A point at step 0 is in the first.
///
/// # Errors
/// Where the drops do not increase from above 0, or a stage is no [`LossCurve`].
pub fn learning_rate_stages(
    curve: &LossCurve,
    drops: &[Step],
) -> Result<Vec<LearningRateStage>, StageError> {
    check_drops(drops)?;
    let starts = std::iter::once(Step(0.0)).chain(drops.iter().copied());
    let ends = drops.iter().copied().chain([Step(f64::INFINITY)]);
    let mut rest = curve.points().peekable();
    let stage = |(stage, (start, end)): (usize, (Step, Step))| {
        let inside = std::iter::from_fn(|| rest.next_if(|(step, _)| *step <= end));
        let points = inside.map(|(step, loss)| (Step(step.0 - start.0), loss));
        match LossCurve::new(points.collect()) {
            Ok(curve) => Ok(LearningRateStage { start, curve }),
            Err(source) => Err(StageError::NoCurve {
                stage,
                start: start.0,
                source,
            }),
        }
    };
    starts.zip(ends).enumerate().map(stage).collect()
}

fn check_drops(drops: &[Step]) -> Result<(), StageError> {
    let mut previous = 0.0;
    for (index, &Step(step)) in drops.iter().enumerate() {
        if !(step.is_finite() && step > previous) {
            return Err(StageError::DropsNotIncreasing { index, step });
        }
        previous = step;
    }
    Ok(())
}

/// A loss model for each stage of a run, as a function of the whole run's steps.
#[derive(Debug, Clone, PartialEq)]
pub struct StagedLossModel {
    stages: Vec<(Step, LossModel)>,
}

impl StagedLossModel {
    /// One model for the whole run.
    pub fn whole_run(model: LossModel) -> Self {
        Self {
            stages: vec![(Step(0.0), model)],
        }
    }

    /// A model for each stage, with the step at which the stage begins, in order; the first begins
    /// at 0.
    ///
    /// `None` where the starts do not increase from 0.
    pub fn new(stages: Vec<(Step, LossModel)>) -> Option<Self> {
        let begins = stages.first()?.0 == Step(0.0);
        let increases = stages.windows(2).all(|pair| pair[0].0 < pair[1].0);
        (begins && increases).then_some(Self { stages })
    }

    /// The stages' first steps and models.
    pub fn stages(&self) -> &[(Step, LossModel)] {
        &self.stages
    }

    /// The loss in nats at a step of the whole run.
    pub fn loss_at(&self, step: Step) -> f64 {
        let stage = self
            .stages
            .iter()
            .rposition(|(start, _)| *start < step)
            .unwrap_or(0);
        let (start, model) = self.stages[stage];
        model.loss_at(Step(step.0 - start.0))
    }

    /// The first step of the whole run, up to `last`, at which the loss is at most `loss_nats`.
    pub fn step_reaching(&self, loss_nats: f64, last: Step) -> Option<Step> {
        let ends = self
            .stages
            .iter()
            .skip(1)
            .map(|(start, _)| *start)
            .chain([last]);
        self.stages
            .iter()
            .zip(ends)
            .find_map(|((start, model), end)| {
                let step = Step(start.0 + model.step_reaching(loss_nats)?.0);
                (step <= end && step <= last).then_some(step)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: u32) -> LossCurve {
        let point = |k: u32| (Step(f64::from(k) * 10.0), 1.0 / f64::from(k));
        LossCurve::new((1..=points).map(point).collect()).unwrap()
    }

    fn check(drops: &[f64], expected: Result<&[(f64, usize, f64)], &str>) {
        let drops: Vec<Step> = drops.iter().map(|step| Step(*step)).collect();
        let found = learning_rate_stages(&curve(12), &drops)
            .map_err(|error| format!("{:#}", anyhow::Error::from(error)));
        let found = found.map(|stages| {
            let of = |stage: LearningRateStage| {
                let first = stage.curve.points().next().unwrap().0;
                (stage.start.0, stage.curve.len(), first.0)
            };
            stages.into_iter().map(of).collect::<Vec<_>>()
        });
        assert_eq!(
            found.as_deref(),
            expected.map_err(str::to_owned).as_ref().map(|e| *e)
        );
    }

    #[test]
    fn steps_restart_at_each_drop_and_a_point_at_a_drop_closes_its_stage() {
        check(&[], Ok(&[(0.0, 12, 10.0)]));
        check(&[40.0], Ok(&[(0.0, 4, 10.0), (40.0, 8, 10.0)]));
        check(
            &[45.0, 82.0],
            Ok(&[(0.0, 4, 10.0), (45.0, 4, 5.0), (82.0, 4, 8.0)]),
        );
    }

    /// A log that counts its epochs from 0, as most do.
    #[test]
    fn step_0_is_in_the_first_stage_and_in_no_other() {
        let points = (0..12).map(|k| (Step(f64::from(k)), 1.0 / f64::from(k + 1)));
        let curve = LossCurve::new(points.collect()).unwrap();
        let stages = learning_rate_stages(&curve, &[Step(3.0), Step(7.0)]).unwrap();
        let steps = |stage: &LearningRateStage| stage.curve.raw_steps().to_vec();
        let expected = [
            vec![0.0, 1.0, 2.0, 3.0],
            vec![1.0, 2.0, 3.0, 4.0],
            vec![1.0, 2.0, 3.0, 4.0],
        ];
        assert_eq!(stages.iter().map(steps).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn drops_that_make_no_stages() {
        let not_increasing = "expected finite steps that increase from above 0";
        check(
            &[0.0],
            Err(&format!("drop `0` is at step `0`; {not_increasing}")),
        );
        check(
            &[40.0, 40.0],
            Err(&format!("drop `1` is at step `40`; {not_increasing}")),
        );
        check(
            &[f64::NAN],
            Err(&format!("drop `0` is at step `NaN`; {not_increasing}")),
        );
        check(
            &[100.0],
            Err(
                "stage `1`, from step `100`, is no loss curve: a loss curve needs at least `4` points, found `2`",
            ),
        );
    }

    #[test]
    fn a_staged_model_counts_the_whole_runs_steps() {
        let model = |beta2| LossModel {
            beta0: 0.01,
            beta1: 0.5,
            beta2,
        };
        let staged =
            StagedLossModel::new(vec![(Step(0.0), model(0.5)), (Step(1000.0), model(0.1))])
                .unwrap();
        assert_eq!(
            staged.loss_at(Step(1000.0)),
            model(0.5).loss_at(Step(1000.0))
        );
        assert_eq!(
            staged.loss_at(Step(1500.0)),
            model(0.1).loss_at(Step(500.0))
        );
        let reached = staged.step_reaching(0.3, Step(9000.0)).unwrap();
        assert!((staged.loss_at(reached) - 0.3).abs() < 1e-12 && reached > Step(1000.0));
        assert_eq!(staged.step_reaching(0.3, Step(1100.0)), None);
        assert!(staged.step_reaching(1.0, Step(9000.0)).unwrap() < Step(1000.0));
    }

    #[test]
    fn stages_must_begin_at_0_and_increase() {
        let model = LossModel {
            beta0: 1.0,
            beta1: 1.0,
            beta2: 0.0,
        };
        assert_eq!(StagedLossModel::new(Vec::new()), None);
        assert_eq!(StagedLossModel::new(vec![(Step(1.0), model)]), None);
        assert_eq!(
            StagedLossModel::new(vec![(Step(0.0), model), (Step(0.0), model)]),
            None
        );
    }
}
