//! The book of this repository is filled whatever the state of its runs. `pdf/tests` typesets
//! it.

mod states;

use mdbook_measured::catalogue::{Entry, Members};
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::{Diagnostic, fill_book};
use rayon::prelude::*;
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

/// What is wrong with the texts for both renderers.
fn faults(situation: &Situation) -> Vec<String> {
    let facts = Arc::new(BOOK.facts(situation));
    let of_renderer = |renderer| {
        let filled = fill_book(&BOOK.chapters, facts.clone(), &BOOK.bibliography, renderer);
        let faults = reading::faults(&filled, &facts, renderer);
        let named = |fault| format!("{}, {renderer:?}: {fault}", situation.name);
        faults.into_iter().map(named).collect::<Vec<_>>()
    };
    [Renderer::Html, Renderer::Pdf].map(of_renderer).concat()
}

fn check(situations: Vec<Situation>) {
    assert!(!situations.is_empty());
    let faults: Vec<_> = situations
        .par_iter()
        .with_max_len(1)
        .flat_map_iter(faults)
        .collect();
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// All of them where the program is optimised, else a few.
fn some(situations: impl IntoIterator<Item = Situation>) -> Vec<Situation> {
    let few = if cfg!(debug_assertions) {
        4
    } else {
        usize::MAX
    };
    situations.into_iter().take(few).collect()
}

#[test]
fn the_book_is_filled_as_it_is_and_with_all_runs_in_one_state() {
    check(
        BOOK.uniform()
            .into_iter()
            .chain([BOOK.as_it_is(), BOOK.made_now()])
            .collect(),
    );
}

#[test]
fn the_book_is_filled_with_each_run_in_a_state_of_its_own() {
    check(some(BOOK.random()));
}

#[test]
fn the_book_is_filled_with_one_run_away_or_flawed() {
    check(some(BOOK.single()));
}

#[test]
fn the_book_is_filled_when_a_run_that_no_chapter_names_is_not_planned() {
    let free = { BOOK.taken_out().into_iter() }.filter(|(run, _)| !BOOK.names_run(run));
    check(some(free.map(|(_, situation)| situation)));
}

#[test]
fn a_run_that_a_chapter_names_is_missed_in_the_plan() {
    let named = { BOOK.taken_out().into_iter() }.filter(|(run, _)| BOOK.names_run(run));
    let named: Vec<_> = named.collect();
    assert!(named.len() > 5);
    for (run, situation) in named {
        let facts = BOOK.facts(&situation);
        let filled = fill_book(&BOOK.chapters, facts, &BOOK.bibliography, Renderer::Html);
        let written = run.id.replace(['-', '.'], "_");
        let is_clear = |fault: &&Diagnostic| {
            let message = &fault.message;
            // A setting goes with its only run.
            let setting = format!("of a run of `{}`", run.experiment);
            let names = [run.id.as_str(), &written, &setting];
            let names_run = names.iter().any(|name| message.contains(name));
            names_run && message.contains("plan") && fault.line.is_some()
        };
        // What refers to the chapter that cannot be filled is at fault too.
        let is_cause = |fault: &&Diagnostic| !fault.message.contains("nothing has the label");
        let (clear, unclear): (Vec<_>, Vec<_>) =
            { filled.faults.iter().filter(is_cause) }.partition(is_clear);
        assert!(
            !clear.is_empty() && unclear.is_empty(),
            "{}: {unclear:?}",
            run.id
        );
    }
}
