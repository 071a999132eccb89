//! A training step captured as a CUDA graph: the device repeats it without being told each operation anew.
//!
//! The networks for 32 px are bound by the launches of their small operations. A graph has fixed addresses: the images of
//! an epoch lie in one place, a counter on the device says which batch is next, and the learning rate is read from the
//! device. The last, smaller batch of an epoch is a graph of its own.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, anyhow};
use tch::{Device, Kind, Tensor, no_grad};

use crate::ahead::Ahead;
use crate::data::Split;
use crate::data::augmentation::{Draws, PaddedSplit};
use crate::epoch::{Sums, TrainedEpoch, Trainer, logits_of_pixels};
use crate::part::{Onlooker, Part};
use crate::shim::{Graph, Shim};

/// Steps before the capture, in which libraries allocate and choose their algorithms.
const WARM_UP_STEPS: usize = 3;

static CAPTURE: Mutex<()> = Mutex::new(());

/// The captured steps of an epoch, and the places that they read and write.
pub struct StepGraph<'a> {
    full: Graph<'a>,
    /// The last batch where it is smaller.
    last: Option<Graph<'a>>,
    images: Split,
    draws: Ahead<Draws>,
    split: &'a PaddedSplit,
    places: Places,
}

impl<'a> StepGraph<'a> {
    /// Captures the steps of `trainer` over `split`; the trainer's state is as before afterwards.
    ///
    /// # Errors
    /// What libtorch refuses to capture.
    pub fn capture(
        trainer: &mut Trainer,
        split: &'a PaddedSplit,
        batch_size: u64,
        shim: &'a Shim,
    ) -> Result<StepGraph<'a>> {
        let images = trainer.epoch_images(1, split);
        let mut places = Places::new(batch_size, images.labels.device());
        let full = capture(shim, state(trainer), || places.step(trainer, &images))?;
        let rest = split.len() % batch_size;
        let last = match rest {
            0 => None,
            _ => Some(capture(shim, state(trainer), || {
                places.last_step(trainer, &images, rest as i64);
            })?),
        };
        Ok(StepGraph {
            full,
            last,
            images,
            draws: trainer.draws_ahead(split.len(), shim),
            split,
            places,
        })
    }

    /// Operations of a full step.
    pub fn operations(&self) -> usize {
        self.full.operations()
    }

    /// As [`Trainer::train_epoch`], by the graphs.
    ///
    /// # Errors
    /// Those of `onlooker`.
    pub fn train_epoch(
        &mut self,
        trainer: &mut Trainer,
        epoch: u64,
        onlooker: &mut impl Onlooker,
    ) -> Result<Option<TrainedEpoch>> {
        let started = Instant::now();
        trainer.sgd.set_rate(trainer.learning_rate(epoch));
        let draws = self.draws.take(epoch);
        self.split.gather_into(&draws, &self.images);
        let begun = onlooker.begun();
        self.places.set(&begun);
        let (images, steps) = (self.split.len(), trainer.steps(self.split.len()));
        let batch_size = self.places.within_batch.size()[0] as u64;
        for step in begun.steps + 1..=steps {
            let batch = batch_size.min(images - (step - 1) * batch_size);
            match &self.last {
                Some(last) if batch < batch_size => last.replay(),
                _ => self.full.replay(),
            }
            let part = || self.places.sums.part(step, started);
            if !onlooker.step(trainer, batch, &part)? {
                return Ok(None);
            }
        }
        let part = self.places.sums.part(steps, started);
        Ok(Some(TrainedEpoch::new(part, images)))
    }
}

/// Captures what `step` asks of the device, after it was done a few times to warm up; `state`, all that it changes and
/// that counts, is as before afterwards.
///
/// # Errors
/// What libtorch refuses to capture.
pub fn capture(shim: &Shim, state: Vec<Tensor>, mut step: impl FnMut()) -> Result<Graph<'_>> {
    // One generator of random numbers takes part in every capture.
    let _alone = CAPTURE.lock().unwrap_or_else(PoisonError::into_inner);
    let before: Vec<Tensor> = state.iter().map(Tensor::copy).collect();
    shim.enter_stream(false)?;
    (0..WARM_UP_STEPS).for_each(|_| step());
    let recording = shim.begin_graph()?;
    let refused = refusal(step);
    // A recording is ended also where an operation was refused, which tells more than its end does.
    let ended = recording.end();
    let graph = refused.and(ended)?;
    shim.leave_stream()?;
    no_grad(|| {
        for (mut place, value) in state.into_iter().zip(&before) {
            place.copy_(value);
        }
    });
    Ok(graph)
}

/// Does `operations`, and tells what libtorch says where it refuses one: tch panics then, in words of which the first
/// line tells why and the others where.
fn refusal(operations: impl FnOnce()) -> Result<()> {
    let done = catch_unwind(AssertUnwindSafe(operations));
    done.map_err(|panic| match panic.downcast::<String>() {
        Ok(message) => {
            let first = message.split("\\n").next().unwrap_or_default();
            anyhow!("{}", first.rsplit("Torch(\"").next().unwrap_or_default())
        }
        Err(panic) => resume_unwind(panic),
    })
}

/// What a step uses besides the trainer and the images; a graph holds their addresses.
struct Places {
    next_batch: Tensor,
    within_batch: Tensor,
    sums: Sums,
}

impl Places {
    fn new(batch_size: u64, device: Device) -> Places {
        Places {
            next_batch: Tensor::zeros([1], (Kind::Int64, device)),
            within_batch: Tensor::arange(batch_size as i64, (Kind::Int64, device)),
            sums: Sums::new(device),
        }
    }

    /// A step on the batch that the counter names, which then names the next one.
    fn step(&mut self, trainer: &mut Trainer, images: &Split) {
        let rows = &self.next_batch * self.within_batch.size()[0] + &self.within_batch;
        let (pixels, labels) = (
            images.pixels.index_select(0, &rows),
            images.labels.index_select(0, &rows),
        );
        trainer.step(&pixels, &labels, &mut self.sums, logits_of_pixels);
        self.next_batch += 1;
    }

    /// A step on the `rest` last images.
    fn last_step(&mut self, trainer: &mut Trainer, images: &Split, rest: i64) {
        let last = |tensor: &Tensor| tensor.narrow(0, images.len() as i64 - rest, rest);
        let (pixels, labels) = (last(&images.pixels), last(&images.labels));
        trainer.step(&pixels, &labels, &mut self.sums, logits_of_pixels);
    }

    /// Begins behind the steps of `part`.
    fn set(&mut self, part: &Part) {
        let _ = self.next_batch.fill_(part.steps as i64);
        self.sums.set(part);
    }
}

/// All that a step changes in the trainer.
fn state(trainer: &Trainer) -> Vec<Tensor> {
    let mut state = trainer.model.weights.state();
    state.push(trainer.sgd.velocity().shallow_clone());
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Normalisation, Normaliser};
    use crate::model::Model;
    use crate::part::Unwatched;
    use crate::sgd::Sgd;
    use results::{
        Arithmetic, Augmentation, FrozenBatchNorm, LearningRateSchedule, Trainable, Training,
    };

    fn trainer(training: &Training) -> Trainer<'_> {
        let (all, fp32) = (Trainable::All, Arithmetic::Fp32);
        let model = Model::new("resnet20", 10, all, fp32, 1, Device::Cpu).unwrap();
        let sgd = Sgd::new(model.weights.leaves().all(), 0.9, 5e-4, None);
        let normalisation = Normalisation {
            mean: [0.5; 3],
            deviation: [0.25; 3],
        };
        let normaliser = Normaliser::new(normalisation, Kind::Float, Device::Cpu);
        Trainer::new(model, sgd, normaliser, training, 8, 1)
    }

    /// Two full batches and one of four images, taken as the graphs take them, and by [`Trainer::train_epoch`].
    #[test]
    fn the_captured_steps_are_those_of_the_epoch() {
        tch::set_num_threads(1); // two that wait for each other on a busy machine take seconds for a step
        let training = Training {
            epochs: 2,
            learning_rate: LearningRateSchedule {
                base: 0.05,
                factor: 1.0,
                milestones: Vec::new(),
            },
            momentum: 0.9,
            weight_decay: 5e-4,
            augmentation: Augmentation {
                crop_padding_px: 1,
                horizontal_flip: true,
            },
            trainable: Trainable::All,
            frozen_batch_norm: FrozenBatchNorm::None,
        };
        let images = Tensor::arange(20 * 8 * 8 * 3, (Kind::Int64, Device::Cpu)) * 7919;
        let split = Split {
            pixels: images
                .remainder(251)
                .to_kind(Kind::Uint8)
                .view([20, 8, 8, 3]),
            labels: Tensor::arange(20, (Kind::Int64, Device::Cpu)).remainder(10),
        };
        let split = PaddedSplit::new(&split, 1);
        let mut by_epoch = trainer(&training);
        let trained = by_epoch.train_epoch(2, &split, &mut Unwatched);
        let trained = trained.unwrap().unwrap();

        let mut by_step = trainer(&training);
        let shim = Shim::open(false).expect("g++ builds the shim");
        let images = by_step.epoch_images(1, &split);
        let draws = by_step.draws_ahead(split.len(), &shim).take(2);
        split.gather_into(&draws, &images);
        by_step.sgd.set_rate(0.05);
        let mut places = Places::new(8, Device::Cpu);
        places.set(&Part::default());
        (0..2).for_each(|_| places.step(&mut by_step, &images));
        places.last_step(&mut by_step, &images, 4);

        let moving = |trainer: &Trainer| trainer.model.weights.leaves().all().detach();
        assert_eq!(moving(&by_step), moving(&by_epoch));
        let part = places.sums.part(3, Instant::now());
        assert_eq!(
            (part.loss, part.hits),
            (trained.part.loss, trained.part.hits)
        );
    }

    #[test]
    fn what_libtorch_refuses_is_an_error() {
        assert!(refusal(|| ()).is_ok());
        let one = Tensor::ones([2], tch::kind::FLOAT_CPU);
        let refused = refusal(|| {
            let _ = one.reshape([3]);
        });
        let error = refused.unwrap_err().to_string();
        assert_eq!(error, "shape '[3]' is invalid for input of size 2");
    }
}
