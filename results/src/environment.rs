//! Where, when and from which sources a run was made.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::present;

/// The machine, the libraries and the program of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Name of the device that computed, as its driver or the operating system gives it.
    pub device: String,
    /// Kind of that device.
    pub device_kind: DeviceKind,
    /// Version of the GPU's driver.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub driver: Option<String>,
    /// Version of CUDA.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub cuda: Option<String>,
    /// Version of cuDNN.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub cudnn: Option<String>,
    /// Version of libtorch.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub libtorch: Option<String>,
    /// Name of the CPU.
    pub cpu: String,
    /// Threads that the CPU part of the run may use.
    pub threads: u64,
    /// Runs that shared the device, this one included, where there were several: their times are then longer.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub runs_at_once: Option<u64>,
    /// Commit of the program.
    pub commit: String,
    /// Whether the working tree differed from that commit.
    pub dirty: bool,
    /// What the digests in `sources` are of.
    #[serde(default, skip_serializing_if = "SourceDigests::is_listed_bytes")]
    pub source_digests: SourceDigests,
    /// Digests of the source files that decide the result, by path from the repository's root.
    pub sources: BTreeMap<String, Digest>,
    /// When the run, or this session of it, began.
    pub started: Timestamp,
    /// When the record was last written; before `started` where the clock was set back in between.
    pub ended: Timestamp,
}

/// Which sources a record names, and what their digests are of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SourceDigests {
    /// The bytes of a few files that a list named, as they lay on the disk when the run began. Records from before
    /// there was another kind do not say so.
    #[default]
    #[serde(rename = "listed bytes")]
    ListedBytes,
    /// The tokens of all that was compiled into the program and can change a result, taken when it was compiled, and
    /// the locked versions of the crates.
    #[serde(rename = "compiled tokens")]
    CompiledTokens,
}

impl SourceDigests {
    fn is_listed_bytes(&self) -> bool {
        *self == SourceDigests::ListedBytes
    }
}

/// Kind of device that computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// The processor.
    Cpu,
    /// A GPU under CUDA.
    Cuda,
}

/// A session whose work a later one continued, perhaps on another machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Last epoch, counted from 1, that this session finished and the next one kept.
    pub last_epoch: u64,
    /// Where, when and from which sources this session ran.
    pub environment: Environment,
}
