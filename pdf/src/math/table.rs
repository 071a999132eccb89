//! Matrices, cases, arrays and aligned lines.

use super::characters::em;
use super::write::{Written, row};
use parsers::maths::tree::{Alignment, Line, Row, Style, Table};

/// Lines of a displayed formula, by Typst's own line breaks and alignment points.
pub(super) fn lines(table: &Table) -> Written {
    let mut written = Vec::new();
    for line in &table.rows {
        if !line.lines.is_empty() {
            return Err("`\\hline` between lines of a formula".into());
        }
        let mut text = aligned(table, line, true)?;
        if line.space > 0.0 {
            text += &format!("#box(height:{0},baseline:{0});", em(line.space));
        }
        if let Some(tag) = &line.tag {
            let missing = table.columns.len() - line.cells.len();
            let points = if table.columns.len() > 1 {
                missing + 1
            } else {
                0
            };
            text += &format!("{}#h(2em);{}", "&".repeat(points), row(tag)?);
        }
        written.push(text);
    }
    Ok(written.join(" \\\n"))
}

/// The cells of one aligned line: a right-aligned column, a left-aligned one, and so on. Alone in a
/// formula they are displayed already.
fn aligned(table: &Table, line: &Row, is_alone: bool) -> Written {
    let mut text = String::new();
    for (index, cell) in line.cells.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        // Lines that all begin at the left have a point of alignment there.
        if index == 0 && table.columns.len() == 1 && table.columns[0].alignment == Alignment::Left {
            text.push('&');
        }
        if table.columns[index].gap > 0.0 {
            // TeX distributes what is left of the measure.
            text += &format!("#h({});", em(2.0 * table.columns[index].gap));
        }
        text += &match is_alone {
            true => row(cell)?,
            false => in_style(table.style, row(cell)?),
        };
    }
    Ok(text)
}

/// A table inside a formula, as a matrix without brackets of its own.
pub(super) fn table(table: &Table) -> Written {
    let rows: Vec<&Row> = table
        .rows
        .iter()
        .filter(|row| !row.cells.is_empty())
        .collect();
    let mut written = Vec::new();
    for line in &rows {
        written.push(match table.is_lines {
            true => aligned(table, line, false)?,
            false => cells(table, line)?,
        });
    }
    let gaps = table.columns.iter().skip(1).map(|column| column.gap);
    let gap = match table.is_lines {
        true => 0.0,
        false => gaps.reduce(f64::min).unwrap_or(0.0),
    };
    let matrix = format!(
        "mat(delim:#none,column-gap:#{},row-gap:#{}{},{})",
        em(gap),
        em(table.row_gap),
        rules(table)?,
        written.join(";")
    );
    Ok(edged(table, rows.len(), matrix))
}

/// A cell in the style of its table; Typst sets cells as it sets parts of fractions.
fn in_style(style: Style, cell: String) -> String {
    let function = match style {
        Style::Display => "display",
        Style::Text => "inline",
        Style::Script => "script",
        Style::ScriptScript => "sscript",
    };
    match cell.is_empty() {
        true => cell,
        false => format!("{function}({cell})"),
    }
}

/// A matrix with the rules at its edges, which Typst's own would cross.
fn edged(table: &Table, rows: usize, matrix: String) -> String {
    let above = table.rows.first().is_some_and(|row| !row.lines.is_empty());
    let below = table
        .rows
        .get(rows)
        .is_some_and(|row| !row.lines.is_empty());
    let before = table
        .columns
        .first()
        .is_some_and(|column| column.line.is_some());
    let behind = table.last_line.is_some();
    match above || below || before || behind {
        true => format!("edged({matrix},#{above},#{below},#{before},#{behind})"),
        false => matrix,
    }
}

fn cells(table: &Table, line: &Row) -> Written {
    let least = table
        .columns
        .iter()
        .skip(1)
        .map(|column| column.gap)
        .reduce(f64::min);
    let mut written = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let cell = line.cells.get(index).map_or(&[][..], Vec::as_slice);
        let mut text = in_style(table.style, row(cell)?);
        let extra = if index == 0 {
            0.0
        } else {
            column.gap - least.unwrap_or(0.0)
        };
        if extra > 0.0 {
            text = format!("#h({});{text}", em(extra));
        }
        if line.space > 0.0 && index == 0 {
            text += &format!("#box(height:{0},baseline:{0});", em(line.space));
        }
        written.push(match column.alignment {
            Alignment::Left => format!("&{text}"),
            Alignment::Right => format!("{text}&"),
            Alignment::Centre if text.is_empty() => "\"\"".into(),
            Alignment::Centre => text,
        });
    }
    if let Some(tag) = &line.tag {
        written.push(format!("#h(2em);{}", row(tag)?));
    }
    Ok(written.join(","))
}

/// The rules inside an array as Typst's `augment`.
fn rules(table: &Table) -> Written {
    let last = table
        .rows
        .iter()
        .filter(|row| !row.cells.is_empty())
        .count();
    let down = table.columns.iter().enumerate().skip(1);
    let down: Vec<(usize, Line)> = down
        .filter_map(|(at, column)| Some((at, column.line?)))
        .collect();
    let across = table.rows.iter().enumerate().take(last).skip(1);
    let across: Vec<(usize, Line)> = across
        .filter_map(|(at, row)| Some((at, *row.lines.first()?)))
        .collect();
    let mut all = down.iter().chain(&across).map(|(_, line)| *line);
    let Some(first) = all.next() else {
        return Ok(String::new());
    };
    if all.any(|line| line != first) {
        return Err("solid and dashed rules in one array".into());
    }
    let stroke = match first {
        Line::Dashed => "(thickness:0.05em,dash:\"dashed\")",
        Line::Solid => "0.05em",
    };
    let list = |rules: &[(usize, Line)]| -> String {
        rules.iter().map(|(at, _)| format!("{at},")).collect()
    };
    let (down, across) = (list(&down), list(&across));
    Ok(format!(
        ",augment:#(vline:({down}),hline:({across}),stroke:{stroke})"
    ))
}
