//! The book as the writer needs it: parts and chapters in reading order.

use mdbook_renderer::RenderContext;
use mdbook_renderer::book::{BookItem, Chapter as BookChapter};
use std::path::Path;

/// One item of the table of contents.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A title above the chapters that follow.
    Part(String),
    /// A chapter.
    Chapter(Chapter),
}

/// A chapter after all preprocessors.
#[derive(Clone, Debug)]
pub(crate) struct Chapter {
    /// Path inside the source folder with `/` between its parts; `None` for a draft.
    pub path: Option<String>,
    /// Path of the file on disk, which differs for a `README.md`.
    pub source_path: String,
    /// Name in `SUMMARY.md`.
    pub name: String,
    /// Section number without the last dot, such as `1.2`; empty where there is none.
    pub number: String,
    /// Heading level of its title, from 1.
    pub level: usize,
    /// Markdown.
    pub content: String,
}

/// Lists the book in reading order. Drafts without children are left out, as in the
/// HTML book, where they can't be opened.
pub(crate) fn items(ctx: &RenderContext) -> Vec<Item> {
    let mut list = Vec::new();
    collect(&ctx.book.items, 1, &mut list);
    list
}

fn collect(items: &[BookItem], level: usize, list: &mut Vec<Item>) {
    for item in items {
        match item {
            BookItem::Separator => {}
            BookItem::PartTitle(title) => list.push(Item::Part(title.clone())),
            BookItem::Chapter(chapter) => {
                if chapter.path.is_some() || !chapter.sub_items.is_empty() {
                    list.push(Item::Chapter(chapter_at(chapter, level)));
                }
                collect(&chapter.sub_items, level + 1, list);
            }
        }
    }
}

fn chapter_at(chapter: &BookChapter, level: usize) -> Chapter {
    let number = chapter
        .number
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let path = chapter.path.as_deref().map(slashed);
    let source = chapter.source_path.as_deref().map(slashed);
    Chapter {
        source_path: source
            .or_else(|| path.clone())
            .unwrap_or_else(|| "SUMMARY.md".into()),
        path,
        name: chapter.name.clone(),
        number: number.trim_end_matches('.').to_owned(),
        level,
        content: chapter.content.clone(),
    }
}

/// Writes a path with `/` between its parts on every system.
pub(crate) fn slashed(path: &Path) -> String {
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}
