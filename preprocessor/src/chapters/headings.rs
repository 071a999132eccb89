//! One id for each heading, whoever reads the chapter.
//!
//! mdBook makes a heading's id of the text that it sees, and the two renderers see different text:
//! MathML and LaTeX, the number of a footnote and its name. So a heading that holds such a thing gets
//! its id here, by one rule: of its words and of the letters and digits that its formulas show,
//! without footnotes, images, citations and references. All others keep the id that mdBook gives.

use super::attributes::{Attribute, attributes};
use super::parsed::Parsed;
use super::sentinel::{Piece, pieces};
use parsers::addresses::resolve_entities;
use parsers::ids::{id_of, unique};
use parsers::maths::{Definitions, Display, parse};
use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// The id of a heading without letters and digits.
const NAMELESS: &str = "section";

/// A citation or a reference.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*\[[^\[\]]*@[^\[\]]*\]|\s*\B@[\w:-]+").expect("the expression is well formed")
});

/// A heading or a term.
pub(super) struct Heading {
    pub(super) range: Range<usize>,
    /// The id that its author gave it.
    pub(super) own: Option<String>,
    pub(super) words: String,
    /// Whether the renderers would see different words.
    is_mixed: bool,
    is_term: bool,
}

/// A chapter's text with ids at those headings that the renderers would name differently, or
/// like another; `None` where there are no such headings.
///
/// The formulas in them may use the commands of `definitions`.
pub(super) fn name(parsed: &Parsed, definitions: &Definitions) -> Option<String> {
    let (headings, html) = headings(parsed.text, &parsed.events, definitions);
    let own: BTreeSet<_> = headings
        .iter()
        .filter_map(|it| it.own.clone())
        .chain(html)
        .collect();
    let mut used = BTreeSet::new();
    let mut named: Vec<&Heading> = Vec::new();
    for heading in headings.iter().filter(|heading| heading.own.is_none()) {
        let id = id_of(&heading.words);
        if !heading.is_term && (heading.is_mixed || id.is_empty() || own.contains(&id)) {
            named.push(heading);
        } else {
            unique(&id, &mut used);
        }
    }
    if named.is_empty() {
        return None;
    }
    used.extend(own);
    let mut text = parsed.text.to_owned();
    let ids = named.into_iter().map(|heading| {
        let id = id_of(&heading.words);
        let id = if id.is_empty() {
            NAMELESS.to_owned()
        } else {
            id
        };
        (heading.range.clone(), unique(&id, &mut used))
    });
    for (range, id) in ids.collect::<Vec<_>>().into_iter().rev() {
        put(&mut text, range, &id);
    }
    Some(text)
}

/// Puts an id behind the words of the heading at `range`.
pub(super) fn put(text: &mut String, range: Range<usize>, id: &str) {
    let heading = &text[range.clone()];
    let line = match heading.trim_start().starts_with('#') {
        true => heading,
        // The line of `=` or `-` is not of it.
        false => heading
            .trim_end()
            .rsplit_once('\n')
            .map_or(heading, |(lines, _)| lines),
    };
    let words = line.trim_end();
    let end = range.start + words.len();
    match words.strip_suffix('}').and_then(|words| words.rfind('{')) {
        Some(brace) if words[brace + 1..].trim_start().starts_with('.') => {
            text.insert_str(range.start + brace + 1, &format!("#{id} "));
        }
        _ => text.insert_str(end, &format!(" {{#{id}}}")),
    }
}

/// The headings and terms among the `events` of `text`, and the ids of their HTML.
pub(super) fn headings(
    text: &str,
    events: &[(Event, Range<usize>)],
    definitions: &Definitions,
) -> (Vec<Heading>, Vec<String>) {
    let (mut headings, mut html) = (Vec::new(), Vec::new());
    let mut open: Option<Heading> = None;
    let mut images = 0;
    for (event, range) in events {
        match event {
            Event::Html(tag) | Event::InlineHtml(tag) => html.extend(html_ids(tag)),
            Event::Start(Tag::Heading { id, .. }) => {
                open = Some(Heading::at(
                    range.clone(),
                    id.as_ref().map(ToString::to_string),
                    false,
                ));
            }
            Event::Start(Tag::DefinitionListTitle) => {
                open = Some(Heading::at(range.clone(), None, true));
            }
            Event::End(TagEnd::Heading(_) | TagEnd::DefinitionListTitle) => {
                headings.extend(open.take().map(Heading::without_references));
            }
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images -= 1,
            _ if images > 0 => {}
            event => {
                if let Some(heading) = &mut open {
                    heading.read(event, raw(text, range), definitions);
                }
                continue;
            }
        }
        if let Some(heading) = &mut open {
            heading.is_mixed |= images > 0;
        }
    }
    (headings, html)
}

impl Heading {
    fn at(range: Range<usize>, own: Option<String>, is_term: bool) -> Self {
        Heading {
            range,
            own,
            words: String::new(),
            is_mixed: false,
            is_term,
        }
    }

    /// Reads a part of it, which is written as `raw`.
    fn read(&mut self, event: &Event, raw: &str, definitions: &Definitions) {
        match event {
            // A sign that is escaped begins no citation, and is in no id either.
            Event::Text(text) if !raw.contains('@') || raw.starts_with("\\@") => {
                self.words
                    .extend(pieces(text).map(|it| shown(it).replace('@', "")));
            }
            Event::Code(text) => self.words.push_str(&text.replace('@', "")),
            Event::Text(text) => self.words.extend(pieces(text).map(shown)),
            Event::InlineMath(latex) | Event::DisplayMath(latex) => {
                self.is_mixed = true;
                self.words.push_str(&shown_by(latex, definitions));
            }
            Event::SoftBreak => self.words.push(' '),
            Event::HardBreak => {
                self.is_mixed = true;
                self.words.push(' ');
            }
            Event::FootnoteReference(_) => self.is_mixed = true,
            _ => {}
        }
    }

    fn without_references(mut self) -> Self {
        if self.words.contains('@') && REFERENCE.is_match(&self.words) {
            self.is_mixed = true;
            self.words = REFERENCE.replace_all(&self.words, "").into_owned();
        }
        self
    }
}

/// What stands at `range`, with a backslash before it.
fn raw<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    let escape = text[..range.start].ends_with('\\');
    &text[range.start - usize::from(escape)..range.end]
}

/// A part of a heading without marks.
fn shown(piece: Piece<'_>) -> String {
    match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Mark(..) => String::new(),
    }
}

/// The letters and digits that a formula shows, in their order.
fn shown_by(latex: &str, definitions: &Definitions) -> String {
    // A fault of the formula is told where it is set.
    let formula = parse(latex, Display::Inline, definitions);
    let text = formula.map_or(String::new(), |formula| formula.text());
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .map(upright)
        .collect()
}

/// A letter or a digit without the style of a mathematical one.
fn upright(c: char) -> char {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    match c as u32 {
        code @ 0x1D400..=0x1D6A3 => LETTERS[(code - 0x1D400) as usize % LETTERS.len()].into(),
        code @ 0x1D7CE..=0x1D7FF => char::from(b'0' + ((code - 0x1D7CE) % 10) as u8),
        _ => c,
    }
}

/// The ids and names in raw HTML.
fn html_ids(html: &str) -> impl Iterator<Item = String> {
    let is_id = |it: &Attribute| {
        ["id", "name"]
            .iter()
            .any(|id| it.name.eq_ignore_ascii_case(id))
    };
    { attributes(html).filter(is_id) }.map(|it| resolve_entities(it.value))
}

/// What links can lead to in a chapter that is filled.
pub(super) fn ids(parsed: &Parsed) -> BTreeSet<String> {
    // A heading with a formula has its id already.
    let (headings, html) = headings(parsed.text, &parsed.events, &Definitions::default());
    let mut used = BTreeSet::new();
    let auto = headings
        .iter()
        .filter(|it| it.own.is_none() && !it.is_mixed);
    let auto: Vec<_> = auto
        .map(|it| unique(&id_of(&it.words), &mut used))
        .collect();
    let own = headings.iter().filter_map(|it| it.own.clone());
    own.chain(html).chain(auto).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let parsed = Parsed::of(text, false);
        let named = name(&parsed, &Definitions::default());
        assert_eq!(named.as_deref().unwrap_or(text), expected);
    }

    #[test]
    fn headings_that_renderers_see_differently_get_their_ids() {
        check(
            "## The share of $x_1$",
            "## The share of $x_1$ {#the-share-of-x1}",
        );
        check(
            "## $\\alpha$ and $\\mathbf{x}$ ##",
            "## $\\alpha$ and $\\mathbf{x}$ ## {#α-and-x}",
        );
        check("A $x$\n===\n\nb", "A $x$ {#a-x}\n===\n\nb");
        check(
            "# A[^1] ![b](c.png)\n\n[^1]: d",
            "# A[^1] ![b](c.png) {#a}\n\n[^1]: d",
        );
        check(
            "## B [@lu2017] and @fig-a",
            "## B [@lu2017] and @fig-a {#b-and}",
        );
        check("## $x$ {.wide}", "## $x$ {#x .wide}");
        check("## 🐙\n\n## !", "## 🐙 {#section}\n\n## ! {#section-1}");
    }

    #[test]
    fn other_headings_keep_theirs() {
        for text in [
            "## A `b` *c* [d](e) <b>f</b> &amp; “g”",
            "## $x$ {#own}",
            "## A &#64;b \\@c `@d` e@f",
            "## Über 中文\n\n## Über 中文",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn no_two_headings_have_one_id() {
        check(
            "## $x$\n\n## $x$\n\n## x",
            "## $x$ {#x-1}\n\n## $x$ {#x-2}\n\n## x",
        );
        check("## A {#b}\n\n## B", "## A {#b}\n\n## B {#b-1}");
        check(
            "<a id=\"c\"></a>\n\n## C",
            "<a id=\"c\"></a>\n\n## C {#c-1}",
        );
    }

    #[test]
    fn ids_are_those_of_the_page() {
        let ids = |text| ids(&Parsed::of(text, true)).into_iter().collect::<Vec<_>>();
        let text = "# A -- b\n\n## C {#d}\n\n<h2 id=\"e\">f</h2>\n\nG\n: h\n\n## A -- b";
        assert_eq!(ids(text), ["a--b", "a--b-1", "d", "e", "g"]);
        assert_eq!(ids("<a id=\"ref-o&#39;n\"></a>"), ["ref-o'n"]);
    }
}
