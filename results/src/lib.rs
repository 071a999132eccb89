//! The typed record of a run: reading, writing, checking; and the plan that says which runs there should be.
//!
//! The way of the data: [`configuration`], [`environment`] and [`measurement`] make a [`record`].

pub mod configuration;
pub mod digest;
pub mod environment;
pub mod measurement;
pub mod record;

use serde::{Deserialize, Deserializer};

pub use configuration::*;
pub use digest::{Digest, source_digests};
pub use environment::{DeviceKind, Environment, Session};
pub use measurement::{Counted, EpochRow, Evaluation, LayerShape, TestResult, TimedSpan};
pub use record::{Completion, Record, SCHEMA_VERSION};

/// Reads a field that may be absent but not null: a NaN that another program wrote as null must not pass for absent.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
