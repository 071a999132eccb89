//! Slurm's commands.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};

/// The longest array where Slurm does not say another, its default.
const USUAL_ARRAY: usize = 1001;
/// Jobs that one command cancels.
const CANCELLED_AT_ONCE: usize = 500;

/// Beginnings of the variables by which a user's settings change what these commands do and print.
const SETTINGS: [&str; 3] = ["SQUEUE_", "SACCT_", "SCANCEL_"];
/// Variables that would come before what a script says of itself.
const OF_SCRIPTS: [&str; 13] = [
    "SBATCH_ARRAY_INX",
    "SBATCH_CLUSTERS",
    "SBATCH_ERROR",
    "SBATCH_INPUT",
    "SBATCH_JOB_NAME",
    "SBATCH_NO_REQUEUE",
    "SBATCH_OPEN_MODE",
    "SBATCH_OUTPUT",
    "SBATCH_REQUEUE",
    "SBATCH_SIGNAL",
    "SBATCH_TEST_ONLY",
    "SBATCH_WAIT",
    "SLURM_CLUSTERS",
];

/// What a command of Slurm's prints.
///
/// # Errors
/// That there is no such command, or why it refuses.
pub(super) fn ask(program: &str, arguments: &[impl AsRef<OsStr>]) -> Result<String> {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if SETTINGS.iter().any(|it| text.starts_with(it)) || OF_SCRIPTS.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    let output = match command.args(arguments).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "there is no `{program}`; hint: Slurm's commands are on the login nodes of a cluster"
        ),
        output => output?,
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = said
            .lines()
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .collect();
        bail!("`{program}` refuses: {}", said.join("; "));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Submits a script; the number of the job.
///
/// # Errors
/// Why Slurm refuses it.
pub(crate) fn submit(script: &Path) -> Result<String> {
    let answer = ask("sbatch", &[OsStr::new("--parsable"), script.as_os_str()])?;
    // `NUMBER;CLUSTER` where there are several.
    let number = answer.trim().split(';').next().unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    ensure!(
        is_number,
        "`sbatch` answers `{}`, expected the number of a job",
        answer.trim()
    );
    Ok(number.to_owned())
}

/// The most jobs that an array may have.
///
/// # Errors
/// That this Slurm takes no arrays.
pub(crate) fn most_jobs() -> Result<usize> {
    let Ok(settings) = ask("scontrol", &["show", "config"]) else {
        return Ok(USUAL_ARRAY);
    };
    let most = settings
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim() == "MaxArraySize");
    let most = most.and_then(|(_, value)| value.trim().parse().ok());
    let most = most.unwrap_or(USUAL_ARRAY);
    ensure!(
        most > 0,
        "this Slurm takes no arrays of jobs: its `MaxArraySize` is 0"
    );
    Ok(most)
}

/// Cancels jobs by their ids.
///
/// # Errors
/// Why Slurm refuses.
pub(crate) fn cancel(ids: &[&str]) -> Result<()> {
    for ids in ids.chunks(CANCELLED_AT_ONCE) {
        ask("scancel", ids)?;
    }
    Ok(())
}
