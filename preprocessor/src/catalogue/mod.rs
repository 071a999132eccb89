//! What templates may ask for: every quantity, text and flag under its dotted name.

mod answered_on;
mod clashes;
mod facts;
mod names;
mod questions;
mod runs;
mod samples;

pub use answered_on::AnsweredOn;
pub(crate) use answered_on::DeclaredRuns;
pub use facts::{Facts, Topics};
pub use names::UnknownName;
pub use questions::{Question, read_questions};
pub use runs::{RunFacts, RunReader};
pub use samples::{SampleImage, SampleSettings, Samples};

use crate::evidence::Quantity;
use std::collections::{BTreeMap, btree_map};
use std::sync::Arc;

/// One thing that a template may ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A number with its origin.
    Quantity(Arc<Quantity>),
    /// A name or another word, such as a device's name.
    Text(String),
    /// Whether something holds, such as `runs.X.measured`.
    Flag(bool),
    /// A group that may be empty, such as `runs` where there is no plan.
    Group(Members),
}

/// What decides which names a group has.
///
/// All other names are the same whatever records there are: what was not measured has a name and no
/// value, and a chapter that is filled in one state of the runs is filled in every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// One for each of these in the plan or in a table, such as `run`.
    Planned(String),
    /// One for each of these that the records hold, such as `kind of hardware`. A template reaches
    /// them in a loop; it cannot name one.
    Recorded(String),
}

/// What stands in the place of a value or a word that no run has given yet.
pub(crate) const ABSENT: &str = "not measured";

/// All entries by their dotted names.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: BTreeMap<String, Entry>,
    /// What was added under a name that another entry had already.
    twice: Vec<(String, Entry)>,
}

impl Catalogue {
    /// Adds a quantity under its own name, as [`Self::insert`] does.
    pub fn add(&mut self, quantity: Arc<Quantity>) {
        self.insert(quantity.name.clone(), Entry::Quantity(quantity));
    }

    /// Adds an entry under `name`. One that comes second is kept apart, for [`Facts::of`] to tell.
    pub fn insert(&mut self, name: impl Into<String>, entry: Entry) {
        match self.entries.entry(name.into()) {
            btree_map::Entry::Vacant(place) => drop(place.insert(entry)),
            btree_map::Entry::Occupied(known) => self.twice.push((known.key().clone(), entry)),
        }
    }

    /// The quantity of this name.
    ///
    /// # Errors
    /// Where there is none; the hint lists the names nearest to it.
    pub fn quantity(&self, name: &str) -> Result<&Arc<Quantity>, UnknownName> {
        match self.entries.get(name) {
            Some(Entry::Quantity(quantity)) => Ok(quantity),
            _ => Err(self.unknown(name)),
        }
    }

    /// The quantity of this name, where there is one: for what a book may leave out.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<Quantity>> {
        match self.entries.get(name) {
            Some(Entry::Quantity(quantity)) => Some(quantity.clone()),
            _ => None,
        }
    }

    /// Whether the flag of this name is there and set.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.entries.get(name) == Some(&Entry::Flag(true))
    }

    /// The names of the groups directly under `prefix`, such as the devices under `device`.
    pub(crate) fn groups(&self, prefix: &str) -> Vec<String> {
        let prefix = format!("{prefix}.");
        let mut groups: Vec<String> = self
            .entries
            .range(prefix.clone()..)
            .take_while(|(name, _)| name.starts_with(&prefix))
            .filter_map(|(name, _)| Some(name[prefix.len()..].split_once('.')?.0.to_owned()))
            .collect();
        groups.dedup();
        groups
    }

    /// The text of this name, where there is one.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.entries.get(name) {
            Some(Entry::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// All quantities whose names start with `prefix`, in the order of their names.
    pub fn quantities<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = &'a Arc<Quantity>> + Clone {
        self.entries
            .range(prefix.to_owned()..)
            .take_while(move |(name, _)| name.starts_with(prefix))
            .filter_map(|(_, entry)| match entry {
                Entry::Quantity(quantity) => Some(quantity),
                Entry::Text(_) | Entry::Flag(_) | Entry::Group(_) => None,
            })
    }

    /// All entries in the order of their names.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries
            .iter()
            .map(|(name, entry)| (name.as_str(), entry))
    }
}
