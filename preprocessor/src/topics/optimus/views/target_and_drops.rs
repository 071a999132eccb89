//! When complete runs reach the target accuracy, and how long after a drop of the learning rate.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::quantities::complete_runs::whole;
use crate::topics::optimus::quantities::loss_runs::LossRun;
use crate::topics::optimus::quantities::prediction::LossCurves;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown, state_told_once, waiting_row, with_state};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use std::sync::Arc;

/// Columns and names of the quantities.
const COLUMNS: [(NumberColumn, &str); 4] = [
    (
        NumberColumn::fixed("Epochs to the target", "epoch", 0),
        "epochs_to_92",
    ),
    (
        NumberColumn::fixed("Epochs since the drop before it", "epoch", 0),
        "epochs_to_92_since_drop",
    ),
    (
        NumberColumn::fixed("Best test accuracy before that drop", "%", 1),
        "best_test_accuracy_before_drop",
    ),
    (
        NumberColumn::fixed("Best of the run", "%", 1),
        "best_test_accuracy",
    ),
];

/// One row for each complete run.
pub(crate) fn table(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let fits = &facts.of_topic::<LossCurves>().fits;
    let mut inputs = Vec::new();
    let mut rows = Vec::new();
    for fit in fits.iter().filter(|fit| whole(fit).is_some()) {
        let quantities = quantities(&fit.run, &facts.catalogue)?;
        rows.push(row(&fit.run, &quantities, mark)?);
        inputs.extend(quantities);
    }
    if rows.is_empty() {
        rows.push(waiting_row(COLUMNS.len() + 1));
    }
    let numbers = COLUMNS.map(|(column, _)| column.column());
    let columns = [Column::new("Run", Alignment::Left)].into_iter();
    let table = Table::new(columns.chain(numbers).collect(), rows);
    Ok(Shown::new(
        table.map_err(|error| error.to_string())?,
        inputs,
    ))
}

fn quantities(run: &LossRun, catalogue: &Catalogue) -> Result<Vec<Arc<Quantity>>, String> {
    let quantity = |(_, leaf): (NumberColumn, &str)| {
        let found = catalogue.quantity(&format!("loss_model.{}.{leaf}", run.name()));
        found.cloned().map_err(|error| error.to_string())
    };
    COLUMNS.into_iter().map(quantity).collect()
}

fn row(run: &LossRun, quantities: &[Arc<Quantity>], mark: EvidenceMark) -> Result<Row, String> {
    let title = with_state(run.title(), &run.facts);
    let mut cells = vec![Cell::words(&title)];
    for (quantity, (column, _)) in quantities.iter().zip(COLUMNS) {
        cells.push(column.cell(quantity, mark)?);
    }
    Ok(Row {
        cells: state_told_once(cells, &run.facts),
        answer: false,
    })
}
