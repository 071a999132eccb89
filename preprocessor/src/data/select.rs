//! The rows that a template asks for.

use super::content::{Content, Wanted, as_identifier, position};
use super::table::Table;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is asked for: columns, as a template names them, and what they hold.
pub type Filters = BTreeMap<String, Wanted>;

/// What is asked for by the arguments of a function or view.
///
/// # Errors
/// Where a value is neither a text nor a number.
pub fn filters(arguments: Map<String, Value>) -> Result<Filters, String> {
    let wanted = |(column, value): (String, Value)| match value {
        Value::String(text) => Ok((column, Wanted::text(text))),
        Value::Number(number) => Ok((column, Wanted::number(&number))),
        Value::Bool(flag) => Ok((column, Wanted::text(flag.to_string()))),
        _ => Err(format!("`{column}` is neither a text nor a number")),
    };
    arguments.into_iter().map(wanted).collect()
}

impl Table {
    /// The declared column that holds numbers and that a template names `name`.
    ///
    /// # Errors
    /// Where there is none.
    pub fn number_column(&self, name: &str) -> Result<&str, String> {
        let columns: Vec<&str> = self
            .declaration
            .columns
            .keys()
            .map(String::as_str)
            .collect();
        find(&columns, name).ok_or_else(|| match self.head(name) {
            Some(head) => format!(
                "the column `{head}` of `{}` has no unit; hint: declare one under `[{0}.columns]`, \
                 `1` for a number without unit",
                self.declaration.name
            ),
            None => format!(
                "no column of `{}` that has a unit is named `{name}`, expected one of {}",
                self.declaration.name,
                listed(columns)
            ),
        })
    }

    /// The column of this name, with a unit or without, where the file is there.
    fn head(&self, name: &str) -> Option<&str> {
        let content = self.content.as_ref()?;
        Some(&content.heads[content.column(name)?])
    }

    /// The column of `where` or `repeat` that a template names `name`.
    ///
    /// # Errors
    /// Where there is none.
    pub fn place_column(&self, name: &str) -> Result<&str, String> {
        let columns: Vec<&str> = self.place_columns().collect();
        find(&columns, name).ok_or_else(|| {
            let table = &self.declaration.name;
            match columns.is_empty() {
                true => format!(
                    "`{name}` selects no rows of `{table}`; hint: `where = [\"{name}\"]` declares that \
                     it does"
                ),
                false => format!(
                    "`{name}` selects no rows of `{table}`, expected one of {}",
                    as_arguments(&columns)
                ),
            }
        })
    }

    fn place_columns(&self) -> impl Iterator<Item = &str> {
        let declared = self
            .declaration
            .place
            .iter()
            .chain(&self.declaration.repeat);
        declared.map(String::as_str)
    }

    /// What is asked for, by the columns' own names in the order of the declaration.
    ///
    /// # Errors
    /// Where a column is not one of `where` and `repeat`, or is named twice.
    pub(super) fn wanted<'a>(
        &'a self,
        filters: &'a Filters,
    ) -> Result<Vec<(&'a str, &'a Wanted)>, String> {
        let mut wanted = Vec::new();
        for (name, value) in filters {
            wanted.push((self.place_column(name)?, value));
        }
        let order = |column: &str| self.place_columns().position(|it| it == column);
        wanted.sort_by_key(|(column, _)| order(column));
        match wanted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(format!("`{}` is asked for twice", pair[0].0)),
            None => Ok(wanted),
        }
    }

    /// The rows that have all that is asked for; all rows where nothing is.
    ///
    /// # Errors
    /// Where there is none; the message lists what the column has.
    pub fn rows(&self, content: &Content, filters: &Filters) -> Result<Vec<u32>, String> {
        let mut rows: Vec<u32> = (0..content.rows() as u32).collect();
        if rows.is_empty() {
            return Err(format!("`{}` has no rows", self.declaration.name));
        }
        let mut so_far = Vec::new();
        for (column, wanted) in self.wanted(filters)? {
            let index = index(content, column)?;
            let matching = content.matching(&rows, index, wanted);
            let matching = matching.map_err(|words| self.several(column, wanted, words))?;
            if matching.is_empty() {
                let among = match so_far.is_empty() {
                    true => String::new(),
                    false => format!(" where {}", so_far.join(" and ")),
                };
                return Err(format!(
                    "no row of `{}` has `{}` in `{column}`{among}, which has {}",
                    self.declaration.name,
                    wanted.text,
                    nearest(content.distinct(&rows, index), wanted)
                ));
            }
            so_far.push(format!("`{column}` is `{}`", wanted.text));
            rows = matching;
        }
        Ok(rows)
    }

    fn several(&self, column: &str, wanted: &Wanted, words: Vec<String>) -> String {
        format!(
            "`{}` in `{column}` of `{}` may be {}; hint: write the one that is meant in quotation marks",
            wanted.text,
            self.declaration.name,
            shortened(words)
        )
    }

    /// Checks that `rows` are one row or repeats of one measurement.
    ///
    /// # Errors
    /// Where they are not: what would tell them apart.
    pub fn check_one(&self, content: &Content, rows: &[u32]) -> Result<(), String> {
        let differs = |column: &str| -> Result<Option<String>, String> {
            let values = content.distinct(rows, index(content, column)?);
            let differs = values.len() > 1;
            Ok(differs.then(|| format!("`{column}` ({})", shortened(values))))
        };
        let found = |what: String| {
            let (table, places) = (&self.declaration.name, content.ranges(rows));
            Err(format!(
                "{} rows of `{table}` are meant, {places}: {what}",
                rows.len()
            ))
        };
        let (place, repeat) = (&self.declaration.place, &self.declaration.repeat);
        let apart: Result<Vec<_>, _> = place.iter().map(|column| differs(column)).collect();
        let apart: Vec<_> = apart?.into_iter().flatten().collect();
        if !apart.is_empty() {
            return found(format!("name one by {}", apart.join(" and ")));
        }
        match repeat {
            _ if rows.len() == 1 => Ok(()),
            Some(repeat) => {
                let repeats = content.distinct(rows, index(content, repeat)?);
                match repeats.len() == rows.len() {
                    true => Ok(()),
                    false => found(format!(
                        "`{repeat}` has one value twice; hint: number the repeats, or add the column \
                         that tells them apart to `where`"
                    )),
                }
            }
            None => {
                let others = content.heads.iter().filter(|head| {
                    !place.contains(head) && !self.declaration.columns.contains_key(*head)
                });
                let apart: Result<Vec<_>, _> = others.map(|column| differs(column)).collect();
                let apart: Vec<_> = apart?.into_iter().flatten().collect();
                found(match apart.is_empty() {
                    true => {
                        "nothing tells them apart; hint: declare the column that numbers repeats \
                             as `repeat`"
                            .to_owned()
                    }
                    false => format!(
                        "{} tells them apart; hint: declare it in `where`, or as `repeat`",
                        apart.join(" or ")
                    ),
                })
            }
        }
    }
}

/// The index of a declared column, which the reader has checked to be there.
pub(super) fn index(content: &Content, column: &str) -> Result<usize, String> {
    content
        .column(column)
        .ok_or_else(|| format!("no column is named `{column}`"))
}

/// The column that is named so, or that alone is so as an identifier.
fn find<'a>(columns: &[&'a str], name: &str) -> Option<&'a str> {
    Some(columns[position(columns, name)?])
}

fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Columns as arguments can name them: of what Tera does not read as a name, the identifier too.
fn as_arguments(columns: &[&str]) -> String {
    let is_plain = |name: &str| name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    let named = |name: &&str| match is_plain(name) {
        true => format!("`{name}`"),
        false => format!("`{name}` (as an argument `{}`)", as_identifier(name)),
    };
    columns.iter().map(named).collect::<Vec<_>>().join(", ")
}

/// The values of a column, those that are most like the wanted one first.
fn nearest(mut values: Vec<String>, wanted: &Wanted) -> String {
    values.sort_by(|a, b| wanted.distance(a).total_cmp(&wanted.distance(b)));
    shortened(values)
}

/// The first values, and how many more there are.
fn shortened(values: Vec<String>) -> String {
    const NAMED: usize = 8;
    let named = values
        .iter()
        .take(NAMED)
        .map(|value| match value.is_empty() {
            true => "an empty cell".to_owned(),
            false => format!("`{value}`"),
        });
    let named = named.collect::<Vec<_>>().join(", ");
    match values.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
