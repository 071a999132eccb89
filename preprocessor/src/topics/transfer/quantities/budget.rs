//! A setting beside the next larger learning rate when that had the same sum of learning rate over
//! steps.
//!
//! Where the losses are alike there, the smaller rate is not worse in kind: its schedule ended
//! too early.

use super::setting::Setting;
use crate::catalogue::{Catalogue, Entry, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::statistics::mean::mean;
use crate::topics::training::analysis::learning_rate_sum::learning_rate_sums;
use crate::topics::training::recorded::epochs;
use std::sync::Arc;

/// Losses that differ by less than this share are called alike.
pub(super) const ALIKE: f64 = 0.1;

/// The epoch at which a run's sum of learning rates reaches that of another.
struct Reached {
    epoch: f64,
    sum: f64,
    train_loss: f64,
}

/// The values that are told of the epochs reached, with their units.
type Value = (&'static str, Unit, fn(&Reached) -> f64);

const VALUES: [Value; 3] = [
    ("budget_epoch", Unit::Epoch, |it| it.epoch),
    ("budget_epoch_sum", Unit::One, |it| it.sum),
    ("budget_epoch_loss", Unit::Nat, |it| it.train_loss),
];

/// Tells of each of these settings, which are sorted by rate, beside the next.
pub(super) fn add(catalogue: &mut Catalogue, settings: &[Setting]) {
    for (index, setting) in settings.iter().enumerate() {
        add_of(catalogue, setting, settings.get(index + 1));
    }
}

fn add_of(catalogue: &mut Catalogue, setting: &Setting, next: Option<&Setting>) {
    let name = |leaf: &str| format!("{}.{leaf}", setting.prefix);
    let Some(next) = next else {
        for (leaf, unit, _) in VALUES {
            catalogue.add(of_largest(name(leaf), unit));
        }
        catalogue.add(of_largest(name("budget_loss_ratio"), Unit::One));
        catalogue.insert(name("budget_explains"), Entry::Flag(false));
        return;
    };
    let sum = &setting.told["learning_rate_sum"];
    let reached = sum.known().and_then(|sum| {
        let of_run = |run: &&RunFacts| reached(run, sum);
        next.runs.iter().map(of_run).collect::<Option<Vec<_>>>()
    });
    let mut inputs = vec![sum.clone()];
    inputs.extend(next.of_runs(catalogue, "final_train_loss"));
    let [epoch, epoch_sum, loss] = VALUES.map(|(leaf, unit, value)| {
        let values = reached.as_ref().map(|all| all.iter().map(value).collect::<Vec<_>>());
        let values = values.filter(|values| !values.is_empty());
        let mean = values.map(|values| mean(&values)).ok_or(Missing::NotMeasured);
        let function = "mean over the runs of the next larger rate, at the first epoch that reaches the \
                        sum of learning rates";
        Quantity::computed(name(leaf), unit, function, inputs.clone(), mean)
    });
    let own = Formula::of("final training loss", &setting.told["train_loss"]);
    let ratio = Formula::of("training loss of the next larger rate", &loss) / own;
    let ratio = ratio.quantity(name("budget_loss_ratio"), Unit::One);
    let explains = { ratio.known() }.is_some_and(|ratio| (ratio - 1.0).abs() < ALIKE);
    for quantity in [epoch, epoch_sum, loss, ratio] {
        catalogue.add(quantity);
    }
    catalogue.insert(name("budget_explains"), Entry::Flag(explains));
}

fn of_largest(name: String, unit: Unit) -> Arc<Quantity> {
    let reason = "no larger rate was run";
    Quantity::computed(name, unit, "", Vec::new(), Err(reason.into()))
}

/// The first epoch of `run` after which its sum of learning rates is at least `sum`.
fn reached(run: &RunFacts, sum: f64) -> Option<Reached> {
    let epochs = epochs(run);
    let sums = learning_rate_sums(epochs);
    let (row, sum) = { epochs.iter().zip(sums) }.find(|(_, reached)| *reached >= sum)?;
    Some(Reached {
        epoch: row.epoch as f64,
        sum,
        train_loss: row.train_loss,
    })
}
