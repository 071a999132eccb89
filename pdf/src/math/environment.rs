//! Environments: matrices, cases, arrays and aligned lines.

use super::atoms::length;
use super::parse::Part;
use super::write::Writer;
use parsers::latex::event::{
    ArrayColumn, ColumnAlignment, Dimension, EnvironmentFlow, Grouping, Line, StateChange,
};

/// A line of an environment.
#[derive(Default)]
struct Row<'a> {
    /// Each cell starts with the state changes that the environment starts with.
    cells: Vec<Vec<Part<'a>>>,
    /// Extra space behind the line.
    space: Option<Dimension>,
    /// Rules above the line.
    rules: Vec<Line>,
}

impl Row<'_> {
    fn is_blank(&self) -> bool {
        let is_state = |part: &Part| matches!(part, Part::State(_));
        self.cells.len() == 1 && self.cells[0].iter().all(is_state)
    }
}

/// How an environment sets its cells.
struct Layout {
    columns: Vec<ColumnAlignment>,
    /// Vertical rules, each before the column of that index.
    rules: Vec<(usize, Line)>,
    column_gap: &'static str,
    row_gap: &'static str,
    /// Whether cells are set as in a displayed formula.
    display: bool,
    fences: (&'static str, &'static str),
}

/// Whether the environment is lines of a displayed formula.
pub(super) fn is_lines(grouping: &Grouping) -> bool {
    use Grouping as G;
    matches!(
        grouping,
        G::Align { .. }
            | G::Aligned
            | G::Alignat { .. }
            | G::Alignedat { .. }
            | G::Split
            | G::Gather { .. }
            | G::Gathered
            | G::Multline
            | G::Equation { .. }
    )
}

/// Lines of a displayed formula, by Typst's own line breaks and alignment points.
pub(super) fn lines(writer: Writer, grouping: &Grouping, parts: &[Part]) -> Result<String, String> {
    let rows = rows(parts);
    if rows.iter().any(|row| !row.rules.is_empty()) {
        return Err("`\\hline` between lines of a formula".into());
    }
    let mut written = Vec::new();
    for row in &rows {
        let mut line = pairs(writer, grouping, row, false)?;
        if let Some(space) = row.space {
            line += &format!("#box(height:{0},baseline:{0});", length(space));
        }
        written.push(line);
    }
    Ok(written.join(" \\\n"))
}

/// The cells of one aligned line: pairs of a right-aligned and a left-aligned column.
fn pairs(writer: Writer, grouping: &Grouping, row: &Row, display: bool) -> Result<String, String> {
    let is_spaced = matches!(
        grouping,
        Grouping::Align { .. } | Grouping::Aligned | Grouping::Split
    );
    let mut line = String::new();
    for (index, cell) in row.cells.iter().enumerate() {
        if index > 0 {
            line.push('&');
        }
        if index > 0 && index % 2 == 0 && is_spaced {
            line += "#h(2em);";
        }
        let written = writer.sequence(cell, None)?;
        line += &if display && !written.is_empty() {
            format!("display({written})")
        } else {
            written
        };
    }
    Ok(line)
}

/// An environment inside a formula, as a matrix without brackets of its own.
pub(super) fn table(writer: Writer, grouping: &Grouping, parts: &[Part]) -> Result<String, String> {
    let rows = rows(parts);
    if is_lines(grouping) {
        let cells: Result<Vec<_>, _> = rows
            .iter()
            .map(|row| pairs(writer, grouping, row, true))
            .collect();
        return Ok(format!(
            "mat(delim:#none,row-gap:#0.65em,{})",
            cells?.join(";")
        ));
    }
    let layout = layout(grouping, &rows);
    let mut written = Vec::new();
    // A rule at the end stands above a last line that holds nothing.
    let has_closing_rule = rows.len() > 1 && rows.last().is_some_and(Row::is_blank);
    for row in &rows[..rows.len() - usize::from(has_closing_rule)] {
        written.push(cells(writer, &layout, row)?);
    }
    let rules = augment(&layout, &rows)?;
    let (gap, row_gap) = (layout.column_gap, layout.row_gap);
    let matrix = format!(
        "mat(delim:#none,column-gap:#{gap},row-gap:#{row_gap}{rules},{})",
        written.join(";")
    );
    Ok(match layout.fences {
        ("", "") => matrix,
        (open, close) => format!("lr({open}{matrix}{close})"),
    })
}

fn cells(writer: Writer, layout: &Layout, row: &Row) -> Result<String, String> {
    let mut written = Vec::new();
    for (index, cell) in row.cells.iter().enumerate() {
        let mut text = writer.sequence(cell, None)?;
        if layout.display && !text.is_empty() {
            text = format!("display({text})");
        }
        written.push(match layout.columns.get(index).or(layout.columns.last()) {
            Some(ColumnAlignment::Left) => format!("&{text}"),
            Some(ColumnAlignment::Right) => format!("{text}&"),
            _ if text.is_empty() => "\"\"".into(),
            _ => text,
        });
    }
    Ok(written.join(","))
}

fn layout(grouping: &Grouping, rows: &[Row]) -> Layout {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(1);
    let mut layout = Layout {
        columns: vec![ColumnAlignment::Center; width],
        rules: Vec::new(),
        column_gap: "1em",
        row_gap: "0.5em",
        display: false,
        fences: ("", ""),
    };
    match grouping {
        Grouping::Matrix { alignment } => layout.columns = vec![*alignment; width],
        Grouping::SubArray { alignment } => {
            layout.columns = vec![*alignment; width];
            layout.row_gap = "0.25em";
        }
        Grouping::Cases { left } => {
            layout.columns = vec![ColumnAlignment::Left; width];
            layout.fences = if *left { ("\\{", "") } else { ("", "\\}") };
        }
        Grouping::Array(columns) => array_columns(&mut layout, columns),
        _ => {}
    }
    layout
}

fn array_columns(layout: &mut Layout, columns: &[ArrayColumn]) {
    layout.columns.clear();
    for column in columns {
        match column {
            ArrayColumn::Column(alignment) => layout.columns.push(*alignment),
            ArrayColumn::Separator(line) => layout.rules.push((layout.columns.len(), *line)),
        }
    }
}

/// The rules of an array as Typst's `augment`.
fn augment(layout: &Layout, rows: &[Row]) -> Result<String, String> {
    let across = rows
        .iter()
        .enumerate()
        .flat_map(|(at, row)| row.rules.iter().map(move |line| (at, *line)));
    let across: Vec<_> = across.collect();
    let all: Vec<Line> = layout
        .rules
        .iter()
        .chain(&across)
        .map(|(_, line)| *line)
        .collect();
    let Some(first) = all.first() else {
        return Ok(String::new());
    };
    if all.iter().any(|line| line != first) {
        return Err("solid and dashed rules in one array".into());
    }
    let dash = if *first == Line::Dashed {
        "(thickness:0.05em,dash:\"dashed\")"
    } else {
        "0.05em"
    };
    let list = |rules: &[(usize, Line)]| {
        rules
            .iter()
            .map(|(at, _)| format!("{at},"))
            .collect::<String>()
    };
    let (down, across) = (list(&layout.rules), list(&across));
    Ok(format!(
        ",augment:#(vline:({down}),hline:({across}),stroke:{dash})"
    ))
}

/// Splits an environment into lines and cells.
fn rows<'a>(parts: &[Part<'a>]) -> Vec<Row<'a>> {
    let states = parts
        .iter()
        .take_while(|part| matches!(part, Part::State(StateChange::Style(_))));
    let states: Vec<Part> = states.cloned().collect();
    let new_row = || Row {
        cells: vec![states.clone()],
        ..Row::default()
    };
    let mut rows = vec![new_row()];
    for part in &parts[states.len()..] {
        let row = rows.last_mut().expect("there is a first row");
        match part {
            Part::Flow(EnvironmentFlow::Alignment) => row.cells.push(states.clone()),
            Part::Flow(EnvironmentFlow::StartLines { lines }) => row.rules = lines.to_vec(),
            Part::Flow(EnvironmentFlow::NewLine {
                spacing,
                horizontal_lines,
            }) => {
                row.space = *spacing;
                rows.push(Row {
                    rules: horizontal_lines.to_vec(),
                    ..new_row()
                });
            }
            part => row
                .cells
                .last_mut()
                .expect("a row has a cell")
                .push(part.clone()),
        }
    }
    let is_empty = |row: &Row| row.rules.is_empty() && row.is_blank();
    if rows.len() > 1 && rows.last().is_some_and(is_empty) {
        rows.pop();
    }
    rows
}
