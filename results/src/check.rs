//! Whether the values of a record lie in their ranges and agree with each other.

use crate::error::Problem;
use crate::experiments::known_experiment;
use crate::plan::command;
use crate::ranges::Checks;
use crate::record::{Completion, Record};

/// Everything that is out of range or contradictory in `record`, in the order of its fields.
pub(crate) fn record(record: &Record) -> Vec<Problem> {
    let rerun = format!("run `{}`", command(&record.run));
    let mut checks = Checks::new(&rerun);
    kind(&mut checks, record);
    checks.name("run", &record.run);
    completion(&mut checks, record);
    record.configuration.chosen().check(&mut checks);
    sessions(&mut checks, record);
    let Record {
        completion,
        measured,
        ..
    } = record;
    measured
        .found()
        .check(completion, record.planned(), &mut checks);
    checks.problems
}

/// What a run chose and measured must be what its experiment does.
fn kind(checks: &mut Checks<'_>, record: &Record) {
    let known = known_experiment(&record.experiment);
    let kinds = [record.configuration.kind(), record.measured.kind()];
    let holds = known.is_ok_and(|known| kinds == [known.kind(); 2]);
    let found = format_args!("`{}`", record.experiment);
    let expected = "an experiment that chooses and measures what the record holds";
    checks.require(holds, "experiment", found, expected);
}

fn completion(checks: &mut Checks<'_>, record: &Record) {
    let (done, planned) = (record.done(), record.planned());
    checks.require(
        done <= planned,
        "completion",
        format_args!("{done} done"),
        format!("at most the {planned} planned"),
    );
    match &record.completion {
        Completion::Complete => {
            let found = format!("`complete` with {done} of {planned} done");
            checks.require(done >= planned, "completion", found, "`partial`");
        }
        Completion::Partial {
            done: stated,
            planned: stated_planned,
        } => {
            let found = format!("partial, {stated} of {stated_planned}");
            let holds = (*stated, *stated_planned) == (done, planned) && done < planned;
            let expected = format!("fewer done than planned, as in the rows: {done} of {planned}");
            checks.require(holds, "completion", found, expected);
        }
        Completion::Failed { reason } => {
            checks.require(
                !reason.trim().is_empty(),
                "completion.failed.reason",
                "empty",
                "a reason",
            );
        }
    }
}

fn sessions(checks: &mut Checks<'_>, record: &Record) {
    let environment = &record.environment;
    checks.at_least_one("environment.threads", environment.threads);
    let others = environment.runs_at_once.unwrap_or(2);
    checks.require(others >= 2, "environment.runs_at_once", others, "2 or more");
    let mut last = 0;
    for (index, session) in record.earlier_sessions.iter().enumerate() {
        let key = format!("earlier_sessions[{index}].last_epoch");
        let holds = (last..=record.done()).contains(&session.last_epoch);
        let expected = format!("between {last} and the {} done", record.done());
        checks.require(holds, &key, session.last_epoch, expected);
        last = session.last_epoch;
    }
}
