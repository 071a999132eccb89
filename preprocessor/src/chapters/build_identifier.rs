//! The identifier of a build: HTML and PDF that show the same one belong together.

use super::book::Chapter;
use super::file_path::FilePath;
use crate::catalogue::{Entry, Facts};
use crate::evidence::Quantity;
use results::{Digest, Hasher};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The digest of all that the chapters are filled from.
pub(crate) fn digest_of_inputs(chapters: &[Chapter], facts: &Facts) -> Digest {
    let mut content = Content::default();
    for chapter in chapters {
        content.add(&chapter.path, &chapter.source);
    }
    let mut provenance = String::new();
    for (name, entry) in facts.catalogue.entries() {
        match entry {
            Entry::Quantity(quantity) => {
                provenance.clear();
                let written = write!(provenance, "{}", quantity.provenance());
                written.expect("a string takes all");
                content.add(name, &provenance);
                content.add_value(quantity);
            }
            Entry::Text(text) => content.add(name, text),
            Entry::Flag(flag) => content.add(name, if *flag { "true" } else { "false" }),
            Entry::Group(_) => {} // its members are entries themselves
        }
    }
    for run in &facts.runs {
        content.add(&run.id, &run.state_text());
        if let Some((file, record)) = &run.record {
            content.add(file, record.digest.as_str());
        }
    }
    for (question, answered) in facts.answered_on.questions() {
        answered
            .runs
            .iter()
            .for_each(|run| content.add(question, run));
    }
    for table in &facts.tables.all {
        let digest = table.digest.as_ref().map_or("", |digest| digest.as_str());
        content.add(&table.declaration.name, &table.state_text());
        content.add(&table.declaration.file, digest);
    }
    content.0.finish()
}

/// The first 12 digits of a digest of `inputs` and of the `files` made for the chapters. Nothing of it depends on the
/// renderer.
///
/// Call it when every chapter is filled.
pub(crate) fn build_identifier(inputs: &Digest, files: &BTreeMap<FilePath, Vec<u8>>) -> String {
    let mut content = Content::default();
    content.add("inputs", inputs.as_str());
    for (path, bytes) in files {
        content.add(path.as_str(), Digest::of(bytes).as_str());
    }
    content.0.finish().short().to_owned()
}

/// Named texts, one after the other.
#[derive(Default)]
struct Content(Hasher);

impl Content {
    fn add(&mut self, name: &str, text: &str) {
        // The length keeps two neighbours from trading characters.
        for text in [name, text] {
            self.0.update((text.len() as u64).to_le_bytes());
            self.0.update(text);
        }
    }

    /// Adds what the book can print of a quantity besides its source.
    fn add_value(&mut self, quantity: &Quantity) {
        let (low, high) = quantity.interval.unzip();
        for number in [quantity.known(), low, high] {
            // No value is NaN.
            let bits = number.unwrap_or(f64::NAN).to_bits();
            self.0.update(bits.to_le_bytes());
        }
        self.0.update(quantity.unit.name());
    }
}
