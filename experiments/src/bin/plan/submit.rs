//! Submitting runs to Slurm, as arrays of jobs.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{PathBuf, absolute};

use anyhow::{Context, Result, bail};
use clap::{Args, value_parser};
use experiments::say;
use experiments::sources::present_digest;
use jiff::Timestamp;
use results::{Digest, Hardware, PlannedRun, Slurm, SlurmOptions, SlurmValue, slurm, states};

use crate::Places;
use crate::attempts::Attempts;
use crate::choice::{Choice, Obstacle, Selection};
use crate::slurm::{Array, JobState, Queue, Submission, most_jobs, submit};
use crate::voice::Voice;

/// What to submit, and how; what is not said here is in `[engine.slurm]` of the plan.
#[derive(Debug, Args)]
pub(crate) struct Submit {
    #[command(flatten)]
    selection: Selection,
    /// An option of `sbatch` by its long name, such as `time=4:00:00` or `exclusive=true`; may be given several times
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = option)]
    options: Vec<(String, SlurmValue)>,
    /// Jobs of an array at the same time
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    at_once: Option<u32>,
    /// A line of the script before the program, such as `module load cuda`; may be given several times
    #[arg(long, value_name = "LINE")]
    before: Vec<String>,
    /// A word of the command that starts the program, such as one of `apptainer exec --nv IMAGE`; may be given several
    /// times
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    within: Vec<String>,
    /// Print the scripts, and submit nothing
    #[arg(long)]
    dry_run: bool,
}

/// Submits the wanted runs that are not made and that no job makes.
pub(crate) fn run(places: &Places, wanted: &Submit) -> Result<()> {
    let (plan, records) = places.read()?;
    let slurm = wanted.settings(&plan.slurm);
    let own: SlurmOptions = wanted.options.iter().cloned().collect();
    let _lock = match wanted.dry_run {
        true => None,
        false => Some(Submission::lock(&places.state)?),
    };
    let queue = Queue::read(&places.state)?;
    match (&queue.fault, wanted.dry_run) {
        (Some(fault), true) => say::note(&format!("which runs wait already is not known: {fault}")),
        (Some(fault), false) => bail!("which runs wait already is not known: {fault}"),
        (None, _) => (),
    }
    let obstacle = |run: &PlannedRun| match in_work(&queue, &run.id) {
        Some(text) => Some(Obstacle::InWork(text)),
        None => { slurm.options_on(&run.hardware, &own).err() }.map(Obstacle::Place),
    };
    let states = states(&plan, &records, present_digest, |_| true);
    let choice = Choice::new(&plan, states, places, &wanted.selection, false, obstacle)?;
    choice.tell_left(Voice {
        json: wanted.dry_run,
    });
    if choice.open.is_empty() {
        if choice.lacks(&wanted.selection) {
            bail!("nothing to submit");
        }
        say::line("nothing to submit");
        return Ok(());
    }
    let data = data_folder(&wanted.selection)?;
    let most = most_jobs()?;
    let mut submitted = 0;
    for (hardware, runs) in by_hardware(&choice.open) {
        for runs in runs.chunks(most) {
            let array = Array {
                submission: submission(runs),
                hardware: hardware.clone(),
                options: slurm.options_on(hardware, &own).unwrap_or_default(),
                slurm: &slurm,
                data: data.clone(),
            };
            if wanted.dry_run {
                say::line(&array.script(places)?);
                continue;
            }
            say::note(&format!("submitting {} runs on `{hardware}`", runs.len()));
            let job = send(&array, places, runs).with_context(|| match submitted {
                0 => "nothing was submitted".to_owned(),
                some => format!("only {some} of {} runs were submitted", choice.open.len()),
            })?;
            submitted += runs.len();
            let jobs = if runs.len() == 1 { "job" } else { "jobs" };
            say::line(&format!("{} {jobs} on `{hardware}`: {job}", runs.len()));
        }
    }
    if !wanted.dry_run {
        say::line("`scripts/plan status` says where they are");
    }
    Ok(())
}

impl Submit {
    /// Those of the plan, and over them what the command line says.
    fn settings(&self, of_plan: &Slurm) -> Slurm {
        let mut slurm = of_plan.clone();
        slurm.at_once = self.at_once.and_then(NonZero::new).or(slurm.at_once);
        slurm.before.extend(self.before.iter().cloned());
        if !self.within.is_empty() {
            slurm.within.clone_from(&self.within);
        }
        slurm
    }
}

/// Notes and submits an array; the number of its job.
fn send(array: &Array, places: &Places, runs: &[&PlannedRun]) -> Result<String> {
    let script = array.script(places)?;
    for run in runs {
        Attempts::of(run, places).forget()?;
    }
    let script = array.submission.write(&places.state, &script)?;
    let job = submit(&script);
    if job.is_err() {
        array.submission.withdraw(&places.state);
    }
    job
}

/// That a job makes the run, or will.
fn in_work(queue: &Queue, run: &str) -> Option<String> {
    match &queue.job(run)?.state {
        JobState::Queued { id, .. } => Some(format!("job {id} waits to make it")),
        JobState::Running { id } => Some(format!("job {id} makes it")),
        JobState::Ended(_) | JobState::Unknown => None,
    }
}

fn data_folder(selection: &Selection) -> Result<Option<PathBuf>> {
    let named = selection.data.clone();
    let named = named.or_else(|| std::env::var_os("MEASURED_DATA").map(Into::into));
    Ok(named.map(absolute).transpose()?)
}

/// Runs that ask for the same nodes; the most wanted first.
fn by_hardware<'a>(runs: &[&'a PlannedRun]) -> BTreeMap<&'a Hardware, Vec<&'a PlannedRun>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for run in runs {
        groups.entry(&run.hardware).or_default().push(*run);
    }
    groups
}

/// A new submission, whose name no other one has.
fn submission(runs: &[&PlannedRun]) -> Submission {
    let runs: Vec<String> = runs.iter().map(|run| run.id.clone()).collect();
    let submitted = Timestamp::now();
    let what = format!("{submitted} {} {runs:?}", std::process::id());
    Submission {
        name: format!("measured-{}", &Digest::of(what.as_bytes()).as_str()[..8]),
        submitted,
        runs,
    }
}

/// Reads `NAME=VALUE`.
fn option(text: &str) -> Result<(String, SlurmValue), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no value, expected such as `time=4:00:00`"))?;
    let value = match value {
        "true" => SlurmValue::Flag(true),
        "false" => SlurmValue::Flag(false),
        value => SlurmValue::Text(value.to_owned()),
    };
    slurm::check_option(name, &value)?;
    Ok((name.to_owned(), value))
}
