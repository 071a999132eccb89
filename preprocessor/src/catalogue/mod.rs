//! What templates may ask for: every quantity, text and flag under its dotted name.

mod build;
mod clashes;
mod epochs_to_target;
pub(crate) mod flops;
mod inference;
mod layer_sums;
pub(crate) mod layer_times;
pub(crate) mod loss_models;
pub(crate) mod loss_regression;
pub(crate) mod loss_runs;
mod measured_speeds;
mod names;
pub mod parameter_servers;
pub(crate) mod prediction;
mod prediction_quantities;
mod questions;
mod runs;
mod step_times;
mod samples;
mod throughput;
mod transfer;

pub use names::UnknownName;
pub use questions::{Question, read_questions};
pub use runs::RunFacts;
pub use samples::{SampleImage, SampleSettings, Samples};
pub use throughput::ThroughputRow;

use crate::data::Tables;
use crate::evidence::Quantity;
use std::collections::{BTreeMap, BTreeSet, btree_map};
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
    /// A group that may be empty, such as `loss_model` where the plan has no loss curves.
    Group(Members),
}

/// What decides which names a group has.
///
/// All other names are the same whatever records there are: what was not measured has a name and no
/// value, and a chapter that is filled in one state of the runs is filled in every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// One for each of these in the plan, such as `run`.
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
    /// The fits behind the entries of loss models and predictions.
    loss_curves: prediction::LossCurves,
}

/// All that a build knows before it fills the chapters.
#[derive(Debug, Default)]
pub struct Facts {
    /// Every quantity, text and flag by name.
    pub catalogue: Catalogue,
    /// The planned runs with their records, in the plan's order.
    pub runs: Vec<RunFacts>,
    /// The questions that the book answers, in order.
    pub questions: Vec<Question>,
    /// Published training speeds with the percent of peak that follows from each.
    pub throughput: Vec<ThroughputRow>,
    /// Sample images of data sets.
    pub samples: Vec<Samples>,
    /// Tables of one's own measurements.
    pub tables: Tables,
    /// The paths of images beside the chapters, from their folder.
    pub images: BTreeSet<String>,
}

impl Facts {
    /// The question of this identifier.
    ///
    /// # Errors
    /// Where there is none.
    pub fn question(&self, id: &str) -> Result<&Question, String> {
        let found = self.questions.iter().find(|question| question.id == id);
        found.ok_or_else(|| {
            format!("no question has the id `{id}`; hint: `questions.toml` has them")
        })
    }
}

impl Catalogue {
    /// Adds a quantity under its own name, as [`Self::insert`] does.
    pub fn add(&mut self, quantity: Arc<Quantity>) {
        self.insert(quantity.name.clone(), Entry::Quantity(quantity));
    }

    /// Adds an entry under `name`. One that comes second is kept apart, for [`Self::of`] to tell.
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

    /// The fits behind the entries of loss models and predictions.
    pub(crate) fn loss_curves(&self) -> &prediction::LossCurves {
        &self.loss_curves
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

#[cfg(test)]
mod loss_tests;
#[cfg(test)]
pub(crate) mod synthetic_runs;
