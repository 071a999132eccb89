//! ResNet-50 from the loss models of the other depths: which runs are regressed, and on what it can
//! be predicted.

use super::loss_models::{intervals, reason};
use super::loss_runs::{Hardware, LossFit};
use crate::catalogue::RunFacts;
use crate::evidence::Quantity;
use crate::statistics::interval::Interval;
use crate::topics::optimus::analysis::bootstrap::Resampling;
use crate::topics::optimus::analysis::learning_rate_stages::StagedLossModel;
use crate::topics::optimus::analysis::loss_regression::PredictedLossModel;
use crate::topics::optimus::analysis::prediction::PredictedRun;
use crate::topics::optimus::analysis::run_regression::{RunRegression, TrainedRun};
use crate::topics::optimus::analysis::training_set::HELD_OUT_DEPTH;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The draws that span a prediction's uncertainty.
pub(crate) const DRAWS: Resampling = Resampling {
    refits: 200,
    seed: 1,
};

/// Which models of the runs are regressed over depth and hardware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fitting {
    /// The one of the whole run.
    WholeRun,
    /// Those of its learning-rate stages, stage by stage.
    PerStage,
}

impl Fitting {
    /// Both, with the names that templates use.
    pub(crate) const ALL: [(Fitting, &'static str); 2] =
        [(Fitting::WholeRun, "whole"), (Fitting::PerStage, "staged")];
}

/// What was computed of the runs that train for a loss curve, for those who draw it.
#[derive(Debug)]
pub(crate) struct LossCurves {
    /// The runs with their models.
    pub(crate) fits: Vec<LossFit>,
    /// The intervals of each run's β; none where a run could not be fitted.
    pub(crate) intervals: Vec<Option<[Interval; 3]>>,
    /// The regressions of the models.
    pub(crate) predictions: Predictions,
}

impl LossCurves {
    /// Fits the planned runs and regresses their models.
    pub(crate) fn of(runs: &[RunFacts]) -> Self {
        let fits = LossFit::all(runs);
        LossCurves {
            intervals: intervals(&fits),
            predictions: Predictions::of(&fits),
            fits,
        }
    }
}

/// The regressions over depth and hardware.
#[derive(Debug)]
pub(crate) struct Predictions {
    whole_run: Result<RunRegression, String>,
    per_stage: Result<RunRegression, String>,
}

impl Predictions {
    /// Regresses the models of the complete runs with the common recipe; no run of depth 50 is
    /// among them.
    fn of(fits: &[LossFit]) -> Self {
        Predictions {
            whole_run: regression(fits, Fitting::WholeRun),
            per_stage: regression(fits, Fitting::PerStage),
        }
    }

    /// The regression of this kind, or why there is none.
    pub(crate) fn regression(&self, fitting: Fitting) -> &Result<RunRegression, String> {
        match fitting {
            Fitting::WholeRun => &self.whole_run,
            Fitting::PerStage => &self.per_stage,
        }
    }

    /// ResNet-50 on `hardware`.
    ///
    /// # Errors
    /// Where there is no regression, or it does not know the hardware.
    pub(crate) fn run_on(
        &self,
        hardware: &Hardware,
        fitting: Fitting,
    ) -> Result<PredictedRun, String> {
        let regression = self.regression(fitting).as_ref().map_err(Clone::clone)?;
        let predicted = regression.predict(HELD_OUT_DEPTH, &hardware.to_string(), DRAWS);
        predicted.map_err(|error| error.to_string())
    }

    /// The model of ResNet-50's whole run on `hardware`, with the intervals of its parameters.
    pub(crate) fn model_on(&self, hardware: &Hardware) -> Result<PredictedLossModel, String> {
        let regression = self.whole_run.as_ref().map_err(Clone::clone)?;
        model_of(regression, &hardware.to_string())
    }
}

/// The model of depth 50's whole run by a regression of whole runs, with the intervals of its
/// parameters.
///
/// # Errors
/// Where the regression does not know the hardware.
pub(crate) fn model_of(
    regression: &RunRegression,
    hardware: &str,
) -> Result<PredictedLossModel, String> {
    let (_, regression) = &regression.stages()[0];
    let without_draws = Resampling { refits: 0, ..DRAWS };
    let predicted = regression.predict(HELD_OUT_DEPTH, hardware, without_draws);
    predicted.map_err(|error| error.to_string())
}

fn regression(fits: &[LossFit], fitting: Fitting) -> Result<RunRegression, String> {
    let trained = |fit: &LossFit| {
        let models = fit.fit.as_ref().map_err(Clone::clone)?;
        let model = match fitting {
            Fitting::WholeRun => StagedLossModel::whole_run(models.whole_run),
            Fitting::PerStage => models.stages.clone().map_err(reason)?,
        };
        Ok(TrainedRun {
            family: fit.run.family(),
            depth: fit.run.configuration.depth,
            hardware: fit.run.hardware.to_string(),
            model,
        })
    };
    let runs = training(fits)
        .map(trained)
        .collect::<Result<Vec<_>, String>>()?;
    RunRegression::fit(&runs).map_err(|error| error.to_string())
}

/// The runs that may be fitted to.
pub(crate) fn training(fits: &[LossFit]) -> impl Iterator<Item = &LossFit> {
    fits.iter().filter(|fit| fit.run.is_training())
}

/// The runs of the network that is predicted, on `hardware`: those that can be made, or were.
pub(crate) fn targets<'a>(
    fits: &'a [LossFit],
    hardware: &Hardware,
) -> impl Iterator<Item = &'a LossFit> {
    fits.iter().filter(move |fit| {
        let run = &fit.run;
        let is_there = run.is_expected() || run.facts.record.is_some();
        is_there && run.is_target() && run.has_common_recipe && run.hardware == *hardware
    })
}

/// Whatever the runs with the common recipe were or can be trained on, fp32 first.
pub(crate) fn hardware(fits: &[LossFit]) -> Vec<Hardware> {
    let comparable =
        { fits.iter() }.filter(|fit| fit.run.is_expected() && fit.run.has_common_recipe);
    let all: BTreeSet<_> = comparable.map(|fit| fit.run.hardware.clone()).collect();
    all.into_iter().collect()
}

/// What a prediction on `hardware` is, or would be, computed from: the runs that are fitted to,
/// and those on this hardware that are wanted.
pub(crate) fn sources(fits: &[LossFit], hardware: Option<&Hardware>) -> Vec<Arc<Quantity>> {
    let is_wanted = |fit: &&LossFit| {
        let run = &fit.run;
        let is_other = !run.is_target() && run.configuration.depth != HELD_OUT_DEPTH;
        let is_here = hardware.is_none_or(|hardware| run.hardware == *hardware);
        run.is_training() || (is_other && is_here && run.has_common_recipe && run.is_expected())
    };
    { fits.iter() }
        .filter(is_wanted)
        .map(|fit| fit.points.clone())
        .collect()
}
