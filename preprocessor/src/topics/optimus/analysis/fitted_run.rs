//! The loss models of one run: of the whole run, and of each learning-rate stage.

use super::learning_rate_stages::{
    LearningRateStage, StageError, StagedLossModel, learning_rate_stages,
};
use super::loss_curve::LossCurve;
use super::loss_fit::fit;
use super::loss_model::LossModel;
use super::outliers::replace_outliers;
use super::steps::Step;

/// A run's points and the models fitted to them.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedRun {
    /// The points as measured.
    pub measured: LossCurve,
    /// The steps after which the learning rate dropped.
    pub drops: Vec<Step>,
    /// The points that were fitted: without outliers.
    pub fitted: LossCurve,
    /// One model for the whole run.
    pub whole_run: LossModel,
    /// One model for each stage, or why the run has none.
    pub stages: Result<StagedLossModel, StageError>,
}

impl FittedRun {
    /// Replaces outliers within each stage, then fits the whole run and every stage.
    ///
    /// The stages are cut first, since the points around a drop of the learning rate lie outside
    /// each other's range without being outliers. Where the run cannot be cut (a stage that has
    /// only begun, say) the rule sees the whole run.
    pub fn of(measured: LossCurve, drops: Vec<Step>) -> Self {
        let cut = stages_without_outliers(&measured, &drops);
        let fitted = without_outliers(&measured, &cut);
        Self {
            whole_run: fit(&fitted),
            stages: cut.map(|stages| staged_model(&stages)),
            measured,
            drops,
            fitted,
        }
    }

    /// Each stage as measured, with the model fitted to it; both count steps from the stage's start.
    ///
    /// # Errors
    /// Where the run has no stages.
    pub fn measured_stages(&self) -> Result<Vec<(LearningRateStage, LossModel)>, StageError> {
        let models = self.stages.clone()?;
        let models = models.stages().iter().map(|(_, model)| *model);
        let stages = learning_rate_stages(&self.measured, &self.drops)?;
        Ok(stages.into_iter().zip(models).collect())
    }
}

/// The stages with the steps at which they begin, each without its outliers.
pub(super) fn stages_without_outliers(
    measured: &LossCurve,
    drops: &[Step],
) -> Result<Vec<(Step, LossCurve)>, StageError> {
    let clean = |stage: LearningRateStage| (stage.start, replace_outliers(&stage.curve).curve);
    let stages = learning_rate_stages(measured, drops)?;
    Ok(stages.into_iter().map(clean).collect())
}

/// The whole run of these stages; where it has none, as the rule for outliers leaves the run itself.
pub(super) fn without_outliers(
    measured: &LossCurve,
    stages: &Result<Vec<(Step, LossCurve)>, StageError>,
) -> LossCurve {
    let joined = stages.as_ref().ok().and_then(|stages| joined(stages));
    joined.unwrap_or_else(|| replace_outliers(measured).curve)
}

/// The stages' points in steps of the whole run.
fn joined(stages: &[(Step, LossCurve)]) -> Option<LossCurve> {
    let points = stages.iter().flat_map(|(start, curve)| {
        let in_run = |(step, loss): (Step, f64)| (Step(start.0 + step.0), loss);
        curve.points().map(in_run)
    });
    LossCurve::new(points.collect()).ok()
}

fn staged_model(stages: &[(Step, LossCurve)]) -> StagedLossModel {
    let models = stages.iter().map(|(start, curve)| (*start, fit(curve)));
    StagedLossModel::new(models.collect())
        .unwrap_or_else(|| unreachable!("stages begin at 0 and their starts increase"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(beta2: f64) -> LossModel {
        LossModel {
            beta0: 0.02,
            beta1: 0.5,
            beta2,
        }
    }

    /// 60 points with a drop after 30, where the loss is `at_drop`.
    fn dropping(at_drop: f64) -> LossCurve {
        let loss = |k: u32| match k {
            30 => at_drop,
            k if k < 30 => model(0.5).loss_at(Step(f64::from(k))),
            k => model(0.1).loss_at(Step(f64::from(k) - 30.0)),
        };
        let points = (1..=60).map(|k| (Step(f64::from(k)), loss(k)));
        LossCurve::new(points.collect()).unwrap()
    }

    #[test]
    fn stages_are_fitted_in_steps_of_their_own() {
        let curve = dropping(model(0.5).loss_at(Step(30.0)));
        let stages = FittedRun::of(curve, vec![Step(30.0)]).stages.unwrap();
        let shown: Vec<_> = { stages.stages().iter() }
            .map(|(start, model)| (start.0, (model.beta2 * 1e6).round() / 1e6))
            .collect();
        assert_eq!(shown, [(0.0, 0.5), (30.0, 0.1)]);
    }

    /// The outlier is in the measured stage and not in the model, which was fitted without it.
    #[test]
    fn a_stage_is_given_as_measured() {
        let curve = dropping(model(0.5).loss_at(Step(30.0)));
        let mut points: Vec<_> = curve.points().collect();
        points[44].1 = 9.0;
        let run = FittedRun::of(LossCurve::new(points).unwrap(), vec![Step(30.0)]);
        let stages = run.measured_stages().unwrap();
        let shown = |(stage, model): &(LearningRateStage, LossModel)| {
            let first = stage.curve.points().next().unwrap().0.0;
            let beta2 = (model.beta2 * 10.0).round() / 10.0;
            (stage.start.0, first, stage.curve.largest_loss(), beta2)
        };
        let first = model(0.5).loss_at(Step(1.0));
        let shown: Vec<_> = stages.iter().map(shown).collect();
        assert_eq!(shown, [(0.0, 1.0, first, 0.5), (30.0, 1.0, 9.0, 0.1)]);
        let short = FittedRun::of(dropping(1.0), vec![Step(58.0)]);
        assert!(short.measured_stages().is_err());
    }

    #[test]
    fn the_points_after_a_drop_do_not_mend_those_before_it() {
        // Above the five points before it, but at the end of its stage without points after it.
        let at_drop = |drops| {
            let run = FittedRun::of(dropping(1.6), drops);
            run.fitted.points().nth(29).unwrap().1
        };
        assert_eq!(at_drop(vec![Step(30.0)]), 1.6);
        assert!(at_drop(Vec::new()) != 1.6);
    }

    #[test]
    fn a_stage_that_has_only_begun_leaves_the_whole_run() {
        let run = FittedRun::of(dropping(1.0), vec![Step(58.0)]);
        assert!(run.stages.is_err());
        assert_eq!(run.fitted.len(), 60);
    }

    /// One of 60 points is a spike of 9 nat.
    #[test]
    fn the_whole_run_is_fitted_without_its_outliers() {
        let loss = |k: u32| match k {
            45 => 9.0,
            k => model(0.1).loss_at(Step(f64::from(k))),
        };
        let points = (1..=60).map(|k| (Step(f64::from(k)), loss(k)));
        let run = FittedRun::of(LossCurve::new(points.collect()).unwrap(), Vec::new());
        let found = run.whole_run.betas();
        for (found, expected) in std::iter::zip(found, model(0.1).betas()) {
            assert!((found / expected - 1.0).abs() < 0.01, "{found} {expected}");
        }
        assert_eq!(run.measured.largest_loss(), 9.0);
    }
}
