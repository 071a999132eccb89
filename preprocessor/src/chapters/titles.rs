//! The title of a chapter: its first heading of the first level.

use super::headings::{Heading, headings, put};
use super::parsed::Parsed;
use parsers::ids::{id_of, unique};
use parsers::maths::Definitions;
use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use std::collections::BTreeSet;

/// What is put into a chapter seldom takes more bytes: a label, an id, the title of a window. Else the text would be
/// moved for each.
const ROOM: usize = 512;

/// A title, and what stands before it.
struct Title {
    /// Where its words begin.
    words: usize,
    /// The headings of the chapter up to it.
    headings: Vec<Heading>,
}

impl Title {
    /// The title of the chapter `text`.
    fn find(text: &str, smart_punctuation: bool) -> Option<Title> {
        // A heading on the first line is one whatever follows, but what a bracket means is told behind it.
        let first = text.lines().next().unwrap_or_default();
        match first.starts_with("# ") && !first.contains('[') {
            true => Title::among(&Parsed::of(first, smart_punctuation)),
            false => Title::among(&Parsed::of(text, smart_punctuation)),
        }
    }

    /// The title of a chapter that is read.
    fn among(parsed: &Parsed) -> Option<Title> {
        let mut depth = 0; // a heading in a quotation is another's
        let start = parsed.events.iter().position(|(event, _)| {
            let is_title = matches!(
                event,
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1,
                    ..
                })
            );
            match event {
                _ if depth == 0 && is_title => return true,
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                _ => {}
            }
            false
        })?;
        let inside = &parsed.events[start + 1..];
        let is_end = |(event, _): &(Event, _)| matches!(event, Event::End(TagEnd::Heading(_)));
        let length = inside.iter().position(is_end)?;
        let words = inside[..length].first()?.1.start;
        let read = &parsed.events[..=start + 1 + length];
        let (headings, _) = headings(parsed.text, read, &Definitions::default());
        Some(Title { words, headings })
    }

    fn own(&self) -> Option<&Heading> {
        self.headings.last()
    }

    /// The id that mdBook gives it.
    fn id(&self) -> String {
        let mut used = BTreeSet::new();
        let named = self.headings.iter().filter(|it| it.own.is_none());
        let ids = named.map(|it| unique(&id_of(&it.words), &mut used));
        ids.last().unwrap_or_default()
    }

    /// The chapter `text`, in which it was found, with a label before it.
    fn labelled(&self, text: &str, label: &str) -> Option<String> {
        let heading = self.own()?;
        let mut labelled = String::with_capacity(text.len() + ROOM);
        labelled.push_str(text);
        if heading.own.is_none() {
            put(&mut labelled, heading.range.clone(), &self.id());
        }
        labelled.insert_str(self.words, &format!("{label} "));
        Some(labelled)
    }
}

/// The words of the title of a chapter that is read.
pub(super) fn words(parsed: &Parsed) -> Option<String> {
    let title = Title::among(parsed)?;
    let words = title.own()?.words.split_whitespace();
    let words = words.collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

/// The chapter `text` with its section's `number` before its title, which keeps its id. `None` where
/// it has no title, or one that begins with that number.
pub(crate) fn number(text: &str, smart_punctuation: bool, number: &str) -> Option<String> {
    let title = Title::find(text, smart_punctuation)?;
    let behind = title.own()?.words.trim_start().strip_prefix(number);
    let is_there = behind.is_some_and(|it| !it.starts_with(char::is_alphanumeric));
    (!is_there).then(|| title.labelled(text, number)).flatten()
}

/// The chapter `text` with a `label` before its title, which keeps its id. `None` where it has no title.
pub(crate) fn label(text: &str, smart_punctuation: bool, label: &str) -> Option<String> {
    Title::find(text, smart_punctuation)?.labelled(text, label)
}

#[cfg(test)]
mod tests {
    use super::super::headings::ids;
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(
            number(text, false, "2.3").as_deref(),
            Some(expected),
            "{text}"
        );
        let ids = |text| ids(&Parsed::of(text, false));
        assert_eq!(ids(text), ids(expected), "ids stay");
    }

    #[test]
    fn a_number_stands_before_the_title_and_the_id_stays() {
        check(
            "# Yalniz et al.\n\nText.",
            "# 2.3 Yalniz et al. {#yalniz-et-al}\n\nText.",
        );
        check("#   A *b* ##\n", "#   2.3 A *b* ## {#a-b}\n");
        check("# *All* of `it`", "# 2.3 *All* of `it` {#all-of-it}");
        check(
            "# An [article][a]\n\n[a]: b",
            "# 2.3 An [article][a] {#an-article}\n\n[a]: b",
        );
        check("# Own {#mine}", "# 2.3 Own {#mine}");
        check("# Own {.wide}", "# 2.3 Own {#own .wide}");
        check("A title\n=======\n", "2.3 A title {#a-title}\n=======\n");
        check(
            "<div>\n\n# no\n\n</div>\n\n## A\n\n# A\n\n# B",
            "<div>\n\n# 2.3 no {#no}\n\n</div>\n\n## A\n\n# A\n\n# B",
        );
        check("## A\n\n# A", "## A\n\n# 2.3 A {#a-1}");
        check(
            "> # Said\n\n```\n# code\n```\n\n# A",
            "> # Said\n\n```\n# code\n```\n\n# 2.3 A {#a}",
        );
        check(
            "# Größe & <b>mehr</b>",
            "# 2.3 Größe & <b>mehr</b> {#größe--mehr}",
        );
    }

    #[test]
    fn a_title_that_begins_alike_gets_its_number() {
        check("# 2.30 A", "# 2.3 2.30 A {#230-a}");
        let lettered = |text| label(text, false, "E");
        assert_eq!(
            lettered("# Errors").as_deref(),
            Some("# E Errors {#errors}")
        );
        assert_eq!(
            lettered("# E is 2.7").as_deref(),
            Some("# E E is 2.7 {#e-is-27}")
        );
        assert_eq!(lettered("Text."), None);
    }

    #[test]
    fn what_has_no_title_stays() {
        for text in [
            "",
            "Text.",
            "## A",
            "#",
            "# 2.3 A",
            "<h1>A</h1>",
            "- # A",
            "    # A",
        ] {
            assert_eq!(number(text, false, "2.3"), None, "{text}");
        }
    }

    #[test]
    fn a_title_has_words() {
        for (text, expected) in [
            ("# A  *b* `c`\n\n# D", Some("A b c")),
            ("Text\n\nA\n===", Some("A")),
            ("# Top <a href=\"x\">5</a> [^1]\n\n[^1]: n", Some("Top 5")),
            ("## A", None),
        ] {
            assert_eq!(
                words(&Parsed::of(text, false)).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
