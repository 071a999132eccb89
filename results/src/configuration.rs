//! What was chosen before a run: the same types stand in the record and in the plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::present;

/// All that decides a run besides the program and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Name of the network, such as `resnet20` or `vgg16`.
    pub network: String,
    /// Number of layers with weights along the longest path, as the network's name counts them.
    pub depth: u64,
    /// Side of the square input image, in pixels.
    pub image_px: u64,
    /// Images per step.
    pub batch_size: u64,
    /// Number format of the multiplications.
    pub arithmetic: Arithmetic,
    /// Seed from which all random numbers of the run follow.
    pub seed: u64,
    /// The data set, absent where inputs are made up, as in timing.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub data: Option<DataSet>,
    /// The weights that the run starts from, absent where they are drawn at random.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub initial_weights: Option<InitialWeights>,
    /// How the network is trained, absent in a run that only measures time.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub training: Option<Training>,
    /// How times are taken, absent in a run that trains.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub timing: Option<Timing>,
}

impl Configuration {
    /// Epochs, or trials of each span, that the configuration asks for.
    pub fn planned(&self) -> u64 {
        let epochs = self.training.as_ref().map(|training| training.epochs);
        let trials = self.timing.as_ref().map(|timing| timing.trials);
        epochs.or(trials).unwrap_or(0)
    }
}

/// A data set by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    /// Name, such as `cifar10`.
    pub name: String,
    /// Digest of the files' content.
    pub digest: Digest,
}

/// Weights that were trained before, by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InitialWeights {
    /// Name of the weights as their source gives it.
    pub name: String,
    /// Digest of the weights' file.
    pub digest: Digest,
}

/// Training by stochastic gradient descent with momentum:
/// g ← ∇l + weight_decay · w, v ← momentum · v + g, w ← w − learning rate · v.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Passes over the training split.
    pub epochs: u64,
    /// Learning rate of each epoch.
    pub learning_rate: LearningRateSchedule,
    /// Share of the last update that the next one keeps, in 0..1.
    pub momentum: f64,
    /// Factor of the weights that is added to the gradient, at least 0.
    pub weight_decay: f64,
    /// Random changes of the training images.
    pub augmentation: Augmentation,
    /// Which weights move.
    pub trainable: Trainable,
    /// What the BatchNorm layers normalise with whose statistics no training step moves.
    pub frozen_batch_norm: FrozenBatchNorm,
}

/// A learning rate that is multiplied by `factor` at each milestone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningRateSchedule {
    /// Learning rate of the first epoch, above 0.
    pub base: f64,
    /// Multiplier at each milestone, above 0.
    pub factor: f64,
    /// Epochs after which the learning rate is multiplied, strictly increasing.
    pub milestones: Vec<u64>,
}

impl LearningRateSchedule {
    /// The learning rate in `epoch`, counted from 1: base · factor^n, where n milestones lie before it.
    ///
    /// With a milestone at 150, epoch 150 still has the old rate and epoch 151 the new one.
    pub fn at(&self, epoch: u64) -> f64 {
        let passed = self
            .milestones
            .iter()
            .filter(|&&milestone| milestone < epoch);
        passed.fold(self.base, |rate, _| rate * self.factor)
    }
}

/// Random changes of each training image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Zeros added on each side before a random crop of the old size, in pixels; 0 is no crop.
    pub crop_padding_px: u64,
    /// Whether every second image on average is mirrored left to right.
    pub horizontal_flip: bool,
}

/// How often a timed span is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Iterations before the first trial, not timed.
    pub warm_up_iterations: u64,
    /// Trials of each span.
    pub trials: u64,
    /// Iterations inside one trial of the span without synchronisation.
    pub iterations: u64,
}

/// Number format in which a network multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// IEEE 754 single precision, with TF32 switched off.
    Fp32,
    /// NVIDIA's TensorFloat-32: 8 exponent and 10 mantissa bits in products, single-precision sums.
    Tf32,
    /// bfloat16 products over single-precision weights.
    Bf16,
    /// IEEE 754 half-precision products over single-precision weights.
    Fp16,
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Arithmetic::Fp32 => "fp32",
            Arithmetic::Tf32 => "tf32",
            Arithmetic::Bf16 => "bf16",
            Arithmetic::Fp16 => "fp16",
        })
    }
}

/// Which weights move during training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trainable {
    /// Every weight: training from scratch, or fine-tuning.
    #[serde(rename = "all")]
    All,
    /// The last fully connected layer alone: feature extraction.
    #[serde(rename = "classifier only")]
    ClassifierOnly,
}

/// What the BatchNorm layers normalise with whose statistics no training step moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrozenBatchNorm {
    /// There are no such layers: all use the statistics of each batch.
    #[serde(rename = "none")]
    None,
    /// Mean and variance that came with the initial weights.
    #[serde(rename = "stored statistics")]
    StoredStatistics,
    /// Mean and variance of the augmented training images, taken before training.
    #[serde(rename = "statistics of the training images")]
    TrainingImages,
}
