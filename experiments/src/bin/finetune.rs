//! Which learning rate suits the fine-tuning of a pretrained network on a small data set?
//!
//! Every layer starts from the pretrained weights, but for the classifier, which is new; all are trained at the same
//! learning rate. After each epoch the validation split is evaluated, and after the last one, once, the test split.

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
    let run = options.planned_run("finetune")?;
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

    // The pretrained network with a new classifier, and its optimiser.
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

    // Training: an epoch, then the validation split, until all is done or time to stop; then the test split.
    let mut session = Session::begin(&options, &run, &computer, counted, &mut trainer)?;
    while let Some(epoch) = session.next_epoch(&trainer)? {
        let Some(trained) = trainer.train_epoch(epoch, &train, |images| session.step(images))
        else {
            break;
        };
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
