//! Steps and epochs, as types that cannot be mixed.
//!
//! A step is one update of the weights from one batch; an epoch is one pass over the training
//! images. The loss model is a function of steps (Peng et al. 2018, Eq. 1), a reader thinks in
//! epochs.

use serde::Serialize;

/// A number of optimiser steps since the start of a run; not whole where a loss is averaged over
/// several steps.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct Step(pub f64);

/// A number of passes over the training images since the start of a run.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct Epoch(pub f64);

/// The steps that make one epoch, ⌈images / batch size⌉: the last, smaller batch is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StepsPerEpoch(u64);

impl StepsPerEpoch {
    /// Counts the steps of one epoch; `None` where there are no images or the batch is empty.
    pub fn new(images: u64, batch_size: u64) -> Option<Self> {
        (images > 0 && batch_size > 0).then(|| Self(images.div_ceil(batch_size)))
    }

    /// The number of steps in one epoch.
    pub fn get(self) -> u64 {
        self.0
    }

    /// Converts epochs to steps.
    pub fn to_step(self, epoch: Epoch) -> Step {
        Step(epoch.0 * self.0 as f64)
    }

    /// Converts steps to epochs.
    pub fn to_epoch(self, step: Step) -> Epoch {
        Epoch(step.0 / self.0 as f64)
    }

    /// The number of whole epochs after which `step` has been taken.
    pub fn epochs_until(self, step: Step) -> u64 {
        self.to_epoch(step).0.ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cifar10_at_batch_128_has_391_steps_an_epoch() {
        let steps = StepsPerEpoch::new(50_000, 128).unwrap();
        assert_eq!(steps.get(), 391);
        assert_eq!(steps.to_step(Epoch(350.0)), Step(136_850.0));
        assert_eq!(steps.to_epoch(Step(782.0)), Epoch(2.0));
        assert_eq!([391.0, 391.5].map(|k| steps.epochs_until(Step(k))), [1, 2]);
    }

    #[test]
    fn nothing_to_train_on_has_no_epoch() {
        assert_eq!(StepsPerEpoch::new(0, 128), None);
        assert_eq!(StepsPerEpoch::new(50_000, 0), None);
    }
}
