//! How does the training loss fall, step by step, for networks of different depth on different hardware?
//!
//! Trains one network from random weights on CIFAR-10 by the plan's schedule and writes one row per epoch. The last row
//! is the result; no row is chosen by its test accuracy.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use experiments::data::augmentation::PaddedSplit;
use experiments::data::cifar10::{CLASSES, Cifar10, NORMALISATION, SIDE};
use experiments::data::{self, Normaliser};
use experiments::device::Computer;
use experiments::epoch::Trainer;
use experiments::graph::StepGraph;
use experiments::model::Model;
use experiments::options::Options;
use experiments::session::{Evaluations, Session, is_wanted};
use experiments::sgd::Sgd;
use results::{Counted, TestResult};

fn main() -> ExitCode {
    experiments::exit(experiment())
}

fn experiment() -> Result<()> {
    // What the plan asks for.
    let options = Options::parse();
    let run = options.planned_run("loss_curve")?;
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

    // Data and device.
    let computer = Computer::find(
        options.device.as_deref(),
        configuration.arithmetic,
        options.thread_count(),
    )?;
    let folder = data::folder(options.data.as_deref())?;
    let cifar10 = Cifar10::read(&folder)?;
    data::check_digest("cifar10", &folder, &cifar10.digest, &planned_data.digest)?;
    let device = computer.device;
    let train = PaddedSplit::new(
        &cifar10.train.to_device(device),
        training.augmentation.crop_padding_px,
    );

    // Network and optimiser.
    let (arithmetic, seed) = (configuration.arithmetic, configuration.seed);
    let model = Model::new(
        &configuration.network,
        CLASSES,
        training.trainable,
        arithmetic,
        seed,
        device,
    )?;
    let sgd = Sgd::new(
        model.weights.moving(),
        training.momentum,
        training.weight_decay,
        computer.shim.as_ref(),
    );
    let counted = Counted {
        parameters: model.parameter_count(),
        layers: model.layer_shapes(SIDE as u64),
        images_per_class: BTreeMap::from([
            ("train".to_owned(), cifar10.train.images_per_class(CLASSES)),
            ("test".to_owned(), cifar10.test.images_per_class(CLASSES)),
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
    let test = trainer.evaluation_set(cifar10.test.to_device(device));

    // Training: an epoch, then the test split, until all is done or time to stop. On a GPU the steps are a graph.
    let mut graph = match options.eager {
        true => None,
        false => {
            StepGraph::where_possible(&mut trainer, &train, configuration.batch_size, &computer)
        }
    };
    let mut session = Session::begin(&options, &run, &computer, counted, &mut trainer)?;
    let mut last = None;
    while let Some(epoch) = session.next_epoch(&trainer)? {
        let go_on = |images| session.step(images);
        let trained = match &mut graph {
            Some(graph) => graph.train_epoch(&mut trainer, epoch, &train, go_on),
            None => trainer.train_epoch(epoch, &train, go_on),
        };
        let Some(trained) = trained else { break };
        session.finish_epoch(&trainer, train.len(), trained, || {
            last = Some(trainer.evaluate(&test));
            Evaluations {
                validation: None,
                test: last,
            }
        })?;
    }
    let images = cifar10.test.len();
    session.end(|| {
        last.map(|e| TestResult {
            loss: e.loss,
            accuracy: e.accuracy,
            images,
        })
    })
}
