//! The body of the two transfer programs on generated data: each split is used for its own purpose.

mod common;

use std::collections::BTreeMap;

use clap::Parser;
use common::{SIDE, planned};
use experiments::data::augmentation::PaddedSplit;
use experiments::data::flowers::{CLASSES, Flowers, NORMALISATION};
use experiments::data::{Normaliser, Split};
use experiments::device::Computer;
use experiments::epoch::Trainer;
use experiments::features::Features;
use experiments::model::Model;
use experiments::options::Options;
use experiments::sgd::Sgd;
use experiments::transfer::train;
use results::{Arithmetic, Digest, Evaluation, PlannedRun, Record, Trainable, record_path};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

const EPOCHS: u64 = 2;

/// Images of one grey for each class; each split has its own number of images, classes and contrast.
fn split(images: i64, classes: i64, contrast: i64) -> Split {
    let labels = Tensor::arange(images, (Kind::Int64, Device::Cpu)).remainder(classes);
    let grey = (&labels * contrast).reshape([-1, 1, 1, 1]);
    Split {
        pixels: grey
            .expand([images, SIDE, SIDE, 3], false)
            .to_kind(Kind::Uint8),
        labels,
    }
}

fn flowers() -> Flowers {
    Flowers {
        train: split(24, 3, 60),
        validation: split(15, 5, 45),
        test: split(28, 7, 30),
        digest: Digest::default(),
    }
}

/// A run that sees all images of the training split in each step, as they are: in whatever order, it computes the same.
fn run_of(experiment: &str, trainable: &str, batch_norm: &str) -> PlannedRun {
    planned(&[
        (
            "experiment = \"loss_curve\"",
            &format!("experiment = \"{experiment}\""),
        ),
        ("batch_size = 32", "batch_size = 24"),
        ("epochs = 30", &format!("epochs = {EPOCHS}")),
        (
            "crop_padding_px = 1, horizontal_flip = true",
            "crop_padding_px = 0, horizontal_flip = false",
        ),
        (
            "trainable = \"all\"",
            &format!("trainable = \"{trainable}\""),
        ),
        (
            "frozen_batch_norm = \"none\"",
            &format!("frozen_batch_norm = \"{batch_norm}\""),
        ),
    ])
}

fn model(run: &PlannedRun, seed: u64) -> Model {
    let trainable = run.configuration.training.as_ref().unwrap().trainable;
    let network = &run.configuration.network;
    Model::new(
        network,
        CLASSES,
        trainable,
        Arithmetic::Fp32,
        seed,
        Device::Cpu,
    )
    .unwrap()
}

/// Weights that were trained elsewhere.
fn pretrained(run: &PlannedRun) -> BTreeMap<String, Tensor> {
    model(run, 99).weights.named()
}

/// What the program records.
fn recorded(run: &PlannedRun) -> Record {
    let folder = TempDir::new().unwrap();
    let (runs, state) = (folder.path().join("runs"), folder.path().join("state"));
    let mut options = Options::parse_from(["transfer", "--run", "tiny", "--threads", "1"]);
    (options.runs, options.state) = (runs, state);
    let computer = Computer::find(Some("cpu"), Arithmetic::Fp32, 1).unwrap();
    train(&options, run, &computer, &flowers(), &pretrained(run)).unwrap();
    Record::read(&record_path(&options.runs, &run.experiment, &run.id)).unwrap()
}

/// Losses of training and validation after each epoch, and of the test after the last one, by other means: the steps
/// are written out, and a split is evaluated as a whole.
fn expected(run: &PlannedRun) -> (Vec<[f64; 2]>, f64) {
    let configuration = &run.configuration;
    let training = configuration.training.as_ref().unwrap();
    let model = model(run, configuration.seed);
    let pretrained = pretrained(run);
    model
        .weights
        .load(&pretrained, |name| !name.starts_with("fc."))
        .unwrap();
    let normaliser = || Normaliser::new(NORMALISATION, Kind::Float, Device::Cpu);
    let sgd = Sgd::new(
        model.weights.moving(),
        training.momentum,
        training.weight_decay,
        None,
    );
    let mut trainer = Trainer::new(model, sgd, normaliser(), training, 24, configuration.seed);
    let flowers = flowers();
    let loss = |model: &Model, split: &Split| {
        let features = model.features(&normaliser().apply(&split.pixels));
        let logits = model.classify(&features);
        logits
            .cross_entropy_for_logits(&split.labels)
            .double_value(&[])
    };
    let mut rows = Vec::new();
    for epoch in 1..=EPOCHS {
        let trained = if training.trainable == Trainable::All {
            let padded = PaddedSplit::new(&flowers.train, 0);
            trainer.train_epoch(epoch, &padded, |_| true).unwrap()
        } else {
            let features = Features {
                values: trainer
                    .model
                    .features(&normaliser().apply(&flowers.train.pixels)),
                labels: flowers.train.labels.shallow_clone(),
                seconds: 0.0,
            };
            trainer.train_classifier(epoch, &features)
        };
        rows.push([trained.loss, loss(&trainer.model, &flowers.validation)]);
    }
    (rows, loss(&trainer.model, &flowers.test))
}

fn check(run: &PlannedRun) {
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-4 * b, "{a} {b}");
    let (record, (rows, test_loss)) = (recorded(run), expected(run));
    assert_eq!(record.epochs.len(), rows.len());
    for (row, [train_loss, validation_loss]) in record.epochs.iter().zip(rows) {
        near(row.train_loss, train_loss);
        near(row.validation.unwrap().loss, validation_loss);
        assert_eq!((row.steps, row.test), (row.epoch, None::<Evaluation>));
    }
    let test = record.test.unwrap();
    near(test.loss, test_loss);
    assert_eq!(test.images, 28);
    let counts = [("train", 24, 3), ("validation", 15, 5), ("test", 28, 7)];
    for (split, images, classes) in counts {
        let counted = &record.counted.images_per_class[split];
        assert_eq!(counted.iter().sum::<u64>(), images, "{split}");
        assert_eq!(
            counted.iter().filter(|&&n| n > 0).count(),
            classes,
            "{split}"
        );
    }
    // Otherwise nothing above tells the splits apart.
    let [row, _] = &record.epochs[..] else {
        panic!()
    };
    let losses = [row.train_loss, row.validation.unwrap().loss, test.loss];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!((losses[a] - losses[b]).abs() > 0.01, "{losses:?}");
    }
}

#[test]
fn fine_tuning_uses_each_split_for_its_purpose() {
    check(&run_of("finetune", "all", "none"));
}

#[test]
fn feature_extraction_uses_each_split_for_its_purpose() {
    check(&run_of(
        "feature_extraction",
        "classifier only",
        "stored statistics",
    ));
}
