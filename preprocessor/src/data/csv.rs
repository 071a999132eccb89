//! CSV files, as spreadsheets and programs write them.

use super::content::{Cells, Content, Places};
use super::declaration::Declaration;
use super::number::{Hints, NumberReader};
use super::sheet::{Expected, Sheet};
use super::text::decoded;
use crate::evidence::unit::MultipleOf;
use csv::ByteRecord;
use std::collections::HashSet;

/// What is wrong with a file: the line, where one is known, and a message.
pub(crate) type Fault = (Option<u32>, String);

const HINTS: Hints = Hints {
    decimal: "declare `decimal = \",\"` or `decimal = \".\"`, and write all numbers alike",
    words: "; a column of words has no unit",
};

/// Reads the rows of a CSV file.
pub(super) fn read(bytes: &[u8], declaration: &Declaration) -> Result<Content, Fault> {
    let expected = Expected {
        separator: declaration.separator,
        fits: &|heads| missing(heads, declaration).is_none(),
        hint: "declare `separator = \";\"` or another",
    };
    let sheet = Sheet::read(decoded(bytes)?, &expected)?;
    check_heads(&sheet, declaration)?;
    let heads = &sheet.heads;
    let units: Vec<_> = heads
        .iter()
        .map(|head| declaration.columns.get(head))
        .collect();
    let mut rows = Rows::new(&units, declaration);
    sheet.for_each_row(false, |record, line| rows.push(record, line, heads), |_| ())?;
    rows.finish(sheet.heads)
}

/// The columns of a file while it is read.
struct Rows {
    columns: Vec<Cells>,
    lines: Vec<u32>,
    numbers: NumberReader,
}

impl Rows {
    fn new(units: &[Option<&MultipleOf>], declaration: &Declaration) -> Rows {
        let cells = |unit: &Option<&MultipleOf>| match unit {
            Some(_) => Cells::Numbers(Vec::new()),
            None => Cells::without_unit(),
        };
        Rows {
            columns: units.iter().map(cells).collect(),
            lines: Vec::new(),
            numbers: NumberReader::new(declaration.decimal, HINTS),
        }
    }

    fn push(&mut self, record: &ByteRecord, line: u32, heads: &[String]) -> Result<(), Fault> {
        self.lines.push(line);
        for (index, (cell, cells)) in record.iter().zip(&mut self.columns).enumerate() {
            // A part of a valid text between ASCII separators is one.
            let cell =
                std::str::from_utf8(cell).map_err(|error| (Some(line), error.to_string()))?;
            match cells {
                Cells::Numbers(numbers) => {
                    let number = self.numbers.read(cell, line);
                    numbers.push(number.map_err(|expected| {
                        let head = &heads[index];
                        (
                            Some(line),
                            format!("`{head}` is `{}`, {expected}", cell.trim()),
                        )
                    })?);
                }
                Cells::Counts(_) | Cells::Words(_) => cells.push(cell.trim()),
            }
        }
        Ok(())
    }

    fn finish(self, heads: Vec<String>) -> Result<Content, Fault> {
        let checked = self.numbers.finish();
        checked.map_err(|(line, message)| (Some(line), message))?;
        Ok(Content {
            heads,
            columns: self.columns,
            places: Places::Lines(self.lines),
        })
    }
}

/// Checks that every declared column is there, and none twice.
fn check_heads(sheet: &Sheet, declaration: &Declaration) -> Result<(), Fault> {
    let heads = &sheet.heads;
    let mut seen = HashSet::new();
    if let Some(head) = heads.iter().find(|head| !seen.insert(*head)) {
        return Err((
            Some(sheet.head_line),
            format!("two columns are named `{head}`; hint: rename one of them"),
        ));
    }
    match missing(heads, declaration) {
        Some(message) => Err((Some(sheet.head_line), message)),
        None => Ok(()),
    }
}

/// The first declared column that is not among `heads`, in words.
pub(super) fn missing(heads: &[String], declaration: &Declaration) -> Option<String> {
    let mut declared = declaration.word_columns().chain(declaration.columns.keys());
    let missing = declared.find(|name| !heads.contains(name))?;
    let known: Vec<_> = heads.iter().map(|head| format!("`{head}`")).collect();
    Some(format!(
        "no column is named `{missing}`, expected one of {}",
        known.join(", ")
    ))
}
