//! The state of every planned run, a line for each.

use anyhow::Result;
use experiments::say;
use experiments::sources::present_digest;
use results::{PlannedRunState, State, states, unplanned};

use crate::Places;

/// Prints the states, then how many runs are in which.
pub(crate) fn print(places: &Places) -> Result<()> {
    let plan = places.read_plan()?;
    let records = places.read_records();
    let states = states(&plan, &records, present_digest);
    let width = plan
        .runs
        .iter()
        .map(|run| run.id.len())
        .max()
        .unwrap_or_default();
    for state in &states {
        say::line(&format!("{:width$}  {}", state.run.id, describe(state)));
    }
    for (path, _) in unplanned(&plan, &records) {
        say::line(&format!(
            "`{}` is the record of no planned run",
            path.display()
        ));
    }
    let count = |is: fn(&State) -> bool| states.iter().filter(|state| is(&state.state)).count();
    say::line(&format!(
        "{} runs: {} measured, {} partial, {} stale, {} failed, {} missing, {} on cards that are not at hand",
        states.len(),
        count(|state| *state == State::Measured),
        count(|state| matches!(state, State::Partial { .. })),
        count(|state| matches!(state, State::Stale { .. })),
        count(|state| matches!(state, State::Failed { .. })),
        count(|state| matches!(state, State::Missing { .. })),
        count(|state| *state == State::NoSuchCard),
    ));
    Ok(())
}

fn describe(state: &PlannedRunState) -> String {
    match &state.state {
        State::Measured => "measured".to_owned(),
        State::Partial { done, planned } => format!("partial, {done} of {planned}"),
        State::Missing { .. } => format!("missing, on {}", state.run.hardware),
        State::Failed { reason } => format!("failed: {reason}"),
        State::NoSuchCard => "no such card".to_owned(),
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
