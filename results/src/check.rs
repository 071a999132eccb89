//! Whether the values of a record lie in their ranges and agree with each other.

use std::fmt::Display;

use crate::configuration::{Configuration, Training};
use crate::error::Problem;
use crate::measurement::EpochRow;
use crate::plan::command;
use crate::record::{Completion, Record};

/// Everything that is out of range or contradictory in `record`, in the order of its fields.
pub(crate) fn record(record: &Record) -> Vec<Problem> {
    let rerun = format!("run `{}`", command(&record.experiment, &record.run));
    let mut checks = Checks::new(&rerun);
    checks.name("experiment", &record.experiment);
    checks.name("run", &record.run);
    completion(&mut checks, record);
    checks.configuration(&record.configuration);
    sessions(&mut checks, record);
    epochs(&mut checks, &record.epochs);
    timed_spans(&mut checks, record);
    if let Some(test) = record.test {
        checks.loss("test.loss", test.loss);
        checks.share("test.accuracy", test.accuracy);
        checks.at_least_one("test.images", test.images);
    }
    checks.problems
}

/// Everything that is out of range in a planned configuration.
pub(crate) fn configuration(configuration: &Configuration) -> Vec<Problem> {
    let mut checks = Checks::new("correct the plan");
    checks.configuration(configuration);
    checks.problems
}

/// Whether `name` can stand in a file name and on a command line unquoted.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

/// The problems found so far.
struct Checks<'a> {
    hint: &'a str,
    problems: Vec<Problem>,
}

impl Checks<'_> {
    fn new(hint: &str) -> Checks<'_> {
        Checks {
            hint,
            problems: Vec::new(),
        }
    }

    fn require(
        &mut self,
        holds: bool,
        key: &str,
        found: impl Display,
        expected: impl Into<String>,
    ) {
        if !holds {
            self.problems.push(Problem::Value {
                key: key.to_owned(),
                found: found.to_string(),
                expected: expected.into(),
                hint: self.hint.to_owned(),
            });
        }
    }

    fn name(&mut self, key: &str, name: &str) {
        let expected = "lowercase letters, digits, `-`, `_` and `.`";
        self.require(is_plain_name(name), key, format_args!("`{name}`"), expected);
    }

    fn loss(&mut self, key: &str, nats: f64) {
        self.require(
            nats.is_finite() && nats >= 0.0,
            key,
            nats,
            "a finite loss of at least 0 nats",
        );
    }

    fn share(&mut self, key: &str, share: f64) {
        self.require(
            (0.0..=1.0).contains(&share),
            key,
            share,
            "a share between 0 and 1",
        );
    }

    fn seconds(&mut self, key: &str, seconds: f64) {
        let holds = seconds.is_finite() && seconds >= 0.0;
        self.require(holds, key, seconds, "a finite time of at least 0 s");
    }

    fn above_zero(&mut self, key: &str, value: f64) {
        self.require(
            value.is_finite() && value > 0.0,
            key,
            value,
            "a finite number above 0",
        );
    }

    fn at_least_one(&mut self, key: &str, count: u64) {
        self.require(count >= 1, key, count, "at least 1");
    }

    fn configuration(&mut self, configuration: &Configuration) {
        self.name("configuration.network", &configuration.network);
        self.at_least_one("configuration.depth", configuration.depth);
        self.at_least_one("configuration.image_px", configuration.image_px);
        self.at_least_one("configuration.batch_size", configuration.batch_size);
        match (&configuration.training, &configuration.timing) {
            (Some(training), None) => {
                self.require(
                    configuration.data.is_some(),
                    "configuration.data",
                    "absent",
                    "a data set to train on",
                );
                self.training(training);
            }
            (None, Some(timing)) => {
                self.at_least_one("configuration.timing.trials", timing.trials);
                self.at_least_one("configuration.timing.iterations", timing.iterations);
            }
            (Some(_), Some(_)) => self.require(
                false,
                "configuration",
                "both `training` and `timing`",
                "one of them",
            ),
            (None, None) => self.require(
                false,
                "configuration",
                "without `training` and `timing`",
                "one of them",
            ),
        }
    }

    fn training(&mut self, training: &Training) {
        let rate = &training.learning_rate;
        self.at_least_one("configuration.training.epochs", training.epochs);
        self.above_zero("configuration.training.learning_rate.base", rate.base);
        self.above_zero("configuration.training.learning_rate.factor", rate.factor);
        let increasing =
            rate.milestones.is_sorted_by(|a, b| a < b) && rate.milestones.first() != Some(&0);
        let found = format!("{:?}", rate.milestones);
        self.require(
            increasing,
            "configuration.training.learning_rate.milestones",
            found,
            "epochs from 1 in increasing order",
        );
        let momentum = training.momentum;
        self.require(
            (0.0..1.0).contains(&momentum),
            "configuration.training.momentum",
            momentum,
            "at least 0 and below 1",
        );
        let decay = training.weight_decay;
        self.require(
            decay.is_finite() && decay >= 0.0,
            "configuration.training.weight_decay",
            decay,
            "a finite number of at least 0",
        );
    }
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
    let found = environment.ended;
    let expected = format!("at or after `environment.started` {}", environment.started);
    checks.require(
        environment.started <= environment.ended,
        "environment.ended",
        found,
        expected,
    );
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
        let key = |field: &str| format!("epochs[{index}].{field}");
        checks.require(
            row.epoch == expected,
            &key("epoch"),
            row.epoch,
            expected.to_string(),
        );
        checks.require(
            row.steps > steps,
            &key("steps"),
            row.steps,
            format!("more than {steps}, the steps before"),
        );
        steps = row.steps;
        checks.loss(&key("train_loss"), row.train_loss);
        checks.share(&key("train_accuracy"), row.train_accuracy);
        for (split, evaluation) in [("validation", row.validation), ("test", row.test)] {
            if let Some(evaluation) = evaluation {
                checks.loss(&key(&format!("{split}.loss")), evaluation.loss);
                checks.share(&key(&format!("{split}.accuracy")), evaluation.accuracy);
            }
        }
        checks.above_zero(&key("learning_rate"), row.learning_rate);
        checks.seconds(&key("train_seconds"), row.train_seconds);
        checks.seconds(&key("evaluation_seconds"), row.evaluation_seconds);
    }
}

fn timed_spans(checks: &mut Checks<'_>, record: &Record) {
    let planned = record.planned();
    for (index, span) in record.timed_spans.iter().enumerate() {
        let key = |field: &str| format!("timed_spans[{index}].{field}");
        checks.at_least_one(&key("batch_size"), span.batch_size);
        checks.at_least_one(&key("iterations"), span.iterations);
        let trials = span.seconds.len() as u64;
        let found = format_args!("a list of {trials} trials").to_string();
        checks.require(
            trials <= planned,
            &key("seconds"),
            found,
            format!("at most the {planned} planned"),
        );
        for (trial, &seconds) in span.seconds.iter().enumerate() {
            checks.seconds(&key(&format!("seconds[{trial}]")), seconds);
        }
    }
}
