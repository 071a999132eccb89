//! The planned runs and their states.

use super::{ABSENT, Catalogue, Entry, Members};
use crate::evidence::unit::Unit;
use crate::evidence::{Concern, Measurement, Missing, Origin, Quantity, Source, SourceId};
use results::plan::underscored;
use results::{PlannedRun, PlannedRunState, Record, State};
use std::sync::Arc;

/// A planned run with its state and its record.
#[derive(Debug, Clone)]
pub struct RunFacts {
    /// The identifier in the plan.
    pub id: String,
    /// What the plan asks for.
    pub planned: PlannedRun,
    /// How far the record answers it.
    pub state: State,
    /// The record and its path from the root of the project.
    pub record: Option<(String, Arc<Record>)>,
    /// The command that makes the run.
    pub command: String,
}

impl RunFacts {
    /// A run of the plan with its state; paths are given from `root`.
    pub fn new(found: PlannedRunState<'_>, root: &std::path::Path) -> Self {
        let record = found.record.map(|(path, record)| {
            let path = path.strip_prefix(root).unwrap_or(path);
            (path.to_string_lossy().replace('\\', "/"), record.clone())
        });
        RunFacts {
            id: found.run.id.clone(),
            planned: found.run.clone(),
            state: found.state,
            record,
            command: found.run.command(),
        }
    }

    /// The identifier as templates write it: `runs.sort_radix_1`.
    pub fn name(&self) -> String {
        format!("runs.{}", underscored(&self.id))
    }

    /// Whether the record is complete and current.
    pub fn is_measured(&self) -> bool {
        self.state == State::Measured
    }

    /// The state in words.
    pub fn state_text(&self) -> String {
        match &self.state {
            State::Measured => "measured".to_owned(),
            State::Partial { done, planned } => format!("partial, {done} of {planned}"),
            State::Stale { changes } => {
                let changes: Vec<_> = changes
                    .iter()
                    .map(|c| format!("{} was {}, is {}", c.what, c.recorded, c.current))
                    .collect();
                format!("stale: {}", changes.join("; "))
            }
            State::Failed { reason } => format!("failed: {reason}"),
            State::Missing { .. } => "missing".to_owned(),
            State::NoSuchCard => "not measured: no such card".to_owned(),
        }
    }

    /// What keeps the run from being a complete, current measurement.
    pub fn concern(&self) -> Option<Concern> {
        let state = match &self.state {
            State::Measured => return None,
            State::Stale { .. } => "stale".to_owned(),
            State::Failed { .. } => "failed".to_owned(),
            _ => self.state_text(),
        };
        Some(Concern {
            source: SourceId::Run(self.id.clone()),
            state,
            remedy: match &self.state {
                State::NoSuchCard => format!("on such a card: {}", self.command),
                _ => self.command.clone(),
            },
            accepted: self.state == State::NoSuchCard,
        })
    }

    /// Device, configuration in brief, commit and date of the record; empty without one.
    pub fn circumstances(&self) -> String {
        let Some((_, record)) = &self.record else {
            return String::new();
        };
        let environment = &record.environment;
        let dirty = if environment.dirty {
            ", with local changes"
        } else {
            ""
        };
        let shared = match environment.runs_at_once {
            Some(runs) => format!(" shared by {runs} runs"),
            None => String::new(),
        };
        format!(
            "{}{shared}, {}, commit {}{dirty}, {}",
            environment.device,
            record.configuration.in_brief(),
            environment.commit.chars().take(12).collect::<String>(),
            environment.ended.strftime("%Y-%m-%d")
        )
    }

    /// What makes quantities of the record's values, under the run's own name.
    pub fn reader(&self) -> RunReader {
        self.reader_as(self.name())
    }

    /// The same, whose quantities have names that begin with `prefix`.
    pub fn reader_as(&self, prefix: String) -> RunReader {
        self.reader_with(prefix, self.concern())
    }

    /// The same, for values that more epochs do not change: what a partial run still lacks is no
    /// concern to them.
    pub(crate) fn reader_of_past(&self, prefix: String) -> RunReader {
        let is_partial = matches!(self.state, State::Partial { .. });
        self.reader_with(prefix, self.concern().filter(|_| !is_partial))
    }

    fn reader_with(&self, prefix: String, concern: Option<Concern>) -> RunReader {
        RunReader {
            prefix,
            source: Arc::new(Source {
                id: SourceId::Run(self.id.clone()),
                file: self.record.as_ref().map(|(file, _)| file.clone()),
                circumstances: self.circumstances(),
                concern,
            }),
        }
    }
}

/// Makes quantities of what is read of one run's record.
#[derive(Debug, Clone)]
pub struct RunReader {
    prefix: String,
    source: Arc<Source>,
}

impl RunReader {
    /// The quantity `PREFIX.name` that is read at `key` of the record.
    pub fn measured(&self, name: &str, unit: Unit, key: &str, value: Option<f64>) -> Arc<Quantity> {
        Arc::new(Quantity {
            name: format!("{}.{name}", self.prefix),
            value: value.ok_or(Missing::NotMeasured),
            interval: None,
            unit,
            origin: Origin::Measured(Measurement {
                source: self.source.clone(),
                key: key.to_owned(),
            }),
        })
    }
}

/// Adds the state of every run, and how many runs are in which state.
pub(super) fn add(catalogue: &mut Catalogue, runs: &[RunFacts], plan: &str) {
    catalogue.add_group("runs", Members::Planned("run".to_owned()));
    for run in runs {
        add_texts(catalogue, run);
    }
    add_counts(catalogue, runs, plan);
}

fn add_texts(catalogue: &mut Catalogue, run: &RunFacts) {
    let name = run.name();
    catalogue.insert(format!("{name}.measured"), Entry::Flag(run.is_measured()));
    catalogue.insert(format!("{name}.state"), Entry::Text(run.state_text()));
    catalogue.insert(format!("{name}.command"), Entry::Text(run.command.clone()));
    let record = run.record.as_ref();
    let device = record.map_or(ABSENT, |(_, record)| &record.environment.device);
    catalogue.insert(format!("{name}.device"), Entry::Text(device.to_owned()));
}

fn add_counts(catalogue: &mut Catalogue, runs: &[RunFacts], plan: &str) {
    let count = |kind: &str| runs.iter().filter(|run| run.state.kind() == kind).count();
    let counts = State::KINDS.map(|kind| (kind, count(kind)));
    for (name, count) in counts.into_iter().chain([("planned", runs.len())]) {
        catalogue.add(Quantity::exact(
            format!("runs.count.{name}"),
            Unit::One,
            count as f64,
            format!("count of the runs in {plan} by state"),
        ));
    }
    let complete = runs
        .iter()
        .all(|run| matches!(run.state, State::Measured | State::NoSuchCard));
    catalogue.insert("runs.complete", Entry::Flag(complete));
}
