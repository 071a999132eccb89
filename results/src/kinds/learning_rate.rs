//! The learning rate of each epoch.

use serde::{Deserialize, Serialize};

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
