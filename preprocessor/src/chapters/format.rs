//! How a template asks for a quantity to be printed.

use crate::evidence::Quantity;
use crate::evidence::unit::{Unit, UnitError, convert};
use crate::views::numbers::{self, Text};
use tera::{Kwargs, TeraResult};

/// How a quantity is printed: the form of its number, and whether its interval follows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Printing {
    pub(crate) format: Format,
    pub(crate) interval: bool,
}

impl Printing {
    /// How the filter `name` prints with its arguments.
    pub(crate) fn of_filter(name: &str, arguments: &Kwargs) -> TeraResult<Self> {
        Ok(Printing {
            format: Format::of_filter(name, arguments)?,
            interval: arguments.get::<bool>("interval")?.unwrap_or(false),
        })
    }

    /// How a quantity is printed without a filter.
    pub(crate) fn default_of(quantity: &Quantity) -> Self {
        Printing {
            format: Format::default_of(quantity.unit, quantity.known().unwrap_or_default()),
            interval: false,
        }
    }

    /// The quantity's value, and its 95 % interval behind it where that is wanted and known.
    ///
    /// # Errors
    /// Where the value is not finite or does not fit the form.
    pub(crate) fn print(&self, quantity: &Quantity, value: f64) -> Result<String, String> {
        let print = |value: f64| self.format.text(value, quantity);
        let text = match quantity.interval.filter(|_| self.interval) {
            Some((low, high)) => numbers::interval(value, low, high, print),
            None => print(value),
        };
        text.map_err(|error| format!("`{}`: {error}", quantity.name))
    }
}

/// The form of a printed number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Format {
    /// 143,667,240
    Integer,
    /// Significant digits, no unit.
    Significant { digits: usize },
    /// Significant digits with a prefix and the unit: 15.5 GFLOP.
    Si { digits: usize },
    /// 99.08 %
    Percent { places: usize },
    /// Decimals in a stated unit: 1.776 ms.
    Fixed { places: usize, unit: Option<String> },
    /// Decimals in a stated unit, without it, for formulas.
    Bare { places: usize, unit: Option<String> },
    /// Decimals in the unit that the head of a table's column states.
    Column { places: usize, unit: Option<String> },
    /// 2 h 13 min
    Duration,
}

/// The filters by name.
pub(crate) const FILTERS: [&str; 7] = [
    "integer", "number", "si", "percent", "fixed", "bare", "duration",
];

impl Format {
    /// The format of the filter `name` with its arguments.
    fn of_filter(name: &str, arguments: &Kwargs) -> TeraResult<Self> {
        let count = |key: &str, default: usize| -> TeraResult<usize> {
            Ok(arguments.get::<usize>(key)?.unwrap_or(default))
        };
        let unit = || arguments.get::<String>("unit");
        Ok(match name {
            "integer" => Format::Integer,
            "number" => Format::Significant {
                digits: count("digits", 3)?,
            },
            "si" => Format::Si {
                digits: count("digits", 3)?,
            },
            "percent" => Format::Percent {
                places: count("places", 1)?,
            },
            "fixed" => Format::Fixed {
                places: count("places", 2)?,
                unit: unit()?,
            },
            "bare" => Format::Bare {
                places: count("places", 2)?,
                unit: unit()?,
            },
            "duration" => Format::Duration,
            _ => unreachable!("{name} is not in FILTERS"),
        })
    }

    fn text(&self, value: f64, quantity: &Quantity) -> Text {
        let unit = quantity.unit;
        match self {
            Format::Integer => numbers::integer(value),
            Format::Significant { digits } => numbers::significant(value, *digits),
            Format::Si { digits } => numbers::si(value, unit, *digits),
            Format::Percent { places } => numbers::percent(value, *places),
            Format::Fixed { places, unit: None } => numbers::fixed(value, *places),
            Format::Fixed {
                places,
                unit: Some(to),
            } => numbers::fixed_in(value, unit, to, *places),
            Format::Bare { places, unit: to } => {
                numbers::bare(in_unit(value, unit, to.as_deref())?, *places)
            }
            Format::Column { places, unit: to } => {
                numbers::fixed(in_unit(value, unit, to.as_deref())?, *places)
            }
            Format::Duration => numbers::duration(value),
        }
    }

    /// The value in the unit that a column of this form shows, unrounded, for its CSV.
    ///
    /// # Errors
    /// Where the column's unit does not measure what `unit` measures.
    pub(crate) fn column_value(&self, unit: Unit, value: f64) -> Result<f64, String> {
        match self {
            Format::Column { unit: to, .. } => {
                in_unit(value, unit, to.as_deref()).map_err(|error| error.to_string())
            }
            _ => Ok(value),
        }
    }

    /// The form of a quantity that is printed without a filter.
    fn default_of(unit: Unit, value: f64) -> Self {
        match unit.is_count() && value.fract() == 0.0 {
            true => Format::Integer,
            false => Format::Si { digits: 3 },
        }
    }
}

fn in_unit(value: f64, unit: Unit, to: Option<&str>) -> Result<f64, UnitError> {
    to.map_or(Ok(value), |to| {
        convert(value, unit, to).map(|converted| converted.value)
    })
}
