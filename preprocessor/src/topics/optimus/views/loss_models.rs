//! The parameters of the loss model of every run.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::analysis::training_set::HELD_OUT_DEPTH;
use crate::topics::optimus::quantities::loss_models::BETAS;
use crate::topics::optimus::quantities::loss_runs::LossRun;
use crate::topics::optimus::quantities::prediction::LossCurves;
use crate::views::shown::{
    EvidenceMark, Shown, not_measured, quantity_cell, scaled_estimate_cell, state_told_once,
};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use results::State;
use std::sync::Arc;

/// The digits of a parameter and of the ends of its interval.
pub(super) const DIGITS: usize = 3;
/// What β₀, β₁ and β₂ are multiplied by: β₀ is a loss's change in one step of many thousands.
pub(super) const FACTORS: [f64; 3] = [1e3, 1.0, 1.0];

/// One row for each run with a record, and one for each that is asked for on a card that is not at
/// hand; those that are only missing go to the note.
pub(crate) fn table(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let fits = &facts.of_topic::<LossCurves>().fits;
    let (shown, missing): (Vec<_>, Vec<_>) = { fits.iter().map(|fit| &fit.run) }
        .filter(|run| run.is_expected() || run.configuration().depth != HELD_OUT_DEPTH)
        .partition(|run| run.facts.record.is_some() || !run.is_expected());
    if shown.is_empty() {
        return waiting(missing.len());
    }
    let mut inputs = Vec::new();
    let mut rows = Vec::new();
    for run in shown {
        let quantities = Quantities::of(run, &facts.catalogue)?;
        rows.push(quantities.row(run, mark)?);
        inputs.extend(quantities.0);
    }
    let table = Table::new(columns(), rows).map_err(|error| error.to_string())?;
    let missing: Vec<_> = missing.iter().map(|run| run.facts.id.as_str()).collect();
    Ok(Shown::new(table, inputs).noted(not_measured(&missing)))
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

fn columns() -> Vec<Column> {
    let words = ["Network", "Hardware"].map(|head| Column::new(head, Alignment::Left));
    let betas = ["10³ β₀ (1/(nat·step))", "β₁ (1/nat)", "β₂ (nat)"];
    let numbers = betas.into_iter().chain(["RMSE (nat)", "R²"]);
    let numbers = numbers.map(|head| Column::new(head, Alignment::Decimal));
    words.into_iter().chain(numbers).collect()
}

/// β₀, β₁, β₂, RMSE and R² of a run.
struct Quantities(Vec<Arc<Quantity>>);

impl Quantities {
    fn of(run: &LossRun, catalogue: &Catalogue) -> Result<Self, String> {
        let leaves = BETAS.iter().map(|(beta, _)| *beta).chain(["rmse", "r2"]);
        let quantity = |leaf: &str| {
            let name = format!("loss_model.{}.{leaf}", run.name());
            let found = catalogue.quantity(&name).cloned();
            found.map_err(|error| error.to_string())
        };
        Ok(Quantities(leaves.map(quantity).collect::<Result<_, _>>()?))
    }

    fn row(&self, run: &LossRun, mark: EvidenceMark) -> Result<Row, String> {
        let [betas @ .., rmse, r2] = &self.0[..] else {
            return Err("a loss model has five numbers".to_owned());
        };
        let fitted = betas.first().and_then(|beta| beta.known());
        let mut hardware = run.hardware.to_string();
        if let (Some(_), Some(concern)) = (fitted, run.facts.concern()) {
            hardware = format!("{hardware}; {}", concern.state);
        }
        let words = [run.network_title(), hardware];
        let mut cells: Vec<_> = words.iter().map(|text| Cell::words(text)).collect();
        match fitted {
            Some(_) => {
                for (beta, factor) in betas.iter().zip(FACTORS) {
                    cells.push(scaled_estimate_cell(beta, factor, DIGITS, mark)?);
                }
            }
            None => cells.extend(absent(run, betas, mark)),
        }
        cells.push(quantity_cell(rmse, "nat", 4, mark)?);
        cells.push(quantity_cell(r2, "1", 4, mark)?);
        Ok(Row {
            cells: state_told_once(cells, &run.facts),
            answer: false,
        })
    }
}

/// Why there are no parameters, in the place of the first.
fn absent(run: &LossRun, betas: &[Arc<Quantity>], mark: EvidenceMark) -> Vec<Cell> {
    let concern = run.facts.concern();
    let state = concern.map_or(run.facts.state_text(), |concern| concern.state);
    let text = match run.facts.state {
        State::Partial { .. } => format!("{state}: too few to fit"),
        _ => state,
    };
    let cell = |(index, beta): (usize, &Arc<Quantity>)| {
        let printed = if index == 0 { text.as_str() } else { "–" };
        Cell {
            text: mark(beta, printed),
            printed: printed.to_owned(),
            csv: String::new(),
        }
    };
    betas.iter().enumerate().map(cell).collect()
}
