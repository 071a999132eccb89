//! The parameters of the loss model by learning-rate stage, beside those of the whole run.

use super::loss_models::BETA_COLUMNS;
use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::quantities::complete_runs::whole;
use crate::topics::optimus::quantities::loss_models::BETAS;
use crate::topics::optimus::quantities::loss_runs::LossRun;
use crate::topics::optimus::quantities::prediction::LossCurves;
use crate::topics::optimus::quantities::stage_models::stage_name;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown, state_told_once, waiting_row, with_state};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use std::sync::Arc;

const RMSE: NumberColumn = NumberColumn::fixed("RMSE", "nat", 4);
const R2: NumberColumn = NumberColumn::fixed("R²", "1", 3);

/// For each complete run a row for each stage and one for the whole run.
pub(crate) fn table(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let fits = &facts.of_topic::<LossCurves>().fits;
    let mut rows = Vec::new();
    let mut inputs = Vec::new();
    for fit in fits.iter().filter(|fit| whole(fit).is_some()) {
        for (index, part) in parts(&fit.run).iter().enumerate() {
            let quantities = quantities(&fit.run, &part.prefix, &facts.catalogue)?;
            let title = title(&fit.run, index == 0);
            let epochs = with_state(part.epochs.clone(), &fit.run.facts);
            let cells = cells([title, Cell::words(&epochs)], &quantities, mark)?;
            rows.push(Row {
                cells: state_told_once(cells, &fit.run.facts),
                answer: false,
            });
            inputs.extend(quantities);
        }
    }
    if rows.is_empty() {
        rows.push(waiting_row(columns().len()));
    }
    let table = Table::new(columns(), rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}

fn columns() -> Vec<Column> {
    let words = ["Run", "Epochs"].map(|head| Column::new(head, Alignment::Left));
    let numbers = BETA_COLUMNS.into_iter().chain([RMSE, R2]);
    let numbers = numbers.map(|column| column.column());
    words.into_iter().chain(numbers).collect()
}

/// A stage, or the whole run.
struct Part {
    epochs: String,
    /// What stands before the names of its parameters, behind that of the run.
    prefix: String,
}

fn parts(run: &LossRun) -> Vec<Part> {
    let last = run.epochs().len() as u64;
    let starts: Vec<u64> = { std::iter::once(0) }
        .chain(run.drops().map(|row| row.epoch))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([last]);
    let stages = std::iter::zip(&starts, ends).enumerate();
    let stage = |(stage, (start, end)): (usize, (&u64, u64))| Part {
        epochs: format!("{} to {end}", start + 1),
        prefix: format!("{}.", stage_name(stage)),
    };
    // A record of an earlier plan may have more stages than have names now.
    let stages = stages.take(run.stages());
    let whole = Part {
        epochs: format!("1 to {last}, one model"),
        prefix: String::new(),
    };
    stages.map(stage).chain([whole]).collect()
}

/// The run's name where its rows begin, and in the file in each of them.
fn title(run: &LossRun, is_first: bool) -> Cell {
    let cell = Cell::words(&run.title());
    match is_first {
        true => cell,
        false => Cell {
            text: String::new(),
            printed: String::new(),
            ..cell
        },
    }
}

/// β₀, β₁, β₂, RMSE and R².
fn quantities(
    run: &LossRun,
    part: &str,
    catalogue: &Catalogue,
) -> Result<Vec<Arc<Quantity>>, String> {
    let leaves = BETAS.iter().map(|(beta, _)| *beta).chain(["rmse", "r2"]);
    let quantity = |leaf: &str| {
        let found = catalogue.quantity(&format!("loss_model.{}.{part}{leaf}", run.name()));
        found.cloned().map_err(|error| error.to_string())
    };
    leaves.map(quantity).collect()
}

fn cells(
    words: [Cell; 2],
    quantities: &[Arc<Quantity>],
    mark: EvidenceMark,
) -> Result<Vec<Cell>, String> {
    let [betas @ .., rmse, r2] = quantities else {
        return Err("a loss model has five numbers".to_owned());
    };
    let mut cells = words.to_vec();
    for (beta, column) in betas.iter().zip(BETA_COLUMNS) {
        cells.push(column.cell(beta, mark)?);
    }
    cells.push(RMSE.cell(rmse, mark)?);
    cells.push(R2.cell(r2, mark)?);
    Ok(cells)
}
