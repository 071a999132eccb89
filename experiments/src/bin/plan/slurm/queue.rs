//! Where the submitted runs are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Error, Result};

use crate::Places;
use crate::slurm::Submission;
use crate::slurm::client::ask;

/// The newest job of each run that was submitted.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: BTreeMap<String, Job>,
    /// Why Slurm does not say where the jobs are.
    pub(crate) fault: Option<Error>,
}

/// A job that makes one run, or made it.
pub(crate) struct Job {
    pub(crate) submission: Submission,
    pub(crate) index: usize,
    pub(crate) state: JobState,
}

impl Job {
    /// What it said, from all its starts.
    pub(crate) fn log(&self, places: &Places) -> PathBuf {
        self.submission.log(&places.state, self.index)
    }

    /// Whether somebody cancelled it.
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(&self.state, JobState::Ended(Some(how)) if how == "CANCELLED")
    }

    /// How it failed; nothing of one that ended well, was cancelled, or is not known to be over.
    pub(crate) fn failure(&self, places: &Places) -> Option<String> {
        let JobState::Ended(how) = &self.state else {
            return None;
        };
        if self.is_cancelled() {
            return None;
        }
        // Of these two the exit status says more.
        let how = how
            .as_deref()
            .filter(|how| !["COMPLETED", "FAILED"].contains(how));
        match (how, self.submission.exit_status(&places.state, self.index)) {
            (_, Some(0)) => None,
            (Some(how), _) => Some(how.to_owned()),
            (None, Some(status)) => Some(format!("exit status {status}")),
            (None, None) => Some("without an exit status".to_owned()),
        }
    }
}

/// Where a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobState {
    /// It waits.
    Queued {
        /// Slurm's id of it, such as `12_3`.
        id: String,
        /// Slurm's word for why.
        reason: String,
    },
    /// It works, or is just ending.
    Running {
        /// Slurm's id of it.
        id: String,
    },
    /// It is over; with Slurm's word for how, where it has one.
    Ended(Option<String>),
    /// Slurm cannot be asked.
    Unknown,
}

impl Queue {
    /// Asks Slurm, where something was submitted, about the newest job of each run of `wanted`.
    ///
    /// # Errors
    /// Notes that cannot be read.
    pub(crate) fn read(places: &Places, wanted: &BTreeSet<&str>) -> Result<Queue> {
        let mut jobs = BTreeMap::new();
        for submission in Submission::read_all(&places.state)? {
            for (index, run) in submission.runs.iter().enumerate() {
                if wanted.contains(run.as_str()) {
                    let (submission, state) = (submission.clone(), JobState::Unknown);
                    let job = Job {
                        submission,
                        index,
                        state,
                    };
                    jobs.insert(run.clone(), job);
                }
            }
        }
        let mut queue = Queue { jobs, fault: None };
        if let Err(fault) = queue.ask() {
            queue.fault = Some(fault);
        }
        Ok(queue)
    }

    /// The newest job of a run.
    pub(crate) fn job(&self, run: &str) -> Option<&Job> {
        self.jobs.get(run)
    }

    fn ask(&mut self) -> Result<()> {
        let names: BTreeSet<&str> = { self.jobs.values() }
            .map(|job| job.submission.name.as_str())
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        let names = names.into_iter().collect::<Vec<_>>().join(",");
        let listed = ask(
            "squeue",
            &[
                "--noheader",
                "--array",
                "--states=all",
                &format!("--name={names}"),
                "--format=%j|%F|%K|%T|%r",
            ],
        )?;
        let known: BTreeMap<_, _> = listed.lines().filter_map(listed_job).collect();
        for job in self.jobs.values_mut() {
            let key = (job.submission.name.clone(), job.index);
            job.state = known.get(&key).cloned().unwrap_or(JobState::Ended(None));
        }
        // Slurm forgets a job minutes after its end; its database does not, where it has one.
        let forgotten = |job: &&mut Job| job.state == JobState::Ended(None);
        let mut forgotten: Vec<_> = self.jobs.values_mut().filter(forgotten).collect();
        let Some(since) = forgotten.iter().map(|job| job.submission.submitted).min() else {
            return Ok(());
        };
        let since = since.strftime("%Y-%m-%d").to_string();
        let Ok(listed) = ask(
            "sacct",
            &[
                "--noheader",
                "--parsable2",
                "--allocations",
                &format!("--name={names}"),
                &format!("--starttime={since}"),
                "--format=JobName,JobID,State",
            ],
        ) else {
            return Ok(());
        };
        let known: BTreeMap<_, _> = listed.lines().filter_map(accounted_job).collect();
        for job in &mut forgotten {
            let key = (job.submission.name.clone(), job.index);
            job.state = JobState::Ended(known.get(&key).cloned());
        }
        Ok(())
    }
}

/// A line of `squeue`: name of the array, index, state.
fn listed_job(line: &str) -> Option<((String, usize), JobState)> {
    let mut fields = line.split('|');
    let mut next = || fields.next();
    let (name, array, index) = (next()?, next()?, next()?.parse().ok()?);
    let (state, reason) = (next()?, next()?);
    let id = format!("{array}_{index}");
    let state = match state {
        "PENDING" | "CONFIGURING" | "REQUEUED" | "REQUEUE_FED" | "REQUEUE_HOLD"
        | "SPECIAL_EXIT" | "RESV_DEL_HOLD" => {
            let reason = reason.to_owned();
            JobState::Queued { id, reason }
        }
        "RUNNING" | "COMPLETING" | "SUSPENDED" | "STOPPED" | "SIGNALING" | "RESIZING"
        | "STAGE_OUT" => JobState::Running { id },
        over => JobState::Ended(Some(over.to_owned())),
    };
    Some(((name.to_owned(), index), state))
}

/// A line of `sacct`: name of the array, index, how the job ended, such as `CANCELLED by 1000`.
fn accounted_job(line: &str) -> Option<((String, usize), String)> {
    let mut fields = line.split('|');
    let (name, id, state) = (fields.next()?, fields.next()?, fields.next()?);
    let (_, index) = id.split_once('_')?;
    let state = state.split(' ').next()?;
    Some(((name.to_owned(), index.parse().ok()?), state.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// States and reasons as Slurm's manual of `squeue` lists them.
    #[test]
    fn states_of_jobs() {
        let check = |state: &str, expect: JobState| {
            let found = listed_job(&format!("measured-ab|12|3|{state}|Priority"));
            let (key, found) = found.unwrap();
            assert_eq!(key, ("measured-ab".to_owned(), 3));
            assert_eq!(found, expect, "{state}");
        };
        let id = || "12_3".to_owned();
        for state in [
            "PENDING",
            "CONFIGURING",
            "REQUEUED",
            "REQUEUE_HOLD",
            "SPECIAL_EXIT",
        ] {
            let reason = "Priority".to_owned();
            check(state, JobState::Queued { id: id(), reason });
        }
        for state in ["RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "STAGE_OUT"] {
            check(state, JobState::Running { id: id() });
        }
        for state in [
            "COMPLETED",
            "CANCELLED",
            "FAILED",
            "TIMEOUT",
            "NODE_FAIL",
            "OUT_OF_MEMORY",
        ] {
            check(state, JobState::Ended(Some(state.to_owned())));
        }
    }

    #[test]
    fn lines_that_tell_of_no_job_of_an_array() {
        for line in [
            "",
            "measured-ab|12|N/A|RUNNING|None",
            "slurm_load_jobs error",
            "a|1|2",
        ] {
            assert_eq!(listed_job(line), None, "{line}");
        }
        for line in [
            "",
            "measured-ab|12|COMPLETED",
            "measured-ab|12_[0-3]|PENDING",
        ] {
            assert_eq!(accounted_job(line), None, "{line}");
        }
        let found = accounted_job("measured-ab|12_3|CANCELLED by 1000");
        assert_eq!(
            found,
            Some((("measured-ab".to_owned(), 3), "CANCELLED".to_owned()))
        );
    }
}
