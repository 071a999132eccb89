//! What templates may ask of training logs.

use super::set_names;
use super::{Log, LogFit, Logs};
use crate::catalogue::{Catalogue, Entry, Members};
use crate::diagnostic::Diagnostic;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::topics::optimus::analysis::prediction_error::PredictionError;
use crate::topics::optimus::quantities::epochs_to_target::{Reached, TARGET_ACCURACY};
use crate::topics::optimus::quantities::loss_models::{BETAS, with_interval};
use std::sync::Arc;

/// The training loss, in nats, to which logs are compared: past the steep part of a curve, and above
/// where penalties that a log includes keep it.
pub(crate) const COMPARED_LOSS: f64 = 0.5;

/// The epochs to the target, of a log or of a predicted loss.
pub(super) const EPOCHS: &str = "epochs_to_92";

/// Adds the models of all logs, and what follows of the sets.
///
/// # Errors
/// What is wrong with tables that say that they hold logs.
pub(crate) fn add(catalogue: &mut Catalogue, logs: &Logs) -> Result<(), Vec<Diagnostic>> {
    if !logs.faults.is_empty() {
        return Err(logs.faults.clone());
    }
    let members = Members::Planned("training log".to_owned());
    catalogue.add_group("log_model", members);
    let members = Members::Planned("recipe of training logs".to_owned());
    catalogue.add_group("log_set", members);
    let target = catalogue.known(TARGET_ACCURACY);
    for log in &logs.all {
        add_log(catalogue, log, target.as_ref());
    }
    for set in &logs.sets {
        set_names::add(catalogue, logs, set, target.as_ref());
    }
    Ok(())
}

fn add_log(catalogue: &mut Catalogue, log: &Log, target: Option<&Arc<Quantity>>) {
    let name = |leaf: &str| format!("log_model.{}.{leaf}", log.id);
    for (leaf, text) in [
        ("title", log.title()),
        ("network", log.network_title()),
        ("hardware", log.hardware_title()),
        ("recipe", log.recipe.clone()),
    ] {
        catalogue.insert(name(leaf), Entry::Text(text));
    }
    catalogue.insert(name("fitted"), Entry::Flag(log.fit.is_ok()));
    let quantity = |leaf: &str, unit, function: &str, value: Result<f64, Missing>| {
        Quantity::computed(name(leaf), unit, function, vec![log.points.clone()], value)
    };
    let of_fit =
        |of: &dyn Fn(&LogFit) -> f64| log.fit.as_ref().map(of).map_err(|it| it.as_str().into());
    for (index, (leaf, unit)) in BETAS.into_iter().enumerate() {
        let function = { log.fit.as_ref() }.map_or(String::new(), LogFit::function);
        let value = of_fit(&|fit| fit.model.betas()[index]);
        let beta = quantity(leaf, unit, &function, value);
        let intervals = log.fit.as_ref().ok().and_then(|fit| fit.intervals);
        catalogue.add(with_interval(
            beta,
            intervals.map(|of_betas| of_betas[index]),
        ));
    }
    let function = "mean of |modelled − logged| / logged";
    let error = |fit: &LogFit| {
        let error = PredictionError::of(fit.curve.points(), |step| fit.model.loss_at(step));
        error.map_or(f64::NAN, |error| error.mean_absolute)
    };
    catalogue.add(quantity(
        "percentage_error",
        Unit::One,
        function,
        of_fit(&error),
    ));
    let function = "√(mean squared residual) of all rows";
    let rmse = of_fit(&|fit| fit.model.goodness_of_fit(&fit.curve).rmse_nats);
    catalogue.add(quantity("rmse", Unit::Nat, function, rmse));
    let function = "1 − Σ residual² / Σ (loss − mean loss)² over all rows";
    let r2 = of_fit(&|fit| fit.model.goodness_of_fit(&fit.curve).r_squared);
    catalogue.add(quantity("r2", Unit::One, function, r2));
    add_reached(catalogue, log, target);
    catalogue.add(log.points.chosen(name("points"), "rows of the log"));
}

/// When a log reaches a loss and an accuracy, and how long that took.
fn add_reached(catalogue: &mut Catalogue, log: &Log, target: Option<&Arc<Quantity>>) {
    let name = |leaf: &str| format!("log_model.{}.{leaf}", log.id);
    let points = vec![log.points.clone()];
    let function = format!("step of the first row whose loss is at most {COMPARED_LOSS} nat");
    let step = log.step_reaching(COMPARED_LOSS);
    let step = step.ok_or_else(|| Missing::from("the loss never comes so low"));
    let steps = Quantity::computed(
        name("steps_to_loss"),
        Unit::Step,
        function,
        points.clone(),
        step,
    );
    let step_time = Formula::of("time of a step", &log.step_time);
    let time = Formula::of("steps to the loss", &steps) * step_time;
    catalogue.add(time.quantity(name("time_to_loss"), Unit::Second));
    catalogue.add(log.step_time.clone());
    catalogue.add(steps);
    let Some(target) = target else { return };
    let accuracy = target.known().unwrap_or(f64::NAN);
    let reached = log.row_reaching(accuracy);
    let is_tested = log.rows.iter().any(|row| row.accuracy.is_some());
    let epoch = match reached {
        Some(row) => row.epoch.ok_or("the log does not say its epochs"),
        None if is_tested => Err("the log never reaches the target"),
        None => Err("the log has no test accuracy"),
    };
    let function = "epoch of the first row whose test accuracy reaches the target";
    let inputs = points.into_iter().chain([target.clone()]).collect();
    let epoch = epoch.map_err(Missing::from);
    let epochs = Quantity::computed(name(EPOCHS), Unit::Epoch, function, inputs, epoch);
    Reached {
        never: is_tested && reached.is_none(),
        epochs,
    }
    .add(catalogue);
}
