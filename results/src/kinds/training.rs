//! What is chosen before a network is trained.

use serde::{Deserialize, Serialize};

use super::Chosen;
use super::learning_rate::LearningRateSchedule;
use super::network::{Arithmetic, NetworkChoice};
use crate::digest::Digest;
use crate::present;
use crate::ranges::Checks;

/// What decides a training run besides the program and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingConfiguration {
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
    /// The data set.
    pub data: DataSet,
    /// The weights that the run starts from, absent where they are drawn at random.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub initial_weights: Option<InitialWeights>,
    /// How the network is trained.
    pub training: Training,
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

/// Random changes of each training image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Zeros added on each side before a random crop of the old size, in pixels; 0 is no crop.
    pub crop_padding_px: u64,
    /// Whether every second image on average is mirrored left to right.
    pub horizontal_flip: bool,
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

impl TrainingConfiguration {
    fn choice(&self) -> NetworkChoice<'_> {
        NetworkChoice {
            network: &self.network,
            depth: self.depth,
            image_px: self.image_px,
            batch_size: self.batch_size,
        }
    }
}

impl Chosen for TrainingConfiguration {
    fn planned(&self) -> u64 {
        self.training.epochs
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn seed_mut(&mut self) -> &mut u64 {
        &mut self.seed
    }

    fn in_brief(&self) -> String {
        format!("{}, seed {}", self.arithmetic, self.seed)
    }

    fn faults(&self) -> Vec<(&'static str, String)> {
        self.choice().faults()
    }

    fn check(&self, checks: &mut Checks<'_>) {
        self.choice().check(checks);
        self.training.check(checks);
    }
}

impl Training {
    fn check(&self, checks: &mut Checks<'_>) {
        let rate = &self.learning_rate;
        checks.at_least_one("configuration.training.epochs", self.epochs);
        checks.above_zero("configuration.training.learning_rate.base", rate.base);
        checks.above_zero("configuration.training.learning_rate.factor", rate.factor);
        let increasing =
            rate.milestones.is_sorted_by(|a, b| a < b) && rate.milestones.first() != Some(&0);
        checks.require(
            increasing,
            "configuration.training.learning_rate.milestones",
            format_args!("{:?}", rate.milestones),
            "epochs from 1 in increasing order",
        );
        let momentum = self.momentum;
        checks.require(
            (0.0..1.0).contains(&momentum),
            "configuration.training.momentum",
            momentum,
            "at least 0 and below 1",
        );
        let decay = self.weight_decay;
        checks.require(
            decay.is_finite() && decay >= 0.0,
            "configuration.training.weight_decay",
            decay,
            "a finite number of at least 0",
        );
        let (trainable, frozen) = (self.trainable, self.frozen_batch_norm);
        checks.require(
            trainable != Trainable::All || frozen != FrozenBatchNorm::TrainingImages,
            "configuration.training.frozen_batch_norm",
            "statistics of the training images",
            "`none` or `stored statistics` where all layers are trained",
        );
    }
}
