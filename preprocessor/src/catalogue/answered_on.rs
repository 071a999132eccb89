//! The runs that a book says it answers its questions on: `[preprocessor.measured.answered-on]`.
//!
//! ```toml
//! [preprocessor.measured.answered-on]
//! "2.1" = ["sort-radix-*", "sort-merge-1"]
//! ```

use super::{Question, RunFacts};
use crate::diagnostic::{Diagnostic, LineNumbers, setting};
use crate::escape::{code, markdown};
use crate::views::shown::listed;
use results::plan::fits;
use std::collections::{BTreeMap, BTreeSet};
use toml::de::{DeTable, DeValue};

/// The file that declares them.
const FILE: &str = "book.toml";

/// What is declared: the questions' ids with identifiers of runs, in which `*` stands for any characters.
pub(crate) type DeclaredRuns = BTreeMap<String, Vec<String>>;

/// The runs that each question is answered on, by the question's id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnsweredOn(BTreeMap<String, RunsOfQuestion>);

/// The runs that one question is answered on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunsOfQuestion {
    /// The line of `book.toml` that declares them, where it does.
    line: Option<usize>,
    /// The runs' identifiers.
    pub(crate) runs: BTreeSet<String>,
}

impl AnsweredOn {
    /// What is `declared` in `book.toml`, whose text is `text`.
    ///
    /// # Errors
    /// Each question that there is not, and each pattern that no planned run fits, with its line.
    pub(crate) fn read(
        declared: &DeclaredRuns,
        text: &str,
        questions: &[Question],
        runs: &[RunFacts],
    ) -> Result<AnsweredOn, Vec<Diagnostic>> {
        let lines = Lines::of(text);
        let (mut answered, mut faults) = (BTreeMap::new(), Vec::new());
        for (id, patterns) in declared {
            let line = lines.of_question(id);
            if !questions.iter().any(|question| question.id == *id) {
                let message =
                    format!("no question has the id `{id}`; hint: `questions.toml` has them");
                faults.push(fault(line, message));
            }
            if patterns.is_empty() {
                let message =
                    format!("question `{id}` is answered on no run, expected at least one");
                faults.push(fault(line, message));
            }
            let mut of_question = BTreeSet::new();
            for pattern in patterns {
                let fitting = fitting(pattern, runs);
                if fitting.is_empty() {
                    faults.push(fault(
                        lines.of_pattern(id, pattern).or(line),
                        fits_none(id, pattern),
                    ));
                }
                of_question.extend(fitting);
            }
            let runs = of_question;
            answered.insert(id.clone(), RunsOfQuestion { line, runs });
        }
        match faults.is_empty() {
            true => Ok(AnsweredOn(answered)),
            false => Err(faults),
        }
    }

    /// Whether no question is answered on declared runs.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The declared questions and their runs.
    pub(crate) fn questions(&self) -> impl Iterator<Item = (&str, &RunsOfQuestion)> {
        self.0.iter().map(|(id, runs)| (id.as_str(), runs))
    }

    /// Whether the question of this id is answered on declared runs.
    pub(crate) fn has(&self, question: &str) -> bool {
        self.0.contains_key(question)
    }

    /// How many runs the question is answered on: `2 of 15 planned runs of `sort``; none where all
    /// count.
    pub(crate) fn counted(&self, question: &str, runs: &[RunFacts]) -> Option<String> {
        let chosen = &self.0.get(question)?.runs;
        let is_chosen = |run: &&RunFacts| chosen.contains(&run.id);
        let experiments: BTreeSet<_> = { runs.iter().filter(is_chosen) }
            .map(|run| run.planned.experiment.as_str())
            .collect();
        let is_alike = |run: &&RunFacts| experiments.contains(run.planned.experiment.as_str());
        let planned = runs.iter().filter(is_alike).count();
        let names: Vec<_> = experiments.iter().map(|name| code(name)).collect();
        Some(format!(
            "answered on {} of {planned} planned runs of {}",
            chosen.len(),
            listed(&names)
        ))
    }

    /// The same as a sentence that names the runs, the first where there are many, and says which of
    /// them are not measured.
    pub(crate) fn sentence(&self, question: &str, runs: &[RunFacts]) -> Option<String> {
        const NAMED: usize = 8;
        let counted = self.counted(question, runs)?;
        let chosen = &self.0.get(question)?.runs;
        let chosen: Vec<_> = runs.iter().filter(|run| chosen.contains(&run.id)).collect();
        let named = chosen.iter().take(NAMED).map(|run| match run.concern() {
            Some(concern) => format!("{} ({})", code(&run.id), markdown(&concern.state)),
            None => code(&run.id),
        });
        let mut named: Vec<_> = named.collect();
        if chosen.len() > NAMED {
            named.push(format!("{} more", chosen.len() - NAMED));
        }
        Some(format!("This is {counted}: {}.", listed(&named)))
    }
}

impl RunsOfQuestion {
    /// That no chapter prints the question, which says what it is answered on.
    pub(crate) fn unsaid(&self, question: &str) -> Diagnostic {
        let message = format!(
            "question `{question}` is answered on declared runs and no chapter says so; hint: write \
             `<< question(id=\"{question}\") >>` into its chapter"
        );
        fault(self.line, message)
    }
}

fn fault(line: Option<usize>, message: String) -> Diagnostic {
    Diagnostic {
        line,
        ..Diagnostic::of_file(FILE, format!("`answered-on`: {message}"))
    }
}

/// The identifiers of the runs that a pattern fits.
fn fitting(pattern: &str, runs: &[RunFacts]) -> Vec<String> {
    let ids = runs.iter().map(|run| run.id.as_str());
    ids.filter(|id| fits(id, pattern))
        .map(str::to_owned)
        .collect()
}

fn fits_none(question: &str, pattern: &str) -> String {
    format!(
        "question `{question}`: no planned run fits `{pattern}`; hint: `*` stands for any characters"
    )
}

/// Where `book.toml` declares questions and patterns, counted in lines.
struct Lines(Vec<(String, Option<String>, usize)>);

impl Lines {
    /// Those of `text`; none where the environment declares them or the file is no TOML.
    fn of(text: &str) -> Lines {
        let lines = LineNumbers::of(text);
        let Ok(table) = DeTable::parse(text) else {
            return Lines(Vec::new());
        };
        let declared = setting(table.get_ref(), "answered-on").and_then(DeValue::as_table);
        let mut found = Vec::new();
        for (id, patterns) in declared.into_iter().flatten() {
            let line = |at: usize| lines.line(at);
            let id_text = id.get_ref().to_string();
            found.push((id_text.clone(), None, line(id.span().start)));
            for pattern in patterns.get_ref().as_array().into_iter().flatten() {
                let text = pattern.get_ref().as_str().map(str::to_owned);
                found.push((id_text.clone(), text, line(pattern.span().start)));
            }
        }
        Lines(found)
    }

    fn of_question(&self, id: &str) -> Option<usize> {
        let found = self
            .0
            .iter()
            .find(|(known, pattern, _)| known == id && pattern.is_none());
        found.map(|(.., line)| *line)
    }

    fn of_pattern(&self, id: &str, pattern: &str) -> Option<usize> {
        let is_it = |(known, text, _): &&(String, Option<String>, usize)| {
            known == id && text.as_deref() == Some(pattern)
        };
        self.0.iter().find(is_it).map(|(.., line)| *line)
    }
}
