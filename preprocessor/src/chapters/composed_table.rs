//! Tables that a template lays out itself, with quantities in their cells.

use super::absent::in_plain_words;
use super::format::{Format, Printing};
use super::ledger::Ledger;
use super::sentinel::quantity_name;
use crate::evidence::Quantity;
use crate::views::table::{Alignment, Cell, Column, Row, Table};
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
    places: Option<usize>,
    /// Significant digits, without a unit.
    digits: Option<usize>,
    /// Decimals of a share in percent.
    percent: Option<usize>,
    /// Significant digits, with a prefix and the unit.
    si: Option<usize>,
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
    let printings: Vec<_> = composed
        .columns
        .iter()
        .map(ColumnSpec::printing)
        .collect::<Result<_, _>>()?;
    let answers = composed.answer.of(composed.rows.len())?;
    let mut inputs = Vec::new();
    let mut rows = Vec::new();
    for ((index, cells), answer) in composed.rows.iter().enumerate().zip(answers) {
        let cells = cells
            .iter()
            .zip(printings.iter().chain(std::iter::repeat(&None)))
            .map(|(cell, printing)| {
                compose_cell(ledger, chapter, cell, printing.as_ref(), &mut inputs)
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("`rows[{index}]`: {error}"))?;
        rows.push(Row { cells, answer });
    }
    let columns = composed
        .columns
        .iter()
        .zip(&printings)
        .map(|(column, printing)| {
            let alignment = match printing {
                Some(_) => Alignment::Decimal,
                None => Alignment::Left,
            };
            Column::new(&column.head, alignment)
        })
        .collect();
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok((table, ("composed in the chapter".to_owned(), inputs)))
}

fn compose_cell(
    ledger: &Ledger,
    chapter: &str,
    cell: &serde_json::Value,
    printing: Option<&Printing>,
    inputs: &mut Vec<Arc<Quantity>>,
) -> Result<Cell, String> {
    match (cell, printing) {
        (serde_json::Value::String(text), printing) => match (quantity_name(text), printing) {
            (Some(name), Some(printing)) => {
                let quantity = ledger.use_quantity(chapter, name)?;
                inputs.push(quantity.clone());
                ledger.quantity_cell(&quantity, printing)
            }
            (Some(name), None) => Err(format!(
                "the quantity `{name}` stands in a column without a format; hint: give the column \
                 `places`, `digits`, `percent`, `si` or `integer`"
            )),
            (None, _) => Ok(markdown_cell(text)),
        },
        (serde_json::Value::Number(number), _) if number.is_i64() => {
            Ok(Cell::words(&number.to_string()))
        }
        (serde_json::Value::Number(number), _) => Err(format!(
            "{number} is a bare number; hint: name a quantity, so that the reader learns where it \
             comes from"
        )),
        (other, _) => Err(format!(
            "found `{other}`, expected a text or a quantity; hint: a missing value is never empty"
        )),
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
        let unit = self.unit.clone();
        let formats: Vec<Format> = [
            self.places.map(|places| Format::Column {
                places,
                unit: unit.clone(),
            }),
            self.digits.map(|digits| Format::Significant { digits }),
            self.percent.map(|places| Format::Column {
                places,
                unit: Some("%".into()),
            }),
            self.si.map(|digits| Format::Si { digits }),
            self.integer.then_some(Format::Integer),
        ]
        .into_iter()
        .flatten()
        .collect();
        match <[Format; 1]>::try_from(formats) {
            Ok([format]) => Ok(Some(Printing {
                format,
                interval: self.interval,
            })),
            Err(none) if none.is_empty() && unit.is_none() => Ok(None),
            Err(_) => Err(format!(
                "the column `{}` needs exactly one of `places`, `digits`, `percent`, `si`, \
                 `integer`; hint: `unit` goes with `places`",
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
