//! The parameters of the loss model of every run and of every training log.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::{Origin, Quantity};
use crate::topics::optimus::quantities::logs::{Log, Logs};
use crate::topics::optimus::quantities::loss_models::BETAS;
use crate::topics::optimus::quantities::loss_runs::LossRun;
use crate::topics::optimus::quantities::prediction::LossCurves;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown, listed, state_told_once};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The digits of a parameter and of the ends of its interval.
const DIGITS: usize = 3;
/// The columns of β₀, β₁ and β₂. β₀ is a loss's change in one step of many thousands.
pub(crate) const BETA_COLUMNS: [NumberColumn; 3] = [
    NumberColumn::estimate("β₀", "1/(nat·step)", DIGITS).times_ten_to(3),
    NumberColumn::estimate("β₁", "1/nat", DIGITS),
    NumberColumn::estimate("β₂", "nat", DIGITS),
];
const RMSE: NumberColumn = NumberColumn::fixed("RMSE", "nat", 4);
const R2: NumberColumn = NumberColumn::fixed("R²", "1", 4);
/// How a curve is called that is no quoted one.
const MEASURED: &str = "measured";

/// The arguments of [`table`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// Whose models are shown.
    #[serde(default)]
    of: Of,
}

/// Whose models are shown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Of {
    /// Complete runs, and the logs of tables.
    #[default]
    Complete,
    /// Runs that have a record and are not complete.
    Partial,
}

/// One row for each run, and one for each log.
pub(crate) fn table(
    arguments: &Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let fits = &facts.of_topic::<LossCurves>().fits;
    let runs = { fits.iter() }
        .map(|fit| &fit.run)
        .filter(|run| run.facts.record.is_some())
        .filter(|run| run.is_complete() == (arguments.of == Of::Complete));
    let runs: Vec<_> = runs.collect();
    let logs = &facts.of_topic::<Logs>().all;
    let logs = logs.iter().filter(|_| arguments.of == Of::Complete);
    let catalogue = &facts.catalogue;
    let (mut rows, mut inputs) = (Vec::new(), Vec::new());
    for run in runs {
        let quantities = Quantities::of(&format!("loss_model.{}", run.name()), catalogue)?;
        rows.push(quantities.row_of_run(run, mark)?);
        inputs.extend(quantities.0);
    }
    for log in logs {
        let quantities = Quantities::of(&format!("log_model.{}", log.id), catalogue)?;
        let words = [log.network_title(), log.hardware_title()];
        rows.push(quantities.row(words, origin(log), mark)?);
        inputs.extend(quantities.0);
    }
    if rows.is_empty() {
        return waiting(fits.len());
    }
    let table = Table::new(columns(), rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs).noted(units()))
}

/// Where the rows of a log come from.
fn origin(log: &Log) -> Cell {
    match &log.points.origin {
        Origin::Quoted(quotation) => Cell {
            text: format!("[@{}]", quotation.citation),
            printed: quotation.citation.clone(),
            csv: quotation.citation.clone(),
        },
        _ => Cell::words(MEASURED),
    }
}

/// A table of one row that says that there is nothing yet.
fn waiting(missing: usize) -> Result<Shown<Table>, String> {
    let mut cells = vec![Cell::words("not measured")];
    cells.resize(columns().len(), Cell::words("–"));
    let row = Row {
        cells,
        answer: false,
    };
    let table = Table::new(columns(), vec![row]).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, Vec::new()).noted(format!("Planned runs without a record: {missing}.")))
}

/// Short heads: with their units they would break over lines. The caption has these.
fn columns() -> Vec<Column> {
    let words = ["Network", "Hardware", "Curve"].map(|head| Column::new(head, Alignment::Left));
    let numbers = BETA_COLUMNS.into_iter().chain([RMSE, R2]);
    let numbers = numbers.map(|column| column.short_column());
    words.into_iter().chain(numbers).collect()
}

/// The units of the columns, for the caption.
fn units() -> String {
    let units = BETA_COLUMNS.into_iter().chain([RMSE]);
    let units: Vec<_> = { units.map(|column| column.unit_in_words()) }
        .map(|(head, unit)| format!("{head} in {unit}"))
        .collect();
    format!("Units: {}.", listed(&units))
}

/// β₀, β₁, β₂, RMSE and R² of a run or a log.
struct Quantities(Vec<Arc<Quantity>>);

impl Quantities {
    fn of(prefix: &str, catalogue: &Catalogue) -> Result<Self, String> {
        let leaves = BETAS.iter().map(|(beta, _)| *beta).chain(["rmse", "r2"]);
        let quantity = |leaf: &str| {
            let found = catalogue.quantity(&format!("{prefix}.{leaf}")).cloned();
            found.map_err(|error| error.to_string())
        };
        Ok(Quantities(leaves.map(quantity).collect::<Result<_, _>>()?))
    }

    fn row_of_run(&self, run: &LossRun, mark: EvidenceMark) -> Result<Row, String> {
        let state = match run.facts.concern() {
            Some(concern) => concern.state,
            None => MEASURED.to_owned(),
        };
        let words = [run.network_title(), run.hardware.to_string()];
        let row = self.row(words, Cell::words(&state), mark)?;
        Ok(Row {
            cells: state_told_once(row.cells, &run.facts),
            ..row
        })
    }

    fn row(&self, words: [String; 2], origin: Cell, mark: EvidenceMark) -> Result<Row, String> {
        let [betas @ .., rmse, r2] = &self.0[..] else {
            return Err("a loss model has five numbers".to_owned());
        };
        let mut cells: Vec<_> = words.iter().map(|text| Cell::words(text)).collect();
        cells.push(origin);
        for (beta, column) in betas.iter().zip(BETA_COLUMNS) {
            cells.push(column.cell(beta, mark)?);
        }
        cells.push(RMSE.cell(rmse, mark)?);
        cells.push(R2.cell(r2, mark)?);
        Ok(Row {
            cells,
            answer: false,
        })
    }
}
