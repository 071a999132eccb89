//! A person's own units.

use super::compound::leak;
use super::convert::Scale;
use super::expression::Expression;
use super::{Multiples, Spelling, Unit, UnitError};
use serde::Deserialize;

/// A unit as it is declared under `[units]` of `data.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnUnit {
    /// What stands behind 1, where that is not the unit's name.
    pub one: Option<String>,
    /// What stands behind other numbers, where that differs: the unit is a thing that is counted.
    pub many: Option<String>,
    /// Which multiples are usual; words for what is counted, else prefixes.
    pub multiples: Option<OwnMultiples>,
}

/// Which multiples of a person's own unit are usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnMultiples {
    /// None: 12,345,000 J.
    None,
    /// Words: 12.3 million keys.
    Words,
    /// SI prefixes: 12.3 MJ.
    Si,
}

impl From<OwnMultiples> for Multiples {
    fn from(own: OwnMultiples) -> Multiples {
        match own {
            OwnMultiples::None => Multiples::Never,
            OwnMultiples::Words => Multiples::Words,
            OwnMultiples::Si => Multiples::Both,
        }
    }
}

/// The units of a project: those of the program and a person's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Units {
    own: Vec<Unit>,
}

impl Units {
    /// Adds a unit of a person's own.
    ///
    /// # Errors
    /// Where the name is none, or it or a text that is printed for it is another unit already.
    pub fn declare(&mut self, name: &str, declared: &OwnUnit) -> Result<(), String> {
        let is_part = |c: char| c.is_alphabetic() || c.is_ascii_digit() || c == '_' || c == '°';
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '°') || !name.chars().all(is_part)
        {
            return Err(format!(
                "`{name}` is not the name of a unit, expected letters, digits and `_`"
            ));
        }
        let one = declared.one.as_deref().unwrap_or(name);
        let many = declared.many.as_deref().unwrap_or(one);
        for text in [name, one, many] {
            if let Ok(known) = Expression::parse(text, &self.own) {
                return Err(format!("`{text}` is a unit already, `{}`", known.unit()));
            }
            if text.trim().is_empty() || text.contains(char::is_control) {
                return Err("an empty text cannot be printed behind a number".to_owned());
            }
        }
        let usual = match declared.many {
            Some(_) => OwnMultiples::Words,
            None => OwnMultiples::Si,
        };
        let spelling = Spelling {
            name: leak(name.to_owned()),
            one: leak(one.to_owned()),
            many: leak(many.to_owned()),
            multiples: declared.multiples.unwrap_or(usual).into(),
        };
        self.own.push(Unit::Own(Box::leak(Box::new(spelling))));
        Ok(())
    }

    /// The base unit that `text` writes.
    ///
    /// # Errors
    /// Where it is none: unknown, malformed, or a multiple of one.
    pub fn parse(&self, text: &str) -> Result<Unit, UnitError> {
        let read = Expression::parse(text, &self.own)?;
        match read.is_base() {
            true => Ok(read.unit()),
            false => Err(UnitError::Multiple {
                text: text.to_owned(),
                base: read.unit(),
            }),
        }
    }

    /// The unit that `text` writes, as a base unit and the multiple of it.
    ///
    /// # Errors
    /// Where it is unknown or malformed.
    pub fn parse_multiple(&self, text: &str) -> Result<MultipleOf, UnitError> {
        let read = Expression::parse(text, &self.own).map_err(|error| match error {
            UnitError::Unknown { name, known, .. } => UnitError::Unknown {
                name,
                known,
                scaled: true,
            },
            other => other,
        })?;
        let scale = read
            .scale_from_base(0)
            .ok_or_else(|| UnitError::Malformed {
                text: text.to_owned(),
                problem: "it is too large or too small",
            })?;
        let unit = read.unit();
        let symbol = match read.is_base() {
            true => unit.symbol_after("").to_owned(),
            false => read.symbol(),
        };
        Ok(MultipleOf {
            unit,
            symbol,
            scale,
        })
    }
}

/// A multiple of a base unit, such as the millisecond.
#[derive(Clone, Debug, PartialEq)]
pub struct MultipleOf {
    /// The base unit.
    pub unit: Unit,
    /// As it is printed behind a number, empty for a pure number.
    pub symbol: String,
    /// From the base unit into the multiple.
    scale: Scale,
}

impl MultipleOf {
    /// A value in this multiple as one in the base unit.
    #[must_use]
    pub fn to_base(&self, value: f64) -> f64 {
        self.scale.revert(value)
    }
}
