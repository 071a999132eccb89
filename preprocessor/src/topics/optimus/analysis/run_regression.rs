//! The loss curve of a run that was never made, from the models of runs that were.

use super::bootstrap::Resampling;
use super::learning_rate_stages::StagedLossModel;
use super::loss_regression::{LossRegression, RegressionError};
use super::prediction::PredictedRun;
use super::steps::Step;
use super::training_set::{Family, TrainedModel, TrainingSet, TrainingSetError};

/// A trained network with the models of its stages, or with one model for the whole run.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedRun {
    /// The family of the network.
    pub family: Family,
    /// The number of weighted layers.
    pub depth: u64,
    /// What it was trained on.
    pub hardware: String,
    /// The fitted models.
    pub model: StagedLossModel,
}

/// A regression over depth and hardware for every stage.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRegression {
    stages: Vec<(Step, LossRegression)>,
}

/// Why runs have no regression, or a regression no prediction.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunRegressionError {
    /// No run at all.
    #[error("no run is complete; expected runs of several depths")]
    NoRuns,
    /// Runs with different schedules.
    #[error("the stages of run `{index}` do not begin where those of the first do")]
    OtherStages {
        /// The run, counted from 0.
        index: usize,
    },
    /// A model that cannot be fitted to.
    #[error(transparent)]
    Set(#[from] TrainingSetError),
    /// A stage without a regression.
    #[error(transparent)]
    Regression(#[from] RegressionError),
}

impl RunRegression {
    /// Fits a [`LossRegression`] to the models of each stage.
    ///
    /// # Errors
    /// Where there are no runs, their stages differ, or a stage's models carry no regression.
    pub fn fit(runs: &[TrainedRun]) -> Result<Self, RunRegressionError> {
        let starts = starts(runs.first().ok_or(RunRegressionError::NoRuns)?);
        let differs = |run: &TrainedRun| self::starts(run) != starts;
        if let Some(index) = runs.iter().position(differs) {
            return Err(RunRegressionError::OtherStages { index });
        }
        let stage = |(index, start): (usize, Step)| {
            let models = runs.iter().map(|run| trained_model(run, index));
            let set = TrainingSet::new(models.collect())?;
            Ok((start, LossRegression::fit(&set)?))
        };
        let stages = starts.iter().copied().enumerate().map(stage);
        Ok(Self {
            stages: stages.collect::<Result<_, RunRegressionError>>()?,
        })
    }

    /// The steps at which stages begin, each with its regression.
    pub fn stages(&self) -> &[(Step, LossRegression)] {
        &self.stages
    }

    /// Predicts the run of a network of depth 6n + 2 on `hardware`; stages err independently.
    ///
    /// # Errors
    /// Where a stage knows no model that was trained on `hardware`.
    pub fn predict(
        &self,
        depth: u64,
        hardware: &str,
        resampling: Resampling,
    ) -> Result<PredictedRun, RegressionError> {
        let stage = |(index, (start, regression)): (usize, &(Step, LossRegression))| {
            let resampling = Resampling {
                seed: resampling.seed.wrapping_add(index as u64),
                ..resampling
            };
            Ok((*start, regression.predict(depth, hardware, resampling)?))
        };
        let stages = self.stages.iter().enumerate().map(stage);
        let stages = stages.collect::<Result<Vec<_>, RegressionError>>()?;
        Ok(PredictedRun::staged(&stages)
            .unwrap_or_else(|| unreachable!("stages begin at 0 and have equally many draws")))
    }
}

fn starts(run: &TrainedRun) -> Vec<Step> {
    let stages = run.model.stages().iter();
    stages.map(|(start, _)| *start).collect()
}

fn trained_model(run: &TrainedRun, stage: usize) -> TrainedModel {
    TrainedModel {
        family: run.family,
        depth: run.depth,
        hardware: run.hardware.clone(),
        model: run.model.stages()[stage].1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::optimus::analysis::loss_model::LossModel;

    const DRAWS: Resampling = Resampling {
        refits: 50,
        seed: 1,
    };

    fn run(depth: u64, drop: f64) -> TrainedRun {
        let model = |beta2: f64| LossModel {
            beta0: 1e-3,
            beta1: 0.5,
            beta2: beta2 / depth as f64,
        };
        TrainedRun {
            family: Family::SixNPlusTwo,
            depth,
            hardware: "fp32".to_owned(),
            model: StagedLossModel::new(vec![(Step(0.0), model(8.0)), (Step(drop), model(2.0))])
                .unwrap(),
        }
    }

    #[test]
    fn every_stage_is_predicted_from_its_own_models() {
        let runs = [20, 32, 44, 56].map(|depth| run(depth, 1000.0));
        let regression = RunRegression::fit(&runs).unwrap();
        let predicted = regression.predict(50, "fp32", DRAWS).unwrap();
        for step in [500.0, 1000.0, 1500.0] {
            let expected = run(50, 1000.0).model.loss_at(Step(step));
            let found = predicted.model.loss_at(Step(step));
            assert!((found / expected - 1.0).abs() < 0.01, "{found} {expected}");
        }
    }

    #[test]
    fn runs_without_a_regression() {
        let check = |runs: &[TrainedRun], expected: &str| {
            let error = RunRegression::fit(runs).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(&[], "no run is complete; expected runs of several depths");
        check(
            &[run(20, 1000.0), run(32, 900.0)],
            "the stages of run `1` do not begin where those of the first do",
        );
        check(
            &[run(50, 1000.0)],
            "model `0` has depth `50`, which is to be predicted; \
             hint: compare the prediction with it instead",
        );
    }
}
