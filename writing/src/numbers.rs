//! Numbers as text, ready to print.
//!
//! The minus sign is U+2212, thousands are parted by commas, a no-break space stands before a
//! unit. Rounding is that of the shortest decimal that reads back as the value, a half away from
//! zero. Only a zero is printed as one: what would round to zero has more digits, as many as its
//! first significant digit needs. NaN and infinities are errors in every function.

use std::borrow::Cow;

use thiserror::Error;

use crate::decimal::Decimal;
use crate::unit::{Converted, Multiples, PREFIXES, Unit, UnitError, WORDS, convert};

/// The space between a number and its unit.
pub const NO_BREAK_SPACE: char = '\u{a0}';
/// The minus sign.
pub const MINUS: char = '\u{2212}';

/// Most significant digits and decimal places that a 64-bit float can tell apart.
pub const MOST_DIGITS: usize = 17;
/// Above this exponent, and below the negative of the next, powers of ten are written out.
const LARGEST_PLAIN_EXPONENT: i32 = 14;
const SMALLEST_PLAIN_EXPONENT: i32 = -5;

const MINUTE_SECONDS: f64 = 60.0;
const HOUR_SECONDS: f64 = 3600.0;
const DAY_SECONDS: f64 = 86400.0;
const YEAR_SECONDS: f64 = 365.25 * DAY_SECONDS;

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
    match finite(value)?.fract() == 0.0 {
        true => whole(value),
        false => Err(NumberError::NotAnInteger { value }),
    }
}

/// The whole number next to `value`: 1,235 for 1234.5.
///
/// # Errors
/// [`NumberError::NotAnInteger`] if `value` is too large to be exact.
pub fn whole(value: f64) -> Text {
    match finite(value)?.abs() < 2f64.powi(53) {
        true => fixed(value, 0),
        false => Err(NumberError::NotAnInteger { value }),
    }
}

/// `value` with `places` decimals: 1,234.50; 0 for zero.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn fixed(value: f64, places: usize) -> Text {
    match Shown::with_places(value, places)? {
        Shown::Plain(plain) => Ok(signed(value, &grouped(&plain))),
        Shown::Power(decimal) => Ok(signed(value, &with_power(&decimal))),
    }
}

/// `value` with exactly `places` decimals, for a scale on which all numbers have as many: 0.00.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn on_scale(value: f64, places: usize) -> Text {
    check_places(places)?;
    let rounded = Decimal::of(finite(value)?).to_places(places);
    let text = grouped(&rounded.with_places(places));
    Ok(if rounded.is_zero() {
        text
    } else {
        signed(value, &text)
    })
}

/// `value` with `places` decimals for a formula: no commas, an ASCII hyphen as the minus, a power of
/// ten in LaTeX.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn bare(value: f64, places: usize) -> Text {
    let text = match Shown::with_places(value, places)? {
        Shown::Plain(plain) => plain,
        Shown::Power(decimal) => format!(
            "{} \\times 10^{{{}}}",
            decimal.shifted(-decimal.exponent),
            decimal.exponent
        ),
    };
    Ok(signed(value, &text).replace(MINUS, "-"))
}

/// A number with decimals before its sign, thousands and unit.
enum Shown {
    /// With so many decimals, or as many as its first digit needs.
    Plain(String),
    /// So small that its first digit stands behind many zeros.
    Power(Decimal),
}

impl Shown {
    fn with_places(value: f64, places: usize) -> Result<Shown, NumberError> {
        check_places(places)?;
        let decimal = Decimal::of(finite(value)?);
        if decimal.is_zero() {
            return Ok(Shown::Plain("0".to_owned()));
        }
        let rounded = decimal.to_places(places);
        if !rounded.is_zero() {
            return Ok(Shown::Plain(rounded.with_places(places)));
        }
        let first = decimal.to_digits(1);
        Ok(match first.exponent >= SMALLEST_PLAIN_EXPONENT {
            true => Shown::Plain(first.shifted(0)),
            false => Shown::Power(first),
        })
    }
}

/// `value` rounded to significant `digits`: 0.000123, 123,000, 1.23 × 10⁻⁷.
///
/// # Errors
/// [`NumberError::NotFinite`], [`NumberError::Digits`].
pub fn significant(value: f64, digits: usize) -> Text {
    let rounded = to_digits(value, digits)?;
    let plain = SMALLEST_PLAIN_EXPONENT..=LARGEST_PLAIN_EXPONENT;
    let text = match plain.contains(&rounded.exponent) {
        _ if rounded.is_zero() => "0".to_owned(),
        true => grouped(&rounded.shifted(0)),
        false => with_power(&rounded),
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
    let rounded = to_digits(value, digits)?;
    let (multiple, power) = multiple(unit, rounded.exponent);
    if power == 0 {
        return Ok(with_symbol(&significant(value, digits)?, |text| {
            unit.symbol_after(text)
        }));
    }
    let text = signed(value, &grouped(&rounded.shifted(-power)));
    // One million of them are many.
    Ok(with_symbol(&text, |_| {
        format!("{multiple}{}", unit.symbol_after(""))
    }))
}

/// `value`, kept in `unit`, with `places` decimals in the unit `to`: 1.776 ms, 8.73 TFLOP/s.
///
/// # Errors
/// [`NumberError::Unit`] if `to` does not fit, [`NumberError::NotFinite`], [`NumberError::Places`].
pub fn fixed_in(value: f64, unit: Unit, to: &str, places: usize) -> Text {
    stated_in(value, unit, to, |value| fixed(value, places))
}

/// `value`, kept in `unit`, as `print` prints it in the unit `to`, with that unit behind it.
///
/// # Errors
/// [`NumberError::Unit`] if `to` does not fit, [`NumberError::NotFinite`], and those of `print`.
pub fn stated_in(value: f64, unit: Unit, to: &str, print: impl Fn(f64) -> Text) -> Text {
    let Converted { value, symbol } = convert(finite(value)?, unit, to)?;
    let text = print(value)?;
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

/// A span of time in the two largest units that matter: 1.8 ms, 0.3 s, 12.3 s, 2 h 13 min,
/// 44.7 days, 31.7 years.
///
/// # Errors
/// [`NumberError::NotFinite`].
pub fn duration(seconds: f64) -> Text {
    let span = finite(seconds)?.abs();
    let text = if span < 0.0995 && span > 0.0 {
        si(span, Unit::Second, 2)?
    } else if span < 0.995 && span > 0.0 {
        with_symbol(significant(span, 2)?.trim_end_matches('0'), |_| "s")
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
    } else if span < 2.0 * YEAR_SECONDS {
        with_symbol(&fixed(span / DAY_SECONDS, 1)?, |_| "days")
    } else {
        with_symbol(&fixed(span / YEAR_SECONDS, 1)?, |_| "years")
    };
    Ok(signed(seconds, &text))
}

/// A value with the interval that holds it: 0.71 (0.68 to 0.74). `print` prints each number to so
/// many digits: `digits`, or as many more as tell the ends apart.
///
/// # Errors
/// [`NumberError::Interval`] if `low` > `high`, and those of `print`.
pub fn interval(
    (value, low, high): (f64, f64, f64),
    digits: usize,
    print: impl Fn(f64, usize) -> Text,
) -> Text {
    if finite(low)? > finite(high)? {
        return Err(NumberError::Interval { low, high });
    }
    let is_apart = |digits: &usize| print(low, *digits) != print(high, *digits);
    let apart = (digits..=MOST_DIGITS).find(|digits| low == high || is_apart(digits));
    let digits = apart.unwrap_or(digits);
    Ok(format!(
        "{} ({} to {})",
        print(value, digits)?,
        print(low, digits)?,
        print(high, digits)?
    ))
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

fn check_places(places: usize) -> Result<(), NumberError> {
    match places <= MOST_DIGITS {
        true => Ok(()),
        false => Err(NumberError::Places { places }),
    }
}

fn to_digits(value: f64, digits: usize) -> Result<Decimal, NumberError> {
    match (1..=MOST_DIGITS).contains(&digits) {
        true => Ok(Decimal::of(finite(value)?).to_digits(digits)),
        false => Err(NumberError::Digits { digits }),
    }
}

/// 1.23 × 10⁻⁷
fn with_power(decimal: &Decimal) -> String {
    let power = superscript(decimal.exponent);
    let factor = decimal.shifted(-decimal.exponent);
    format!("{factor}{NO_BREAK_SPACE}×{NO_BREAK_SPACE}10{power}")
}

/// Puts a minus before `text` if `value` is negative.
fn signed(value: f64, text: &str) -> String {
    match value < 0.0 {
        true => format!("{MINUS}{text}"),
        false => text.to_owned(),
    }
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

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
