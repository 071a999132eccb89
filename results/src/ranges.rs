//! Checks of single values against their ranges, and of a configuration, which record and plan share.

use std::fmt::Display;

use crate::configuration::{Configuration, FrozenBatchNorm, Trainable, Training};
use crate::error::Problem;

/// Everything that is out of range in a planned configuration.
pub(crate) fn configuration(configuration: &Configuration) -> Vec<Problem> {
    let mut checks = Checks::new("correct the plan");
    checks.configuration(configuration);
    checks.problems
}

/// Whether `name` can stand in a file name and on a command line unquoted.
pub fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

/// The problems found so far.
pub(crate) struct Checks<'a> {
    hint: &'a str,
    pub(crate) problems: Vec<Problem>,
}

impl Checks<'_> {
    pub(crate) fn new(hint: &str) -> Checks<'_> {
        Checks {
            hint,
            problems: Vec::new(),
        }
    }

    /// Notes a problem where `holds` is false; only then are the texts made.
    pub(crate) fn require(
        &mut self,
        holds: bool,
        key: impl Display,
        found: impl Display,
        expected: impl Display,
    ) {
        if !holds {
            self.problems.push(Problem::Value {
                key: key.to_string(),
                found: found.to_string(),
                expected: expected.to_string(),
                hint: self.hint.to_owned(),
            });
        }
    }

    pub(crate) fn name(&mut self, key: impl Display, name: &str) {
        let expected = "lowercase letters, digits, `-`, `_` and `.`";
        self.require(is_plain_name(name), key, format_args!("`{name}`"), expected);
    }

    pub(crate) fn loss(&mut self, key: impl Display, nats: f64) {
        self.require(
            nats.is_finite() && nats >= 0.0,
            key,
            nats,
            "a finite loss of at least 0 nats",
        );
    }

    pub(crate) fn share(&mut self, key: impl Display, share: f64) {
        self.require(
            (0.0..=1.0).contains(&share),
            key,
            share,
            "a share between 0 and 1",
        );
    }

    pub(crate) fn seconds(&mut self, key: impl Display, seconds: f64) {
        let holds = seconds.is_finite() && seconds >= 0.0;
        self.require(holds, key, seconds, "a finite time of at least 0 s");
    }

    pub(crate) fn above_zero(&mut self, key: impl Display, value: f64) {
        self.require(
            value.is_finite() && value > 0.0,
            key,
            value,
            "a finite number above 0",
        );
    }

    pub(crate) fn at_least_one(&mut self, key: impl Display, count: u64) {
        self.require(count >= 1, key, count, "at least 1");
    }

    pub(crate) fn configuration(&mut self, configuration: &Configuration) {
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
        self.require(
            increasing,
            "configuration.training.learning_rate.milestones",
            format_args!("{:?}", rate.milestones),
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
        let (trainable, frozen) = (training.trainable, training.frozen_batch_norm);
        self.require(
            trainable != Trainable::All || frozen != FrozenBatchNorm::TrainingImages,
            "configuration.training.frozen_batch_norm",
            "statistics of the training images",
            "`none` or `stored statistics` where all layers are trained",
        );
    }
}
