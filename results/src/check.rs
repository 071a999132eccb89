//! Whether the values of a record lie in their ranges and agree with each other.

use crate::error::Problem;
use crate::measurement::{EpochRow, TestResult};
use crate::plan::command;
use crate::ranges::Checks;
use crate::record::{Completion, Record};

/// Everything that is out of range or contradictory in `record`, in the order of its fields.
pub(crate) fn record(record: &Record) -> Vec<Problem> {
    let rerun = format!("run `{}`", command(&record.run));
    let mut checks = Checks::new(&rerun);
    checks.name("experiment", &record.experiment);
    checks.name("run", &record.run);
    completion(&mut checks, record);
    checks.configuration(&record.configuration);
    sessions(&mut checks, record);
    epochs(&mut checks, &record.epochs);
    timed_spans(&mut checks, record);
    if let Some(test) = &record.test {
        checks.loss("test.loss", test.loss);
        checks.share("test.accuracy", test.accuracy);
        checks.at_least_one("test.images", test.images);
        if let Some(predictions) = &test.predictions {
            let counted = record.counted.images_per_class.get("test");
            let counted = counted.map_or(&[][..], Vec::as_slice);
            self::predictions(&mut checks, test, predictions, counted);
        }
    }
    checks.problems
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

fn completion(checks: &mut Checks<'_>, record: &Record) {
    let (done, planned) = (record.done(), record.planned());
    checks.require(
        done <= planned,
        "completion",
        format_args!("{done} done"),
        format!("at most the {planned} planned"),
    );
    match &record.completion {
        Completion::Complete => {
            let found = format!("`complete` with {done} of {planned} done");
            checks.require(done >= planned, "completion", found, "`partial`");
        }
        Completion::Partial {
            done: stated,
            planned: stated_planned,
        } => {
            let found = format!("partial, {stated} of {stated_planned}");
            let holds = (*stated, *stated_planned) == (done, planned) && done < planned;
            let expected = format!("fewer done than planned, as in the rows: {done} of {planned}");
            checks.require(holds, "completion", found, expected);
        }
        Completion::Failed { reason } => {
            checks.require(
                !reason.trim().is_empty(),
                "completion.failed.reason",
                "empty",
                "a reason",
            );
        }
    }
    let training = record.configuration.training.is_some();
    let stray = if training {
        !record.timed_spans.is_empty()
    } else {
        !record.epochs.is_empty()
    };
    let (key, kind) = if training {
        ("timed_spans", "trains")
    } else {
        ("epochs", "measures time")
    };
    checks.require(
        !stray,
        key,
        "not empty",
        format!("none in a run that {kind}"),
    );
    let tested_early = record.test.is_some() && record.completion != Completion::Complete;
    checks.require(
        !tested_early,
        "test",
        "present in an unfinished run",
        "a test after the last epoch",
    );
}

fn sessions(checks: &mut Checks<'_>, record: &Record) {
    let environment = &record.environment;
    checks.at_least_one("environment.threads", environment.threads);
    let others = environment.runs_at_once.unwrap_or(2);
    checks.require(others >= 2, "environment.runs_at_once", others, "2 or more");
    let mut last = 0;
    for (index, session) in record.earlier_sessions.iter().enumerate() {
        let key = format!("earlier_sessions[{index}].last_epoch");
        let holds = (last..=record.done()).contains(&session.last_epoch);
        let expected = format!("between {last} and the {} done", record.done());
        checks.require(holds, &key, session.last_epoch, expected);
        last = session.last_epoch;
    }
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

fn timed_spans(checks: &mut Checks<'_>, record: &Record) {
    let planned = record.planned();
    for (index, span) in record.timed_spans.iter().enumerate() {
        for (name, count) in [
            ("batch_size", span.batch_size),
            ("iterations", span.iterations),
        ] {
            checks.at_least_one(format_args!("timed_spans[{index}].{name}"), count);
        }
        let trials = span.seconds.len() as u64;
        checks.require(
            trials <= planned,
            format_args!("timed_spans[{index}].seconds"),
            format_args!("a list of {trials} trials"),
            format_args!("at most the {planned} planned"),
        );
        for (trial, &seconds) in span.seconds.iter().enumerate() {
            let key = format_args!("timed_spans[{index}].seconds[{trial}]");
            checks.seconds(key, seconds);
        }
    }
}
