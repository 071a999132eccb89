//! Books of a few lines, for tests.

use super::contract::Renderer;
use super::markup::markdown_options;
use super::{Bibliography, Chapter, Filled, fill_book};
use crate::catalogue::Facts;
use crate::layout::Pages;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// A book of these chapters, by their paths, with a work `lu2017`, a few files and no
/// measurement.
pub(super) fn fill(renderer: Renderer, sources: &[(&str, &str)]) -> Filled {
    let chapter = |(path, source): &(&str, &str)| Chapter {
        path: (*path).to_owned(),
        file: format!("book/{path}"),
        source: (*source).to_owned(),
    };
    let chapters: Vec<_> = sources.iter().map(chapter).collect();
    let works = "@misc{lu2017, author = {Lu, Z.}, title = {Modeling}, date = {2017}}";
    let bibliography = Bibliography::parse("book/references.bib", works).expect("valid");
    let pages = Pages {
        renames_readme: true,
        are_whole: true,
        files: ["x.png", "files/a b.csv", "other.md"]
            .map(str::to_owned)
            .into(),
        others: ["print.html".to_owned()].into(),
        ..Pages::default()
    };
    let facts = Facts {
        pages: Some(pages),
        ..Facts::default()
    };
    fill_book(&chapters, facts, &bibliography, renderer)
}

/// The text of the chapter `a.md`, which has no fault.
#[track_caller]
pub(super) fn text(renderer: Renderer, source: &str) -> String {
    let mut filled = fill(renderer, &[("a.md", source)]);
    assert_eq!(filled.faults, [], "{source}");
    filled.chapters.remove("a.md").expect("the chapter")
}

/// The faults of a book of the chapter `a.md`.
pub(super) fn faults(source: &str) -> Vec<String> {
    let filled = fill(Renderer::Html, &[("a.md", source)]);
    filled.faults.iter().map(ToString::to_string).collect()
}

/// The blocks of a text, each as the first letters of its name, with what is in it and a full stop.
pub(super) fn outline(text: &str) -> String {
    let mut outline = String::new();
    for event in Parser::new_ext(text, markdown_options()) {
        match event {
            Event::Start(Tag::HtmlBlock | Tag::Emphasis | Tag::Strong | Tag::List(_)) => {}
            Event::Start(tag) => outline.push_str(&format!("{:?}", tag.to_end())[..4]),
            Event::End(TagEnd::HtmlBlock | TagEnd::Emphasis | TagEnd::Strong | TagEnd::List(_)) => {
            }
            Event::End(_) => outline.push('.'),
            Event::Text(text) | Event::Html(text) => outline.push_str(text.trim()),
            _ => outline.push('?'),
        }
        outline.push(' ');
    }
    outline.split_whitespace().collect::<Vec<_>>().join(" ")
}
