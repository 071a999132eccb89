//! A PDF is left as it is only when it is whole and nothing that decides it has changed.

use crate::trial_book::{TrialBook, book};
use mdbook_measured_pdf::{FILE_NAME, render};
use std::path::PathBuf;

const CHAPTER: &str = "# A\n\nText and $x^2$.\n\n![A dot](dot.svg)\n";

fn path(book: &TrialBook) -> PathBuf {
    book.ctx.destination.join(FILE_NAME)
}

/// Whether a build leaves the PDF of the build before as it is.
fn is_left(book: &TrialBook) -> bool {
    let line = render(&book.ctx).expect("a PDF");
    line.is_some_and(|line| line.contains("is left as it is"))
}

/// Builds a book, changes something with `change`, and builds it again.
#[track_caller]
fn check(change: impl FnOnce(&mut TrialBook), expect_left: bool) {
    let mut book = book(&[("a.md", CHAPTER)], "");
    assert!(!is_left(&book), "nothing can be left of no build");
    change(&mut book);
    assert_eq!(is_left(&book), expect_left);
    let in_folder = std::fs::read(path(&book)).expect("the PDF");
    std::fs::remove_file(path(&book)).expect("the PDF can be removed");
    assert!(!is_left(&book));
    assert!(in_folder == std::fs::read(path(&book)).expect("the new PDF"));
}

#[test]
fn nothing_changed() {
    check(|_| {}, true);
}

#[test]
fn the_time_of_a_figure_is_no_change() {
    let rewrite = |book: &mut TrialBook| {
        let dot = book.folder.join("book/dot.svg");
        let drawing = std::fs::read(&dot).expect("the figure");
        std::fs::write(&dot, drawing).expect("the figure");
    };
    check(rewrite, true);
}

#[test]
fn a_byte_of_a_figure() {
    let widen = |book: &mut TrialBook| {
        let dot = book.folder.join("book/dot.svg");
        let drawing = std::fs::read_to_string(&dot).expect("the figure");
        let wider = drawing.replace("width=\"1\"", "width=\"2\"");
        std::fs::write(&dot, wider).expect("the figure");
    };
    check(widen, false);
}

#[test]
fn a_pdf_cut_off() {
    let cut = |book: &mut TrialBook| {
        let pdf = std::fs::read(path(book)).expect("the PDF");
        std::fs::write(path(book), &pdf[..pdf.len() / 2]).expect("the PDF");
    };
    check(cut, false);
}

#[test]
fn a_byte_of_the_pdf() {
    let damage = |book: &mut TrialBook| {
        let mut pdf = std::fs::read(path(book)).expect("the PDF");
        let middle = pdf.len() / 2;
        pdf[middle] ^= 1;
        std::fs::write(path(book), &pdf).expect("the PDF");
    };
    check(damage, false);
}

#[test]
fn a_byte_of_a_chapter() {
    let edit = |book: &mut TrialBook| {
        book.ctx.book.for_each_chapter_mut(|chapter| {
            chapter.content = chapter.content.replace("Text", "Test");
        });
    };
    check(edit, false);
}

#[test]
fn the_title() {
    let rename = |book: &mut TrialBook| book.ctx.config.book.title = Some("Another".into());
    check(rename, false);
}

#[test]
fn a_setting() {
    let note = |book: &mut TrialBook| {
        let config = &mut book.ctx.config;
        config
            .set("output.measured-pdf.note", "Made at home")
            .expect("a setting");
    };
    check(note, false);
}
