//! The whole book: every chapter filled, numbered and cross-referenced.

use super::build_identifier::{build_identifier, digest_of_inputs};
use super::citations::{Bibliography, Citations};
use super::contract::{REFERENCES_CHAPTER, Renderer};
use super::diagnostic::Diagnostic;
use super::labels::Labels;
use super::ledger::{self, Ledger};
use super::lists;
use super::markup::MarkupPass;
use super::sentinel::{Mark, Piece, ROOT, pieces};
use super::template;
use super::typed_numbers;
use crate::catalogue::Facts;
use crate::parallel::in_parallel;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

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
    let facts = Arc::new(facts);
    let mut shortcomings = unmeasured_runs(&facts);
    shortcomings.extend(missing_samples(&facts));
    let ledger = Ledger::new(renderer, facts.clone());
    let (mut faults, mut labels, mut citations) = Default::default();
    let mut marked = Vec::new();
    let read = fill_each(chapters, &facts, renderer);
    let inputs = thread::scope(|scope| {
        let inputs = scope.spawn(|| digest_of_inputs(chapters, &facts));
        for (chapter, read) in chapters.iter().zip(read) {
            shortcomings.extend(read.typed_numbers);
            number(&read.ledger, chapter, &mut labels, &mut faults);
            ledger.absorb(&read.ledger);
            match read.filled {
                Ok(filled) => {
                    let text = MarkupPass {
                        renderer,
                        bibliography,
                        citations: &mut citations,
                        labels: &mut labels,
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
        inputs.join().expect("nothing panics there")
    });
    let mut resolver = Resolver {
        ledger: &ledger,
        labels: &labels,
        build: build_identifier(&inputs, &ledger),
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
    // To take thousands of quantities apart one by one would take longer than to write the pages,
    // and a book is filled once in the life of a process.
    std::mem::forget(ledger);
    Filled {
        chapters,
        files,
        faults,
        shortcomings,
    }
}

/// What a chapter gives before the others are known.
struct Read {
    filled: Result<String, Diagnostic>,
    ledger: Arc<Ledger>,
    typed_numbers: Vec<Diagnostic>,
}

/// Fills the templates of all chapters, on all cores, in the order of the chapters.
fn fill_each(chapters: &[Chapter], facts: &Arc<Facts>, renderer: Renderer) -> Vec<Read> {
    let context = ledger::context(&facts.catalogue);
    in_parallel(chapters, |chapter| {
        let ledger = Ledger::new(renderer, facts.clone());
        let Chapter { path, file, source } = chapter;
        Read {
            filled: template::fill(&ledger, &context, path, file, source),
            typed_numbers: typed_numbers::find(file, source),
            ledger,
        }
    })
}

/// Gives numbers to the figures and tables that the templates of `chapter` made.
fn number(ledger: &Ledger, chapter: &Chapter, labels: &mut Labels, faults: &mut Vec<Diagnostic>) {
    let Chapter { path, file, source } = chapter;
    for exhibit in &ledger.written().exhibits {
        if let Err(message) = labels.define(&exhibit.label, exhibit.kind, path) {
            faults.push(Diagnostic::at_snippet(
                file,
                source,
                &exhibit.label,
                message,
            ));
        }
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
    labels: &'a Labels,
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
        let mut resolved = String::with_capacity(text.len());
        self.write_resolved(chapter, &root, text, &mut resolved);
        resolved
    }

    fn write_resolved(&mut self, chapter: &Chapter, root: &str, text: &str, out: &mut String) {
        for piece in pieces(text) {
            let (mark, as_it_stands) = match piece {
                Piece::Text(text) => {
                    write_with_root(text, root, out);
                    continue;
                }
                Piece::Mark(mark, as_it_stands) => (mark, as_it_stands),
            };
            match (self.replacement(chapter, root, &mark), mark) {
                // A list holds marks of its own.
                (Some(list), Mark::List(_)) => self.write_resolved(chapter, root, &list, out),
                (Some(text), _) => write_with_root(&text, root, out),
                (None, _) => out.push_str(as_it_stands),
            }
        }
    }

    fn replacement(&mut self, chapter: &Chapter, root: &str, mark: &Mark) -> Option<String> {
        match mark {
            Mark::Number(label) => self.labels.number(label),
            Mark::Reference(label) => {
                let reference = self.labels.reference(label, root);
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

/// Writes `text` with the path to the root of the book in its places.
fn write_with_root(text: &str, root: &str, out: &mut String) {
    for (index, part) in text.split(ROOT).enumerate() {
        if index > 0 {
            out.push_str(root);
        }
        out.push_str(part);
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
