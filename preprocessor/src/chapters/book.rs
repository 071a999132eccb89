//! The whole book: every chapter filled, numbered and cross-referenced.

use super::bibliography::Bibliography;
use super::build_identifier::{build_identifier, digest_of_inputs};
use super::cards;
use super::citations::{Citations, CitedWork};
use super::code::Shadow;
use super::contract::{Renderer, cards_attribute};
use super::diagnostic::{Diagnostic, Faults};
use super::drawings::Drawings;
use super::entries::Entries;
use super::file_path::FilePath;
use super::headings;
use super::homes::{Homes, List};
use super::labels::{LabelKind, Labels};
use super::ledger::{self, Ledger, Written};
use super::links;
use super::lists::{Lists, Used, used};
use super::markup::{self, Marked, long_row_of_dollars};
use super::parsed::Parsed;
use super::sentinel::{Mark, Piece, pieces};
use super::settable;
use super::shortcomings;
use super::template;
use super::titles;
use super::typed_numbers::{self, TypedNumbers};
use crate::catalogue::Facts;
use crate::evidence::Origin;
use crate::layout::Pages;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tera::Context;

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
    pub files: BTreeMap<FilePath, Vec<u8>>,
    /// Every fault of the build.
    pub faults: Vec<Diagnostic>,
    /// What a draft may have and a submission may not: typed numbers, runs and images that
    /// are not there.
    pub shortcomings: Vec<Diagnostic>,
    /// What a submission may not have either: numbers in prose that were not measured.
    pub absences: Vec<Diagnostic>,
    /// What a submission may have although it is not as one would wish, each with how often.
    pub accepted: Vec<String>,
}

/// Fills all chapters.
///
/// The numbers of figures and works depend on the order of the chapters, and references may point
/// forward: marks stand for them until the last chapter is read.
pub fn fill_book(
    chapters: &[Chapter],
    facts: impl Into<Arc<Facts>>,
    bibliography: &Bibliography,
    renderer: Renderer,
) -> Filled {
    let facts: Arc<Facts> = facts.into();
    let shadows = || { chapters.par_iter().with_max_len(1) }.map(|it| Shadow::of(&it.source));
    let (context, shadows) = rayon::join(
        || ledger::context(&facts.catalogue),
        || shadows().collect::<Vec<_>>(),
    );
    let (homes, mut faults) = Homes::find(chapters.iter().zip(&shadows));
    let homes = Arc::new(homes);
    let mut written = Written::default();
    let mut numbers = Numbers {
        bibliography,
        labels: Labels::default(),
        citations: Citations::default(),
    };
    let (mut marked, mut typed_numbers, mut exempt_blocks) = (Vec::new(), Vec::new(), 0);
    let mut titles = BTreeMap::new();
    let mut cards_of = Vec::new();
    let (read, inputs) = rayon::join(
        || {
            read_each(
                (chapters, shadows),
                &context,
                (&facts, &homes),
                bibliography,
                renderer,
            )
        },
        || digest_of_inputs(chapters, &facts),
    );
    for (chapter, mut read) in chapters.iter().zip(read) {
        titles.extend(read.title.map(|title| (chapter.path.as_str(), title)));
        cards_of.push(read.written.marked.clone());
        typed_numbers.extend(read.typed_numbers.found);
        exempt_blocks += read.typed_numbers.exempt_blocks;
        numbers.add_exhibits(chapter, &read.written, &mut faults);
        written.absorb(read.written);
        let Marked {
            faults: of_markup, ..
        } = &mut read.marked;
        read.of_templates.append(&mut read.of_setting);
        faults.extend(sorted(read.of_templates, std::mem::take(of_markup)));
        numbers.add_marked(chapter, &read.marked, &mut faults);
        marked.push((chapter, read.marked));
    }
    let mut shortcomings = shortcomings::of(&facts, &written);
    shortcomings.append(&mut typed_numbers);
    if !has_gap_with(&marked, "question") {
        faults.extend(shortcomings::unsaid_runs(&facts, &written));
    }
    let mut files = std::mem::take(&mut written.files);
    let absences = std::mem::take(&mut written.absences);
    let plots = std::mem::take(&mut written.plots);
    let used_with_cards = || {
        let used = used(&facts.catalogue, &written);
        let cards = { cards_of.par_iter().with_max_len(1) }
            .map(|names| cards::file(names, &used, bibliography));
        let cards: Vec<_> = cards.collect();
        (used, cards)
    };
    let ((build, (used, cards)), drawings) = rayon::join(
        || rayon::join(|| build_identifier(&inputs, &files), used_with_cards),
        || Drawings::of(plots, renderer),
    );
    let accepted = shortcomings::accepted(&facts, &written, &used, exempt_blocks);
    numbers.add_quotations(&used, &facts.layout.quoted, &mut faults);
    faults.extend(homes.faults(&marked, &numbers.citations));
    let Numbers {
        labels, citations, ..
    } = numbers;
    let resolver = Resolver {
        drawings,
        lists: Lists {
            labels: &labels,
            renderer,
            bibliography,
            facts: &facts,
            written: &written,
            used: &used,
            citations: &citations,
            homes: &homes,
            titles: &titles,
            build: &build,
        },
    };
    let resolve = || {
        let marked = marked.par_iter().zip(&cards).with_max_len(1);
        let resolved = marked
            .map(|((chapter, marked), cards)| resolver.resolve(chapter, marked, cards.as_ref()));
        resolved.collect::<Vec<_>>()
    };
    let (entries, resolved) = rayon::join(|| Entries::of(&resolver.lists), resolve);
    files.extend(cards.into_iter().flatten());
    let mut texts = BTreeMap::new();
    for ((chapter, _), (text, of_chapter)) in marked.iter().zip(resolved) {
        texts.insert(chapter.path.clone(), text);
        faults.extend(of_chapter);
    }
    let gaps = marked.iter().filter(|(_, marked)| marked.has_gaps);
    let gaps: BTreeSet<_> = gaps.map(|(chapter, _)| chapter.path.as_str()).collect();
    let mut filled = Filled {
        absences,
        accepted,
        chapters: texts,
        files,
        faults,
        shortcomings,
    };
    links::lead(chapters, &facts, (renderer, &gaps, &entries), &mut filled);
    { filled.chapters.values_mut() }.for_each(|text| entries.put_into(text));
    leave((facts, context, written.exhibits));
    filled
}

/// A chapter's faults in the order of its lines.
fn sorted(mut of_templates: Vec<Diagnostic>, of_markup: Faults) -> Vec<Diagnostic> {
    of_templates.append(&mut of_markup.into());
    let place = |fault: &Diagnostic| {
        let places = [fault.line, fault.column];
        places.map(|place| place.unwrap_or(usize::MAX))
    };
    of_templates.sort_by_key(place);
    of_templates
}

/// Whether a fault may hide a call of `function`.
pub(super) fn has_gap_with(chapters: &[(&Chapter, Marked)], function: &str) -> bool {
    let mut gaps = chapters.iter().filter(|(_, marked)| marked.has_gaps);
    gaps.any(|(chapter, _)| chapter.source.contains(function))
}

/// Leaves a value to the end of the process: to take thousands of quantities apart one by one would
/// take longer than to write the pages, and only a fuzzer fills more books than one.
fn leave<T>(value: T) {
    if !cfg!(fuzzing) {
        std::mem::forget(value);
    }
}

/// What a chapter gives before the others are known.
struct Read {
    title: Option<String>,
    marked: Marked,
    of_templates: Vec<Diagnostic>,
    /// What the PDF cannot set.
    of_setting: Vec<Diagnostic>,
    written: Written,
    typed_numbers: TypedNumbers,
}

/// Fills the templates of all chapters, each with its shadow, and sets their maths, on all cores, in the order
/// of the chapters.
fn read_each(
    (chapters, shadows): (&[Chapter], Vec<Shadow>),
    context: &Context,
    (facts, homes): (&Arc<Facts>, &Arc<Homes>),
    bibliography: &Bibliography,
    renderer: Renderer,
) -> Vec<Read> {
    let read = |(chapter, shadow): (&Chapter, Shadow)| {
        let Chapter { file, source, .. } = chapter;
        let (typed_numbers, of_setting) = read_source(chapter, &shadow, facts, renderer);
        let ledger = Ledger::new(renderer, facts.clone(), homes.clone());
        let filled = template::fill(&ledger, context, chapter, shadow);
        let definitions = &facts.definitions;
        let smart_punctuation = facts.has_smart_punctuation();
        let parsed = Parsed::of(&filled.text, smart_punctuation);
        let mark = |parsed: &Parsed| {
            let known = (bibliography, definitions);
            markup::mark(renderer, known, (file, source), parsed)
        };
        let mut marked = match headings::name(&parsed, definitions) {
            Some(named) => mark(&Parsed::of(&named, smart_punctuation)),
            None => mark(&parsed),
        };
        marked.hides_labels |= filled.hides_labels;
        marked.has_gaps |= !filled.faults.is_empty();
        Read {
            title: titles::words(&parsed),
            marked,
            of_templates: filled.faults,
            of_setting,
            written: std::mem::take(&mut *ledger.written()),
            typed_numbers,
        }
    };
    let mut chapters: Vec<_> = chapters.iter().zip(shadows).enumerate().collect();
    // A long chapter that is begun last would keep one core alone at work.
    chapters.sort_by_key(|(_, (chapter, _))| Reverse(chapter.source.len()));
    let chapters = chapters.into_par_iter().with_max_len(1);
    let mut read: Vec<_> = { chapters.map(|(index, chapter)| (index, read(chapter))) }.collect();
    read.sort_by_key(|(index, _)| *index);
    read.into_iter().map(|(_, read)| read).collect()
}

/// The typed numbers of a chapter, and what the PDF cannot set, as its author wrote it.
fn read_source(
    chapter: &Chapter,
    shadow: &Shadow,
    facts: &Facts,
    renderer: Renderer,
) -> (TypedNumbers, Vec<Diagnostic>) {
    if long_row_of_dollars(&chapter.source).is_some() {
        return Default::default(); // the fault of the chapter
    }
    let text = shadow.without_templates();
    let parsed = Parsed::of(&text, false);
    let has_pdf = |pages: &&Pages| pages.has_pdf && renderer == Renderer::Html;
    let pages = facts.pages.as_ref().filter(has_pdf);
    let of_setting = pages.map(|pages| settable::find(chapter, pages, &parsed));
    let typed_numbers = typed_numbers::find(chapter, shadow, &parsed);
    (typed_numbers, of_setting.unwrap_or_default())
}

/// The numbers of figures, tables, equations and works, given in the order of the book.
struct Numbers<'a> {
    bibliography: &'a Bibliography,
    labels: Labels,
    citations: Citations,
}

impl Numbers<'_> {
    /// Gives numbers to the figures and tables that the templates of `chapter` made.
    fn add_exhibits(&mut self, chapter: &Chapter, written: &Written, faults: &mut Vec<Diagnostic>) {
        for exhibit in &written.exhibits {
            self.define(chapter, &exhibit.label, exhibit.kind, faults);
        }
    }

    /// Gives numbers to the equations and to the works that `chapter` cites.
    fn add_marked(&mut self, chapter: &Chapter, marked: &Marked, faults: &mut Vec<Diagnostic>) {
        for label in &marked.equations {
            self.define(chapter, label, LabelKind::Equation, faults);
        }
        if marked.hides_labels {
            self.labels.are_whole = false;
        }
        for work in &marked.citations {
            self.citations.number(&work.key);
        }
    }

    fn define(
        &mut self,
        chapter: &Chapter,
        label: &str,
        kind: LabelKind,
        faults: &mut Vec<Diagnostic>,
    ) {
        let Chapter { path, file, source } = chapter;
        let is_key = match self.bibliography.find(label) {
            Some(_) => Err(format!(
                "`{label}` is the key of a work as well, so `@{label}` could be either; hint: \
                 rename one of them"
            )),
            None => Ok(()),
        };
        if let Err(message) = self.labels.define(label, kind, path).and(is_key) {
            faults.push(Diagnostic::at_snippet(file, source, label, message));
        }
    }

    /// Gives a number to each work that a printed quantity is quoted from, cited in the text or
    /// not.
    fn add_quotations(&mut self, used: &Used, quoted: &str, faults: &mut Vec<Diagnostic>) {
        let mut told = BTreeSet::new();
        for quantity in used.values() {
            let Origin::Quoted(quotation) = &quantity.origin else {
                continue;
            };
            match self.bibliography.check(&quotation.citation) {
                Ok(key) => drop(self.citations.number(key)),
                Err(message) => {
                    let table = quotation.table.as_ref().and_then(|it| it.file.as_deref());
                    let file = table.unwrap_or(quoted);
                    if told.insert((file, &quotation.citation)) {
                        faults.push(Diagnostic::of_file(file, message));
                    }
                }
            }
        }
    }
}

/// What a draft shows in the place of a number or a link that is a fault.
pub(super) const UNKNOWN: &str = "**??**";

/// Puts numbers, links and lists where marks stand.
struct Resolver<'a> {
    drawings: Drawings,
    lists: Lists<'a>,
}

impl Resolver<'_> {
    /// The chapter's final text, and its references to what does not exist.
    fn resolve(
        &self,
        chapter: &Chapter,
        marked: &Marked,
        cards: Option<&(FilePath, Vec<u8>)>,
    ) -> (String, Vec<Diagnostic>) {
        let mut page = Page {
            chapter,
            citations: &marked.citations,
            cards: cards.map(|(path, _)| path),
            root: "../".repeat(chapter.path.matches('/').count()),
            text: String::with_capacity(marked.text.len() * 2),
            faults: Faults::default(),
        };
        self.write(&marked.text, &mut page);
        (page.text, page.faults.into())
    }

    fn write(&self, text: &str, page: &mut Page) {
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) | Piece::Mark(Mark::Entries(_), text) => {
                    page.text.push_str(text);
                }
                Piece::Mark(mark, _) => match self.replacement(&mark, page) {
                    // A list holds marks of its own.
                    Some(list) if matches!(mark, Mark::List(_)) => self.write(&list, page),
                    Some(text) => page.text.push_str(&text),
                    None => page.text.push_str(UNKNOWN),
                },
            }
        }
    }

    fn replacement(&self, mark: &Mark, page: &mut Page) -> Option<String> {
        match mark {
            Mark::Number(label) => {
                let number = self.lists.labels.number(label)?;
                Some(number.to_string())
            }
            Mark::Reference(label) => {
                let reference = self.lists.labels.reference(label, &page.root);
                page.or_fault(label, reference)
            }
            Mark::Citation(index) => {
                let references = self.lists.homes.of(List::References);
                let references = references.map(|home| format!("{}{}", page.root, home.markdown));
                let work = &page.citations[*index];
                Some(self.lists.citations.print(work, references.as_deref()))
            }
            Mark::List(name) => page.or_fault(name, self.lists.list(name)),
            Mark::Plot(label) => self.drawings.get(label).cloned(),
            Mark::Root => Some(page.root.clone()),
            Mark::Cards => Some(match page.cards.take() {
                Some(path) => cards_attribute(&self.lists.facts.layout.generated, path),
                None => String::new(),
            }),
            Mark::Quantity(_)
            | Mark::Absent(_)
            | Mark::Placeholder(_)
            | Mark::Block(_)
            | Mark::Entries(_) => None,
        }
    }
}

/// A chapter whose marks are being replaced.
struct Page<'a> {
    chapter: &'a Chapter,
    citations: &'a [CitedWork],
    /// The file of its cards, until its first evidence mark names it.
    cards: Option<&'a FilePath>,
    /// The path to the root of the book.
    root: String,
    text: String,
    faults: Faults,
}

impl Page<'_> {
    /// What was found, or none with the fault noted where `snippet` stands in the chapter.
    fn or_fault<T>(&mut self, snippet: &str, found: Result<T, String>) -> Option<T> {
        let note = |message| {
            let Chapter { file, source, .. } = self.chapter;
            self.faults
                .add(|| Diagnostic::at_snippet(file, source, snippet, message));
        };
        found.map_err(note).ok()
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
