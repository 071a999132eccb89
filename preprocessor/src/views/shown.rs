//! What every view gives back, and how plots become figures.

use super::numbers;
use super::table::{Cell, Row};
use super::{Awaited, Figure};
use crate::catalogue::RunFacts;
use crate::escape::{code, markdown};
use crate::evidence::Quantity;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Writes a printed quantity as Markdown with the mark that leads to its evidence.
pub type EvidenceMark<'a> = &'a dyn Fn(&Quantity, &str) -> String;

/// A view's table or figure with what it shows.
pub struct Shown<T> {
    pub(crate) content: T,
    pub(crate) inputs: Vec<Arc<Quantity>>,
    /// A sentence for the caption as Markdown, empty for none.
    pub(crate) note: String,
    /// The runs that would have a place in it and have none yet.
    pub(crate) awaited: Awaited,
}

impl<T> Shown<T> {
    pub(crate) fn new(content: T, inputs: Vec<Arc<Quantity>>) -> Shown<T> {
        Shown {
            content,
            inputs,
            note: String::new(),
            awaited: Awaited::default(),
        }
    }

    /// What is shown without `runs` that are not there: the note names them.
    pub(crate) fn without(self, runs: &[&RunFacts]) -> Shown<T> {
        let named: Vec<_> = runs.iter().map(|run| run.id.as_str()).collect();
        let sentences = [self.note, not_measured(&named)];
        let sentences: Vec<_> = sentences.into_iter().filter(|it| !it.is_empty()).collect();
        Shown {
            note: sentences.join(" "),
            awaited: Awaited::of_concerns(runs.iter().filter_map(|run| run.concern())),
            ..self
        }
    }

    pub(crate) fn noted(self, note: String) -> Shown<T> {
        Shown { note, ..self }
    }
}

/// The figure that says what a quantity waits for.
pub(crate) fn pending(quantity: &Arc<Quantity>) -> Figure {
    Figure::Pending(Awaited::of(std::slice::from_ref(quantity)))
}

/// The sentence that names the runs that are not there, the first of them where there are many.
fn not_measured(runs: &[&str]) -> String {
    const NAMED: usize = 4;
    let mut named: Vec<_> = runs.iter().map(|run| code(run)).collect();
    if runs.len() > NAMED {
        named.truncate(NAMED - 1);
        named.push(format!("{} more", runs.len() - named.len()));
    }
    match named.is_empty() {
        true => String::new(),
        false => format!("Not measured yet: {}.", listed(&named)),
    }
}

/// The sentence that names the runs behind `inputs` that are not measured as they are planned, the
/// first of them where there are many.
pub(crate) fn not_as_planned(inputs: &[Arc<Quantity>]) -> String {
    const NAMED: usize = 3;
    let concerns: BTreeSet<_> = inputs.iter().flat_map(|input| input.concerns()).collect();
    let concerns: Vec<_> = concerns.into_iter().filter(|it| !it.accepted).collect();
    let named = concerns.iter().take(NAMED);
    let mut named: Vec<_> = named
        .map(|it| format!("{} ({})", code(it.source.name()), markdown(&it.state)))
        .collect();
    if concerns.len() > NAMED {
        named.push(format!("{} more", concerns.len() - NAMED));
    }
    match named.is_empty() {
        true => String::new(),
        false => format!(
            "Runs behind it that are not as planned: {}.",
            listed(&named)
        ),
    }
}

/// A run's title, with its state where it is not a complete, current measurement.
pub(crate) fn with_state(title: String, run: &RunFacts) -> String {
    match run.concern() {
        Some(concern) => format!("{title}; {}", concern.state),
        None => title,
    }
}

/// The only row of a table that waits for runs.
pub(crate) fn waiting_row(columns: usize) -> Row {
    let mut cells = vec![Cell::words("not measured")];
    cells.resize(columns, Cell::words("–"));
    Row {
        cells,
        answer: false,
    }
}

/// The cells of a row that names the state of its run: without that state behind each number.
pub(crate) fn state_told_once(mut cells: Vec<Cell>, run: &RunFacts) -> Vec<Cell> {
    let Some(concern) = run.concern() else {
        return cells;
    };
    let flag = concern.flag();
    for cell in &mut cells {
        if let Some(text) = cell.text.strip_suffix(&flag) {
            cell.text = text.to_owned();
        }
    }
    cells
}

/// A count.
pub(crate) fn count_cell(count: f64) -> Result<Cell, String> {
    Ok(Cell::number(&fixed(count, 0)?, count))
}

/// [`numbers::fixed`] with the error as text.
pub(crate) fn fixed(value: f64, places: usize) -> Result<String, String> {
    numbers::fixed(value, places).map_err(|error| error.to_string())
}

/// [`numbers::percent`] with the error as text.
pub(crate) fn percent(fraction: f64, places: usize) -> Result<String, String> {
    numbers::percent(fraction, places).map_err(|error| error.to_string())
}

/// Names in a sentence: `a`, `a and b`, `a, b and c`.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
