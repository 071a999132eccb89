//! What the templates of a chapter reach, and what they leave behind.

use super::blocks::Block;
use super::contract::Renderer;
use super::diagnostic::Diagnostic;
use super::file_path::FilePath;
use super::homes::{Home, Homes, List};
use super::labels::LabelKind;
use super::placeholders::Placeholder;
use super::sentinel::{Absence, Mark};
use crate::catalogue::{ABSENT, Catalogue, Entry, Facts, UnknownName};
use crate::escape::markdown;
use crate::evidence::{Concern, Quantity};
use crate::views::Awaited;
use crate::views::plot::Plot;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use tera::Value;
use tera::value::Key;

/// The state that filters and functions reach while they fill a chapter.
pub(crate) struct Ledger {
    pub(crate) renderer: Renderer,
    pub(crate) facts: Arc<Facts>,
    homes: Arc<Homes>,
    written: Mutex<Written>,
}

/// What the chapters have used and made so far.
#[derive(Default)]
pub(crate) struct Written {
    /// The names of the quantities that the text prints or an exhibit shows, chapter by chapter.
    pub(crate) used: BTreeMap<String, BTreeSet<String>>,
    /// The names of the quantities that are printed with a mark, in the text or in a table.
    pub(crate) marked: BTreeSet<String>,
    /// The quantities that the templates made, by name.
    pub(crate) made: BTreeMap<String, Arc<Quantity>>,
    /// Generated files by their paths in their folder.
    pub(crate) files: BTreeMap<FilePath, Vec<u8>>,
    /// The questions that are printed, by their ids.
    pub(crate) questions: BTreeSet<String>,
    /// How each figure and table was made.
    pub(crate) exhibits: Vec<ExhibitOrigin>,
    /// The numbers and words that the prose of the chapters prints and that are not measured.
    pub(crate) absences: Vec<Diagnostic>,
    /// The plots by the labels of their figures, until they are drawn.
    pub(crate) plots: BTreeMap<String, Plot>,
    /// The figures, tables and questions of this chapter, until they are put where they stand.
    pub(crate) blocks: Vec<Block>,
    /// The figures and tables of this chapter that wait, until they are folded.
    pub(crate) placeholders: Vec<Placeholder>,
}

/// How a figure or a table was made: a line of the evidence appendix.
pub(crate) struct ExhibitOrigin {
    pub(crate) chapter: String,
    pub(crate) label: String,
    pub(crate) kind: LabelKind,
    pub(crate) function: String,
    pub(crate) inputs: Vec<Arc<Quantity>>,
    /// What it says that it waits for: the words of its box, or of its note.
    pub(crate) awaited: Awaited,
}

impl Written {
    /// Takes over what the templates of another chapter have left.
    pub(crate) fn absorb(&mut self, other: Written) {
        self.used.extend(other.used);
        self.marked.extend(other.marked);
        self.made.extend(other.made);
        self.files.extend(other.files);
        self.questions.extend(other.questions);
        self.exhibits.extend(other.exhibits);
        self.absences.extend(other.absences);
        self.plots.extend(other.plots);
    }

    /// What keeps the numbers that a chapter prints or shows from being whole and current, and what
    /// its figures and tables say that they wait for.
    pub(crate) fn concerns_of(&self, facts: &Facts, chapter: &str) -> BTreeSet<Concern> {
        let printed = self.used.get(chapter).into_iter().flatten();
        let printed = printed.filter_map(|name| self.quantity(&facts.catalogue, name).ok());
        let shown = self
            .exhibits_of(chapter)
            .flat_map(|exhibit| &exhibit.inputs);
        let of_quantities = printed
            .chain(shown)
            .flat_map(|quantity| quantity.concerns());
        let awaited = self.exhibits_of(chapter).flat_map(|it| it.awaited.all());
        let of_exhibits = awaited.filter_map(|source| facts.concern(source));
        of_quantities.cloned().chain(of_exhibits).collect()
    }

    /// The figures and tables of a chapter.
    pub(crate) fn exhibits_of(&self, chapter: &str) -> impl Iterator<Item = &ExhibitOrigin> {
        { self.exhibits.iter() }.filter(move |exhibit| exhibit.chapter == chapter)
    }

    /// The quantity of this name, in the catalogue or made by a template.
    pub(crate) fn quantity<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        name: &str,
    ) -> Result<&'a Arc<Quantity>, UnknownName> {
        match self.made.get(name) {
            Some(made) => Ok(made),
            None => catalogue.quantity(name),
        }
    }
}

impl Ledger {
    pub(crate) fn new(renderer: Renderer, facts: Arc<Facts>, homes: Arc<Homes>) -> Arc<Self> {
        Arc::new(Ledger {
            renderer,
            facts,
            homes,
            written: Mutex::default(),
        })
    }

    /// A number, or words in its place, with the mark that leads to its evidence.
    pub(crate) fn evidence_mark(&self, quantity: &Quantity, text: &str) -> String {
        let evidence = self.home(List::Evidence);
        self.written().marked.insert(quantity.name.clone());
        self.renderer.evidence_mark(evidence, quantity, text)
    }

    /// Where a list is, if a chapter holds it.
    pub(crate) fn home(&self, list: List) -> Option<&Home> {
        self.homes.of(list)
    }

    /// The part that chapters write to.
    pub(crate) fn written(&self) -> MutexGuard<'_, Written> {
        self.written
            .lock()
            .expect("no filter panics while it writes")
    }

    /// The quantity of this name, noted as used in `chapter`.
    pub(crate) fn use_quantity(&self, chapter: &str, name: &str) -> Result<Arc<Quantity>, String> {
        let quantity = self.quantity(name)?;
        let mut written = self.written();
        let used = written.used.entry(chapter.to_owned()).or_default();
        used.insert(name.to_owned());
        Ok(quantity)
    }

    /// The quantity of this name, which is not printed for it.
    pub(crate) fn quantity(&self, name: &str) -> Result<Arc<Quantity>, String> {
        let written = self.written();
        let found = written.quantity(&self.facts.catalogue, name).cloned();
        found.map_err(|error| error.to_string())
    }

    /// Keeps a quantity that a template made, and returns the mark that stands for it.
    pub(crate) fn make(&self, quantity: Arc<Quantity>) -> String {
        let mark = Mark::quantity(&quantity.name);
        self.written().made.insert(quantity.name.clone(), quantity);
        mark
    }
}

/// The catalogue as nested maps, each quantity a mark that carries its name.
pub(crate) fn context(catalogue: &Catalogue) -> tera::Context {
    let entries: Vec<_> = catalogue.entries().collect();
    let groups: Vec<_> = groups(&entries, 0).collect();
    let mut context = tera::Context::new();
    let nodes = groups
        .par_iter()
        .with_max_len(1)
        .map(|group| node(group, 0));
    for (key, value) in nodes.collect::<Vec<_>>() {
        context.insert_value(key.to_owned(), value);
    }
    context
}

type Named<'a> = (&'a str, &'a Entry);

/// The part of a dotted name that begins at `from`.
fn part(name: &str, from: usize) -> &str {
    let rest = &name[from..];
    rest.split_once('.').map_or(rest, |(part, _)| part)
}

/// Sorted entries by the part of their names that begins at `from`; what stands before is the same.
fn groups<'a, 'b>(
    entries: &'b [Named<'a>],
    from: usize,
) -> impl Iterator<Item = &'b [Named<'a>]> + use<'a, 'b> {
    entries.chunk_by(move |(a, _), (b, _)| part(a, from) == part(b, from))
}

/// A group's part of the name, and its entry, or the map of what is in it.
///
/// # Panics
/// Where a quantity's name is the beginning of another's, which is a fault of the program.
fn node<'a>(group: &[Named<'a>], from: usize) -> (&'a str, Value) {
    let (name, entry) = group[0];
    let part = part(name, from);
    let end = from + part.len();
    let members = match entry {
        Entry::Group(_) if name.len() == end => &group[1..],
        _ if name.len() == end => {
            assert!(group.len() == 1, "`{name}` is both a quantity and a group");
            return (part, value(name, entry));
        }
        _ => group,
    };
    // A list of known length spares the map from growing.
    let nodes: Vec<_> = groups(members, end + 1)
        .map(|group| node(group, end + 1))
        .collect();
    let map: tera::Map = { nodes.into_iter() }
        .map(|(part, value)| (Key::from(Cow::Borrowed(part)), value))
        .collect();
    (part, Value::from(map))
}

fn value(name: &str, entry: &Entry) -> Value {
    match entry {
        Entry::Quantity(_) => Value::from(Mark::quantity(name).as_str()),
        Entry::Text(text) if text == ABSENT => {
            Value::from(Mark::Absent(Absence::of_word()).to_text().as_str())
        }
        Entry::Text(text) => Value::from(markdown(text.trim())), // emphasis ends at a word
        Entry::Flag(flag) => Value::from(*flag),
        Entry::Group(_) => Value::from(tera::Map::new()),
    }
}
