//! The cards that the book does without: `without-cards` under `[preprocessor.measured]`.

use super::CONFIGURATION;
use crate::diagnostic::{Diagnostic, LineNumbers, setting};
use results::{Hardware, Plan, card_fault, nearest};
use std::collections::BTreeSet;
use toml::de::{DeTable, DeValue};

/// What is wrong with the cards that are `declared` in `book.toml`, whose text is `text`.
pub(super) fn faults(declared: &[String], text: &str, plan: Option<&Plan>) -> Vec<Diagnostic> {
    let (needed, written) = (needed_cards(plan), written(text));
    let fault = |(index, card): (usize, &String)| {
        let message = match declared[..index].contains(card) {
            true => format!("`{card}` a second time; hint: leave it out"),
            false => card_fault(card).or_else(|| unneeded(card, &needed))?,
        };
        let place = written.get(index).filter(|(written, _)| written == card);
        Some(Diagnostic {
            line: place.map(|(_, line)| *line),
            ..Diagnostic::of_file(CONFIGURATION, format!("`without-cards`: {message}"))
        })
    };
    declared.iter().enumerate().filter_map(fault).collect()
}

/// The cards that planned runs need.
fn needed_cards(plan: Option<&Plan>) -> BTreeSet<&str> {
    let runs = plan.into_iter().flat_map(|plan| &plan.runs);
    runs.filter_map(|run| match &run.hardware {
        Hardware::Card(card) => Some(card.as_str()),
        _ => None,
    })
    .collect()
}

/// That the card is none of those that are needed, where it is none.
fn unneeded(card: &str, needed: &BTreeSet<&str>) -> Option<String> {
    let hint = nearest(card, needed.iter().copied());
    let hint = hint.map_or("leave it out".to_owned(), |near| format!("`{near}`"));
    (!needed.contains(card)).then(|| format!("no planned run needs `{card}`; hint: {hint}"))
}

/// The cards that a `book.toml` lists, each with its line; none where the environment declares them.
fn written(text: &str) -> Vec<(String, usize)> {
    let lines = LineNumbers::of(text);
    let Ok(table) = DeTable::parse(text) else {
        return Vec::new();
    };
    let listed = setting(table.get_ref(), "without-cards").and_then(DeValue::as_array);
    let cards = listed.into_iter().flat_map(|list| list.iter());
    cards
        .map(|card| {
            let name = card.get_ref().as_str().unwrap_or_default();
            (name.to_owned(), lines.line(card.span().start))
        })
        .collect()
}
