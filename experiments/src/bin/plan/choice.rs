//! Which runs are to be made, and why the others are not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result};
use clap::Args;
use experiments::data;
use results::{Plan, PlannedRun, PlannedRunState, State};

use crate::Places;
use crate::voice::{Voice, because};

/// What to make.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Only these runs; `*` stands for any characters
    pub(crate) ids: Vec<String>,
    /// Folder of the data sets; MEASURED_DATA where it is not given
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
}

/// What is to be made, most wanted first, begun ones before others; and what is not, by the reason.
#[derive(Default)]
pub(crate) struct Choice<'a> {
    pub(crate) open: Vec<&'a PlannedRun>,
    left: BTreeMap<Reason, Vec<&'a str>>,
}

/// Why a run cannot be made here.
pub(crate) enum Obstacle {
    /// It is being made, or will be.
    InWork(String),
    /// This is not the place for it.
    Place(String),
}

/// Why a run is not made, in the order in which it is told.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Measured(String),
    InWork(String),
    /// There is a record that stands in its way.
    Record(String),
    /// This is not the place to make it.
    Place(String),
    Data(String),
}

impl<'a> Choice<'a> {
    /// The runs of `selection` that are not made, or with `again` all of them. `obstacle` says why one cannot be made
    /// here.
    ///
    /// # Errors
    /// A run that the plan does not have.
    pub(crate) fn new(
        plan: &Plan,
        mut states: Vec<PlannedRunState<'a>>,
        places: &Places,
        selection: &Selection,
        again: bool,
        obstacle: impl Fn(&PlannedRun) -> Option<Obstacle>,
    ) -> Result<Choice<'a>> {
        let chosen = plan.chosen(&selection.ids, &places.plan);
        let chosen = chosen.map_err(Error::msg)?;
        let data = selection.data.as_deref();
        states.sort_by_key(|state| (state.run.priority, !is_begun(state, places)));
        let mut choice = Choice::default();
        for state in &states {
            let asked = chosen.contains(state.run.id.as_str());
            if !asked && !chosen.is_empty() {
                continue;
            }
            match reason(state, asked, again, data, &obstacle) {
                Some(reason) => choice.left.entry(reason).or_default().push(&state.run.id),
                None if is_unmade(&state.state) || asked => choice.open.push(state.run),
                None => (),
            }
        }
        Ok(choice)
    }

    /// Says why runs are left.
    pub(crate) fn tell_left(&self, voice: Voice) {
        for (reason, ids) in &self.left {
            let (Reason::Measured(text)
            | Reason::InWork(text)
            | Reason::Record(text)
            | Reason::Place(text)
            | Reason::Data(text)) = reason;
            voice.line(&format!("not made, {text}: {}", ids.join(", ")));
            for id in ids {
                voice.event(id, "left", because(text));
            }
        }
    }

    /// Whether a run is left that the user could have made here, or, where runs were named, another than those that are
    /// measured or in work.
    pub(crate) fn lacks(&self, selection: &Selection) -> bool {
        self.left.keys().any(|reason| match reason {
            Reason::Measured(_) | Reason::InWork(_) => false,
            Reason::Data(_) => true,
            Reason::Record(_) | Reason::Place(_) => !selection.ids.is_empty(),
        })
    }
}

fn is_begun(state: &PlannedRunState, places: &Places) -> bool {
    let run = state.run;
    let saved = places.checkpoints(run).paths();
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
    again: bool,
    data: Option<&Path>,
    obstacle: impl Fn(&PlannedRun) -> Option<Obstacle>,
) -> Option<Reason> {
    let run = state.run;
    let hint = "hint: `--again` makes it anew";
    let made = match &state.state {
        State::Measured if asked => Some(Reason::Measured(format!("since it is measured; {hint}"))),
        State::Failed { reason } => Some(Reason::Record(format!(
            "since it failed before: {reason}; {hint}"
        ))),
        State::Stale { changes } => {
            let changed: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
            let changed = changed.join(", ");
            Some(Reason::Record(format!(
                "since it is stale, by {changed}; {hint}"
            )))
        }
        _ => None,
    };
    if !again && made.is_some() {
        return made;
    }
    if !is_unmade(&state.state) && !asked {
        return None;
    }
    match obstacle(run) {
        Some(Obstacle::InWork(text)) => return Some(Reason::InWork(format!("since {text}"))),
        Some(Obstacle::Place(text)) => return Some(Reason::Place(format!("since {text}"))),
        None => (),
    }
    let missing = data::missing(&run.configuration, data);
    missing.map(|missing| Reason::Data(format!("since {missing}")))
}
