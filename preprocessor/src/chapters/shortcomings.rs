//! What a draft may have and a submission may not.

use super::diagnostic::Diagnostic;
use super::ledger::Written;
use super::lists::Used;
use crate::catalogue::{Facts, Question, RunFacts};
use crate::data::{Declaration, Tables};
use crate::evidence::{Concern, SourceId};
use std::collections::BTreeSet;

/// The runs, sample images and tables that are not as they should be.
pub(super) fn of(facts: &Facts, written: &Written) -> Vec<Diagnostic> {
    let mut shortcomings = unmeasured_runs(facts, written);
    shortcomings.extend(missing_samples(facts));
    shortcomings.extend(open_tables(&facts.tables));
    shortcomings
}

/// The questions that are answered on declared runs, which no chapter says.
pub(super) fn unsaid_runs(facts: &Facts, written: &Written) -> Vec<Diagnostic> {
    let declared = facts.answered_on.questions();
    let unsaid = declared.filter(|(id, _)| !written.questions.contains(*id));
    unsaid.map(|(id, runs)| runs.unsaid(id)).collect()
}

/// What a submission is built with although it is not as one would wish, each with how often.
pub(super) fn accepted(
    facts: &Facts,
    written: &Written,
    used: &Used,
    exempt_blocks: usize,
) -> Vec<String> {
    let needed = Needed::by(facts, written);
    let open: Vec<_> = facts.runs.iter().filter_map(RunFacts::concern).collect();
    let let_pass = open.iter().filter(|concern| !needed.has(concern));
    let (without_card, not_asked_for): (Vec<_>, Vec<_>) =
        let_pass.partition(|concern| concern.accepted);
    let not_read = used.values().filter(|quantity| quantity.is_not_read());
    [
        ("no such card", without_card.len()),
        ("runs of no question", not_asked_for.len()),
        ("not read in the paper", not_read.count()),
        ("typed with a reason", exempt_blocks),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(what, count)| format!("{what}: {count}"))
    .collect()
}

/// The planned runs without a complete, current record that a submission needs.
fn unmeasured_runs(facts: &Facts, written: &Written) -> Vec<Diagnostic> {
    let needed = Needed::by(facts, written);
    let open = { facts.runs.iter() }.filter_map(|run| Some((run, run.concern()?)));
    open.filter(|(_, concern)| needed.has(concern))
        .map(|(run, concern)| {
            let record = run.record.as_ref();
            let file = record.map_or(&facts.layout.plan, |(file, _)| file);
            let (state, remedy) = (run.state_text(), &concern.remedy);
            let message = format!("run `{}`: {state}; hint: `{remedy}`", run.id);
            Diagnostic::of_file(file, message)
        })
        .collect()
}

/// The runs that a submission needs.
enum Needed<'a> {
    /// All but those for cards that the book does without.
    All,
    /// These, whatever the book says of their cards, and of the others those that the chapter of a
    /// question shows which is not answered on declared runs.
    Some {
        declared: BTreeSet<&'a str>,
        shown: BTreeSet<SourceId>,
    },
}

impl<'a> Needed<'a> {
    fn by(facts: &'a Facts, written: &'a Written) -> Self {
        let answered_on = &facts.answered_on;
        if answered_on.is_empty() {
            return Needed::All;
        }
        let declared = answered_on.questions().flat_map(|(_, runs)| &runs.runs);
        let is_other = |part: &&Question| !answered_on.has(&part.id);
        let chapters = facts.questions.iter().filter(is_other);
        let shown = chapters.flat_map(|part| written.concerns_of(facts, &part.chapter));
        Needed::Some {
            declared: declared.map(String::as_str).collect(),
            shown: shown.map(|concern| concern.source).collect(),
        }
    }

    fn has(&self, concern: &Concern) -> bool {
        match self {
            Needed::All => !concern.accepted,
            Needed::Some { declared, shown } => {
                declared.contains(concern.source.name())
                    || (!concern.accepted && shown.contains(&concern.source))
            }
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

/// The tables that are not there, not what was sealed, or not sealed.
fn open_tables(tables: &Tables) -> impl Iterator<Item = Diagnostic> {
    tables.all.iter().filter_map(|table| {
        let remedy = table.remedy()?;
        let Declaration { name, line, .. } = &table.declaration;
        let message = format!("table `{name}`: {}; hint: {remedy}", table.state_text());
        Some(Diagnostic {
            line: Some(*line),
            ..Diagnostic::of_file(&tables.file, message)
        })
    })
}
