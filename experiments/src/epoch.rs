//! One epoch of training, and evaluation: no host read but of the sums at the end.

use std::time::Instant;

use anyhow::Result;
use results::{Evaluation, TestResult, Training};
use tch::{Device, Kind, Tensor, no_grad};

use crate::data::augmentation::{Draws, PaddedSplit};
use crate::data::{Normaliser, Split};
use crate::features::{FeatureStore, Features};
use crate::model::Model;
use crate::sgd::Sgd;

/// Loss and accuracy of a training epoch, and its time.
#[derive(Debug, Clone, Copy)]
pub struct TrainedEpoch {
    /// Mean loss over the images, each under the weights of its step, in nats.
    pub loss: f64,
    /// Share of images classified correctly.
    pub accuracy: f64,
    /// From the first operation until the device has done the last, in seconds.
    pub seconds: f64,
}

impl TrainedEpoch {
    pub(crate) fn new(means: Evaluation, seconds: f64) -> TrainedEpoch {
        TrainedEpoch {
            loss: means.loss,
            accuracy: means.accuracy,
            seconds,
        }
    }
}

/// Epochs over which BatchNorm's statistics are taken anew. Of the weight of the first ones, with PyTorch's momentum of
/// 0.1 and 16 batches in an epoch, 0.9^80 or a five-thousandth is left.
const STATISTICS_EPOCHS: u64 = 5;

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
    /// `go_on` is told the images of each step; none is returned when it says no, and the weights are then of no use.
    pub fn train_epoch(
        &mut self,
        epoch: u64,
        split: &PaddedSplit,
        go_on: impl Fn(u64) -> bool,
    ) -> Option<TrainedEpoch> {
        let started = Instant::now();
        let images = self.epoch_images(epoch, split);
        let means = self.take_steps(
            epoch,
            &images.pixels,
            &images.labels,
            go_on,
            logits_of_pixels,
        )?;
        Some(TrainedEpoch::new(means, started.elapsed().as_secs_f64()))
    }

    /// The features of the images of `epoch` in a frozen network, from `store` where it has them.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn epoch_features(
        &self,
        epoch: u64,
        split: &PaddedSplit,
        store: &FeatureStore,
        go_on: impl Fn(u64) -> bool,
    ) -> Result<Option<Features>> {
        if let Some(features) = store.read(epoch, self.model.device()) {
            return Ok(Some(features));
        }
        let started = Instant::now();
        let images = self.epoch_images(epoch, split);
        let Some(values) = self.features_of(&images.pixels, go_on) else {
            return Ok(None);
        };
        let seconds = started.elapsed().as_secs_f64();
        let features = Features {
            values,
            labels: images.labels,
            seconds,
        };
        store.write(epoch, &features)?;
        Ok(Some(features))
    }

    /// Trains the classifier for `epoch` on features. The time is that of the features and of the steps together, also
    /// where another run computed the features.
    pub fn train_classifier(&mut self, epoch: u64, features: &Features) -> TrainedEpoch {
        let started = Instant::now();
        let logits =
            |model: &Model, _: &Normaliser, features: &Tensor| model.training_classify(features);
        let means = self.take_steps(epoch, &features.values, &features.labels, |_| true, logits);
        let means = means.expect("nothing stops these steps");
        TrainedEpoch::new(means, features.seconds + started.elapsed().as_secs_f64())
    }

    /// The images of `epoch`, drawn from the run's seed and `epoch`.
    pub(crate) fn epoch_images(&self, epoch: u64, split: &PaddedSplit) -> Split {
        let seed = epoch_seed(self.seed, epoch);
        split.gather(&Draws::new(split.len(), &self.training.augmentation, seed))
    }

    /// One SGD step for each batch of `inputs`; `logits` is the forward pass.
    fn take_steps(
        &mut self,
        epoch: u64,
        inputs: &Tensor,
        labels: &Tensor,
        go_on: impl Fn(u64) -> bool,
        logits: impl Fn(&Model, &Normaliser, &Tensor) -> Tensor,
    ) -> Option<Evaluation> {
        self.sgd.set_rate(self.learning_rate(epoch));
        let images = labels.size()[0] as u64;
        let mut sums = Sums::new(labels.device());
        for batch in batches(images, self.batch_size) {
            if !go_on(batch.1 as u64) {
                return None;
            }
            let (inputs, labels) = (rows(inputs, batch), rows(labels, batch));
            self.step(&inputs, &labels, &mut sums, &logits);
        }
        Some(sums.means(images))
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
        let weights = self.model.weights.moving();
        let gradient = Tensor::run_backward(&[&loss], &[weights], false, false).remove(0);
        self.sgd.step(weights, gradient);
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

    /// Features of all images, in batches; none when `go_on` says no.
    fn features_of(&self, pixels: &Tensor, go_on: impl Fn(u64) -> bool) -> Option<Tensor> {
        let mut features = Vec::new();
        for batch in batches(pixels.size()[0] as u64, self.batch_size) {
            if !go_on(batch.1 as u64) {
                return None;
            }
            features.push(
                self.model
                    .features(&self.normaliser.apply(&rows(pixels, batch))),
            );
        }
        Some(Tensor::cat(&features, 0))
    }

    /// Prepares a split for repeated evaluation: a frozen network's features are computed here, once.
    pub fn evaluation_set(&self, split: Split) -> EvaluationSet {
        if !self.model.is_frozen() {
            return EvaluationSet::Images(split);
        }
        let features = self
            .features_of(&split.pixels, |_| true)
            .expect("nothing stops these passes");
        EvaluationSet::Features(features, split.labels)
    }

    /// Loss and accuracy over a whole split under the present weights.
    pub fn evaluate(&self, set: &EvaluationSet) -> Evaluation {
        self.evaluate_each(set, |_| {})
    }

    /// Result on a test split of so many classes under the present weights, with each prediction.
    pub fn test(&self, set: &EvaluationSet, classes: i64) -> TestResult {
        let mut predicted = Vec::new();
        let Evaluation { loss, accuracy } =
            self.evaluate_each(set, |logits| predicted.push(logits.argmax(-1, false)));
        let labels = class_numbers(set.labels());
        let mut predictions = vec![Vec::new(); classes as usize];
        for (label, predicted) in labels
            .iter()
            .zip(class_numbers(&Tensor::cat(&predicted, 0)))
        {
            predictions[*label as usize].push(predicted);
        }
        TestResult {
            loss,
            accuracy,
            images: labels.len() as u64,
            predictions: Some(predictions),
        }
    }

    /// Loss and accuracy over a whole split; `see` is shown the logits of each batch.
    fn evaluate_each(&self, set: &EvaluationSet, mut see: impl FnMut(&Tensor)) -> Evaluation {
        let labels = set.labels();
        let images = labels.size()[0] as u64;
        let mut sums = Sums::new(labels.device());
        for batch in batches(images, self.batch_size) {
            let features = match set {
                EvaluationSet::Images(split) => self
                    .model
                    .features(&self.normaliser.apply(&rows(&split.pixels, batch))),
                EvaluationSet::Features(features, _) => rows(features, batch),
            };
            let (logits, labels) = (self.model.classify(&features), rows(labels, batch));
            sums.add(&logits.cross_entropy_for_logits(&labels), &logits, &labels);
            see(&logits);
        }
        sums.means(images)
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

    /// Adds a batch's mean loss times its images, and its hits.
    fn add(&mut self, mean_loss: &Tensor, logits: &Tensor, labels: &Tensor) {
        no_grad(|| {
            self.loss += mean_loss.to_kind(Kind::Double) * labels.size()[0] as f64;
            self.hits += logits.argmax(-1, false).eq_tensor(labels).sum(Kind::Int64);
        });
    }

    /// Reads the sums, which waits for the device.
    pub(crate) fn means(&self, images: u64) -> Evaluation {
        let mean = |sum: &Tensor| sum.double_value(&[]) / images as f64;
        Evaluation {
            loss: mean(&self.loss),
            accuracy: mean(&self.hits),
        }
    }
}
