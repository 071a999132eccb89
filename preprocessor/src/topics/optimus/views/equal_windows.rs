//! Runs side by side over the first epochs that all of them have.

use super::loss_models::BETA_COLUMNS;
use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::quantities::compared_runs::Comparison;
use crate::topics::optimus::quantities::loss_models::BETAS;
use crate::topics::optimus::quantities::loss_runs::LossRun;
use crate::topics::optimus::quantities::prediction::LossCurves;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown, listed, state_told_once, waiting_row, with_state};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

const LOSS: NumberColumn = NumberColumn::fixed("Training loss", "nat", 3);
const ACCURACY: NumberColumn = NumberColumn::fixed("Best test accuracy", "%", 1);

/// What the runs have in common: one of the two, as the names of quantities have it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// Compares the networks on this hardware.
    hardware: Option<String>,
    /// Compares the kinds of hardware of this network; one of the two is given.
    network: Option<String>,
}

/// One row for each run that is compared; those with too few epochs go to the note.
pub(crate) fn table(
    arguments: &Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let (kind, name, head) = match (&arguments.hardware, &arguments.network) {
        (Some(hardware), None) => ("on", hardware, "Network"),
        (None, Some(network)) => ("of", network, "Hardware"),
        _ => return Err("expected one of `hardware` and `network`".to_owned()),
    };
    let fits = &facts.of_topic::<LossCurves>().fits;
    let comparison = Comparison::find(kind, name, fits)?;
    let columns = columns(head, comparison.is_fitted());
    let mut inputs = Vec::new();
    let mut rows = Vec::new();
    for run in comparison.runs.iter().map(|fit| &fit.run) {
        let quantities = quantities(&comparison, run, &facts.catalogue)?;
        let title = match kind {
            "on" => run.network_title(),
            _ => run.hardware.to_string(),
        };
        let title = with_state(title, &run.facts);
        rows.push(row(&title, run, &quantities, mark)?);
        inputs.extend(quantities);
    }
    if rows.is_empty() {
        rows.push(waiting_row(columns.len()));
    }
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs).noted(left_out(&comparison)))
}

/// The heads, those of the parameters only where there is a model.
fn columns(head: &str, is_fitted: bool) -> Vec<Column> {
    let betas = BETA_COLUMNS.into_iter().filter(|_| is_fitted);
    let numbers = [LOSS].into_iter().chain(betas).chain([ACCURACY]);
    let seed = Column::new("Seed", Alignment::Decimal);
    [Column::new(head, Alignment::Left), seed]
        .into_iter()
        .chain(numbers.map(|column| column.column()))
        .collect()
}

/// Loss, β₀, β₁, β₂ where there is a model, and best test accuracy.
fn quantities(
    comparison: &Comparison,
    run: &LossRun,
    catalogue: &Catalogue,
) -> Result<Vec<Arc<Quantity>>, String> {
    let betas = BETAS.iter().map(|(beta, _)| *beta);
    let betas = betas.filter(|_| comparison.is_fitted());
    let leaves = ["loss"].into_iter().chain(betas);
    let quantity = |leaf: &str| {
        let name = format!("{}.{leaf}", comparison.prefix_of(run));
        let found = catalogue.quantity(&name).cloned();
        found.map_err(|error| error.to_string())
    };
    let leaves = leaves.chain(["best_test_accuracy"]);
    leaves.map(quantity).collect()
}

fn row(
    title: &str,
    run: &LossRun,
    quantities: &[Arc<Quantity>],
    mark: EvidenceMark,
) -> Result<Row, String> {
    let [loss, betas @ .., accuracy] = quantities else {
        return Err("a compared run has a loss and an accuracy".to_owned());
    };
    let seed = Cell::words(&run.configuration.seed.to_string());
    let mut cells = vec![Cell::words(title), seed, LOSS.cell(loss, mark)?];
    for (beta, column) in betas.iter().zip(BETA_COLUMNS) {
        cells.push(column.cell(beta, mark)?);
    }
    cells.push(ACCURACY.cell(accuracy, mark)?);
    Ok(Row {
        cells: state_told_once(cells, &run.facts),
        answer: false,
    })
}

fn left_out(comparison: &Comparison) -> String {
    let runs = comparison.left_out.iter().map(|fit| &fit.run.facts);
    let names: Vec<_> = runs.map(|run| format!("`{}`", run.id)).collect();
    match names.is_empty() || comparison.runs.is_empty() {
        true => String::new(),
        false => format!("With too few epochs to be compared: {}.", listed(&names)),
    }
}
