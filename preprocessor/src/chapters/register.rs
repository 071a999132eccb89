//! The evidence as the PDF prints it: a register in small type, to be looked up in.
//!
//! A page of paper can't fold, so it holds only what is printed in the book: numbers under the run,
//! the function or the work that they come from, which is named once. The pages of the HTML list all
//! that these were computed from, too.

use super::contract::{BUILD_ID, REGISTER, file_of_project};
use super::ledger::ExhibitOrigin;
use super::lists::{Lists, plain, reference};
use crate::catalogue::RunFacts;
use crate::data::Table;
use crate::escape::{code, markdown, write_code, write_destination};
use crate::evidence::{Measurement, Origin, Quantity, Quotation, SourceId, each_once};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// So many inputs of a number, a figure or a table are named.
const NAMED_INPUTS: usize = 2;

/// The ids of the sections of the evidence.
const PLACES: [&str; 7] = [
    "runs", "tables", "exhibits", "measured", "derived", "quoted", "unused",
];

/// What stands for the beginning that a name shares with the one before it.
const SHARED: char = '…';

impl Lists<'_> {
    /// The evidence of what the chapters print, as Markdown for the PDF.
    pub(super) fn register(&self) -> String {
        let mut register = format!(
            "This is build <span id=\"{BUILD_ID}\">`{}`</span> of the book. HTML and PDF with the \
             same build identifier hold the same numbers.\n\n\
             A name that begins with {SHARED} goes on where it differs from the name before it. Of \
             many inputs the first are named; the pages of the HTML name all, and what those were \
             computed from.{}\n\n<section class=\"{REGISTER}\">\n",
            self.build,
            self.quoted_file(),
        );
        let printed = Printed::of(self);
        self.write_exhibits(&mut register);
        self.write_measured(&printed, &mut register);
        self.write_derived(&printed, &mut register);
        self.write_quoted(&printed, &mut register);
        register.push_str("\n</section>\n");
        self.anchors_of_absent(&register) + &register
    }

    /// The places that the evidence of the HTML has and this register has not, for links to them.
    fn anchors_of_absent(&self, register: &str) -> String {
        let is_absent = |id: &&&str| {
            let as_heading = format!("{{#{id}}}");
            !register.contains(&as_heading) && !register.contains(&self.renderer.anchor(id))
        };
        let absent = PLACES.iter().filter(is_absent);
        absent.map(|id| self.renderer.anchor(id)).collect()
    }

    /// Where the quoted facts are, in a book that has some outside of its tables.
    fn quoted_file(&self) -> String {
        let is_of_file = |it: &&Quantity| match &it.origin {
            Origin::Quoted(quotation) => quotation.table.is_none(),
            _ => false,
        };
        match self.used.values().any(is_of_file) {
            true => format!(
                " All quoted facts are in the [table of quotations]({}).",
                file_of_project(&self.facts.layout.quoted)
            ),
            false => String::new(),
        }
    }

    /// The figures and tables under the function that made them.
    fn write_exhibits(&self, out: &mut String) {
        let mut made_by: BTreeMap<&str, Vec<&ExhibitOrigin>> = BTreeMap::new();
        for exhibit in &self.written.exhibits {
            let name = exhibit.function.split('(').next().unwrap_or_default();
            made_by.entry(name).or_default().push(exhibit);
        }
        if made_by.is_empty() {
            return;
        }
        out.push_str("\n## Figures and tables {#exhibits}\n");
        for (function, exhibits) in made_by {
            let _ = write!(out, "\n**{}** ", code(function));
            let entry = |exhibit: &&ExhibitOrigin| {
                let mut entry = reference(exhibit);
                write_inputs(&mut entry, &exhibit.inputs, "", &|name| {
                    self.has_entry(name)
                });
                entry
            };
            out.push_str(&exhibits.iter().map(entry).collect::<Vec<_>>().join("; "));
            out.push('\n');
        }
    }

    /// The measured numbers under their run or table.
    fn write_measured(&self, printed: &Printed, out: &mut String) {
        if self.facts.runs.is_empty() && self.facts.tables.all.is_empty() {
            return;
        }
        out.push_str("\n## Measured {#measured}\n");
        let (made, missing): (Vec<_>, Vec<_>) =
            self.facts.runs.iter().partition(|run| run.record.is_some());
        for (index, run) in made.iter().enumerate() {
            let of_all = if index == 0 {
                self.renderer.anchor("runs")
            } else {
                String::new()
            };
            let head = run_head(run);
            let source = SourceId::Run(run.id.clone());
            let name = format!("{}.", run.name());
            self.write_source((&source, &name), &format!("{of_all}{head}"), printed, out);
        }
        for (index, table) in self.facts.tables.all.iter().enumerate() {
            let of_all = if index == 0 {
                self.renderer.anchor("tables")
            } else {
                String::new()
            };
            let source = SourceId::Table(table.declaration.name.clone());
            let head = format!("{of_all}{}", table_head(table));
            self.write_source((&source, ""), &head, printed, out);
        }
        self.write_missing(&missing, out);
    }

    /// The runs without a record under their state.
    fn write_missing(&self, missing: &[&RunFacts], out: &mut String) {
        let mut by_state: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for run in missing {
            let anchor = self
                .renderer
                .anchor(&SourceId::Run(run.id.clone()).anchor());
            let named = format!("{anchor}{}", code(&run.id));
            by_state.entry(run.state_text()).or_default().push(named);
        }
        for (state, runs) in by_state {
            let _ = write!(out, "\n{} {}\n", emphasised(&state), runs.join(", "));
        }
    }

    /// A run or a table: its name with its anchor, what there is to say of it, and its numbers, whose
    /// names mostly begin as `before` does.
    fn write_source<'a>(
        &self,
        (source, mut before): (&SourceId, &'a str),
        head: &str,
        printed: &Printed<'a>,
        out: &mut String,
    ) {
        let anchor = self.renderer.anchor(&source.anchor());
        let _ = write!(out, "\n{anchor}**{}** {head}", code(source.name()));
        for (index, quantity) in printed.measured_in(source).iter().enumerate() {
            out.push_str(if index == 0 { ": " } else { "; " });
            self.write_entry(quantity, before, out);
            before = &quantity.name;
        }
        out.push('\n');
    }

    /// The derived numbers under the function that made them.
    fn write_derived(&self, printed: &Printed, out: &mut String) {
        if printed.derived.is_empty() {
            return;
        }
        out.push_str("\n## Derived {#derived}\n");
        for (function, quantities) in &printed.derived {
            let _ = write!(out, "\n**{}** ", code(function));
            let mut before = "";
            let of_same_inputs = quantities.chunk_by(|a, b| inputs(a) == inputs(b));
            for (index, run) in of_same_inputs.enumerate() {
                out.push_str(if index == 0 { "" } else { "; " });
                before = self.write_entries(run.iter().copied(), before, out);
                write_inputs(out, inputs(run[0]), before, &|name| self.has_entry(name));
            }
            out.push('\n');
        }
    }

    /// The quoted numbers under the work that they were taken from.
    fn write_quoted(&self, printed: &Printed, out: &mut String) {
        if printed.quoted.is_empty() {
            return;
        }
        let unused = self.renderer.anchor("unused");
        out.push_str("\n## Quoted {#quoted}\n");
        for (index, quantities) in printed.quoted.values().enumerate() {
            let of_all = if index == 0 { &*unused } else { "" };
            let _ = write!(
                out,
                "\n{of_all}**\\[{}\\]** ",
                self.work(quantities[0].quotation)
            );
            let mut before = "";
            let alike = quantities.chunk_by(|a, b| remarks(a) == remarks(b));
            for (index, run) in alike.enumerate() {
                out.push_str(if index == 0 { "" } else { "; " });
                before = self.write_of_one_place(run, before, out);
            }
            out.push('\n');
        }
    }

    /// Quoted numbers with the same remarks, by their places. Returns the last name.
    fn write_of_one_place<'a>(
        &self,
        alike: &[Quoted<'a>],
        mut before: &'a str,
        out: &mut String,
    ) -> &'a str {
        let places = alike.chunk_by(|a, b| a.quotation.place == b.quotation.place);
        for (index, run) in places.enumerate() {
            out.push_str(if index == 0 { "" } else { "; " });
            before = self.write_entries(run.iter().map(|it| it.quantity), before, out);
            let _ = write!(out, " – {}", markdown(&run[0].quotation.place));
        }
        let (checked, note) = remarks(&alike[0]);
        let _ = write!(out, " ({}", markdown(checked));
        if !note.is_empty() {
            let _ = write!(out, "; {}", markdown(note));
        }
        out.push(')');
        before
    }

    /// Names with their values, and commas between them. Returns the last name.
    fn write_entries<'a>(
        &self,
        quantities: impl Iterator<Item = &'a Quantity>,
        mut before: &'a str,
        out: &mut String,
    ) -> &'a str {
        for (index, quantity) in quantities.enumerate() {
            out.push_str(if index == 0 { "" } else { ", " });
            self.write_entry(quantity, before, out);
            before = &quantity.name;
        }
        before
    }

    /// A name with its anchor, and its value.
    fn write_entry(&self, quantity: &Quantity, before: &str, out: &mut String) {
        out.push_str(&self.renderer.anchor(&format!("ev-{}", quantity.name)));
        write_name(out, &quantity.name, before);
        if let Some(value) = quantity.known() {
            let _ = write!(out, " {}", plain(value, quantity.unit));
        }
    }

    /// Whether the register has an entry of this name.
    fn has_entry(&self, name: &str) -> bool {
        let known = |name| self.used.get(name).is_some_and(|it| it.value.is_ok());
        self.written.marked.contains(name) && known(name)
    }
}

/// What the chapters print, by where it comes from.
#[derive(Default)]
struct Printed<'a> {
    measured: BTreeMap<&'a SourceId, Vec<&'a Quantity>>,
    derived: BTreeMap<String, Vec<&'a Quantity>>,
    /// By the numbers of the works; those of unknown works under 0.
    quoted: BTreeMap<usize, Vec<Quoted<'a>>>,
}

/// A quoted number.
struct Quoted<'a> {
    quantity: &'a Quantity,
    quotation: &'a Quotation,
}

impl<'a> Printed<'a> {
    fn of(lists: &Lists<'a>) -> Self {
        let mut printed = Printed::default();
        let known = lists.used.values().copied();
        for quantity in known.filter(|it| lists.has_entry(&it.name)) {
            match &quantity.origin {
                Origin::Measured(Measurement { source, .. }) => {
                    printed
                        .measured
                        .entry(&source.id)
                        .or_default()
                        .push(quantity);
                }
                Origin::Derived { function, .. } => {
                    let function = quantity.made_by(function).to_string();
                    printed.derived.entry(function).or_default().push(quantity);
                }
                Origin::Exact { definition } => {
                    let derived = printed.derived.entry(definition.clone());
                    derived.or_default().push(quantity);
                }
                Origin::Quoted(quotation) => {
                    let number = lists.number_of(quotation).unwrap_or_default();
                    let quoted = printed.quoted.entry(number);
                    quoted.or_default().push(Quoted {
                        quantity,
                        quotation,
                    });
                }
            }
        }
        for quoted in printed.quoted.values_mut() {
            quoted.sort_by_key(|it| (remarks(it), &it.quotation.place, &it.quantity.name));
        }
        printed
    }

    fn measured_in(&self, source: &SourceId) -> &[&'a Quantity] {
        self.measured.get(source).map_or(&[], Vec::as_slice)
    }
}

/// What there is to say of a quotation beside its place.
fn remarks<'a>(quoted: &Quoted<'a>) -> (&'a str, &'a str) {
    (&quoted.quotation.checked, &quoted.quotation.note)
}

fn inputs(quantity: &Quantity) -> &[Arc<Quantity>] {
    match &quantity.origin {
        Origin::Derived { inputs, .. } => inputs,
        _ => &[],
    }
}

/// What there is to say of a run with a record.
fn run_head(run: &RunFacts) -> String {
    let state = match run.is_measured() {
        true => run.state_text(),
        false => emphasised(&run.state_text()),
    };
    let mut head = format!("{state}, {}", markdown(&run.circumstances()));
    if let Some((file, record)) = &run.record {
        let digest = code(record.digest.short());
        let _ = write!(head, ", [record {digest}]({})", file_of_project(file));
    }
    head
}

/// Text in italics, which end at a word.
fn emphasised(text: &str) -> String {
    format!("*{}*", markdown(text.trim()))
}

/// What there is to say of a table.
fn table_head(table: &Table) -> String {
    let mut head = markdown(&table.state_text());
    if let Some(digest) = &table.digest {
        let digest = code(digest.short());
        let file = file_of_project(&table.declaration.file);
        let _ = write!(head, ", [table {digest}]({file})");
    }
    head
}

/// Writes ` of ` and the first inputs, those in the register with a link to their entries.
fn write_inputs<'a>(
    out: &mut String,
    inputs: &'a [Arc<Quantity>],
    mut before: &'a str,
    has_entry: &dyn Fn(&str) -> bool,
) {
    let inputs = each_once(inputs);
    for (index, Quantity { name, .. }) in inputs.iter().take(NAMED_INPUTS).enumerate() {
        out.push_str(if index > 0 { ", " } else { " of " });
        if has_entry(name) {
            out.push('[');
            write_name(out, name, before);
            out.push_str("](#ev-");
            write_destination(out, name);
            out.push(')');
        } else {
            write_name(out, name, before);
        }
        before = name;
    }
    let left_out = inputs.len().saturating_sub(NAMED_INPUTS);
    if left_out > 0 {
        let _ = write!(out, ", {left_out} more");
    }
}

/// Writes a name without the beginning that it shares with the one `before` it.
fn write_name(out: &mut String, name: &str, before: &str) {
    match &name[shared(name, before)..] {
        rest if rest.len() == name.len() => write_code(out, name),
        rest => write_code(out, &format!("{SHARED}{rest}")),
    }
}

/// How many bytes of `name` are parts that begin `before`, too, the dot behind them included. What
/// stands in brackets is one part, and the last part is never shared.
fn shared(name: &str, before: &str) -> usize {
    let dotted = name.find('(').unwrap_or(name.len());
    let dots = name[..dotted].match_indices('.').map(|(at, _)| at + 1);
    { dots.take_while(|&end| before.get(..end) == Some(&name[..end])) }
        .last()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_on_where_it_differs() {
        let check = |name: &str, before: &str, expected: &str| {
            let mut out = String::new();
            write_name(&mut out, name, before);
            assert_eq!(out, format!("`{expected}`"), "{name} behind {before}");
        };
        check("a.b.c", "", "a.b.c");
        check("a.b.d", "a.b.c", "…d");
        check("a.c", "a.b.c", "…c");
        check("a.bc.d", "a.b.d", "…bc.d");
        check("ab.c", "a.c", "ab.c");
        check("a", "a.b", "a");
        check("t.s(n=1.5, m=2)", "t.s(n=1.5, m=3)", "…s(n=1.5, m=2)");
    }
}
