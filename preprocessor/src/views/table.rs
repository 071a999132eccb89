//! Tables as Markdown for the page and as CSV to download.

use std::iter::repeat_n;

use thiserror::Error;

use crate::escape::markdown;
use writing::csv::{write_number, write_record};

/// As wide as a digit where digits are tabular.
const FIGURE_SPACE: char = '\u{2007}';
/// As wide as a full stop.
const PUNCTUATION_SPACE: char = '\u{2008}';
/// Keeps renderers from trimming the padding before it; has no width.
const WORD_JOINER: char = '\u{2060}';

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// Words, from the left.
    Left,
    /// Short marks, in the middle.
    Centre,
    /// Numbers, from the right with their decimal points in one line.
    Decimal,
}

/// A column's head and alignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The head as Markdown, with the unit: `Time (ms)`.
    pub head: String,
    /// The head in the CSV file.
    pub csv_head: String,
    /// Where the cells' text stands.
    pub alignment: Alignment,
}

impl Column {
    /// A column whose head is the same text in the page and in the CSV file.
    pub fn new(head: &str, alignment: Alignment) -> Column {
        Column {
            head: markdown(head),
            csv_head: head.to_owned(),
            alignment,
        }
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Markdown, ready to stand between two bars.
    pub text: String,
    /// The characters that the reader sees of it, without links and tags; numbers align on these.
    pub printed: String,
    /// The value in the CSV file, unrounded.
    pub csv: String,
}

impl Cell {
    /// Words, which are escaped for Markdown and stand as they are in the CSV file.
    pub fn words(text: &str) -> Cell {
        Cell {
            text: markdown(text),
            printed: text.to_owned(),
            csv: text.to_owned(),
        }
    }

    /// A printed number, for instance from [`numbers::fixed`](super::numbers::fixed), and its value.
    pub fn number(printed: &str, value: f64) -> Cell {
        let mut csv = String::new();
        write_number(&mut csv, value);
        Cell {
            text: printed.to_owned(),
            printed: printed.to_owned(),
            csv,
        }
    }

    /// The same cell with its text replaced by `markdown`: a link around the number, say.
    #[must_use]
    pub fn shown_as(self, markdown: String) -> Cell {
        Cell {
            text: markdown,
            ..self
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// One cell for each column.
    pub cells: Vec<Cell>,
    /// The row that answers the question; it is set in bold.
    pub answer: bool,
}

/// A table without its caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// The rows of the CSV file, where they are others than those of the page.
    data: Option<Vec<Row>>,
}

/// Why columns and rows make no table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// Nothing to show.
    #[error("table has {columns} columns and {rows} rows, expected at least one of each")]
    Empty {
        /// Number of columns.
        columns: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A row with too few or too many cells.
    #[error("`rows[{row}]` has {cells} cells, expected {columns}: one for each column")]
    Ragged {
        /// Index of the row, from 0.
        row: usize,
        /// Its number of cells.
        cells: usize,
        /// Number of columns.
        columns: usize,
    },
}

impl Table {
    /// A table of at least one row in which every row has a cell for each column.
    ///
    /// # Errors
    /// [`TableError`] otherwise.
    pub fn new(columns: Vec<Column>, rows: Vec<Row>) -> Result<Table, TableError> {
        check(&columns, &rows)?;
        let data = None;
        Ok(Table {
            columns,
            rows,
            data,
        })
    }

    /// The same table in the page, and `rows` in the CSV file: those that the page folds together.
    ///
    /// # Errors
    /// [`TableError`], as of [`Table::new`].
    pub fn with_data(self, rows: Vec<Row>) -> Result<Table, TableError> {
        check(&self.columns, &rows)?;
        Ok(Table {
            data: Some(rows),
            ..self
        })
    }

    /// The table as a Markdown pipe table, one line for each row.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let paddings: Vec<_> = (0..self.columns.len()).map(|c| self.paddings(c)).collect();
        let mut markdown = String::new();
        write_line(&mut markdown, &self.columns, |out, column| {
            out.push_str(&column.head);
        });
        write_line(&mut markdown, &self.columns, |out, column| {
            out.push_str(rule(column.alignment));
        });
        for (index, row) in self.rows.iter().enumerate() {
            let cells = row.cells.iter().zip(&paddings);
            write_line(&mut markdown, cells, |out, (cell, paddings)| {
                let bold = if row.answer && !cell.text.is_empty() {
                    "**"
                } else {
                    ""
                };
                out.extend([bold, &cell.text, bold, &paddings[index]]);
            });
        }
        markdown
    }

    /// The table as CSV (RFC 4180), heads first.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = String::new();
        write_record(&mut csv, self.columns.iter().map(|column| &column.csv_head));
        for row in self.data.as_ref().unwrap_or(&self.rows) {
            write_record(&mut csv, row.cells.iter().map(|cell| &cell.csv));
        }
        csv
    }

    /// What each cell of a column needs at its end for the decimal points to stand in one line.
    fn paddings(&self, column: usize) -> Vec<String> {
        let cells = self.rows.iter().map(|row| &row.cells[column].printed);
        let decimals: Vec<Option<usize>> = match self.columns[column].alignment {
            Alignment::Decimal => cells.map(|printed| decimals(printed)).collect(),
            Alignment::Left | Alignment::Centre => cells.map(|_| None).collect(),
        };
        let most = decimals.iter().flatten().max().copied().unwrap_or(0);
        decimals
            .iter()
            .map(|places| places.map_or(String::new(), |places| padding(places, most)))
            .collect()
    }
}

/// At least one of each, and a cell for each column in every row.
fn check(columns: &[Column], rows: &[Row]) -> Result<(), TableError> {
    if columns.is_empty() || rows.is_empty() {
        return Err(TableError::Empty {
            columns: columns.len(),
            rows: rows.len(),
        });
    }
    for (row, Row { cells, .. }) in rows.iter().enumerate() {
        if cells.len() != columns.len() {
            return Err(TableError::Ragged {
                row,
                cells: cells.len(),
                columns: columns.len(),
            });
        }
    }
    Ok(())
}

/// Writes a line of a pipe table, each cell by `write`.
fn write_line<T>(
    out: &mut String,
    cells: impl IntoIterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    for (index, cell) in cells.into_iter().enumerate() {
        out.push_str(if index > 0 { " | " } else { "| " });
        write(out, cell);
    }
    out.push_str(" |\n");
}

fn rule(alignment: Alignment) -> &'static str {
    match alignment {
        Alignment::Left => ":---",
        Alignment::Centre => ":---:",
        Alignment::Decimal => "---:",
    }
}

/// Digits after the decimal point of the number that `printed` begins with; none for words.
fn decimals(printed: &str) -> Option<usize> {
    let number = printed.trim_start_matches(['−', '-', '+']);
    let whole = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',');
    if whole.len() == number.len() {
        return None;
    }
    let fraction = whole.strip_prefix('.').unwrap_or("");
    Some(fraction.chars().take_while(char::is_ascii_digit).count())
}

fn padding(places: usize, most: usize) -> String {
    if places == most {
        return String::new();
    }
    let point = (places == 0).then_some(PUNCTUATION_SPACE);
    point
        .into_iter()
        .chain(repeat_n(FIGURE_SPACE, most - places))
        .chain([WORD_JOINER])
        .collect()
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
