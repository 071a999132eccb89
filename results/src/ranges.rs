//! Checks of single values against their ranges, which record and plan share.

use std::fmt::Display;

use crate::configuration::Configuration;
use crate::error::Problem;

/// Everything that is out of range in a planned configuration.
pub(crate) fn configuration(configuration: &Configuration) -> Vec<Problem> {
    let mut checks = Checks::new("correct the plan");
    configuration.chosen().check(&mut checks);
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
}
