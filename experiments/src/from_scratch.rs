//! Training from random weights on CIFAR-10.

use anyhow::Result;
use results::TrainingConfiguration;

use crate::data::Normaliser;
use crate::data::cifar10::{CLASSES, NORMALISATION};
use crate::device::Computer;
use crate::epoch::Trainer;
use crate::fused::Fused;
use crate::model::Model;
use crate::sgd::Sgd;

/// The network and the optimiser of `configuration` on `computer`, with the stages `fused` by our own kernels.
///
/// # Errors
/// An unknown network, or one that our kernels are not for; what [`Computer::kernels`] refuses.
pub fn trainer<'a>(
    configuration: &'a TrainingConfiguration,
    computer: &'a Computer,
    fused: Option<&Fused>,
) -> Result<Trainer<'a>> {
    let training = &configuration.training;
    let model = Model::new(
        &configuration.network,
        CLASSES,
        training.trainable,
        configuration.arithmetic,
        configuration.seed,
        computer.device,
    )?;
    let model = match fused {
        Some(fused) => model.fused(&computer.kernels(fused)?)?,
        None => model,
    };
    let sgd = Sgd::new(
        model.weights.leaves().all(),
        training.momentum,
        training.weight_decay,
        computer.shim.as_ref(),
    );
    let normaliser = Normaliser::new(NORMALISATION, model.kind(), computer.device);
    let (batch_size, seed) = (configuration.batch_size, configuration.seed);
    Ok(Trainer::new(
        model, sgd, normaliser, training, batch_size, seed,
    ))
}
