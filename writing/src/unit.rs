//! The units of quantities, and the conversion of a value into the unit that a reader prefers.
//!
//! A value is kept in its base unit: seconds, not milliseconds; a fraction, not percent. Beside the
//! units of the program there are a person's own, declared under `[units]` of `data.toml`, and
//! products and quotients of both: `key/s`, `1/(nat·step)`. Two spellings of one unit are one unit.

mod compound;
mod convert;
mod expression;
mod own;
mod title;

pub use self::compound::Compound;
pub use self::convert::{Converted, convert};
pub use self::own::{MultipleOf, OwnMultiples, OwnUnit, Units};
pub use self::title::{stated_unit, titled};

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
    /// Per nat.
    PerNat,
    /// Per nat and training step.
    PerNatStep,
    /// A unit of a person's own.
    Own(&'static Spelling),
    /// A product or quotient of units that has no name of its own.
    Compound(&'static Compound),
}

/// Which multiples of a unit are usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// How a unit is written and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling {
    /// In files: `byte/s`.
    name: &'static str,
    /// Behind the number 1: `image`.
    one: &'static str,
    /// Behind other numbers: `images`.
    many: &'static str,
    multiples: Multiples,
}

impl Multiples {
    /// Whether they are written with SI prefixes.
    fn are_prefixes(self) -> bool {
        matches!(self, Multiples::Above | Multiples::Below | Multiples::Both)
    }
}

struct Row {
    unit: Unit,
    spelling: Spelling,
}

const fn row(
    unit: Unit,
    name: &'static str,
    one: &'static str,
    many: &'static str,
    multiples: Multiples,
) -> Row {
    let spelling = Spelling {
        name,
        one,
        many,
        multiples,
    };
    Row { unit, spelling }
}

#[rustfmt::skip]
const UNITS: [Row; 19] = [
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
    row(Unit::PerNat,         "1/nat",     "nat⁻¹",     "nat⁻¹",      Multiples::Never),
    row(Unit::PerNatStep,     "1/(nat·step)", "nat⁻¹·step⁻¹", "nat⁻¹·step⁻¹", Multiples::Never),
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
    fn spelling(self) -> &'static Spelling {
        match self {
            Unit::Own(spelling) => spelling,
            Unit::Compound(compound) => compound.spelling(),
            _ => {
                let row = UNITS.iter().find(|row| row.unit == self);
                &row.expect("each unit has its row").spelling
            }
        }
    }

    /// The name in `quoted.toml` and in records: `image/s`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spelling().name
    }

    /// What stands behind the printed number `text`: `image` after 1, else `images`; `B` for bytes.
    #[must_use]
    pub fn symbol_after(self, text: &str) -> &'static str {
        let spelling = self.spelling();
        if text == "1" {
            spelling.one
        } else {
            spelling.many
        }
    }

    /// Whether a value in this unit is a count, which is printed whole.
    pub fn is_count(self) -> bool {
        use Unit::{Epoch, Image, One, Own, Parameter, Step};
        match self {
            One | Image | Parameter | Epoch | Step => true,
            Own(spelling) => spelling.multiples == Multiples::Words,
            _ => false,
        }
    }

    /// Whether a value in this unit is whole where it is exact: a count, operations or bytes.
    pub fn is_whole(self) -> bool {
        use Unit::{Byte, Flop, MultiplyAccumulate};
        self.is_count() || matches!(self, Byte | Flop | MultiplyAccumulate)
    }

    /// Whether it is a pure number, or a product of powers of counts, such as `image/step`.
    pub fn is_of_counts(self) -> bool {
        self.factors().iter().all(|(unit, _)| unit.is_count())
    }

    /// Whether a number in this unit says the same without it: a unit that has no multiples which
    /// could be meant. Those are counts, the nat, and products of their powers.
    pub fn may_be_left_out(self) -> bool {
        let may = |(unit, _): &(Unit, i8)| unit.is_count() || *unit == Unit::Nat;
        self.factors().iter().all(may)
    }

    pub(crate) fn multiples(self) -> Multiples {
        self.spelling().multiples
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    /// The unit that `text` writes with the units of the program alone.
    fn from_str(text: &str) -> Result<Unit, UnitError> {
        Units::default().parse(text)
    }
}

/// A unit that does not exist or does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// A part of the text is no unit.
    #[error("unknown unit `{name}`, expected one of {known}{}", in_multiples(*.scaled))]
    Unknown {
        /// The part as given.
        name: String,
        /// The units that there are.
        known: String,
        /// Whether a multiple of them would do.
        scaled: bool,
    },
    /// The text is no product or quotient.
    #[error("`{text}` is not a unit: {problem}")]
    Malformed {
        /// The text as given.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A multiple where a base unit is expected.
    #[error("`{text}` is a multiple of `{base}`, expected `{base}` itself")]
    Multiple {
        /// The text as given.
        text: String,
        /// The unit that it is a multiple of.
        base: Unit,
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

fn in_multiples(scaled: bool) -> &'static str {
    match scaled {
        true => ", a multiple such as `ms`, or a product or quotient of them",
        false => " or a product or quotient of them",
    }
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
