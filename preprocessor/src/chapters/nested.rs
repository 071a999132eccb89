//! Blocks that stand in a list, a quotation, a definition or a footnote.
//!
//! Markdown ends such a container at the first line that does not begin as its lines do. So a block
//! that the program puts there needs the container's beginning before each of its lines.

use pulldown_cmark::{Event, Tag, TagEnd};
use std::ops::Range;

/// How far the lines of a footnote are indented.
const FOOTNOTE_COLUMNS: usize = 4;

/// The containers that are open at a place of a text, as its parser goes through it.
#[derive(Debug, Default)]
pub(crate) struct Containers {
    /// What each of them puts before its lines, the outermost first.
    beginnings: Vec<String>,
}

impl Containers {
    /// Notes what an event of the parser of `text` opens or closes.
    pub(crate) fn note(&mut self, text: &str, event: &Event, range: &Range<usize>) {
        match event {
            Event::Start(Tag::BlockQuote(_)) => self.beginnings.push("> ".to_owned()),
            Event::Start(Tag::Item | Tag::DefinitionListDefinition) => {
                self.beginnings.push(" ".repeat(indent(text, range.start)));
            }
            Event::Start(Tag::FootnoteDefinition(_)) => {
                self.beginnings.push(" ".repeat(FOOTNOTE_COLUMNS));
            }
            Event::End(
                TagEnd::BlockQuote(_)
                | TagEnd::Item
                | TagEnd::DefinitionListDefinition
                | TagEnd::FootnoteDefinition,
            ) => drop(self.beginnings.pop()),
            _ => {}
        }
    }

    /// What a line begins with that goes on inside all of them; nothing outside of containers.
    pub(crate) fn beginning(&self) -> String {
        self.beginnings.concat()
    }

    /// The same of those that a line goes on by itself: the text of a paragraph goes on in all of
    /// them without, and another block does not.
    pub(crate) fn beginning_on(&self, line: &str) -> String {
        let mut rest = line;
        let goes_on = |beginning: &&String| {
            let inside = match beginning.starts_with('>') {
                true => rest.trim_start().strip_prefix('>'),
                false => behind_columns(rest, beginning.len()),
            };
            rest = inside.unwrap_or_default();
            inside.is_some()
        };
        let beginnings = self.beginnings.iter().take_while(goes_on);
        beginnings.map(String::as_str).collect()
    }
}

/// `block` with a container's `beginning` before every line but the first, which stands behind what
/// is there already.
pub(crate) fn continued(block: &str, beginning: &str) -> String {
    block.replace('\n', &format!("\n{beginning}"))
}

/// `text` without what begins all of its lines but the first in the list or quotation that it was
/// written in.
pub(crate) fn freed(text: &str) -> String {
    let is_beginning = |c: char| " \t>".contains(c);
    let beginning = |line: &'_ str| line.len() - line.trim_start_matches(is_beginning).len();
    let lines = text.split('\n').skip(1);
    let with_text = lines.filter(|line| beginning(line) < line.len());
    let shared = with_text.map(|line| &line[..beginning(line)]);
    let shared = shared.reduce(|a, b| {
        let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b);
        &a[..same.count()]
    });
    let shared = shared.unwrap_or_default();
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |freed, line| {
        let rest = line.strip_prefix(shared);
        freed + "\n" + rest.unwrap_or_else(|| line.trim_start_matches(is_beginning))
    })
}

/// How far the lines of the item or definition that begins at `start` are indented in its container,
/// in columns: its marker and what is before it, and up to four spaces behind it.
fn indent(text: &str, start: usize) -> usize {
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let mut column = columns(&text[line..start], 0);
    let first = column;
    let rest = text[start..].lines().next().unwrap_or_default();
    let marker = rest.trim_start_matches([' ', '\t']);
    column = columns(&rest[..rest.len() - marker.len()], column);
    let digits = marker.len()
        - marker
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let behind = marker.get(digits + 1..).unwrap_or_default();
    column += digits + 1;
    let content = behind.trim_start_matches([' ', '\t']);
    let spaces = columns(&behind[..behind.len() - content.len()], column) - column;
    let is_code_or_nothing = spaces > 4 || content.is_empty();
    column + if is_code_or_nothing { 1 } else { spaces } - first
}

/// What is behind so many columns of spaces at the beginning of `line`, if there are as many.
fn behind_columns(line: &str, count: usize) -> Option<&str> {
    let spaces = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let at = (0..=spaces.len()).find(|at| columns(&spaces[..*at], 0) >= count)?;
    Some(&line[at..])
}

/// The column behind `spaces` that begin at `column`; a tab goes on to the next fourth one.
fn columns(spaces: &str, column: usize) -> usize {
    spaces
        .chars()
        .fold(column, |column, character| match character {
            '\t' => column + 4 - column % 4,
            _ => column + 1,
        })
}

#[cfg(test)]
mod tests {
    use super::super::markup::markdown_options;
    use super::super::small_books::outline;
    use super::*;
    use pulldown_cmark::Parser;

    /// Puts a block in the place of `X` and looks in what Markdown has it, and what follows.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut containers = Containers::default();
        let at = text.find('X').expect("a place");
        for (event, range) in Parser::new_ext(text, markdown_options()).into_offset_iter() {
            containers.note(text, &event, &range);
            if matches!(event, Event::Text(_)) && range.contains(&at) {
                break;
            }
        }
        let block = continued("<hr>\n\n*in*\n\n", &containers.beginning());
        let put = text.replace('X', &block);
        let expected = expected.replace('X', "<hr> Para in .");
        assert_eq!(outline(&put), expected, "{put}");
    }

    #[test]
    fn a_block_stays_in_its_container() {
        check("X b", "X Para b .");
        check("- a\n\n  X b", "Item Para a . X Para b . .");
        check("10. X b", "Item X Para b . .");
        check("-   X b", "Item X Para b . .");
        check("-\tX b", "Item X Para b . .");
        check("  - X b", "Item X Para b . .");
        check("> X b", "Bloc X Para b . .");
        check("> [!NOTE]\n> X b", "Bloc X Para b . .");
        check(
            "> 1. - a\n>\n>      X b",
            "Bloc Item Item Para a . X Para b . . . .",
        );
        check("- > X b", "Item Bloc X Para b . . .");
        check(
            "t\n: a\n\n  X b",
            "Defi Defi t . Defi Para a . X Para b . . .",
        );
        check(
            "n[^1]\n\n[^1]: a\n\n    X b",
            "Para n ? . Foot Para a . X Para b . .",
        );
    }

    #[test]
    fn what_is_written_in_a_container_is_freed_of_it() {
        let check = |text: &str, expected: &str| assert_eq!(freed(text), expected);
        check("a\n b", "a\nb");
        check("\n   | a |\n   |---|\n   ", "\n| a |\n|---|\n");
        check("a\n> b\n>\n>   - c\n> ", "a\nb\n\n  - c\n");
        check("a\n\nb\n  c", "a\n\nb\n  c");
        check("", "");
    }

    #[test]
    fn a_container_ends() {
        let text = "- a\n\n> b\n\nX";
        let mut containers = Containers::default();
        for (event, range) in Parser::new_ext(text, markdown_options()).into_offset_iter() {
            containers.note(text, &event, &range);
        }
        assert_eq!(containers.beginning(), "");
    }
}
