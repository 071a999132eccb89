//! The regressions of the whole runs' parameters over depth and hardware.

use super::loss_models::BETAS;
use super::loss_runs::{Hardware, LossFit};
use super::prediction::{Fitting, Predictions, hardware, sources};
use crate::catalogue::{ABSENT, Catalogue, Entry, Members};
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity};
use crate::topics::optimus::analysis::beta_regression::{
    BetaRegression, CANDIDATES, Candidate, Form, Scope,
};
use crate::topics::optimus::analysis::loss_regression::LossRegression;
use std::sync::Arc;

/// Adds for each parameter the leave-one-out error of every candidate, the chosen one, and its
/// coefficients with their intervals.
pub(crate) fn add(catalogue: &mut Catalogue, fits: &[LossFit], predictions: &Predictions) {
    let inputs = sources(fits, None);
    let regression = predictions.regression(Fitting::WholeRun);
    let regression = regression.as_ref().map(|of_run| &of_run.stages()[0].1);
    for (index, (beta, unit)) in BETAS.into_iter().enumerate() {
        let prefix = format!("loss_regression.{beta}");
        for candidate in CANDIDATES {
            let error = regression
                .map_err(Clone::clone)
                .and_then(|regression| error_of(regression, index, candidate));
            let name = format!("{prefix}.{}.error", candidate_name(candidate));
            let function = "root mean squared leave-one-depth-out error over the 6n + 2 networks";
            catalogue.add(Quantity::computed(
                name,
                unit,
                function,
                inputs.clone(),
                error.map_err(Missing::from),
            ));
        }
        let chosen = regression.ok().map(|regression| &regression.betas[index]);
        add_chosen(catalogue, &prefix, chosen, &inputs, &hardware(fits));
    }
}

fn error_of(regression: &LossRegression, beta: usize, candidate: Candidate) -> Result<f64, String> {
    let mut assessed = regression.assessed[beta].iter();
    let found = assessed.find(|assessed| assessed.candidate == candidate);
    let error = found.and_then(|assessed| assessed.leave_one_out_error);
    error.ok_or_else(|| "this form cannot be fitted to these runs".to_owned())
}

/// As `linear_family`.
pub(crate) fn candidate_name(candidate: Candidate) -> &'static str {
    match (candidate.form, candidate.scope) {
        (Form::Constant, Scope::SixNPlusTwo) => "constant_family",
        (Form::Constant, Scope::AllFamilies) => "constant_all",
        (Form::Linear, Scope::SixNPlusTwo) => "linear_family",
        (Form::Linear, Scope::AllFamilies) => "linear_all",
        (Form::LogLog, Scope::SixNPlusTwo) => "log_family",
        (Form::LogLog, Scope::AllFamilies) => "log_all",
    }
}

fn add_chosen(
    catalogue: &mut Catalogue,
    prefix: &str,
    chosen: Option<&BetaRegression>,
    inputs: &[Arc<Quantity>],
    hardware: &[Hardware],
) {
    let name = chosen.map_or(ABSENT, |chosen| candidate_name(chosen.candidate));
    catalogue.insert(format!("{prefix}.chosen"), Entry::Text(name.to_owned()));
    let members = Members::Recorded("coefficient of the chosen form".to_owned());
    catalogue.add_group(format!("{prefix}.terms"), members);
    let Some(chosen) = chosen else { return };
    for (index, leaf) in terms(chosen, hardware).into_iter().enumerate() {
        let term = Quantity::computed(
            format!("{prefix}.terms.{leaf}"),
            Unit::One,
            "coefficient of the chosen regression, of ln β where it is the logarithmic one",
            inputs.to_vec(),
            Ok(chosen.regression.coefficients[index]),
        );
        let interval = chosen.regression.coefficient_interval(index);
        catalogue.add(match interval {
            Some(interval) => term.with_interval(interval.low, interval.high),
            None => term,
        });
    }
}

/// The coefficients' names in the order of the design; the first hardware has no offset.
fn terms(chosen: &BetaRegression, hardware: &[Hardware]) -> Vec<String> {
    let slope = (chosen.candidate.form != Form::Constant).then(|| "slope".to_owned());
    let identifier = |label: &String| {
        let of_label = hardware.iter().find(|known| known.to_string() == *label)?;
        Some(format!("offset_{}", of_label.identifier()))
    };
    let offsets = chosen.hardware.iter().skip(1).filter_map(identifier);
    let intercept = std::iter::once("intercept".to_owned());
    intercept.chain(slope).chain(offsets).collect()
}
