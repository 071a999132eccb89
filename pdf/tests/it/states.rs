//! The book of this repository is typeset whatever the state of its runs.

use crate::trial_book::TrialBook;
use mdbook_measured_pdf::{Settings, typeset};
use mdbook_renderer::RenderContext;
use mdbook_renderer::book::{Book, BookItem, Chapter, SectionNumber};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use typst::comemo;

/// A layout is kept while so many others are made: the states have most of the book in common.
const KEPT: usize = 6;

/// The filled book in one state, as the preprocessor's example `states` writes it.
#[derive(Deserialize)]
struct State {
    name: String,
    faults: Vec<String>,
    /// Paths and texts, in the order of the book.
    chapters: Vec<(String, String)>,
    files: BTreeMap<String, String>,
}

#[test]
fn the_real_book_is_typeset_in_every_state() {
    let mut example = Command::new(env!("CARGO"))
        .args([
            "run",
            "--release",
            "--locked",
            "--quiet",
            "--example",
            "states",
        ])
        .args(["--package", "mdbook-measured"])
        // As `mdbook build` builds the preprocessor.
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo starts");
    let lines = BufReader::new(example.stdout.take().expect("it is piped")).lines();
    let (lines, count, faults) = (Mutex::new(lines), Mutex::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let line = lines.lock().expect("reading does not panic").next();
            let Some(line) = line else { break };
            let state = serde_json::from_str(&line.expect("a line")).expect("a state");
            let found = faults_of(state);
            faults.lock().expect("no panic").extend(found);
            *count.lock().expect("no panic") += 1;
            comemo::evict(KEPT);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    assert!(example.wait().expect("it ends").success());
    let faults = faults.into_inner().expect("no panic");
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(count.into_inner().expect("no panic") > 200);
}

/// What is wrong with the filled book or with its layout.
fn faults_of(state: State) -> Vec<String> {
    let State {
        name,
        mut faults,
        chapters,
        files,
    } = state;
    let book = book(chapters, &files);
    let settings = Settings::read(&book.ctx.config).expect("no settings are no fault");
    match typeset(&book.ctx, &settings) {
        Ok(pdf) => assert!(pdf.starts_with(b"%PDF-")),
        Err(problems) => faults.push(problems.to_string()),
    }
    { faults.into_iter() }
        .map(|fault| format!("{name}: {fault}"))
        .collect()
}

/// Copies the drawings beside the chapters of this repository.
fn copy_drawings(folder: &Path) {
    let drawings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/drawings");
    fs::create_dir_all(folder.join("book/drawings")).expect("a folder");
    for drawing in fs::read_dir(drawings).expect("drawings") {
        let drawing = drawing.expect("a drawing");
        let copy = folder.join("book/drawings").join(drawing.file_name());
        fs::copy(drawing.path(), copy).expect("a copy");
    }
}

/// Writes the files of the project that the register carries.
fn write_linked(folder: &Path, chapters: &[(String, String)]) {
    for (_, text) in chapters {
        for link in text.split("](project:").skip(1) {
            let path = link.split(')').next().expect("a path");
            let file = folder.join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("the file's folder");
            fs::write(file, "a file of the project").expect("the file");
        }
    }
}

/// The book as mdBook would hand it over, but for parts and levels of chapters.
fn book(chapters: Vec<(String, String)>, files: &BTreeMap<String, String>) -> TrialBook {
    let mut book = crate::trial_book::book(&[], "");
    for (path, content) in files {
        let file = book.folder.join("book/generated").join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("the file's folder");
        fs::write(file, content).expect("the file");
    }
    copy_drawings(&book.folder);
    write_linked(&book.folder, &chapters);
    let item = |(number, (path, text)): (u32, (String, String))| {
        let mut chapter = Chapter::new(&path, text, &path, Vec::new());
        chapter.number = Some(SectionNumber::new(vec![number]));
        BookItem::Chapter(chapter)
    };
    let items = (1..).zip(chapters).map(item).collect();
    let RenderContext {
        config,
        destination,
        ..
    } = &book.ctx;
    let (config, destination) = (config.clone(), destination.clone());
    book.ctx = RenderContext::new(
        &book.folder,
        Book::new_with_items(items),
        config,
        destination,
    );
    book
}
