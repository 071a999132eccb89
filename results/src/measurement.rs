//! What a run counted and measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::present;

/// What libtorch and the data loader counted, to be checked against the layer lists of the analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Parameters of the network, frozen ones included, BatchNorm's running statistics excluded.
    pub parameters: u64,
    /// Output shape of each layer, in the order of the forward pass.
    pub layers: Vec<LayerShape>,
    /// Images of each class in the order of the class numbers, by split (`train`, `validation`, `test`).
    pub images_per_class: BTreeMap<String, Vec<u64>>,
}

/// The output of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerShape {
    /// Name of the layer, such as `layer1.0.conv1`.
    pub layer: String,
    /// Shape without the batch: `[channels, height, width]` or `[features]`.
    pub output: Vec<u64>,
}

/// One epoch of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochRow {
    /// Number of the epoch, counted from 1.
    pub epoch: u64,
    /// Steps from the beginning of the run to the end of this epoch.
    pub steps: u64,
    /// Mean loss over the epoch's training images, each under the weights of its step, in nats.
    pub train_loss: f64,
    /// Share of those images that were classified correctly, 0 to 1.
    pub train_accuracy: f64,
    /// Loss and accuracy on the validation split after the epoch, where evaluated.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub validation: Option<Evaluation>,
    /// Loss and accuracy on the test split after the epoch, where evaluated.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub test: Option<Evaluation>,
    /// Learning rate of the epoch.
    pub learning_rate: f64,
    /// Time of the epoch's training, in seconds.
    pub train_seconds: f64,
    /// Time of the evaluation after the epoch, in seconds.
    pub evaluation_seconds: f64,
}

/// Loss and accuracy over a whole split.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// Mean loss, in nats.
    pub loss: f64,
    /// Share of images that were classified correctly, 0 to 1.
    pub accuracy: f64,
}

/// The trials of one timed span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimedSpan {
    /// Name of the layer, or of the network where the span is a whole pass.
    pub layer: String,
    /// Kind of the layer, such as `convolution`, or `network`.
    pub kind: String,
    /// What the clock covers, such as [`TimedSpan::FULL_PASS`].
    pub span: String,
    /// Images per iteration.
    pub batch_size: u64,
    /// Iterations in one trial.
    pub iterations: u64,
    /// Time of each trial, all its iterations together, in seconds.
    pub seconds: Vec<f64>,
}

impl TimedSpan {
    /// One layer, with the device synchronised before and after it.
    pub const SYNCHRONISED_LAYER: &str = "synchronised layer";
    /// One pass through the network, with the device synchronised before and after it.
    pub const FULL_PASS: &str = "full pass";
    /// Many passes, with the device synchronised before the first and after the last.
    pub const UNSYNCHRONISED_ITERATIONS: &str = "unsynchronised iterations";
}

/// Result on the test split after training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestResult {
    /// Mean loss, in nats.
    pub loss: f64,
    /// Share of images that were classified correctly, 0 to 1.
    pub accuracy: f64,
    /// Images in the split.
    pub images: u64,
    /// Predicted class of each image, where kept: a row for each true class in the order of the class numbers, its
    /// images in the order of the data set.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub predictions: Option<Vec<Vec<u64>>>,
}
