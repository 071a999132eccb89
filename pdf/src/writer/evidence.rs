//! Numbers with a mark of where they come from, and the register that the marks lead to.

use super::Writer;
use crate::links::Target;
use crate::markdown::node::Node;
use crate::source;

/// The kinds of number as the preprocessor calls them, each with its letter: in print no colour tells
/// them apart.
const KINDS: [(&str, &str); 3] = [("measured", "m"), ("derived", "d"), ("quoted", "q")];

/// What the preprocessor calls a number that is not there, or rests on a run that is not whole.
const DOUBTFUL: [&str; 2] = ["pending", "flawed"];

/// The kind of a number that the preprocessor marks; none of anything else.
pub(super) fn kind(node: &Node) -> Option<&'static str> {
    let class = node.attribute("class")?;
    let mut words = class.split_ascii_whitespace();
    if !(node.is_html("a") || node.is_html("span")) || words.next() != Some("quantity") {
        return None;
    }
    let word = words.next()?;
    let known = KINDS.iter().find(|(kind, _)| *kind == word);
    known.map(|(kind, _)| *kind)
}

/// The kind of most numbers in a table, of several the one that comes first, as on the pages; none
/// without a number.
pub(super) fn usual_kind(table: &Node) -> Option<&'static str> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    count(table, &mut counts);
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map(|(kind, _)| *kind)
}

fn count(node: &Node, counts: &mut Vec<(&'static str, usize)>) {
    if let Some(kind) = kind(node) {
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    { node.children.iter() }.for_each(|child| count(child, counts));
}

impl<'a> Writer<'a> {
    /// A number of this kind: it leads to its entry, and has the letter of its kind unless it is the
    /// usual one of the table that it stands in. A heading is set in the contents, too: it has none.
    pub(super) fn quantity(&mut self, node: &'a Node, kind: &'static str) {
        let has_letter = self.usual_kind != Some(kind) && self.behind_heading.is_none();
        let letter = KINDS.iter().find(|(it, _)| has_letter && *it == kind);
        let class = node.attribute("class").unwrap_or_default();
        let is_doubtful = class
            .split_ascii_whitespace()
            .any(|word| DOUBTFUL.contains(&word));
        let to = node.attribute("href").and_then(|url| self.entry(node, url));
        let or_none = |text: Option<&str>| text.map_or("none".to_owned(), source::string);
        self.span(
            &format!(
                "#quantity({}, {}, is-doubtful: {is_doubtful})",
                or_none(to.as_deref()),
                or_none(letter.map(|(_, letter)| *letter)),
            ),
            node,
        );
    }

    /// The label of a number's entry; none where the PDF leaves the evidence out.
    fn entry(&mut self, node: &Node, url: &str) -> Option<String> {
        match self.book.guide.resolve(url, self.path) {
            Ok(Target::Label(label)) => Some(label),
            Ok(Target::LeftOut) => None,
            Ok(Target::Address(_) | Target::File(_)) => {
                let message =
                    format!("the number leads to `{url}`, expected an entry of the evidence");
                self.problem(node.start, message, "");
                None
            }
            Err((message, hint)) => {
                self.problem(node.start, message, hint);
                None
            }
        }
    }

    /// The kind that a table's caption says of its numbers without a letter.
    pub(super) fn usual_kind_note(&mut self, kind: Option<&str>) {
        if let Some(kind) = kind {
            self.push(&format!(" #usual-kind({});", source::string(kind)));
        }
    }

    /// The section that the preprocessor makes of the evidence.
    pub(super) fn register(&mut self, node: &'a Node) {
        self.push("#register");
        self.is_register = true;
        self.bracketed_blocks(&node.children);
        self.is_register = false;
        self.push(";");
    }
}

#[cfg(test)]
mod tests {
    use super::usual_kind;
    use crate::markdown::tree::{self, Dialect};

    #[track_caller]
    fn check(kinds: &[&str], expected: Option<&str>) {
        let mark = |kind: &&str| format!("<a class=\"quantity {kind}\" href=\"e.md#ev-x\">1</a> ");
        let text: String = kinds.iter().map(mark).collect();
        let dialect = Dialect {
            smart_punctuation: false,
            definition_lists: false,
            alerts: false,
        };
        let (tree, _) = tree::parse(&format!("{text}<a class=\"derived\">2</a>"), dialect);
        assert_eq!(usual_kind(&tree), expected, "{kinds:?}");
    }

    #[test]
    fn most_numbers_say_what_is_usual() {
        check(&["derived", "quoted flawed", "quoted"], Some("quoted"));
        check(
            &["derived", "measured", "derived", "measured"],
            Some("derived"),
        );
        check(&["quoted"], Some("quoted"));
        check(&["unknown"], None);
        check(&[], None);
    }
}
