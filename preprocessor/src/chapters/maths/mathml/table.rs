//! Matrices, cases, arrays and lines of formulas.

use super::{Writer, em};
use parsers::maths::tree::{Alignment, Line, Row, Style, Table};
use std::fmt::Write as _;

impl Writer {
    pub(super) fn table(&mut self, table: &Table) {
        let attributes = match table.style {
            Style::Display => "displaystyle=\"true\"",
            Style::Text => "displaystyle=\"false\"",
            Style::Script | Style::ScriptScript => "displaystyle=\"false\" scriptlevel=\"1\"",
        };
        self.in_style(table.style, |writer| {
            writer.element("mtable", attributes, |writer| {
                let rows = table
                    .rows
                    .iter()
                    .filter(|row| !row.cells.is_empty())
                    .count();
                for at in 0..rows {
                    writer.element("mtr", "", |writer| writer.table_row(table, at, rows));
                }
            });
        });
    }

    fn table_row(&mut self, table: &Table, at: usize, rows: usize) {
        let row = &table.rows[at];
        let below = table.rows.get(rows).filter(|_| at + 1 == rows);
        for index in 0..table.columns.len() {
            let cell = row.cells.get(index).map_or(&[][..], Vec::as_slice);
            let attributes = cell_attributes(table, (at, rows), index, row, below);
            self.element("mtd", &attributes, |writer| writer.parts(cell));
        }
        if let Some(tag) = &row.tag {
            self.element("mtd", "class=\"tag\"", |writer| {
                writer.in_style(Style::Text, |writer| writer.parts(tag));
            });
        }
    }
}

/// The class and lines of a cell, and the space around it.
fn cell_attributes(
    table: &Table,
    (at, rows): (usize, usize),
    index: usize,
    row: &Row,
    below: Option<&Row>,
) -> String {
    let column = table.columns[index];
    let class = match column.alignment {
        Alignment::Left => "class=\"align-left\" ",
        Alignment::Centre => "",
        Alignment::Right => "class=\"align-right\" ",
    };
    let has_lines = table.last_line.is_some()
        || { table.columns.iter() }.any(|column| column.line.is_some())
        || table.rows.iter().any(|row| !row.lines.is_empty());
    let half = table.row_gap / 2.0;
    let top = if at == 0 && !has_lines { 0.0 } else { half };
    let bottom = if at + 1 == rows && !has_lines {
        0.0
    } else {
        half
    } + row.space.max(0.0);
    let is_last = index + 1 == table.columns.len();
    let next = table.columns.get(index + 1);
    // A line parts a gap into halves.
    let (mut left, mut right) = (column.gap, 0.0);
    if column.line.is_some() {
        left = if index == 0 { 0.5 } else { left / 2.0 };
    }
    if let Some(next) = next.filter(|next| next.line.is_some()) {
        right = next.gap / 2.0;
    } else if is_last && table.last_line.is_some() {
        right = 0.5;
    }
    let mut style = format!(
        "padding:{} {} {} {}",
        em(top),
        em(right),
        em(bottom),
        em(left)
    );
    let mut line = |side: &str, line: Option<Line>| {
        if let Some(line) = line {
            let dash = if line == Line::Solid {
                "solid"
            } else {
                "dashed"
            };
            let _ = write!(style, ";border-{side}:0.06em {dash}");
        }
    };
    line("left", column.line);
    line("right", table.last_line.filter(|_| is_last));
    line("top", row.lines.first().copied());
    line(
        "bottom",
        below.and_then(|below| below.lines.first().copied()),
    );
    format!("{class}style=\"{style}\"")
}
