//! The state of each planned run: what the plan asks for, compared with the records.
//!
//! Comparison is by content. Modification times, commits and the order of records play no part.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::canonical::leaves;
use crate::digest::Digest;
use crate::environment::{Environment, SourceDigests};
use crate::plan::{Accepted, Hardware, MovedTo, Plan, PlannedRun};
use crate::record::{Completion, Record};

/// A planned run, the record that counts for it and its state.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRunState<'a> {
    /// The planned run.
    pub run: &'a PlannedRun,
    /// The best record of the run with its path.
    pub record: Option<&'a (PathBuf, Arc<Record>)>,
    /// The state.
    pub state: State,
    /// Changes since the record was made that the plan accepts, each with the reason.
    pub accepted: Vec<(Change, &'a Accepted)>,
}

/// The state of a planned run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Complete; plan, data and sources are those of the record.
    Measured,
    /// Some of the planned epochs or trials are done.
    Partial {
        /// Epochs or trials that are finished.
        done: u64,
        /// Epochs or trials that are planned.
        planned: u64,
    },
    /// The plan, the data or a deciding source file changed since.
    Stale {
        /// What changed; never empty.
        changes: Vec<Change>,
    },
    /// The run stopped for good.
    Failed {
        /// Why.
        reason: String,
    },
    /// There is no record.
    Missing {
        /// The command that makes the run.
        command: String,
    },
    /// There is no record, and the card that the run needs is not there.
    NoSuchCard,
}

impl State {
    /// The kinds of states.
    pub const KINDS: [&str; 6] = [
        "measured",
        "partial",
        "stale",
        "failed",
        "missing",
        "no_such_card",
    ];

    /// The kind, one of [`State::KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            State::Measured => "measured",
            State::Partial { .. } => "partial",
            State::Stale { .. } => "stale",
            State::Failed { .. } => "failed",
            State::Missing { .. } => "missing",
            State::NoSuchCard => "no_such_card",
        }
    }
}

/// One difference between a record and the present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What differs: a field such as `configuration.training.epochs`, `hardware`, or a source file's path.
    pub what: String,
    /// Its value when the run was made.
    pub recorded: String,
    /// Its value now.
    pub current: String,
}

/// The state of every planned run, in the order of the plan.
///
/// `sources` gives the present digest of a source file by its path from the repository's root, of the kind that is
/// asked for, or nothing where the file is gone: [`present_digest`](crate::present_digest). `has_card` says whether a
/// card of this name is there, such as `V100`; it is asked for the runs on a named card that have no record.
pub fn states<'a>(
    plan: &'a Plan,
    records: &'a [(PathBuf, Arc<Record>)],
    sources: impl Fn(&str, SourceDigests) -> Option<Digest>,
    has_card: impl Fn(&str) -> bool,
) -> Vec<PlannedRunState<'a>> {
    // The runs of an experiment share most of their files.
    type Known = BTreeMap<String, Option<Digest>>;
    let known = RefCell::new(BTreeMap::<SourceDigests, Known>::new());
    let sources = |path: &str, kind: SourceDigests| {
        let mut known = known.borrow_mut();
        let known = known.entry(kind).or_default();
        if let Some(digest) = known.get(path) {
            return digest.clone();
        }
        let digest = sources(path, kind);
        known.insert(path.to_owned(), digest.clone());
        digest
    };
    let mut of_runs = BTreeMap::<_, Vec<_>>::new();
    for record in records {
        of_runs.entry(key(&record.1)).or_default().push(record);
    }
    plan.runs
        .iter()
        .map(|run| {
            let of_run = of_runs.remove(&(run.experiment.as_str(), run.id.as_str()));
            run_state(run, of_run.unwrap_or_default(), &sources, &has_card)
        })
        .collect()
}

/// What tells the records of one run from those of others.
fn key(record: &Record) -> (&str, &str) {
    (&record.experiment, &record.run)
}

/// The state of a run that has these records.
fn run_state<'a>(
    run: &'a PlannedRun,
    records: Vec<&'a (PathBuf, Arc<Record>)>,
    sources: &impl Fn(&str, SourceDigests) -> Option<Digest>,
    has_card: &impl Fn(&str) -> bool,
) -> PlannedRunState<'a> {
    let stale = |record: &Record| !stale_changes(run, record, sources).is_empty();
    let best = |a, b| {
        if better(record_of(b), record_of(a), stale) {
            b
        } else {
            a
        }
    };
    let Some(found) = records.into_iter().reduce(best) else {
        return PlannedRunState {
            run,
            record: None,
            state: without_record(run, has_card),
            accepted: Vec::new(),
        };
    };
    let (changes, accepted) = sort_changes(run, &found.1, sources);
    PlannedRunState {
        run,
        record: Some(found),
        state: with_record(&found.1, changes),
        accepted,
    }
}

fn record_of((_, record): &(PathBuf, Arc<Record>)) -> &Record {
    record
}

fn without_record(run: &PlannedRun, has_card: impl Fn(&str) -> bool) -> State {
    match &run.hardware {
        Hardware::Card(card) if !has_card(card) => State::NoSuchCard,
        _ => State::Missing {
            command: run.command(),
        },
    }
}

fn with_record(record: &Record, changes: Vec<Change>) -> State {
    if !changes.is_empty() {
        return State::Stale { changes };
    }
    match record.completion.clone() {
        Completion::Complete => State::Measured,
        Completion::Partial { done, planned } => State::Partial { done, planned },
        Completion::Failed { reason } => State::Failed { reason },
    }
}

/// Records that no planned run asks for, such as those of a run that the plan has renamed.
pub fn unplanned<'a>(
    plan: &Plan,
    records: &'a [(PathBuf, Arc<Record>)],
) -> Vec<&'a (PathBuf, Arc<Record>)> {
    let runs = plan.runs.iter();
    let planned: BTreeSet<_> = runs
        .map(|run| (run.experiment.as_str(), run.id.as_str()))
        .collect();
    records
        .iter()
        .filter(|(_, record)| !planned.contains(&key(record)))
        .collect()
}

/// Whether `a` is a better record of a run than `b`: complete over partial over failed, then fresh over stale,
/// then more epochs or trials over fewer, then the later one.
pub fn better(a: &Record, b: &Record, stale: impl Fn(&Record) -> bool) -> bool {
    let rank = |record: &Record| {
        let completion = match record.completion {
            Completion::Complete => 2,
            Completion::Partial { .. } => 1,
            Completion::Failed { .. } => 0,
        };
        // The digest decides between equals, so that the order of the records does not.
        (
            completion,
            !stale(record),
            record.done(),
            record.environment.ended,
            record.digest.clone(),
        )
    };
    rank(a) > rank(b)
}

/// The changes since `record` that the plan does not accept.
pub(crate) fn stale_changes(
    run: &PlannedRun,
    record: &Record,
    sources: &impl Fn(&str, SourceDigests) -> Option<Digest>,
) -> Vec<Change> {
    sort_changes(run, record, sources).0
}

/// Splits the changes since `record` into those that make it stale and those that the plan accepts.
fn sort_changes<'a>(
    run: &'a PlannedRun,
    record: &Record,
    sources: &impl Fn(&str, SourceDigests) -> Option<Digest>,
) -> (Vec<Change>, Vec<(Change, &'a Accepted)>) {
    let (mut stale, mut tolerated) = (Vec::new(), Vec::new());
    for change in changes(run, record, sources) {
        let accepts = |it: &&Accepted| accepts(it, &change, sources);
        match run.accepted.iter().find(accepts) {
            Some(accepted) => tolerated.push((change, accepted)),
            None => stale.push(change),
        }
    }
    (stale, tolerated)
}

fn accepts(
    accepted: &Accepted,
    change: &Change,
    sources: &impl Fn(&str, SourceDigests) -> Option<Digest>,
) -> bool {
    let stays = |moved: &MovedTo| {
        sources(&moved.file, SourceDigests::CompiledTokens).as_ref() == Some(&moved.digest)
    };
    accepted.file == change.what
        && accepted.digest.as_str() == change.current
        && accepted.moved_to.as_ref().is_none_or(stays)
}

/// Everything that differs between the time of `record` and now: fields of the configuration, data and weights
/// by their digests, hardware, deciding source files. Accepted changes are among them.
fn changes(
    run: &PlannedRun,
    record: &Record,
    sources: &impl Fn(&str, SourceDigests) -> Option<Digest>,
) -> Vec<Change> {
    let mut found = configuration_changes(run, record);
    let earlier = record
        .earlier_sessions
        .iter()
        .map(|session| &session.environment);
    for environment in earlier.chain([&record.environment]) {
        for change in session_changes(run, environment, sources) {
            if !found.contains(&change) {
                found.push(change);
            }
        }
    }
    found
}

fn session_changes(
    run: &PlannedRun,
    environment: &Environment,
    sources: &impl Fn(&str, SourceDigests) -> Option<Digest>,
) -> Vec<Change> {
    let hardware = Change {
        what: "hardware".to_owned(),
        recorded: environment.device.clone(),
        current: run.hardware.to_string(),
    };
    let source = |(path, recorded): (&String, &Digest)| {
        let current = sources(path, environment.source_digests);
        (current.as_ref() != Some(recorded)).then(|| Change {
            what: path.clone(),
            recorded: recorded.to_string(),
            current: current.map_or("absent".to_owned(), |digest| digest.to_string()),
        })
    };
    let elsewhere = (!run.hardware.admits(environment)).then_some(hardware);
    elsewhere
        .into_iter()
        .chain(environment.sources.iter().filter_map(source))
        .collect()
}

fn configuration_changes(run: &PlannedRun, record: &Record) -> Vec<Change> {
    if record.configuration == run.configuration {
        return Vec::new(); // nearly always, and much faster than to take both apart
    }
    let recorded = leaves(&record.configuration, "configuration");
    let current = leaves(&run.configuration, "configuration");
    let mut keys: Vec<&String> = recorded.keys().chain(current.keys()).collect();
    keys.sort();
    keys.dedup();
    let text = |value: Option<&String>| value.map_or("absent", String::as_str).to_owned();
    let change = |key: &String| Change {
        what: key.clone(),
        recorded: text(recorded.get(key)),
        current: text(current.get(key)),
    };
    let changed = |key: &&String| recorded.get(*key) != current.get(*key);
    keys.into_iter().filter(changed).map(change).collect()
}
