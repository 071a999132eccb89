//! The record of one run, schema version 1.

use serde::{Deserialize, Serialize};

use crate::configuration::Configuration;
use crate::digest::Digest;
use crate::environment::{Environment, Session, SourceDigests};
use crate::measurement::{Counted, EpochRow, TestResult, TimedSpan};
use crate::present;

/// The schema version that this crate reads and writes.
pub const SCHEMA_VERSION: u64 = 1;

/// All that is kept of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`SCHEMA_VERSION`] of the program that wrote the record.
    pub schema_version: u64,
    /// Name of the experiment, which is the name of its program.
    pub experiment: String,
    /// Id of the run in the plan.
    pub run: String,
    /// How far the run came.
    pub completion: Completion,
    /// What was chosen before the run.
    pub configuration: Configuration,
    /// Where, when and from which sources the run, or its last session, was made.
    pub environment: Environment,
    /// Sessions that the last one continued, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_sessions: Vec<Session>,
    /// What libtorch and the data loader counted.
    pub counted: Counted,
    /// One row per epoch, empty in a run that only measures time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<EpochRow>,
    /// All trials of each timed span, empty in a run that trains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timed_spans: Vec<TimedSpan>,
    /// Result on the test split after the last epoch, where the experiment asks for it.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub test: Option<TestResult>,
    /// Digest of the record without this field; [`Record::write`] computes it.
    pub digest: Digest,
}

impl Record {
    /// Epochs that are finished; in a run that only measures time, trials that every span has.
    pub fn done(&self) -> u64 {
        if self.configuration.training.is_some() {
            return self.epochs.len() as u64;
        }
        let trials = self
            .timed_spans
            .iter()
            .map(|span| span.seconds.len() as u64);
        trials.min().unwrap_or(0)
    }

    /// The paths of the source files that decided the run or an earlier session of it, with the kind of their digests.
    pub fn sources(&self) -> impl Iterator<Item = (&str, SourceDigests)> {
        let earlier = self.earlier_sessions.iter();
        let environments = earlier.map(|session| &session.environment);
        environments.chain([&self.environment]).flat_map(|of| {
            let paths = of.sources.keys();
            paths.map(|path| (path.as_str(), of.source_digests))
        })
    }

    /// Epochs, or trials of each span, that the configuration asks for.
    pub fn planned(&self) -> u64 {
        self.configuration.planned()
    }
}

/// How far a run came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Completion {
    /// All planned epochs or trials.
    Complete,
    /// Some of them; a later session can continue.
    Partial {
        /// Epochs (training) or trials of each span (timing) that are finished.
        done: u64,
        /// Epochs or trials that are planned.
        planned: u64,
    },
    /// Stopped for good.
    Failed {
        /// Why, such as `the loss is NaN in epoch 4`.
        reason: String,
    },
}
