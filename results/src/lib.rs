//! The typed record of a run: reading, writing, checking; and the plan that says which runs there should be.
//!
//! The way of the data: the [`configuration`] that an experiment chose and what it [`measured`], of one of the [`kinds`],
//! make a [`record`] with the [`environment`]; `check` examines it and [`record_file`] reads and writes it; [`plan`]
//! lists the runs that are wanted and says how [`slurm`] makes them, [`state`] compares both, and [`mod@replacement`]
//! says which of two records of a run stays.

mod canonical;
mod cards;
mod check;
pub mod configuration;
pub mod digest;
pub mod environment;
pub mod error;
pub mod experiments;
pub mod files;
mod grid;
pub mod kinds;
pub mod measured;
mod nearest;
pub mod networks;
pub mod plan;
mod plan_file;
pub mod predictions;
mod ranges;
pub mod record;
mod record_fields;
pub mod record_file;
pub mod replacement;
mod shapes;
pub mod slurm;
pub mod sources;
pub mod state;

use serde::{Deserialize, Deserializer};

pub use cards::card_fault;
pub use configuration::Configuration;
pub use digest::{Digest, Hasher};
pub use environment::{DeviceKind, Environment, Session, SourceDigests};
pub use error::{Problem, RecordError};
pub use experiments::{EXPERIMENTS, KnownExperiment, Work, known_experiment};
pub use kinds::learning_rate::LearningRateSchedule;
pub use kinds::network::{Arithmetic, Counted, LayerShape};
pub use kinds::timing::{Timed, TimedSpan, Timing, TimingConfiguration};
pub use kinds::trained::{EpochRow, Evaluation, TestResult, Trained};
pub use kinds::training::{
    Augmentation, DataSet, FrozenBatchNorm, InitialWeights, Trainable, Training,
    TrainingConfiguration,
};
pub use measured::Measured;
pub use nearest::{nearest, nearest_hint, nearest_or_all, nearest_within, with_nearest};
pub use networks::{KnownNetwork, NETWORKS, Task, UnknownNetwork, known_network};
pub use plan::{Accepted, Hardware, MovedTo, Plan, PlanError, PlannedRun};
pub use predictions::{Confusion, Predictions};
pub use ranges::is_plain_name;
pub use record::{Completion, Record, SCHEMA_VERSION};
pub use record_file::{RECORD_BYTES, read_all, read_all_by, record_path};
pub use replacement::{Replacement, replacement};
pub use slurm::{Slurm, SlurmOptions, SlurmValue};
pub use sources::{deciding_sources, present_digest};
pub use state::{Change, PlannedRunState, State, better, states, unplanned};

/// Reads a field that may be absent but not null: a NaN that another program wrote as null must not pass for absent.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
