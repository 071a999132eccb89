//! What the templates of a chapter reach, and what they leave behind.

use super::contract::{Renderer, escape_markdown};
use super::labels::LabelKind;
use super::sentinel::Mark;
use crate::catalogue::{Catalogue, Entry, Facts};
use crate::evidence::Quantity;
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
    let entries: Vec<_> = catalogue.entries().collect();
    let mut context = tera::Context::new();
    for (key, value) in level(&entries, 0) {
        context.insert_value(key.to_owned(), value);
    }
    context
}

/// The values of `entries`, which are sorted and share the first `from` bytes of their names, by the
/// next part of the name.
///
/// # Panics
/// Where a quantity's name is the beginning of another's, which is a fault of the program.
fn level<'a>(entries: &[(&'a str, &Entry)], from: usize) -> Vec<(&'a str, Value)> {
    let part = |(name, _): &(&'a str, &Entry)| {
        let rest = &name[from..];
        rest.split_once('.').map_or(rest, |(part, _)| part)
    };
    let same_part = |a: &(&'a str, &Entry), b: &(&'a str, &Entry)| part(a) == part(b);
    let value = |group: &[(&'a str, &Entry)]| {
        let key = part(&group[0]);
        match group {
            [(name, entry)] if name.len() == from + key.len() => value(name, entry),
            _ => {
                let shorter = group
                    .iter()
                    .find(|(name, _)| name.len() == from + key.len());
                assert!(
                    shorter.is_none(),
                    "`{shorter:?}` is both a quantity and a group"
                );
                let level = level(group, from + key.len() + 1).into_iter();
                let map: tera::Map = level
                    .map(|(key, value)| (key.to_owned().into(), value))
                    .collect();
                Value::from(map)
            }
        }
    };
    entries
        .chunk_by(same_part)
        .map(|group| (part(&group[0]), value(group)))
        .collect()
}

fn value(name: &str, entry: &Entry) -> Value {
    match entry {
        Entry::Quantity(_) => Value::from(Mark::quantity(name)),
        Entry::Text(text) => Value::from(escape_markdown(text)),
        Entry::Flag(flag) => Value::from(*flag),
    }
}
