//! Tables.

use super::Writer;
use crate::markdown::node::{Kind, Node};
use pulldown_cmark::Alignment;

/// Characters beyond which a cell's text may be broken into lines when the table is too wide.
const LONG_CELL: usize = 24;

/// How wide a column is, in characters.
#[derive(Clone, Copy, Debug, Default)]
struct Width {
    /// Its longest cell.
    cell: usize,
    /// Its longest word.
    word: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn table(&mut self, node: &'a Node, columns: &[Alignment]) {
        let rows: Vec<&Node> = node.children.iter().collect();
        rows.iter()
            .for_each(|row| self.check_row(row, columns.len()));
        self.push(&format!(
            "#data-table(align: ({},), widths: ({},),\n",
            columns
                .iter()
                .map(|column| alignment(*column))
                .collect::<Vec<_>>()
                .join(", "),
            widths(&rows, columns.len())
                .map(width)
                .collect::<Vec<_>>()
                .join(", "),
        ));
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

fn widths(rows: &[&Node], count: usize) -> impl Iterator<Item = Width> {
    let column = |index: usize| {
        let texts = rows
            .iter()
            .filter_map(|row| row.children.get(index))
            .map(Node::text);
        texts.fold(Width::default(), |width, text| Width {
            cell: width.cell.max(text.chars().count()),
            word: text
                .split_whitespace()
                .map(|word| word.chars().count())
                .fold(width.word, usize::max),
        })
    };
    (0..count).map(column).collect::<Vec<_>>().into_iter()
}

/// A column as Typst's `data-table` takes it: its longest word and cell, and whether its
/// cells may break.
fn width(width: Width) -> String {
    format!(
        "({}, {}, {})",
        width.word,
        width.cell,
        width.cell > LONG_CELL
    )
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
