//! Numbers as decimal digits: rounded as a reader would round what is written.
//!
//! The digits of a float are those of the shortest decimal that reads back as it, and a half is
//! rounded away from zero. So 4.365e12 and 4.365 are rounded alike, and so are 28.5 and 0.285 in
//! percent, whatever lies behind them in binary.

/// The magnitude of a number: d₁.d₂d₃… × 10^exponent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: String,
    pub(crate) exponent: i32,
}

impl Decimal {
    /// The shortest decimal that reads back as the magnitude of a finite `value`.
    pub(crate) fn of(value: f64) -> Decimal {
        let (mantissa, exponent) = scientific(value.abs());
        Decimal {
            digits: mantissa.replace('.', ""),
            exponent,
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }

    /// The same to so many significant digits, at least one.
    pub(crate) fn to_digits(&self, count: usize) -> Decimal {
        let (kept, dropped) = self.digits.split_at(count.min(self.digits.len()));
        let mut rounded = Decimal {
            digits: format!("{kept:0<count$}"),
            exponent: self.exponent,
        };
        if dropped.starts_with(|digit| digit >= '5') {
            rounded.increment();
        }
        rounded
    }

    /// The same to so many decimal places.
    pub(crate) fn to_places(&self, places: usize) -> Decimal {
        let places = i32::try_from(places).unwrap_or(i32::MAX);
        let count = self.exponent.saturating_add(places).saturating_add(1);
        match usize::try_from(count) {
            Ok(count) if count > 0 && !self.is_zero() => self.to_digits(count),
            // Of what is dropped the first digit stands just behind the last place.
            Ok(0) if self.digits.as_str() >= "5" => Decimal {
                digits: "1".to_owned(),
                exponent: -places,
            },
            _ => Decimal {
                digits: "0".repeat(places as usize + 1),
                exponent: 0,
            },
        }
    }

    /// Adds one to the last digit; where all are nines, there are as many digits of ten times as much.
    fn increment(&mut self) {
        let nines = self.digits.len() - self.digits.trim_end_matches('9').len();
        let zeros = "0".repeat(nines);
        let before = &self.digits[..self.digits.len() - nines];
        match before.char_indices().last() {
            Some((at, digit)) => {
                let next = char::from(digit as u8 + 1);
                self.digits = format!("{}{next}{zeros}", &before[..at]);
            }
            None => {
                self.digits = format!("1{}", &zeros[1..]);
                self.exponent += 1;
            }
        }
    }

    /// The number times 10^power, without exponent.
    pub(crate) fn shifted(&self, power: i32) -> String {
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

    /// The number with exactly so many decimals.
    pub(crate) fn with_places(&self, places: usize) -> String {
        let plain = self.shifted(0);
        let decimals = plain
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        let missing = "0".repeat(places.saturating_sub(decimals));
        let point = if decimals == 0 && places > 0 { "." } else { "" };
        plain + point + &missing
    }
}

/// `value` times 10^`power`, as one shifts the point of its shortest decimal.
#[must_use]
pub fn shifted(value: f64, power: i32) -> f64 {
    if power == 0 || value == 0.0 || !value.is_finite() {
        return value;
    }
    let (mantissa, exponent) = scientific(value);
    let shifted = format!("{mantissa}e{}", exponent + power);
    shifted.parse().expect("a float in the form of `{:e}`")
}

fn scientific(value: f64) -> (String, i32) {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').expect("`{:e}` prints an exponent");
    let exponent = exponent.parse().expect("`{:e}` prints a whole exponent");
    (mantissa.to_owned(), exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_rounded_as_they_are_written() {
        let check = |value: f64, count: usize, expected: &str| {
            assert_eq!(Decimal::of(value).to_digits(count).shifted(0), expected);
        };
        check(4.365e12, 3, "4370000000000");
        check(4.355e12, 3, "4360000000000");
        check(4.365, 3, "4.37");
        check(0.995, 2, "1.0");
        check(99.96, 3, "100");
        check(9.5, 1, "10");
        check(0.000_123_45, 4, "0.0001235");
        check(7.0, 3, "7.00");
        check(0.0, 2, "0.0");
    }

    #[test]
    fn places_are_counted_from_the_point() {
        let check = |value: f64, places: usize, expected: &str| {
            let decimal = Decimal::of(value).to_places(places);
            assert_eq!(decimal.with_places(places), expected);
        };
        check(0.995, 2, "1.00");
        check(2.675, 2, "2.68");
        check(0.125, 2, "0.13");
        check(0.05, 1, "0.1");
        check(0.049, 1, "0.0");
        check(0.005, 1, "0.0");
        check(0.5, 0, "1");
        check(0.49, 0, "0");
        check(12.0, 2, "12.00");
        check(1e20, 1, "100000000000000000000.0");
        check(0.0, 1, "0.0");
    }

    #[test]
    fn the_point_is_shifted_without_rounding() {
        assert_eq!(shifted(0.285, 2), 28.5); // 0.285 * 100.0 is 28.499999999999996
        assert_eq!(shifted(4.365e12, -12), 4.365);
        assert_eq!(shifted(-1.776, -3), -0.001776);
        assert_eq!(shifted(0.0, 300), 0.0);
    }
}
