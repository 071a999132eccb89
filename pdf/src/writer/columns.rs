//! How wide the columns of a table are.
//!
//! All widths are in ems of the table's type, and estimates: Typst sets the columns that need
//! no line breaks as wide as they are, and shares what is left among the others.

use super::evidence;
use crate::markdown::node::{Kind, Node};

/// The part of a page's width that text takes: the margins of `template.typ` leave it.
const MEASURE: f64 = 0.61;

/// Size of a table's type in points, as in `template.typ`.
const TYPE_POINTS: f64 = 9.0;

/// The gap between two columns, as in `template.typ`.
const GAP: f64 = 1.03;

/// How bold the words of a head are.
const BOLD: f64 = 1.07;

/// A cell as long as this is prose, which may take two lines without harm.
const PROSE: f64 = 18.0;

/// The greater, the more a row's highest cell counts.
const POWER: f64 = 6.0;

/// The space between two words.
const SPACE: f64 = 0.25;

/// The steps in which width is shared.
const STEP: f64 = 0.25;

/// How much more height than the least one a table may take to stay narrow and large.
const PATIENCE: f64 = 1.15;

/// The least scale of comfortable reading: smaller ones are for tables that can't do without.
const COMFORTABLE: f64 = 0.88;

/// The width of the letter behind a number that says its kind.
const LETTER: f64 = 0.4;

/// Ways to set a table, the best first: points that it reaches into the right margin, and scale.
const WAYS: [(f64, f64); 10] = [
    (0.0, 1.0),
    (60.0, 1.0),
    (60.0, 0.94),
    (102.0, 1.0),
    (102.0, 0.94),
    (102.0, 0.88),
    (102.0, 0.82),
    (102.0, 0.76),
    (102.0, 0.7),
    (102.0, 0.65),
];

/// The width of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cell {
    /// All of it in one line.
    line: f64,
    /// Its longest part that can't be broken.
    longest: f64,
    /// Its parts that can't be broken, each with the space before it.
    parts: Vec<(f64, f64)>,
}

impl Cell {
    /// Lines of the cell in a column of this width.
    fn lines(&self, width: f64) -> f64 {
        if self.line <= width {
            return 1.0;
        }
        let mut lines = 1.0;
        let mut used = 0.0;
        for (space, part) in &self.parts {
            if used > 0.0 && used + space + part > width {
                lines += 1.0;
                used = *part;
            } else {
                used += space + part;
            }
        }
        lines
    }

    /// How much the cell heightens its row. The root of the sum of a row's pressures is about
    /// the number of lines of its highest cell, and yet every cell that breaks counts a little.
    fn pressure(&self, width: f64) -> f64 {
        if self.line <= width {
            return 1.0;
        }
        // Lines break between words, so most of them are not quite full.
        ((self.line + 0.5 * self.longest) / width).powf(POWER)
    }
}

/// The width of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Column {
    /// As wide as its longest cell.
    Natural,
    /// A share of what the natural columns leave.
    Share(f64),
}

/// How a table is set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Points that it reaches into the right margin.
    pub reach: f64,
    /// Scale of its type.
    pub scale: f64,
}

/// A way to set a table, tried.
struct Way {
    reach: f64,
    scale: f64,
    /// Width of all columns together.
    budget: f64,
    widths: Vec<f64>,
    /// Height of all rows in lines.
    height: f64,
}

/// Finds the best layout of a table's rows on a page of this width in points; `None` where no
/// page holds the longest words side by side.
///
/// `usual` is the kind of most of its numbers, which have no letter.
pub(super) fn layout(
    rows: &[&Node],
    count: usize,
    usual: Option<&str>,
    page_points: f64,
) -> Option<Layout> {
    let cells = |row: &&Node| {
        let weight = if row.kind == Kind::TableHead {
            BOLD
        } else {
            1.0
        };
        let cell = |index| {
            row.children
                .get(index)
                .map_or(Cell::default(), |node| measure(node, weight, usual))
        };
        (0..count).map(cell).collect()
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
    let set = |&(reach, scale): &(f64, f64)| {
        let points = page_points * MEASURE + reach;
        let budget = points / (TYPE_POINTS * scale) - GAP * count as f64;
        let widths = share(&rows, count, budget)?;
        let height = table_height(&rows, &widths);
        Some(Way {
            reach,
            scale,
            budget,
            widths,
            height,
        })
    };
    let (large, small): (Vec<_>, Vec<_>) = WAYS.iter().partition(|way| way.1 >= COMFORTABLE);
    let large: Vec<Way> = large.into_iter().filter_map(set).collect();
    let ways = match large.is_empty() {
        true => small.into_iter().filter_map(set).collect(),
        false => large,
    };
    let least = ways
        .iter()
        .map(|way| way.height)
        .fold(f64::INFINITY, f64::min);
    let Way {
        reach,
        scale,
        budget,
        mut widths,
        ..
    } = ways
        .into_iter()
        .find(|way| way.height <= least * PATIENCE)?;
    polish(&rows, &mut widths);
    let is_natural = |index: usize| {
        let natural = greatest(&rows, index, |cell| cell.line);
        widths[index] > natural - f64::EPSILON * budget
    };
    let column = |index| match is_natural(index) {
        true => Column::Natural,
        false => Column::Share(widths[index]),
    };
    // A table without line breaks is only as wide as it is.
    let spare = if (0..count).all(is_natural) {
        budget - widths.iter().sum::<f64>()
    } else {
        0.0
    };
    Some(Layout {
        columns: (0..count).map(column).collect(),
        reach: (reach - spare * TYPE_POINTS * scale).max(0.0),
        scale,
    })
}

/// Shares a budget among columns so that the rows get low; `None` where it is less than the
/// longest words take.
fn share(rows: &[Vec<Cell>], count: usize, budget: f64) -> Option<Vec<f64>> {
    let natural: Vec<f64> = (0..count)
        .map(|index| greatest(rows, index, |cell| cell.line))
        .collect();
    let mut widths: Vec<f64> = (0..count)
        .map(|index| greatest(rows, index, |cell| cell.longest))
        .collect();
    let mut left = budget - widths.iter().sum::<f64>();
    if left < 0.0 {
        return None;
    }
    if natural.iter().sum::<f64>() <= budget {
        return Some(natural);
    }
    let mut pressures: Vec<f64> = rows
        .iter()
        .map(|row| {
            row.iter()
                .zip(&widths)
                .map(|(cell, &width)| cell.pressure(width))
                .sum()
        })
        .collect();
    while left > 0.0 {
        let changed = |index: usize, row: &[Cell], sum: f64| {
            let cell = &row[index];
            sum - cell.pressure(widths[index]) + cell.pressure(widths[index] + STEP)
        };
        let gain = |index: usize| {
            let gains = rows.iter().zip(&pressures).map(|(row, &sum)| {
                sum.powf(1.0 / POWER) - changed(index, row, sum).powf(1.0 / POWER)
            });
            gains.sum::<f64>()
        };
        let growing = (0..count).filter(|&index| widths[index] < natural[index]);
        let gains = growing.map(|index| (index, gain(index)));
        let Some((index, _)) = gains.max_by(|a, b| a.1.total_cmp(&b.1)) else {
            break;
        };
        for (row, sum) in rows.iter().zip(&mut pressures) {
            *sum = changed(index, row, *sum);
        }
        widths[index] += STEP;
        left -= STEP;
    }
    Some(widths)
}

/// Moves width between columns as long as that saves lines.
fn polish(rows: &[Vec<Cell>], widths: &mut [f64]) {
    let least: Vec<f64> = (0..widths.len())
        .map(|index| greatest(rows, index, |cell| cell.longest))
        .collect();
    let mut best = table_height(rows, widths);
    let mut moves = pairs(widths.len());
    while let Some((from, to)) = moves.next() {
        for step in [1.0, 2.0, 4.0] {
            if widths[from] - step < least[from] {
                break;
            }
            widths[from] -= step;
            widths[to] += step;
            let height = table_height(rows, widths);
            if height < best {
                best = height;
                moves = pairs(widths.len());
                break;
            }
            widths[from] += step;
            widths[to] -= step;
        }
    }
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    let all = (0..count).flat_map(move |from| (0..count).map(move |to| (from, to)));
    all.filter(|(from, to)| from != to)
}

/// The greatest of some width of the cells in a column.
fn greatest(rows: &[Vec<Cell>], index: usize, width: fn(&Cell) -> f64) -> f64 {
    rows.iter()
        .map(|row| width(&row[index]))
        .fold(0.0, f64::max)
}

fn table_height(rows: &[Vec<Cell>], widths: &[f64]) -> f64 {
    rows.iter().map(|row| row_height(row, widths)).sum()
}

/// Lines of a row; prose may take two at the price of one.
fn row_height(row: &[Cell], widths: &[f64]) -> f64 {
    let lines = row.iter().zip(widths).map(|(cell, &width)| {
        let lines = cell.lines(width);
        if cell.line >= PROSE {
            (lines / 2.0).max(1.0)
        } else {
            lines
        }
    });
    lines.fold(1.0, f64::max)
}

fn measure(cell: &Node, weight: f64, usual: Option<&str>) -> Cell {
    let mut ruler = Ruler {
        weight,
        usual,
        ..Ruler::default()
    };
    ruler.node(cell);
    ruler.end_part();
    ruler.cell
}

/// Adds up the width of a cell.
#[derive(Default)]
struct Ruler<'a> {
    weight: f64,
    /// The kind of numbers without a letter.
    usual: Option<&'a str>,
    /// The space before the part that has begun, and its width so far.
    space: f64,
    part: f64,
    cell: Cell,
}

impl Ruler<'_> {
    fn node(&mut self, node: &Node) {
        match &node.kind {
            Kind::Text(text) => text
                .chars()
                .for_each(|c| self.add(serif(c), "-–/".contains(c))),
            // As `template.typ` lets long names break.
            Kind::Code(code) => {
                let breaks = |c| c == '-' || (code.len() >= 16 && "._/:".contains(c));
                code.chars()
                    .for_each(|c| self.add(if c == ' ' { 0.0 } else { 0.49 }, breaks(c)));
            }
            Kind::Maths(latex, _) => self.maths(latex),
            Kind::SoftBreak | Kind::HardBreak => self.add(0.0, true),
            _ => {
                node.children.iter().for_each(|child| self.node(child));
                if evidence::kind(node).is_some_and(|kind| self.usual != Some(kind)) {
                    self.add(LETTER, false);
                }
            }
        }
    }

    /// Adds a character; one without width is a space.
    fn add(&mut self, width: f64, may_break: bool) {
        self.part += width * self.weight;
        if width == 0.0 || may_break {
            self.end_part();
        }
        if width == 0.0 {
            self.space = SPACE;
        }
    }

    fn end_part(&mut self) {
        if self.part > 0.0 {
            self.cell.line += self.space + self.part;
            self.cell.longest = self.cell.longest.max(self.part);
            self.cell.parts.push((self.space, self.part));
            self.space = 0.0;
            self.part = 0.0;
        }
    }

    /// Adds a formula, which doesn't break; a command is about as wide as a letter.
    fn maths(&mut self, latex: &str) {
        let mut in_command = false;
        for c in latex.chars() {
            let begins = c == '\\';
            let goes_on = in_command && c.is_ascii_alphabetic();
            if begins || !(goes_on || "{}_^ ".contains(c)) {
                self.add(0.55, false);
            }
            in_command = begins || goes_on;
        }
    }
}

/// About how wide a character is in the book's serif font; a space counts as none.
fn serif(c: char) -> f64 {
    match c {
        ' ' => 0.0,
        c if "iljtfrI.,;:'|!()[]-".contains(c) => 0.31,
        c if "mwMW@%—".contains(c) => 0.83,
        c if c.is_uppercase() => 0.68,
        _ => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, share};

    const WORD: f64 = 4.0;

    /// Shares a budget among columns, each a list of the lengths of its cells.
    #[track_caller]
    fn check(columns: &[&[f64]], budget: f64, expect: Option<&[f64]>) {
        let row = |row| {
            let cells = columns.iter().map(|column: &&[f64]| Cell {
                line: column[row],
                longest: WORD.min(column[row]),
                parts: Vec::new(),
            });
            cells.collect()
        };
        let rows: Vec<Vec<Cell>> = (0..columns[0].len()).map(row).collect();
        let rounded = share(&rows, columns.len(), budget)
            .map(|widths| widths.iter().map(|width| width.round()).collect::<Vec<_>>());
        assert_eq!(rounded.as_deref(), expect);
    }

    #[test]
    fn a_table_that_fits_takes_what_it_needs() {
        check(&[&[2.0, 3.0], &[10.0, 1.0]], 20.0, Some(&[3.0, 10.0]));
    }

    #[test]
    fn a_long_cell_leaves_short_ones_whole() {
        check(
            &[&[8.0, 8.0, 8.0], &[2.0, 2.0, 90.0]],
            30.0,
            Some(&[8.0, 22.0]),
        );
    }

    #[test]
    fn long_cells_of_one_row_share_evenly() {
        check(&[&[60.0], &[60.0]], 30.0, Some(&[15.0, 15.0]));
    }

    #[test]
    fn words_that_do_not_fit_side_by_side() {
        check(&[&[9.0], &[9.0], &[9.0]], 11.0, None);
    }
}
