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
}

/// `block` with a container's `beginning` before every line but the first, which stands behind what
/// is there already.
pub(crate) fn continued(block: &str, beginning: &str) -> String {
    block.replace('\n', &format!("\n{beginning}"))
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
    use super::*;
    use pulldown_cmark::Parser;

    /// The blocks of a text, each as its first letters with what is in it.
    fn outline(text: &str) -> String {
        let mut outline = String::new();
        for event in Parser::new_ext(text, markdown_options()) {
            match event {
                Event::Start(Tag::HtmlBlock | Tag::Emphasis | Tag::List(_)) => {}
                Event::Start(tag) => outline.push_str(&format!("{:?}", tag.to_end())[..4]),
                Event::End(TagEnd::HtmlBlock | TagEnd::Emphasis | TagEnd::List(_)) => {}
                Event::End(_) => outline.push('.'),
                Event::Text(text) | Event::Html(text) => outline.push_str(text.trim()),
                _ => outline.push('?'),
            }
            outline.push(' ');
        }
        outline.split_whitespace().collect::<Vec<_>>().join(" ")
    }

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
    fn a_container_ends() {
        let text = "- a\n\n> b\n\nX";
        let mut containers = Containers::default();
        for (event, range) in Parser::new_ext(text, markdown_options()).into_offset_iter() {
            containers.note(text, &event, &range);
        }
        assert_eq!(containers.beginning(), "");
    }
}
