//! Small books made in a folder of their own.

use mdbook_measured_pdf::{Problems, Settings, typeset};
use mdbook_renderer::RenderContext;
use mdbook_renderer::book::{Book, BookItem, Chapter, SectionNumber};
use mdbook_renderer::config::Config;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A book on disk with the context that mdBook would hand over; dropped, it is removed.
pub(crate) struct TrialBook {
    pub(crate) folder: PathBuf,
    pub(crate) ctx: RenderContext,
}

impl Drop for TrialBook {
    fn drop(&mut self) {
        // A folder left behind harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn new_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A 1 × 1 pixel drawing.
pub(crate) const DOT: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"##;

/// Makes a book of chapters, each a path and its Markdown, numbered from 1, and an image
/// `dot.svg`. `config` is appended to `book.toml`.
pub(crate) fn book(chapters: &[(&str, &str)], config: &str) -> TrialBook {
    let folder = new_folder();
    let source = folder.join("book");
    std::fs::create_dir_all(&source).expect("the source folder");
    std::fs::write(source.join("dot.svg"), DOT).expect("the image");
    let mut items = Vec::new();
    for (number, (path, content)) in (1..).zip(chapters) {
        let file = source.join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the chapter's folder");
        std::fs::write(&file, content).expect("the chapter");
        let mut chapter = Chapter::new("Trial chapter", (*content).to_owned(), *path, Vec::new());
        chapter.number = Some(SectionNumber::new(vec![number]));
        items.push(BookItem::Chapter(chapter));
    }
    let head = "[book]\ntitle = \"Trial\"\nauthors = [\"A. Author\"]\nsrc = \"book\"\n";
    let config: Config = format!("{head}{config}").parse().expect("valid settings");
    let destination = folder.join("out");
    let ctx = RenderContext::new(&folder, Book::new_with_items(items), config, destination);
    TrialBook { folder, ctx }
}

/// The PDF of a book.
pub(crate) fn pdf(book: &TrialBook) -> Result<Vec<u8>, Problems> {
    typeset(&book.ctx, &Settings::read(&book.ctx.config)?)
}
