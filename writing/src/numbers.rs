//! Numbers as text, ready to print.
//!
//! The minus sign is U+2212, thousands are parted by commas, a no-break space stands before a
//! unit. Rounding is that of `std`: the exact binary value to the nearest decimal. A zero has
//! a sign only in an interval. NaN and infinities are errors in every function.

use std::borrow::Cow;

use thiserror::Error;

use crate::unit::{Converted, Multiples, PREFIXES, Unit, UnitError, WORDS, convert};

/// The space between a number and its unit.
pub const NO_BREAK_SPACE: char = '\u{a0}';
/// The minus sign.
pub const MINUS: char = '\u{2212}';

/// Most significant digits and decimal places that a 64-bit float can tell apart.
const MOST_DIGITS: usize = 17;
/// Above this exponent, and below the negative of the next, powers of ten are written out.
const LARGEST_PLAIN_EXPONENT: i32 = 14;
const SMALLEST_PLAIN_EXPONENT: i32 = -5;

const MINUTE_SECONDS: f64 = 60.0;
const HOUR_SECONDS: f64 = 3600.0;
const DAY_SECONDS: f64 = 86400.0;

/// Why a number cannot be printed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum NumberError {
    /// NaN or an infinity.
    #[error("`{value}` is not a finite number")]
    NotFinite {
        /// The value.
        value: f64,
    },
    /// A whole number was expected.
    #[error("`{value}` is not a whole number below 2^53")]
    NotAnInteger {
        /// The value.
        value: f64,
    },
    /// No significant digits, or more than a float has.
    #[error("`digits` is {digits}, expected 1 to {MOST_DIGITS}")]
    Digits {
        /// The digits asked for.
        digits: usize,
    },
    /// More decimal places than a float has.
    #[error("`places` is {places}, expected 0 to {MOST_DIGITS}")]
    Places {
        /// The places asked for.
        places: usize,
    },
    /// An interval whose ends are in the wrong order.
    #[error("interval from `{low}` to `{high}` ends before it begins")]
    Interval {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// The unit does not exist or does not fit.
    #[error(transparent)]
    Unit(#[from] UnitError),
}

/// Text of a number, or why there is none.
pub type Text = Result<String, NumberError>;

/// A whole number with its thousands parted: 143,667,240.
///
/// # Errors
/// [`NumberError::NotAnInteger`] if `value` has a fraction or is too large to be exact.
pub fn integer(value: f64) -> Text {
    let value = finite(value)?;
    if value.fract() != 0.0 || value.abs() >= 2f64.powi(53) {
        return Err(NumberError::NotAnInteger { value });
    }
    fixed(value, 0)
}

/// `value` with `places` decimals: 1,234.50.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn fixed(value: f64, places: usize) -> Text {
    Ok(signed(value, &grouped(&unsigned_fixed(value, places)?)))
}

/// `value` with `places` decimals for a formula: no commas, an ASCII hyphen as the minus.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn bare(value: f64, places: usize) -> Text {
    Ok(signed(value, &unsigned_fixed(value, places)?).replace(MINUS, "-"))
}

/// `value` rounded to significant `digits`: 0.000123, 123,000, 1.23 × 10⁻⁷.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Digits`].
pub fn significant(value: f64, digits: usize) -> Text {
    let rounded = Rounded::new(value, digits)?;
    let plain = SMALLEST_PLAIN_EXPONENT..=LARGEST_PLAIN_EXPONENT;
    let text = if plain.contains(&rounded.exponent) {
        grouped(&rounded.shifted(0))
    } else {
        let power = superscript(rounded.exponent);
        format!(
            "{}{NO_BREAK_SPACE}×{NO_BREAK_SPACE}10{power}",
            rounded.shifted(-rounded.exponent)
        )
    };
    Ok(signed(value, &text))
}

/// `value` rounded to significant `digits`, in the multiple of `unit` that suits it:
/// 15.5 GFLOP, 1.78 ms, 25.6 million parameters, 3,330 images/s.
///
/// The multiple is chosen after rounding, so that 999.96 MB at 4 digits is 1.000 GB.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Digits`].
pub fn si(value: f64, unit: Unit, digits: usize) -> Text {
    let rounded = Rounded::new(value, digits)?;
    let (multiple, power) = multiple(unit, rounded.exponent);
    if power == 0 {
        return Ok(with_symbol(&significant(value, digits)?, |text| {
            unit.symbol_after(text)
        }));
    }
    let text = signed(value, &grouped(&rounded.shifted(-power)));
    Ok(with_symbol(&text, |text| {
        format!("{multiple}{}", unit.symbol_after(text))
    }))
}

/// `value`, kept in `unit`, with `places` decimals in the unit `to`: 1.776 ms, 8.73 TFLOP/s.
///
/// # Errors
/// [`NumberError::Unit`] if `to` does not fit, [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn fixed_in(value: f64, unit: Unit, to: &str, places: usize) -> Text {
    let Converted { value, symbol } = convert(finite(value)?, unit, to)?;
    let text = fixed(value, places)?;
    let plain = symbol == unit.symbol_after("");
    Ok(with_symbol(&text, |text| {
        if plain {
            Cow::Borrowed(unit.symbol_after(text))
        } else {
            symbol
        }
    }))
}

/// A fraction in percent: 0.9908 at 2 places is 99.08 %.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn percent(fraction: f64, places: usize) -> Text {
    fixed_in(fraction, Unit::One, "%", places)
}

/// A span of time in the two largest units that matter: 1.8 ms, 12.3 s, 2 h 13 min, 44.7 days.
///
/// # Errors
/// [`NumberError::NotFinite`].
pub fn duration(seconds: f64) -> Text {
    let span = finite(seconds)?.abs();
    let text = if span < 0.9995 && span > 0.0 {
        si(span, Unit::Second, 2)?
    } else if span < 59.95 {
        with_symbol(fixed(span, 1)?.trim_end_matches(".0"), |_| "s")
    } else if span < HOUR_SECONDS - 0.5 {
        pair(span.round(), MINUTE_SECONDS, "min", "s")?
    } else if span < 2.0 * DAY_SECONDS - 30.0 {
        pair(
            (span / MINUTE_SECONDS).round(),
            HOUR_SECONDS / MINUTE_SECONDS,
            "h",
            "min",
        )?
    } else {
        with_symbol(&fixed(span / DAY_SECONDS, 1)?, |_| "days")
    };
    Ok(signed(seconds, &text))
}

/// A value with the interval that holds it: 0.71 (0.68 to 0.74). `print` prints each number.
///
/// What is printed as a zero without being one keeps its sign, as −0.0 or +0.0: on which side of
/// zero an end lies is what an interval is read for.
///
/// # Errors
/// [`NumberError::Interval`] if `low` > `high`, and those of `print`.
pub fn interval(value: f64, low: f64, high: f64, print: impl Fn(f64) -> Text) -> Text {
    if finite(low)? > finite(high)? {
        return Err(NumberError::Interval { low, high });
    }
    let print = |value| -> Text { Ok(with_side_of_zero(value, &print(value)?)) };
    Ok(format!(
        "{} ({} to {})",
        print(value)?,
        print(low)?,
        print(high)?
    ))
}

/// `text` of `value` with its sign, where it is that of a zero which `value` is not.
fn with_side_of_zero(value: f64, text: &str) -> String {
    let number = text.split(NO_BREAK_SPACE).next().unwrap_or_default();
    match is_zero(number) {
        true if value < 0.0 => format!("{MINUS}{text}"),
        true if value > 0.0 => format!("+{text}"),
        _ => text.to_owned(),
    }
}

/// An exponent in superscript digits: −12 is ⁻¹².
#[must_use]
pub fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]);
    exponent.to_string().chars().map(digit).collect()
}

fn finite(value: f64) -> Result<f64, NumberError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(NumberError::NotFinite { value })
    }
}

fn unsigned_fixed(value: f64, places: usize) -> Text {
    if places > MOST_DIGITS {
        return Err(NumberError::Places { places });
    }
    Ok(format!("{:.places$}", finite(value)?.abs()))
}

/// Puts a minus before `text` if `value` is negative and something other than zero is printed.
fn signed(value: f64, text: &str) -> String {
    if value < 0.0 && !is_zero(text) {
        format!("{MINUS}{text}")
    } else {
        text.to_owned()
    }
}

fn is_zero(text: &str) -> bool {
    !text.contains(|c: char| ('1'..='9').contains(&c))
}

fn with_symbol<S: AsRef<str>>(text: &str, symbol: impl FnOnce(&str) -> S) -> String {
    let symbol = symbol(text);
    let symbol = symbol.as_ref();
    if symbol.is_empty() {
        text.to_owned()
    } else {
        format!("{text}{NO_BREAK_SPACE}{symbol}")
    }
}

/// Parts the integer digits of `plain` (no sign) into groups of three.
fn grouped(plain: &str) -> String {
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

/// The prefix or word for a number of this decimal exponent, and its power of ten.
fn multiple(unit: Unit, exponent: i32) -> (String, i32) {
    let (lowest, highest) = match unit.multiples() {
        Multiples::Never => return (String::new(), 0),
        Multiples::Words => {
            let word = WORDS.iter().find(|(_, power)| exponent >= *power);
            return word.map_or((String::new(), 0), |(word, power)| {
                (format!("{word} "), *power)
            });
        }
        Multiples::Above => (0, 18),
        Multiples::Below => (-9, 0),
        Multiples::Both => (-9, 18),
    };
    let power = (exponent.div_euclid(3) * 3).clamp(lowest, highest);
    let prefix = PREFIXES
        .iter()
        .find(|(_, p)| *p == power)
        .expect("every power has its prefix");
    (prefix.0.to_owned(), power)
}

/// `count` of the small unit as large and small: 133 min is 2 h 13 min.
fn pair(count: f64, small_per_large: f64, large: &str, small: &str) -> Text {
    let (whole, rest) = ((count / small_per_large).floor(), count % small_per_large);
    let whole = with_symbol(&integer(whole)?, |_| large);
    if rest == 0.0 {
        return Ok(whole);
    }
    let rest = with_symbol(&integer(rest)?, |_| small);
    Ok(format!("{whole}{NO_BREAK_SPACE}{rest}"))
}

/// The magnitude of a number rounded to significant digits: 0.d₁d₂d₃… × 10^(exponent + 1).
struct Rounded {
    digits: String,
    exponent: i32,
}

impl Rounded {
    fn new(value: f64, digits: usize) -> Result<Rounded, NumberError> {
        if !(1..=MOST_DIGITS).contains(&digits) {
            return Err(NumberError::Digits { digits });
        }
        let text = format!("{:.*e}", digits - 1, finite(value)?.abs());
        let (mantissa, exponent) = text.split_once('e').expect("`{:e}` prints an exponent");
        let exponent = exponent.parse().expect("`{:e}` prints a whole exponent");
        Ok(Rounded {
            digits: mantissa.replace('.', ""),
            exponent,
        })
    }

    /// The number times 10^power, without exponent.
    fn shifted(&self, power: i32) -> String {
        let point = self.exponent + power + 1;
        let length = self.digits.len();
        match usize::try_from(point) {
            Ok(point) if point >= length => self.digits.clone() + &"0".repeat(point - length),
            Ok(point) if point > 0 => {
                format!("{}.{}", &self.digits[..point], &self.digits[point..])
            }
            _ => format!(
                "0.{}{}",
                "0".repeat(point.unsigned_abs() as usize),
                self.digits
            ),
        }
    }
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
