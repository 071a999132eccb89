//! Which learning rate suits a new classifier on the features of a pretrained, frozen network?
//!
//! Only the last fully connected layer is trained. The frozen layers work in evaluation mode: BatchNorm normalises with
//! the mean and variance that came with the weights, and neither moves. Training images are augmented anew each epoch,
//! so their features are computed anew; nothing changes those of the validation split, which are computed once. Runs that
//! differ in the learning rate alone share the features of an epoch; the time of computing them counts in each.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use experiments::data::augmentation::PaddedSplit;
use experiments::data::flowers::{CLASSES, Flowers, NORMALISATION};
use experiments::data::{self, Normaliser};
use experiments::device::Computer;
use experiments::epoch::Trainer;
use experiments::model::Model;
use experiments::options::Options;
use experiments::pretrained;
use experiments::session::{Evaluations, Session, is_wanted};
use experiments::sgd::Sgd;
use results::{Counted, TestResult};

fn main() -> ExitCode {
    experiments::exit(experiment())
}

fn experiment() -> Result<()> {
    // What the plan asks for.
    let options = Options::parse();
    let run = options.planned_run("feature_extraction")?;
    if !is_wanted(&options, &run)? {
        return Ok(());
    }
    let configuration = &run.configuration;
    let training = configuration
        .training
        .as_ref()
        .context("the plan trains nothing")?;
    let planned_data = configuration
        .data
        .as_ref()
        .context("the plan names no data")?;
    let planned_weights = configuration
        .initial_weights
        .as_ref()
        .context("the plan names no initial weights")?;

    // Data and device.
    let computer = Computer::find(
        options.device.as_deref(),
        configuration.arithmetic,
        options.thread_count(),
    )?;
    let folder = data::folder(options.data.as_deref())?;
    let flowers = Flowers::read(&folder)?;
    data::check_digest(
        "vgg-flowers-72",
        &folder,
        &flowers.digest,
        &planned_data.digest,
    )?;
    let device = computer.device;
    let train = PaddedSplit::new(
        &flowers.train.to_device(device),
        training.augmentation.crop_padding_px,
    );

    // The pretrained network with a new classifier, the only part that the optimiser sees.
    let (arithmetic, seed) = (configuration.arithmetic, configuration.seed);
    let model = Model::new(
        &configuration.network,
        CLASSES,
        training.trainable,
        arithmetic,
        seed,
        device,
    )?;
    let file = pretrained::path(&folder, &planned_weights.name);
    let pretrained = pretrained::read(&file, planned_weights)?;
    model
        .weights
        .load(&pretrained, |name| !model.is_classifier(name))?;
    let sgd = Sgd::new(
        model.weights.moving(),
        training.momentum,
        training.weight_decay,
        computer.shim.as_ref(),
    );
    let counted = Counted {
        parameters: model.parameter_count(),
        layers: model.layer_shapes(configuration.image_px),
        images_per_class: BTreeMap::from([
            ("train".to_owned(), flowers.train.images_per_class(CLASSES)),
            (
                "validation".to_owned(),
                flowers.validation.images_per_class(CLASSES),
            ),
            ("test".to_owned(), flowers.test.images_per_class(CLASSES)),
        ]),
    };
    let normaliser = Normaliser::new(NORMALISATION, model.kind(), device);
    let mut trainer = Trainer::new(
        model,
        sgd,
        normaliser,
        training,
        configuration.batch_size,
        seed,
    );
    let validation = trainer.evaluation_set(flowers.validation.to_device(device));

    // Training: features, then an epoch on them, then the validation split, until all is done or time to stop.
    let mut session = Session::begin(&options, &run, &computer, counted, &mut trainer)?;
    let store = session.feature_store(&trainer);
    while let Some(epoch) = session.next_epoch(&trainer)? {
        let go_on = |images| session.step(images);
        let Some(features) = trainer.epoch_features(epoch, &train, &store, go_on)? else {
            break;
        };
        let trained = trainer.train_classifier(epoch, &features);
        session.finish_epoch(&trainer, train.len(), trained, || Evaluations {
            validation: Some(trainer.evaluate(&validation)),
            test: None,
        })?;
    }
    let images = flowers.test.len();
    session.end(|| {
        let test = trainer.evaluate(&trainer.evaluation_set(flowers.test.to_device(device)));
        Some(TestResult {
            loss: test.loss,
            accuracy: test.accuracy,
            images,
        })
    })
}
