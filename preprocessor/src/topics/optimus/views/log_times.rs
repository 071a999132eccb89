//! What hardware changes: how many steps training logs take to a loss, and how long.

use super::loss_models::{DIGITS, FACTORS};
use crate::catalogue::Facts;
use crate::topics::optimus::quantities::logs::{COMPARED_LOSS, Logs};
use crate::views::shown::{EvidenceMark, Shown, quantity_cell, scaled_estimate_cell};
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
    for log in of_set {
        let [beta0, steps, step_time, time] =
            ["beta0", "steps_to_loss", "step_time", "time_to_loss"]
                .map(|leaf| {
                    facts
                        .catalogue
                        .known(&format!("log_model.{}.{leaf}", log.id))
                })
                .map(|found| found.ok_or("a log has no names"));
        let [beta0, steps, step_time, time] = [beta0?, steps?, step_time?, time?];
        let cells = vec![
            Cell::words(&log.network_title()),
            Cell::words(&log.hardware_title()),
            scaled_estimate_cell(&beta0, FACTORS[0], DIGITS, mark)?,
            quantity_cell(&steps, "step", 0, mark)?,
            quantity_cell(&step_time, "ms", 1, mark)?,
            quantity_cell(&time, "h", 2, mark)?,
        ];
        inputs.extend([beta0, steps, step_time, time]);
        rows.push(Row {
            cells,
            answer: false,
        });
    }
    let words = ["Network", "Hardware"].map(|head| Column::new(head, Alignment::Left));
    let [steps, time] =
        ["Steps to loss", "Hours to loss"].map(|head| format!("{head} {COMPARED_LOSS}"));
    let numbers = ["10³ β₀ (1/(nat·step))", &steps, "Step (ms)", &time];
    let numbers = numbers.map(|head| Column::new(head, Alignment::Decimal));
    let columns = words.into_iter().chain(numbers).collect();
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}
