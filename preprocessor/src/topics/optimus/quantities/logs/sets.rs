//! Logs with one recipe: their models over depth and hardware, and a network that is in none.

use super::{Log, LogFit};
use crate::statistics::mean::mean;
use crate::topics::optimus::analysis::accuracy_link::{AccuracyLink, AccuracyRun};
use crate::topics::optimus::analysis::learning_rate_stages::StagedLossModel;
use crate::topics::optimus::analysis::loss_regression::PredictedLossModel;
use crate::topics::optimus::analysis::prediction::PredictedRun;
use crate::topics::optimus::analysis::run_regression::{RunRegression, TrainedRun};
use crate::topics::optimus::analysis::training_set::{Family, HELD_OUT_DEPTH};
use crate::topics::optimus::quantities::prediction::{DRAWS, model_of};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The logs of one recipe that have a depth, and what follows of them together.
#[derive(Debug)]
pub(crate) struct LogSet {
    /// What the logs have in common, as the table calls it.
    pub(crate) recipe: String,
    /// The indices of its logs.
    pub(crate) logs: Vec<usize>,
    /// The regression of their models over depth and hardware, or why there is none.
    pub(crate) regression: Result<RunRegression, String>,
    /// Depth 50 on each hardware.
    pub(crate) predicted: BTreeMap<String, Result<Predicted, String>>,
    /// Each log of each depth, by its hardware, predicted from the other depths.
    pub(crate) left_out: BTreeMap<u64, Vec<OnHardware>>,
    /// From training loss to test accuracy, or why there is no link.
    pub(crate) link: Result<AccuracyLink, String>,
}

/// The hardware of a log with what is predicted of it without its depth, or why nothing is.
pub(crate) type OnHardware = (String, Result<LeftOut, String>);

/// A network that is in no log.
#[derive(Debug)]
pub(crate) struct Predicted {
    pub(crate) run: PredictedRun,
    /// The parameters with their intervals.
    pub(crate) model: PredictedLossModel,
}

/// A network that is in a log, predicted without it.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub(crate) run: PredictedRun,
    /// Mean of |predicted − logged| / logged over the rows.
    pub(crate) percentage_error: f64,
    /// √(mean of (predicted − logged)²) over the rows, in nats.
    pub(crate) rmse_nats: f64,
}

impl LogSet {
    /// The sets of all recipes, in their order.
    pub(super) fn all(logs: &[Log]) -> Vec<Self> {
        let mut recipes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, log) in logs.iter().enumerate() {
            if log.depth.is_some() && !log.recipe.is_empty() {
                recipes.entry(&log.recipe).or_default().push(index);
            }
        }
        let set = |(recipe, indices): (&str, Vec<usize>)| Self::of(recipe, indices, logs);
        recipes.into_iter().map(set).collect()
    }

    fn of(recipe: &str, indices: Vec<usize>, logs: &[Log]) -> Self {
        let fitted = Fitted::all(&indices, logs);
        let regression = regression(&fitted, HELD_OUT_DEPTH);
        let hardware: BTreeSet<&str> = fitted.iter().map(|it| it.hardware).collect();
        let predict = |hardware: &&str| {
            let predicted = regression.clone().and_then(|it| predicted(&it, hardware));
            ((*hardware).to_owned(), predicted)
        };
        let runs = indices.iter().map(|index| logs[*index].accuracies());
        let runs: Vec<AccuracyRun> = runs.collect();
        LogSet {
            recipe: recipe.to_owned(),
            predicted: hardware.iter().map(predict).collect(),
            left_out: left_out(&fitted),
            link: AccuracyLink::fit(&runs).map_err(|error| error.to_string()),
            logs: indices,
            regression,
        }
    }

    /// The mean over the logs of an `error` of a depth that was left out.
    ///
    /// # Errors
    /// Where it could not be predicted.
    pub(crate) fn error_at(&self, depth: u64, error: fn(&LeftOut) -> f64) -> Result<f64, String> {
        let of_depth = self.left_out.get(&depth).into_iter().flatten();
        let errors = of_depth.map(|(_, left_out)| match left_out {
            Ok(left_out) => Ok(error(left_out)),
            Err(reason) => Err(reason.clone()),
        });
        match errors.collect::<Result<Vec<f64>, String>>()? {
            none if none.is_empty() => Err(format!("no log has depth {depth}")),
            errors => Ok(mean(&errors)),
        }
    }

    /// The depths that were left out in turn.
    pub(crate) fn depths(&self) -> impl Iterator<Item = u64> {
        self.left_out.keys().copied()
    }
}

/// A log of a set with its model.
struct Fitted<'a> {
    depth: u64,
    hardware: &'a str,
    fit: &'a LogFit,
}

impl<'a> Fitted<'a> {
    fn all(indices: &[usize], logs: &'a [Log]) -> Vec<Self> {
        let fitted = |index: &usize| {
            let log = &logs[*index];
            Some(Fitted {
                depth: log.depth?,
                hardware: &log.hardware,
                fit: log.fit.as_ref().ok()?,
            })
        };
        indices.iter().filter_map(fitted).collect()
    }
}

/// The regression of all models but those of one depth.
fn regression(fitted: &[Fitted], without: u64) -> Result<RunRegression, String> {
    let others = fitted.iter().filter(|it| it.depth != without);
    let trained = others.map(|it| TrainedRun {
        family: Family::SixNPlusTwo,
        depth: it.depth,
        hardware: it.hardware.to_owned(),
        model: StagedLossModel::whole_run(it.fit.model),
    });
    RunRegression::fit(&trained.collect::<Vec<_>>()).map_err(|error| error.to_string())
}

fn predicted(regression: &RunRegression, hardware: &str) -> Result<Predicted, String> {
    let run = regression.predict(HELD_OUT_DEPTH, hardware, DRAWS);
    Ok(Predicted {
        run: run.map_err(|error| error.to_string())?,
        model: model_of(regression, hardware)?,
    })
}

/// Predicts each depth but the one that is always left out from the others.
fn left_out(fitted: &[Fitted]) -> BTreeMap<u64, Vec<OnHardware>> {
    let depths: BTreeSet<u64> = fitted.iter().map(|it| it.depth).collect();
    let of_depth = |depth: u64| {
        let regression = regression(fitted, depth);
        let predict = |it: &Fitted| {
            let regression = regression.as_ref().map_err(Clone::clone)?;
            let run = regression.predict(depth, it.hardware, DRAWS);
            let run = run.map_err(|error| error.to_string())?;
            let squares = { it.fit.curve.points() }
                .map(|(step, loss)| (run.model.loss_at(step) - loss).powi(2));
            Ok(LeftOut {
                percentage_error: run.error_against(&it.fit.curve).mean_absolute,
                rmse_nats: mean(&squares.collect::<Vec<_>>()).sqrt(),
                run,
            })
        };
        let of_depth = fitted.iter().filter(|it| it.depth == depth);
        (
            depth,
            of_depth
                .map(|it| (it.hardware.to_owned(), predict(it)))
                .collect(),
        )
    };
    let depths = depths.into_par_iter().map(of_depth);
    depths.collect()
}
