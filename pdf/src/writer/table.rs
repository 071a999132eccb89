//! Tables.

use super::Writer;
use crate::markdown::node::{Kind, Node};
use pulldown_cmark::Alignment;

/// Ems beyond which a cell's text may be broken into lines when the table is too wide.
const LONG_CELL_EM: f64 = 11.0;

/// Ems of a row that fit the measure, gaps included.
const SMALL_TABLE_EM: f64 = 33.0;

/// The gap between two columns, in ems.
const COLUMN_GAP_EM: f64 = 1.03;

/// About how wide a column is.
#[derive(Clone, Copy, Debug, Default)]
struct Width {
    /// Its longest cell.
    cell_em: f64,
    /// Its longest word.
    word_em: f64,
}

impl<'a> Writer<'a> {
    pub(super) fn table(&mut self, node: &'a Node, columns: &[Alignment]) {
        let rows: Vec<&Node> = node.children.iter().collect();
        rows.iter()
            .for_each(|row| self.check_row(row, columns.len()));
        let aligned: Vec<_> = columns.iter().map(|column| alignment(*column)).collect();
        let widths = widths(&rows, columns.len());
        let function = match is_small(&widths) {
            true => format!("#small-table(align: ({},)", aligned.join(", ")),
            false => {
                let widths: Vec<_> = widths.iter().copied().map(width).collect();
                format!(
                    "#wide-table(align: ({},), widths: ({},)",
                    aligned.join(", "),
                    widths.join(", ")
                )
            }
        };
        self.push(&format!("{function},\n"));
        for row in rows {
            let is_head = row.kind == Kind::TableHead;
            self.push(if is_head { "head: (" } else { "(" });
            for cell in &row.children {
                self.push("[");
                self.inlines(&cell.children);
                self.push("], ");
            }
            self.push("),\n");
        }
        self.push(");");
    }

    /// The Markdown parser cuts a long row off and fills a short one up; both are mistakes.
    fn check_row(&mut self, row: &Node, expected: usize) {
        let source = &self.chapter.content[row.start..row.end];
        let found = cells(source.lines().next().unwrap_or_default());
        if found != expected {
            let message =
                format!("cells in this row of the table: {found}, in its head: {expected}");
            self.problem(
                row.start,
                message,
                "fill up or split the row; write a bar in a cell as `\\|`",
            );
        }
    }
}

/// Counts the cells of a row as written.
fn cells(row: &str) -> usize {
    let row = row.trim();
    let mut bars = 0;
    let mut is_escaped = false;
    let mut ends_in_bar = false;
    for c in row.chars() {
        ends_in_bar = c == '|' && !is_escaped;
        bars += usize::from(ends_in_bar);
        is_escaped = c == '\\' && !is_escaped;
    }
    let starts_in_bar = row.starts_with('|');
    let ends_in_another = ends_in_bar && !(starts_in_bar && bars == 1);
    bars + 1 - usize::from(starts_in_bar) - usize::from(ends_in_another)
}

fn alignment(column: Alignment) -> &'static str {
    match column {
        Alignment::None | Alignment::Left => "left",
        Alignment::Center => "center",
        Alignment::Right => "right",
    }
}

/// Whether a table surely fits the measure, so that its place need not be computed.
fn is_small(widths: &[Width]) -> bool {
    widths
        .iter()
        .map(|width| width.cell_em + COLUMN_GAP_EM)
        .sum::<f64>()
        <= SMALL_TABLE_EM
}

fn widths(rows: &[&Node], count: usize) -> Vec<Width> {
    let column = |index: usize| {
        let texts = rows
            .iter()
            .filter_map(|row| row.children.get(index))
            .map(Node::text);
        texts.fold(Width::default(), |width, text| Width {
            cell_em: width.cell_em.max(ems(&text)),
            word_em: text
                .split_whitespace()
                .map(ems)
                .fold(width.word_em, f64::max),
        })
    };
    (0..count).map(column).collect()
}

/// About how wide a text is in the book's serif font, in ems.
fn ems(text: &str) -> f64 {
    let width = |c: char| match c {
        c if "iljtfrI.,;:'|!()[]- ".contains(c) => 0.31,
        c if "mwMW@%—".contains(c) => 0.83,
        c if c.is_uppercase() => 0.68,
        _ => 0.5,
    };
    text.chars().map(width).sum()
}

/// A column as the template's `wide-table` takes it: its longest word and cell, and whether
/// its cells may break.
fn width(width: Width) -> String {
    let is_one_word = width.word_em > 0.7 * width.cell_em;
    let breaks = width.cell_em > LONG_CELL_EM && !is_one_word;
    format!("({:.1}, {:.1}, {breaks})", width.word_em, width.cell_em)
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[track_caller]
    fn check(row: &str, expect: usize) {
        assert_eq!(cells(row), expect, "{row}");
    }

    #[test]
    fn cells_are_counted_as_written() {
        check("| a | b |", 2);
        check("a | b", 2);
        check("| a \\| b | c", 2);
        check("| a |", 1);
        check("|a|b|c|", 3);
        check("a |", 1);
    }
}
