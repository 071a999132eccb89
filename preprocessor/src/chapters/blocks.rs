//! Figures, tables and questions, put where they stand: between paragraphs, or in a list, a
//! quotation, a definition or a footnote.
//!
//! A filter does not know where its chapter calls it. So it leaves a mark, and when the chapter is
//! filled, Markdown tells where the mark is.

use super::diagnostic::Diagnostic;
use super::labels::LabelKind;
use super::ledger::Ledger;
use super::markup::markdown_options;
use super::nested::{Containers, continued};
use super::sentinel::{Mark, Piece, pieces};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::ops::Range;

/// What stands on lines of its own.
pub(crate) struct Block {
    /// What the author calls it, such as ``the table `tbl-a` ``; empty for the box of a fault, which may
    /// stand anywhere.
    pub(crate) what: String,
    /// What of it stands in the chapter's source.
    pub(crate) snippet: String,
    pub(crate) markdown: String,
}

impl Block {
    /// A figure or a table.
    pub(crate) fn exhibit(kind: LabelKind, label: &str, markdown: String) -> Self {
        Block {
            what: format!("the {} `{label}`", kind.word().to_lowercase()),
            snippet: label.to_owned(),
            markdown,
        }
    }

    /// The box that stands for a fault.
    pub(crate) fn of_fault(markdown: String) -> Self {
        Block {
            what: String::new(),
            snippet: String::new(),
            markdown,
        }
    }

    /// Keeps the block for [`place`] and returns the mark that stands for it.
    pub(crate) fn kept_in(self, ledger: &Ledger) -> String {
        let blocks = &mut ledger.written().blocks;
        blocks.push(self);
        Mark::Block(blocks.len() - 1).to_text()
    }
}

/// The chapter's `text` with the blocks where their marks stand, and the faults: a block inside of
/// what holds no blocks, such as a heading, whose mark stays.
pub(crate) fn place(
    ledger: &Ledger,
    (file, source): (&str, &str),
    text: String,
) -> (String, Vec<Diagnostic>) {
    let blocks = std::mem::take(&mut ledger.written().blocks);
    if blocks.is_empty() {
        return (text, Vec::new());
    }
    let mut places: Vec<_> = blocks
        .iter()
        .map(|_| Err("another figure or table"))
        .collect();
    let mut placed = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    for (index, range, place) in places_in(&text) {
        if let Ok(place) = &place {
            placed.push_str(&text[copied..range.start]);
            let block = &blocks[index].markdown;
            place.put(&text, &range, block, &mut placed);
            copied = range.end;
        }
        places[index] = place.map(|_| ());
    }
    placed.push_str(&text[copied..]);
    let fault = |(block, place): (&Block, Result<(), &str>)| {
        let inside = place.err().filter(|_| !block.what.is_empty())?;
        let message = format!(
            "{} stands inside {inside}; hint: put it on lines of its own, between paragraphs or in \
             an item of a list",
            block.what
        );
        Some(Diagnostic::at_snippet(
            file,
            source,
            &block.snippet,
            message,
        ))
    };
    let faults = blocks.iter().zip(places).filter_map(fault).collect();
    (placed, faults)
}

/// Where a block stands.
struct Place {
    /// What its further lines begin with.
    beginning: String,
    /// Whether something of the same paragraph is before it.
    is_behind_text: bool,
}

impl Place {
    /// Writes `block` in the place of the mark at `range`, with an empty line to either side where
    /// text is.
    fn put(&self, text: &str, range: &Range<usize>, block: &str, placed: &mut String) {
        let beginning = &self.beginning;
        let empty = format!("\n{}", beginning.trim_end());
        if self.is_behind_text {
            let line = text[..range.start]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            if !is_blank(&text[line..range.start]) {
                placed.push_str(&empty);
            }
            placed.extend(["\n", beginning]);
        }
        placed.push_str(&continued(block, beginning));
        let mut behind = text[range.end..].split('\n');
        if !is_blank(behind.next().unwrap_or_default()) {
            placed.extend([&empty, "\n", beginning]);
        } else if !is_blank(behind.next().unwrap_or_default()) {
            placed.push_str(&empty);
        }
    }
}

/// The part of the line around `at` that stands before it.
fn line_before(text: &str, at: usize) -> &str {
    &text[text[..at].rfind('\n').map_or(0, |newline| newline + 1)..at]
}

/// Whether a part of a line holds nothing but what begins the lines of quotations.
fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || c == '>')
}

/// The marks of blocks in `text`: the block's number, the mark's range, and where it stands, or what
/// is around it that holds no blocks.
fn places_in(text: &str) -> Vec<(usize, Range<usize>, Result<Place, &'static str>)> {
    let mut containers = Containers::default();
    let mut around: Vec<Option<&'static str>> = Vec::new();
    let (mut is_behind_text, mut is_task) = (false, false);
    let mut places = Vec::new();
    for (event, range) in Parser::new_ext(text, markdown_options()).into_offset_iter() {
        containers.note(text, &event, &range);
        is_task = match &event {
            Event::Start(_) | Event::End(_) => false,
            event => is_task || matches!(event, Event::TaskListMarker(_)),
        };
        match &event {
            Event::Start(tag) => {
                around.push(no_place(tag));
                is_behind_text &= is_inline(&tag.to_end());
            }
            Event::End(tag) => {
                around.pop();
                is_behind_text &= is_inline(tag);
            }
            Event::Text(_) | Event::Html(_) => {
                for (index, mark) in marks(text, &range) {
                    let inside = around.iter().rev().find_map(|it| *it);
                    let inside = inside.or(is_task.then_some("the line of a task"));
                    let is_behind_text = is_behind_text || mark.start > range.start;
                    let line = line_before(text, mark.start);
                    let beginning = match is_behind_text && is_blank(line) {
                        true => containers.beginning_on(line),
                        false => containers.beginning(),
                    };
                    let place = Place {
                        beginning,
                        is_behind_text,
                    };
                    places.push((index, mark, inside.map_or(Ok(place), Err)));
                }
                is_behind_text = true;
            }
            _ => is_behind_text = true,
        }
    }
    places
}

/// The marks of blocks in a part of `text`.
fn marks<'a>(
    text: &'a str,
    part: &Range<usize>,
) -> impl Iterator<Item = (usize, Range<usize>)> + use<'a> {
    let mut at = part.start;
    pieces(&text[part.clone()]).filter_map(move |piece| {
        let (Piece::Text(as_it_stands) | Piece::Mark(_, as_it_stands)) = &piece;
        let range = at..at + as_it_stands.len();
        at = range.end;
        match piece {
            Piece::Mark(Mark::Block(index), _) => Some((index, range)),
            _ => None,
        }
    })
}

/// What holds no blocks, in words.
fn no_place(tag: &Tag) -> Option<&'static str> {
    match tag {
        Tag::Heading { .. } => Some("a heading"),
        Tag::Table(_) => Some("a cell of a table"),
        Tag::DefinitionListTitle => Some("a term to define"),
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough => Some("emphasised text"),
        Tag::Link { .. } => Some("a link"),
        Tag::Image { .. } => Some("the description of an image"),
        Tag::CodeBlock(_) => Some("code"),
        _ => None,
    }
}

fn is_inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}
