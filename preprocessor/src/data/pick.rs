//! A quantity from the rows of a table.

use super::content::Content;
use super::name::picked;
use super::select::{Filters, index};
use super::table::{Table, Tables};
use crate::evidence::unit::MultipleOf;
use crate::evidence::{Missing, Quantity};
use crate::statistics::median_interval::median;
use std::sync::Arc;

/// Of more repeats than these the evidence lists the lines, not each value.
const LISTED_REPEATS: usize = 30;

impl Tables {
    /// The table and the column with numbers that `times.seconds` names.
    ///
    /// # Errors
    /// Where there is no such table or column.
    pub fn column(&self, name: &str) -> Result<(&Table, &str), String> {
        let Some((table, column)) = name.split_once('.') else {
            return Err(format!(
                "`{name}` names no column; hint: write the table and the column, `times.seconds`"
            ));
        };
        let table = self.table(table)?;
        Ok((table, table.number_column(column)?))
    }

    /// The quantity in a column at the rows that `filters` names: *measured* of one row, *derived* of
    /// several repeats.
    ///
    /// # Errors
    /// Where there is no such column or row, or where several rows are no repeats of one measurement.
    pub fn pick(&self, column: &str, filters: &Filters) -> Result<Arc<Quantity>, String> {
        let (table, column) = self.column(column)?;
        let Some(content) = &table.content else {
            return table.pick_missing(column, filters);
        };
        let rows = table.rows(content, filters)?;
        table.check_one(content, &rows)?;
        table.pick(content, column, &rows)
    }
}

impl Table {
    /// What is picked of a table that has no file.
    fn pick_missing(&self, column: &str, filters: &Filters) -> Result<Arc<Quantity>, String> {
        let wanted = self.wanted(filters)?;
        let values: Vec<_> = wanted
            .into_iter()
            .map(|(head, wanted)| (head, wanted.text.clone()))
            .collect();
        let name = picked(&self.declaration.name, column, &values);
        let unit = self.unit(column).unit;
        Ok(self.read_at(name, unit, (column.to_owned(), None), None))
    }

    /// The unit of a column with numbers.
    pub fn unit(&self, column: &str) -> &MultipleOf {
        &self.declaration.columns[column]
    }

    /// The quantity in a column of `rows`, which are one row or repeats of one measurement.
    ///
    /// # Errors
    /// Where the column is not there.
    pub fn pick(
        &self,
        content: &Content,
        column: &str,
        rows: &[u32],
    ) -> Result<Arc<Quantity>, String> {
        let repeats: Vec<_> = rows
            .iter()
            .map(|row| self.pick_row(content, column, *row as usize))
            .collect::<Result<_, _>>()?;
        if let [only] = &repeats[..] {
            return Ok(only.clone());
        }
        let values: Vec<f64> = repeats.iter().filter_map(|repeat| repeat.known()).collect();
        let empty = match repeats.len() - values.len() {
            0 => String::new(),
            empty => format!(", {empty} of them empty"),
        };
        let places = content.ranges(rows);
        let found = median(&values);
        let inputs = match repeats.len() <= LISTED_REPEATS {
            true => repeats,
            false => self.rows_shown(column, rows),
        };
        let quantity = Quantity::computed(
            picked(
                &self.declaration.name,
                column,
                &self.place(content, rows[0] as usize, false)?,
            ),
            self.unit(column).unit,
            format!("median of {} repeats, {places}{empty}", rows.len()),
            inputs,
            found.map(|median| median.value).ok_or(Missing::NotMeasured),
        );
        Ok(match found.and_then(|median| median.interval) {
            Some((low, high)) => quantity.with_interval(low, high),
            None => quantity,
        })
    }

    fn pick_row(
        &self,
        content: &Content,
        column: &str,
        row: usize,
    ) -> Result<Arc<Quantity>, String> {
        let value = content.number(index(content, column)?, row);
        let unit = self.unit(column);
        let place = self.place(content, row, true)?;
        let name = picked(&self.declaration.name, column, &place);
        let key = format!("{column} in {}", content.place(row));
        let value = value.map(|value| unit.to_base(value));
        Ok(self.read_at(name, unit.unit, (key, Some(row as u32)), value))
    }

    /// The values of `where` in a row, and which repeat it is.
    fn place(
        &self,
        content: &Content,
        row: usize,
        repeat: bool,
    ) -> Result<Vec<(&str, String)>, String> {
        let repeat = self.declaration.repeat.iter().filter(|_| repeat);
        let columns = self.declaration.place.iter().chain(repeat);
        let value = |column: &'_ String| index(content, column).map(|at| content.text(at, row));
        columns
            .map(|column| Ok((column.as_str(), value(column)?)))
            .collect()
    }
}
