//! The loss models of a run's learning-rate stages, with intervals, and how well they describe them.

use super::complete_runs::whole;
use super::loss_models::{BETAS, Models, beta_intervals, reason, with_interval};
use super::loss_runs::LossFit;
use crate::catalogue::{Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Quantity, Statistic};
use crate::statistics::interval::Interval;
use crate::topics::optimus::analysis::fitted_run::FittedRun;
use crate::topics::optimus::analysis::loss_model::GoodnessOfFit;
use rayon::prelude::*;
use std::sync::Arc;

/// The intervals of the β of each stage of every complete run: the runs that are shown by stage.
#[derive(Debug)]
pub(crate) struct StageIntervals(Vec<Vec<[Interval; 3]>>);

impl StageIntervals {
    /// Those of these runs, in their order.
    pub(crate) fn of(fits: &[LossFit]) -> Self {
        let of_runs = fits.par_iter().with_max_len(1).map(of_run);
        StageIntervals(of_runs.collect())
    }

    /// For each run the intervals of its stages; none for a run that is not shown by stage.
    pub(super) fn of_runs(&self) -> impl Iterator<Item = &[[Interval; 3]]> {
        self.0.iter().map(Vec::as_slice)
    }
}

fn of_run(fit: &LossFit) -> Vec<[Interval; 3]> {
    let stages = whole(fit).and_then(|fit| fit.measured_stages().ok());
    let intervals = { stages.unwrap_or_default().into_iter() }
        .map(|(stage, model)| beta_intervals(&stage.curve, model));
    intervals.collect::<Option<_>>().unwrap_or_default()
}

/// The name of a stage, counted from 0: `stage1`.
pub(crate) fn stage_name(stage: usize) -> String {
    format!("stage{}", stage + 1)
}

impl Models<'_> {
    /// The models of so many stages, and how they stand beside that of the whole run, which must be
    /// in the catalogue.
    pub(super) fn add_stages(&self, catalogue: &mut Catalogue, stages: usize) {
        for stage in 0..stages {
            self.add_stage(catalogue, stage);
        }
        let of_run = |leaf: &str| catalogue.known(&format!("{}.{leaf}", self.prefix));
        let r2 = (0..stages).map(|stage| format!("{}.r2", stage_name(stage)));
        let r2 = r2.filter_map(|leaf| of_run(&leaf)).collect();
        let name = format!("{}.stages.least_r2", self.prefix);
        let least = Statistic::SMALLEST.over("the run’s stages", r2, name, Unit::One);
        let whole = of_run("r2").and_then(|r2| r2.known());
        let is_better = least
            .known()
            .zip(whole)
            .is_some_and(|(r2, whole)| r2 > whole);
        catalogue.add(least);
        catalogue.insert(
            format!("{}.stages.fit_better", self.prefix),
            Entry::Flag(is_better),
        );
    }

    /// The model of one stage, counted from 0, in steps since the stage began.
    fn add_stage(&self, catalogue: &mut Catalogue, stage: usize) {
        let name = stage_name(stage);
        let intervals = self.stage_intervals.get(stage);
        for (index, (leaf, unit)) in BETAS.into_iter().enumerate() {
            let function = "analysis::loss_fit::fit of the stage";
            let beta = self.quantity(&format!("{name}.{leaf}"), unit, function, |fit| {
                let staged = fit.stages.clone().map_err(reason)?;
                let (_, model) = staged.stages().get(stage).ok_or(NOT_BEGUN)?;
                Ok(model.betas()[index])
            });
            catalogue.add(with_interval(
                beta,
                intervals.map(|of_betas| of_betas[index]),
            ));
        }
        for goodness in self.goodness(stage) {
            catalogue.add(goodness);
        }
    }

    /// RMSE and R² over the stage's points as measured.
    fn goodness(&self, stage: usize) -> [Arc<Quantity>; 2] {
        let name = stage_name(stage);
        let of = |leaf: &str, unit, function: &str, part: fn(GoodnessOfFit) -> f64| {
            self.quantity(&format!("{name}.{leaf}"), unit, function, |fit| {
                Ok(part(goodness_of_stage(fit, stage)?))
            })
        };
        let rmse = "√(mean squared residual) of the stage’s measured points";
        let r2 = "1 − Σ residual² / Σ (loss − mean loss)² over the stage’s measured points";
        [
            of("rmse", Unit::Nat, rmse, |goodness| goodness.rmse_nats),
            of("r2", Unit::One, r2, |goodness| goodness.r_squared),
        ]
    }
}

const NOT_BEGUN: &str = "the stage has not begun";

fn goodness_of_stage(fit: &FittedRun, stage: usize) -> Result<GoodnessOfFit, String> {
    let stages = fit.measured_stages().map_err(reason)?;
    let (stage, model) = stages.get(stage).ok_or(NOT_BEGUN)?;
    Ok(model.goodness_of_fit(&stage.curve))
}
