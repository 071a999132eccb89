//! Tables as a page has them. A pipe table has no caption and no heads of rows, so each becomes HTML.

use super::contract::kind_of_mark;
use super::inline_html::write_inline;
use super::nested::{Containers, continued};
use crate::evidence::Kind;
use pulldown_cmark::{Alignment, Event, Tag, TagEnd};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

/// The tables of a text, as its parser goes through it.
#[derive(Default)]
pub(super) struct Tables<'a> {
    /// What began the lists and quotations that are open, and where.
    around: Vec<(&'a Event<'a>, &'a Range<usize>)>,
    caption: Caption,
    open: Option<Table<'a>>,
}

/// How much of the caption that stands before a table was read, with the places of its tags.
#[derive(Default)]
enum Caption {
    #[default]
    None,
    Open(Range<usize>),
    Whole(Range<usize>, Range<usize>),
}

/// A table while it is read.
struct Table<'a> {
    /// What the lines of its list or quotation begin with.
    beginning: String,
    alignments: Vec<Alignment>,
    /// The head and the rows, each of cells.
    rows: Vec<Vec<Cell<'a>>>,
}

/// What stands in a cell, and where its source is.
struct Cell<'a> {
    events: Vec<&'a Event<'a>>,
    source: Range<usize>,
}

impl<'a> Tables<'a> {
    /// Whether the parser is inside a table.
    pub(super) fn are_open(&self) -> bool {
        self.open.is_some()
    }

    /// Reads an event of the parser of `text`; where it ends a table, notes what takes its place.
    pub(super) fn read(
        &mut self,
        text: &str,
        (event, range): (&'a Event<'a>, &'a Range<usize>),
        edits: &mut Vec<(Range<usize>, String)>,
    ) {
        match (event, &mut self.open) {
            (Event::Start(Tag::Table(alignments)), _) => {
                self.open = Some(Table {
                    beginning: self.beginning(text),
                    alignments: alignments.clone(),
                    rows: Vec::new(),
                });
            }
            (Event::End(TagEnd::Table), Some(_)) => {
                let caption = std::mem::take(&mut self.caption);
                let table = self.open.take().expect("it was matched");
                table.put(text, range.clone(), caption, edits);
            }
            (event, Some(table)) => table.read(event, range),
            (event, None) => {
                self.caption.read(event, range.clone());
                match event {
                    Event::Start(tag) if is_container(&tag.to_end()) => {
                        self.around.push((event, range));
                    }
                    Event::End(tag) if is_container(tag) => drop(self.around.pop()),
                    _ => {}
                }
            }
        }
    }

    /// What the lines of the lists and quotations begin with that are open: it is asked for at a
    /// table alone, since a text may have a thousand of them on one line.
    fn beginning(&self, text: &str) -> String {
        let mut containers = Containers::default();
        for (event, range) in &self.around {
            containers.note(text, event, range);
        }
        containers.beginning()
    }
}

fn is_container(tag: &TagEnd) -> bool {
    use TagEnd::{BlockQuote, DefinitionListDefinition, FootnoteDefinition, Item};
    matches!(
        tag,
        BlockQuote(_) | DefinitionListDefinition | FootnoteDefinition | Item
    )
}

impl Caption {
    /// Goes on until a table follows, or anything else.
    fn read(&mut self, event: &Event, range: Range<usize>) {
        *self = match (event, std::mem::take(self)) {
            (Event::Html(tag), _) if tag.trim() == "<figcaption>" => Caption::Open(range),
            (Event::Html(tag), Caption::Open(start)) if tag.trim() == "</figcaption>" => {
                Caption::Whole(start, range)
            }
            (Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock), caption) => caption,
            (_, Caption::Open(start)) => Caption::Open(start),
            _ => Caption::None,
        };
    }
}

impl<'a> Table<'a> {
    fn read(&mut self, event: &'a Event<'a>, range: &Range<usize>) {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => self.rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                let (events, source) = (Vec::new(), range.clone());
                self.rows.extend(self.rows.is_empty().then(Vec::new));
                let row = self.rows.last_mut().expect("there is one");
                row.push(Cell { events, source });
            }
            Event::End(TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell) => {}
            event => {
                let cell = self.rows.last_mut().and_then(|row| row.last_mut());
                cell.expect("what is in a table is in a cell")
                    .events
                    .push(event);
            }
        }
    }

    /// Puts HTML in the place of the table at `range`, and of the tags of its caption.
    fn put(
        &self,
        text: &str,
        range: Range<usize>,
        caption: Caption,
        edits: &mut Vec<(Range<usize>, String)>,
    ) {
        let start = self.start();
        let mut written = String::with_capacity(range.len() * 2);
        match caption {
            Caption::Whole(before, behind) => {
                edits.push((trimmed(text, before), format!("{start}<caption>")));
                edits.push((trimmed(text, behind), "</caption>".to_owned()));
            }
            Caption::None | Caption::Open(_) => written.push_str(&start),
        }
        self.write_rows(text, &mut written);
        written.push_str("</table></div>");
        let range = trimmed(text, range);
        let mut behind = text[range.end..].split('\n').skip(1);
        let mut written = continued(&written, &self.beginning);
        // HTML goes on until an empty line.
        if behind.next().is_some_and(|line| !is_blank(line)) {
            written.extend(["\n", self.beginning.trim_end()]);
        }
        edits.push((range, written));
    }

    fn start(&self) -> String {
        match self.kind() {
            Some(kind) => format!(
                "<div class=\"table-wrapper\"><table data-kind=\"{}\">",
                kind.word()
            ),
            None => "<div class=\"table-wrapper\"><table>".to_owned(),
        }
    }

    /// The kind of most of its numbers, of several the one that comes first.
    fn kind(&self) -> Option<Kind> {
        let mut counts: Vec<(Kind, usize)> = Vec::new();
        for kind in self.rows.iter().flatten().flat_map(Cell::kinds) {
            match counts.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((kind, 1)),
            }
        }
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(kind, _)| *kind)
    }

    fn write_rows(&self, text: &str, out: &mut String) {
        let names_rows = self.names_rows();
        for (index, row) in self.rows.iter().enumerate() {
            out.push_str(match index {
                0 => "<thead><tr>",
                1 => "<tbody><tr>",
                _ => "<tr>",
            });
            for (column, cell) in row.iter().enumerate() {
                let is_empty = cell.events.is_empty();
                let scope = match (index, column) {
                    (0, _) if !is_empty => Some("col"),
                    (1.., 0) if names_rows && !is_empty => Some("row"),
                    _ => None,
                };
                cell.write(text, (scope, self.style(column)), out);
            }
            out.push_str(if index == 0 { "</tr></thead>" } else { "</tr>" });
        }
        if self.rows.len() > 1 {
            out.push_str("</tbody>");
        }
    }

    /// Whether the first column says what each row is about: words do, and so do numbers that tell one
    /// row from another.
    fn names_rows(&self) -> bool {
        let cells: Vec<_> = { self.rows.iter().skip(1) }
            .filter_map(|row| row.first())
            .collect();
        let are_words = cells.iter().all(|cell| cell.kinds().next().is_none());
        let texts: BTreeSet<_> = cells.iter().map(|cell| cell.text()).collect();
        let are_keys = cells.len() > 1 && texts.len() == cells.len();
        self.alignments.len() > 1 && (are_words || are_keys)
    }

    fn style(&self, column: usize) -> &'static str {
        match self.alignments.get(column) {
            Some(Alignment::Left) => " style=\"text-align: left\"",
            Some(Alignment::Center) => " style=\"text-align: center\"",
            Some(Alignment::Right) => " style=\"text-align: right\"",
            Some(Alignment::None) | None => "",
        }
    }
}

impl Cell<'_> {
    /// The kinds of its numbers.
    fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.events.iter().filter_map(|event| match event {
            Event::InlineHtml(tag) => kind_of_mark(tag),
            _ => None,
        })
    }

    fn text(&self) -> String {
        let texts = self.events.iter().filter_map(|event| match event {
            Event::Text(words) | Event::Code(words) => Some(&**words),
            _ => None,
        });
        texts.collect()
    }

    fn write(&self, text: &str, (scope, style): (Option<&str>, &str), out: &mut String) {
        let element = if scope.is_some() { "th" } else { "td" };
        out.extend(["<", element]);
        if let Some(scope) = scope {
            out.extend([" scope=\"", scope, "\""]);
        }
        out.extend([style, ">"]);
        let is_note = |event: &&Event| matches!(event, Event::FootnoteReference(_));
        match self.events.iter().any(is_note) {
            // Only mdBook can number notes, so that Markdown stands between the tags.
            true => {
                let source = text[self.source.clone()].trim().replace("\\|", "|");
                let _ = write!(out, "\n\n<span>{source}</span>\n\n");
            }
            false => write_inline(&self.events, out),
        }
        out.extend(["</", element, ">"]);
    }
}

/// A range without the ends of lines and blanks behind it.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    range.start..range.start + text[range].trim_end().len()
}

/// Whether a line holds nothing but what begins the lines of quotations.
fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || c == '>')
}
