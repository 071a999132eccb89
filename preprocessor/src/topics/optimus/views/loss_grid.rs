//! How far the runs for loss curves are, network by hardware.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::quantities::loss_grid::{NETWORKS, Place};
use crate::topics::optimus::quantities::loss_runs::{LossFit, LossRun};
use crate::topics::optimus::quantities::prediction::LossCurves;
use crate::views::numbers;
use crate::views::shown::{EvidenceMark, Shown};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use results::{State, known_network};
use std::sync::Arc;

/// The digits of β₀.
const DIGITS: usize = 3;
/// What β₀ is multiplied by.
const FACTOR: f64 = 1e3;
/// Where no run is planned.
const NONE: &str = "–";

/// A row for each network that is asked for, a column for each card that is, and one for whatever
/// else its runs were or can be made on: the state of the run and its β₀.
pub(crate) fn table(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let fits = &facts.of_topic::<LossCurves>().fits;
    let places = Place::all(fits);
    let mut inputs = Vec::new();
    let mut rows = Vec::new();
    for network in NETWORKS {
        let depth = known_network(network)
            .map_err(|error| error.to_string())?
            .depth;
        let mut cells = vec![Cell::words(&depth.to_string())];
        for place in &places {
            let mut told = Vec::new();
            for LossFit { run, .. } in place.runs(network, fits) {
                let beta = beta0(run, &facts.catalogue)?;
                told.push(cell(run, &beta, mark)?);
                inputs.push(beta);
            }
            cells.push(joined(told));
        }
        rows.push(Row {
            cells,
            answer: false,
        });
    }
    let heads = places.iter().map(Place::title);
    let heads = std::iter::once("Depth".to_owned()).chain(heads);
    let columns = heads.map(|head| Column::new(&head, Alignment::Left));
    let table = Table::new(columns.collect(), rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}

fn beta0(run: &LossRun, catalogue: &Catalogue) -> Result<Arc<Quantity>, String> {
    let name = format!("loss_model.{}.beta0", run.name());
    let found = catalogue.quantity(&name).cloned();
    found.map_err(|error| error.to_string())
}

/// The run's state, with β₀ behind it where there is one.
fn cell(run: &LossRun, beta: &Quantity, mark: EvidenceMark) -> Result<Cell, String> {
    let concern = run.facts.concern();
    let state = match (&run.facts.state, &concern) {
        (State::NoSuchCard, _) => "no such card",
        (_, Some(concern)) => &concern.state,
        (_, None) => "complete",
    };
    let Some(value) = beta.known() else {
        return Ok(Cell::words(state).shown_as(mark(beta, state)));
    };
    let value = numbers::significant(FACTOR * value, DIGITS)
        .map_err(|error| format!("`{}`: {error}", beta.name))?;
    let printed = format!("{state}: {value}");
    let marked = mark(beta, &printed);
    // The state stands before the number.
    let flag = concern.map(|concern| concern.flag()).unwrap_or_default();
    let text = marked.strip_suffix(&flag).unwrap_or(&marked).to_owned();
    Ok(Cell::words(&printed).shown_as(text))
}

/// One cell of those of several runs.
fn joined(cells: Vec<Cell>) -> Cell {
    let join = |part: fn(&Cell) -> &String| {
        let parts: Vec<_> = cells.iter().map(|cell| part(cell).as_str()).collect();
        match parts.is_empty() {
            true => NONE.to_owned(),
            false => parts.join("; "),
        }
    };
    Cell {
        text: join(|cell| &cell.text),
        printed: join(|cell| &cell.printed),
        csv: join(|cell| &cell.csv),
    }
}

#[cfg(test)]
#[path = "loss_grid_tests.rs"]
mod tests;
