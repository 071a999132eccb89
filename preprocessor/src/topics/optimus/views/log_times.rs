//! What hardware changes: how many steps training logs take to a loss, and how long.

use super::loss_models::BETA_COLUMNS;
use crate::catalogue::Facts;
use crate::topics::optimus::quantities::logs::{COMPARED_LOSS, Logs};
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of [`table`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in `log_set.RECIPE`.
    recipe: String,
}

/// One row for each log of a recipe, network by network.
pub(crate) fn table(
    arguments: &Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let logs: &Logs = facts.of_topic();
    let mut of_set = logs.of_set(logs.set(&arguments.recipe)?);
    of_set.sort_by_key(|log| log.depth);
    let (mut rows, mut inputs) = (Vec::new(), Vec::new());
    let [steps_head, time_head] =
        ["Steps to loss", "Time to loss"].map(|head| format!("{head} {COMPARED_LOSS}"));
    let columns = [
        BETA_COLUMNS[0],
        NumberColumn::fixed(&steps_head, "step", 0),
        NumberColumn::fixed("Step", "ms", 1),
        NumberColumn::fixed(&time_head, "h", 2),
    ];
    for log in of_set {
        let mut cells = vec![
            Cell::words(&log.network_title()),
            Cell::words(&log.hardware_title()),
        ];
        let leaves = ["beta0", "steps_to_loss", "step_time", "time_to_loss"];
        for (leaf, column) in leaves.into_iter().zip(columns) {
            let quantity = facts
                .catalogue
                .known(&format!("log_model.{}.{leaf}", log.id))
                .ok_or("a log has no names")?;
            cells.push(column.cell(&quantity, mark)?);
            inputs.push(quantity);
        }
        rows.push(Row {
            cells,
            answer: false,
        });
    }
    let words = ["Network", "Hardware"].map(|head| Column::new(head, Alignment::Left));
    let numbers = columns.map(|column| column.column());
    let columns = words.into_iter().chain(numbers).collect();
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}
