//! Matrices, cases, arrays and lines of formulas.

use super::{Lower, Lowered, ems, style_of};
use crate::maths::Fault;
use crate::maths::definitions::STAGGERED;
use crate::maths::tree::{Alignment, Column, Line, Node, Row, Style, Table};
use katex::parser::parse_node::{
    AlignSpec, AnyParseNode as Parsed, ColSeparationType, ParseNodeArray, ParseNodeArrayTag,
};

/// How far each line of a `multline` stands to the right of the one before, in ems.
const STAGGER: f64 = 2.0;

/// Whether the array is the body of an `equation`.
pub(super) fn is_equation(array: &ParseNodeArray) -> bool {
    let is_alone = array.body.len() == 1 && array.body[0].len() == 1;
    is_alone && array.cols.is_none() && array.tags.is_some()
}

impl Lower {
    pub(super) fn environment(self, array: &ParseNodeArray) -> Lowered {
        if array.is_cd == Some(true) {
            return Err(Fault::unsupported("\\begin{CD}"));
        }
        if is_equation(array) {
            return self.row(&array.body[0]);
        }
        let width = array.body.iter().map(Vec::len).max().unwrap_or(0);
        let (columns, last_line) = columns(array, width)?;
        let is_staggered = is_staggered(array);
        let mut rows = Vec::with_capacity(array.body.len());
        for (index, cells) in array.body.iter().enumerate() {
            let mut row = self.table_row(array, index, cells)?;
            if is_staggered && let Some(cell) = row.cells.first_mut() {
                let lines_above = u32::try_from(index).map_or(0.0, f64::from);
                cell.insert(0, Node::Space(STAGGER * lines_above));
            }
            rows.push(row);
        }
        let below = lines(array, array.body.len());
        if !below.is_empty() {
            rows.push(Row {
                cells: Vec::new(),
                lines: below,
                space: 0.0,
                tag: None,
            });
        }
        Ok(Node::Table(Table {
            columns,
            last_line,
            rows,
            style: cell_style(array).unwrap_or(self.style),
            row_gap: row_gap(array),
            is_lines: is_lines(array),
        }))
    }

    fn table_row(self, array: &ParseNodeArray, index: usize, cells: &[Parsed]) -> Lowered<Row> {
        let tag = match array.tags.as_ref().and_then(|tags| tags.get(index)) {
            Some(ParseNodeArrayTag::Nodes(tag)) => {
                Some(self.with_style(Style::Text).sequence(tag)?)
            }
            _ => None,
        };
        let space = array.row_gaps.get(index).and_then(Option::as_ref);
        let cells: Lowered<Vec<_>> = cells.iter().map(|cell| self.cell(cell)).collect();
        Ok(Row {
            cells: cells?,
            lines: lines(array, index),
            space: space.map_or(Ok(0.0), ems)?,
            tag,
        })
    }

    /// A cell, which the parser wraps into the style of the environment.
    fn cell(self, cell: &Parsed) -> Lowered<Vec<Node>> {
        let Parsed::Styling(styled) = cell else {
            return self.sequence(std::slice::from_ref(cell));
        };
        let lower = self.with_style(style_of(styled.style.size));
        match &styled.body[..] {
            [Parsed::OrdGroup(group)] => lower.sequence(&group.body),
            body => lower.sequence(body),
        }
    }
}

fn cell_style(array: &ParseNodeArray) -> Option<Style> {
    match array.body.iter().flatten().next()? {
        Parsed::Styling(styled) => Some(style_of(styled.style.size)),
        _ => None,
    }
}

fn is_lines(array: &ParseNodeArray) -> bool {
    use ColSeparationType as C;
    matches!(
        array.col_separation_type,
        Some(C::Align | C::Alignat | C::Gather)
    )
}

fn is_staggered(array: &ParseNodeArray) -> bool {
    let is_staggered =
        |column: &AlignSpec| matches!(column, AlignSpec::Align { align, .. } if align == STAGGERED);
    array.cols.iter().flatten().any(is_staggered)
}

/// The space between rows in ems, which `\arraystretch` widens by parts of TeX's `\baselineskip`.
fn row_gap(array: &ParseNodeArray) -> f64 {
    let usual = match (array.col_separation_type.as_ref(), is_lines(array)) {
        (Some(ColSeparationType::Small), _) => return 0.25,
        (_, true) => 0.65,
        (_, false) if array.arraystretch < 1.0 => return 0.25,
        (_, false) => 0.5,
    };
    usual + 1.2 * (array.arraystretch - 1.0)
}

fn lines(array: &ParseNodeArray, row: usize) -> Vec<Line> {
    let lines = array.h_lines_before_row.get(row);
    let line = |is_dashed: &bool| {
        if *is_dashed {
            Line::Dashed
        } else {
            Line::Solid
        }
    };
    lines.into_iter().flatten().map(line).collect()
}

/// The columns and the line behind the last.
fn columns(array: &ParseNodeArray, width: usize) -> Lowered<(Vec<Column>, Option<Line>)> {
    let usual = match array.col_separation_type {
        Some(ColSeparationType::Small) => 0.28,
        _ if is_lines(array) => 0.0,
        _ => 0.5,
    };
    let mut columns: Vec<Column> = Vec::new();
    let mut line = None;
    let mut gap_behind = 0.0;
    for spec in array.cols.iter().flatten() {
        match spec {
            AlignSpec::Separator { separator } if separator == ":" => line = Some(Line::Dashed),
            AlignSpec::Separator { .. } => line = Some(Line::Solid),
            AlignSpec::Align {
                align,
                pregap,
                postgap,
            } => {
                let gap = match columns.is_empty() {
                    true => 0.0,
                    false => gap_behind + pregap.unwrap_or(usual),
                };
                columns.push(Column {
                    alignment: alignment(align)?,
                    gap,
                    line: line.take(),
                });
                gap_behind = postgap.unwrap_or(usual);
            }
        }
    }
    while columns.len() < width {
        columns.push(Column {
            alignment: Alignment::Centre,
            gap: if columns.is_empty() { 0.0 } else { 2.0 * usual },
            line: None,
        });
    }
    Ok((columns, line))
}

fn alignment(align: &str) -> Lowered<Alignment> {
    match align {
        "l" | STAGGERED => Ok(Alignment::Left),
        "c" => Ok(Alignment::Centre),
        "r" => Ok(Alignment::Right),
        other => Err(Fault::new(&format!("the alignment `{other}` of a column"))),
    }
}
