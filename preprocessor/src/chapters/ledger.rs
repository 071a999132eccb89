//! What the templates of a chapter reach, and what they leave behind.

use super::contract::{Renderer, escape_markdown};
use super::labels::LabelKind;
use super::sentinel::Mark;
use crate::catalogue::{Catalogue, Entry, Facts};
use crate::evidence::Quantity;
use crate::parallel::in_parallel;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use tera::Value;

/// The state that filters and functions reach while they fill a chapter, or the whole book.
pub(crate) struct Ledger {
    pub(crate) renderer: Renderer,
    pub(crate) facts: Arc<Facts>,
    written: Mutex<Written>,
}

/// What the chapters have used and made so far.
#[derive(Default)]
pub(crate) struct Written {
    /// The names of the quantities that the text prints or an exhibit shows, chapter by chapter.
    pub(crate) used: BTreeMap<String, BTreeSet<String>>,
    /// Generated files by their paths under [`super::contract::GENERATED`].
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// How each figure and table was made.
    pub(crate) exhibits: Vec<ExhibitOrigin>,
}

/// How a figure or a table was made: a line of the evidence appendix.
pub(crate) struct ExhibitOrigin {
    pub(crate) chapter: String,
    pub(crate) label: String,
    pub(crate) kind: LabelKind,
    pub(crate) function: String,
    pub(crate) inputs: Vec<Arc<Quantity>>,
}

impl Ledger {
    pub(crate) fn new(renderer: Renderer, facts: Arc<Facts>) -> Arc<Self> {
        Arc::new(Ledger {
            renderer,
            facts,
            written: Mutex::default(),
        })
    }

    /// Takes over what the templates of another chapter have left in `other`.
    pub(crate) fn absorb(&self, other: &Ledger) {
        let (mut own, other) = (self.written(), std::mem::take(&mut *other.written()));
        own.used.extend(other.used);
        own.files.extend(other.files);
        own.exhibits.extend(other.exhibits);
    }

    /// The part that chapters write to.
    pub(crate) fn written(&self) -> MutexGuard<'_, Written> {
        self.written
            .lock()
            .expect("no filter panics while it writes")
    }

    /// The quantity of this name, noted as used in `chapter`.
    pub(crate) fn use_quantity(&self, chapter: &str, name: &str) -> Result<Arc<Quantity>, String> {
        let quantity = self
            .facts
            .catalogue
            .quantity(name)
            .map_err(|error| error.to_string())?;
        let mut written = self.written();
        let used = written.used.entry(chapter.to_owned()).or_default();
        used.insert(name.to_owned());
        Ok(quantity.clone())
    }
}

/// The catalogue as nested maps, each quantity a mark that carries its name.
pub(crate) fn context(catalogue: &Catalogue) -> tera::Context {
    let mut groups: BTreeMap<&str, Vec<(&str, &Entry)>> = BTreeMap::new();
    for (name, entry) in catalogue.entries() {
        let group = name.split('.').next().unwrap_or(name);
        groups.entry(group).or_default().push((name, entry));
    }
    let groups: Vec<_> = groups.into_values().collect();
    let mut context = tera::Context::new();
    for nodes in in_parallel(&groups, |entries| nodes(entries)) {
        for (key, value) in nodes {
            context.insert_value(key, value);
        }
    }
    context
}

/// The values of one top-level group of the catalogue.
fn nodes(entries: &[(&str, &Entry)]) -> Vec<(String, Value)> {
    let mut root = BTreeMap::new();
    for (name, entry) in entries {
        let value = match entry {
            Entry::Quantity(_) => Value::from(Mark::Quantity((*name).to_owned()).to_text()),
            Entry::Text(text) => Value::from(escape_markdown(text)),
            Entry::Flag(flag) => Value::from(*flag),
        };
        insert(&mut root, name, value);
    }
    root.into_iter()
        .map(|(key, node)| (key, node.into_value()))
        .collect()
}

/// A level of the nested catalogue.
enum Node {
    Leaf(Value),
    Branch(BTreeMap<String, Node>),
}

impl Node {
    fn into_value(self) -> Value {
        match self {
            Node::Leaf(value) => value,
            Node::Branch(children) => {
                let map: tera::Map = children
                    .into_iter()
                    .map(|(key, node)| (key.into(), node.into_value()))
                    .collect();
                Value::from(map)
            }
        }
    }
}

/// Puts `value` under the dotted `name`.
///
/// # Panics
/// Where a quantity's name is the beginning of another's, which is a fault of the program.
fn insert(branch: &mut BTreeMap<String, Node>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            let known = branch.insert(name.to_owned(), Node::Leaf(value));
            assert!(known.is_none(), "`{name}` is both a quantity and a group");
        }
        Some((first, rest)) => {
            let child = branch
                .entry(first.to_owned())
                .or_insert_with(|| Node::Branch(BTreeMap::new()));
            match child {
                Node::Branch(children) => insert(children, rest, value),
                Node::Leaf(_) => panic!("`{first}` is both a quantity and a group"),
            }
        }
    }
}
