//! What stands in the place of figures and tables that wait for runs.
//!
//! A figure or a table of which nothing was measured leaves a mark in its chapter. When the chapter
//! is filled, the marks under one heading that wait for the same become one box: what is needed, and
//! the captions with their numbers, each where references to it lead.

use super::blocks::Block;
use super::homes::List;
use super::labels::LabelKind;
use super::ledger::Ledger;
use super::markup::markdown_options;
use super::missing_runs;
use super::sentinel::{Mark, Piece, ROOT, pieces};
use crate::escape::destination;
use crate::views::Awaited;
use pulldown_cmark::{Event, Parser, Tag};

/// A figure or a table that waits.
pub(crate) struct Placeholder {
    pub(crate) kind: LabelKind,
    pub(crate) label: String,
    pub(crate) caption: String,
    pub(crate) awaited: Awaited,
}

impl Placeholder {
    /// Keeps the placeholder for [`fold`] and returns the mark that stands for it.
    pub(crate) fn kept_in(self, ledger: &Ledger) -> String {
        let mark = Mark::Placeholder(self.label.clone()).to_text();
        ledger.written().placeholders.push(self);
        mark
    }
}

/// The placeholders under one heading that wait for the same.
struct Group<'a> {
    section: usize,
    awaited: Awaited,
    members: Vec<&'a Placeholder>,
}

/// The chapter's `text` with a box where the first placeholder of each group stands.
pub(crate) fn fold(ledger: &Ledger, text: String) -> String {
    let placeholders = std::mem::take(&mut ledger.written().placeholders);
    if placeholders.is_empty() {
        return text;
    }
    let groups = groups(&text, &placeholders);
    let mut folded = String::with_capacity(text.len());
    for piece in pieces(&text) {
        match piece {
            Piece::Mark(Mark::Placeholder(label), _) => {
                let is_first = |group: &&Group| group.members[0].label == label;
                let group = groups.iter().find(is_first);
                folded.extend(group.map(|group| group.to_block(ledger).kept_in(ledger)));
            }
            Piece::Text(as_it_stands) | Piece::Mark(_, as_it_stands) => {
                folded.push_str(as_it_stands);
            }
        }
    }
    folded
}

fn groups<'a>(text: &str, placeholders: &'a [Placeholder]) -> Vec<Group<'a>> {
    let headings = headings(text);
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    for piece in pieces(text) {
        let (Piece::Text(as_it_stands) | Piece::Mark(_, as_it_stands)) = &piece;
        let section = headings.partition_point(|heading| *heading < at);
        at += as_it_stands.len();
        let Piece::Mark(Mark::Placeholder(label), _) = &piece else {
            continue;
        };
        let Some(placeholder) = placeholders.iter().find(|it| it.label == *label) else {
            continue;
        };
        let awaited = &placeholder.awaited;
        let waits_for_it = |group: &&mut Group| {
            group.section == section && group.awaited.covers_or_is_covered(awaited)
        };
        match groups.iter_mut().find(waits_for_it) {
            Some(group) => {
                group.awaited.add(awaited);
                group.members.push(placeholder);
            }
            None => groups.push(Group {
                section,
                awaited: awaited.clone(),
                members: vec![placeholder],
            }),
        }
    }
    groups
}

/// Where the headings of `text` begin.
fn headings(text: &str) -> Vec<usize> {
    Parser::new_ext(text, markdown_options())
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::Heading { .. })))
        .map(|(_, range)| range.start)
        .collect()
}

impl Group<'_> {
    fn to_block(&self, ledger: &Ledger) -> Block {
        let Placeholder { kind, label, .. } = self.members[0];
        Block::exhibit(*kind, label, self.to_markdown(ledger))
    }

    fn to_markdown(&self, ledger: &Ledger) -> String {
        let page = ledger.home(List::MissingRuns);
        let first = self.awaited.first().map(missing_runs::anchor);
        let page = page
            .zip(first)
            .map(|(home, first)| format!("{ROOT}{}#{}", home.markdown, destination(&first)));
        let awaited = self.awaited.to_markdown(page.as_deref());
        let words = match (self.awaited.is_empty(), self.members.len()) {
            (true, _) => awaited,
            (false, 1) => format!("Needs {awaited}"),
            (false, count) => format!("These {count} need {awaited}"),
        };
        let captions = match &self.members[..] {
            [only] => only.caption_line(only.caption.trim()),
            [first, others @ ..] => {
                let anchored = others
                    .iter()
                    .map(|it| format!("<a id=\"{}\"></a>", it.label));
                let others = anchored
                    .zip(others)
                    .map(|(anchor, it)| anchor + &it.short_line());
                let all: Vec<_> = [first.short_line()].into_iter().chain(others).collect();
                all.join("\n\n")
            }
            [] => String::new(),
        };
        format!(
            "<figure id=\"{}\" class=\"pending\">\n\n{words}.\n\n<figcaption>\n\n{}\n\n</figcaption>\n\n</figure>",
            self.members[0].label, captions
        )
    }
}

impl Placeholder {
    /// The number with the beginning of the caption: what to see in it is of no use yet.
    fn short_line(&self) -> String {
        self.caption_line(first_sentence(self.caption.trim()))
    }

    fn caption_line(&self, caption: &str) -> String {
        let number = Mark::Number(self.label.clone()).to_text();
        format!("**{}\u{a0}{number}.** {caption}", self.kind.word())
    }
}

/// The first sentence of a caption, as it stands in Markdown: one that a capital, a formula, a link or
/// a template's mark follows.
fn first_sentence(caption: &str) -> &str {
    let mut open: Option<char> = None;
    for (at, character) in caption.char_indices() {
        match (open, character) {
            (None, '`' | '$') => open = Some(character),
            (Some(mark), _) if mark == character => open = None,
            (None, '.' | '!' | '?') => {
                let end = at + character.len_utf8();
                let rest = &caption[end..];
                let next = rest.trim_start();
                let begins = |c: char| !c.is_lowercase() && !c.is_numeric();
                if rest.len() > next.len() && next.starts_with(begins) {
                    return &caption[..end];
                }
            }
            _ => {}
        }
    }
    caption
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_caption_begins_with_a_sentence() {
        let check = |caption: &str, first: &str| assert_eq!(first_sentence(caption), first);
        check("Time over n. See [part 1](a.md).", "Time over n.");
        check(
            "Time, see Fig. 3 of `a. B` and $x. Y$. $z$ is n.",
            "Time, see Fig. 3 of `a. B` and $x. Y$.",
        );
        check("Is it 1.5 s? Yes", "Is it 1.5 s?");
        check("One sentence", "One sentence");
        check("It ends.", "It ends.");
    }
}
