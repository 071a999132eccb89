//! An mdBook backend that typesets the book as an accessible PDF.
//!
//! The way of a book: [`book`] lists the chapters, `markdown` parses them to trees,
//! [`anchors`] collects what links can lead to, [`writer`] turns trees into Typst source,
//! [`compile`] runs the embedded compiler, [`seal`] tells whether it has to. Problems of all chapters are collected on the
//! way and reported at once. No file outside the book's source folder is read, no network
//! and no clock is used.

mod anchors;
mod attachments;
mod book;
mod compile;
mod config;
mod destinations;
mod links;
mod markdown;
mod math;
mod overflow;
mod pack;
mod problems;
mod seal;
mod source;
mod title_page;
mod typeset;
mod world;
mod writer;

pub use config::{Settings, is_serving};
pub use math::typst_maths;
pub use problems::{Place, Problem, Problems};
pub use typeset::{typeset, typst_source};

use anyhow::{Context, Result};
use mdbook_renderer::RenderContext;
use std::path::Path;
use typeset::Manuscript;

/// Name of the file in the backend's folder, and beside the pages.
pub use parsers::addresses::PDF_FILE as FILE_NAME;

/// Renders the book that mdBook hands over, or says why there is nothing to do.
///
/// Returns a line to show, if there is one. A PDF that is whole and made of the same inputs by
/// the same program is left as it is. A failed build leaves no PDF behind, and one that makes none
/// while the book is served leaves none of an earlier state. While it is served, problems are such a line:
/// mdBook shows a new page only where all its programs succeed.
///
/// # Errors
/// [`Problems`] of the book or its settings; a folder or file that can't be written.
pub fn render(ctx: &RenderContext) -> Result<Option<String>> {
    let made = make(ctx);
    match is_serving(&ctx.config) {
        true => made.or_else(|error| Ok(Some(format!("{error:#}")))),
        false => made,
    }
}

fn make(ctx: &RenderContext) -> Result<Option<String>> {
    let settings = Settings::read(&ctx.config);
    let path = ctx.destination.join(FILE_NAME);
    if is_serving(&ctx.config) && settings.as_ref().is_ok_and(|it| !it.while_serving) {
        let line = format!(
            "`{FILE_NAME}` is removed: it would be older than the pages; `mdbook build` makes it, and \
             `while-serving = true` in `[output.measured-pdf]` makes it while serving"
        );
        return Ok(remove(&path)?.then_some(line));
    }
    let manuscript = settings.and_then(|settings| Manuscript::new(ctx, &settings));
    if let Ok(manuscript) = &manuscript
        && std::fs::read(&path).is_ok_and(|pdf| manuscript.inputs().have_sealed(&pdf))
    {
        put_beside_pages(ctx, &path)?;
        let file = from_root(ctx, &path);
        let line = format!("`{file}` is left as it is: nothing that decides it has changed");
        return Ok(Some(line));
    }
    remove(&path)?;
    let pdf = manuscript?.typeset()?;
    std::fs::create_dir_all(&ctx.destination).context("the PDF's folder can't be made")?;
    std::fs::write(&path, pdf).with_context(|| format!("`{FILE_NAME}` can't be written"))?;
    put_beside_pages(ctx, &path)?;
    Ok(Some(format!("PDF written to `{}`", from_root(ctx, &path))))
}

/// A path from the root of the project, as far as it is there.
fn from_root(ctx: &RenderContext, path: &Path) -> String {
    let path = path.strip_prefix(&ctx.root).unwrap_or(path);
    path.display().to_string()
}

/// Puts the PDF beside the pages of the HTML, so that they can link to it wherever they go. mdBook
/// makes them before, and their folder anew each time.
fn put_beside_pages(ctx: &RenderContext, pdf: &Path) -> Result<()> {
    let folder = ctx.destination.with_file_name("html");
    if !ctx.config.contains_key("output.html") || !folder.is_dir() {
        return Ok(());
    }
    let copy = folder.join(FILE_NAME);
    std::fs::copy(pdf, &copy)
        .with_context(|| format!("`{}` can't be written", from_root(ctx, &copy)))?;
    Ok(())
}

/// Removes the PDF at `path`; whether there was one.
fn remove(path: &Path) -> Result<bool> {
    let is_there = path.exists();
    if is_there {
        std::fs::remove_file(path).with_context(|| format!("`{FILE_NAME}` can't be removed"))?;
    }
    Ok(is_there)
}
