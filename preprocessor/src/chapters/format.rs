//! How a template asks for a quantity to be printed.

use crate::evidence::Quantity;
use crate::evidence::unit::{Unit, UnitError, convert};
use crate::views::numbers::{self, MOST_DIGITS, Text};
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

    /// Checks that the form fits the quantity, whether it has a value or not.
    ///
    /// # Errors
    /// Where it does not, with one that does.
    pub(crate) fn check(&self, quantity: &Quantity) -> Result<(), String> {
        let fault = self.format.check(quantity.unit).err();
        fault.map_or(Ok(()), |fault| Err(format!("`{}` {fault}", quantity.name)))
    }

    /// The quantity's value, and its 95 % interval behind it where that is wanted and known.
    ///
    /// # Errors
    /// Where the value is not finite or does not fit the form.
    pub(crate) fn print(&self, quantity: &Quantity, value: f64) -> Result<String, String> {
        let format = &self.format;
        let digits = format.count().unwrap_or(0);
        let print = |value: f64, digits| format.text(value, quantity.unit, digits);
        let text = format.whole(value, quantity.unit).and_then(|()| {
            match quantity.interval.filter(|_| self.interval) {
                Some((low, high)) => numbers::interval((value, low, high), digits, print),
                None => print(value, digits),
            }
        });
        text.map_err(|error| format!("`{}`: {error}", quantity.name))
    }
}

/// The form of a printed number. A unit is the one that the number is shown in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Format {
    /// 143,667,240
    Integer,
    /// Significant digits: 15.5.
    Significant { digits: usize, unit: Option<String> },
    /// Significant digits with a prefix and the unit: 15.5 GFLOP.
    Si { digits: usize },
    /// 99.08 %
    Percent { places: usize },
    /// Decimals in a stated unit: 1.776 ms.
    Fixed { places: usize, unit: Option<String> },
    /// Decimals in a stated unit, without it, for formulas.
    Bare { places: usize, unit: Option<String> },
    /// A number in the unit that the head of its column states.
    Column {
        precision: Precision,
        unit: Option<String>,
    },
    /// 2 h 13 min
    Duration,
}

/// To which digit a number is rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Precision {
    /// Decimal places.
    Places(usize),
    /// Significant digits.
    Digits(usize),
}

/// A filter that prints quantities.
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    /// The arguments that it has beside `interval` and `mark`.
    pub(crate) arguments: &'static [&'static str],
}

const fn filter(name: &'static str, arguments: &'static [&'static str]) -> Filter {
    Filter { name, arguments }
}

/// The filters that print quantities.
pub(crate) const FILTERS: [Filter; 7] = [
    filter("integer", &[]),
    filter("number", &["digits", "unit"]),
    filter("si", &["digits"]),
    filter("percent", &["places"]),
    filter("fixed", &["places", "unit"]),
    filter("bare", &["places", "unit"]),
    filter("duration", &[]),
];

/// Whether a filter of this name prints quantities.
pub(crate) fn is_filter(name: &str) -> bool {
    FILTERS.iter().any(|filter| filter.name == name)
}

/// The digits or places, and the unit, that a filter is given.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) count: Option<usize>,
    pub(super) unit: Option<String>,
}

/// Checks the number of digits or places that `key` asks for.
///
/// # Errors
/// Where no number has so many.
pub(crate) fn check_count(key: &str, count: f64) -> Result<usize, String> {
    let least = u8::from(key == "digits");
    let is_valid = count >= f64::from(least) && count <= MOST_DIGITS as f64;
    match is_valid && count.fract() == 0.0 {
        true => Ok(count as usize),
        false => Err(format!(
            "`{key}` is {count}, expected {least} to {MOST_DIGITS}"
        )),
    }
}

impl Format {
    /// The format of the filter `name` with its arguments.
    fn of_filter(name: &str, arguments: &Kwargs) -> TeraResult<Self> {
        let mut given = Given {
            unit: arguments.get::<String>("unit")?,
            count: None,
        };
        for key in ["places", "digits"] {
            if let Some(count) = arguments.get::<f64>(key)? {
                given.count = Some(check_count(key, count).map_err(tera::Error::message)?);
            }
        }
        Ok(Format::of(name, given))
    }

    /// The format of the filter `name` with what is given.
    pub(super) fn of(name: &str, Given { count, unit }: Given) -> Self {
        let digits = count.unwrap_or(3);
        match name {
            "integer" => Format::Integer,
            "number" => Format::Significant { digits, unit },
            "si" => Format::Si { digits },
            "percent" => Format::Percent {
                places: count.unwrap_or(1),
            },
            "fixed" => Format::Fixed {
                places: count.unwrap_or(2),
                unit,
            },
            "bare" => Format::Bare {
                places: count.unwrap_or(2),
                unit,
            },
            "duration" => Format::Duration,
            _ => unreachable!("{name} is not in FILTERS"),
        }
    }

    /// The digits or places that it rounds to.
    fn count(&self) -> Option<usize> {
        match self {
            Format::Integer | Format::Duration => None,
            Format::Significant { digits: count, .. }
            | Format::Si { digits: count }
            | Format::Percent { places: count }
            | Format::Fixed { places: count, .. }
            | Format::Bare { places: count, .. }
            | Format::Column {
                precision: Precision::Places(count) | Precision::Digits(count),
                ..
            } => Some(*count),
        }
    }

    /// Checks that a value in `unit` can be printed so.
    ///
    /// # Errors
    /// What the form does to such a value, and the filters that fit.
    pub(crate) fn check(&self, unit: Unit) -> Result<(), String> {
        let problem = match self {
            Format::Si { .. } => None,
            Format::Integer => {
                (!unit.is_whole()).then_some("`integer` prints a count without its unit".to_owned())
            }
            Format::Duration => {
                (unit != Unit::Second).then_some("`duration` prints a time".to_owned())
            }
            Format::Percent { .. } => {
                (unit != Unit::One).then_some("`percent` prints a share".to_owned())
            }
            Format::Significant { unit: to, .. } => unstated(unit, to.as_deref(), "`number`"),
            Format::Fixed { unit: to, .. } => unstated(unit, to.as_deref(), "`fixed`"),
            Format::Bare { unit: to, .. } => unstated(unit, to.as_deref(), "`bare`"),
            Format::Column { unit: to, .. } => unstated(unit, to.as_deref(), "the column"),
        };
        let fitting = match self {
            Format::Column { .. } => format!("`\"unit\": \"{unit}\"` or a multiple of it"),
            Format::Bare { .. } => format!("`bare(places=2, unit=\"{unit}\")`"),
            _ => fitting(unit),
        };
        problem.map_or(Ok(()), |problem| {
            Err(format!(
                "is {}, and {problem}; hint: {fitting}",
                described(unit)
            ))
        })
    }

    /// Checks that a pure number which is printed whole is whole: it may be a share.
    fn whole(&self, value: f64, unit: Unit) -> Result<(), numbers::NumberError> {
        match self {
            Format::Integer if unit == Unit::One => numbers::integer(value).map(drop),
            _ => Ok(()),
        }
    }

    /// A value in `unit`, to so many digits or places.
    fn text(&self, value: f64, unit: Unit, count: usize) -> Text {
        let stated = |to: &Option<String>, print: fn(f64, usize) -> Text| match to {
            Some(to) => numbers::stated_in(value, unit, to, |value| print(value, count)),
            None => print(value, count),
        };
        match self {
            Format::Integer => numbers::whole(value),
            Format::Significant { unit: to, .. } => stated(to, numbers::significant),
            Format::Si { .. } => numbers::si(value, unit, count),
            Format::Percent { .. } => numbers::percent(value, count),
            Format::Fixed { unit: to, .. } => stated(to, numbers::fixed),
            Format::Bare { unit: to, .. } => {
                numbers::bare(in_unit(value, unit, to.as_deref())?, count)
            }
            Format::Column {
                precision,
                unit: to,
            } => {
                let value = in_unit(value, unit, to.as_deref())?;
                match precision {
                    Precision::Places(_) => numbers::fixed(value, count),
                    Precision::Digits(_) => numbers::significant(value, count),
                }
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

/// What is wrong where `what` prints a value in `unit` in the unit `to`, or in none.
fn unstated(unit: Unit, to: Option<&str>, what: &str) -> Option<String> {
    match to {
        Some(to) if convert(1.0, unit, to).is_err() => {
            Some(format!("{what} cannot show it in `{to}`"))
        }
        None if !unit.may_be_left_out() => Some(format!("{what} states no unit")),
        _ => None,
    }
}

fn described(unit: Unit) -> String {
    match unit {
        Unit::One => "a pure number".to_owned(),
        unit => format!("in `{unit}`"),
    }
}

/// The filters that fit a value in `unit`.
fn fitting(unit: Unit) -> String {
    match unit {
        Unit::One => "`number`, `percent` or `fixed(places=1)`".to_owned(),
        Unit::Second => "`duration`, `si` or `fixed(places=1, unit=\"s\")`".to_owned(),
        unit if unit.is_count() => "`integer` or `si`".to_owned(),
        unit => format!("`si` or `fixed(places=1, unit=\"{unit}\")`"),
    }
}

fn in_unit(value: f64, unit: Unit, to: Option<&str>) -> Result<f64, UnitError> {
    to.map_or(Ok(value), |to| {
        convert(value, unit, to).map(|converted| converted.value)
    })
}
