//! Columns of numbers in the tables that views make.

use super::numbers;
use super::shown::EvidenceMark;
use super::table::{Alignment, Cell, Column};
use crate::evidence::Quantity;
use crate::evidence::unit::{Converted, Unit, convert, titled};
use writing::decimal::shifted;

/// What stands where a quantity has no value.
const NONE: &str = "–";

/// A column of numbers: the unit in its head is the one that its cells are converted into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberColumn<'a> {
    head: &'a str,
    unit: &'a str,
    precision: Precision,
    /// The power of ten that the numbers are multiplied by.
    power_of_ten: i32,
}

#[derive(Debug, Clone, Copy)]
enum Precision {
    /// So many decimals.
    Places(usize),
    /// So many significant digits, and the interval.
    Estimate(usize),
}

impl<'a> NumberColumn<'a> {
    /// Numbers with so many decimals.
    pub(crate) const fn fixed(head: &'a str, unit: &'a str, places: usize) -> Self {
        NumberColumn {
            head,
            unit,
            precision: Precision::Places(places),
            power_of_ten: 0,
        }
    }

    /// Numbers with so many significant digits and their intervals.
    pub(crate) const fn estimate(head: &'a str, unit: &'a str, digits: usize) -> Self {
        NumberColumn {
            head,
            unit,
            precision: Precision::Estimate(digits),
            power_of_ten: 0,
        }
    }

    /// The same under another head.
    pub(crate) fn headed(self, head: &'a str) -> Self {
        NumberColumn { head, ..self }
    }

    /// The numbers times 10^`power`, which the head says.
    pub(crate) const fn times_ten_to(self, power: i32) -> Self {
        NumberColumn {
            power_of_ten: power,
            ..self
        }
    }

    /// The head with its unit.
    pub(crate) fn column(&self) -> Column {
        Column::new(&titled(&self.short_head(), self.unit), Alignment::Decimal)
    }

    /// The head without its unit, which the caption says; the data have it.
    pub(crate) fn short_column(&self) -> Column {
        Column {
            head: self.short_head(),
            ..self.column()
        }
    }

    /// `β₀ is in 1/(nat·step)`, for a caption.
    pub(crate) fn unit_in_words(&self) -> (&'a str, &'a str) {
        (self.head, self.unit)
    }

    fn short_head(&self) -> String {
        match self.power_of_ten {
            0 => self.head.to_owned(),
            power => format!("10{} {}", numbers::superscript(power), self.head),
        }
    }

    /// A quantity with its mark; a dash where it has no value.
    ///
    /// # Errors
    /// Where the quantity is of another unit, whether it has a value or not.
    pub(crate) fn cell(&self, quantity: &Quantity, mark: EvidenceMark) -> Result<Cell, String> {
        let fault = |error: String| format!("`{}`: {error}", quantity.name);
        self.shown(0.0, quantity.unit).map_err(fault)?;
        let Some(value) = quantity.known() else {
            return Ok(Cell {
                text: mark(quantity, NONE),
                printed: NONE.to_owned(),
                csv: String::new(),
            });
        };
        let ends = match (self.precision, quantity.interval) {
            (Precision::Estimate(_), ends) => ends,
            (Precision::Places(_), _) => None,
        };
        let cell = self.number(value, ends, quantity.unit).map_err(fault)?;
        let marked = mark(quantity, &cell.printed);
        Ok(cell.shown_as(marked))
    }

    /// A number in `unit` that is no quantity.
    ///
    /// # Errors
    /// Where the unit is another one.
    pub(crate) fn plain_cell(&self, value: f64, unit: Unit) -> Result<Cell, String> {
        self.number(value, None, unit)
    }

    fn number(&self, value: f64, ends: Option<(f64, f64)>, unit: Unit) -> Result<Cell, String> {
        let value = self.shown(value, unit)?;
        let (digits, print): (_, fn(f64, usize) -> numbers::Text) = match self.precision {
            Precision::Places(places) => (places, numbers::fixed),
            Precision::Estimate(digits) => (digits, numbers::significant),
        };
        let printed = match ends {
            Some((low, high)) => {
                let all = (value, self.shown(low, unit)?, self.shown(high, unit)?);
                numbers::interval(all, digits, print)
            }
            None => print(value, digits),
        };
        let printed = printed.map_err(|error| error.to_string())?;
        Ok(Cell::number(&printed, value))
    }

    /// A value in `unit` as the column shows it.
    fn shown(&self, value: f64, unit: Unit) -> Result<f64, String> {
        let Converted { value, .. } =
            convert(value, unit, self.unit).map_err(|error| error.to_string())?;
        Ok(shifted(value, self.power_of_ten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(column: NumberColumn, quantity: &Quantity, expected: Result<(&str, &str), &str>) {
        let mark = |_: &Quantity, text: &str| format!("[{text}]");
        let cell = column.cell(quantity, &mark);
        let found = cell
            .as_ref()
            .map(|cell| (cell.text.as_str(), cell.csv.as_str()));
        assert_eq!(found.map_err(String::as_str), expected);
    }

    #[test]
    fn the_head_names_the_unit_of_the_cells() {
        let time = Quantity::exact("t", Unit::Second, 0.001_776, "a definition");
        let in_ms = NumberColumn::fixed("Time", "ms", 1);
        assert_eq!(in_ms.column().csv_head, "Time (ms)");
        check(in_ms, &time, Ok(("[1.8]", "1.776")));
        check(
            NumberColumn::fixed("Time", "h", 1),
            &time,
            Ok((
                "[5 × 10⁻⁷]".replace(' ', "\u{a0}").as_str(),
                "0.0000004933333333333333",
            )),
        );
        let beta = Quantity::exact("b", Unit::PerNatStep, 0.000_258, "a definition");
        let beta = beta.with_interval(0.000_2, 0.000_335);
        let scaled = NumberColumn::estimate("β₀", "1/(nat·step)", 3).times_ten_to(3);
        assert_eq!(scaled.column().csv_head, "10³ β₀ (1/(nat·step))");
        assert_eq!(scaled.short_column().head, "10³ β₀");
        check(scaled, &beta, Ok(("[0.258 (0.200 to 0.335)]", "0.258")));
    }

    #[test]
    fn a_unit_that_does_not_fit_is_found_without_a_value() {
        let missing = Quantity::computed("x", Unit::Flop, "f", vec![], Err("none".into()));
        let in_ms = NumberColumn::fixed("Time", "ms", 1);
        check(
            in_ms,
            &missing,
            Err("`x`: a value in `FLOP` cannot be printed in `ms`"),
        );
        check(
            NumberColumn::fixed("Work", "MFLOP", 1),
            &missing,
            Ok(("[–]", "")),
        );
    }
}
