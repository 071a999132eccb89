//! The loss model of every planned run of a loss curve, of its stages, and what each predicts.

use super::loss_runs::{EXPERIMENT, LossFit, LossRun};
use super::prediction::LossCurves;
use super::stage_models::StageIntervals;
use crate::catalogue::{Catalogue, Entry, Members};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::statistics::interval::Interval;
use crate::topics::optimus::analysis::bootstrap::{Resampling, moving_block_bootstrap};
use crate::topics::optimus::analysis::fitted_run::FittedRun;
use crate::topics::optimus::analysis::loss_curve::LossCurve;
use crate::topics::optimus::analysis::loss_model::LossModel;
use crate::topics::optimus::analysis::prediction_error::PredictionError;
use crate::topics::optimus::analysis::stage_comparison::{
    StageComparison, compare_whole_run_with_stages,
};
use rayon::prelude::*;
use std::sync::Arc;

/// Refits behind each interval. The ends of an interval then scatter by a tenth of its half-width,
/// and a book of two dozen runs is still filled without a wait.
const REFITS: usize = 200;

/// The parameters by the names that templates use, with their units.
pub(crate) const BETAS: [(&str, Unit); 3] = [
    ("beta0", Unit::PerNatStep),
    ("beta1", Unit::PerNat),
    ("beta2", Unit::Nat),
];

/// The intervals of each run's β; none where a run could not be fitted.
pub(crate) fn intervals(fits: &[LossFit]) -> Vec<Option<[Interval; 3]>> {
    // The refits of all runs would else take most of the time in which a book is filled.
    let of_fit = |fit: &LossFit| fit.fit.as_ref().ok().and_then(whole_run_intervals);
    fits.par_iter().with_max_len(1).map(of_fit).collect()
}

/// Adds the models of every run with their intervals; pending ones where a run could not be fitted.
pub(crate) fn add(catalogue: &mut Catalogue, curves: &LossCurves, stages: &StageIntervals) {
    let members = Members::Planned(format!("run of `{EXPERIMENT}`"));
    catalogue.add_group("loss_model", members);
    let intervals = std::iter::zip(&curves.intervals, stages.of_runs());
    let fits = std::iter::zip(&curves.fits, intervals);
    for (LossFit { run, points, fit }, (&intervals, stage_intervals)) in fits {
        let models = Models {
            prefix: format!("loss_model.{}", run.name()),
            points,
            fit,
            intervals,
            stage_intervals,
        };
        catalogue.add(points.clone());
        models.add_texts(catalogue, run);
        models.add_whole_run(catalogue);
        models.add_stages(catalogue, run.stages());
        models.add_held_out(catalogue);
    }
}

/// The quantities of one run.
pub(super) struct Models<'a> {
    pub(super) prefix: String,
    points: &'a Arc<Quantity>,
    fit: &'a Result<FittedRun, String>,
    intervals: Option<[Interval; 3]>,
    pub(super) stage_intervals: &'a [[Interval; 3]],
}

impl Models<'_> {
    fn add_texts(&self, catalogue: &mut Catalogue, run: &LossRun) {
        let remark = self.fit.as_ref().err().map_or("none", String::as_str);
        for (leaf, text) in [
            ("title", run.title()),
            ("hardware", run.hardware.to_string()),
            ("remark", remark.to_owned()),
        ] {
            let name = format!("{}.{leaf}", self.prefix);
            catalogue.insert(name, Entry::Text(text));
        }
        let fitted = Entry::Flag(self.fit.is_ok());
        catalogue.insert(format!("{}.fitted", self.prefix), fitted);
    }

    /// A quantity of the points.
    pub(super) fn quantity(
        &self,
        leaf: &str,
        unit: Unit,
        function: &str,
        compute: impl Fn(&FittedRun) -> Result<f64, String>,
    ) -> Arc<Quantity> {
        let value = self.fit.as_ref().map_err(Clone::clone).and_then(compute);
        let name = format!("{}.{leaf}", self.prefix);
        let inputs = vec![self.points.clone()];
        Quantity::computed(name, unit, function, inputs, value.map_err(Missing::from))
    }

    fn add_whole_run(&self, catalogue: &mut Catalogue) {
        for (index, (leaf, unit)) in BETAS.into_iter().enumerate() {
            let function = "analysis::loss_fit::fit";
            let beta = self.quantity(leaf, unit, function, |fit| Ok(fit.whole_run.betas()[index]));
            let beta = with_interval(beta, self.intervals.map(|of_betas| of_betas[index]));
            catalogue.add(self.normalised(&beta, index));
            catalogue.add(beta);
        }
        let goodness = |fit: &FittedRun| fit.whole_run.goodness_of_fit(&fit.measured);
        let function = "√(mean squared residual) of all measured points";
        let rmse = self.quantity("rmse", Unit::Nat, function, |fit| {
            Ok(goodness(fit).rmse_nats)
        });
        let function = "1 − Σ residual² / Σ (loss − mean loss)² over all measured points";
        let r2 = self.quantity("r2", Unit::One, function, |fit| Ok(goodness(fit).r_squared));
        catalogue.add(rmse);
        catalogue.add(r2);
    }

    /// β of the loss divided by its largest value.
    fn normalised(&self, beta: &Arc<Quantity>, index: usize) -> Arc<Quantity> {
        let largest = self.fit.as_ref().map(|fit| fit.fitted.largest_loss());
        let largest = largest.map_err(|reason| reason.as_str().into());
        let points = std::slice::from_ref(self.points);
        let largest = Formula::made_of("largest loss", largest, Unit::Nat, points);
        let beta = Formula::of(&format!("β{index}"), beta);
        let normalised = match index {
            2 => beta / largest,
            _ => beta * largest,
        };
        let name = format!("{}.normalised_beta{index}", self.prefix);
        normalised.quantity_with_interval(name, Unit::One)
    }

    fn add_held_out(&self, catalogue: &mut Catalogue) {
        let compared = self
            .fit
            .as_ref()
            .map(|fit| compare_whole_run_with_stages(&fit.measured, &fit.drops).map_err(reason));
        let compared = compared.map_err(Clone::clone).flatten();
        let is_compared = Entry::Flag(compared.is_ok());
        catalogue.insert(format!("{}.compared", self.prefix), is_compared);
        let error = |of: fn(StageComparison) -> PredictionError| {
            let compared = compared.clone();
            move |_: &FittedRun| compared.clone().map(|compared| of(compared).mean_absolute)
        };
        let function = "analysis::stage_comparison, mean of |predicted − measured| / measured over \
                        the last fifth of each stage";
        for (leaf, error) in [
            ("held_out.whole", error(|compared| compared.whole_run)),
            ("held_out.staged", error(|compared| compared.per_stage)),
        ] {
            catalogue.add(self.quantity(leaf, Unit::One, function, error));
        }
    }
}

pub(crate) fn with_interval(of: Arc<Quantity>, interval: Option<Interval>) -> Arc<Quantity> {
    match interval {
        Some(Interval { low, high }) => of.with_interval(low, high),
        None => of,
    }
}

/// An error with its causes in one line.
pub(crate) fn reason(error: impl std::error::Error + Send + Sync + 'static) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

fn whole_run_intervals(fit: &FittedRun) -> Option<[Interval; 3]> {
    beta_intervals(&fit.measured, fit.whole_run)
}

/// Resamples the residuals of the points as measured: replacing outliers also smooths, and what
/// residuals that leaves give intervals that miss the truth too often.
pub(crate) fn beta_intervals(measured: &LossCurve, model: LossModel) -> Option<[Interval; 3]> {
    let resampling = Resampling {
        refits: REFITS,
        ..Resampling::default()
    };
    moving_block_bootstrap(measured, model, resampling).beta_intervals()
}
