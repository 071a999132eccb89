//! One epoch of training, and evaluation: no host read but of the sums at the end.

use std::time::{Duration, Instant};

use anyhow::Result;
use results::{Evaluation, TestResult, Training};
use tch::{Device, Kind, Tensor, no_grad};

use crate::ahead::Ahead;
use crate::data::augmentation::{Draws, PaddedSplit};
use crate::data::{Normaliser, Split};
use crate::features::{FeatureStore, Features};
use crate::model::Model;
use crate::part::{Onlooker, Part};
use crate::sgd::Sgd;
use crate::shim::Shim;

/// Loss and accuracy of a training epoch, and its time.
#[derive(Debug, Clone, Copy)]
pub struct TrainedEpoch {
    /// Mean loss over the images, each under the weights of its step, in nats.
    pub loss: f64,
    /// Share of images classified correctly.
    pub accuracy: f64,
    /// The whole epoch, with the time of this session from its first operation until the device has done the last.
    pub part: Part,
}

impl TrainedEpoch {
    pub(crate) fn new(part: Part, images: u64) -> TrainedEpoch {
        TrainedEpoch {
            loss: part.loss / images as f64,
            accuracy: part.hits as f64 / images as f64,
            part,
        }
    }
}

/// Epochs over which BatchNorm's statistics are taken anew. Of the weight of the first ones, with PyTorch's momentum of
/// 0.1 and 16 batches in an epoch, 0.9^80 or a five-thousandth is left.
const STATISTICS_EPOCHS: u64 = 5;

/// Pixels that a GPU evaluates at once: with 64 channels in single precision half a gigabyte.
const EVALUATION_PIXELS: u64 = 2_000 * 32 * 32;

/// A split to evaluate on: images, or the features of a frozen network, which no training changes.
pub enum EvaluationSet {
    /// Images in batches.
    Images(Split),
    /// Features `[images, features]` and labels.
    Features(Tensor, Tensor),
}

impl EvaluationSet {
    /// Class numbers `[images]`.
    fn labels(&self) -> &Tensor {
        match self {
            EvaluationSet::Images(split) => &split.labels,
            EvaluationSet::Features(_, labels) => labels,
        }
    }
}

/// A model in training.
pub struct Trainer<'a> {
    /// The model.
    pub model: Model,
    /// Its optimiser.
    pub sgd: Sgd<'a>,
    normaliser: Normaliser,
    training: &'a Training,
    batch_size: u64,
    seed: u64,
}

impl<'a> Trainer<'a> {
    /// Puts a model and its optimiser together.
    pub fn new(
        model: Model,
        sgd: Sgd<'a>,
        normaliser: Normaliser,
        training: &'a Training,
        batch_size: u64,
        seed: u64,
    ) -> Trainer<'a> {
        Trainer {
            model,
            sgd,
            normaliser,
            training,
            batch_size,
            seed,
        }
    }

    /// Steps of one epoch over `images` images; the last one may have a smaller batch.
    pub fn steps(&self, images: u64) -> u64 {
        images.div_ceil(self.batch_size)
    }

    /// The learning rate of `epoch`, counted from 1.
    pub fn learning_rate(&self, epoch: u64) -> f64 {
        self.training.learning_rate.at(epoch)
    }

    /// Trains `epoch`, counted from 1. All its random numbers follow from the run's seed and `epoch`, so a run that is
    /// taken up again at this epoch sees the same images.
    ///
    /// `onlooker` says after which step to begin; none is returned when it says no to a further one.
    ///
    /// # Errors
    /// Those of `onlooker`.
    pub fn train_epoch(
        &mut self,
        epoch: u64,
        split: &PaddedSplit,
        onlooker: &mut impl Onlooker,
    ) -> Result<Option<TrainedEpoch>> {
        let started = Instant::now();
        let images = self.epoch_images(epoch, split);
        let (pixels, labels) = (&images.pixels, &images.labels);
        self.take_steps(epoch, pixels, labels, started, onlooker, logits_of_pixels)
    }

    /// The features of the images of `epoch` in a frozen network, from `store` where it has them. None when `onlooker`
    /// says no to a further batch; the store keeps those that are there.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn epoch_features(
        &self,
        epoch: u64,
        split: &PaddedSplit,
        store: &FeatureStore,
        onlooker: &mut impl Onlooker,
    ) -> Result<Option<Features>> {
        let device = self.model.device();
        if let Some(features) = store.read(epoch, device) {
            return Ok(Some(features));
        }
        let started = Instant::now();
        let images = self.epoch_images(epoch, split);
        let begun = store.read_begun(epoch, device);
        let earlier = begun.as_ref().map_or(0.0, |begun| begun.seconds);
        let mut values: Vec<Tensor> = begun.map(|begun| begun.values).into_iter().collect();
        let go_on = &mut |images| onlooker.pass(images);
        let complete = self.add_features(&mut values, &images.pixels, go_on);
        if values.is_empty() {
            return Ok(None);
        }
        let values = Tensor::cat(&values, 0);
        let features = Features {
            labels: images.labels.narrow(0, 0, values.size()[0]),
            values,
            seconds: earlier + started.elapsed().as_secs_f64(),
        };
        match complete {
            true => store.write(epoch, &features)?,
            false => store.write_begun(epoch, &features)?,
        }
        Ok(complete.then_some(features))
    }

    /// Trains the classifier for `epoch` on features. The time is that of the features and of the steps together, also
    /// where another run computed the features.
    ///
    /// # Errors
    /// As [`Trainer::train_epoch`].
    pub fn train_classifier(
        &mut self,
        epoch: u64,
        features: &Features,
        onlooker: &mut impl Onlooker,
    ) -> Result<Option<TrainedEpoch>> {
        let logits =
            |model: &Model, _: &Normaliser, features: &Tensor| model.training_classify(features);
        let (values, labels) = (&features.values, &features.labels);
        // An earlier session has counted the features' time with its first step.
        let counts = onlooker.begun().steps == 0;
        let before = Duration::from_secs_f64(if counts { features.seconds } else { 0.0 });
        let now = Instant::now();
        let started = now.checked_sub(before).unwrap_or(now);
        self.take_steps(epoch, values, labels, started, onlooker, logits)
    }

    /// The images of `epoch`, drawn from the run's seed and `epoch`.
    pub(crate) fn epoch_images(&self, epoch: u64, split: &PaddedSplit) -> Split {
        let seed = epoch_seed(self.seed, epoch);
        split.gather(&Draws::new(split.len(), &self.training.augmentation, seed))
    }

    /// The draws of its epochs over `images` images, those of the next one made while the present one trains.
    pub(crate) fn draws_ahead(&self, images: u64, shim: &Shim) -> Ahead<Draws> {
        let (seed, shim) = (self.seed, shim.clone());
        let augmentation = self.training.augmentation.clone();
        Ahead::new(self.training.epochs, move |epoch| {
            Draws::with_shim(&shim, images, &augmentation, epoch_seed(seed, epoch))
        })
    }

    /// One SGD step for each batch of `inputs` that is left of an epoch; `logits` is the forward pass.
    fn take_steps(
        &mut self,
        epoch: u64,
        inputs: &Tensor,
        labels: &Tensor,
        started: Instant,
        onlooker: &mut impl Onlooker,
        logits: impl Fn(&Model, &Normaliser, &Tensor) -> Tensor,
    ) -> Result<Option<TrainedEpoch>> {
        self.sgd.set_rate(self.learning_rate(epoch));
        let images = labels.size()[0] as u64;
        let begun = onlooker.begun();
        let mut sums = Sums::new(labels.device());
        sums.set(&begun);
        let steps = (1..).zip(batches(images, self.batch_size));
        for (step, batch) in steps.skip(begun.steps as usize) {
            let (inputs, labels) = (rows(inputs, batch), rows(labels, batch));
            self.step(&inputs, &labels, &mut sums, &logits);
            if !onlooker.step(self, batch.1 as u64, &|| sums.part(step, started))? {
                return Ok(None);
            }
        }
        let part = sums.part(self.steps(images), started);
        Ok(Some(TrainedEpoch::new(part, images)))
    }

    /// One SGD step on a batch, whose loss and hits go into `sums`.
    pub(crate) fn step(
        &mut self,
        inputs: &Tensor,
        labels: &Tensor,
        sums: &mut Sums,
        logits: impl Fn(&Model, &Normaliser, &Tensor) -> Tensor,
    ) {
        let logits = logits(&self.model, &self.normaliser, inputs);
        let loss = logits.cross_entropy_for_logits(labels);
        let leaves = self.model.weights.leaves();
        self.sgd.step(leaves, leaves.gradients_of(&loss));
        sums.add(&loss, &logits, labels);
    }

    /// Replaces BatchNorm's running statistics by those of the training images as the first epochs will show them.
    pub fn take_statistics(&self, split: &PaddedSplit) {
        for epoch in 1..=STATISTICS_EPOCHS {
            let images = self.epoch_images(epoch, split);
            for batch in batches(images.len(), self.batch_size) {
                let pixels = rows(&images.pixels, batch);
                self.model.move_statistics(&self.normaliser.apply(&pixels));
            }
        }
    }

    /// Adds to the `features` of the first images, whole batches, those of all others; false when `go_on`, which is told
    /// the images of each batch, says no.
    fn add_features(
        &self,
        features: &mut Vec<Tensor>,
        pixels: &Tensor,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> bool {
        let evaluator = self.model.evaluator();
        let begun: i64 = features.iter().map(|values| values.size()[0]).sum();
        let all = batches(pixels.size()[0] as u64, self.evaluation_batch(pixels));
        for batch in all.skip_while(|&(start, _)| start < begun) {
            if !go_on(batch.1 as u64) {
                return false;
            }
            let pixels = rows(pixels, batch);
            features.push(evaluator.features(&self.normaliser.apply(&pixels)));
        }
        true
    }

    /// Images of `pixels` `[images, side, side, 3]` that are evaluated at once.
    fn evaluation_batch(&self, pixels: &Tensor) -> u64 {
        evaluation_batch(pixels.device(), pixels.size()[1] as u64, self.batch_size)
    }

    /// Prepares a split for repeated evaluation: a frozen network's features are computed here, once; none when `go_on`,
    /// which is told the images of each batch, says no.
    pub fn evaluation_set(
        &self,
        split: Split,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Option<EvaluationSet> {
        if !self.model.is_frozen() {
            return Some(EvaluationSet::Images(split));
        }
        let mut features = Vec::new();
        self.add_features(&mut features, &split.pixels, go_on)
            .then(|| EvaluationSet::Features(Tensor::cat(&features, 0), split.labels))
    }

    /// Loss and accuracy over a whole split under the present weights; none when `go_on`, which is told the images of
    /// each batch, says no.
    pub fn evaluate(
        &self,
        set: &EvaluationSet,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Option<Evaluation> {
        self.evaluate_each(set, go_on, |_| {})
    }

    /// Result on a test split of so many classes under the present weights, with each prediction; none as
    /// [`Trainer::evaluate`].
    pub fn test(
        &self,
        set: &EvaluationSet,
        classes: i64,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Option<TestResult> {
        let mut predicted = Vec::new();
        let predict = |logits: &Tensor| predicted.push(logits.argmax(-1, false));
        let Evaluation { loss, accuracy } = self.evaluate_each(set, go_on, predict)?;
        let labels = class_numbers(set.labels());
        let mut predictions = vec![Vec::new(); classes as usize];
        for (label, predicted) in labels
            .iter()
            .zip(class_numbers(&Tensor::cat(&predicted, 0)))
        {
            predictions[*label as usize].push(predicted);
        }
        Some(TestResult {
            loss,
            accuracy,
            images: labels.len() as u64,
            predictions: Some(predictions),
        })
    }

    /// Loss and accuracy over a whole split; `see` is shown the logits of each batch.
    fn evaluate_each(
        &self,
        set: &EvaluationSet,
        go_on: &mut dyn FnMut(u64) -> bool,
        mut see: impl FnMut(&Tensor),
    ) -> Option<Evaluation> {
        let evaluator = self.model.evaluator();
        let labels = set.labels();
        let images = labels.size()[0] as u64;
        let batch_size = match set {
            EvaluationSet::Images(split) => self.evaluation_batch(&split.pixels),
            EvaluationSet::Features(..) => self.batch_size,
        };
        let mut sums = Sums::new(labels.device());
        for batch in batches(images, batch_size) {
            if !go_on(batch.1 as u64) {
                return None;
            }
            let features = match set {
                EvaluationSet::Images(split) => {
                    let images = self.normaliser.apply(&rows(&split.pixels, batch));
                    evaluator.features(&images)
                }
                EvaluationSet::Features(features, _) => rows(features, batch),
            };
            let (logits, labels) = (evaluator.classify(&features), rows(labels, batch));
            sums.add(&logits.cross_entropy_for_logits(&labels), &logits, &labels);
            see(&logits);
        }
        Some(sums.means(images))
    }
}

fn class_numbers(tensor: &Tensor) -> Vec<u64> {
    let numbers = Vec::<i64>::try_from(tensor.to_device(Device::Cpu)).expect("class numbers");
    numbers.into_iter().map(|number| number as u64).collect()
}

/// The forward pass of a training step from bytes.
pub(crate) fn logits_of_pixels(model: &Model, normaliser: &Normaliser, pixels: &Tensor) -> Tensor {
    model.training_logits(&normaliser.apply(pixels))
}

/// The seed of an epoch: the run's seed and the epoch's number, mixed by SplitMix64 (Steele et al. 2014).
pub fn epoch_seed(run_seed: u64, epoch: u64) -> u64 {
    let mut z = run_seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(epoch.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Images of `side_px` that are evaluated at once: on a GPU, which waits for small operations, at least as many as have
/// the pixels of 2,000 images of CIFAR-10; on a CPU, whose caches such a batch overflows, those of a training step.
fn evaluation_batch(device: Device, side_px: u64, batch_size: u64) -> u64 {
    match device {
        Device::Cpu => batch_size,
        _ => batch_size.max(EVALUATION_PIXELS / side_px.pow(2)),
    }
}

/// First image and number of images of each batch.
fn batches(images: u64, batch_size: u64) -> impl Iterator<Item = (i64, i64)> {
    let starts = (0..images).step_by(batch_size as usize);
    starts.map(move |start| (start as i64, batch_size.min(images - start) as i64))
}

fn rows(tensor: &Tensor, (start, length): (i64, i64)) -> Tensor {
    tensor.narrow(0, start, length)
}

/// Sums of losses and hits, kept on the device.
pub(crate) struct Sums {
    pub(crate) loss: Tensor,
    pub(crate) hits: Tensor,
}

impl Sums {
    pub(crate) fn new(device: Device) -> Sums {
        Sums {
            loss: Tensor::zeros([], (Kind::Double, device)),
            hits: Tensor::zeros([], (Kind::Int64, device)),
        }
    }

    /// Begins with those of `part`.
    pub(crate) fn set(&mut self, part: &Part) {
        let _ = self.loss.fill_(part.loss);
        let _ = self.hits.fill_(part.hits);
    }

    /// After so many steps of an epoch, since `started`; waits for the device.
    pub(crate) fn part(&self, steps: u64, started: Instant) -> Part {
        let (loss, hits) = (self.loss.double_value(&[]), self.hits.int64_value(&[]));
        let seconds = started.elapsed().as_secs_f64();
        Part {
            steps,
            loss,
            hits,
            seconds,
        }
    }

    /// Adds a batch's mean loss times its images, and its hits.
    fn add(&mut self, mean_loss: &Tensor, logits: &Tensor, labels: &Tensor) {
        no_grad(|| {
            self.loss += mean_loss.to_kind(Kind::Double) * labels.size()[0] as f64;
            self.hits += logits.argmax(-1, false).eq_tensor(labels).sum(Kind::Int64);
        });
    }

    /// Reads the sums, which waits for the device.
    fn means(&self, images: u64) -> Evaluation {
        let mean = |sum: &Tensor| sum.double_value(&[]) / images as f64;
        Evaluation {
            loss: mean(&self.loss),
            accuracy: mean(&self.hits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_evaluates_more_images_at_once() {
        let check = |device, side_px, batch_size, expect| {
            assert_eq!(evaluation_batch(device, side_px, batch_size), expect);
        };
        check(Device::Cuda(0), 32, 128, 2000);
        check(Device::Cuda(0), 72, 64, 395);
        check(Device::Cuda(0), 224, 64, 64);
        check(Device::Cpu, 32, 128, 128);
    }
}
