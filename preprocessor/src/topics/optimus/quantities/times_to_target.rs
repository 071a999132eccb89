//! The time and the cost of a training until its accuracy is reached: a number of epochs times
//! what an epoch takes with parameter servers.

use super::epochs_to_target::TARGET_ACCURACY;
use super::loss_runs::LossFit;
use super::parameter_servers::{CHOICES, SERVERS};
use super::prediction::LossCurves;
use crate::catalogue::{Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use std::sync::Arc;

/// The network whose measured number of epochs stands beside the predicted one.
const MEASURED_NETWORK: &str = "resnet20";
/// The overall batch of the training that both numbers belong to.
pub(crate) const TRAINED_BATCH: u64 = 128;

/// A number of epochs to the target.
pub(crate) struct EpochsToTarget {
    /// The name that templates use.
    kind: &'static str,
    /// The name of the quantity.
    pub(crate) quantity: &'static str,
    /// What it is, in a few words.
    pub(crate) title: &'static str,
}

/// The numbers of epochs that time and cost are told for.
pub(crate) const EPOCHS: [EpochsToTarget; 2] = [
    EpochsToTarget {
        kind: "predicted",
        quantity: "prediction.epochs_to_92.predicted",
        title: "predicted for ResNet-50",
    },
    EpochsToTarget {
        kind: "measured",
        quantity: "time_to_92.measured.epochs",
        title: "measured, ResNet-20",
    },
];

/// Adds the measured number of epochs, and time and cost for it and for the predicted one, where
/// the book states the accuracy to reach.
pub(crate) fn add(catalogue: &mut Catalogue, curves: &LossCurves) {
    if catalogue.known(TARGET_ACCURACY).is_none() {
        return;
    }
    add_measured_epochs(catalogue, &curves.fits);
    add_basis(catalogue);
    for EpochsToTarget { kind, quantity, .. } in EPOCHS {
        if let Some(epochs) = catalogue.known(quantity) {
            add_times(catalogue, kind, &epochs);
        }
    }
}

/// The first epoch at the target of the first complete run that has one.
fn add_measured_epochs(catalogue: &mut Catalogue, fits: &[LossFit]) {
    let of_network = |fit: &&LossFit| fit.run.configuration.network == MEASURED_NETWORK;
    let epochs = |fit: &LossFit| {
        let name = format!("loss_model.{}.epochs_to_92", fit.run.name());
        Some((fit.run.is_complete(), catalogue.known(&name)?))
    };
    let all: Vec<_> = { fits.iter() }
        .filter(of_network)
        .filter(|fit| fit.run.is_expected())
        .filter_map(epochs)
        .collect();
    let reached = all
        .iter()
        .find(|(is_complete, epochs)| *is_complete && epochs.value.is_ok());
    let name = EPOCHS[1].quantity;
    let function =
        "of the first complete run of ResNet-20, in the plan’s order, that reaches the target";
    let measured = match reached {
        Some((_, epochs)) => epochs.chosen(name, function),
        None => {
            let inputs = all.into_iter().map(|(_, epochs)| epochs).collect();
            let reason = "no complete run of ResNet-20 reaches the target".into();
            Quantity::computed(name, Unit::Epoch, function, inputs, Err(reason))
        }
    };
    let is_reached = Entry::Flag(measured.value.is_ok());
    catalogue.insert("time_to_92.measured.reached", is_reached);
    catalogue.add(measured);
}

/// What the predicted number of epochs is predicted from.
fn add_basis(catalogue: &mut Catalogue) {
    let basis = match catalogue.flag("prediction.from_published") {
        true => "published curves",
        false => "runs of our own",
    };
    let basis = Entry::Text(basis.to_owned());
    catalogue.insert("time_to_92.predicted.basis", basis);
}

fn add_times(catalogue: &mut Catalogue, kind: &str, epochs: &Arc<Quantity>) {
    for servers in SERVERS {
        for choice in CHOICES {
            for (leaf, what) in [("time", "time of an epoch"), ("cost", "cost of an epoch")] {
                let of_epoch = format!("optimus.p{servers}.m{TRAINED_BATCH}.{choice}_epoch_{leaf}");
                let Some(of_epoch) = catalogue.known(&of_epoch) else {
                    continue;
                };
                let whole = Formula::of("epochs", epochs) * Formula::of(what, &of_epoch);
                let name = format!("time_to_92.{kind}.p{servers}.{choice}_{leaf}");
                catalogue.add(whole.quantity_with_interval(name, Unit::Second));
            }
        }
    }
}

#[cfg(test)]
#[path = "times_to_target_tests.rs"]
mod tests;
