//! What measured values are read from: runs and tables.

use std::fmt;
use std::sync::Arc;

/// The place of a measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The run or table, the same for all that is read of it.
    pub source: Arc<Source>,
    /// The key inside the record, such as `epochs[119].test_accuracy`, or the column and row of the
    /// table.
    pub key: String,
}

/// A source of measured values.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Which it is.
    pub id: SourceId,
    /// The file from the project's root; `None` where there is none.
    pub file: Option<String>,
    /// What tells this file from others: of a record device, arithmetic, seed, commit and date, of a
    /// table its digest; empty where there is no file.
    pub circumstances: String,
    /// What keeps it from being a complete, current measurement.
    pub concern: Option<Concern>,
}

/// The name of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceId {
    /// A run, by its identifier in the plan.
    Run(String),
    /// A table, by its name in `data.toml`.
    Table(String),
    /// Sample images of a data set, by their name in `book.toml`.
    Images(String),
}

impl SourceId {
    /// The name alone.
    pub fn name(&self) -> &str {
        match self {
            SourceId::Run(name) | SourceId::Table(name) | SourceId::Images(name) => name,
        }
    }

    /// The id of its entry in the evidence.
    pub fn anchor(&self) -> String {
        match self {
            SourceId::Run(name) => format!("run-{name}"),
            SourceId::Table(name) => format!("table-{name}"),
            SourceId::Images(name) => format!("images-{name}"),
        }
    }

    /// What is not there where its file is not.
    pub(crate) fn absent(&self) -> &'static str {
        match self {
            SourceId::Run(_) => "no record yet",
            SourceId::Table(_) | SourceId::Images(_) => "no file yet",
        }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceId::Run(name) => write!(f, "run {name}"),
            SourceId::Table(name) => write!(f, "table {name}"),
            SourceId::Images(name) => write!(f, "images {name}"),
        }
    }
}

/// What keeps a source from being a complete, current measurement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concern {
    /// The run or table.
    pub source: SourceId,
    /// The state in a word or two: `missing`, `partial 3 of 350`, `stale`, `failed`.
    pub state: String,
    /// What mends it: usually the command that makes the run or the table.
    pub remedy: String,
    /// Whether it is a card that the book does without, which strict mode accepts.
    pub accepted: bool,
}

impl Concern {
    /// What stands behind a printed value that depends on the source.
    pub fn flag(&self) -> String {
        match (&*self.state, &self.source) {
            // The value itself is there: it was computed without this source.
            ("missing", SourceId::Run(_)) => " (a run is missing)".to_owned(),
            ("missing", SourceId::Table(_)) => " (a table is missing)".to_owned(),
            (state, _) => format!(" ({state})"),
        }
    }
}
