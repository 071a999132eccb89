//! The conversion of a value into the unit that a reader prefers.

use super::expression::Expression;
use super::{PREFIXES, Spelling, Unit, UnitError, WORDS};
use crate::decimal::shifted;
use std::borrow::Cow;

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
/// `KiB` to `TiB` for bytes, a word (`million parameters`, `million`) for a count, or a product or
/// quotient of such units (`keys/ms`, `million keys/s`).
///
/// # Errors
/// [`UnitError::Mismatch`] names both units when `to` does not measure what `from` measures.
pub fn convert(value: f64, from: Unit, to: &str) -> Result<Converted, UnitError> {
    let plain = plain_scale(from, to);
    let (scale, symbol) = plain
        .or_else(|| prefixed_scale(from, to))
        .or_else(|| special_scale(from, to))
        .or_else(|| expressed_scale(from, to))
        .ok_or_else(|| UnitError::Mismatch {
            from,
            to: to.to_owned(),
        })?;
    Ok(Converted {
        value: scale.apply(value),
        symbol,
    })
}

/// A factor as a multiplication and a division by exact constants, of which one is usually 1, and a
/// power of ten, which shifts the point and rounds nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) times: f64,
    pub(super) over: f64,
    pub(super) power_of_ten: i32,
}

impl Scale {
    pub(super) const ONE: Scale = Scale {
        times: 1.0,
        over: 1.0,
        power_of_ten: 0,
    };

    fn over(divisor: f64) -> Scale {
        Scale {
            over: divisor,
            ..Scale::ONE
        }
    }

    pub(super) fn of_power(power_of_ten: i32) -> Scale {
        Scale {
            power_of_ten,
            ..Scale::ONE
        }
    }

    /// From a unit into the one that it is this factor of.
    pub(super) fn apply(self, value: f64) -> f64 {
        shifted(value * self.times / self.over, self.power_of_ten)
    }

    /// The way back.
    pub(super) fn revert(self, value: f64) -> f64 {
        shifted(value, -self.power_of_ten) * self.over / self.times
    }
}

/// How a value is converted, and the unit that it then has.
type Scaled = (Scale, Cow<'static, str>);

fn plain_scale(from: Unit, to: &str) -> Option<Scaled> {
    let Spelling {
        name, one, many, ..
    } = *from.spelling();
    let fits = [name, one, many].contains(&to);
    fits.then_some((Scale::ONE, Cow::Borrowed(many)))
}

fn prefixed_scale(from: Unit, to: &str) -> Option<Scaled> {
    let Spelling {
        many, multiples, ..
    } = *from.spelling();
    let (known, between) = if multiples.are_prefixes() {
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
        fits.then(|| (Scale::of_power(-power), Cow::Owned(printed())))
    })
}

fn special_scale(from: Unit, to: &str) -> Option<Scaled> {
    let scale = match special(to) {
        _ if (from, to) == (Unit::One, "points") => Scale::of_power(2),
        Some((unit, scale)) if unit == from => scale,
        _ => return None,
    };
    Some((scale, Cow::Owned(to.to_owned())))
}

/// A multiple that is no power of ten with a prefix: the unit that it is one of, and the factor from
/// that unit into it.
pub(super) fn special(name: &str) -> Option<(Unit, Scale)> {
    Some(match name {
        "%" => (Unit::One, Scale::of_power(2)),
        "min" => (Unit::Second, Scale::over(60.0)),
        "h" => (Unit::Second, Scale::over(3600.0)),
        "d" | "days" => (Unit::Second, Scale::over(86400.0)),
        "KiB" => (Unit::Byte, Scale::over(1024.0)),
        "MiB" => (Unit::Byte, Scale::over(1024f64.powi(2))),
        "GiB" => (Unit::Byte, Scale::over(1024f64.powi(3))),
        "TiB" => (Unit::Byte, Scale::over(1024f64.powi(4))),
        _ => return None,
    })
}

/// A product or quotient, with a word for a large count before it.
fn expressed_scale(from: Unit, to: &str) -> Option<Scaled> {
    let words = WORDS.iter().find_map(|(word, power)| {
        let rest = to.strip_prefix(word)?.strip_prefix(' ')?;
        Some((*word, *power, rest))
    });
    let (word, power, rest) = words.unwrap_or(("", 0, to));
    let own = from.factors().into_iter().map(|(unit, _)| unit);
    let wanted = Expression::parse(rest, &own.collect::<Vec<_>>()).ok()?;
    let scale = wanted.scale_from_base(power)?;
    let symbol = format!("{word} {}", wanted.symbol()).trim().to_owned();
    (wanted.unit() == from).then_some((scale, Cow::Owned(symbol)))
}
