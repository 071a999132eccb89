//! The planned runs of an experiment with their settings, state and results.

use crate::catalogue::{Facts, RunFacts};
use crate::escape::markdown;
use crate::evidence::Quantity;
use crate::topics::training::views::run_settings::{Setting, in_words, settings};
use crate::views::number_column::NumberColumn;
use crate::views::shown::listed;
use crate::views::shown::{EvidenceMark, Shown, state_told_once};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use results::State;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// A column of results.
struct ResultColumn {
    column: NumberColumn<'static>,
    /// The end of the quantity's name, after the run's.
    leaf: &'static str,
}

const RESULTS: [ResultColumn; 5] = [
    result(
        "final_train_loss",
        NumberColumn::fixed("Training loss", "nats", 3),
    ),
    result(
        "final_validation_accuracy",
        NumberColumn::fixed("Validation", "%", 1),
    ),
    result("test_accuracy", NumberColumn::fixed("Test", "%", 1)),
    result("training_time", NumberColumn::fixed("Training", "min", 1)),
    result(
        "images_per_second",
        NumberColumn::fixed("Images/s", "images/s", 0),
    ),
];

const fn result(leaf: &'static str, column: NumberColumn<'static>) -> ResultColumn {
    ResultColumn { column, leaf }
}

/// The arguments of [`table`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in the plan.
    experiment: String,
}

/// One row for each run with a record, or for each planned one where none has. What is missing goes
/// to the note, and so do settings that all runs share, a device that made all of them and a state
/// that is "measured" throughout; columns of results that no complete run has are left out.
pub(crate) fn table(
    arguments: &Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let planned = runs_of(&arguments.experiment, facts)?;
    let (recorded, missing): (Vec<_>, Vec<_>) =
        planned.iter().partition(|run| run.record.is_some());
    let (runs, missing) = match recorded.is_empty() {
        true => (planned, Vec::new()),
        false => (recorded, missing),
    };
    let (differing, common) = settings(&runs);
    let has_results = |quantities: &[Option<Arc<Quantity>>]| {
        let mut complete = runs
            .iter()
            .zip(quantities)
            .filter(|(run, _)| run.is_measured());
        complete.any(|(_, quantity)| quantity.as_ref().is_some_and(|q| q.value.is_ok()))
    };
    let names: Vec<_> = runs.iter().map(|run| run.name()).collect();
    let every_result: Vec<_> = RESULTS
        .iter()
        .map(|column| (column, quantities(column, &names, facts)))
        .collect();
    let results: Vec<_> = { every_result.iter() }
        .filter(|(_, quantities)| has_results(quantities))
        .collect();
    let mut devices: Vec<_> = runs.iter().map(|run| device(run)).collect();
    devices.dedup();
    let common_device = devices[0].filter(|_| devices.len() == 1);
    let all_measured = common_device.is_some() && runs.iter().all(|run| run.is_measured());
    let mut rows = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let mut cells = vec![Cell::words(&run.id)];
        cells.extend(differing.iter().map(|s| Cell::words(&s.texts[index])));
        if !all_measured {
            let made_on = device(run).filter(|_| common_device.is_none());
            let made_on = made_on.map_or(String::new(), |device| format!(" on {device}"));
            cells.push(Cell::words(&(state(run) + &made_on)));
        }
        for (column, quantities) in &results {
            cells.push(match &quantities[index] {
                Some(quantity) => column.column.cell(quantity, mark)?,
                None => Cell::words("–"),
            });
        }
        rows.push(Row {
            cells: state_told_once(cells, run),
            answer: false,
        });
    }
    let shown: Vec<_> = results.iter().map(|(column, _)| *column).collect();
    let columns = columns(&differing, all_measured, &shown);
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    let inputs = { every_result.iter() }
        .flat_map(|(_, quantities)| quantities.iter().flatten().cloned())
        .collect();
    let made = match all_measured {
        true => "all measured on",
        false => "made on",
    };
    let made_on = common_device.map(|device| format!("; {made} {device}"));
    let note = note(&runs, &common, &made_on.unwrap_or_default());
    Ok(Shown::new(table, inputs).noted(note).without(&missing))
}

fn runs_of<'a>(experiment: &str, facts: &'a Facts) -> Result<Vec<&'a RunFacts>, String> {
    let of_experiment = |run: &&RunFacts| run.planned.experiment == experiment;
    let runs: Vec<_> = facts.runs.iter().filter(of_experiment).collect();
    if runs.is_empty() {
        let mut known: Vec<_> = facts
            .runs
            .iter()
            .map(|run| run.planned.experiment.as_str())
            .collect();
        known.sort_unstable();
        known.dedup();
        return Err(format!(
            "no run of the experiment `{experiment}` is planned; hint: the plan has runs of {}",
            if known.is_empty() {
                "no experiment".to_owned()
            } else {
                listed(&known)
            }
        ));
    }
    Ok(runs)
}

fn columns(differing: &[Setting], all_measured: bool, results: &[&ResultColumn]) -> Vec<Column> {
    let mut columns = vec![Column::new("Run", Alignment::Left)];
    columns.extend(
        differing
            .iter()
            .map(|s| Column::new(&s.head(), Alignment::Left)),
    );
    if !all_measured {
        columns.push(Column::new("State", Alignment::Left));
    }
    columns.extend(results.iter().map(|result| result.column.column()));
    columns
}

/// The quantity of each run; none for a run that does not train.
fn quantities(column: &ResultColumn, runs: &[String], facts: &Facts) -> Vec<Option<Arc<Quantity>>> {
    let of_run = |run: &String| facts.catalogue.known(&format!("{run}.{}", column.leaf));
    runs.iter().map(of_run).collect()
}

/// In a word or two, or the column would be too wide for a page: what changed, or why a run failed,
/// stands in the evidence.
fn state(run: &RunFacts) -> String {
    match (&run.state, run.concern()) {
        (State::Missing { .. }, _) => "not measured".to_owned(),
        (_, Some(concern)) => concern.state,
        (_, None) => run.state_text(),
    }
}

/// The device that made the run.
fn device(run: &RunFacts) -> Option<&str> {
    let (_, record) = run.record.as_ref()?;
    Some(&record.environment.device)
}

fn note(runs: &[&RunFacts], common: &[Setting], made_on: &str) -> String {
    let whose = match runs.len() {
        1 => "Settings",
        _ => "The same in all runs",
    };
    let settings = in_words(common) + made_on;
    format!("{whose}: {}.", markdown(&settings))
}
