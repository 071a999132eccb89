//! A training step captured as a CUDA graph: the device repeats it without being told each operation anew.
//!
//! The networks for 32 px are bound by the launches of their small operations. A graph has fixed addresses: the images of
//! an epoch lie in one place, a counter on the device says which batch is next, and the learning rate is read from the
//! device. The last, smaller batch of an epoch is a step without the graph.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use results::DeviceKind;
use tch::{Kind, Tensor, no_grad};

use crate::data::Split;
use crate::data::augmentation::PaddedSplit;
use crate::device::Computer;
use crate::epoch::{Sums, TrainedEpoch, Trainer, logits_of_pixels};
use crate::part::{Onlooker, Part};
use crate::shim::{Graph, Shim};

/// Steps before the capture, in which libraries allocate and choose their algorithms.
const WARM_UP_STEPS: usize = 3;

static CAPTURE: Mutex<()> = Mutex::new(());

/// A captured step and the places that it reads and writes.
pub struct StepGraph<'a> {
    graph: Graph<'a>,
    images: Split,
    places: Places,
    batch_size: i64,
}

impl<'a> StepGraph<'a> {
    /// A graph where there is a GPU and a shim and the capture succeeds; a failure is told on standard error.
    pub fn where_possible(
        trainer: &mut Trainer,
        split: &PaddedSplit,
        batch_size: u64,
        computer: &'a Computer,
    ) -> Option<StepGraph<'a>> {
        let shim = computer
            .shim
            .as_ref()
            .filter(|_| computer.kind == DeviceKind::Cuda)?;
        let captured = StepGraph::capture(trainer, split, batch_size, shim);
        computer.uses_graph.set(captured.is_ok());
        captured
            .inspect_err(|error| {
                eprintln!("steps are issued one operation after the other: {error:#}")
            })
            .ok()
    }

    /// Captures a step of `trainer` over full batches of `split`; the trainer's state is as before afterwards.
    ///
    /// # Errors
    /// What libtorch refuses to capture.
    pub fn capture(
        trainer: &mut Trainer,
        split: &PaddedSplit,
        batch_size: u64,
        shim: &'a Shim,
    ) -> Result<StepGraph<'a>> {
        let images = trainer.epoch_images(1, split);
        let device = images.labels.device();
        let mut places = Places {
            next_batch: Tensor::zeros([1], (Kind::Int64, device)),
            within_batch: Tensor::arange(batch_size as i64, (Kind::Int64, device)),
            sums: Sums::new(device),
        };
        let graph = capture(shim, state(trainer), || places.step(trainer, &images))?;
        Ok(StepGraph {
            graph,
            images,
            places,
            batch_size: batch_size as i64,
        })
    }

    /// As [`Trainer::train_epoch`], with the graph for all full batches.
    ///
    /// # Errors
    /// Those of `onlooker`.
    pub fn train_epoch(
        &mut self,
        trainer: &mut Trainer,
        epoch: u64,
        split: &PaddedSplit,
        onlooker: &mut impl Onlooker,
    ) -> Result<Option<TrainedEpoch>> {
        let started = Instant::now();
        trainer.sgd.set_rate(trainer.learning_rate(epoch));
        let drawn = trainer.epoch_images(epoch, split);
        self.images.pixels.copy_(&drawn.pixels);
        self.images.labels.copy_(&drawn.labels);
        let begun = onlooker.begun();
        self.places.set(&begun);
        let images = split.len() as i64;
        let (full, steps) = (images / self.batch_size, trainer.steps(split.len()));
        let rest = images % self.batch_size;
        for step in begun.steps + 1..=steps {
            let images = match step <= full as u64 {
                true => {
                    self.graph.replay();
                    self.batch_size
                }
                false => {
                    let last = |tensor: &Tensor| tensor.narrow(0, images - rest, rest);
                    let (pixels, labels) = (last(&self.images.pixels), last(&self.images.labels));
                    trainer.step(&pixels, &labels, &mut self.places.sums, logits_of_pixels);
                    rest
                }
            };
            let part = || self.places.sums.part(step, started);
            if !onlooker.step(trainer, images as u64, &part)? {
                return Ok(None);
            }
        }
        let part = self.places.sums.part(steps, started);
        Ok(Some(TrainedEpoch::new(part, split.len())))
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
    shim.enter_stream()?;
    let captured = (|| {
        (0..WARM_UP_STEPS).for_each(|_| step());
        let recording = shim.begin_graph()?;
        step();
        recording.end()
    })();
    shim.leave_stream()?;
    no_grad(|| {
        for (mut place, value) in state.into_iter().zip(&before) {
            place.copy_(value);
        }
    });
    captured
}

/// What a step uses besides the trainer and the images; a graph holds their addresses.
struct Places {
    next_batch: Tensor,
    within_batch: Tensor,
    sums: Sums,
}

impl Places {
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
