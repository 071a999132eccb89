//! What the record of a training run measured.

use crate::catalogue::{Catalogue, RunFacts, RunReader};
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use crate::statistics::binomial_interval::wilson_interval;
use crate::statistics::median_interval::median;
use crate::topics::training::analysis::first_drop::FirstDrop;
use crate::topics::training::analysis::learning_rate_sum::learning_rate_sums;
use crate::topics::training::recorded::{epochs, trained};
use rayon::prelude::*;
use results::{Predictions, Trained};
use std::sync::Arc;

/// Adds what every run that trains measured.
pub(crate) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    for quantity in training_quantities_of_all(runs).into_iter().flatten() {
        catalogue.add(quantity);
    }
}

/// What each run measured; nothing of a run that does not train.
fn training_quantities_of_all(runs: &[RunFacts]) -> Vec<Vec<Arc<Quantity>>> {
    let of_run = |run: &RunFacts| match run.planned.configuration.as_training() {
        Some(_) => training_quantities(run),
        None => Vec::new(),
    };
    runs.par_iter().map(of_run).collect()
}

/// What a training run measured: accuracies with binomial intervals, losses, times.
fn training_quantities(run: &RunFacts) -> Vec<Arc<Quantity>> {
    let (record, trained, epochs) = (run.record.as_ref(), trained(run), epochs(run));
    let last = epochs.last();
    let last_key = |key: &str| format!("epochs[{}].{key}", epochs.len().max(1) - 1);
    let images = |split: &str| {
        trained
            .and_then(|trained| trained.counted.images_per_class.get(split))
            .map(|counts| counts.iter().sum::<u64>())
    };
    let validation = last.and_then(|row| row.validation).map(|v| v.accuracy);
    let best = epochs
        .iter()
        .filter_map(|row| Some((row.epoch, row.validation?.accuracy)))
        .fold(
            None,
            |best: Option<(u64, f64)>, (epoch, accuracy)| match best {
                Some((_, known)) if known >= accuracy => best,
                _ => Some((epoch, accuracy)),
            },
        );
    let test = trained.and_then(|trained| trained.test.as_ref());
    let last_test = last.and_then(|row| row.test).map(|test| test.accuracy);
    let total = |seconds: fn(&results::EpochRow) -> f64| {
        (!epochs.is_empty()).then(|| epochs.iter().map(seconds).sum::<f64>())
    };
    let training_seconds = total(|row| row.train_seconds);
    // Other work of the machine slows some epochs; the median does not see it.
    let epoch_time = median(
        &epochs
            .iter()
            .map(|row| row.train_seconds)
            .collect::<Vec<_>>(),
    );
    let speed = epoch_time
        .zip(images("train"))
        .filter(|(epoch_time, _)| epoch_time.value > 0.0)
        .map(|(epoch_time, images)| images as f64 / epoch_time.value);
    let first_drop = FirstDrop::of(epochs);
    let (test_accuracy, test_key) = match test {
        Some(test) => (Some(test.accuracy), "test.accuracy".to_owned()),
        None => (last_test, last_key("test.accuracy")),
    };
    let test_images = test.map(|test| test.images).or_else(|| images("test"));
    let predictions = trained.and_then(Trained::predictions);
    let mean_per_class = predictions.and_then(Predictions::mean_per_class);
    let run = run.reader();
    vec![
        accuracy(&run, "test_accuracy", &test_key, test_accuracy, test_images),
        run.measured(
            "mean_per_class",
            Unit::One,
            "mean over the rows of test.predictions of the share that is right",
            mean_per_class,
        ),
        accuracy(
            &run,
            "final_validation_accuracy",
            &last_key("validation.accuracy"),
            validation,
            images("validation"),
        ),
        accuracy(
            &run,
            "best_validation_accuracy",
            "max of epochs[].validation.accuracy",
            best.map(|(_, accuracy)| accuracy),
            images("validation"),
        ),
        run.measured(
            "best_validation_epoch",
            Unit::Epoch,
            "argmax of epochs[].validation.accuracy",
            best.map(|(epoch, _)| epoch as f64),
        ),
        run.measured(
            "final_train_loss",
            Unit::Nat,
            &last_key("train_loss"),
            last.map(|row| row.train_loss),
        ),
        run.measured(
            "final_train_accuracy",
            Unit::One,
            &last_key("train_accuracy"),
            last.map(|row| row.train_accuracy),
        ),
        run.measured(
            "final_validation_loss",
            Unit::Nat,
            &last_key("validation.loss"),
            last.and_then(|row| row.validation).map(|it| it.loss),
        ),
        run.measured(
            "learning_rate_sum",
            Unit::One,
            "sum of epochs[].learning_rate over the steps",
            learning_rate_sums(epochs).last().copied(),
        ),
        run.measured(
            "validation_slope",
            Unit::One,
            "slope of epochs[].validation.accuracy in the ten epochs before epochs[].learning_rate first \
             falls",
            first_drop.map(|drop| drop.slope),
        ),
        run.measured(
            "validation_change_at_drop",
            Unit::One,
            "epochs[].validation.accuracy after epochs[].learning_rate first falls less that before",
            first_drop.map(|drop| drop.change),
        ),
        run.measured(
            "validation_gain_after_drop",
            Unit::One,
            "last of epochs[].validation.accuracy less that before epochs[].learning_rate first falls",
            first_drop.map(|drop| drop.gain),
        ),
        run.measured(
            "epochs_after_drop",
            Unit::Epoch,
            "number of epochs[] after epochs[].learning_rate first falls",
            first_drop.map(|drop| drop.epochs_after as f64),
        ),
        run.measured(
            "train_images",
            Unit::Image,
            "sum of counted.images_per_class.train",
            images("train").map(|images| images as f64),
        ),
        run.measured(
            "epochs_done",
            Unit::Epoch,
            "length of epochs",
            Some(epochs.len() as f64),
        ),
        run.measured(
            "training_time",
            Unit::Second,
            "sum of epochs[].train_seconds",
            training_seconds,
        ),
        run.measured(
            "epoch_time",
            Unit::Second,
            "median of epochs[].train_seconds",
            epoch_time.map(|epoch_time| epoch_time.value),
        ),
        run.measured(
            "evaluation_time",
            Unit::Second,
            "sum of epochs[].evaluation_seconds",
            total(|row| row.evaluation_seconds),
        ),
        run.measured(
            "runs_at_once",
            Unit::One,
            "environment.runs_at_once",
            record.map(|(_, record)| record.environment.runs_at_once.unwrap_or(1) as f64),
        ),
        run.measured(
            "images_per_second",
            Unit::ImagePerSecond,
            "images of the training split / median of epochs[].train_seconds",
            speed,
        ),
    ]
}

/// An accuracy with Wilson's 95 % interval for the number of images it was counted on.
fn accuracy(
    run: &RunReader,
    name: &str,
    key: &str,
    value: Option<f64>,
    images: Option<u64>,
) -> Arc<Quantity> {
    let quantity = run.measured(name, Unit::One, key, value);
    match value.zip(images) {
        Some((value, images)) if images > 0 => {
            let (low, high) = wilson_interval(value, images);
            quantity.with_interval(low, high)
        }
        _ => quantity,
    }
}
