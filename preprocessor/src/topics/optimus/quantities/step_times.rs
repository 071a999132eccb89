//! The time of a training step on cards that were not at hand, from operations, peak and platform
//! percent of peak (Qi et al. 2017, Sec. 3.3).

use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::topics::operations::quantities::flops::identifier;
use std::sync::Arc;

/// The cards, each with the board whose peak is meant: the same for which the percent was derived.
const CARDS: [(&str, &str); 3] = [
    ("k80", "k80_gpu"),
    ("p100", "p100_sxm2"),
    ("v100", "v100_sxm2"),
];

/// The networks that are trained on CIFAR-10.
const NETWORKS: [&str; 6] = [
    "resnet18",
    "resnet20",
    "resnet32",
    "resnet44",
    "resnet50-6n2",
    "resnet56",
];

/// The batch of a training step.
const BATCH: &str = "assignment.loss_curves.batch";
/// The steps of an epoch at that batch.
const STEPS_PER_EPOCH: &str = "optimus.steps_per_epoch.m128";

/// Adds the times of a step and of an epoch for every card and network.
pub(crate) fn add(catalogue: &mut Catalogue) {
    for (card, board) in CARDS {
        for network in NETWORKS.map(identifier) {
            if let Some(step) = training_step(catalogue, card, board, &network) {
                add_epoch(catalogue, card, &network, &step);
                catalogue.add(step);
            }
        }
    }
}

/// batch × training operations per image / (PPP × peak), with the times at the largest and the
/// smallest published PPP as interval.
///
/// The percent was derived from whole training steps, so that it holds reading, writing and the
/// framework's own time already; Paleo's R and W must not be added a second time.
fn training_step(
    catalogue: &Catalogue,
    card: &str,
    board: &str,
    network: &str,
) -> Option<Arc<Quantity>> {
    let batch = catalogue.known(BATCH)?;
    let operations = catalogue.known(&format!("flops.{network}.training.two"))?;
    let peak = catalogue.known(&format!("device.{board}.peak_fp32"))?;
    let percent = |leaf: &str| catalogue.known(&format!("ppp.{card}.{leaf}"));
    let (median, least, most) = (percent("median")?, percent("minimum")?, percent("maximum")?);
    let median = Arc::new(Quantity {
        interval: Some((least.known()?, most.known()?)),
        ..Quantity::clone(&median)
    });
    let operations =
        Formula::of("batch", &batch) * Formula::of("training FLOPs per image", &operations);
    let achieved = Formula::of("median PPP", &median) * Formula::of("peak", &peak);
    let step = (operations / achieved).noted("interval: largest to smallest PPP", [least, most]);
    let name = format!("paleo.{card}.{network}.training_step");
    Some(step.quantity_with_interval(name, Unit::Second))
}

fn add_epoch(catalogue: &mut Catalogue, card: &str, network: &str, step: &Arc<Quantity>) {
    let Some(steps) = catalogue.known(STEPS_PER_EPOCH) else {
        return;
    };
    let epoch = Formula::of("steps per epoch", &steps) * Formula::of("time of a step", step);
    let name = format!("paleo.{card}.{network}.epoch_time");
    catalogue.add(epoch.quantity_with_interval(name, Unit::Second));
}
