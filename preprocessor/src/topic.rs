//! What a subject adds to the engine: quantities that follow from its own analysis, and views of
//! them.

use crate::catalogue::{Catalogue, RunFacts};
use crate::data::Tables;
use crate::diagnostic::Diagnostic;
use crate::layout::Layout;
use crate::views::View;
use std::any::{Any, TypeId};
use std::collections::BTreeMap;

/// A subject that a book may switch on: its quantities, and the views that show them.
///
/// A topic that is off leaves no name behind.
pub trait Topic: Sync {
    /// The name that `topics` in `book.toml` lists.
    fn name(&self) -> &'static str;

    /// The topics whose quantities it computes with; they are on where it is.
    fn needs(&self) -> &'static [&'static str] {
        &[]
    }

    /// The files that it reads where they are there.
    fn files(&self) -> &'static [TopicFile] {
        &[]
    }

    /// Whether it reads tables that say under `topics` in `data.toml` what it is to know of them.
    fn reads_tables(&self) -> bool {
        false
    }

    /// What it computes of the inputs alone, while other topics add their quantities; none where
    /// that is not worth a thread.
    fn analysis(&self) -> Option<fn(&Inputs, &mut Knowledge)> {
        None
    }

    /// Adds its quantities, texts and flags to the catalogue.
    ///
    /// # Errors
    /// Where a file has a fault, or a computation refuses its inputs.
    fn add(
        &self,
        inputs: &Inputs,
        knowledge: &mut Knowledge,
        catalogue: &mut Catalogue,
    ) -> Result<(), Vec<Diagnostic>>;

    /// What shows them in tables and figures.
    fn views(&self) -> &'static [View] {
        &[]
    }
}

/// A file that a topic reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopicFile {
    /// In the folder of the chapters.
    InBook(&'static str),
    /// In the root of the project.
    InProject(&'static str),
}

/// A file as it was read.
#[derive(Debug, Clone)]
pub struct ReadFile {
    /// Its path from the root of the project, for messages.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// What quantities are computed from, beside the quoted facts.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The planned runs with their records, in the plan's order.
    pub runs: Vec<RunFacts>,
    /// Tables of one's own measurements.
    pub tables: Tables,
    /// The topics' files that are there.
    pub files: BTreeMap<TopicFile, ReadFile>,
    /// Where the book's files are.
    pub layout: Layout,
}

impl Inputs {
    /// The inputs with one more file of a topic, which messages call `path`.
    #[must_use]
    pub fn with_file(mut self, file: TopicFile, path: &str, text: &str) -> Self {
        let read = ReadFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        self.files.insert(file, read);
        self
    }
}

/// What topics know beside their quantities, such as fitted models, one value of each type.
#[derive(Debug, Default)]
pub struct Knowledge(BTreeMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Knowledge {
    /// Keeps a value in the place of an earlier one of its type.
    pub fn keep<T: Any + Send + Sync>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Box::new(value));
    }

    /// The value of this type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// Takes over what another one knows.
    pub fn absorb(&mut self, other: Knowledge) {
        self.0.extend(other.0);
    }
}
