//! The whole book: every chapter filled, numbered and cross-referenced.

use super::build_identifier::build_identifier;
use super::citations::{Bibliography, Citations};
use super::contract::{REFERENCES_CHAPTER, Renderer};
use super::diagnostic::Diagnostic;
use super::ledger::Ledger;
use super::lists;
use super::markup::MarkupPass;
use super::sentinel::{Mark, ROOT, replace_marks};
use super::template;
use super::typed_numbers;
use crate::catalogue::Facts;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A chapter as its author wrote it.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// The path from the root of the book, with `/`.
    pub path: String,
    /// The file from the root of the project, for messages.
    pub file: String,
    /// Markdown and Tera.
    pub source: String,
}

/// The filled book.
#[derive(Debug, Default)]
pub struct Filled {
    /// The chapters' Markdown by their paths.
    pub chapters: BTreeMap<String, String>,
    /// Generated files by their paths in the folder of generated files.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Every fault of the build.
    pub faults: Vec<Diagnostic>,
    /// What a draft may have and a submission may not: typed numbers, runs and images that
    /// are not there.
    pub shortcomings: Vec<Diagnostic>,
}

/// Fills all chapters, in the order in which the book has them.
///
/// The numbers of figures and works depend on that order, and references may point forward, so
/// marks stand for them until the last chapter is read.
pub fn fill_book(
    chapters: &[Chapter],
    facts: Facts,
    bibliography: &Bibliography,
    renderer: Renderer,
) -> Filled {
    let mut shortcomings = unmeasured_runs(&facts);
    shortcomings.extend(missing_samples(&facts));
    let ledger = Ledger::new(renderer, facts);
    let context = ledger.context();
    let mut faults = Vec::new();
    let mut citations = Citations::default();
    let mut marked = Vec::new();
    for chapter in chapters {
        shortcomings.extend(typed_numbers::find(&chapter.file, &chapter.source));
        match template::fill(
            &ledger,
            &context,
            &chapter.path,
            &chapter.file,
            &chapter.source,
        ) {
            Ok(filled) => {
                let mut written = ledger.written();
                let text = MarkupPass {
                    renderer,
                    bibliography,
                    citations: &mut citations,
                    labels: &mut written.labels,
                    chapter: &chapter.path,
                    file: &chapter.file,
                    source: &chapter.source,
                    faults: &mut faults,
                }
                .run(&filled);
                marked.push((chapter, text));
            }
            Err(fault) => faults.push(fault),
        }
    }
    let mut resolver = Resolver {
        ledger: &ledger,
        build: build_identifier(chapters, &ledger),
        citations: &mut citations,
        bibliography,
        faults: &mut faults,
    };
    resolver.cite_quotations();
    let chapters = marked
        .into_iter()
        .map(|(chapter, text)| (chapter.path.clone(), resolver.resolve(chapter, &text)))
        .collect();
    let files = std::mem::take(&mut ledger.written().files);
    Filled {
        chapters,
        files,
        faults,
        shortcomings,
    }
}

/// The planned runs without a complete, current record; not those for cards that the plan says
/// are not at hand.
fn unmeasured_runs(facts: &Facts) -> Vec<Diagnostic> {
    facts
        .runs
        .iter()
        .filter_map(|run| {
            let concern = run.concern().filter(|concern| !concern.accepted)?;
            let file = run
                .record
                .as_ref()
                .map_or("experiments/plan.toml", |(file, _)| file);
            let message = format!(
                "run `{}`: {}; hint: `{}`",
                run.id,
                run.state_text(),
                concern.remedy
            );
            Some(Diagnostic::of_file(file, message))
        })
        .collect()
}

/// Puts numbers, links and lists where marks stand.
struct Resolver<'a> {
    ledger: &'a Arc<Ledger>,
    build: String,
    citations: &'a mut Citations,
    bibliography: &'a Bibliography,
    faults: &'a mut Vec<Diagnostic>,
}

impl Resolver<'_> {
    /// Gives a number to each work that a printed quantity is quoted from, cited in the text or
    /// not.
    fn cite_quotations(&mut self) {
        for quotation in lists::quotations_used(self.ledger) {
            match self.bibliography.check(&quotation.citation) {
                Ok(()) => drop(self.citations.number(&quotation.citation)),
                Err(message) => self
                    .faults
                    .push(Diagnostic::of_file("book/quoted.toml", message)),
            }
        }
    }

    fn resolve(&mut self, chapter: &Chapter, text: &str) -> String {
        let root = "../".repeat(chapter.path.matches('/').count());
        let mut text = text.to_owned();
        // A list holds marks of its own, so the second round resolves what the first put in.
        for _ in 0..2 {
            text = replace_marks(&text, |mark| self.replacement(chapter, &root, mark));
        }
        text.replace(ROOT, &root)
    }

    fn replacement(&mut self, chapter: &Chapter, root: &str, mark: &Mark) -> Option<String> {
        match mark {
            Mark::Number(label) => self.ledger.written().labels.number(label),
            Mark::Reference(label) => {
                let reference = self.ledger.written().labels.reference(label, root);
                reference
                    .map_err(|message| self.fault(chapter, label, message))
                    .ok()
            }
            Mark::Citation(index) => Some(
                self.citations
                    .print(*index, &format!("{root}{REFERENCES_CHAPTER}.md")),
            ),
            Mark::List(name) if name == "references" => {
                Some(self.citations.list(self.bibliography, self.ledger.renderer))
            }
            Mark::List(name) => {
                let list = lists::list(name, self.ledger, self.citations, &self.build);
                list.map_err(|message| self.fault(chapter, name, message))
                    .ok()
            }
            Mark::Quantity(_) => None,
        }
    }

    fn fault(&mut self, chapter: &Chapter, snippet: &str, message: String) {
        let fault = Diagnostic::at_snippet(&chapter.file, &chapter.source, snippet, message);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

/// The sample images that the data folder does not have.
fn missing_samples(facts: &Facts) -> impl Iterator<Item = Diagnostic> {
    let missing = facts
        .samples
        .iter()
        .filter(|samples| samples.images.is_empty());
    missing.map(|samples| {
        let message = format!(
            "no sample images of `{}`; hint: {}",
            samples.name, samples.remedy
        );
        Diagnostic::of_file("book.toml", message)
    })
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
