//! The view `pivot`: one value of a table in rows and columns.

use super::measured_rows::{Found, Repeats, find};
use super::numbers;
use super::shown::{EvidenceMark, Shown};
use super::table::{Alignment, Cell, Column, Row, Table};
use crate::catalogue::Facts;
use crate::data::{Content, Table as Measurements};
use crate::escape::{code, markdown};
use crate::evidence::Quantity;
use crate::evidence::unit::convert;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

const MOST_CELLS: usize = 400;
const NOT_MEASURED: &str = "not measured";

/// The arguments of [`table`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// A table of `data.toml`.
    table: String,
    /// The column whose values are shown.
    value: String,
    /// The column that says which row.
    rows: String,
    /// The column that says which column.
    columns: String,
    /// Which rows: `{"machine": "laptop"}`; all without it.
    #[serde(default, rename = "where")]
    place: Map<String, Value>,
    /// The unit of the values; that of the column without it.
    unit: Option<String>,
    /// Decimals; without them three significant digits.
    places: Option<usize>,
    /// Whether 95 % intervals stand behind the values.
    #[serde(default)]
    interval: bool,
}

/// How values are printed.
struct Printing<'a> {
    arguments: &'a Arguments,
    unit: String,
}

/// One row for each value of a column and one column for each of another.
pub(super) fn table(
    arguments: Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let Arguments {
        table,
        value,
        rows: of_rows,
        columns: of_columns,
        place,
        ..
    } = &arguments;
    let rows = match find(facts, table, place.clone())? {
        Found::Rows(rows) => rows,
        Found::Missing(table) => return missing(table, &arguments, mark),
    };
    let value = rows.table.number_column(value)?;
    let (content, declared) = (rows.content, rows.table.unit(value));
    let printing = Printing {
        arguments: &arguments,
        unit: arguments
            .unit
            .clone()
            .unwrap_or_else(|| declared.symbol.clone()),
    };
    let (down, across) = (rows.column(of_rows)?, rows.column(of_columns)?);
    let heads = content.groups(&rows.rows, across);
    let lines = content.groups(&rows.rows, down);
    if lines.len() * heads.len() > MOST_CELLS {
        let cells = lines.len() * heads.len();
        return Err(format!(
            "{cells} cells are more than {MOST_CELLS}; hint: choose some by `where`"
        ));
    }
    let mut columns = vec![Column::new(&content.heads[down], Alignment::Left)];
    columns.extend(
        heads
            .iter()
            .map(|(head, _)| Column::new(&name(head), Alignment::Decimal)),
    );
    let mut inputs = Vec::new();
    let mut table_rows = Vec::new();
    for (line, of_line) in &lines {
        let mut cells = vec![Cell::words(&name(line))];
        for (head, _) in &heads {
            let of_cell = in_column(content, of_line, across, head);
            cells.push(match of_cell.is_empty() {
                true => Cell::words("–"),
                false => {
                    rows.table.check_one(content, &of_cell)?;
                    let quantity = rows.table.pick(content, value, &of_cell)?;
                    let cell = printing.cell(&quantity, mark)?;
                    inputs.push(quantity);
                    cell
                }
            });
        }
        table_rows.push(Row {
            cells,
            answer: false,
        });
    }
    let repeated = inputs
        .iter()
        .any(|quantity| quantity.kind().word() == "derived");
    let note = printing.note(value, &content.heads[across], rows.table, across);
    let note = format!(
        "{note} {}",
        rows.note(Repeats::of(repeated, arguments.interval), &[])
    );
    let table = Table::new(columns, table_rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs).noted(note.trim().to_owned()))
}

/// The rows of a line that have `head` in a column.
fn in_column(content: &Content, of_line: &[u32], column: usize, head: &str) -> Vec<u32> {
    let fits = |row: &u32| content.text(column, *row as usize) == head;
    of_line.iter().copied().filter(fits).collect()
}

/// A value of a column as a head: a number with its thousands parted.
fn name(text: &str) -> String {
    let number = text
        .parse()
        .ok()
        .and_then(|number| numbers::integer(number).ok());
    number.unwrap_or_else(|| text.to_owned())
}

impl Printing<'_> {
    fn cell(&self, quantity: &Arc<Quantity>, mark: EvidenceMark) -> Result<Cell, String> {
        let Some(value) = quantity.known() else {
            return Ok(Cell {
                text: mark(quantity, NOT_MEASURED),
                printed: NOT_MEASURED.to_owned(),
                csv: String::new(),
            });
        };
        let shown = |value: f64| {
            let converted = convert(value, quantity.unit, &self.unit);
            converted
                .map(|it| it.value)
                .map_err(|error| error.to_string())
        };
        let print = |value: f64, count| match self.arguments.places {
            Some(_) => numbers::fixed(value, count),
            None => numbers::significant(value, count),
        };
        let count = self.arguments.places.unwrap_or(3);
        let text = match quantity.interval.filter(|_| self.arguments.interval) {
            Some((low, high)) => {
                let shown = (shown(value)?, shown(low)?, shown(high)?);
                numbers::interval(shown, count, print)
            }
            None => print(shown(value)?, count),
        };
        let text = text.map_err(|error| error.to_string())?;
        Ok(Cell::number(&text, shown(value)?).shown_as(mark(quantity, &text)))
    }

    /// What the cells and the heads are.
    fn note(&self, value: &str, across: &str, table: &Measurements, column: usize) -> String {
        let of_cells = match self.unit.is_empty() {
            true => String::new(),
            false => format!(" in {}", markdown(&self.unit)),
        };
        let head = table.content.as_ref().map(|content| &content.heads[column]);
        let unit = head.and_then(|head| table.declaration.columns.get(head));
        let of_heads = match unit.filter(|unit| !unit.symbol.is_empty()) {
            Some(unit) => format!(" ({})", markdown(&unit.symbol)),
            None => String::new(),
        };
        format!(
            "Cells: {}{of_cells}; columns: {}{of_heads}.",
            code(value),
            code(across)
        )
    }
}

/// The table that says that nothing was measured.
fn missing(
    table: &Measurements,
    arguments: &Arguments,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let value = table.number_column(&arguments.value)?;
    let quantity = table.rows_of_one_work(value, &[]);
    let columns = [&arguments.rows, value].map(|head| Column::new(head, Alignment::Left));
    let cells = vec![
        Cell::words("–"),
        Cell::words(NOT_MEASURED).shown_as(mark(&quantity, NOT_MEASURED)),
    ];
    let row = Row {
        cells,
        answer: false,
    };
    let table = Table::new(columns.into(), vec![row]).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, vec![quantity]))
}
