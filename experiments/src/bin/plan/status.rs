//! The state of every planned run: a line for each, those of a grid below a line for it.

use anyhow::Result;
use clap::Args;
use experiments::say;
use experiments::sources::present_digest;
use results::{PlannedRunState, State, states, unplanned};

use crate::Places;
use crate::device::ThisDevice;

/// How much is said.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// One line for each grid, without its runs
    #[arg(long)]
    brief: bool,
}

/// Prints the states, then how many runs are in which.
pub(crate) fn print(places: &Places, status: &Status) -> Result<()> {
    let plan = places.read_plan()?;
    let records = places.read_records();
    let device = ThisDevice::find();
    let states = states(&plan, &records, present_digest, |card| device.is_card(card));
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
            say::line(&format!("{id:width$}  {}", describe(state)));
        }
    }
    for (path, _) in unplanned(&plan, &records) {
        say::line(&format!(
            "`{}` is the record of no planned run",
            path.display()
        ));
    }
    say::line(&format!("{} runs: {}", states.len(), counted(&states)));
    Ok(())
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

fn describe(state: &PlannedRunState) -> String {
    match &state.state {
        State::Measured => "measured".to_owned(),
        State::Partial { done, planned } => format!("partial, {done} of {planned}"),
        State::Missing { .. } => format!("missing, on {}", state.run.hardware),
        State::Failed { reason } => format!("failed: {reason}"),
        State::NoSuchCard => format!("no such card here, needs {}", state.run.hardware),
        State::Stale { changes } => {
            let change = |change: &results::Change| {
                format!(
                    "{} was {:.12}, is {:.12}",
                    change.what, change.recorded, change.current
                )
            };
            format!(
                "stale: {}",
                changes.iter().map(change).collect::<Vec<_>>().join("; ")
            )
        }
    }
}
