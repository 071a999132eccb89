//! Where, when and from which sources a session runs, for the record.

use anyhow::{Result, ensure};
use jiff::Timestamp;
use results::{DeviceKind, Environment, PlannedRun, SourceDigests};

use crate::device::{Computer, cpu_name, nvidia_smi};
use crate::options::Options;
use crate::sources;

/// Describes this machine and program at the beginning of a session.
///
/// # Errors
/// An experiment that no program of this crate makes.
pub fn describe(run: &PlannedRun, computer: &Computer, options: &Options) -> Result<Environment> {
    let experiment = &run.experiment;
    ensure!(
        sources::is_program(experiment),
        "experiment `{experiment}` has no program in `experiments/src/bin`"
    );
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
        source_digests: SourceDigests::CompiledTokens,
        sources: sources::compiled_into(experiment),
        started: now,
        ended: now,
    })
}

/// CUDA's number 13000 is version 13.0.
fn version(number: i64) -> String {
    format!("{}.{}", number / 1000, number % 1000 / 10)
}
