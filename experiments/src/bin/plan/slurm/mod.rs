//! Runs as jobs of Slurm. What was submitted is noted in the folder `STATE/slurm`, for each array
//!
//! * `NAME.json`: its runs, in the order of the array; `NAME` is that of its jobs, too;
//! * `NAME.sh`: its script;
//! * `NAME-INDEX.log`: what a job said, from all its starts;
//! * `NAME-INDEX.begun`: by its age, when it began last;
//! * `NAME-INDEX.status`: the exit status with which it ended last;
//! * `NAME-INDEX.cancelled`: that `plan cancel` took it back.

mod client;
mod queue;
mod script;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use experiments::lock::own_folder;
use experiments::say;
use jiff::Timestamp;
use results::files::{read_text, replace_file};
use serde::{Deserialize, Serialize};

pub(crate) use client::{cancel, most_jobs, submit};
pub(crate) use queue::{Job, JobState, Queue};
pub(crate) use script::Array;

/// The longest note, in bytes.
const LONGEST_BYTES: u64 = 16 << 20;

/// An array of jobs that was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submission {
    /// The name of its jobs.
    pub(crate) name: String,
    /// When, which tells the newest one of a run.
    pub(crate) submitted: Timestamp,
    /// The runs, by their index in the array.
    pub(crate) runs: Vec<String>,
}

impl Submission {
    /// The folder of all notes.
    pub(crate) fn folder(state: &Path) -> PathBuf {
        state.join("slurm")
    }

    /// All that were noted, the oldest first; one that cannot be read is told on standard error.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(crate) fn read_all(state: &Path) -> Result<Vec<Submission>> {
        let folder = Submission::folder(state);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("`{}`", folder.display()))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|it| it != "json") {
                continue;
            }
            let text = read_text(&path, LONGEST_BYTES).map_err(anyhow::Error::from);
            match text.and_then(|text| Ok(serde_json::from_str::<Submission>(&text)?)) {
                Ok(submission) => found.push(submission),
                Err(error) => say::note(&format!("`{}` is no note: {error}", path.display())),
            }
        }
        found.sort_by(|a, b| (a.submitted, &a.name).cmp(&(b.submitted, &b.name)));
        Ok(found)
    }

    /// Writes note and script, before Slurm hears of them.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn write(&self, state: &Path, script: &str) -> Result<PathBuf> {
        let folder = own_folder(state, &["slurm"])?;
        let note = serde_json::to_string_pretty(self)? + "\n";
        for (ending, text) in [("json", note.as_str()), ("sh", script)] {
            let path = folder.join(format!("{}.{ending}", self.name));
            replace_file(&path, text.as_bytes())
                .with_context(|| format!("`{}`", path.display()))?;
        }
        Ok(folder.join(format!("{}.sh", self.name)))
    }

    /// Removes both where Slurm did not take the array.
    pub(crate) fn withdraw(&self, state: &Path) {
        for ending in ["json", "sh"] {
            let path = Submission::folder(state).join(format!("{}.{ending}", self.name));
            // What stays names jobs that nobody knows, and is told so.
            let _ = fs::remove_file(path);
        }
    }

    /// Keeps others from submitting until it is dropped: what waits already is asked before, and noted afterwards.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn lock(state: &Path) -> Result<File> {
        let path = own_folder(state, &["slurm"])?.join("lock");
        let file = File::options().create(true).append(true).open(&path);
        let file = file.with_context(|| format!("`{}`", path.display()))?;
        if file.lock().is_err() {
            say::note(&format!(
                "`{}` cannot be locked; see to it that nobody else submits now",
                path.display()
            ));
        }
        Ok(file)
    }
}
