//! The record of one run, schema version 1.

use serde::{Deserialize, Serialize};

use crate::configuration::Configuration;
use crate::digest::Digest;
use crate::environment::{Environment, Session, SourceDigests};
use crate::measured::Measured;

/// The schema version that this crate reads and writes.
pub const SCHEMA_VERSION: u64 = 1;

/// All that is kept of one run: what is said of every run, around what its experiment chose and measured.
///
/// In the file all fields stand side by side, those of `measured` between `earlier_sessions` and `digest`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// [`SCHEMA_VERSION`] of the program that wrote the record.
    pub schema_version: u64,
    /// Name of the experiment, which is the name of its program. It says of what kind `configuration` and `measured`
    /// are.
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier_sessions: Vec<Session>,
    /// What the run counted and measured.
    #[serde(flatten)]
    pub measured: Measured,
    /// Digest of the record without this field; [`Record::write`] computes it.
    pub digest: Digest,
}

impl Record {
    /// How much of what is planned is done, see [`Measured::done`].
    pub fn done(&self) -> u64 {
        self.measured.done()
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

    /// How much the configuration asks for, see [`Configuration::planned`].
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
