//! A table with its state.

use super::content::{Cells, Content, Places};
use super::declaration::{Cites, Declaration};
use super::{csv, json};
use crate::diagnostic::Diagnostic;
use crate::evidence::unit::Unit;
use crate::evidence::{
    Concern, Measurement, Missing, Origin, Quantity, Quotation, Source, SourceId,
};
use results::Digest;
use std::sync::Arc;

/// The tables of a project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// The file that declares them, from the project's root.
    pub file: String,
    /// In the order of their names.
    pub all: Vec<Table>,
}

/// A declared table, and its rows where its file is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How it is declared.
    pub declaration: Declaration,
    /// Whether its file is what was sealed.
    pub state: State,
    /// The digest of its file, where that is there.
    pub digest: Option<Digest>,
    /// The rows, where the file is there.
    pub content: Option<Content>,
    source: Arc<Source>,
}

/// How far a table's file is what was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The file has the declared digest.
    Sealed,
    /// No digest is declared yet.
    Unsealed,
    /// The file is another one than was sealed.
    Stale {
        /// The declared digest.
        sealed: Digest,
        /// The file's.
        found: Digest,
    },
    /// There is no file.
    Missing,
}

impl State {
    fn of(declared: Option<&Digest>, found: Option<&Digest>) -> State {
        match (declared, found) {
            (_, None) => State::Missing,
            (None, Some(_)) => State::Unsealed,
            (Some(sealed), Some(found)) if sealed == found => State::Sealed,
            (Some(sealed), Some(found)) => State::Stale {
                sealed: sealed.clone(),
                found: found.clone(),
            },
        }
    }
}

impl Table {
    /// The table whose file has these `bytes`; `None` where there is no file.
    ///
    /// # Errors
    /// Where the bytes are no such table: the file, the line and what is wrong there.
    pub fn read(declaration: Declaration, bytes: Option<&[u8]>) -> Result<Table, Diagnostic> {
        let (digest, content) = rayon::join(
            || bytes.map(Digest::of),
            || {
                bytes
                    .map(|bytes| read_content(&declaration, bytes))
                    .transpose()
            },
        );
        let state = State::of(declaration.digest.as_ref(), digest.as_ref());
        Ok(Table {
            source: Arc::new(Source {
                id: SourceId::Table(declaration.name.clone()),
                file: digest.is_some().then(|| declaration.file.clone()),
                circumstances: match &digest {
                    Some(digest) => format!("SHA-256 {}", digest.short()),
                    None => String::new(),
                },
                concern: concern(&declaration, &state),
            }),
            content: content?,
            digest,
            declaration,
            state,
        })
    }

    /// What keeps it from being what was sealed.
    pub(crate) fn concern(&self) -> Option<Concern> {
        self.source.concern.clone()
    }

    /// The state in words.
    pub fn state_text(&self) -> String {
        match &self.state {
            State::Sealed if self.declaration.cites.is_some() => "quoted".to_owned(),
            State::Sealed => "measured".to_owned(),
            State::Unsealed => "not sealed".to_owned(),
            State::Stale { sealed, found } => format!(
                "stale: the digest of the file was {}, is {}",
                sealed.short(),
                found.short()
            ),
            State::Missing => "missing".to_owned(),
        }
    }

    /// What mends it where the state is not [`State::Sealed`].
    pub fn remedy(&self) -> Option<String> {
        match self.state {
            State::Unsealed => Some(format!("mdbook-measured seal {}", self.declaration.name)),
            _ => Some(self.source.concern.as_ref()?.remedy.clone()),
        }
    }

    /// A value at `key` of the file, in `row`, where the file is there: measured, or quoted from the
    /// work that the row cites.
    pub(super) fn read_at(
        &self,
        name: String,
        unit: Unit,
        (key, row): (String, Option<u32>),
        value: Option<f64>,
    ) -> Arc<Quantity> {
        let source = self.source.clone();
        let origin = match self.work(row) {
            Some(citation) => Origin::Quoted(Quotation {
                citation,
                place: format!("{key} of {}", self.declaration.file),
                checked: self.declaration.made_by.clone(),
                note: String::new(),
                table: Some(source),
            }),
            None => Origin::Measured(Measurement { source, key }),
        };
        Arc::new(Quantity {
            name,
            value: value.ok_or(Missing::NotMeasured),
            interval: None,
            unit,
            origin,
        })
    }

    /// The key of the work that a row is quoted from; none of one's own measurements, and none where a
    /// row would name it and there is no file.
    fn work(&self, row: Option<u32>) -> Option<String> {
        match self.declaration.cites.as_ref()? {
            Cites::Work(key) => Some(key.clone()),
            Cites::Column(column) => {
                let content = self.content.as_ref()?;
                Some(content.text(content.column(column)?, row? as usize))
            }
        }
    }

    /// How many of `rows` there are, of each work that they cite: what stands for them in the
    /// evidence, by their lines.
    pub fn rows_shown(&self, column: &str, rows: &[u32]) -> Vec<Arc<Quantity>> {
        let by_work = match (&self.declaration.cites, &self.content) {
            (Some(Cites::Column(cites)), Some(content)) if !rows.is_empty() => {
                let cites = content.column(cites);
                let groups = cites.map(|cites| content.groups(rows, cites));
                groups
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(_, rows)| rows)
                    .collect()
            }
            _ => vec![rows.to_vec()],
        };
        { by_work.iter() }
            .map(|rows| self.rows_of_one_work(column, rows))
            .collect()
    }

    /// [`Self::rows_shown`] of rows that cite one work, or none.
    pub fn rows_of_one_work(&self, column: &str, rows: &[u32]) -> Arc<Quantity> {
        let name = &self.declaration.name;
        let place = match &self.content {
            Some(content) => content.ranges(rows),
            None => "rows".to_owned(),
        };
        let at = place.replace([' ', '–', ','], "_").replace("__", "_");
        let value = self.content.is_some().then_some(rows.len() as f64);
        let key = format!("number of rows of {column}, {place}");
        self.read_at(
            format!("{name}.{}({at})", as_name(column)),
            Unit::One,
            (key, rows.first().copied()),
            value,
        )
    }
}

/// A column in the name of a quantity.
pub(super) fn as_name(column: &str) -> String {
    super::name::encoded(column)
}

fn read_content(declaration: &Declaration, bytes: &[u8]) -> Result<Content, Diagnostic> {
    let is_json = declaration.file.to_ascii_lowercase().ends_with(".json");
    let read = match is_json {
        true => json::read(bytes, declaration),
        false if !declaration.rows.is_empty() => {
            let hint = "hint: `rows` is for a file whose name ends in `.json`";
            Err((
                None,
                format!("it is read as CSV, which has no `rows`; {hint}"),
            ))
        }
        false => csv::read(bytes, declaration),
    };
    let checked = read.and_then(|content| {
        check_sizes(&content, declaration)?;
        Ok(content)
    });
    checked.map_err(|(line, message)| Diagnostic {
        line: line.map(|line| line as usize),
        ..Diagnostic::of_file(&declaration.file, message)
    })
}

/// Checks that every number can be computed with in its base unit.
fn check_sizes(content: &Content, declaration: &Declaration) -> Result<(), csv::Fault> {
    const LARGEST: f64 = 1e300;
    let columns = content.heads.iter().zip(&content.columns);
    for (head, cells) in columns {
        let (Cells::Numbers(numbers), Some(unit)) = (cells, declaration.columns.get(head)) else {
            continue;
        };
        let too_large = numbers
            .iter()
            .position(|number| unit.to_base(*number).abs() > LARGEST);
        if let Some(row) = too_large {
            let (number, unit) = (numbers[row], unit.unit);
            let message =
                format!("`{head}` is `{number:e}`, expected less than {LARGEST:e} {unit}");
            return Err(match content.places {
                Places::Lines(ref lines) => (Some(lines[row]), message),
                Places::Elements(_) => (None, format!("{}: {message}", content.place(row))),
            });
        }
    }
    Ok(())
}

/// What keeps the file from being what was sealed. One that was never sealed is no worse a measurement.
fn concern(declaration: &Declaration, state: &State) -> Option<Concern> {
    let name = &declaration.name;
    let (state, remedy) = match state {
        State::Sealed | State::Unsealed => return None,
        State::Missing => ("missing", declaration.made_by.clone()),
        State::Stale { .. } => (
            "stale",
            format!(
                "mdbook-measured seal {name}, if the file is the wanted one; else: {}",
                declaration.made_by
            ),
        ),
    };
    Some(Concern {
        source: SourceId::Table(name.clone()),
        state: state.to_owned(),
        remedy,
        accepted: false,
    })
}

impl Tables {
    /// How many tables are in which state, as `tables.count.missing` and so on.
    pub fn counts(&self) -> Vec<Arc<Quantity>> {
        type Fits = fn(&State) -> bool;
        let count = |fits: Fits| self.all.iter().filter(|it| fits(&it.state)).count();
        let states: [(&str, Fits); 5] = [
            ("sealed", |state| *state == State::Sealed),
            ("unsealed", |state| *state == State::Unsealed),
            ("stale", |state| matches!(state, State::Stale { .. })),
            ("missing", |state| *state == State::Missing),
            ("declared", |_| true),
        ];
        let quantity = |(name, fits): (&str, Fits)| {
            let definition = "count of the tables in data.toml by state";
            Quantity::exact(
                format!("tables.count.{name}"),
                Unit::One,
                count(fits) as f64,
                definition,
            )
        };
        states.into_iter().map(quantity).collect()
    }

    /// The table of this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn table(&self, name: &str) -> Result<&Table, String> {
        let found = self.all.iter().find(|table| table.declaration.name == name);
        found.ok_or_else(|| {
            let known = self
                .all
                .iter()
                .map(|table| format!("`{}`", table.declaration.name));
            match known.collect::<Vec<_>>() {
                none if none.is_empty() => {
                    format!("no table is named `{name}`; hint: `data.toml` declares tables")
                }
                known => format!(
                    "no table is named `{name}`, expected one of {}",
                    known.join(", ")
                ),
            }
        })
    }
}
