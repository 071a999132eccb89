//! The identifier of a build: HTML and PDF that show the same one belong together.

use super::book::Chapter;
use super::ledger::Ledger;
use crate::catalogue::Entry;
use results::Digest;
use std::fmt::Write;

/// The first 12 digits of a digest of all that the chapters are filled from and of all files
/// made for them. Nothing of it depends on the renderer.
///
/// Call it when every chapter is filled.
pub(crate) fn build_identifier(chapters: &[Chapter], ledger: &Ledger) -> String {
    let mut content = String::new();
    let mut add = |name: &str, text: &str| {
        // The length keeps two neighbours from trading characters.
        writeln!(content, "{name} {}\n{text}", text.len()).expect("a string takes all");
    };
    for chapter in chapters {
        add(&chapter.path, &chapter.source);
    }
    for (name, entry) in ledger.facts.catalogue.entries() {
        add(name, &described(entry));
    }
    for run in &ledger.facts.runs {
        add(&run.id, &run.state_text());
        if let Some((file, record)) = &run.record {
            add(file, record.digest.as_str());
        }
    }
    for (path, bytes) in &ledger.written().files {
        add(path, Digest::of(bytes).as_str());
    }
    Digest::of(content).short().to_owned()
}

/// What the book can print of an entry: value, interval and unit with their source.
fn described(entry: &Entry) -> String {
    match entry {
        Entry::Quantity(quantity) => format!(
            "{:?} {:?} {:?} {}",
            quantity.value,
            quantity.interval,
            quantity.unit,
            quantity.provenance()
        ),
        Entry::Text(text) => text.clone(),
        Entry::Flag(flag) => flag.to_string(),
    }
}
