//! The units of quantities, and the conversion of a value into the unit that a reader prefers.
//!
//! A value is kept in its base unit: seconds, not milliseconds; a fraction, not percent.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The base unit of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A pure number, `1`.
    One,
    /// A floating-point operation.
    Flop,
    /// A multiply-accumulate.
    MultiplyAccumulate,
    /// Floating-point operations per second.
    FlopPerSecond,
    /// A second.
    Second,
    /// A byte of 8 bits.
    Byte,
    /// Bytes per second.
    BytePerSecond,
    /// Images per second.
    ImagePerSecond,
    /// Training steps per second.
    StepPerSecond,
    /// An image.
    Image,
    /// A trainable parameter.
    Parameter,
    /// A pass over the training set.
    Epoch,
    /// A training step.
    Step,
    /// A nat, the unit of a cross-entropy with the natural logarithm.
    Nat,
    /// A watt.
    Watt,
    /// A hertz.
    Hertz,
    /// A percentage point.
    Point,
}

/// Which multiples of a unit are usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Multiples {
    /// None: 12,345,000.
    Never,
    /// Words: 12.3 million parameters.
    Words,
    /// SI prefixes above one: 15.5 GFLOP.
    Above,
    /// SI prefixes below one: 1.78 ms, but 5,000 s.
    Below,
    /// SI prefixes on both sides: 300 W, 12 mW, 1.2 kW.
    Both,
}

struct Row {
    unit: Unit,
    name: &'static str,
    one: &'static str,
    many: &'static str,
    multiples: Multiples,
}

const fn row(
    unit: Unit,
    name: &'static str,
    one: &'static str,
    many: &'static str,
    multiples: Multiples,
) -> Row {
    Row {
        unit,
        name,
        one,
        many,
        multiples,
    }
}

#[rustfmt::skip]
const UNITS: [Row; 17] = [
    row(Unit::One,            "1",         "",          "",           Multiples::Never),
    row(Unit::Flop,           "FLOP",      "FLOP",      "FLOP",       Multiples::Above),
    row(Unit::MultiplyAccumulate, "MAC",   "MAC",       "MACs",       Multiples::Above),
    row(Unit::FlopPerSecond,  "FLOP/s",    "FLOP/s",    "FLOP/s",     Multiples::Above),
    row(Unit::Second,         "s",         "s",         "s",          Multiples::Below),
    row(Unit::Byte,           "byte",      "B",         "B",          Multiples::Above),
    row(Unit::BytePerSecond,  "byte/s",    "B/s",       "B/s",        Multiples::Above),
    row(Unit::ImagePerSecond, "image/s",   "image/s",   "images/s",   Multiples::Never),
    row(Unit::StepPerSecond,  "step/s",    "step/s",    "steps/s",    Multiples::Never),
    row(Unit::Image,          "image",     "image",     "images",     Multiples::Words),
    row(Unit::Parameter,      "parameter", "parameter", "parameters", Multiples::Words),
    row(Unit::Epoch,          "epoch",     "epoch",     "epochs",     Multiples::Never),
    row(Unit::Step,           "step",      "step",      "steps",      Multiples::Words),
    row(Unit::Nat,            "nat",       "nat",       "nats",       Multiples::Never),
    row(Unit::Watt,           "W",         "W",         "W",          Multiples::Both),
    row(Unit::Hertz,          "Hz",        "Hz",        "Hz",         Multiples::Both),
    row(Unit::Point,          "point",     "point",     "points",     Multiples::Never),
];

/// SI prefixes as (symbol, power of ten).
pub(crate) const PREFIXES: [(&str, i32); 10] = [
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("", 0),
    ("m", -3),
    ("µ", -6),
    ("n", -9),
];

/// Words for large counts as (word, power of ten).
pub(crate) const WORDS: [(&str, i32); 2] = [("billion", 9), ("million", 6)];

impl Unit {
    fn row(self) -> &'static Row {
        UNITS
            .iter()
            .find(|row| row.unit == self)
            .expect("each unit has its row")
    }

    /// The name in `quoted.toml` and in records: `image/s`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What stands behind the printed number `text`: `image` after 1, else `images`; `B` for bytes.
    #[must_use]
    pub fn symbol_after(self, text: &str) -> &'static str {
        let row = self.row();
        if text == "1" { row.one } else { row.many }
    }

    pub(crate) fn multiples(self) -> Multiples {
        self.row().multiples
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(name: &str) -> Result<Unit, UnitError> {
        let row = UNITS.iter().find(|row| row.name == name);
        row.map(|row| row.unit).ok_or_else(|| UnitError::Unknown {
            name: name.to_owned(),
        })
    }
}

/// A unit that does not exist or does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// The name is not one of [`Unit`]'s.
    #[error("unknown unit `{name}`, expected one of {}", names())]
    Unknown {
        /// The name as given.
        name: String,
    },
    /// The wanted unit measures something else.
    #[error("a value in `{from}` cannot be printed in `{to}`")]
    Mismatch {
        /// The unit of the value.
        from: Unit,
        /// The unit asked for.
        to: String,
    },
}

fn names() -> String {
    let names: Vec<String> = UNITS.iter().map(|row| format!("`{}`", row.name)).collect();
    names.join(" ")
}

/// A value in the unit that the reader sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    /// The number in that unit.
    pub value: f64,
    /// The unit as printed: `ms`, `%`, `million parameters`; empty for a pure number.
    pub symbol: Cow<'static, str>,
}

/// Converts `value` from its base unit into `to`.
///
/// `to` is a base unit's name or symbol (`byte`, `B`, `images`), one with an SI prefix
/// (`TFLOP/s`, `us` for µs), `%` or `points` for a fraction, `min` `h` `d` `days` for seconds,
/// `KiB` to `TiB` for bytes, or a word (`million parameters`, `million`) for a count.
///
/// # Errors
/// [`UnitError::Mismatch`] names both units when `to` does not measure what `from` measures.
pub fn convert(value: f64, from: Unit, to: &str) -> Result<Converted, UnitError> {
    let plain = plain_scale(from, to);
    let (scale, symbol) = plain
        .or_else(|| prefixed_scale(from, to))
        .or_else(|| special_scale(from, to))
        .ok_or_else(|| UnitError::Mismatch {
            from,
            to: to.to_owned(),
        })?;
    Ok(Converted {
        value: scale.apply(value),
        symbol,
    })
}

/// A factor as a multiplication or a division by an exact constant: one rounding, not two.
enum Scale {
    Times(f64),
    Over(f64),
}

impl Scale {
    fn per_power_of_ten(power: i32) -> Scale {
        let magnitude = 10f64.powi(power.abs());
        if power >= 0 {
            Scale::Over(magnitude)
        } else {
            Scale::Times(magnitude)
        }
    }

    fn apply(&self, value: f64) -> f64 {
        match self {
            Scale::Times(factor) => value * factor,
            Scale::Over(divisor) => value / divisor,
        }
    }
}

/// How a value is converted, and the unit that it then has.
type Scaled = (Scale, Cow<'static, str>);

fn plain_scale(from: Unit, to: &str) -> Option<Scaled> {
    let row = from.row();
    let fits = [row.name, row.one, row.many].contains(&to);
    fits.then_some((Scale::Times(1.0), Cow::Borrowed(row.many)))
}

fn prefixed_scale(from: Unit, to: &str) -> Option<Scaled> {
    let Row {
        many, multiples, ..
    } = from.row();
    let si = matches!(
        multiples,
        Multiples::Above | Multiples::Below | Multiples::Both
    );
    let (known, between) = if si {
        (&PREFIXES[..], "")
    } else {
        (&WORDS[..], " ")
    };
    known.iter().find_map(|&(multiple, power)| {
        let symbol = match to.strip_prefix(multiple) {
            None if multiple == "µ" => to.strip_prefix('u')?,
            rest => rest?,
        };
        let fits = if many.is_empty() {
            symbol.is_empty()
        } else {
            symbol.strip_prefix(between) == Some(many)
        };
        let printed = || format!("{multiple}{between}{many}").trim_end().to_owned();
        fits.then(|| (Scale::per_power_of_ten(power), Cow::Owned(printed())))
    })
}

fn special_scale(from: Unit, to: &str) -> Option<Scaled> {
    let scale = match (from, to) {
        (Unit::One, "%" | "points") => Scale::Times(100.0),
        (Unit::Second, "min") => Scale::Over(60.0),
        (Unit::Second, "h") => Scale::Over(3600.0),
        (Unit::Second, "d" | "days") => Scale::Over(86400.0),
        (Unit::Byte, "KiB") => Scale::Over(1024.0),
        (Unit::Byte, "MiB") => Scale::Over(1024f64.powi(2)),
        (Unit::Byte, "GiB") => Scale::Over(1024f64.powi(3)),
        (Unit::Byte, "TiB") => Scale::Over(1024f64.powi(4)),
        _ => return None,
    };
    Some((scale, Cow::Owned(to.to_owned())))
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
