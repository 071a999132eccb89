//! Paleo in use: the forward passes that we timed, predicted layer by layer.
//!
//! One network sets the constants of each device, arithmetic and batch; the others are a test.

mod calibration;
mod errors;
mod prediction;

use super::layer_times::TimedPasses;
use super::timed_layers::{TimedLayer, timed_layers};
use crate::catalogue::{Catalogue, RunFacts};
use crate::evidence::Missing;
use crate::topics::operations::analysis::layers::{LayerKind, Network};
use crate::topics::operations::analysis::networks::by_name;
use crate::topics::operations::analysis::paleo::Work;
use calibration::Calibration;
use prediction::Predicted;
use std::collections::BTreeMap;

/// The network that sets the constants: the one of the other problems.
pub(crate) const CALIBRATION: &str = "resnet50";

/// Several kinds of layer under the end of names and the head of a column.
pub(crate) const GROUPS: [(&str, &str, &[LayerKind]); 5] = [
    ("convolution", "Convolution", &[LayerKind::Convolution]),
    (
        "fully_connected",
        "Fully connected",
        &[LayerKind::FullyConnected],
    ),
    ("pooling", "Pooling", &[LayerKind::Pool]),
    (
        "normalisation",
        "Normalisation",
        &[LayerKind::BatchNorm, LayerKind::LocalResponseNorm],
    ),
    (
        "elementwise",
        "ReLU, sum, concat",
        &[LayerKind::Relu, LayerKind::Add, LayerKind::Concat],
    ),
];

/// Adds the constants, the predictions of the passes and of the kinds of layer, and how far both lie
/// from what was measured. The times of the passes must be in the catalogue.
pub(crate) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    let passes: Vec<_> = TimedPasses::all(runs).collect();
    let networks: BTreeMap<&str, Network> = { passes.iter() }
        .filter_map(|passes| Some((passes.network(), by_name(passes.network()).ok()?)))
        .collect();
    let timed: Vec<Timed> = passes
        .iter()
        .filter_map(|passes| Some(Timed::new(*passes, networks.get(passes.network())?)))
        .collect();
    let calibrations: Vec<Calibration> = { timed.iter().filter(|it| it.is_calibration()) }
        .map(|timed| Calibration::new(timed, catalogue))
        .collect();
    calibrations.iter().for_each(|it| it.add(catalogue));
    let mut predicted = Vec::new();
    for timed in &timed {
        let calibration = { calibrations.iter() }.find(|it| it.timed.is_like(timed));
        predicted.push(Predicted::add(catalogue, timed, calibration));
    }
    errors::add(catalogue, &calibrations, &predicted);
}

/// Passes with their layers.
struct Timed<'a> {
    passes: TimedPasses<'a>,
    /// The kinds of all layers of the network.
    kinds: Vec<LayerKind>,
    /// The layers of the record, or why there are none.
    layers: Result<Vec<TimedLayer<'a>>, Missing>,
}

impl<'a> Timed<'a> {
    fn new(passes: TimedPasses<'a>, network: &Network) -> Self {
        let layers = match passes.run.record.is_some() {
            true => timed_layers(&passes, network).map_err(Missing::from),
            false => Err(Missing::NotMeasured),
        };
        let kinds = network.nodes().iter().map(|node| node.layer.kind());
        Timed {
            passes,
            kinds: kinds.collect(),
            layers,
        }
    }

    fn is_calibration(&self) -> bool {
        self.passes.network() == CALIBRATION
    }

    /// Whether the other passes were made with the same device, arithmetic and batch.
    fn is_like(&self, other: &Timed) -> bool {
        let [a, b] = [&self.passes, &other.passes];
        a.device() == b.device() && a.arithmetic() == b.arithmetic() && a.batch == b.batch
    }

    fn name(&self, leaf: &str) -> String {
        format!("{}.paleo.{leaf}", self.passes.name())
    }

    /// The layers of the record.
    fn layers(&self) -> Result<&[TimedLayer<'a>], Missing> {
        self.layers.as_deref().map_err(Clone::clone)
    }

    /// The work of all layers.
    fn work(&self) -> Result<Work, Missing> {
        Ok(self.layers()?.iter().map(|layer| layer.work).sum())
    }
}

#[cfg(test)]
mod tests;
