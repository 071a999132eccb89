//! What can be wrong with a record: file → key → found and expected → hint.

use std::path::PathBuf;
use std::{fmt, io};

use crate::digest::Digest;
use crate::record::SCHEMA_VERSION;

/// Everything that is wrong with one record file, one line of text per problem.
#[derive(Debug)]
pub struct RecordError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, in the order of the file; never empty.
    pub problems: Vec<Problem>,
}

impl RecordError {
    pub(crate) fn new(path: impl Into<PathBuf>, problem: Problem) -> RecordError {
        RecordError {
            path: path.into(),
            problems: vec![problem],
        }
    }
}

impl RecordError {
    /// Whether the file is a record no more: not one that cannot be opened, nor one of a newer program.
    pub fn is_damage(&self) -> bool {
        self.problems.iter().all(|problem| match problem {
            Problem::Unreadable(error) => error.kind() == io::ErrorKind::InvalidData,
            Problem::NewerSchema { .. } | Problem::Unwritable(_) => false,
            _ => true,
        })
    }
}

impl std::error::Error for RecordError {}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {problem}", self.path.display())?;
        }
        Ok(())
    }
}

const RESTORE: &str =
    "hint: restore the file from its commit, or delete it and run the experiment again";

/// One thing that is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file or folder cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// The file cannot be written.
    #[error("cannot be written: {0}")]
    Unwritable(#[source] io::Error),
    /// The text ends inside the record.
    #[error("the file ends in line {line}, inside the record; {RESTORE}")]
    Truncated {
        /// Line at which the text ends, counted from 1.
        line: usize,
    },
    /// The text is not JSON.
    #[error("line {line}, column {column}, at `{key}`: {found}; {RESTORE}")]
    Syntax {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// Path of the innermost field.
        key: String,
        /// What the parser says.
        found: String,
    },
    /// A newer program wrote the record.
    #[error(
        "`schema_version` is {found}, written by a newer version, expected at most {SCHEMA_VERSION}; \
         hint: update this program"
    )]
    NewerSchema {
        /// The record's version.
        found: u64,
    },
    /// No program wrote this schema version.
    #[error("`schema_version` is {found}, expected {SCHEMA_VERSION}; {RESTORE}")]
    UnknownSchema {
        /// The record's version.
        found: u64,
    },
    /// No program writes records of this experiment.
    #[error("{message}; what other programs measure is a table of `data.toml`")]
    UnknownExperiment {
        /// The name, and those that are known.
        message: String,
    },
    /// A field is unknown, absent or of another type.
    #[error("`{key}`: {found}; {RESTORE}")]
    Field {
        /// Path of the field, such as `epochs[3].train_loss`.
        key: String,
        /// What was found and what was expected.
        found: String,
    },
    /// A value lies outside its range or contradicts another one.
    #[error("`{key}` is {found}, expected {expected}; hint: {hint}")]
    Value {
        /// Path of the field.
        key: String,
        /// The value.
        found: String,
        /// What it should be.
        expected: String,
        /// What to do.
        hint: String,
    },
    /// The content is not what the program wrote.
    #[error(
        "`digest` is {}…, expected {}… for this content: the file was altered after it was written; {RESTORE}",
        found.short(), expected.short()
    )]
    Altered {
        /// The digest that the file states.
        found: Digest,
        /// The digest of its content.
        expected: Digest,
    },
}
