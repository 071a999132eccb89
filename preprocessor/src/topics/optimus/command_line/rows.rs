//! From the bytes of a log to points.

use super::LogColumns;
use super::json_lines;
use super::progress::Progress;
use crate::data::{Expected, Fault, Hints, NumberReader, Sheet, decoded};
use crate::topics::optimus::analysis::steps::Step;
use std::borrow::Cow;

/// Cells that say that there is no loss, beside empty ones, in lower case.
const NOTHING: [&str; 6] = ["", "-", "null", "none", "na", "n/a"];

const SEPARATOR_HINT: &str = "`--separator` says which";
pub(super) const HINTS: Hints = Hints {
    decimal: "`--decimal ,` or `--decimal .` says which",
    words: "",
};

/// The rows of a log that have a loss, and how many have none.
#[derive(Debug, Default)]
pub(super) struct LogRows {
    pub(super) points: Vec<(Step, f64)>,
    /// The line of each point, from 1.
    pub(super) lines: Vec<u32>,
    pub(super) skipped: u64,
}

impl LogRows {
    /// Reads the columns of a log.
    ///
    /// # Errors
    /// Where the file is no text or lacks a column, or a cell is no number: with the line.
    pub(super) fn read(bytes: &[u8], columns: &LogColumns) -> Result<LogRows, Fault> {
        let text = decoded(bytes)?;
        match text.trim_start().starts_with(['{', '[']) {
            true => json_lines::read(&text, columns),
            false => LogRows::read_csv(text, columns),
        }
    }

    fn read_csv(text: Cow<str>, columns: &LogColumns) -> Result<LogRows, Fault> {
        let expected = Expected {
            separator: columns.separator,
            fits: &|heads| {
                let is_there = |name| column(heads, name).is_ok();
                is_there(&columns.step) && is_there(&columns.loss)
            },
            hint: SEPARATOR_HINT,
        };
        let sheet = Sheet::read(text, &expected)?;
        let at_head = |message| (Some(sheet.head_line), message);
        let step = column(&sheet.heads, &columns.step).map_err(at_head)?;
        let loss = column(&sheet.heads, &columns.loss).map_err(at_head)?;
        let mut rows = LogRows::default();
        let mut numbers = NumberReader::new(columns.decimal, HINTS);
        let mut progress = Progress::new();
        sheet.for_each_row(
            true,
            |record, line| {
                let cell = |index: usize| std::str::from_utf8(&record[index]).unwrap_or_default();
                rows.push(columns, &mut numbers, [cell(step), cell(loss)], line)
            },
            |share| progress.at("reading", share),
        )?;
        let checked = numbers.finish();
        checked.map_err(|(line, message)| (Some(line), message))?;
        Ok(rows)
    }

    /// Adds the row with these cells of the step and of the loss.
    pub(super) fn push(
        &mut self,
        columns: &LogColumns,
        numbers: &mut NumberReader,
        [step, loss]: [&str; 2],
        line: u32,
    ) -> Result<(), Fault> {
        if is_nothing(loss) {
            self.skipped += 1;
            return Ok(());
        }
        let mut number = |cell: &str, column: &str| match numbers.read(cell, line) {
            Ok(number) if number.is_nan() => Err((Some(line), format!("`{column}` is empty"))),
            Ok(number) => Ok(number),
            Err(expected) => {
                let cell = cell.trim();
                Err((Some(line), format!("`{column}` is `{cell}`, {expected}")))
            }
        };
        let point = (
            Step(number(step, &columns.step)?),
            number(loss, &columns.loss)?,
        );
        self.points.push(point);
        self.lines.push(line);
        Ok(())
    }
}

fn is_nothing(loss: &str) -> bool {
    let loss = loss.trim();
    NOTHING
        .iter()
        .any(|nothing| loss.eq_ignore_ascii_case(nothing))
}

/// The place of the column `name`: written so, or else so but for capitals.
pub(super) fn column(heads: &[String], name: &str) -> Result<usize, String> {
    let places = |is: &dyn Fn(&String) -> bool| -> Vec<usize> {
        (0..heads.len())
            .filter(|index| is(&heads[*index]))
            .collect()
    };
    let exact = places(&|head| head == name);
    let found = match exact.is_empty() {
        true => places(&|head| head.to_lowercase() == name.to_lowercase()),
        false => exact,
    };
    match found[..] {
        [only] => Ok(only),
        [] => Err(format!("no column `{name}`; {}", known(heads))),
        _ => Err(format!(
            "column `{name}` stands in the header {} times; expected once; hint: rename the others",
            found.len()
        )),
    }
}

/// The columns that there are, and what may be wrong with them.
fn known(heads: &[String]) -> String {
    let all: Vec<String> = heads.iter().map(|head| format!("`{head}`")).collect();
    let hint = match heads {
        [only]
            if !only
                .chars()
                .all(|c| c.is_alphanumeric() || "_-/.".contains(c)) =>
        {
            "; hint: `--separator` says what parts the cells"
        }
        _ if heads.iter().all(|head| head.parse::<f64>().is_ok()) => {
            "; hint: the first row has the names of the columns"
        }
        _ => "",
    };
    format!("expected one of {}{hint}", all.join(", "))
}
