//! Slurm's commands.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

/// The longest array where Slurm does not say another, its default.
const USUAL_ARRAY: usize = 1001;
/// Jobs that one command cancels.
const CANCELLED_AT_ONCE: usize = 500;

/// What a command of Slurm's prints.
///
/// # Errors
/// That there is no such command, or why it refuses.
pub(super) fn ask(program: &str, arguments: &[impl AsRef<OsStr>]) -> Result<String> {
    let output = match Command::new(program).args(arguments).output() {
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
    Ok(number.to_owned())
}

/// The most jobs that an array may have.
pub(crate) fn most_jobs() -> usize {
    let Ok(settings) = ask("scontrol", &["show", "config"]) else {
        return USUAL_ARRAY;
    };
    let most = settings
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim() == "MaxArraySize");
    let most = most.and_then(|(_, value)| value.trim().parse().ok());
    most.unwrap_or(USUAL_ARRAY)
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
