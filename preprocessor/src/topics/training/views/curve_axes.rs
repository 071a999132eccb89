//! What curves of runs show, and what they are drawn over.

use crate::evidence::unit::titled;
use crate::topics::training::analysis::learning_rate_sum::learning_rate_sums;
use crate::views::numbers;
use crate::views::plot::{Axis, Range};
use crate::views::shown::{fixed, percent};
use results::EpochRow;
use schemars::JsonSchema;
use serde::Deserialize;

/// The unit of losses, in which records have them.
pub(crate) const LOSS_UNIT: &str = "nats";

/// The logarithmic axis of a training loss.
pub(crate) fn training_loss_axis() -> Axis {
    Axis::log(&titled("Training loss", LOSS_UNIT), 10)
}

/// What the curves are drawn over.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    #[default]
    Epoch,
    LearningRateSum,
}

impl Progress {
    /// Where the value of each epoch stands. What is a mean over the epoch's steps belongs to the
    /// middle of the sum that they make.
    pub(crate) fn of(self, epochs: &[EpochRow], measure: Measure) -> Vec<f64> {
        match self {
            Progress::Epoch => epochs.iter().map(|row| row.epoch as f64).collect(),
            Progress::LearningRateSum if measure.is_mean_of_steps() => {
                let ends = learning_rate_sums(epochs);
                let starts = std::iter::once(0.0).chain(ends.clone());
                starts
                    .zip(&ends)
                    .map(|(start, end)| (start + end) / 2.0)
                    .collect()
            }
            Progress::LearningRateSum => learning_rate_sums(epochs),
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Progress::Epoch => "over the epochs",
            Progress::LearningRateSum => "over the sum of learning rate × steps",
        }
    }

    pub(crate) fn axis(self) -> Axis {
        match self {
            Progress::Epoch => Axis::linear("Epoch"),
            Progress::LearningRateSum => Axis::log("Sum of learning rate × steps", 10),
        }
    }

    /// Where a curve begins or ends: `after epoch 1`, `at a sum of 0.016`.
    pub(crate) fn place(self, x: f64) -> Result<String, String> {
        match self {
            Progress::Epoch => Ok(format!("after epoch {x}")),
            Progress::LearningRateSum => {
                let sum = numbers::significant(x, 3).map_err(|error| error.to_string())?;
                Ok(format!("at a sum of {sum}"))
            }
        }
    }
}

/// What is drawn.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measure {
    TrainLoss,
    TrainAccuracy,
    ValidationLoss,
    ValidationAccuracy,
    TestLoss,
    TestAccuracy,
}

impl Measure {
    pub(crate) fn of(self, row: &EpochRow) -> Option<f64> {
        match self {
            Measure::TrainLoss => Some(row.train_loss),
            Measure::TrainAccuracy => Some(row.train_accuracy),
            Measure::ValidationLoss => row.validation.map(|v| v.loss),
            Measure::ValidationAccuracy => row.validation.map(|v| v.accuracy),
            Measure::TestLoss => row.test.map(|t| t.loss),
            Measure::TestAccuracy => row.test.map(|t| t.accuracy),
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Measure::TrainLoss => "Training loss",
            Measure::TrainAccuracy => "Training accuracy",
            Measure::ValidationLoss => "Validation loss",
            Measure::ValidationAccuracy => "Validation accuracy",
            Measure::TestLoss => "Test loss",
            Measure::TestAccuracy => "Test accuracy",
        }
    }

    /// The quantity of a run that stands for its curve in the evidence.
    pub(crate) fn leaf(self) -> &'static str {
        match self {
            Measure::TrainLoss => "final_train_loss",
            Measure::TrainAccuracy => "final_train_accuracy",
            Measure::ValidationAccuracy => "final_validation_accuracy",
            Measure::TestAccuracy => "test_accuracy",
            Measure::ValidationLoss => "final_validation_loss",
            Measure::TestLoss => "epochs_done",
        }
    }

    /// Whether it is measured in the course of an epoch, not at its end.
    fn is_mean_of_steps(self) -> bool {
        matches!(self, Measure::TrainLoss | Measure::TrainAccuracy)
    }

    pub(crate) fn is_loss(self) -> bool {
        use Measure::{TestLoss, TrainLoss, ValidationLoss};
        matches!(self, TrainLoss | ValidationLoss | TestLoss)
    }

    /// The axis of these values: logarithmic for losses of several decades.
    pub(crate) fn axis_of(self, values: impl IntoIterator<Item = f64>) -> Axis {
        match self.is_loss() {
            true => {
                Axis::by_decades(&titled(self.words(), LOSS_UNIT), values).over(Range::WithZero)
            }
            false => Axis::linear(self.words()).in_percent(),
        }
    }

    pub(crate) fn print(self, value: f64) -> Result<String, String> {
        match self.is_loss() {
            true => Ok(format!("{} {LOSS_UNIT}", fixed(value, 3)?)),
            false => percent(value, 1),
        }
    }
}
