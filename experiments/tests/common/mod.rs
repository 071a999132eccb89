//! Small generated data and networks for the tests.

#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod batch;
pub(crate) mod tiny_run;

use std::fs::{self, File};
use std::path::Path;

use experiments::data::augmentation::PaddedSplit;
use experiments::data::{Normalisation, Normaliser, Split};
use experiments::epoch::Trainer;
use experiments::model::Model;
use experiments::sgd::Sgd;
use results::{
    Arithmetic, FrozenBatchNorm, Plan, PlannedRun, Trainable, Training, TrainingConfiguration,
};
use tch::{Device, Kind, Tensor};

/// Classes of the generated images.
pub(crate) const CLASSES: i64 = 10;
/// Side of the generated images, in pixels.
pub(crate) const SIDE: i64 = 8;

/// A plan of one run, for generated data in the place of what it names; `changes` replaces parts of its text.
pub(crate) fn planned(changes: &[(&str, &str)]) -> PlannedRun {
    let mut text = PLAN.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    Plan::parse(&text, "plan.toml").unwrap().runs.remove(0)
}

/// The same run, which trains the classifier alone.
pub(crate) fn frozen(mut run: PlannedRun) -> PlannedRun {
    let training = &mut run.configuration.as_training_mut().unwrap().training;
    training.trainable = Trainable::ClassifierOnly;
    training.frozen_batch_norm = FrozenBatchNorm::StoredStatistics;
    run
}

/// What is planned for a run that trains.
pub(crate) fn configuration(run: &PlannedRun) -> &TrainingConfiguration {
    run.configuration.as_training().unwrap()
}

/// The text of the plan.
pub(crate) const PLAN: &str = r#"
[[run]]
id = "tiny"
experiment = "loss_curve"
hardware = "any"
priority = 1
[run.configuration]
network = "resnet20"
depth = 20
image_px = 32
batch_size = 32
arithmetic = "fp32"
seed = 7
data = { name = "cifar10", digest = "0000000000000000000000000000000000000000000000000000000000000000" }
[run.configuration.training]
epochs = 30
learning_rate = { base = 0.05, factor = 0.1, milestones = [20] }
momentum = 0.9
weight_decay = 5e-4
augmentation = { crop_padding_px = 1, horizontal_flip = true }
trainable = "all"
frozen_batch_norm = "none"
"#;

/// Images of noise around a brightness that grows with the class; the last batch of 32 has four images.
pub(crate) fn generated() -> Split {
    tch::manual_seed(11);
    let images = 100;
    let labels = Tensor::arange(images, (Kind::Int64, Device::Cpu)).remainder(CLASSES);
    let noise = Tensor::randint(40, [images, SIDE, SIDE, 3], (Kind::Int64, Device::Cpu));
    let pixels = noise + labels.reshape([-1, 1, 1, 1]) * 20;
    Split {
        pixels: pixels.to_kind(Kind::Uint8),
        labels,
    }
}

/// The trainer of a planned run, with plain SGD.
pub(crate) fn trainer(run: &PlannedRun) -> Trainer<'_> {
    let configuration = configuration(run);
    let training = &configuration.training;
    let model = model(run, training.trainable, configuration.arithmetic);
    let sgd = Sgd::new(
        model.weights.leaves().all(),
        training.momentum,
        training.weight_decay,
        None,
    );
    let normaliser = normaliser(&model);
    Trainer::new(
        model,
        sgd,
        normaliser,
        training,
        configuration.batch_size,
        configuration.seed,
    )
}

/// The network of a planned run.
pub(crate) fn model(run: &PlannedRun, trainable: Trainable, arithmetic: Arithmetic) -> Model {
    let (network, seed) = (&configuration(run).network, configuration(run).seed);
    Model::new(network, CLASSES, trainable, arithmetic, seed, Device::Cpu).unwrap()
}

/// Bytes to values of mean 0 and deviation 1.
pub(crate) fn normaliser(model: &Model) -> Normaliser {
    let normalisation = Normalisation {
        mean: [0.5; 3],
        deviation: [0.25; 3],
    };
    Normaliser::new(normalisation, model.kind(), Device::Cpu)
}

/// The generated images as the training split of `training`.
pub(crate) fn padded(training: &Training) -> PaddedSplit {
    PaddedSplit::new(&generated(), training.augmentation.crop_padding_px)
}

/// The repository's root, where programs run.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The bytes of a tensor of single precision.
pub(crate) fn bytes(tensor: &Tensor) -> Vec<u8> {
    let tensor = tensor.detach().contiguous();
    let mut bytes = vec![0; 4 * tensor.numel()];
    tensor.copy_data_u8(&mut bytes, tensor.numel());
    bytes
}

/// Writes CIFAR-10 with a zero for each byte into `folder`, in files without blocks; its digest.
pub(crate) fn black_images(folder: &Path) -> &'static str {
    let folder = folder.join("cifar-10-batches-bin");
    fs::create_dir_all(&folder).unwrap();
    let train = (1..=5).map(|number| format!("data_batch_{number}.bin"));
    for name in train.chain(["test_batch.bin".to_owned()]) {
        let file = File::create(folder.join(name)).unwrap();
        file.set_len(30_730_000).unwrap();
    }
    "e9737878d0fc8a6ccb0ca17a8e077751d585606795da1f3a7e4da564276f2f32"
}
