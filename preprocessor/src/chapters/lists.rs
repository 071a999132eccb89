//! The lists that need the whole book, such as evidence and coverage.

use super::bibliography::Bibliography;
use super::citations::Citations;
use super::contract::{BUILD_ID, Renderer};
use super::entries;
use super::homes::{Home, Homes, List};
use super::labels::{LabelKind, Labels};
use super::ledger::{ExhibitOrigin, Written};
use super::missing_runs;
use super::sentinel::{Mark, ROOT};
use crate::catalogue::{Catalogue, Facts, Question, RunFacts};
use crate::data::{Declaration, Table};
use crate::escape::{code, destination, markdown, message, write_code, write_destination};
use crate::evidence::unit::Unit;
use crate::evidence::{Kind, Measurement, Origin, Quantity, Quotation, SourceId, each_once};
use crate::views::numbers;
use results::SourceDigests;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Most entries of the evidence need no more bytes than these.
const USUAL_ENTRY: usize = 512;
/// The most inputs of a figure or table that are listed: each of its numbers leads to its own entry.
const INPUTS_OF_AN_EXHIBIT: usize = 12;

/// How the two kinds of records are judged.
const HOW_RUNS_BECOME_STALE: &str = "A run is stale when a source file changes that decides its \
    result. A record with *compiled* source files names all that went into its program, by their \
    tokens, so that comments do not count; one with *listed* files is older and names, by their \
    bytes, the files that a list kept by hand held to be decisive.\n\n";

/// All that the lists are made of, once every chapter is filled.
pub(crate) struct Lists<'a> {
    pub(crate) renderer: Renderer,
    pub(crate) bibliography: &'a Bibliography,
    pub(crate) facts: &'a Facts,
    pub(crate) written: &'a Written,
    pub(crate) used: &'a Used<'a>,
    pub(crate) citations: &'a Citations,
    pub(crate) labels: &'a Labels,
    pub(crate) homes: &'a Homes,
    /// The titles of the chapters by their paths.
    pub(crate) titles: &'a BTreeMap<&'a str, String>,
    /// The build identifier.
    pub(crate) build: &'a str,
}

/// Everything that the book prints or shows, and all that this was computed from, by name.
pub(crate) type Used<'a> = BTreeMap<&'a str, &'a Quantity>;

/// What the chapters used.
pub(crate) fn used<'a>(catalogue: &'a Catalogue, written: &'a Written) -> Used<'a> {
    let names = written.used.values().flatten();
    let printed = names.filter_map(|name| written.quantity(catalogue, name).ok());
    let shown = written.exhibits.iter().flat_map(|exhibit| &exhibit.inputs);
    let (mut used, mut seen) = (BTreeMap::new(), HashSet::new());
    for quantity in printed.chain(shown) {
        add_with_inputs(quantity, &mut used, &mut seen);
    }
    used
}

/// Adds a quantity unless it was `seen`: an address is compared faster than a long name.
fn add_with_inputs<'a>(
    quantity: &'a Quantity,
    used: &mut BTreeMap<&'a str, &'a Quantity>,
    seen: &mut HashSet<*const Quantity>,
) {
    if !seen.insert(quantity) {
        return;
    }
    used.entry(&quantity.name).or_insert(quantity);
    if let Origin::Derived { inputs, .. } = &quantity.origin {
        for input in inputs {
            add_with_inputs(input, used, seen);
        }
    }
}

impl Lists<'_> {
    /// The list of this name as Markdown.
    ///
    /// # Errors
    /// Where there is no such list.
    pub(crate) fn list(&self, name: &str) -> Result<String, String> {
        match name {
            "references" => Ok(self.citations.list(self.bibliography, self.renderer)),
            "evidence" => Ok(match self.renderer {
                Renderer::Html => self.evidence(),
                Renderer::Pdf => self.register(),
            }),
            "coverage" => Ok(self.coverage()),
            "missing_runs" => Ok(missing_runs::list(self.renderer, self.facts)),
            _ => Err(format!("there is no list `{name}`")),
        }
    }

    /// The number of the work that is quoted; none where the bibliography lacks it.
    pub(super) fn number_of(&self, quotation: &Quotation) -> Option<usize> {
        self.citations.number_of(self.key_of(quotation))
    }

    /// That number as it is printed, with a link to the work where the book lists works.
    pub(super) fn work(&self, quotation: &Quotation) -> String {
        // A work that is not in the bibliography is a fault of its own, and so is a book without a
        // list of works.
        let number = self.number_of(quotation);
        let number = number.map_or("?".to_owned(), |number| number.to_string());
        match self.homes.of(List::References) {
            Some(Home { markdown, .. }) => {
                let work = destination(self.key_of(quotation));
                format!("[{number}]({ROOT}{markdown}#ref-{work})")
            }
            None => number,
        }
    }

    /// The key of the work that is quoted: the first of its names.
    fn key_of<'b>(&'b self, quotation: &'b Quotation) -> &'b str {
        let key = quotation.citation.as_str();
        self.bibliography.find(key).unwrap_or(key)
    }

    fn evidence(&self) -> String {
        let (used, unused) = rayon::join(|| self.evidence_of_used(), || self.unused());
        used + &unused
    }

    fn evidence_of_used(&self) -> String {
        let mut list = format!(
            "This is build <span id=\"{BUILD_ID}\">`{}`</span> of the book. HTML and PDF with \
             the same build identifier hold the same numbers.\n",
            self.build
        );
        if !self.facts.runs.is_empty() {
            list.push_str("\n## Runs {#runs}\n\n");
            list.push_str(HOW_RUNS_BECOME_STALE);
        }
        for run in &self.facts.runs {
            list.push_str(&run_entry(self.renderer, run));
        }
        if !self.facts.tables.all.is_empty() {
            list.push_str("\n## Tables of data {#tables}\n\n");
        }
        for table in &self.facts.tables.all {
            list.push_str(&table_entry(self.renderer, table));
        }
        list.push_str("\n## Figures and tables {#exhibits}\n\n");
        for exhibit in &self.written.exhibits {
            let reference = Mark::Reference(exhibit.label.clone()).to_text();
            list.extend(["- ", &reference, ": "]);
            write_code(&mut list, &exhibit.function);
            write_inputs(&mut list, &exhibit.inputs, INPUTS_OF_AN_EXHIBIT);
            list.push('\n');
        }
        for (kind, title) in [
            (Kind::Measured, "Measured"),
            (Kind::Derived, "Derived"),
            (Kind::Quoted, "Quoted"),
        ] {
            let id = kind.word();
            list.push_str(&format!("\n## {title} {{#{id}}}\n\n"));
            list.push_str(&entries::in_evidence(self, kind));
        }
        list
    }

    fn unused(&self) -> String {
        let quantities = self.facts.catalogue.quantities("");
        let unused = quantities.filter(|quantity| {
            quantity.kind() == Kind::Quoted && !self.used.contains_key(quantity.name.as_str())
        });
        let names: Vec<_> = unused.map(|quantity| code(&quantity.name)).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!(
                "\n## Quoted and not used {{#unused}}\n\nNo chapter prints these: {}.\n",
                names.join(", ")
            ),
        }
    }

    /// Each part of the questions with its points, its answer, what that shows, and what is open.
    fn coverage(&self) -> String {
        let mut table = String::from(
            "| Part | Points | Answer | Figures and tables | Open |\n|:---|---:|:---|:---|:---|\n",
        );
        for part in &self.facts.questions {
            let chapter = &part.chapter;
            table.push_str(&format!(
                "| {} | {} | [{}]({ROOT}{}#{}) | {} | {} |\n",
                markdown(&part.id),
                part.points,
                markdown(&self.title_of(chapter)),
                destination(chapter),
                destination(&part.anchor),
                self.exhibits_of(chapter),
                self.open(part),
            ));
        }
        table
    }

    /// A chapter's title; without one its file name in words: `a/data-set.md` is "data set".
    fn title_of(&self, chapter: &str) -> String {
        let name = chapter.rsplit('/').next().unwrap_or(chapter);
        let words = || name.trim_end_matches(".md").replace('-', " ");
        self.titles.get(chapter).cloned().unwrap_or_else(words)
    }

    /// A chapter's figures and then its tables, many that follow each other as `Figures 3 to 7`.
    fn exhibits_of(&self, chapter: &str) -> String {
        const MANY: usize = 3;
        let number = |exhibit: &ExhibitOrigin| self.labels.number(&exhibit.label);
        let follow = |before: &&ExhibitOrigin, next: &&ExhibitOrigin| {
            number(before).is_some_and(|before| number(next) == Some(before + 1))
        };
        let mut told = Vec::new();
        for kind in [LabelKind::Figure, LabelKind::Table] {
            let exhibits = self.written.exhibits_of(chapter);
            let exhibits: Vec<_> = exhibits.filter(|exhibit| exhibit.kind == kind).collect();
            for group in exhibits.chunk_by(follow) {
                match group {
                    [first, .., last] if group.len() >= MANY => told.push(format!(
                        "{}s {} to {}",
                        kind.word(),
                        self.number_link(first),
                        self.number_link(last)
                    )),
                    few => told.extend(few.iter().copied().map(reference)),
                }
            }
        }
        match told.is_empty() {
            true => "none".to_owned(),
            false => told.join(", "),
        }
    }

    /// The number of a figure or table with a link to it.
    fn number_link(&self, ExhibitOrigin { label, chapter, .. }: &ExhibitOrigin) -> String {
        let number = Mark::Number(label.clone()).to_text();
        format!("[{number}]({ROOT}{}#{label})", destination(chapter))
    }

    /// What a question is answered on, where the book says so, and what its chapter waits for.
    fn open(&self, part: &Question) -> String {
        let open = [
            self.open_sources(&part.chapter),
            self.not_shown(&part.chapter),
        ];
        let open = open.concat().join("; ");
        let open = if open.is_empty() { "nothing" } else { &open };
        match self.facts.answered_on.counted(&part.id, &self.facts.runs) {
            Some(counted) => format!("{counted}; open: {open}"),
            None => open.to_owned(),
        }
    }

    /// The runs, tables and images that the chapter's numbers, figures and tables need and that are
    /// not as they should be, by state, the first of each with links.
    fn open_sources(&self, chapter: &str) -> Vec<String> {
        const NAMED: usize = 3;
        let exhibits = self.written.exhibits_of(chapter);
        let told: BTreeSet<_> = exhibits.flat_map(|it| it.awaited.all()).collect();
        let mut open: BTreeMap<String, BTreeSet<SourceId>> = BTreeMap::new();
        for concern in self.written.concerns_of(self.facts, chapter) {
            if !concern.accepted || told.contains(&concern.source) {
                open.entry(concern.state)
                    .or_default()
                    .insert(concern.source);
            }
        }
        let in_words = |(state, sources): (&String, &BTreeSet<SourceId>)| {
            let named = sources.iter().take(NAMED);
            let mut named: Vec<_> = named.map(|source| self.link_to(source)).collect();
            if sources.len() > NAMED {
                named.push(format!("{} more", sources.len() - NAMED));
            }
            format!("{}: {}", markdown(state), named.join(", "))
        };
        open.iter().map(in_words).collect()
    }

    /// The name of a source with a link to its entry: in the evidence, or, of images, which have none
    /// there, in the list of what is missing.
    fn link_to(&self, source: &SourceId) -> String {
        let (what, list, anchor) = match source {
            SourceId::Images(_) => ("images ", List::MissingRuns, missing_runs::anchor(source)),
            SourceId::Run(_) | SourceId::Table(_) => ("", List::Evidence, source.anchor()),
        };
        let name = code(source.name());
        match self.homes.of(list) {
            Some(Home { markdown, .. }) => {
                format!("{what}[{name}]({ROOT}{markdown}#{})", destination(&anchor))
            }
            None => format!("{what}{name}"),
        }
    }

    /// The chapter's figures and tables that no run, table or image would help, with the reason.
    fn not_shown(&self, chapter: &str) -> Vec<String> {
        let exhibits = self.written.exhibits_of(chapter);
        let without_remedy = exhibits.filter(|exhibit| !exhibit.awaited.reason.is_empty());
        let told = without_remedy.map(|exhibit| {
            format!(
                "{}: {}",
                reference(exhibit),
                message(&exhibit.awaited.reason)
            )
        });
        told.collect()
    }
}

pub(super) fn reference(exhibit: &ExhibitOrigin) -> String {
    Mark::Reference(exhibit.label.clone()).to_text()
}

/// The entry of a quantity in the evidence of the HTML, with its line break.
pub(super) fn quantity_entry(lists: &Lists, quantity: &Quantity) -> String {
    let mut entry = String::with_capacity(USUAL_ENTRY);
    entry.push_str("- ");
    entry.push_str(&lists.renderer.anchor(&format!("ev-{}", quantity.name)));
    write_code(&mut entry, &quantity.name);
    entry.push_str(": ");
    match quantity.known() {
        Some(value) => entry.push_str(&plain(value, quantity.unit)),
        None => entry.push_str("not measured"),
    }
    entry.push_str(". ");
    match &quantity.origin {
        Origin::Derived { function, inputs } => {
            write_code(&mut entry, &quantity.made_by(function).to_string());
            write_inputs(&mut entry, inputs, usize::MAX);
        }
        Origin::Quoted(quotation) => {
            entry.push_str(&quotation_text(quotation, lists));
        }
        Origin::Measured(measurement) => write_measurement(&mut entry, measurement),
        Origin::Exact { definition } => entry.push_str(&markdown(definition)),
    }
    entry.push('\n');
    entry
}

/// Writes what a value was read of, with a link to the entry of its run or table, which names the file.
fn write_measurement(out: &mut String, Measurement { source, key }: &Measurement) {
    write_code(out, key);
    out.push_str(" of [");
    write_code(out, source.id.name());
    out.push_str("](#");
    write_destination(out, &source.id.anchor());
    out.push(')');
    if source.file.is_none() {
        out.push_str(": ");
        out.push_str(source.id.absent());
    }
}

fn quotation_text(quotation: &Quotation, lists: &Lists) -> String {
    let number = lists.work(quotation);
    let note = match quotation.note.is_empty() {
        true => String::new(),
        false => format!("; {}", markdown(&quotation.note)),
    };
    format!(
        "\\[{number}, {}\\] ({}{note})",
        markdown(&quotation.place),
        markdown(&quotation.checked)
    )
}

/// Writes ` of ` and links to the evidence of the inputs, the first so many.
fn write_inputs(out: &mut String, inputs: &[Arc<Quantity>], most: usize) {
    let inputs = each_once(inputs);
    for (index, Quantity { name, .. }) in inputs.iter().take(most).enumerate() {
        out.push_str(if index > 0 { ", [" } else { " of [" });
        write_code(out, name);
        out.push_str("](#ev-");
        write_destination(out, name);
        out.push(')');
    }
    let left_out = inputs.len().saturating_sub(most);
    if left_out > 0 {
        out.push_str(&format!(", {left_out} more"));
    }
}

/// A value to the digits that a reader can compare, without zeros at its end.
pub(super) fn plain(value: f64, unit: Unit) -> String {
    let rounded = || -> f64 { format!("{value:.6e}").parse().expect("a float reads back") };
    let number = match numbers::integer(value) {
        Ok(number) => number,
        Err(_) if (1e-4..1e9).contains(&value.abs()) => rounded().to_string(),
        Err(_) => numbers::significant(value, 7).unwrap_or_else(|_| value.to_string()),
    };
    let symbol = unit.symbol_after(&number);
    match symbol.is_empty() {
        true => number,
        false => format!("{number}\u{a0}{symbol}"),
    }
}

fn run_entry(renderer: Renderer, run: &RunFacts) -> String {
    let anchor = renderer.anchor(&format!("run-{}", run.id));
    let mut entry = format!(
        "- {anchor}{}: {}",
        code(&run.id),
        markdown(&run.state_text())
    );
    if let Some((file, record)) = &run.record {
        let environment = &record.environment;
        entry.push_str(&format!(
            ". Record {}, digest {}, {}",
            code(file),
            code(record.digest.short()),
            markdown(&run.circumstances()),
        ));
        entry.push_str(&format!(
            ", {} threads, {} {} source files",
            environment.threads,
            environment.sources.len(),
            match environment.source_digests {
                SourceDigests::ListedBytes => "listed",
                SourceDigests::CompiledTokens => "compiled",
            }
        ));
    }
    entry.push_str(&format!(". Made by {}.\n", code(&run.command)));
    entry
}

fn table_entry(renderer: Renderer, table: &Table) -> String {
    let Declaration {
        name,
        file,
        made_by,
        cites,
        ..
    } = &table.declaration;
    let made = if cites.is_some() { "Quoted" } else { "Made by" };
    let anchor = renderer.anchor(&SourceId::Table(name.clone()).anchor());
    let (name, state) = (code(name), markdown(&table.state_text()));
    let mut entry = format!("- {anchor}{name}: {state}. File {}", code(file));
    if let (Some(digest), Some(content)) = (&table.digest, &table.content) {
        let rows = content.rows();
        entry.push_str(&format!(", digest {}, {rows} rows", code(digest.short())));
    }
    entry.push_str(&format!(". {made} {}.\n", code(made_by)));
    entry
}
