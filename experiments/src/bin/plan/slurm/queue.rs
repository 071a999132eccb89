//! Where the submitted runs are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result};
use experiments::lock::IN_WORK_STATUS;
use jiff::Timestamp;

use crate::slurm::Submission;
use crate::slurm::client::ask;

/// Names of arrays that one command is asked about.
const ASKED_AT_ONCE: usize = 500;

/// The jobs of each run that was submitted, the oldest first.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: BTreeMap<String, Vec<Job>>,
    /// Why Slurm does not say where the jobs are.
    pub(crate) fault: Option<Error>,
}

/// A job that makes one run, or made it.
pub(crate) struct Job {
    /// The name of its array.
    pub(crate) name: String,
    index: usize,
    submitted: Timestamp,
    pub(crate) state: JobState,
    /// Its files, but for the ending.
    files: PathBuf,
}

impl Job {
    /// What it said, from all its starts.
    pub(crate) fn log(&self) -> PathBuf {
        self.file("log")
    }

    /// Slurm's id of it, while it waits or works.
    pub(crate) fn live_id(&self) -> Option<&str> {
        match &self.state {
            JobState::Queued { id, .. } | JobState::Running { id } => Some(id),
            JobState::Ended(_) | JobState::Unknown => None,
        }
    }

    /// Notes that somebody cancels it, since Slurm forgets that.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn note_cancelled(&self) -> Result<()> {
        Ok(fs::write(self.file("cancelled"), "")?)
    }

    /// Whether somebody cancelled it.
    pub(crate) fn is_cancelled(&self) -> bool {
        match &self.state {
            JobState::Ended(how) => {
                how.as_deref() == Some("CANCELLED") || self.file("cancelled").exists()
            }
            _ => false,
        }
    }

    /// How it failed; nothing of one that ended well, was cancelled, or is not known to be over.
    pub(crate) fn failure(&self) -> Option<String> {
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
        let status = fs::read_to_string(self.file("status")).ok();
        let status: Option<i32> = status.and_then(|text| text.trim().parse().ok());
        match (how, status) {
            (_, Some(0)) => None,
            (Some(how), _) => Some(how.to_owned()),
            (None, Some(status)) if status == i32::from(IN_WORK_STATUS) => {
                Some("another program made the run".to_owned())
            }
            (None, Some(status)) => Some(format!("exit status {status}")),
            (None, None) => Some("without an exit status".to_owned()),
        }
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.files.with_extension(ending)
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
    /// Asks Slurm about all that was submitted.
    ///
    /// # Errors
    /// Notes that cannot be read.
    pub(crate) fn read(state: &Path) -> Result<Queue> {
        let mut queue = Queue::default();
        for Submission {
            name,
            submitted,
            runs,
        } in Submission::read_all(state)?
        {
            for (index, run) in runs.into_iter().enumerate() {
                let job = Job {
                    files: Submission::folder(state).join(format!("{name}-{index}.log")),
                    name: name.clone(),
                    index,
                    submitted,
                    state: JobState::Unknown,
                };
                queue.jobs.entry(run).or_default().push(job);
            }
        }
        queue.fault = queue.ask_queue().err();
        Ok(queue)
    }

    /// The job of a run that waits or works, or else its newest one.
    pub(crate) fn job(&self, run: &str) -> Option<&Job> {
        let jobs = self.jobs.get(run)?;
        let live = jobs.iter().find(|job| job.live_id().is_some());
        live.or(jobs.last())
    }

    /// The jobs that wait or work, with their runs.
    pub(crate) fn live(&self) -> impl Iterator<Item = (&str, &Job)> {
        let jobs = { self.jobs.iter() }
            .flat_map(|(run, jobs)| jobs.iter().map(move |job| (run.as_str(), job)));
        jobs.filter(|(_, job)| job.live_id().is_some())
    }

    fn ask_queue(&mut self) -> Result<()> {
        let mut known = BTreeMap::new();
        let names: BTreeSet<&str> = { self.jobs.values().flatten() }
            .map(|job| job.name.as_str())
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        for names in names.chunks(ASKED_AT_ONCE) {
            let names = format!("--name={}", names.join(","));
            let format = "--format=%j|%F|%K|%T|%r";
            let words = ["--noheader", "--array", "--states=all", &names, format];
            let listed = ask("squeue", &words)?;
            known.extend(listed.lines().filter_map(listed_job));
        }
        for job in self.jobs.values_mut().flatten() {
            // Jobs that were cancelled before they began are told as one, without an index.
            let found = [Some(job.index), None]
                .into_iter()
                .find_map(|index| known.get(&(job.name.clone(), index)));
            job.state = found.cloned().unwrap_or(JobState::Ended(None));
        }
        Ok(())
    }

    /// Asks the database, where there is one, how the newest jobs of these runs ended: minutes after their end Slurm
    /// itself does not know them any more.
    pub(crate) fn look_up_forgotten(&mut self, runs: &BTreeSet<&str>) {
        let of_runs = { self.jobs.iter_mut() }.filter(|(run, _)| runs.contains(run.as_str()));
        let newest = of_runs.filter_map(|(_, jobs)| jobs.last_mut());
        let mut forgotten: Vec<&mut Job> = { newest }
            .filter(|job| job.state == JobState::Ended(None))
            .collect();
        let Some(since) = forgotten.iter().map(|job| job.submitted).min() else {
            return;
        };
        let since = format!("--starttime={}", since.strftime("%Y-%m-%d"));
        let names: BTreeSet<String> = forgotten.iter().map(|job| job.name.clone()).collect();
        let names: Vec<String> = names.into_iter().collect();
        let mut known = BTreeMap::new();
        for names in names.chunks(ASKED_AT_ONCE) {
            let names = format!("--name={}", names.join(","));
            let format = "--format=JobName,JobID,State";
            let words = [
                "--noheader",
                "--parsable2",
                "--allocations",
                &names,
                &since,
                format,
            ];
            let Ok(listed) = ask("sacct", &words) else {
                return; // there is none
            };
            known.extend(listed.lines().filter_map(accounted_job));
        }
        for job in &mut forgotten {
            let found = known.get(&(job.name.clone(), job.index));
            job.state = JobState::Ended(found.cloned());
        }
    }
}

/// A line of `squeue`: name of the array, index or none for all that are not told of by theirs, state.
fn listed_job(line: &str) -> Option<((String, Option<usize>), JobState)> {
    let mut fields = line.split('|');
    let mut next = || fields.next();
    let (name, array, index) = (next()?, next()?, next()?);
    let (state, reason) = (next()?, next()?);
    let id = format!("{array}_{index}");
    let index = match index {
        "N/A" => None,
        index => Some(index.parse().ok()?),
    };
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
            assert_eq!(key, ("measured-ab".to_owned(), Some(3)));
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
    fn jobs_that_were_cancelled_before_they_began() {
        let (key, state) = listed_job("measured-ab|89|N/A|CANCELLED|None").unwrap();
        assert_eq!(key, ("measured-ab".to_owned(), None));
        assert_eq!(state, JobState::Ended(Some("CANCELLED".to_owned())));
    }

    #[test]
    fn lines_that_tell_of_no_job_of_an_array() {
        for line in [
            "",
            "measured-ab|12|[0-2]|RUNNING|None",
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
