//! Products and quotients of units.

use super::{Multiples, Spelling, UNITS, Unit};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// A unit with its exponent.
pub(super) type Factor = (Unit, i8);

/// A product of powers of units that has no name of its own, such as `key/s`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Compound {
    /// At least one, in the order of their names, each with an exponent that is not 0.
    factors: Vec<Factor>,
    spelling: Spelling,
}

/// Every compound that was met. A unit is passed on by copying, so its rows live as long as the
/// program; a book has a handful.
static KNOWN: Mutex<BTreeSet<&'static Compound>> = Mutex::new(BTreeSet::new());

impl Compound {
    pub(super) fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    fn of(factors: Vec<Factor>) -> &'static Compound {
        let mut known = KNOWN.lock().expect("nothing panics while it is held");
        if let Some(found) = known.iter().find(|compound| compound.factors == factors) {
            return found;
        }
        let multiples = match factors.iter().find(|(_, exponent)| *exponent > 0) {
            Some((unit, 1)) => unit.multiples(),
            _ => Multiples::Never,
        };
        let written = |symbol: fn(&Spelling) -> &'static str| {
            let symbols = factors.iter().map(|(unit, exponent)| (*unit, *exponent));
            let symbols = symbols.map(|(unit, exponent)| (symbol(unit.spelling()), exponent));
            symbols.collect::<Vec<_>>()
        };
        let spelling = Spelling {
            name: leak(as_name(&written(|spelling| spelling.name))),
            one: leak(as_symbol(&written(|spelling| spelling.one))),
            many: leak(as_symbol(&in_plural(&factors, written(|it| it.one)))),
            multiples,
        };
        let compound: &'static Compound = Box::leak(Box::new(Compound { factors, spelling }));
        known.insert(compound);
        compound
    }
}

pub(super) fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The symbols with that of a numerator which stands alone in plural: `keys/s`.
fn in_plural(factors: &[Factor], mut symbols: Vec<(&'static str, i8)>) -> Vec<(&'static str, i8)> {
    let mut above = (0..factors.len()).filter(|index| factors[*index].1 > 0);
    if let (Some(index), None) = (above.next(), above.next()) {
        symbols[index].0 = factors[index].0.spelling().many;
    }
    symbols
}

impl Unit {
    /// The product of this unit and another.
    #[must_use]
    pub fn times(self, other: Unit) -> Unit {
        Unit::of_factors(self.factors().into_iter().chain(other.factors()))
    }

    /// The quotient of this unit and another.
    #[must_use]
    pub fn over(self, other: Unit) -> Unit {
        self.times(other.power(-1))
    }

    /// This unit to a power.
    #[must_use]
    pub fn power(self, exponent: i8) -> Unit {
        let factors = self.factors().into_iter();
        Unit::of_factors(factors.map(|(unit, own)| (unit, own.saturating_mul(exponent))))
    }

    /// The units without parts that this one is a product of, in the order of their names.
    pub(super) fn factors(self) -> Vec<Factor> {
        let factors = match self {
            Unit::One => &[][..],
            Unit::FlopPerSecond => &[(Unit::Flop, 1), (Unit::Second, -1)],
            Unit::BytePerSecond => &[(Unit::Byte, 1), (Unit::Second, -1)],
            Unit::ImagePerSecond => &[(Unit::Image, 1), (Unit::Second, -1)],
            Unit::StepPerSecond => &[(Unit::Second, -1), (Unit::Step, 1)],
            Unit::Hertz => &[(Unit::Second, -1)],
            Unit::PerNat => &[(Unit::Nat, -1)],
            Unit::PerNatStep => &[(Unit::Nat, -1), (Unit::Step, -1)],
            Unit::Compound(compound) => &compound.factors,
            whole => return vec![(whole, 1)],
        };
        factors.to_vec()
    }

    /// The unit that is the product of `factors`.
    pub(super) fn of_factors(factors: impl IntoIterator<Item = Factor>) -> Unit {
        let mut product: Vec<Factor> = Vec::new();
        for (unit, exponent) in factors {
            match product.iter_mut().find(|(known, _)| *known == unit) {
                Some((_, known)) => *known = known.saturating_add(exponent),
                None => product.push((unit, exponent)),
            }
        }
        product.retain(|(_, exponent)| *exponent != 0);
        product.sort_by_key(|(unit, _)| unit.name());
        let named = UNITS.iter().map(|row| row.unit);
        match (
            &product[..],
            { named }.find(|unit| unit.factors() == product),
        ) {
            (_, Some(unit)) | (&[(unit, 1)], None) => unit,
            _ => Unit::Compound(Compound::of(product)),
        }
    }
}

/// `key/s`, `1/(nat·step)`: what [`Units::parse`](super::Units::parse) reads back.
fn as_name(factors: &[(&str, i8)]) -> String {
    let (above, below) = parts(factors);
    let numerator = match above.is_empty() {
        true => "1".to_owned(),
        false => above.join("·"),
    };
    match &below[..] {
        [] => numerator,
        [only] => format!("{numerator}/{only}"),
        several => format!("{numerator}/({})", several.join("·")),
    }
}

/// `keys/s`, `nat⁻¹·step⁻¹`: a number stands before it, so that it does not begin with another.
pub(super) fn as_symbol(factors: &[(&str, i8)]) -> String {
    if factors.iter().any(|(_, exponent)| *exponent > 0) {
        return as_name(factors);
    }
    let powers = factors
        .iter()
        .map(|(symbol, exponent)| raised(symbol, *exponent));
    powers.collect::<Vec<_>>().join("·")
}

/// What stands above and below the line.
fn parts(factors: &[(&str, i8)]) -> (Vec<String>, Vec<String>) {
    let of_sign = |sign: i8| {
        let factors = factors.iter().filter(move |(_, it)| it.signum() == sign);
        let powers = factors.map(|(symbol, exponent)| raised(symbol, exponent.saturating_abs()));
        powers.collect()
    };
    (of_sign(1), of_sign(-1))
}

fn raised(symbol: &str, exponent: i8) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    match exponent {
        1 => symbol.to_owned(),
        _ => symbol
            .chars()
            .chain(exponent.to_string().chars().map(digit))
            .collect(),
    }
}
