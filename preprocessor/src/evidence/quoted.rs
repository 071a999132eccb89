//! Facts taken from publications: `book/quoted.toml`.
//!
//! Nested tables give dotted names. A table with a `value` is a fact; an array of values with an
//! `index` is a curve, whose points get the names `NAME.i1000` and so on.

use super::unit::Unit;
use super::{Origin, Quantity, Quotation};
use serde::Deserialize;
use std::sync::Arc;
use toml::{Table, Value};

/// What is wrong with a file of quoted facts.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum QuotedError {
    /// The file is not TOML.
    #[error("`{file}`: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// The parser's message, with line and column.
        message: String,
    },
    /// One fact is wrong.
    #[error("`{file}`: `{key}`: {message}; hint: {hint}")]
    Fact {
        /// The file.
        file: String,
        /// The dotted name of the fact.
        key: String,
        /// What was found and what was expected.
        message: String,
        /// What to do.
        hint: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    value: Numbers,
    unit: String,
    citation: String,
    place: String,
    checked: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    index: Vec<f64>,
    index_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Numbers {
    One(f64),
    Curve(Vec<f64>),
}

/// Reads the facts in `text`, the content of `file`, in the order of their names.
///
/// # Errors
/// All faults of the file at once: what is not TOML, an unknown or missing key, a value that is
/// not finite, a curve whose index has another length.
pub fn read_quoted(file: &str, text: &str) -> Result<Vec<QuotedFact>, Vec<QuotedError>> {
    let table: Table = toml::from_str(text).map_err(|error| {
        vec![QuotedError::Syntax {
            file: file.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        }]
    })?;
    let mut reader = Reader {
        file,
        facts: Vec::new(),
        errors: Vec::new(),
    };
    reader.read_table("", table);
    if reader.errors.is_empty() {
        reader.facts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(reader.facts)
    } else {
        Err(reader.errors)
    }
}

/// A fact as it was read: what a [`Quantity`] is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotedFact {
    name: String,
    value: f64,
    unit: Unit,
    quotation: Quotation,
}

impl From<QuotedFact> for Arc<Quantity> {
    fn from(fact: QuotedFact) -> Arc<Quantity> {
        Arc::new(Quantity {
            name: fact.name,
            value: Some(fact.value),
            interval: None,
            unit: fact.unit,
            origin: Origin::Quoted(fact.quotation),
        })
    }
}

struct Reader<'a> {
    file: &'a str,
    facts: Vec<QuotedFact>,
    errors: Vec<QuotedError>,
}

impl Reader<'_> {
    fn read_table(&mut self, path: &str, table: Table) {
        for (key, value) in table {
            let name = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            if !is_identifier(&key) {
                self.refuse(
                    &name,
                    format!("`{key}` is not a name"),
                    "a name has lower-case letters, digits and `_`, and starts with a letter",
                );
                continue;
            }
            match value {
                Value::Table(fact) if fact.contains_key("value") => self.read_fact(&name, fact),
                Value::Table(inner) => self.read_table(&name, inner),
                other => self.refuse(
                    &name,
                    format!("found {}, expected a table", other.type_str()),
                    "a fact is a table with `value`, `unit`, `citation`, `place` and `checked`",
                ),
            }
        }
    }

    fn read_fact(&mut self, name: &str, table: Table) {
        let fact = match Fact::deserialize(Value::Table(table)) {
            Ok(fact) => fact,
            Err(error) => {
                return self.refuse(
                    name,
                    error.to_string().trim_end().to_owned(),
                    "a fact has `value`, `unit`, `citation`, `place`, `checked` and may have \
                     `note`, `index`, `index_name`",
                );
            }
        };
        let unit = match fact.unit.parse() {
            Ok(unit) => unit,
            Err(error) => {
                let hint = "values are kept in base units: seconds, not milliseconds; a fraction, not percent";
                return self.refuse(name, format!("{error}"), hint);
            }
        };
        match &fact.value {
            Numbers::One(value) => self.add(name.to_owned(), *value, unit, &fact, String::new()),
            Numbers::Curve(values) if values.len() != fact.index.len() => self.refuse(
                name,
                format!(
                    "{} values but {} entries in `index`",
                    values.len(),
                    fact.index.len()
                ),
                "a curve has an `index` as long as its `value`",
            ),
            Numbers::Curve(values) => {
                let label = fact.index_name.as_deref().unwrap_or("index");
                for (value, index) in values.iter().zip(&fact.index) {
                    let point = format!("{name}.i{}", index.to_string().replace('.', "_"));
                    self.add(point, *value, unit, &fact, format!("{label} = {index}"));
                }
            }
        }
    }

    fn add(&mut self, name: String, value: f64, unit: Unit, fact: &Fact, index: String) {
        if !value.is_finite() {
            return self.refuse(&name, format!("{value} is not finite"), "quote a number");
        }
        let place = match index.is_empty() {
            true => fact.place.clone(),
            false => format!("{}, {index}", fact.place),
        };
        self.facts.push(QuotedFact {
            name,
            value,
            unit,
            quotation: Quotation {
                citation: fact.citation.clone(),
                place,
                checked: fact.checked.clone(),
                note: fact.note.clone(),
            },
        });
    }

    fn refuse(&mut self, key: &str, message: String, hint: &'static str) {
        self.errors.push(QuotedError::Fact {
            file: self.file.to_owned(),
            key: key.to_owned(),
            message,
            hint,
        });
    }
}

fn is_identifier(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let report = match read_quoted("book/quoted.toml", text) {
            Ok(facts) => facts
                .into_iter()
                .map(Arc::<Quantity>::from)
                .map(|f| {
                    format!(
                        "{} = {} {} | {}",
                        f.name,
                        f.value.unwrap(),
                        f.unit,
                        f.provenance()
                    )
                })
                .collect::<Vec<_>>()
                .join("\n"),
            Err(errors) => errors
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n"),
        };
        expected.assert_eq(&report);
    }

    #[test]
    fn a_fact_and_a_curve() {
        check(
            "[k80.peak]\nvalue = 8.73e12\nunit = 'FLOP/s'\ncitation = 'nvidia'\nplace = 'p. 1'\n\
             checked = 'recomputed'\n[curve]\nvalue = [0.5, 0.6]\nindex = [1000, 2000]\n\
             index_name = 'K'\nunit = '1'\ncitation = 'yalniz2019'\nplace = 'Fig. 5'\nchecked = 'read'",
            expect![[r#"
                curve.i1000 = 0.5 1 | yalniz2019, Fig. 5, K = 1000 (read)
                curve.i2000 = 0.6 1 | yalniz2019, Fig. 5, K = 2000 (read)
                k80.peak = 8730000000000 FLOP/s | nvidia, p. 1 (recomputed)"#]],
        );
    }

    #[test]
    fn faults_are_named_all_at_once() {
        check(
            "[a]\nvalue = nan\nunit = '1'\ncitation = 'x'\nplace = 'y'\nchecked = 'z'\n\
             [b]\nvalue = 1.0\nunits = '1'\n[c]\nvalue = [1.0]\nindex = []\nunit = '1'\n\
             citation = 'x'\nplace = 'y'\nchecked = 'z'\n[d]\ne = 4\n[F]\n",
            expect![[r#"
                `book/quoted.toml`: `F`: `F` is not a name; hint: a name has lower-case letters, digits and `_`, and starts with a letter
                `book/quoted.toml`: `a`: NaN is not finite; hint: quote a number
                `book/quoted.toml`: `b`: unknown field `units`, expected one of `value`, `unit`, `citation`, `place`, `checked`, `note`, `index`, `index_name`; hint: a fact has `value`, `unit`, `citation`, `place`, `checked` and may have `note`, `index`, `index_name`
                `book/quoted.toml`: `c`: 1 values but 0 entries in `index`; hint: a curve has an `index` as long as its `value`
                `book/quoted.toml`: `d.e`: found integer, expected a table; hint: a fact is a table with `value`, `unit`, `citation`, `place` and `checked`"#]],
        );
    }

    #[test]
    fn a_broken_file_says_where() {
        check(
            "[a\n",
            expect![[r#"
            `book/quoted.toml`: TOML parse error at line 1, column 3
              |
            1 | [a
              |   ^
            unclosed table, expected `]`"#]],
        );
    }
}
