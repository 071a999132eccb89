//! Facts taken from publications: `book/quoted.toml`.
//!
//! Nested tables give dotted names. A table with a `value` is a fact; an array of values with an
//! `index` is a curve, whose points get the names `NAME.i1000` and so on.

use super::unit::{Unit, Units};
use super::{Origin, Quantity, Quotation};
use crate::diagnostic::{Diagnostic, LineNumbers};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

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

/// Reads the facts in `text`, the content of `file`, in the order of their names; their units are
/// some of `units`.
///
/// # Errors
/// All faults of the file at once, each with its line: what is not TOML, an unknown or missing key,
/// a value that is not finite, a curve whose index has another length or a value twice.
pub fn read_quoted_in(
    file: &str,
    text: &str,
    units: &Units,
) -> Result<Vec<QuotedFact>, Vec<Diagnostic>> {
    let mut reader = Reader {
        file,
        units,
        lines: LineNumbers::of(text),
        facts: Vec::new(),
        faults: Vec::new(),
    };
    match DeTable::parse(text) {
        Ok(table) => reader.read_table("", table.into_inner()),
        Err(error) => reader.faults.push(Diagnostic::of_toml(file, text, &error)),
    }
    if reader.faults.is_empty() {
        reader.facts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(reader.facts)
    } else {
        reader.faults.sort();
        Err(reader.faults)
    }
}

/// [`read_quoted_in`] the units of the program alone.
///
/// # Errors
/// Those of [`read_quoted_in`].
pub fn read_quoted(file: &str, text: &str) -> Result<Vec<QuotedFact>, Vec<Diagnostic>> {
    read_quoted_in(file, text, &Units::default())
}

/// A fact as it was read: what a [`Quantity`] is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotedFact {
    pub(crate) name: String,
    value: f64,
    unit: Unit,
    quotation: Quotation,
    /// Where it stands.
    pub(crate) file: String,
    /// The line of its table, counted from 1.
    pub(crate) line: usize,
}

impl From<QuotedFact> for Arc<Quantity> {
    fn from(fact: QuotedFact) -> Arc<Quantity> {
        Arc::new(Quantity {
            name: fact.name,
            value: Ok(fact.value),
            interval: None,
            unit: fact.unit,
            origin: Origin::Quoted(fact.quotation),
        })
    }
}

struct Reader<'a> {
    file: &'a str,
    units: &'a Units,
    lines: LineNumbers,
    facts: Vec<QuotedFact>,
    faults: Vec<Diagnostic>,
}

/// What the facts of one table have in common.
struct Common<'a> {
    name: &'a str,
    span: Range<usize>,
    unit: Unit,
    fact: &'a Fact,
}

impl Reader<'_> {
    fn read_table(&mut self, path: &str, table: DeTable) {
        for (key, value) in table {
            let (span, key) = (key.span(), key.into_inner());
            let name = match path.is_empty() {
                true => key.to_string(),
                false => format!("{path}.{key}"),
            };
            if !is_identifier(&key) {
                self.refuse(
                    span,
                    &name,
                    format!("`{key}` is not a name"),
                    "a name has lower-case letters, digits and `_`, and starts with a letter",
                );
                continue;
            }
            match value.get_ref() {
                DeValue::Table(fact) if fact.contains_key("value") => {
                    self.read_fact(&name, span, value);
                }
                DeValue::Table(_) => self.read_table(&name, into_table(value)),
                other => self.refuse(
                    span,
                    &name,
                    format!("found {}, expected a table", other.type_str()),
                    "a fact is a table with `value`, `unit`, `citation`, `place` and `checked`",
                ),
            }
        }
    }

    fn read_fact(&mut self, name: &str, span: Range<usize>, table: Spanned<DeValue>) {
        let fact = match Fact::deserialize(ValueDeserializer::from(table)) {
            Ok(fact) => fact,
            Err(error) => {
                let place = error.span().unwrap_or(span);
                return self.refuse(
                    place,
                    name,
                    error.message().trim().to_owned(),
                    "a fact has `value`, `unit`, `citation`, `place`, `checked` and may have \
                     `note`, `index`, `index_name`",
                );
            }
        };
        let unit = match self.units.parse(&fact.unit) {
            Ok(unit) => unit,
            Err(error) => {
                let hint = "values are kept in base units: seconds, not milliseconds; a fraction, not percent";
                return self.refuse(span, name, format!("{error}"), hint);
            }
        };
        let common = Common {
            name,
            span,
            unit,
            fact: &fact,
        };
        match &fact.value {
            Numbers::One(value) => self.add(&common, name.to_owned(), *value, String::new()),
            Numbers::Curve(values) => self.read_curve(&common, values),
        }
    }

    fn read_curve(&mut self, common: &Common, values: &[f64]) {
        let index = &common.fact.index;
        if values.len() != index.len() {
            let message = format!(
                "{} values but {} entries in `index`",
                values.len(),
                index.len()
            );
            let hint = "a curve has an `index` as long as its `value`";
            return self.refuse(common.span.clone(), common.name, message, hint);
        }
        let label = common.fact.index_name.as_deref().unwrap_or("index");
        let mut points = BTreeSet::new();
        for (value, index) in values.iter().zip(index) {
            let point = format!("{}.i{}", common.name, index.to_string().replace('.', "_"));
            if !(index.is_finite() && index.is_sign_positive()) {
                let message = format!("`index` holds {index}, expected a finite number from 0");
                let hint = "each point is named after its entry in `index`";
                self.refuse(common.span.clone(), common.name, message, hint);
            } else if !points.insert(point.clone()) {
                let message = format!("`index` holds {index} twice, which would name two points");
                let hint = "a curve has one value at each entry of its `index`";
                self.refuse(common.span.clone(), common.name, message, hint);
            } else {
                self.add(common, point, *value, format!("{label} = {index}"));
            }
        }
    }

    fn add(&mut self, common: &Common, name: String, value: f64, index: String) {
        let Common {
            span, unit, fact, ..
        } = common;
        if !value.is_finite() {
            let message = format!("{value} is not finite");
            return self.refuse(span.clone(), &name, message, "quote a number");
        }
        let place = match index.is_empty() {
            true => fact.place.clone(),
            false => format!("{}, {index}", fact.place),
        };
        self.facts.push(QuotedFact {
            name,
            value,
            unit: *unit,
            quotation: Quotation {
                citation: fact.citation.clone(),
                place,
                checked: fact.checked.clone(),
                note: fact.note.clone(),
                table: None,
            },
            file: self.file.to_owned(),
            line: self.lines.line(span.start),
        });
    }

    fn refuse(&mut self, span: Range<usize>, key: &str, message: String, hint: &str) {
        let message = format!("`{key}`: {message}; hint: {hint}");
        self.faults.push(Diagnostic {
            line: Some(self.lines.line(span.start)),
            ..Diagnostic::of_file(self.file, message)
        });
    }
}

fn into_table(value: Spanned<DeValue<'_>>) -> DeTable<'_> {
    match value.into_inner() {
        DeValue::Table(table) => table,
        _ => DeTable::new(),
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
                        f.known().unwrap(),
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
                `book/quoted.toml:1`: `a`: NaN is not finite; hint: quote a number
                `book/quoted.toml:9`: `b`: unknown field `units`, expected one of `value`, `unit`, `citation`, `place`, `checked`, `note`, `index`, `index_name`; hint: a fact has `value`, `unit`, `citation`, `place`, `checked` and may have `note`, `index`, `index_name`
                `book/quoted.toml:10`: `c`: 1 values but 0 entries in `index`; hint: a curve has an `index` as long as its `value`
                `book/quoted.toml:18`: `d.e`: found integer, expected a table; hint: a fact is a table with `value`, `unit`, `citation`, `place` and `checked`
                `book/quoted.toml:19`: `F`: `F` is not a name; hint: a name has lower-case letters, digits and `_`, and starts with a letter"#]],
        );
    }

    #[test]
    fn a_curve_has_one_value_at_each_place() {
        let curve = |index: &str| {
            format!(
                "[c]\nvalue = [1.0, 2.0]\nindex = [{index}]\nunit = '1'\ncitation = 'x'\n\
                 place = 'y'\nchecked = 'z'"
            )
        };
        check(
            &curve("5, 5"),
            expect![
                "`book/quoted.toml:1`: `c`: `index` holds 5 twice, which would name two points; hint: a curve has one value at each entry of its `index`"
            ],
        );
        check(
            &curve("5, -5"),
            expect![
                "`book/quoted.toml:1`: `c`: `index` holds -5, expected a finite number from 0; hint: each point is named after its entry in `index`"
            ],
        );
        check(
            &curve("nan, 0.5"),
            expect![
                "`book/quoted.toml:1`: `c`: `index` holds NaN, expected a finite number from 0; hint: each point is named after its entry in `index`"
            ],
        );
        check(
            &curve("6, 5"),
            expect![[r#"
            c.i5 = 2 1 | x, y, index = 5 (z)
            c.i6 = 1 1 | x, y, index = 6 (z)"#]],
        );
    }

    #[test]
    fn units_may_be_compounds_and_one_s_own() {
        let fact = |name: &str, unit: &str| {
            format!(
                "[{name}]\nvalue = 2.0\nunit = '{unit}'\ncitation = 'x'\nplace = 'y'\nchecked = 'z'\n"
            )
        };
        let text = fact("a", "key/s") + &fact("b", "1/(step*nat)");
        let mut units = Units::default();
        units.declare("key", &Default::default()).expect("a name");
        let facts = read_quoted_in("book/quoted.toml", &text, &units).expect("known units");
        let units: Vec<_> = facts.iter().map(|fact| fact.unit.name()).collect();
        assert_eq!(units, ["key/s", "1/(nat·step)"]);
        let faults = read_quoted("book/quoted.toml", &text).expect_err("no `key`");
        assert!(
            faults[0]
                .to_string()
                .starts_with("`book/quoted.toml:1`: `a`: unknown unit `key`")
        );
    }

    #[test]
    fn a_broken_file_says_where() {
        check(
            "[a\n",
            expect!["`book/quoted.toml:1`: unclosed table, expected `]`"],
        );
    }
}
