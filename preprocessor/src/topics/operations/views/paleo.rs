//! Predictions of Paleo beside what we timed: of whole passes, and of kinds of layer.

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::topics::names::readable;
use crate::topics::operations::quantities::layer_times::TimedPasses;
use crate::topics::operations::quantities::paleo::{CALIBRATION, GROUPS};
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown, waiting_row};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use std::sync::Arc;

/// One row for each setting and network that is a test: predicted and measured time of a pass.
pub(crate) fn passes(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let columns = [
        ("paleo.time", NumberColumn::fixed("Predicted", "ms", 2)),
        ("back_to_back", NumberColumn::fixed("Measured", "ms", 2)),
        (
            "paleo.ratio",
            NumberColumn::estimate("Predicted / measured", "1", 3),
        ),
    ];
    let mut table = Rows::new(&["Hardware", "Network"], &columns);
    let tests = measured(facts).into_iter();
    for passes in tests.filter(|it| it.network() != CALIBRATION) {
        let name = |leaf: &str| format!("{}.{leaf}", passes.name());
        let mut cells = vec![
            Cell::words(&passes.hardware()),
            Cell::words(readable(passes.network())),
            batch(&passes),
        ];
        for (leaf, column) in columns {
            let quantity = table.quantity(&name(leaf), facts)?;
            cells.push(column.cell(&quantity, mark)?);
        }
        table.push(cells);
    }
    table.shown()
}

/// One row for each setting: predicted over measured time of each kind of layer, over the networks
/// that are a test; and the constants.
pub(crate) fn kinds(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let constants = [
        ("bandwidth", NumberColumn::fixed("Bandwidth", "GB/s", 0)),
        ("speed", NumberColumn::fixed("Speed", "GFLOP/s", 0)),
        ("percent_of_peak", NumberColumn::fixed("PPP", "%", 1)),
    ];
    let means = GROUPS.map(|(leaf, ..)| format!("mean.{leaf}"));
    let groups = std::iter::zip(&means, GROUPS)
        .map(|(leaf, (_, head, _))| (leaf.as_str(), NumberColumn::estimate(head, "1", 2)));
    let columns: Vec<_> = constants.into_iter().chain(groups).collect();
    let mut table = Rows::new(&["Hardware"], &columns);
    let calibrating = measured(facts).into_iter();
    for passes in calibrating.filter(|it| it.network() == CALIBRATION) {
        let name = |leaf: &str| format!("{}.paleo.{leaf}", passes.name());
        let mut cells = vec![Cell::words(&passes.hardware()), batch(&passes)];
        for (leaf, column) in &columns {
            let quantity = table.quantity(&name(leaf), facts)?;
            cells.push(column.cell(&quantity, mark)?);
        }
        table.push(cells);
    }
    table.shown()
}

/// The passes with a record: those on GPUs first, then by hardware and batch.
fn measured(facts: &Facts) -> Vec<TimedPasses<'_>> {
    let all = TimedPasses::all(&facts.runs).filter(|it| it.run.record.is_some());
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|it| (!it.is_on_gpu(), it.device(), it.arithmetic(), it.batch));
    all
}

fn batch(passes: &TimedPasses) -> Cell {
    Cell::number(&passes.batch.to_string(), passes.batch as f64)
}

/// A table that grows row by row.
struct Rows {
    columns: Vec<Column>,
    rows: Vec<Row>,
    inputs: Vec<Arc<Quantity>>,
}

impl Rows {
    fn new(words: &[&str], numbers: &[(&str, NumberColumn)]) -> Rows {
        let words = words.iter().map(|head| Column::new(head, Alignment::Left));
        let batch = Column::new("Batch", Alignment::Decimal);
        let numbers = numbers.iter().map(|(_, column)| column.column());
        Rows {
            columns: words.chain([batch]).chain(numbers).collect(),
            rows: Vec::new(),
            inputs: Vec::new(),
        }
    }

    fn quantity(&mut self, name: &str, facts: &Facts) -> Result<Arc<Quantity>, String> {
        let quantity = facts.catalogue.quantity(name);
        let quantity = quantity.map_err(|error| error.to_string())?.clone();
        self.inputs.push(quantity.clone());
        Ok(quantity)
    }

    fn push(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row {
            cells,
            answer: false,
        });
    }

    fn shown(mut self) -> Result<Shown<Table>, String> {
        if self.rows.is_empty() {
            self.rows.push(waiting_row(self.columns.len()));
        }
        let table = Table::new(self.columns, self.rows).map_err(|error| error.to_string())?;
        Ok(Shown::new(table, self.inputs))
    }
}
