//! Tables.

use super::columns::{self, Column, Layout};
use super::{Writer, evidence};
use crate::markdown::node::{Kind, Node};
use parsers::settable::cells;
use pulldown_cmark::Alignment;

impl<'a> Writer<'a> {
    pub(super) fn table(&mut self, node: &'a Node, columns: &[Alignment]) {
        let rows: Vec<&Node> = node.children.iter().collect();
        rows.iter()
            .for_each(|row| self.check_row(row, columns.len()));
        let aligned: Vec<_> = columns.iter().map(|column| alignment(*column)).collect();
        let usual = evidence::usual_kind(node);
        let Some(layout) = columns::layout(&rows, columns.len(), usual, self.book.page_points)
        else {
            let message = "the table is too wide for a page: \
                           the longest words of its columns don't fit into one line";
            let hint = "split it, or make rows of its columns";
            return self.problem(node.start, message, hint);
        };
        self.push(&format!(
            "#data-table({}align: ({},),\n",
            arguments(&layout),
            aligned.join(", ")
        ));
        self.usual_kind = usual;
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
        self.usual_kind = None;
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

fn alignment(column: Alignment) -> &'static str {
    match column {
        Alignment::None | Alignment::Left => "left",
        Alignment::Center => "center",
        Alignment::Right => "right",
    }
}

/// The arguments of the template's `data-table` that differ from those of a small table.
fn arguments(layout: &Layout) -> String {
    let mut arguments = String::new();
    if layout
        .columns
        .iter()
        .any(|column| *column != Column::Natural)
    {
        let columns = layout.columns.iter().map(|column| match column {
            Column::Natural => "auto".into(),
            Column::Share(share) => format!("{share:.1}fr"),
        });
        arguments += &format!("columns: ({},), ", columns.collect::<Vec<_>>().join(", "));
    }
    if layout.reach >= 0.1 {
        arguments += &format!("reach: {:.1}pt, ", layout.reach);
    }
    if layout.scale < 1.0 {
        arguments += &format!("scale: {}, ", layout.scale);
    }
    arguments
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
