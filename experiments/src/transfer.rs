//! Training on a small data set from pretrained weights: of every layer, or of a new classifier alone.
//!
//! After each epoch the validation split is evaluated, and after the last one, once, the test split.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use results::{Counted, FrozenBatchNorm, PlannedRun, Trainable};
use tch::Tensor;

use crate::data::augmentation::PaddedSplit;
use crate::data::flowers::{CLASSES, Flowers, NORMALISATION, SIDE};
use crate::data::{self, Normaliser};
use crate::device::Computer;
use crate::epoch::{TrainedEpoch, Trainer};
use crate::features::FeatureStore;
use crate::model::Model;
use crate::options::Options;
use crate::pretrained;
use crate::progress::Stage;
use crate::session::{Evaluations, Session, is_wanted, training};
use crate::sgd::Sgd;

/// Makes the run of `experiment` that `options` name, which trains `trainable`.
///
/// # Errors
/// A plan, data, weights or device that do not fit; what the file system refuses.
pub fn experiment(options: &Options, experiment: &str, trainable: Trainable) -> Result<()> {
    let run = options.planned_run(experiment)?;
    let configuration = training(&run)?;
    let planned_weights = configuration.initial_weights.as_ref();
    let planned_weights = planned_weights.context("the plan names no initial weights")?;
    let found = configuration.training.trainable;
    ensure!(
        found == trainable,
        "run `{}` trains {found:?}, expected {trainable:?}",
        run.id
    );
    ensure!(
        configuration.image_px == SIDE as u64,
        "run `{}` takes images of {} px, the data set has {SIDE}",
        run.id,
        configuration.image_px
    );
    if !is_wanted(options, &run)? {
        return Ok(());
    }
    let (arithmetic, threads) = (configuration.arithmetic, options.thread_count());
    let computer = Computer::find(options.device.as_deref(), arithmetic, threads)?;
    let folder = data::folder(options.data.as_deref())?;
    let stage = Stage::begin(&run.id, "reads images and weights");
    let flowers = Flowers::read(&folder)?;
    let (name, digest) = ("vgg-flowers-72", &configuration.data.digest);
    data::check_digest(name, &folder, &flowers.digest, digest)?;
    let file = pretrained::path(&folder, &planned_weights.name);
    let pretrained = pretrained::read(&file, planned_weights)?;
    drop(stage);
    train(options, &run, &computer, &flowers, &pretrained)
}

/// Trains on the training split of `flowers` from the weights `pretrained`, but for the classifier, which is new.
///
/// # Errors
/// Weights that do not fit the network; hardware that the plan excludes; what the file system refuses.
pub fn train(
    options: &Options,
    run: &PlannedRun,
    computer: &Computer,
    flowers: &Flowers,
    pretrained: &BTreeMap<String, Tensor>,
) -> Result<()> {
    // The pretrained network with a new classifier, and its optimiser.
    let configuration = training(run)?;
    let training = &configuration.training;
    let device = computer.device;
    let model = Model::new(
        &configuration.network,
        CLASSES,
        training.trainable,
        configuration.arithmetic,
        configuration.seed,
        device,
    )?;
    let model = match training.frozen_batch_norm {
        FrozenBatchNorm::None => model,
        _ => model.with_kept_statistics(),
    };
    model
        .weights
        .load(pretrained, |name| !model.is_classifier(name))?;
    let sgd = Sgd::new(
        model.weights.leaves().all(),
        training.momentum,
        training.weight_decay,
        computer.shim.as_ref(),
    );
    let counted = Counted {
        parameters: model.parameter_count(),
        layers: model.layer_shapes(configuration.image_px),
        images_per_class: images_per_class(flowers),
    };
    let normaliser = Normaliser::new(NORMALISATION, model.kind(), device);
    let (batch_size, seed) = (configuration.batch_size, configuration.seed);
    let mut trainer = Trainer::new(model, sgd, normaliser, training, batch_size, seed);

    // The splits on the device; a frozen network's features of the validation split are computed here, once.
    let padding = training.augmentation.crop_padding_px;
    let train = PaddedSplit::new(&flowers.train.to_device(device), padding);
    let stage = |work| Stage::begin(&run.id, work);
    if training.frozen_batch_norm == FrozenBatchNorm::TrainingImages {
        let _stage = stage("takes the statistics of the training images");
        trainer.take_statistics(&train);
    }
    let stage = training.trainable == Trainable::ClassifierOnly;
    let stage = stage.then(|| Stage::begin(&run.id, "computes features of the validation images"));
    let validation = flowers.validation.to_device(device);
    let validation = trainer.evaluation_set(validation, &mut |_| true);
    let validation = validation.expect("nothing stops it");
    drop(stage);

    // Training: an epoch, then the validation split, until all is done or time to stop; then the test split.
    let mut session = Session::begin(options, run, computer, counted, &mut trainer)?;
    let store = session.feature_store(&trainer);
    while let Some(epoch) = session.next_epoch(&trainer)? {
        let Some(trained) = train_epoch(&mut trainer, epoch, &train, &store, &mut session)? else {
            break;
        };
        let evaluate = |go_on: &mut dyn FnMut(u64) -> bool| {
            Some(Evaluations {
                validation: Some(trainer.evaluate(&validation, go_on)?),
                test: None,
            })
        };
        if !session.finish_epoch(&trainer, train.len(), trained, evaluate)? {
            break;
        }
    }
    session.end(|go_on| {
        let test = trainer.evaluation_set(flowers.test.to_device(device), go_on)?;
        trainer.test(&test, CLASSES, go_on)
    })
}

/// Trains what the plan lets move: all layers on images, or the classifier on the features of the frozen layers, which
/// runs of other learning rates share through `store`.
fn train_epoch(
    trainer: &mut Trainer,
    epoch: u64,
    split: &PaddedSplit,
    store: &FeatureStore,
    session: &mut Session,
) -> Result<Option<TrainedEpoch>> {
    if !trainer.model.is_frozen() {
        return trainer.train_epoch(epoch, split, session);
    }
    match trainer.epoch_features(epoch, split, store, session)? {
        Some(features) => trainer.train_classifier(epoch, &features, session),
        None => Ok(None),
    }
}

fn images_per_class(flowers: &Flowers) -> BTreeMap<String, Vec<u64>> {
    let splits = [
        ("train", &flowers.train),
        ("validation", &flowers.validation),
        ("test", &flowers.test),
    ];
    splits
        .map(|(name, split)| (name.to_owned(), split.images_per_class(CLASSES)))
        .into()
}
