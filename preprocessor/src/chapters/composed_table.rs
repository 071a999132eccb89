//! Tables that a template lays out itself, with quantities in their cells.

use super::absent::in_plain_words;
use super::format::{Format, Precision, Printing, check_count};
use super::ledger::Ledger;
use super::sentinel::quantity_name;
use crate::evidence::Quantity;
use crate::evidence::unit::{stated_unit, titled};
use crate::views::table::{Alignment, Cell, Column, Row, Table, TableError};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The arguments of a table that a template composes itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Composed {
    columns: Vec<ColumnSpec>,
    rows: Vec<Vec<serde_json::Value>>,
    #[serde(default)]
    answer: AnswerRows,
}

/// The rows that answer the question.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnswerRows {
    /// Their places.
    At(Vec<usize>),
    /// For each row a flag of the catalogue that says whether it does.
    Where(Vec<bool>),
}

impl Default for AnswerRows {
    fn default() -> Self {
        AnswerRows::At(Vec::new())
    }
}

impl AnswerRows {
    /// Whether each of so many rows answers.
    fn of(&self, rows: usize) -> Result<Vec<bool>, String> {
        match self {
            AnswerRows::At(places) => match places.iter().find(|place| **place >= rows) {
                Some(place) => Err(format!(
                    "`answer` names the row {place}, expected places below {rows}"
                )),
                None => Ok((0..rows).map(|row| places.contains(&row)).collect()),
            },
            AnswerRows::Where(flags) if flags.len() == rows => Ok(flags.clone()),
            AnswerRows::Where(flags) => Err(format!(
                "`answer` has {} flags for {rows} rows, expected one for each row or the places of those \
                 that answer",
                flags.len()
            )),
        }
    }
}

/// A column's head, and how its quantities are printed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnSpec {
    /// The head, in Markdown.
    head: String,
    /// The unit of `places`; the quantities' own without it.
    unit: Option<String>,
    /// Decimals.
    places: Option<f64>,
    /// Significant digits, without a unit.
    digits: Option<f64>,
    /// Decimals of a share in percent.
    percent: Option<f64>,
    /// Significant digits, with a prefix and the unit.
    si: Option<f64>,
    /// Whether they are whole numbers.
    #[serde(default)]
    integer: bool,
    /// Whether 95 % intervals stand behind the values.
    #[serde(default)]
    interval: bool,
}

/// What made a table, and of what.
type Origin = (String, Vec<Arc<Quantity>>);

/// The table that the template lays out, with the quantities in its cells.
pub(super) fn compose(
    ledger: &Ledger,
    chapter: &str,
    composed: Composed,
) -> Result<(Table, Origin), String> {
    let Composed {
        columns,
        rows: of_cells,
        answer,
    } = composed;
    let mut columns: Vec<_> = { columns.iter() }
        .map(ComposedColumn::of)
        .collect::<Result<_, _>>()?;
    let answers = answer.of(of_cells.len())?;
    let mut rows = Vec::new();
    for ((index, cells), answer) in of_cells.iter().enumerate().zip(answers) {
        if cells.len() != columns.len() {
            let (row, cells, columns) = (index, cells.len(), columns.len());
            return Err(TableError::Ragged {
                row,
                cells,
                columns,
            }
            .to_string());
        }
        let cells = { cells.iter().zip(&mut columns) }
            .map(|(cell, column)| column.cell(ledger, chapter, cell))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("`rows[{index}]`: {error}"))?;
        rows.push(Row { cells, answer });
    }
    let heads = columns
        .iter()
        .map(ComposedColumn::head)
        .collect::<Result<_, _>>()?;
    let table = Table::new(heads, rows).map_err(|error| error.to_string())?;
    let inputs = columns.into_iter().flat_map(|column| column.shown);
    Ok((
        table,
        ("composed in the chapter".to_owned(), inputs.collect()),
    ))
}

/// A column while its cells are composed.
struct ComposedColumn<'a> {
    spec: &'a ColumnSpec,
    /// How quantities are printed; `None` for a column of words.
    printing: Option<Printing>,
    /// The quantities in it.
    shown: Vec<Arc<Quantity>>,
}

impl<'a> ComposedColumn<'a> {
    fn of(spec: &'a ColumnSpec) -> Result<Self, String> {
        Ok(ComposedColumn {
            spec,
            printing: spec.printing()?,
            shown: Vec::new(),
        })
    }

    /// The head with the unit that the cells are printed in.
    fn head(&self) -> Result<Column, String> {
        let ColumnSpec { head, unit, .. } = self.spec;
        let units: Vec<_> = self.shown.iter().map(|quantity| quantity.unit).collect();
        if let Some((before, typed)) = stated_unit(head, &units) {
            let asked = match (typed, &self.printing) {
                ("%", _) => "`\"percent\": 1`".to_owned(),
                (_, None) => "the unit in each cell, or names of quantities".to_owned(),
                (_, Some(_)) => format!("`\"unit\": \"{typed}\"`"),
            };
            return Err(format!(
                "the head `{head}` types the unit `{typed}`, which the column is to make of its own; \
                 hint: `\"head\": \"{before}\"` with {asked}"
            ));
        }
        let unit = match self.spec.percent {
            Some(_) => "%",
            None => unit.as_deref().unwrap_or_default(),
        };
        let alignment = match self.printing {
            Some(_) => Alignment::Decimal,
            None => Alignment::Left,
        };
        Ok(Column::new(&titled(head, unit), alignment))
    }

    fn cell(
        &mut self,
        ledger: &Ledger,
        chapter: &str,
        cell: &serde_json::Value,
    ) -> Result<Cell, String> {
        let name = cell.as_str().and_then(quantity_name);
        match (cell, name, &self.printing) {
            (_, Some(name), Some(printing)) => {
                let quantity = ledger.use_quantity(chapter, name)?;
                let head = &self.spec.head;
                let fault = |error| format!("column `{head}`: {error}");
                printing.check(&quantity).map_err(fault)?;
                let cell = ledger.quantity_cell(&quantity, printing);
                self.shown.push(quantity);
                cell
            }
            (_, Some(name), None) => Err(format!(
                "the quantity `{name}` stands in a column without a format; hint: give the column \
                 `places`, `digits`, `percent`, `si` or `integer`"
            )),
            (serde_json::Value::String(text), None, _) => Ok(markdown_cell(text)),
            (serde_json::Value::Number(number), ..) if number.is_i64() => {
                Ok(Cell::words(&number.to_string()))
            }
            (serde_json::Value::Number(number), ..) => Err(format!(
                "{number} is a bare number; hint: name a quantity, so that the reader learns where it \
                 comes from"
            )),
            (other, ..) => Err(format!(
                "found `{other}`, expected a text or a quantity; hint: a missing value is never empty"
            )),
        }
    }
}

/// Text that the template has already written as Markdown, perhaps with evidence marks.
fn markdown_cell(text: &str) -> Cell {
    let plain = plain_text(&in_plain_words(text));
    Cell {
        text: text.replace('\n', " "),
        printed: plain.clone(),
        csv: plain,
    }
}

/// The text without tags and link targets, as the reader sees it.
fn plain_text(text: &str) -> String {
    use pulldown_cmark::{Event, Parser};
    if is_plain(text) {
        return text.to_owned();
    }
    Parser::new(text)
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.into_string()),
            _ => None,
        })
        .collect()
}

/// Whether a parser of Markdown would surely find nothing but text: most cells are a few words, and
/// a parser makes room for a whole document.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || !c.is_ascii() || " ,.-/()%:;".contains(c);
    text.starts_with(char::is_alphabetic) && !text.ends_with(' ') && text.chars().all(plain)
}

impl ColumnSpec {
    /// How the column's quantities are printed; `None` for a column of words.
    fn printing(&self) -> Result<Option<Printing>, String> {
        let count = |key: &str, given: Option<f64>| {
            let checked = given.map(|count| check_count(key, count)).transpose();
            checked.map_err(|error| format!("the column `{}`: {error}", self.head))
        };
        let unit = self.unit.clone();
        let in_unit = |precision, unit| Format::Column { precision, unit };
        let formats: Vec<Format> = [
            count("places", self.places)?
                .map(|places| in_unit(Precision::Places(places), unit.clone())),
            count("digits", self.digits)?
                .map(|digits| in_unit(Precision::Digits(digits), unit.clone())),
            count("percent", self.percent)?
                .map(|places| in_unit(Precision::Places(places), Some("%".into()))),
            count("digits", self.si)?.map(|digits| Format::Si { digits }),
            self.integer.then_some(Format::Integer),
        ]
        .into_iter()
        .flatten()
        .collect();
        let takes_unit = self.places.is_some() || self.digits.is_some();
        match <[Format; 1]>::try_from(formats) {
            Ok([format]) if unit.is_none() || takes_unit => Ok(Some(Printing {
                format,
                interval: self.interval,
            })),
            Err(none) if none.is_empty() && unit.is_none() => Ok(None),
            _ => Err(format!(
                "the column `{}` needs exactly one of `places`, `digits`, `percent`, `si`, \
                 `integer`; hint: `unit` goes with `places` and `digits`",
                self.head
            )),
        }
    }
}

impl Ledger {
    /// A cell with a quantity in the column's format, its mark, and its value for the CSV.
    fn quantity_cell(&self, quantity: &Quantity, printing: &Printing) -> Result<Cell, String> {
        let Some(value) = quantity.known() else {
            let mark = self.evidence_mark(quantity, "not measured");
            return Ok(Cell {
                text: mark,
                printed: "not measured".into(),
                csv: String::new(),
            });
        };
        let printed = printing.print(quantity, value)?;
        let in_column = printing.format.column_value(quantity.unit, value)?;
        let marked = self.evidence_mark(quantity, &printed);
        Ok(Cell::number(&printed, in_column).shown_as(marked))
    }
}
