//! CSV files, as spreadsheets and programs write them.

use super::content::{Cells, Content, Places};
use super::declaration::Declaration;
use super::number::NumberReader;
use crate::evidence::unit::MultipleOf;
use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use std::collections::HashSet;

/// What is wrong with a file: the line, where one is known, and a message.
pub(super) type Fault = (Option<u32>, String);

/// The separators that are found out, in the order in which they are tried.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads the rows of a CSV file.
pub(super) fn read(bytes: &[u8], declaration: &Declaration) -> Result<Content, Fault> {
    let text = decoded(bytes)?;
    check_quotes(text)?;
    let separator = separator(text, declaration)?;
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let heads = heads(reader.byte_headers().map_err(fault)?);
    check_heads(&heads, declaration)?;
    let units: Vec<_> = heads
        .iter()
        .map(|head| declaration.columns.get(head))
        .collect();
    let mut rows = Rows::new(&units, declaration);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(fault)? {
        let line = record
            .position()
            .map_or(0, |position| first_line(text, position));
        rows.push(&record, line, &heads)?;
    }
    rows.finish(heads)
}

/// The line at which the cells of a record begin: its position may still be at the end of the line
/// before.
fn first_line(text: &str, position: &csv::Position) -> u32 {
    let rest = text
        .as_bytes()
        .get(position.byte() as usize..)
        .unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    (position.line() as usize + ends.filter(|byte| **byte == b'\n').count()) as u32
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
            numbers: NumberReader::new(declaration.decimal),
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

/// The text without the mark that spreadsheets put before it.
fn decoded(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err((None, "it is UTF-16; hint: save it as UTF-8".to_owned()));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let message = "it is not UTF-8; hint: save it as UTF-8".to_owned();
        (u32::try_from(line).ok(), message)
    })
}

/// Checks that every quotation mark has its partner: else the rest of the file would be one cell.
fn check_quotes(text: &str) -> Result<(), Fault> {
    let marks = text.bytes().filter(|byte| *byte == b'"').count();
    if marks.is_multiple_of(2) {
        return Ok(());
    }
    let last = text.rfind('"').unwrap_or_default();
    let line = 1 + text[..last].bytes().filter(|byte| *byte == b'\n').count();
    Err((
        u32::try_from(line).ok(),
        "a quotation mark is not closed; hint: one inside a cell is written twice, and the cell \
         stands in quotation marks"
            .to_owned(),
    ))
}

/// What parts the cells: declared, or the one with which the first row has all declared columns.
fn separator(text: &str, declaration: &Declaration) -> Result<u8, Fault> {
    if let Some(separator) = declaration.separator {
        return Ok(separator);
    }
    let heads_by = |separator: u8| {
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .from_reader(text.as_bytes());
        reader.byte_headers().map(heads).unwrap_or_default()
    };
    let parted: Vec<_> = SEPARATORS
        .into_iter()
        .map(|separator| (separator, heads_by(separator)))
        .filter(|(_, heads)| heads.len() > 1)
        .collect();
    let fitting = parted
        .iter()
        .filter(|(_, heads)| missing(heads, declaration).is_none());
    match (&parted[..], &fitting.map(|(it, _)| *it).collect::<Vec<_>>()[..]) {
        ([], _) => Ok(b','),
        (_, [only]) => Ok(*only),
        ([(only, _)], []) => Ok(*only),
        (several, []) => {
            // The error is then about a column, and lists those of the likeliest reading.
            let most = several.iter().max_by_key(|(_, heads)| heads.len());
            Ok(most.map_or(b',', |(separator, _)| *separator))
        }
        _ => Err((
            Some(1),
            "the cells may be parted by several signs; hint: declare `separator = \";\"` or another"
                .to_owned(),
        )),
    }
}

fn heads(record: &ByteRecord) -> Vec<String> {
    let heads = record.iter().map(|head| String::from_utf8_lossy(head));
    heads.map(|head| head.trim().to_owned()).collect()
}

/// Checks that every declared column is there, and none twice.
fn check_heads(heads: &[String], declaration: &Declaration) -> Result<(), Fault> {
    if heads.is_empty() {
        return Err((
            None,
            "it is empty; expected a row of column names".to_owned(),
        ));
    }
    let mut seen = HashSet::new();
    if let Some(head) = heads.iter().find(|head| !seen.insert(*head)) {
        return Err((
            Some(1),
            format!("two columns are named `{head}`; hint: rename one of them"),
        ));
    }
    match missing(heads, declaration) {
        Some(message) => Err((Some(1), message)),
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

fn fault(error: csv::Error) -> Fault {
    let line = error.position().map(|position| position.line() as u32);
    match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => (
            line,
            format!(
                "the row has {len} cells, expected {expected_len}; hint: a cell with a separator in \
                 it stands in quotation marks"
            ),
        ),
        _ => (line, error.to_string()),
    }
}
