//! The body of the two transfer programs on generated data: each split is used for its own purpose.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use clap::Parser;
use common::{SIDE, configuration, planned, root};
use experiments::data::augmentation::PaddedSplit;
use experiments::data::flowers::{CLASSES, Flowers, NORMALISATION};
use experiments::data::{Normaliser, Split};
use experiments::device::Computer;
use experiments::epoch::Trainer;
use experiments::features::Features;
use experiments::model::Model;
use experiments::options::Options;
use experiments::part::Unwatched;
use experiments::sgd::Sgd;
use experiments::transfer::train;
use results::{
    Arithmetic, Digest, Evaluation, FrozenBatchNorm, PlannedRun, Record, SourceDigests, Trainable,
    Trained, deciding_sources, record_path,
};
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
fn run_of(experiment: &str, trainable: Trainable, batch_norm: FrozenBatchNorm) -> PlannedRun {
    let mut run = planned(&[
        ("batch_size = 32", "batch_size = 24"),
        ("epochs = 30", &format!("epochs = {EPOCHS}")),
        ("milestones = [20]", "milestones = []"),
        (
            "crop_padding_px = 1, horizontal_flip = true",
            "crop_padding_px = 0, horizontal_flip = false",
        ),
    ]);
    // Of a smaller network than a plan can ask for.
    run.experiment = experiment.to_owned();
    let training = &mut run.configuration.as_training_mut().unwrap().training;
    (training.trainable, training.frozen_batch_norm) = (trainable, batch_norm);
    run
}

fn model(run: &PlannedRun, seed: u64) -> Model {
    let trainable = configuration(run).training.trainable;
    let network = &configuration(run).network;
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

/// What a run is to give.
struct Expected {
    /// Losses of training and validation after each epoch.
    rows: Vec<[f64; 2]>,
    test_loss: f64,
    /// Class of each image of the test split.
    predicted: Vec<i64>,
}

/// The same by other means: the steps are written out, and a split is evaluated as a whole.
fn expected(run: &PlannedRun) -> Expected {
    let configuration = configuration(run);
    let training = &configuration.training;
    let model = model(run, configuration.seed);
    let pretrained = pretrained(run);
    model
        .weights
        .load(&pretrained, |name| !name.starts_with("fc."))
        .unwrap();
    let normaliser = || Normaliser::new(NORMALISATION, Kind::Float, Device::Cpu);
    let sgd = Sgd::new(
        model.weights.leaves().all(),
        training.momentum,
        training.weight_decay,
        None,
    );
    let model = match training.frozen_batch_norm {
        FrozenBatchNorm::None => model,
        _ => model.with_kept_statistics(),
    };
    let mut trainer = Trainer::new(model, sgd, normaliser(), training, 24, configuration.seed);
    let flowers = flowers();
    let logits = |model: &Model, split: &Split| {
        let evaluator = model.evaluator();
        evaluator.classify(&evaluator.features(&normaliser().apply(&split.pixels)))
    };
    let loss = |model: &Model, split: &Split| {
        let loss = logits(model, split).cross_entropy_for_logits(&split.labels);
        loss.double_value(&[])
    };
    if training.frozen_batch_norm == FrozenBatchNorm::TrainingImages {
        let images = normaliser().apply(&flowers.train.pixels);
        (0..5).for_each(|_| trainer.model.move_statistics(&images));
    }
    let mut rows = Vec::new();
    for epoch in 1..=EPOCHS {
        let trained = if training.trainable == Trainable::All {
            let padded = PaddedSplit::new(&flowers.train, 0);
            { trainer.train_epoch(epoch, &padded, &mut Unwatched) }
                .unwrap()
                .unwrap()
        } else {
            let features = Features {
                values: { trainer.model.evaluator() }
                    .features(&normaliser().apply(&flowers.train.pixels)),
                labels: flowers.train.labels.shallow_clone(),
                seconds: 0.0,
            };
            { trainer.train_classifier(epoch, &features, &mut Unwatched) }
                .unwrap()
                .unwrap()
        };
        rows.push([trained.loss, loss(&trainer.model, &flowers.validation)]);
    }
    let predicted = logits(&trainer.model, &flowers.test).argmax(-1, false);
    Expected {
        rows,
        test_loss: loss(&trainer.model, &flowers.test),
        predicted: Vec::try_from(predicted).unwrap(),
    }
}

#[test]
fn the_record_names_what_was_compiled_into_the_program() {
    let environment =
        recorded(&run_of("finetune", Trainable::All, FrozenBatchNorm::None)).environment;
    assert_eq!(environment.source_digests, SourceDigests::CompiledTokens);
    // The compiler saw what lies here, but for the programs of other experiments.
    let mut expected = deciding_sources(root()).unwrap();
    let own = "experiments/src/bin/finetune.rs";
    expected.retain(|path, _| !path.starts_with("experiments/src/bin/") || path == own);
    assert_eq!(environment.sources, expected);
    assert!(expected.contains_key(own) && expected.contains_key("Cargo.lock"));
}

fn check(run: &PlannedRun) {
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-4 * b, "{a} {b}");
    let Expected {
        rows,
        test_loss,
        predicted,
    } = expected(run);
    let record = recorded(run);
    let Trained {
        counted,
        epochs,
        test,
    } = record.measured.as_trained().unwrap();
    assert_eq!(epochs.len(), rows.len());
    for (row, [train_loss, validation_loss]) in epochs.iter().zip(rows) {
        near(row.train_loss, train_loss);
        near(row.validation.unwrap().loss, validation_loss);
        assert_eq!((row.steps, row.test), (row.epoch, None::<Evaluation>));
    }
    let test = test.as_ref().unwrap();
    near(test.loss, test_loss);
    assert_eq!(test.images, 28);
    check_predictions(test.predictions.as_ref().unwrap(), &predicted);
    let counts = [("train", 24, 3), ("validation", 15, 5), ("test", 28, 7)];
    for (split, images, classes) in counts {
        let counted = &counted.images_per_class[split];
        assert_eq!(counted.iter().sum::<u64>(), images, "{split}");
        assert_eq!(
            counted.iter().filter(|&&n| n > 0).count(),
            classes,
            "{split}"
        );
    }
    // Otherwise nothing above tells the splits apart.
    let [row, _] = &epochs[..] else { panic!() };
    let losses = [row.train_loss, row.validation.unwrap().loss, test.loss];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!((losses[a] - losses[b]).abs() > 0.01, "{losses:?}");
    }
}

/// The images of the test split have the classes 0, 1, … 6, 0, 1 and so on; the other classes have none.
fn check_predictions(found: &[Vec<u64>], predicted: &[i64]) {
    assert_eq!(found.len(), CLASSES as usize);
    for (class, row) in found.iter().enumerate() {
        let of_class = predicted.iter().skip(class).step_by(7);
        let expected: Vec<u64> = of_class.map(|&class| class as u64).collect();
        assert_eq!(row, if class < 7 { &expected } else { &[][..] }, "{class}");
    }
}

#[test]
fn fine_tuning_uses_each_split_for_its_purpose() {
    check(&run_of("finetune", Trainable::All, FrozenBatchNorm::None));
}

#[test]
fn feature_extraction_uses_each_split_for_its_purpose() {
    let run = run_of(
        "feature_extraction",
        Trainable::ClassifierOnly,
        FrozenBatchNorm::StoredStatistics,
    );
    check(&run);
    let predicted: BTreeSet<_> = expected(&run).predicted.into_iter().collect();
    assert!(predicted.len() > 1, "predictions in any order would pass");
}

#[test]
fn statistics_of_the_training_images_replace_the_stored_ones() {
    let own = FrozenBatchNorm::TrainingImages;
    let run = run_of("feature_study", Trainable::ClassifierOnly, own);
    check(&run);
    let stored = run_of(
        "feature_study",
        Trainable::ClassifierOnly,
        FrozenBatchNorm::StoredStatistics,
    );
    let loss = |run| {
        let record = recorded(run);
        record.measured.as_trained().unwrap().epochs[0].train_loss
    };
    assert!((loss(&run) - loss(&stored)).abs() > 0.01);
}

/// Fine-tuning with kept statistics: each split serves its purpose, and a step moves parameters but no statistic.
#[test]
fn statistics_are_kept_where_the_plan_says_so() {
    let run = run_of(
        "finetune_study",
        Trainable::All,
        FrozenBatchNorm::StoredStatistics,
    );
    check(&run);
    let model = model(&run, 3).with_kept_statistics();
    let before: BTreeMap<String, Tensor> = { model.weights.named().into_iter() }
        .map(|(name, tensor)| (name, tensor.copy()))
        .collect();
    let training = &configuration(&run).training;
    let sgd = Sgd::new(model.weights.leaves().all(), training.momentum, 0.0, None);
    let normaliser = Normaliser::new(NORMALISATION, Kind::Float, Device::Cpu);
    let mut trainer = Trainer::new(model, sgd, normaliser, training, 24, 7);
    let padded = PaddedSplit::new(&flowers().train, 0);
    { trainer.train_epoch(1, &padded, &mut Unwatched) }.unwrap();
    for (name, after) in trainer.model.weights.named() {
        let moves = !name.contains("running_");
        assert_eq!(after != before[&name], moves, "{name}");
    }
}

/// With the momentum of 0.1 the first statistics keep 0.9^5 of their weight over five batches.
#[test]
fn statistics_move_towards_those_of_the_images() {
    let run = run_of(
        "feature_study",
        Trainable::ClassifierOnly,
        FrozenBatchNorm::StoredStatistics,
    );
    let model = model(&run, 3);
    let pixels = flowers().train.pixels;
    let images = Normaliser::new(NORMALISATION, Kind::Float, Device::Cpu).apply(&pixels);
    let before = model.weights.named();
    let after = {
        (0..5).for_each(|_| model.move_statistics(&images));
        model.weights.named()
    };
    let convolved = images.conv2d(
        &before["conv1.weight"],
        None::<Tensor>,
        [1, 1],
        [1, 1],
        [1, 1],
        1,
    );
    let (mean, variance) = (
        convolved.mean_dim(&[0_i64, 2, 3][..], false, Kind::Float),
        convolved.var_dim(&[0_i64, 2, 3][..], true, false),
    );
    let kept = 0.9_f64.powi(5);
    for (name, first, of_images) in [("running_mean", 0.0, mean), ("running_var", 1.0, variance)] {
        let expected = of_images * (1.0 - kept) + first * kept;
        assert!(
            after[&format!("bn1.{name}")].allclose(&expected, 1e-4, 1e-5, false),
            "{name}"
        );
    }
    for (name, parameter) in &before {
        if !name.contains("running_") {
            assert_eq!(parameter, &after[name], "{name}");
        }
    }
}
