//! Units as people write them: `ms`, `keys/s`, `1/(nat·step)`, `m^2`.

use super::compound::{Factor, as_symbol};
use super::convert::{Scale, special};
use super::{PREFIXES, UNITS, Unit, UnitError};

/// The most factors of one unit, and the largest exponent.
const MOST_FACTORS: usize = 8;
const LARGEST_EXPONENT: i8 = 9;
/// The largest power of ten between a unit and its multiple: no float holds a larger one.
const LARGEST_POWER: i32 = 308;

/// A product of powers of units and their multiples.
#[derive(Debug, PartialEq)]
pub(super) struct Expression {
    /// Each with its exponent.
    factors: Vec<(Named, i8)>,
}

/// A unit or a multiple of one.
#[derive(Clone, Debug, PartialEq)]
struct Named {
    unit: Unit,
    /// From the unit into the multiple: a power of ten, and a scale besides.
    power_of_ten: i32,
    scale: Scale,
    /// As it is printed.
    symbol: String,
}

impl Expression {
    /// Reads `text` by the units of the program and a person's `own`.
    pub(super) fn parse(text: &str, own: &[Unit]) -> Result<Expression, UnitError> {
        let mut parser = Parser {
            text,
            rest: text,
            own,
            factors: Vec::new(),
        };
        parser.read()?;
        let factors = parser.factors;
        Ok(Expression { factors })
    }

    /// The base unit that it is a multiple of.
    pub(super) fn unit(&self) -> Unit {
        let factors = self.factors.iter().flat_map(|(named, exponent)| {
            let of_unit = named.unit.factors().into_iter();
            of_unit.map(|(unit, own): Factor| (unit, own.saturating_mul(*exponent)))
        });
        Unit::of_factors(factors)
    }

    /// The factor from the base unit into 10^`power` of this one; `None` where no float holds it.
    pub(super) fn scale_from_base(&self, power: i32) -> Option<Scale> {
        let (mut times, mut over, mut power) = (1.0, 1.0, -power);
        for (named, exponent) in &self.factors {
            let (scale, exponent) = (named.scale, i32::from(*exponent));
            power += (scale.power_of_ten - named.power_of_ten) * exponent;
            let (above, below) = match exponent > 0 {
                true => (scale.times, scale.over),
                false => (scale.over, scale.times),
            };
            times *= above.powi(exponent.abs());
            over *= below.powi(exponent.abs());
        }
        let possible = |factor: f64| factor.is_finite() && factor > 0.0;
        let is_possible = possible(times) && possible(over) && power.abs() <= LARGEST_POWER;
        is_possible.then_some(Scale {
            times,
            over,
            power_of_ten: power,
        })
    }

    /// Whether it is a base unit itself.
    pub(super) fn is_base(&self) -> bool {
        let is_base =
            |(named, _): &(Named, i8)| named.power_of_ten == 0 && named.scale == Scale::ONE;
        self.factors.iter().all(is_base)
    }

    /// As it is printed behind a number.
    pub(super) fn symbol(&self) -> String {
        let symbols = self.factors.iter();
        let symbols = symbols.map(|(named, exponent)| (named.symbol.as_str(), *exponent));
        as_symbol(&symbols.collect::<Vec<_>>())
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    own: &'a [Unit],
    factors: Vec<(Named, i8)>,
}

impl Parser<'_> {
    /// A product, and what each `/` divides it by: one factor, or a product in brackets.
    fn read(&mut self) -> Result<(), UnitError> {
        self.product(1)?;
        while self.takes(&['/']) {
            if self.takes(&['(']) {
                self.product(-1)?;
                if !self.takes(&[')']) {
                    return self.malformed("expected `)`");
                }
            } else {
                self.factor(-1)?;
            }
            if self.rest.starts_with(TIMES) {
                return self.malformed("what is below the line stands in brackets: `a/(b·c)`");
            }
        }
        match self.rest.is_empty() {
            true => Ok(()),
            false => self.malformed("expected names with `·`, `/`, `^2` and `( )` below the line"),
        }
    }

    fn product(&mut self, sign: i8) -> Result<(), UnitError> {
        self.factor(sign)?;
        while self.takes(TIMES) {
            self.factor(sign)?;
        }
        Ok(())
    }

    fn factor(&mut self, sign: i8) -> Result<(), UnitError> {
        if self.takes(&['1']) {
            return Ok(());
        }
        let is_part = |c: char| c.is_alphabetic() || c.is_ascii_digit() || "_%°".contains(c);
        let end = self
            .rest
            .find(|c: char| !is_part(c))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return self.malformed("expected the name of a unit");
        }
        self.rest = rest;
        let named = named(name, self.own).ok_or_else(|| UnitError::Unknown {
            name: name.to_owned(),
            known: known(self.own),
            scaled: false,
        })?;
        let exponent = self.exponent()?;
        if self.factors.len() == MOST_FACTORS {
            return self.malformed("it has more than 8 factors");
        }
        self.factors.push((named, sign * exponent));
        Ok(())
    }

    /// `^-2` or `⁻²`; 1 where there is none.
    fn exponent(&mut self) -> Result<i8, UnitError> {
        let is_raised = |c: char| superscript_digit(c).is_some();
        let (raised, rest) = match self.rest.strip_prefix('^') {
            Some(rest) => {
                let is_digit = |c: char| c.is_ascii_digit() || c == '-';
                rest.split_at(rest.find(|c: char| !is_digit(c)).unwrap_or(rest.len()))
            }
            None => {
                let end = self.rest.find(|c: char| !is_raised(c));
                match self.rest.split_at(end.unwrap_or(self.rest.len())) {
                    ("", _) => return Ok(1),
                    parts => parts,
                }
            }
        };
        let plain: String = raised
            .chars()
            .map(|c| superscript_digit(c).unwrap_or(c))
            .collect();
        self.rest = rest;
        match plain.parse::<i8>() {
            Ok(exponent) if exponent != 0 && exponent.unsigned_abs() <= LARGEST_EXPONENT as u8 => {
                Ok(exponent)
            }
            _ => self.malformed("expected a whole exponent from -9 to 9 other than 0"),
        }
    }

    fn takes(&mut self, characters: &[char]) -> bool {
        match self.rest.strip_prefix(characters) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn malformed<T>(&self, problem: &'static str) -> Result<T, UnitError> {
        let text = self.text.to_owned();
        Err(UnitError::Malformed { text, problem })
    }
}

/// The signs of a product.
const TIMES: &[char] = &['·', '⋅', '*'];

fn superscript_digit(c: char) -> Option<char> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    let index = RAISED.chars().position(|raised| raised == c)?;
    "0123456789-".chars().nth(index)
}

/// The unit or multiple of this name: what is written out comes before what has a prefix.
fn named(name: &str, own: &[Unit]) -> Option<Named> {
    let of = |unit: Unit, power_of_ten: i32, symbol: &str| Named {
        unit,
        power_of_ten,
        scale: Scale::ONE,
        symbol: symbol.to_owned(),
    };
    let whole = |unit: Unit| {
        let spelling = unit.spelling();
        let fits = [spelling.name, spelling.one, spelling.many].contains(&name);
        let symbol = if name == spelling.name {
            spelling.one
        } else {
            name
        };
        (fits && unit != Unit::One).then(|| of(unit, 0, symbol))
    };
    let special = || {
        let (unit, scale) = special(name)?;
        Some(Named {
            scale,
            ..of(unit, 0, name)
        })
    };
    let prefixed = |unit: Unit| {
        PREFIXES
            .iter()
            .filter(|(_, power)| *power != 0)
            .find_map(|&(prefix, power)| {
                let rest = match name.strip_prefix(prefix) {
                    None if prefix == "µ" => name.strip_prefix(['u', 'μ'])?,
                    rest => rest?,
                };
                let spelling = unit.spelling();
                let fits = [spelling.name, spelling.one, spelling.many].contains(&rest);
                let fits = fits && spelling.multiples.are_prefixes();
                fits.then(|| of(unit, power, &format!("{prefix}{}", spelling.one)))
            })
    };
    (all(own).find_map(whole).or_else(special)).or_else(|| all(own).find_map(prefixed))
}

fn all(own: &[Unit]) -> impl Iterator<Item = Unit> {
    let known = UNITS.iter().map(|row| row.unit);
    known.chain(own.iter().copied())
}

/// The names of all units.
fn known(own: &[Unit]) -> String {
    let names = all(own).map(|unit| format!("`{unit}`"));
    names.collect::<Vec<_>>().join(" ")
}
