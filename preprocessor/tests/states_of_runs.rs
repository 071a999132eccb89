//! The book of this repository is filled whatever the state of its runs. `pdf/tests` does the same
//! with many more states, and typesets them.

#[allow(dead_code)] // the tests of the PDF use the rest
mod states;

use mdbook_measured::catalogue::{Entry, Members};
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::fill_book;
use states::{RealBook, Situation, reading};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

static BOOK: LazyLock<RealBook> = LazyLock::new(RealBook::read);

/// The names of a situation's catalogue but those that the records decide.
fn names(situation: &Situation) -> BTreeSet<String> {
    let facts = BOOK.facts(situation);
    let entries: Vec<_> = facts.catalogue.entries().collect();
    let recorded = |(name, entry): &(&str, &Entry)| match entry {
        Entry::Group(Members::Recorded(_)) => Some(format!("{name}.")),
        _ => None,
    };
    let recorded: Vec<_> = entries.iter().filter_map(recorded).collect();
    let is_fixed = |name: &&str| !recorded.iter().any(|group| name.starts_with(group));
    let names = entries.iter().map(|(name, _)| *name);
    names.filter(is_fixed).map(str::to_owned).collect()
}

#[test]
fn the_names_are_the_same_in_every_state() {
    let expected = names(&BOOK.as_it_is());
    assert!(expected.contains("transfer.finetune.best.is_largest_rate"));
    let subsets = BOOK.random().step_by(2).take(4); // those with the plan as it is
    for situation in BOOK.uniform().into_iter().chain(subsets) {
        let found = names(&situation);
        let differing: Vec<_> = found.symmetric_difference(&expected).collect();
        assert!(differing.is_empty(), "{}: {differing:?}", situation.name);
    }
}

#[test]
fn no_text_is_empty() {
    for situation in BOOK.uniform() {
        for (name, entry) in BOOK.facts(&situation).catalogue.entries() {
            let is_empty = matches!(entry, Entry::Text(text) if text.is_empty());
            assert!(!is_empty, "{}: `{name}`", situation.name);
        }
    }
}

#[test]
fn the_book_is_filled_with_all_runs_in_one_state() {
    for situation in BOOK.uniform() {
        let facts = Arc::new(BOOK.facts(&situation));
        for renderer in [Renderer::Html, Renderer::Pdf] {
            let filled = fill_book(&BOOK.chapters, facts.clone(), &BOOK.bibliography, renderer);
            let faults = reading::faults(&filled, &facts, renderer);
            assert_eq!(faults.join("\n"), "", "{}, {renderer:?}", situation.name);
        }
    }
}
