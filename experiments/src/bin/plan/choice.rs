//! Which runs can be made on this machine, and why the others cannot.

use std::collections::BTreeMap;
use std::path::Path;

use experiments::checkpoint::Checkpoints;
use experiments::data;
use experiments::say;
use results::{PlannedRun, PlannedRunState, State};

use crate::Places;
use crate::device::ThisDevice;
use crate::execute::Wanted;

/// What is to be made, most wanted first, begun ones before others; and what is not, by the reason.
#[derive(Default)]
pub(crate) struct Choice<'a> {
    pub(crate) open: Vec<&'a PlannedRun>,
    left: BTreeMap<Reason, Vec<&'a str>>,
}

/// Why a run is not made, in the order in which it is told.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// It is made already, or was.
    State(String),
    Hardware(String),
    Data(String),
}

impl<'a> Choice<'a> {
    pub(crate) fn new(
        mut states: Vec<PlannedRunState<'a>>,
        places: &Places,
        wanted: &Wanted,
        device: &ThisDevice,
    ) -> Choice<'a> {
        states.sort_by_key(|state| (state.run.priority, !is_begun(state, places)));
        let mut choice = Choice::default();
        for state in &states {
            let asked = wanted.ids.contains(&state.run.id);
            if !asked && !wanted.ids.is_empty() {
                continue;
            }
            match reason(state, asked, device, wanted) {
                Some(reason) => choice.left.entry(reason).or_default().push(&state.run.id),
                None if is_unmade(&state.state) || asked => choice.open.push(state.run),
                None => (),
            }
        }
        choice
    }

    /// Says why runs are left.
    pub(crate) fn tell_left(&self) {
        for (reason, ids) in &self.left {
            let (Reason::State(text) | Reason::Hardware(text) | Reason::Data(text)) = reason;
            say::line(&format!("not made, {text}: {}", ids.join(", ")));
        }
    }

    /// Whether a run is left that the user could have made here.
    pub(crate) fn lacks_data(&self) -> bool {
        self.left
            .keys()
            .any(|reason| matches!(reason, Reason::Data(_)))
    }
}

fn is_begun(state: &PlannedRunState, places: &Places) -> bool {
    let run = state.run;
    let saved = Checkpoints::new(&places.state, &run.experiment, &run.id).paths();
    state.record.is_some() || saved.is_ok_and(|saved| !saved.is_empty())
}

fn is_unmade(state: &State) -> bool {
    matches!(
        state,
        State::Missing { .. } | State::Partial { .. } | State::NoSuchCard
    )
}

/// Why the run is not made; none where it is to be, and where nobody asked for what is made.
fn reason(
    state: &PlannedRunState,
    asked: bool,
    device: &ThisDevice,
    wanted: &Wanted,
) -> Option<Reason> {
    let run = state.run;
    let again = "hint: `--again` makes it anew";
    let made = match &state.state {
        State::Measured => asked.then(|| format!("since it is measured; {again}")),
        State::Failed { reason } => Some(format!("since it failed before: {reason}; {again}")),
        State::Stale { changes } => {
            let changed: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
            Some(format!(
                "since it is stale, by {}; {again}",
                changed.join(", ")
            ))
        }
        _ => None,
    };
    if !wanted.again
        && let Some(made) = made
    {
        return Some(Reason::State(made));
    }
    if !is_unmade(&state.state) && !asked {
        return None;
    }
    if !device.suits(&run.hardware) {
        return Some(Reason::Hardware(format!(
            "since it needs `{}`, and this is {device}",
            run.hardware
        )));
    }
    let missing = data::missing(&run.configuration, wanted.data.as_deref().map(Path::new));
    missing.map(|missing| Reason::Data(format!("since {missing}")))
}
