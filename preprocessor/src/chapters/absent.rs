//! Values that a template prints and that were not measured.
//!
//! A filter leaves a mark in the place of such a value. When the chapter is filled, words stand
//! there: a statement that prints several of them says "not measured" once.

use super::contract::Renderer;
use super::diagnostic::Diagnostic;
use super::ledger::Ledger;
use super::markup::markdown_options;
use super::names::{names_in, tags};
use super::sentinel::{Absence, Form, Mark, Piece, pieces, replace_marks};
use crate::catalogue::{ABSENT, Catalogue};
use pulldown_cmark::{Event, Parser, Tag};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// In the place of further values of a statement that says "not measured" already.
const FURTHER: &str = "–";
/// In the place of a number of things that are named behind it.
const NUMBER_OF: &str = "an unmeasured number of";

/// What may stand between two values that are listed.
static LISTING: LazyLock<Regex> =
    LazyLock::new(|| regex("^[ \n\u{a0}]*(?:,|/|,?[ \n\u{a0}]+(?:and|or))[ \n\u{a0}]*$"));
/// What ends a statement: the end of a sentence, of a block, of an item or of a cell.
static END: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"[.!?][ \n]|\n[ \t]*\n|\n[ \t>]*(?:[-*+]|[0-9]+[.)]|:)[ \t]|\||</?(?:figcaption|figure)")
});

fn regex(text: &str) -> Regex {
    Regex::new(text).expect("the expression is well formed")
}

/// The `text` of a chapter with words where marks of absent values stand, and what strict mode holds
/// against it: each such value in prose. A table's cell may be empty, a sentence is to be written for
/// both cases.
pub(crate) fn settle(
    ledger: &Ledger,
    (file, source): (&str, &str),
    text: &str,
) -> (String, Vec<Diagnostic>) {
    if !has_marks(text) {
        return (text.to_owned(), Vec::new());
    }
    let tables = tables(text);
    let (mut settled, mut found) = (String::with_capacity(text.len()), Vec::new());
    let (mut at, mut since) = (0, None::<usize>);
    let mut rest = pieces(text).peekable();
    while let Some(piece) = rest.next() {
        match piece {
            Piece::Mark(Mark::Absent(absence), as_it_stands) => {
                if !tables.iter().any(|table| table.contains(&at)) {
                    found.push(absence.fault(ledger, file, source));
                }
                let place = since.map_or(Place::First, |since| Place::behind(&settled[since..]));
                let next = match rest.peek() {
                    Some(Piece::Text(next)) => next,
                    _ => "",
                };
                match place {
                    Place::First => settled.push_str(&absence.in_words(ledger, next)),
                    Place::Further => settled.push_str(&absence.print(ledger, FURTHER)),
                    Place::Listed => settled.truncate(since.unwrap_or_default()),
                }
                since = Some(settled.len());
                at += as_it_stands.len();
            }
            Piece::Text(as_it_stands) | Piece::Mark(_, as_it_stands) => {
                settled.push_str(as_it_stands);
                at += as_it_stands.len();
            }
        }
    }
    (settled, found)
}

/// `text` with plain words where marks of absent values stand.
pub(crate) fn in_plain_words(text: &str) -> String {
    replace_marks(text, |mark| {
        matches!(mark, Mark::Absent(_)).then(|| ABSENT.to_owned())
    })
}

fn has_marks(text: &str) -> bool {
    pieces(text).any(|piece| matches!(piece, Piece::Mark(Mark::Absent(_), _)))
}

/// Where an absent value stands to the one before it.
#[derive(Debug, PartialEq)]
enum Place {
    /// In a statement of its own.
    First,
    /// In the same statement.
    Further,
    /// In a list with it: the words of the one before it stand for both.
    Listed,
}

impl Place {
    /// That of a value with this text between it and the one before.
    fn behind(between: &str) -> Place {
        match () {
            () if END.is_match(between) => Place::First,
            () if LISTING.is_match(between) => Place::Listed,
            () => Place::Further,
        }
    }
}

/// Where the tables of `text` are.
fn tables(text: &str) -> Vec<Range<usize>> {
    Parser::new_ext(text, markdown_options())
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::Table(_))))
        .map(|(_, range)| range)
        .collect()
}

impl Absence {
    /// What stands in its place before the text `next`.
    fn in_words(&self, ledger: &Ledger, next: &str) -> String {
        let unit = ledger.quantity(&self.name).map(|quantity| quantity.unit);
        let counted = unit.map_or("", |unit| unit.symbol_after(""));
        let word = next.strip_prefix([' ', '\u{a0}']).unwrap_or_default();
        let is_counted = !counted.is_empty()
            && word
                .strip_prefix(counted)
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        self.print(ledger, if is_counted { NUMBER_OF } else { ABSENT })
    }

    fn print(&self, ledger: &Ledger, words: &str) -> String {
        match (self.form, ledger.quantity(&self.name)) {
            (Form::Marked, Ok(quantity)) => ledger.evidence_mark(&quantity, words),
            (Form::Formula, _) if ledger.renderer == Renderer::Html => format!("\\text{{{words}}}"),
            _ => words.to_owned(),
        }
    }

    fn fault(&self, ledger: &Ledger, file: &str, source: &str) -> Diagnostic {
        let hint = "hint: say it for both cases, with `<% if … %>`";
        let message = match self.name.is_empty() {
            true => format!("the text prints a word that is not measured; {hint}"),
            false => format!(
                "the text prints `{}`, which is not measured; {hint}",
                self.name
            ),
        };
        let at = self
            .at
            .or_else(|| self.printed_at(&ledger.facts.catalogue, source));
        match at {
            Some(at) => Diagnostic::at_offset(file, source, at, message),
            None => Diagnostic::of_file(file, message),
        }
    }

    /// Where `source` first prints it without a filter: by its name, or by the end of its name behind a
    /// variable.
    fn printed_at(&self, catalogue: &Catalogue, source: &str) -> Option<usize> {
        let printed = || {
            tags(source)
                .filter(|(_, tag)| tag.starts_with("<<"))
                .flat_map(names_in)
        };
        let is_it = |name: &str| match self.name.is_empty() {
            true => catalogue.text(name) == Some(ABSENT),
            false => name == self.name,
        };
        let ends_it = |name: &str| {
            let end = name.split_once('.').map_or(name, |(_, end)| end);
            let is_variable = catalogue.check_name(name).is_err();
            is_variable && !self.name.is_empty() && self.name.ends_with(&format!(".{end}"))
        };
        let by_name = printed().find(|(_, name)| is_it(name));
        by_name
            .or_else(|| printed().find(|(_, name)| ends_it(name)))
            .map(|(at, _)| at)
    }
}
