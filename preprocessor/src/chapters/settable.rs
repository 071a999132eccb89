//! What of a chapter the PDF cannot set, told while the HTML is filled: an author sees it while the
//! book is served, and a build does not first make all pages.
//!
//! This reads what the author wrote, with the templates blanked. What depends on fonts and on the
//! layout of pages (a table that is too wide, a character that no font has, a formula that runs off its
//! page) only the PDF's program can know.

use super::Chapter;
use super::diagnostic::{Diagnostic, Faults};
use super::parsed::Parsed;
use crate::layout::Pages;
use parsers::addresses::{beside, percent_decoded};
use parsers::settable::{ELEMENTS, ELEMENTS_HINT, IMAGE_FORMATS, cells, format_of};
use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

/// The beginning of an element in raw HTML, or a comment.
static ELEMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?s)<!--.*?(?:-->|$)|<([A-Za-z][A-Za-z0-9-]*)(?:[^>"']|"[^"]*"|'[^']*')*>?"#)
        .expect("the expression is well formed")
});
/// An address outside of the book, or one that carries what it leads to.
static ELSEWHERE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"://|^data:").expect("the expression is well formed"));

/// The faults of a chapter in a book with these pages, which is set as a PDF, too; `parsed` is its source
/// without templates.
pub(super) fn find(chapter: &Chapter, pages: &Pages, parsed: &Parsed) -> Vec<Diagnostic> {
    let mut reader = Reader {
        chapter,
        pages,
        text: parsed.text,
        words: String::new(),
        columns: None,
        footnotes: BTreeMap::new(),
        references: BTreeSet::new(),
        faults: Faults::default(),
    };
    for (event, range) in &parsed.events {
        reader.read(event, range.clone());
    }
    reader.check_footnotes();
    reader.faults.into()
}

struct Reader<'a> {
    chapter: &'a Chapter,
    pages: &'a Pages,
    /// The source without templates.
    text: &'a str,
    /// The words of the block that is open.
    words: String,
    /// The columns of the table that is open, where all of its rows are written out.
    columns: Option<usize>,
    /// The texts of footnotes by their names, with their places.
    footnotes: BTreeMap<String, usize>,
    references: BTreeSet<String>,
    faults: Faults,
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, message: String, hint: &str) {
        let Chapter { file, source, .. } = self.chapter;
        let message = format!("{message}; hint: {hint}");
        self.faults
            .add(|| Diagnostic::at_offset(file, source, at, message));
    }

    fn read(&mut self, event: &Event, range: Range<usize>) {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => self.check_elements(range),
            Event::Start(Tag::Image { dest_url, .. }) => self.check_image(range, dest_url),
            Event::Start(Tag::Table(columns)) => {
                let is_written_out = !self.chapter.source[range].contains("<%");
                self.columns = is_written_out.then_some(columns.len());
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => self.check_row(range),
            Event::Start(Tag::FootnoteDefinition(name)) => self.note_footnote(name, range.start),
            Event::FootnoteReference(name) => {
                self.references.insert(name.to_string());
            }
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::TableCell | Tag::Item) => {
                self.words.clear();
            }
            Event::End(TagEnd::Heading(_)) if self.words.trim().is_empty() => {
                let message = "a heading without text".to_owned();
                self.fault(range.start, message, "give it words or remove it");
            }
            Event::End(_) => self.words.clear(),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.words.push_str(text);
            }
            Event::Code(_) => self.words.push('`'),
            _ => {}
        }
    }

    fn check_elements(&mut self, range: Range<usize>) {
        let text = self.text;
        for found in ELEMENT.captures_iter(&text[range.clone()]) {
            let (Some(tag), Some(name)) = (found.get(0), found.get(1)) else {
                continue; // a comment
            };
            let known = name.as_str().to_ascii_lowercase();
            if !ELEMENTS.contains(&known.as_str()) {
                let message = format!("raw HTML `<{known}>`");
                self.fault(range.start + tag.start(), message, ELEMENTS_HINT);
            }
        }
    }

    fn check_image(&mut self, range: Range<usize>, url: &str) {
        let at = range.start;
        if self.text[range].starts_with("![]") {
            let message = format!("image `{url}` has no description");
            self.fault(at, message, "say in the brackets what it shows");
        }
        if ELSEWHERE.is_match(url) {
            let message = format!("image `{}` is not in the book", parsers::shortened(url));
            return self.fault(at, message, "put the file into the book's source folder");
        }
        let file = percent_decoded(url.split(['?', '#']).next().unwrap_or(url));
        let path = beside(&self.chapter.path, &file);
        if !self.pages.files.contains(&path) {
            return; // where links lead is looked at elsewhere
        }
        let format = format_of(&path);
        if !IMAGE_FORMATS.contains(&format.as_str()) {
            let message = format!("image `{url}`: the format `{format}` can't be set");
            self.fault(
                at,
                message,
                &format!("use one of {}", IMAGE_FORMATS.join(", ")),
            );
        } else if let Some((message, hint)) = self.pages.broken_images.get(&path) {
            self.fault(at, format!("image `{url}`: {message}"), hint);
        }
    }

    /// The Markdown parser cuts a long row off and fills a short one up; both are mistakes.
    fn check_row(&mut self, range: Range<usize>) {
        let Some(expected) = self.columns else { return };
        let found = cells(self.text[range.clone()].lines().next().unwrap_or_default());
        if found != expected {
            let message =
                format!("cells in this row of the table: {found}, in its head: {expected}");
            let hint = "fill up or split the row; write a bar in a cell as `\\|`";
            self.fault(range.start, message, hint);
        }
    }

    fn note_footnote(&mut self, name: &str, at: usize) {
        if self.footnotes.insert(name.to_owned(), at).is_some() {
            let message = format!("the footnote `[^{name}]` has two texts");
            self.fault(at, message, "rename one");
        }
    }

    fn check_footnotes(&mut self) {
        for (name, at) in std::mem::take(&mut self.footnotes) {
            if !self.references.contains(&name) {
                let message = format!("nothing refers to the footnote `[^{name}]`");
                self.fault(at, message, "refer to it or remove it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::Shadow;
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let chapter = Chapter {
            path: "part/a.md".into(),
            file: "book/part/a.md".into(),
            source: source.into(),
        };
        let pages = Pages {
            files: ["x.png", "part/y.bmp", "part/z.png"]
                .map(str::to_owned)
                .into(),
            broken_images: [(
                "part/z.png".to_owned(),
                ("the file is empty".to_owned(), "save it again"),
            )]
            .into(),
            ..Pages::default()
        };
        let text = Shadow::of(source).without_templates();
        let found: Vec<_> = find(&chapter, &pages, &Parsed::of(&text, false))
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), expected.len(), "{source}\n{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            let begin = format!("`book/part/a.md:{expected}");
            assert!(found.starts_with(&begin), "{source}\n{found}");
        }
    }

    #[test]
    fn what_the_pdf_cannot_set_is_found_in_the_chapter() {
        check("a\n\nx <blink>y</blink>", &["3:3`: raw HTML `<blink>`"]);
        check(
            "<div class=\"a > b\">\n\n<B>x</B>\n\n</div>",
            &["1:1`: raw HTML `<div>`"],
        );
        check("<video src=\"a\"></video>", &["1:1`: raw HTML `<video>`"]);
        check(
            "![](../x.png)",
            &["1:1`: image `../x.png` has no description"],
        );
        check(
            "![a](https://a.b/c.png)",
            &["1:1`: image `https://a.b/c.png` is not in the book"],
        );
        check(
            "![a](y.bmp)",
            &["1:1`: image `y.bmp`: the format `bmp` can't be set"],
        );
        check(
            "b ![a](z.png)",
            &["1:3`: image `z.png`: the file is empty; hint: save it again"],
        );
        check(
            "##\n\n## a\n\n#",
            &["1:1`: a heading without text", "5:1`: a heading"],
        );
        check(
            "| a | b |\n|---|---|\n| c |\n| d | e | f |",
            &[
                "3:1`: cells in this row of the table: 1, in its head: 2",
                "4:1`: cells in this row of the table: 3",
            ],
        );
        check(
            "a[^b]\n\n[^b]: e\n\n[^f]: g",
            &["5:1`: nothing refers to the footnote `[^f]`"],
        );
        check(
            "a[^b]\n\n[^b]: c\n\n[^b]: d",
            &["5:1`: the footnote `[^b]` has two texts"],
        );
    }

    #[test]
    fn what_the_pdf_sets_is_none() {
        for source in [
            "<figure id=\"a\">\n\n![b](../x.png)\n\n<figcaption>\n\nc\n\n</figcaption>\n</figure>",
            "a<br>b <!-- <div> --> `<div>` <https://a.b> c<sub>d</sub>\n\n<!-- <div>\n-->",
            "```html\n<div>\n```\n\n    <div>\n",
            "# << a.b | si >>\n\n## $x$\n\n## `a`",
            "| a | b |\n|---|---|\n<% for x in y %>| c | << x >> |\n<% endfor %>",
            "| a\\|b | << c | si(digits=2) >> |\n|---|---|\n| d | e |",
            "a[^b]\n\n[^b]: c[^d]\n\n[^d]: e",
            "a \\[^b] `[^c]`",
            "<picture><source srcset=\"a\"><img src=\"x.png\" alt=\"b\"></picture>",
        ] {
            check(source, &[]);
        }
    }
}
