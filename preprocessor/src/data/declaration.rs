//! `data.toml`: which tables there are, and a person's own units.

use super::separator::Separator;
use crate::diagnostic::{Diagnostic, LineNumbers};
use crate::evidence::unit::{MultipleOf, OwnUnit, Units};
use results::Digest;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Component, Path};
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// The name of the table that declares units.
const UNITS: &str = "units";
/// What stands before a digest.
pub(super) const SHA256: &str = "sha256:";

/// A table as it is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// Its name in templates.
    pub name: String,
    /// The line of `data.toml` at which it stands, from 1.
    pub line: usize,
    /// The file from the project's root, with `/`.
    pub file: String,
    /// Where the rows are in a JSON file, as a JSON pointer; the whole file where it is empty.
    pub rows: String,
    /// The command that makes the file; of quoted rows, how they were taken from the works.
    pub made_by: String,
    /// Which works the rows are quoted from; absent where they are one's own measurements.
    pub cites: Option<Cites>,
    /// The digest of the file when it was sealed.
    pub digest: Option<Digest>,
    /// The columns that say which row is which, in the order in which names list them.
    pub place: Vec<String>,
    /// The column that tells repeats of one measurement apart.
    pub repeat: Option<String>,
    /// The columns that hold numbers, with their units as they are in the file.
    pub columns: BTreeMap<String, MultipleOf>,
    /// What parts the cells of a CSV file, where that is declared.
    pub separator: Option<Separator>,
    /// The decimal sign, where that is declared.
    pub decimal: Option<Decimal>,
    /// What topics are to know of the table, by their names.
    pub topics: BTreeMap<String, toml::Table>,
}

impl Declaration {
    /// The columns whose words say what a row is: which one, which repeat, from which work.
    pub(super) fn word_columns(&self) -> impl Iterator<Item = &String> {
        let cites = self.cites.iter().filter_map(|cites| match cites {
            Cites::Column(column) => Some(column),
            Cites::Work(_) => None,
        });
        self.place.iter().chain(&self.repeat).chain(cites)
    }
}

/// Where the keys of the works are from which rows are quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cites {
    /// All rows are from this work of the bibliography.
    Work(String),
    /// This column has the key of each row's work.
    Column(String),
}

impl Cites {
    /// `@key` is a work, anything else a column.
    fn of(text: String) -> Cites {
        match text.strip_prefix('@') {
            Some(key) => Cites::Work(key.to_owned()),
            None => Cites::Column(text),
        }
    }
}

/// A decimal sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Decimal {
    /// 1.5
    #[serde(rename = ".")]
    Point,
    /// 1,5
    #[serde(rename = ",")]
    Comma,
}

impl FromStr for Decimal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "." | "point" => Ok(Decimal::Point),
            "," | "comma" => Ok(Decimal::Comma),
            _ => Err("expected `.` or `,`".to_owned()),
        }
    }
}

/// What `data.toml` declares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declared {
    /// The tables in the order of their names.
    pub tables: Vec<Declaration>,
    /// The units of the program and those that are declared.
    pub units: Units,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct Keys {
    file: String,
    made_by: String,
    #[serde(default)]
    rows: String,
    digest: Option<String>,
    #[serde(default, rename = "where")]
    place: Vec<String>,
    repeat: Option<String>,
    cites: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    separator: Option<Separator>,
    decimal: Option<Decimal>,
    #[serde(default)]
    topics: BTreeMap<String, toml::Table>,
}

/// Reads `text`, the content of `file`.
///
/// # Errors
/// All faults of the file at once, each with its line.
pub fn read_declarations(file: &str, text: &str) -> Result<Declared, Vec<Diagnostic>> {
    let mut reader = Reader {
        file,
        lines: LineNumbers::of(text),
        declared: Declared::default(),
        faults: Vec::new(),
    };
    match DeTable::parse(text) {
        Ok(table) => reader.read(table.into_inner()),
        Err(error) => reader.faults.push(Diagnostic::of_toml(file, text, &error)),
    }
    reader.faults.sort();
    match reader.faults.is_empty() {
        true => Ok(reader.declared),
        false => Err(reader.faults),
    }
}

struct Reader<'a> {
    file: &'a str,
    lines: LineNumbers,
    declared: Declared,
    faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(&mut self, mut document: DeTable) {
        // The units first: columns use them.
        if let Some((key, units)) = document.remove_entry(UNITS) {
            self.read_units(key.span(), units);
        }
        for (key, table) in document {
            let (span, name) = (key.span(), key.into_inner());
            if !is_identifier(&name) {
                let hint =
                    "a name has lower-case letters, digits and `_`, and starts with a letter";
                self.refuse(span, format!("`{name}` is not a name; hint: {hint}"));
                continue;
            }
            match Keys::deserialize(ValueDeserializer::from(table)) {
                Ok(keys) => match self.declaration(&name, span.clone(), keys) {
                    Ok(declaration) => self.declared.tables.push(declaration),
                    Err(message) => self.refuse(span, format!("`{name}`: {message}")),
                },
                Err(error) => {
                    let place = error.span().unwrap_or(span);
                    let hint = "a table has `file` and `made_by`, and may have `digest`, `where`, \
                                `repeat`, `cites`, `columns`, `rows`, `separator`, `decimal`, `topics`";
                    let found = error.message().trim();
                    self.refuse(place, format!("`{name}`: {found}; hint: {hint}"));
                }
            }
        }
        self.declared.tables.sort_by(|a, b| a.name.cmp(&b.name));
    }

    fn read_units(&mut self, span: Range<usize>, units: Spanned<DeValue>) {
        let DeValue::Table(units) = units.into_inner() else {
            let hint = "`key = { many = \"keys\" }` declares a unit";
            return self.refuse(span, format!("`{UNITS}` is not a table; hint: {hint}"));
        };
        for (key, unit) in units {
            let (span, name) = (key.span(), key.into_inner());
            let declared = OwnUnit::deserialize(ValueDeserializer::from(unit))
                .map_err(|error| error.message().trim().to_owned())
                .and_then(|unit| self.declared.units.declare(&name, &unit));
            if let Err(message) = declared {
                self.refuse(span, format!("`{UNITS}.{name}`: {message}"));
            }
        }
    }

    fn declaration(
        &self,
        name: &str,
        span: Range<usize>,
        keys: Keys,
    ) -> Result<Declaration, String> {
        check_path(&keys.file)?;
        if !keys.rows.is_empty() && !keys.rows.starts_with('/') {
            return Err(format!(
                "`rows` is `{}`, expected a JSON pointer such as `/results`",
                keys.rows
            ));
        }
        check_distinct(&keys)?;
        let mut columns = BTreeMap::new();
        for (column, unit) in keys.columns {
            let unit = self.declared.units.parse_multiple(&unit).map_err(|error| {
                let hint = "declare your own under `[units]`; a column of words has no unit";
                format!("`columns.{column}`: {error}; hint: {hint}")
            })?;
            columns.insert(column, unit);
        }
        Ok(Declaration {
            name: name.to_owned(),
            line: self.lines.line(span.start),
            file: keys.file,
            rows: keys.rows,
            made_by: keys.made_by,
            cites: keys.cites.map(Cites::of),
            digest: keys.digest.as_deref().map(read_digest).transpose()?,
            place: keys.place,
            repeat: keys.repeat,
            columns,
            separator: keys.separator,
            decimal: keys.decimal,
            topics: keys.topics,
        })
    }

    fn refuse(&mut self, span: Range<usize>, message: String) {
        self.faults.push(Diagnostic {
            line: Some(self.lines.line(span.start)),
            ..Diagnostic::of_file(self.file, message)
        });
    }
}

/// Checks that the path leads to a file below the project's root.
fn check_path(file: &str) -> Result<(), String> {
    let mut parts = Path::new(file).components();
    let is_inside = parts.all(|part| matches!(part, Component::Normal(_)));
    match is_inside && !file.is_empty() && !file.contains('\\') {
        true => Ok(()),
        false => Err(format!(
            "`file` is `{file}`, expected a path below the root of the project, such as `data/times.csv`"
        )),
    }
}

/// Checks that no column is named twice in `where` and `repeat`.
fn check_distinct(keys: &Keys) -> Result<(), String> {
    let named: Vec<_> = keys.place.iter().chain(&keys.repeat).collect();
    let twice = (1..named.len()).find(|&index| named[..index].contains(&named[index]));
    match twice {
        Some(index) => Err(format!(
            "`{}` stands twice in `where` and `repeat`; hint: a repeat does not say which row it is",
            named[index]
        )),
        None => Ok(()),
    }
}

fn read_digest(text: &str) -> Result<Digest, String> {
    let digest = text
        .strip_prefix(SHA256)
        .and_then(|it| Digest::parse(it).ok());
    digest.ok_or_else(|| {
        format!(
            "`digest` is `{text}`, expected `{SHA256}` and 64 hexadecimal digits in lower case; hint: \
             `mdbook-measured seal` writes it"
        )
    })
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
