//! What templates may ask of the logs of one recipe together.

use super::names::{COMPARED_LOSS, EPOCHS};
use super::{LeftOut, Log, LogSet, Logs, Predicted, as_name};
use crate::catalogue::{Catalogue, Entry, Members};
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity, Statistic};
use crate::statistics::mean::mean;
use crate::topics::optimus::analysis::accuracy_link::AccuracyLink;
use crate::topics::optimus::analysis::epochs_over_depth::{
    EpochsOverDepth, leave_one_depth_out_error,
};
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::analysis::training_set::HELD_OUT_DEPTH;
use crate::topics::optimus::quantities::epochs_to_target::{Clock, Reached, form_name};
use crate::topics::optimus::quantities::loss_models::with_interval;
use crate::topics::optimus::quantities::prediction_quantities::add_betas;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The epochs to the target by a line over depth.
const EPOCHS_BY_DEPTH: &str = "epochs_by_depth";

/// Adds what follows of a set of logs.
pub(super) fn add(
    catalogue: &mut Catalogue,
    logs: &Logs,
    set: &LogSet,
    target: Option<&Arc<Quantity>>,
) {
    let of_set = OfSet {
        set,
        prefix: set_prefix(&set.recipe),
        logs: logs.of_set(set),
    };
    of_set.add_errors(catalogue);
    of_set.add_spreads(catalogue);
    let loss = of_set.add_link(catalogue, target);
    of_set.add_predictions(catalogue, &loss);
}

fn set_prefix(recipe: &str) -> String {
    format!("log_set.{}", as_name(recipe))
}

fn on_hardware(recipe: &str, hardware: &str) -> String {
    format!("{}.on.{}", set_prefix(recipe), as_name(hardware))
}

/// The predictions of depth 50's epochs to the target by their names: by the predicted loss, and by a line over depth.
pub(crate) fn epochs_names(recipe: &str, hardware: &str) -> [String; 2] {
    [EPOCHS, EPOCHS_BY_DEPTH].map(|leaf| format!("{}.{leaf}", on_hardware(recipe, hardware)))
}

/// A set while its names are added.
struct OfSet<'a> {
    set: &'a LogSet,
    prefix: String,
    logs: Vec<&'a Log>,
}

impl OfSet<'_> {
    fn name(&self, leaf: &str) -> String {
        format!("{}.{leaf}", self.prefix)
    }

    fn points(&self) -> Vec<Arc<Quantity>> {
        self.logs.iter().map(|log| log.points.clone()).collect()
    }

    /// How far each depth lies from what the others predict, and the mean over the depths.
    fn add_errors(&self, catalogue: &mut Catalogue) {
        let members = Members::Planned("depth".to_owned());
        catalogue.add_group(self.name("left_out"), members);
        let error = |depth: u64, leaf: &str, unit, function: &str, error: fn(&LeftOut) -> f64| {
            let name = self.name(&format!("left_out.d{depth}.{leaf}"));
            let value = self.set.error_at(depth, error).map_err(Missing::from);
            let function =
                format!("{function}, predicted from the other depths; mean over the logs");
            Quantity::computed(name, unit, function, self.points(), value)
        };
        let function = "mean of |predicted − logged| / logged";
        let percentage = |depth| {
            error(depth, "percentage_error", Unit::One, function, |it| {
                it.percentage_error
            })
        };
        let errors: Vec<_> = self.set.depths().map(percentage).collect();
        errors
            .iter()
            .cloned()
            .for_each(|error| catalogue.add(error));
        let name = self.name("percentage_error");
        let mean = Statistic::MEAN.over(
            "the depths that were left out in turn",
            errors,
            name,
            Unit::One,
        );
        catalogue.add(mean);
        for depth in self.set.depths() {
            let function = "√(mean of (predicted − logged)²)";
            catalogue.add(error(depth, "rmse", Unit::Nat, function, |it| it.rmse_nats));
        }
    }

    /// Of each network that was trained on several kinds of hardware whether its curves agree, and how
    /// far they lie apart.
    fn add_spreads(&self, catalogue: &mut Catalogue) {
        for leaf in ["spread", "agree"] {
            let members = Members::Planned("network on several kinds of hardware".to_owned());
            catalogue.add_group(self.name(leaf), members);
        }
        let mut several = Vec::new();
        let mut networks: BTreeMap<String, Vec<&Log>> = BTreeMap::new();
        for log in &self.logs {
            networks.entry(network_name(log)).or_default().push(log);
        }
        for (network, logs) in networks {
            if logs.iter().all(|log| log.hardware == logs[0].hardware) {
                continue;
            }
            let agree = Entry::Flag(models_agree(&logs));
            catalogue.insert(self.name(&format!("agree.{network}")), agree);
            catalogue.add(Quantity::computed(
                self.name(&format!("spread.{network}")),
                Unit::One,
                "mean over the steps of (largest − smallest loss) / mean loss, of the hardware",
                logs.iter().map(|log| log.points.clone()).collect(),
                spread(&logs).ok_or_else(|| Missing::from("the logs have no step in common")),
            ));
            several.push(logs);
        }
        let same_steps = { several.iter() }.all(|logs| same_steps_to_loss(logs));
        let same_steps = Entry::Flag(!several.is_empty() && same_steps);
        catalogue.insert(self.name("same_steps_to_loss"), same_steps);
        let definition = "the training loss to which training logs are compared";
        let name = self.name("compared_loss");
        catalogue.add(Quantity::exact(name, Unit::Nat, COMPARED_LOSS, definition));
    }

    /// The training loss that goes with the target accuracy.
    fn add_link(&self, catalogue: &mut Catalogue, target: Option<&Arc<Quantity>>) -> Arc<Quantity> {
        let link = &self.set.link;
        let form = link
            .as_ref()
            .map_or_else(Clone::clone, |link| form_name(link.form).to_owned());
        catalogue.insert(self.name("link.form"), Entry::Text(form));
        catalogue.insert(self.name("link.fitted"), Entry::Flag(link.is_ok()));
        let accuracy = target.and_then(|target| target.known()).unwrap_or(f64::NAN);
        let of_link = |of: &dyn Fn(&AccuracyLink) -> Option<f64>| {
            let link = link
                .as_ref()
                .map_err(|reason| Missing::from(reason.as_str()))?;
            of(link).ok_or_else(|| Missing::from("no training loss goes with the target accuracy"))
        };
        let error = Quantity::computed(
            self.name("link.error"),
            Unit::One,
            "leave-one-run-out error of analysis::accuracy_link, root mean square",
            self.points(),
            of_link(&|link| Some(link.error())),
        );
        catalogue.add(error);
        let loss = Quantity::computed(
            self.name("link.loss"),
            Unit::Nat,
            "largest training loss at the target by analysis::accuracy_link",
            self.points().into_iter().chain(target.cloned()).collect(),
            of_link(&|link| link.loss_reaching(accuracy)),
        );
        catalogue.add(loss.clone());
        loss
    }

    /// Depth 50 on each hardware.
    fn add_predictions(&self, catalogue: &mut Catalogue, loss: &Arc<Quantity>) {
        let members = Members::Planned("kind of hardware".to_owned());
        catalogue.add_group(self.name("on"), members);
        for (hardware, predicted) in &self.set.predicted {
            let prefix = on_hardware(&self.set.recipe, hardware);
            catalogue.insert(format!("{prefix}.title"), Entry::Text(hardware.clone()));
            let model = predicted.as_ref().map(|predicted| &predicted.model);
            add_betas(catalogue, &prefix, model, &self.points());
            self.epochs(&prefix, predicted, loss).add(catalogue);
            self.add_epochs_by_depth(catalogue, &prefix, hardware);
        }
    }

    /// The epochs of depth 50 by a line through those of the logs on one hardware.
    fn add_epochs_by_depth(&self, catalogue: &mut Catalogue, prefix: &str, hardware: &str) {
        let logs = self.logs.iter().filter(|log| log.hardware == hardware);
        let epochs = |log: &&Log| {
            let epochs = catalogue.known(&format!("log_model.{}.{EPOCHS}", log.id))?;
            Some((log.depth?, epochs))
        };
        let found: Vec<_> = logs.filter_map(epochs).collect();
        let known = found
            .iter()
            .map(|(depth, epochs)| Some((*depth, epochs.known()?)));
        let points: Option<Vec<(u64, f64)>> = known.collect();
        let points =
            points.ok_or_else(|| Missing::from("a log does not reach the target, or does not say"));
        let inputs: Vec<_> = found.into_iter().map(|(_, epochs)| epochs).collect();
        let line = points.clone().and_then(|points| {
            EpochsOverDepth::fit(&points)
                .ok_or_else(|| "the logs have fewer than two depths".into())
        });
        let epochs = Quantity::computed(
            format!("{prefix}.{EPOCHS_BY_DEPTH}"),
            Unit::Epoch,
            "line over depth through the epochs of the logs, at depth 50",
            inputs.clone(),
            line.clone().map(|line| line.at(HELD_OUT_DEPTH)),
        );
        let interval = line.ok().and_then(|line| line.interval(HELD_OUT_DEPTH));
        catalogue.add(with_interval(epochs, interval));
        let error = points.and_then(|points| {
            let error = leave_one_depth_out_error(&points);
            error.ok_or_else(|| "the logs have fewer than three depths".into())
        });
        catalogue.add(Quantity::computed(
            format!("{prefix}.{EPOCHS_BY_DEPTH}_error"),
            Unit::Epoch,
            "mean of |line − logged| epochs, each depth by a line through the others",
            inputs,
            error,
        ));
    }

    /// The epoch in which the predicted loss comes down to that of the target.
    fn epochs(
        &self,
        prefix: &str,
        predicted: &Result<Predicted, String>,
        loss: &Arc<Quantity>,
    ) -> Reached {
        let clock = self.logs.iter().find_map(|log| {
            let steps_per_epoch = log.steps_per_epoch()?;
            let last = Step(log.rows.last()?.step);
            let epoch_of = move |step: Step| (step.0 / steps_per_epoch).ceil();
            Some(Clock { last, epoch_of })
        });
        let run = predicted.as_ref().map(|predicted| &predicted.run);
        let name = format!("{prefix}.{EPOCHS}");
        Reached::predicted(name, run.map_err(Clone::clone), loss, clock, &self.points())
    }
}

/// The network of a log in a name; its depth where the table does not call it.
fn network_name(log: &Log) -> String {
    match (log.network.is_empty(), log.depth) {
        (true, Some(depth)) => format!("d{depth}"),
        _ => as_name(&log.network),
    }
}

/// Whether every parameter of each log lies in the intervals of all logs on other hardware.
fn models_agree(logs: &[&Log]) -> bool {
    let is_inside = |log: &Log, other: &Log| {
        let (Ok(fit), Ok(other)) = (&log.fit, &other.fit) else {
            return false;
        };
        let betas = fit.model.betas();
        other.intervals.is_some_and(|intervals| {
            std::iter::zip(intervals, betas).all(|(interval, beta)| interval.contains(beta))
        })
    };
    let agrees = |log: &&Log| {
        let mut others = logs.iter().filter(|other| other.hardware != log.hardware);
        others.all(|other| is_inside(log, other))
    };
    logs.iter().all(agrees)
}

/// Whether all logs come down to the compared loss, and at one step.
fn same_steps_to_loss(logs: &[&Log]) -> bool {
    let steps = logs.iter().map(|log| log.step_reaching(COMPARED_LOSS));
    let steps: Option<Vec<f64>> = steps.collect();
    steps.is_some_and(|steps| steps.windows(2).all(|pair| pair[0] == pair[1]))
}

/// The mean over the steps that all hardware has of (largest − smallest) / mean of its losses, which
/// are means over repeats.
fn spread(logs: &[&Log]) -> Option<f64> {
    let mut by_step: BTreeMap<u64, BTreeMap<&str, Vec<f64>>> = BTreeMap::new();
    for log in logs {
        for row in &log.rows {
            let at_step = by_step.entry(row.step.to_bits()).or_default();
            at_step.entry(&log.hardware).or_default().push(row.loss);
        }
    }
    let hardware: BTreeSet<&str> = logs.iter().map(|log| log.hardware.as_str()).collect();
    let of_all = { by_step.into_values() }.filter(|at_step| at_step.len() == hardware.len());
    let of_step = |at_step: BTreeMap<&str, Vec<f64>>| {
        let losses: Vec<f64> = at_step.values().map(|losses| mean(losses)).collect();
        let largest = losses.iter().copied().fold(f64::MIN, f64::max);
        let smallest = losses.iter().copied().fold(f64::MAX, f64::min);
        (largest - smallest) / mean(&losses)
    };
    let spreads: Vec<f64> = of_all.map(of_step).collect();
    (!spreads.is_empty()).then(|| mean(&spreads))
}
