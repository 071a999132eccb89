//! Where, when and from which sources a session runs, for the record.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use results::{DeviceKind, Environment, PlannedRun, source_digests};

use crate::device::{Computer, cpu_name, nvidia_smi};
use crate::options::Options;
use crate::sources;

/// Describes this machine and program at the beginning of a session.
///
/// # Errors
/// A deciding source file that cannot be read: the program must run in the repository's root.
pub fn describe(run: &PlannedRun, computer: &Computer, options: &Options) -> Result<Environment> {
    let data = run
        .configuration
        .data
        .as_ref()
        .map(|data| data.name.as_str());
    let deciding = sources::deciding(&run.experiment, &run.configuration.network, data);
    let (commit, dirty) = sources::commit();
    let cuda = computer.kind == DeviceKind::Cuda;
    let now = Timestamp::now();
    Ok(Environment {
        device: computer.name.clone(),
        device_kind: computer.kind,
        driver: if cuda {
            nvidia_smi("driver_version")
        } else {
            None
        },
        cuda: cuda.then(|| version(tch::utils::version_cudart())),
        cudnn: cuda.then(|| tch::utils::version_cudnn().to_string()),
        libtorch: Some(computer.libtorch()),
        cpu: cpu_name(),
        threads: options.thread_count(),
        runs_at_once: (options.runs_at_once > 1).then_some(options.runs_at_once),
        commit,
        dirty,
        sources: source_digests(Path::new("."), &deciding)?,
        started: now,
        ended: now,
    })
}

/// CUDA's number 13000 is version 13.0.
fn version(number: i64) -> String {
    format!("{}.{}", number / 1000, number % 1000 / 10)
}
