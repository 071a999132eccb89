//! Reading and writing records.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde_json::error::Category;
use walkdir::WalkDir;

use crate::error::{Problem, RecordError};
use crate::experiments::known_experiment;
use crate::files::{read_text, replace_file};
use crate::kinds::Kind;
use crate::record::{Record, SCHEMA_VERSION};
use crate::record_fields::Fields;
use crate::{canonical, check};

/// The longest record that is read, in bytes; the longest that a run wrote so far has a hundredth of it.
pub const RECORD_BYTES: u64 = 16 << 20;

/// Where the record of a run belongs: `RUNS/EXPERIMENT/RUN.json`.
pub fn record_path(runs: &Path, experiment: &str, run: &str) -> PathBuf {
    runs.join(experiment).join(format!("{run}.json"))
}

/// Reads every `*.json` under `runs`, sorted by path. An empty or missing folder holds no records.
///
/// The second part has one error for each file that is not a sound record.
pub fn read_all(runs: &Path) -> (Vec<(PathBuf, Arc<Record>)>, Vec<RecordError>) {
    read_all_by(runs, |paths| {
        paths.iter().map(|path| Record::read(path)).collect()
    })
}

/// As [`read_all`], with `read` to read the files, for instance on all cores; it gives as many results as there are paths.
pub fn read_all_by(
    runs: &Path,
    read: impl FnOnce(&[PathBuf]) -> Vec<Result<Record, RecordError>>,
) -> (Vec<(PathBuf, Arc<Record>)>, Vec<RecordError>) {
    let (paths, mut errors) = record_paths(runs);
    let mut records = Vec::new();
    let read = read(&paths);
    for (path, read) in paths.into_iter().zip(read) {
        match read {
            Ok(record) => records.push((path, Arc::new(record))),
            Err(error) => errors.push(error),
        }
    }
    (records, errors)
}

/// Every `*.json` under `runs`, sorted, and an error for each folder that cannot be read.
fn record_paths(runs: &Path) -> (Vec<PathBuf>, Vec<RecordError>) {
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    if !runs.exists() {
        return (paths, errors);
    }
    for entry in WalkDir::new(runs) {
        match entry.map(walkdir::DirEntry::into_path) {
            Ok(path) => paths.push(path),
            Err(error) => errors.push(unreadable_entry(runs, error)),
        }
    }
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    (paths, errors)
}

fn unreadable_entry(runs: &Path, error: walkdir::Error) -> RecordError {
    let path = error.path().unwrap_or(runs).to_owned();
    RecordError::new(path, Problem::Unreadable(error.into()))
}

impl Record {
    /// Reads and checks the record at `path`.
    ///
    /// # Errors
    /// Everything that is wrong with the file, see [`Problem`].
    pub fn read(path: &Path) -> Result<Record, RecordError> {
        let text = read_text(path, RECORD_BYTES)
            .map_err(|error| RecordError::new(path, Problem::Unreadable(error)))?;
        Record::parse(&text).map_err(|problems| RecordError {
            path: path.to_owned(),
            problems,
        })
    }

    /// Reads and checks a record's text.
    ///
    /// # Errors
    /// Everything that is wrong with the text, see [`Problem`].
    pub fn parse(text: &str) -> Result<Record, Vec<Problem>> {
        let record = parse_fields(text).map_err(|problem| vec![problem])?;
        let expected = canonical::digest(text);
        if record.digest != expected {
            return Err(vec![Problem::Altered {
                found: record.digest,
                expected,
            }]);
        }
        let problems = check::record(&record);
        if problems.is_empty() {
            Ok(record)
        } else {
            Err(problems)
        }
    }

    /// Writes the record to `path` with its digest, so that either the whole file or the old one is there.
    ///
    /// See [`replace_file`].
    ///
    /// # Errors
    /// Everything that [`Record::read`] would refuse; then nothing is written. And what the file system refuses.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        let text = self.to_text().map_err(|problems| RecordError {
            path: path.to_owned(),
            problems,
        })?;
        replace_file(path, text.as_bytes())
            .map_err(|error| RecordError::new(path, Problem::Unwritable(error)))
    }

    /// The text of the record's file: indented JSON, but for the rows of lists of lists, with the digest of the content
    /// and a final newline.
    ///
    /// # Errors
    /// Everything that [`Record::parse`] would refuse.
    pub fn to_text(&self) -> Result<String, Vec<Problem>> {
        if self.schema_version != SCHEMA_VERSION {
            return Err(vec![wrong_schema(self.schema_version)]);
        }
        let problems = check::record(self);
        if !problems.is_empty() {
            return Err(problems);
        }
        let json = |record: &Record| {
            let json = serde_json::to_string_pretty(record).expect("a record's keys are strings");
            rows_on_one_line(&json)
        };
        let sealed = Record {
            digest: canonical::digest(&json(self)),
            ..self.clone()
        };
        Ok(json(&sealed) + "\n")
    }
}

/// Indented JSON in which lists of numbers that are rows of another list take one line each: predictions of thousands
/// of images would fill pages.
fn rows_on_one_line(json: &str) -> String {
    let is_number = |line: &&str| {
        line.trim_start()
            .starts_with(|c: char| c.is_ascii_digit() || c == '-')
    };
    let mut text = String::with_capacity(json.len());
    let mut lines = json.lines().peekable();
    while let Some(line) = lines.next() {
        text.push_str(line);
        if line.trim_start() == "[" && lines.peek().is_some_and(is_number) {
            while let Some(number) = lines.next_if(is_number) {
                text.push_str(number.trim_start());
                text.push_str(if number.ends_with(',') { " " } else { "" });
            }
            text.push_str(lines.next().expect("a list ends").trim_start());
        }
        text.push('\n');
    }
    text.truncate(text.len() - 1);
    text
}

fn parse_fields(text: &str) -> Result<Record, Problem> {
    // Sound records of our programs are many and read at each build; all else may take longer.
    match serde_json::from_str::<Record>(text) {
        Ok(record) if record.schema_version == SCHEMA_VERSION => Ok(record),
        _ => parse_slowly(text),
    }
}

/// Reads a record whose fields have any order, and names what keeps `text` from being one.
fn parse_slowly(text: &str) -> Result<Record, Problem> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u64,
    }
    #[derive(Deserialize)]
    struct Experiment {
        experiment: String,
    }
    // The version comes first: a newer schema may have fields that this one does not know.
    let is_object = text.trim_start().starts_with('{'); // serde takes a list, too
    if let Ok(Version { schema_version }) = serde_json::from_str(text)
        && is_object
        && schema_version != SCHEMA_VERSION
    {
        return Err(wrong_schema(schema_version));
    }
    let kind = match serde_json::from_str(text) {
        Ok(Experiment { experiment }) => Some(kind_of(&experiment)?),
        Err(_) => None, // the fields tell it better
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let record = Fields(kind).deserialize(tracked);
    let record = record.map_err(|error| field_problem(text, &track.path().to_string(), &error))?;
    let end = json.end();
    end.map_err(|error| syntax_problem(text, "digest", &error))?;
    Ok(record)
}

fn kind_of(experiment: &str) -> Result<Kind, Problem> {
    let known = known_experiment(experiment);
    let known = known.map_err(|message| Problem::UnknownExperiment { message })?;
    Ok(known.kind())
}

fn wrong_schema(found: u64) -> Problem {
    if found > SCHEMA_VERSION {
        Problem::NewerSchema { found }
    } else {
        Problem::UnknownSchema { found }
    }
}

fn field_problem(text: &str, key: &str, error: &serde_json::Error) -> Problem {
    let key = if key == "." { "record" } else { key };
    match error.classify() {
        Category::Data => Problem::Field {
            key: key.to_owned(),
            found: without_position(error),
        },
        Category::Eof => Problem::Truncated { line: error.line() },
        Category::Syntax | Category::Io => syntax_problem(text, key, error),
    }
}

fn syntax_problem(text: &str, key: &str, error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let found = match not_a_number(
        text.lines().nth(line.saturating_sub(1)).unwrap_or_default(),
        column,
    ) {
        Some(word) => format!("`{word}` is not a number, expected a finite one"),
        None => without_position(error),
    };
    Problem::Syntax {
        line,
        column,
        key: key.to_owned(),
        found,
    }
}

/// The word of `line` around `column` if it is one of those that other programs write for NaN and infinity.
fn not_a_number(line: &str, column: usize) -> Option<&str> {
    let apart = |c: char| !c.is_ascii_alphabetic() && c != '-';
    let begin = line
        .get(..column.saturating_sub(1))?
        .rfind(apart)
        .map_or(0, |at| at + 1);
    let word = line.get(begin..)?.split(apart).next()?;
    let known = ["nan", "-nan", "inf", "-inf", "infinity", "-infinity"];
    known
        .contains(&word.to_ascii_lowercase().as_str())
        .then_some(word)
}

fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.clone(), |(message, _)| message.to_owned())
}
