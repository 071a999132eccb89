//! Which predicts better: one model for the whole run, or one for each learning-rate stage?

use super::learning_rate_stages::{LearningRateStage, StageError, learning_rate_stages};
use super::loss_curve::{LossCurve, LossCurveError};
use super::loss_fit::fit;
use super::prediction_error::PredictionError;
use super::steps::Step;

/// The share of each stage's points that no fit sees: the last fifth.
pub const HELD_OUT: f64 = 0.2;

/// The errors of both fits on the same held-out points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StageComparison {
    /// One model fitted to all points that are not held out.
    pub whole_run: PredictionError,
    /// A model for each stage, fitted to the stage's points that are not held out.
    pub per_stage: PredictionError,
    /// The number of held-out points.
    pub held_out_points: u64,
}

/// Why the fits cannot be compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // each field is named in the message
pub enum ComparisonError {
    #[error(transparent)]
    Stage(#[from] StageError),
    #[error("without the held-out last fifth, {fitted} is no loss curve")]
    TooLittleLeft {
        fitted: String,
        source: LossCurveError,
    },
    #[error("no stage has a fifth of a point to hold out; expected at least `5` points in one")]
    NothingHeldOut,
}

/// Holds out the last fifth of each stage, fits the rest whole and by stage, and predicts what was
/// held out.
///
/// The whole-run fit sees the first four fifths of every stage, later ones included, so the
/// comparison favours it.
///
/// # Errors
/// Where the drops make no stages, or too few points are left to fit or to predict.
pub fn compare_whole_run_with_stages(
    curve: &LossCurve,
    drops: &[Step],
) -> Result<StageComparison, ComparisonError> {
    let splits: Vec<Split> = learning_rate_stages(curve, drops)?
        .iter()
        .map(Split::new)
        .collect();
    let seen = splits
        .iter()
        .flat_map(|split| split.in_run(&split.seen))
        .collect();
    let whole_run = fit(&fitted_curve("the whole run", seen)?);
    let stage_models = splits.iter().enumerate().map(|(index, split)| {
        Ok(fit(&fitted_curve(
            &format!("stage `{index}`"),
            split.seen.clone(),
        )?))
    });
    let stage_models = stage_models.collect::<Result<Vec<_>, ComparisonError>>()?;
    let whole_run_points = splits
        .iter()
        .flat_map(|split| split.in_run(&split.held_out));
    let stage_points = splits.iter().zip(stage_models).flat_map(|(split, model)| {
        split
            .held_out
            .iter()
            .map(move |(step, loss)| (model.loss_at(*step), *loss))
    });
    Ok(StageComparison {
        whole_run: PredictionError::of(whole_run_points, |step| whole_run.loss_at(step))
            .ok_or(ComparisonError::NothingHeldOut)?,
        per_stage: PredictionError::of_pairs(stage_points)
            .ok_or(ComparisonError::NothingHeldOut)?,
        held_out_points: splits.iter().map(|split| split.held_out.len() as u64).sum(),
    })
}

/// A stage's points that a fit sees and those that it must predict, in steps of the stage.
struct Split {
    start: Step,
    seen: Vec<(Step, f64)>,
    held_out: Vec<(Step, f64)>,
}

impl Split {
    fn new(stage: &LearningRateStage) -> Self {
        let mut seen: Vec<(Step, f64)> = stage.curve.points().collect();
        let held_out = (seen.len() as f64 * HELD_OUT).floor() as usize;
        let held_out = seen.split_off(seen.len() - held_out);
        Self {
            start: stage.start,
            seen,
            held_out,
        }
    }

    fn in_run<'a>(&self, points: &'a [(Step, f64)]) -> impl Iterator<Item = (Step, f64)> + use<'a> {
        let start = self.start.0;
        points
            .iter()
            .map(move |(step, loss)| (Step(start + step.0), *loss))
    }
}

fn fitted_curve(fitted: &str, points: Vec<(Step, f64)>) -> Result<LossCurve, ComparisonError> {
    LossCurve::new(points).map_err(|source| ComparisonError::TooLittleLeft {
        fitted: fitted.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::optimus::analysis::loss_model::LossModel;

    /// 60 epochs with a drop after 30, which lowers the asymptote from 0.5 to 0.1 nats.
    fn dropping() -> LossCurve {
        let model = |beta2| LossModel {
            beta0: 0.02,
            beta1: 0.5,
            beta2,
        };
        let loss = |k: f64| {
            if k <= 30.0 {
                model(0.5).loss_at(Step(k))
            } else {
                model(0.1).loss_at(Step(k - 30.0))
            }
        };
        let points = (1..=60).map(|k| (Step(f64::from(k)), loss(f64::from(k))));
        LossCurve::new(points.collect()).unwrap()
    }

    #[test]
    fn stages_predict_a_run_with_a_drop_better() {
        let found = compare_whole_run_with_stages(&dropping(), &[Step(30.0)]).unwrap();
        assert_eq!(found.held_out_points, 12);
        assert!(found.per_stage.mean_absolute < 1e-6, "{found:?}");
        assert!(found.whole_run.mean_absolute > 0.05, "{found:?}");
    }

    #[test]
    fn without_a_drop_both_are_one_fit() {
        let found = compare_whole_run_with_stages(&dropping(), &[]).unwrap();
        assert_eq!(found.whole_run, found.per_stage);
    }

    #[test]
    fn too_few_points() {
        let check = |drop: f64, expected: &str| {
            let error = compare_whole_run_with_stages(&dropping(), &[Step(drop)]).unwrap_err();
            assert_eq!(format!("{:#}", anyhow::Error::from(error)), expected);
        };
        check(
            57.0,
            "stage `1`, from step `57`, is no loss curve: a loss curve needs at least `4` points, found `3`",
        );
        check(
            0.0,
            "drop `0` is at step `0`; expected finite steps that increase from above 0",
        );
        let five = LossCurve::new(
            (0..4)
                .map(|k| (Step(f64::from(k)), f64::from(9 - k)))
                .collect(),
        )
        .unwrap();
        let error = compare_whole_run_with_stages(&five, &[]).unwrap_err();
        assert_eq!(error, ComparisonError::NothingHeldOut);
    }
}
