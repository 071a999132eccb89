//! The state of every planned run: a line for each, those of a grid below a line for it.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;
use experiments::say;
use experiments::sources::present_digest;
use experiments::this_device::ThisDevice;
use results::{Digest, PlannedRunState, State, record_path, states, unplanned};
use serde_json::json;

use crate::Places;
use crate::job::last_lines;
use crate::slurm::{Job, JobState, Queue};

/// Lines of a failed job's log that are shown.
const LAST_LINES: usize = 5;

/// How much is said.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// One line for each grid, without its runs
    #[arg(long)]
    brief: bool,
    /// A line of JSON for each run
    #[arg(long, conflicts_with = "brief")]
    json: bool,
}

/// Prints the states, then how many runs are in which.
pub(crate) fn print(places: &Places, status: &Status) -> Result<()> {
    let (plan, records) = places.read()?;
    let device = ThisDevice::find();
    let states = states(&plan, &records, present_digest, |card| device.is_card(card));
    let unmade = states.iter().filter(|it| it.state != State::Measured);
    let unmade: BTreeSet<&str> = unmade.map(|it| it.run.id.as_str()).collect();
    let mut queue = Queue::read(&places.state)?;
    queue.look_up_forgotten(&unmade);
    if let Some(fault) = &queue.fault {
        say::note(&format!(
            "where the submitted runs are is not known: {fault}"
        ));
    }
    if status.json {
        { states.iter() }.for_each(|state| print_json(state, &queue, places));
        return Ok(());
    }
    let width = { plan.runs.iter() }
        .map(|run| run.id.len() + if run.grid.is_some() { 2 } else { 0 })
        .max()
        .unwrap_or_default();
    for group in states.chunk_by(|a, b| a.run.grid.is_some() && a.run.grid == b.run.grid) {
        let indent = match &group[0].run.grid {
            Some(grid) => {
                say::line(&format!("{grid}: {}", counted(group)));
                "  "
            }
            None => "",
        };
        if status.brief && !indent.is_empty() {
            continue;
        }
        for state in group {
            let id = format!("{indent}{}", state.run.id);
            let job = queue.job(&state.run.id);
            let of_job = job.and_then(|job| describe_job(job, places, state));
            let of_job = of_job.map_or(String::new(), |text| format!("; {text}"));
            say::line(&format!("{id:width$}  {}{of_job}", describe(state)));
            for line in job.map_or(Vec::new(), |job| last_words(job, state)) {
                say::line(&format!("{:width$}  | {line}", ""));
            }
        }
    }
    for (run, job) in queue.live().filter(|(run, _)| plan.run(run).is_none()) {
        let id = job.live_id().unwrap_or_default();
        say::line(&format!(
            "job {id} is for `{run}`, which the plan does not have"
        ));
    }
    for (path, _) in unplanned(&plan, &records) {
        say::line(&format!(
            "`{}` is the record of no planned run",
            path.display()
        ));
    }
    let sums = counted(&states);
    let in_queue = in_queue(&queue);
    say::line(&format!("{} runs: {sums}{in_queue}", states.len()));
    Ok(())
}

/// How many jobs work and wait, where some do.
fn in_queue(queue: &Queue) -> String {
    let jobs: Vec<&JobState> = queue.live().map(|(_, job)| &job.state).collect();
    let count = |is_it: fn(&JobState) -> bool| jobs.iter().filter(|job| is_it(job)).count();
    let counts = [
        (
            count(|job| matches!(job, JobState::Running { .. })),
            "running",
        ),
        (
            count(|job| matches!(job, JobState::Queued { .. })),
            "queued",
        ),
    ];
    let told = counts.into_iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> = told
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!("; {}", told.join(", ")),
    }
}

/// A run for programs.
fn print_json(state: &PlannedRunState, queue: &Queue, places: &Places) {
    let run = state.run;
    let job = queue.job(&run.id);
    let line = json!({
        "run": run.id,
        "experiment": run.experiment,
        "hardware": run.hardware.to_string(),
        "priority": run.priority,
        "state": state.state.kind(),
        "record": record_path(&places.runs, &run.experiment, &run.id),
        "reached": places.checkpoints(run).reached().map(|it| [it.epochs, it.planned as f64]),
        "job": job.and_then(|job| describe_job(job, places, state)),
    });
    say::line(&line.to_string());
}

/// What is known of a run's job; nothing of one that ended well, or of whose run there is a result by now.
fn describe_job(job: &Job, places: &Places, state: &PlannedRunState) -> Option<String> {
    match &job.state {
        JobState::Queued { id, reason } => Some(format!("queued as {id} ({reason})")),
        JobState::Running { id } => Some(match places.checkpoints(state.run).reached() {
            Some(reached) => format!("running as {id}, saved at {reached}"),
            None => format!("running as {id}"),
        }),
        _ if state.state == State::Measured => None,
        JobState::Unknown => Some(format!("submitted as {}", job.name)),
        JobState::Ended(_) if job.is_cancelled() => Some("its job was cancelled".to_owned()),
        JobState::Ended(_) => {
            let (how, log) = (job.failure()?, job.log());
            let where_to_look = match log.exists() {
                true => format!("`{}` ends", log.display()),
                false => format!(
                    "there is no `{}`; hint: it never began, or the nodes do not share the folders of programs, plan, \
                     records and states",
                    log.display()
                ),
            };
            Some(format!("its job failed: {how}; {where_to_look}"))
        }
    }
}

/// The last lines of the log of a job that failed.
fn last_words(job: &Job, state: &PlannedRunState) -> Vec<String> {
    match job.failure() {
        Some(_) if state.state != State::Measured => last_lines(&job.log(), LAST_LINES),
        _ => Vec::new(),
    }
}

/// How many of the runs are in which state.
fn counted(states: &[PlannedRunState]) -> String {
    let count = |kind: &str| {
        { states.iter() }
            .filter(|it| it.state.kind() == kind)
            .count()
    };
    let counts = State::KINDS.map(|kind| (count(kind), kind)).into_iter();
    let counts: Vec<_> = { counts.filter(|(count, _)| *count > 0) }
        .map(|(count, kind)| match kind {
            "no_such_card" => format!("{count} on cards that are not here"),
            kind => format!("{count} {kind}"),
        })
        .collect();
    match counts.is_empty() {
        true => "none".to_owned(),
        false => counts.join(", "),
    }
}

/// The first digits of a digest; another value whole.
fn short(value: &str) -> String {
    Digest::parse(value).map_or(value.to_owned(), |digest| digest.short().to_owned())
}

fn describe(state: &PlannedRunState) -> String {
    match &state.state {
        State::Measured => "measured".to_owned(),
        State::Partial { done, planned } => format!("partial, {done} of {planned}"),
        State::Missing { .. } => format!("missing, on {}", state.run.hardware),
        State::Failed { reason } => format!("failed: {reason}"),
        State::NoSuchCard => format!("no such card here, needs {}", state.run.hardware),
        State::Stale { changes } => {
            let change = |change: &results::Change| {
                let [recorded, current] = [&change.recorded, &change.current].map(|it| short(it));
                format!("{} was {recorded}, is {current}", change.what)
            };
            format!(
                "stale: {}",
                changes.iter().map(change).collect::<Vec<_>>().join("; ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_alone_are_shortened() {
        let digest = Digest::of("a");
        assert_eq!(short(digest.as_str()), digest.short());
        for value in ["9223372036854775807", "ImageNet ResNet-50", "[60,120,180]"] {
            assert_eq!(short(value), value);
        }
    }
}
