//! The rows of a table that a view shows, and what it shows of them.

use super::plot::{Identity, Subject};
use super::shown::listed;
use super::{Awaited, Figure};
use crate::catalogue::Facts;
use crate::data::{Content, State, Table, filters};
use crate::escape::{code, markdown};
use crate::evidence::unit::{Unit, convert, stated_unit, titled};
use crate::evidence::{Quantity, SourceId};
use crate::statistics::median_interval::{Median, median};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The rows that a view was asked for.
pub(super) struct Rows<'a> {
    pub(super) table: &'a Table,
    pub(super) content: &'a Content,
    pub(super) rows: Vec<u32>,
    /// The columns that the rows were chosen by.
    chosen_by: Vec<usize>,
}

/// A table's rows, or the table where its file is not there.
pub(super) enum Found<'a> {
    Rows(Rows<'a>),
    Missing(&'a Table),
}

/// The rows of the table `name` that have what `asked` says.
pub(super) fn find<'a>(
    facts: &'a Facts,
    name: &str,
    asked: Map<String, Value>,
) -> Result<Found<'a>, String> {
    let table = facts.tables.table(name)?;
    let asked = filters(asked)?;
    for column in asked.keys() {
        table.place_column(column)?;
    }
    let Some(content) = &table.content else {
        return Ok(Found::Missing(table));
    };
    let rows = table.rows(content, &asked)?;
    let chosen_by = asked.keys().filter_map(|name| content.column(name));
    Ok(Found::Rows(Rows {
        table,
        content,
        rows,
        chosen_by: chosen_by.collect(),
    }))
}

/// What stands in the place of a figure whose table is not there.
pub(super) fn pending(table: &Table) -> Figure {
    Figure::Pending(Awaited::source(SourceId::Table(
        table.declaration.name.clone(),
    )))
}

impl<'a> Rows<'a> {
    /// The index of a column of any kind.
    pub(super) fn column(&self, name: &str) -> Result<usize, String> {
        self.content.column(name).ok_or_else(|| {
            let known: Vec<_> = self
                .content
                .heads
                .iter()
                .map(|head| format!("`{head}`"))
                .collect();
            let table = &self.table.declaration.name;
            format!(
                "no column of `{table}` is named `{name}`, expected one of {}",
                known.join(", ")
            )
        })
    }

    /// A column with numbers, in the unit that a view prints it in.
    pub(super) fn numbers(&self, name: &str, unit: Option<&str>) -> Result<Numbers<'a>, String> {
        let (table, content) = (self.table, self.content);
        let column = table.number_column(name)?;
        let unit = match unit {
            Some(unit) => unit.to_owned(),
            None => table.unit(column).symbol.clone(),
        };
        // A unit that does not fit is refused once, not for each cell.
        convert(0.0, table.unit(column).unit, &unit)
            .map_err(|error| format!("`{column}`: {error}"))?;
        let index = self.column(column)?;
        Ok(Numbers {
            table,
            content,
            column,
            index,
            unit,
        })
    }

    /// One series for each value of `by`; a single one without a name for none.
    pub(super) fn series(&self, by: Option<&str>) -> Result<Vec<(String, Vec<u32>)>, String> {
        Ok(match by {
            Some(by) => self.content.groups(&self.rows, self.column(by)?),
            None => vec![(String::new(), self.rows.clone())],
        })
    }

    /// What a series is about: its value of `by`, or for a single one the values that its rows were
    /// chosen by, and what it measures.
    pub(super) fn subject(&self, by: Option<&str>, name: &str, measured: &str) -> Subject {
        let Some(by) = by else {
            return Subject::alone(Identity::new("measure", measured), self.chosen());
        };
        let head = self
            .content
            .column(by)
            .map(|column| &self.content.heads[column]);
        Identity::new(head.map_or(by, String::as_str), name).into()
    }

    /// What a bar of a category is about where no series are told apart: the category, where another
    /// plot tells such ones apart, and else what all rows have in common.
    pub(super) fn category(&self, column: usize, value: &str, measured: &str) -> Subject {
        let category = Identity::new(&self.content.heads[column], value);
        let also_of = std::iter::once(category).chain(self.chosen()).collect();
        Subject::alone(Identity::new("measure", measured), also_of)
    }

    /// The values that all rows were chosen by.
    fn chosen(&self) -> Vec<Identity> {
        let value = |column: &usize| match &self.content.groups(&self.rows, *column)[..] {
            [(value, _)] => Some(Identity::new(&self.content.heads[*column], value)),
            _ => None,
        };
        self.chosen_by.iter().filter_map(value).collect()
    }

    /// The median of a column in rows that are repeats of one measurement; `None` where all are empty.
    pub(super) fn median(&self, numbers: &Numbers, rows: &[u32]) -> Result<Option<Median>, String> {
        self.table.check_one(self.content, rows)?;
        let values: Vec<f64> = rows.iter().filter_map(|row| numbers.value(*row)).collect();
        Ok(median(&values))
    }

    /// What stands for the rows in the evidence.
    pub(super) fn inputs(&self, columns: &[&str]) -> Vec<Arc<Quantity>> {
        columns
            .iter()
            .flat_map(|column| self.table.rows_shown(column, &self.rows))
            .collect()
    }

    /// What the caption says of the repeats, of series without a value, and of the table's state.
    pub(super) fn note(&self, repeats: Repeats, absent: &[String]) -> String {
        let what = match repeats {
            Repeats::None => "",
            Repeats::Median => "Values are medians of repeats.",
            Repeats::Interval => "Values are medians of repeats with 95 % intervals.",
            Repeats::Range => {
                "Values are medians of repeats, with bands from the least to the greatest of them."
            }
        };
        let absent = match absent.is_empty() {
            true => String::new(),
            false => format!("Not measured: {}.", markdown(&quoted(absent))),
        };
        let state = match self.table.state {
            State::Stale { .. } => format!(
                "The file of the table {} is not the one that was sealed.",
                code(&self.table.declaration.name)
            ),
            _ => String::new(),
        };
        let sentences = [what, &absent, &state]
            .into_iter()
            .filter(|it| !it.is_empty());
        sentences.collect::<Vec<_>>().join(" ")
    }
}

/// What is shown of the repeats of one measurement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeats {
    /// There are none.
    None,
    /// Their median alone.
    Median,
    /// Their median with its 95 % interval.
    Interval,
    /// Their median, the least and the greatest.
    Range,
}

impl Repeats {
    /// Medians where there are repeats, with intervals or without.
    pub(super) fn of(repeated: bool, intervals: bool) -> Self {
        match (repeated, intervals) {
            (false, _) => Repeats::None,
            (true, false) => Repeats::Median,
            (true, true) => Repeats::Interval,
        }
    }
}

/// A column with numbers.
pub(super) struct Numbers<'a> {
    table: &'a Table,
    content: &'a Content,
    pub(super) column: &'a str,
    index: usize,
    unit: String,
}

impl Numbers<'_> {
    /// The number in a row, in the unit of the view; `None` where the cell is empty.
    pub(super) fn value(&self, row: u32) -> Option<f64> {
        let value = self.content.number(self.index, row as usize)?;
        let unit = self.table.unit(self.column);
        let converted = convert(unit.to_base(value), unit.unit, &self.unit);
        converted.ok().map(|converted| converted.value)
    }

    /// The unit of the view.
    pub(super) fn unit(&self) -> &str {
        &self.unit
    }

    /// The title of an axis: the label, or else the column's name, with the unit.
    ///
    /// # Errors
    /// Where the label types a unit.
    pub(super) fn title(&self, label: Option<&str>) -> Result<String, String> {
        match label {
            Some(label) => axis_title(label, &self.unit, self.table.unit(self.column).unit),
            None => Ok(titled(self.column, &self.unit)),
        }
    }
}

/// The title of an axis that shows values of the unit `of` in `unit`.
///
/// # Errors
/// Where the label types a unit, which would stand beside the axis's own.
pub(super) fn axis_title(label: &str, unit: &str, of: Unit) -> Result<String, String> {
    match stated_unit(label, &[of]) {
        None => Ok(titled(label, unit)),
        Some((before, typed)) => Err(format!(
            "the label `{label}` types the unit `{typed}`, and the axis has its own, `{unit}`; hint: \
             `{before}`"
        )),
    }
}

/// The names of series in a sentence.
pub(super) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    let quoted = |name: &S| format!("“{}”", name.as_ref());
    let names: Vec<_> = names.iter().map(quoted).collect();
    listed(&names)
}
