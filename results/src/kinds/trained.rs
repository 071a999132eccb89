//! What a run measured that trains a network.

use serde::{Deserialize, Serialize};

use super::Found;
use super::network::Counted;
use crate::predictions::Predictions;
use crate::present;
use crate::ranges::Checks;
use crate::record::Completion;

/// What a training run counted and measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// What libtorch and the data loader counted.
    pub counted: Counted,
    /// One row per epoch that is finished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<EpochRow>,
    /// Result on the test split after the last epoch, where the experiment asks for it.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub test: Option<TestResult>,
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

impl Found for Trained {
    /// Epochs that are finished.
    fn done(&self) -> u64 {
        self.epochs.len() as u64
    }

    fn predictions(&self) -> Option<Predictions<'_>> {
        Trained::predictions(self)
    }

    fn check(&self, completion: &Completion, _: u64, checks: &mut Checks<'_>) {
        epochs(checks, &self.epochs);
        let Some(test) = &self.test else { return };
        checks.require(
            *completion == Completion::Complete,
            "test",
            "present in an unfinished run",
            "a test after the last epoch",
        );
        checks.loss("test.loss", test.loss);
        checks.share("test.accuracy", test.accuracy);
        checks.at_least_one("test.images", test.images);
        if let Some(predictions) = &test.predictions {
            let counted = self.counted.images_per_class.get("test");
            let counted = counted.map_or(&[][..], Vec::as_slice);
            self::predictions(checks, test, predictions, counted);
        }
    }
}

/// Predictions must be of the images that were counted in each class, and give the accuracy that is stated.
fn predictions(
    checks: &mut Checks<'_>,
    test: &TestResult,
    predictions: &[Vec<u64>],
    counted: &[u64],
) {
    const KEY: &str = "test.predictions";
    let images: Vec<_> = predictions.iter().map(|row| row.len() as u64).collect();
    let expected =
        "a row for each class of `counted.images_per_class.test`, with its number of images";
    let found = format_args!("{} rows of other lengths", images.len());
    checks.require(images == counted, KEY, found, expected);
    let classes = predictions.len() as u64;
    let largest = predictions.iter().flatten().max().copied().unwrap_or(0);
    let expected = format_args!("a class number below {classes}");
    checks.require(largest < classes, KEY, largest, expected);
    let hits = |(class, row): (u64, &Vec<u64>)| row.iter().filter(|&&it| it == class).count();
    let hits: usize = (0..).zip(predictions).map(hits).sum();
    let accuracy = hits as f64 / test.images as f64;
    let found = format_args!("{hits} of {} right", test.images);
    let expected = format_args!("those of `test.accuracy`, {}", test.accuracy);
    checks.require(
        (accuracy - test.accuracy).abs() < 1e-12,
        KEY,
        found,
        expected,
    );
}

fn epochs(checks: &mut Checks<'_>, rows: &[EpochRow]) {
    let mut steps = 0;
    for ((index, row), expected) in rows.iter().enumerate().zip(1..) {
        checks.require(
            row.epoch == expected,
            format_args!("epochs[{index}].epoch"),
            row.epoch,
            expected,
        );
        checks.require(
            row.steps > steps,
            format_args!("epochs[{index}].steps"),
            row.steps,
            format_args!("more than {steps}, the steps before"),
        );
        steps = row.steps;
        checks.loss(format_args!("epochs[{index}].train_loss"), row.train_loss);
        checks.share(
            format_args!("epochs[{index}].train_accuracy"),
            row.train_accuracy,
        );
        for (split, evaluation) in [("validation", row.validation), ("test", row.test)] {
            if let Some(evaluation) = evaluation {
                let key = format_args!("epochs[{index}].{split}.loss");
                checks.loss(key, evaluation.loss);
                let key = format_args!("epochs[{index}].{split}.accuracy");
                checks.share(key, evaluation.accuracy);
            }
        }
        let key = format_args!("epochs[{index}].learning_rate");
        checks.above_zero(key, row.learning_rate);
        for (name, seconds) in [
            ("train_seconds", row.train_seconds),
            ("evaluation_seconds", row.evaluation_seconds),
        ] {
            checks.seconds(format_args!("epochs[{index}].{name}"), seconds);
        }
    }
}
