//! What is wrong with a file, and where.

use std::fmt;
use toml::de::{DeTable, DeValue};

/// A fault with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, from the root of the project.
    pub file: String,
    /// The line from 1, where it is known.
    pub line: Option<usize>,
    /// The column from 1, where it is known.
    pub column: Option<usize>,
    /// What was found, what was expected, and a hint.
    pub message: String,
}

impl Diagnostic {
    /// A fault of the whole file.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Diagnostic {
            file: file.into(),
            line: None,
            column: None,
            message: message.into(),
        }
    }

    /// What is wrong with `text`, the content of `file`, that is not TOML.
    pub(crate) fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let place = error.span().unwrap_or_default();
        let message = match (error.message().trim(), text.get(place.clone())) {
            (message @ "duplicate key", Some(key)) => format!("`{key}`: {message}"),
            (message, _) => message.to_owned(),
        };
        Diagnostic {
            line: error
                .span()
                .map(|_| LineNumbers::of(text).line(place.start)),
            ..Self::of_file(file, message)
        }
    }

    /// A fault at the byte `offset` of `text`, which is the content of `file`.
    pub fn at_offset(file: &str, text: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Diagnostic {
            file: file.to_owned(),
            line: Some(before.matches('\n').count() + 1),
            column: Some(before[line_start..].chars().count() + 1),
            message: message.into(),
        }
    }

    /// Where in `text`, which is the content of the file, the fault is, in bytes, where that is known.
    pub(crate) fn offset_in(&self, text: &str) -> Option<usize> {
        let (line, column) = (self.line?, self.column?);
        let lines = || text.split_inclusive('\n');
        let start: usize = lines().take(line - 1).map(str::len).sum();
        let line = lines().nth(line - 1).unwrap_or_default();
        let character = line.char_indices().nth(column - 1);
        Some(start + character.map_or(line.len(), |(at, _)| at))
    }

    /// A fault at the first `snippet` in `text`; of the whole file where the text has none,
    /// because the template made the snippet.
    pub fn at_snippet(file: &str, text: &str, snippet: &str, message: impl Into<String>) -> Self {
        Self::inside_snippet(file, text, (snippet, 0), message)
    }

    /// A fault `inside` bytes behind the beginning of the first `snippet` in `text`, otherwise as
    /// [`Self::at_snippet`].
    pub(crate) fn inside_snippet(
        file: &str,
        text: &str,
        (snippet, inside): (&str, usize),
        message: impl Into<String>,
    ) -> Self {
        match text.find(snippet) {
            Some(offset) => Self::at_offset(file, text, offset + inside, message),
            None => Self::of_file(file, message),
        }
    }
}

/// The faults of one file: those after the first are told by a last line only, since each is looked
/// up in the text.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Diagnostic>);

impl Faults {
    /// The most that are told.
    const MOST: usize = 50;

    /// Adds what `make` makes, where it is to be told and is not there yet.
    pub(crate) fn add(&mut self, make: impl FnOnce() -> Diagnostic) {
        if self.are_too_many() {
            return;
        }
        let fault = make();
        if self.0.contains(&fault) {
            return;
        }
        self.0.push(fault);
        if let (Self::MOST, Some(last)) = (self.0.len(), self.0.last()) {
            let message = "and more of the kind, which are not listed";
            self.0.push(Diagnostic::of_file(&last.file, message));
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no further fault will be told.
    pub(crate) fn are_too_many(&self) -> bool {
        self.0.len() > Self::MOST
    }
}

impl From<Faults> for Vec<Diagnostic> {
    fn from(faults: Faults) -> Self {
        faults.0
    }
}

/// Where the lines of a text begin.
#[derive(Debug)]
pub(crate) struct LineNumbers {
    newlines: Vec<usize>,
}

impl LineNumbers {
    /// Those of `text`.
    pub(crate) fn of(text: &str) -> Self {
        let newlines = text.match_indices('\n').map(|(at, _)| at).collect();
        LineNumbers { newlines }
    }

    /// The line of the byte at `offset`, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.newlines.partition_point(|&newline| newline < offset) + 1
    }
}

/// What a `book.toml` says under `[preprocessor.measured]` with this key, for the places of faults.
pub(crate) fn setting<'t, 'a>(book: &'t DeTable<'a>, key: &str) -> Option<&'t DeValue<'a>> {
    let preprocessors = book.get("preprocessor")?.get_ref();
    let settings = preprocessors.get("measured")?.get_ref();
    Some(settings.get(key)?.get_ref())
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}", self.file)?;
        for place in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{place}")?;
        }
        write!(f, "`: {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_faults_are_told_than_a_reader_reads() {
        let mut faults = Faults::default();
        for line in 0..1000 {
            faults.add(|| Diagnostic::of_file("a.md", format!("fault {}", line / 2)));
        }
        let faults = Vec::from(faults);
        assert_eq!(faults.len(), 51);
        assert_eq!(faults[49].message, "fault 49");
        assert_eq!(
            faults[50].to_string(),
            "`a.md`: and more of the kind, which are not listed"
        );
    }

    #[test]
    fn places_count_from_one_in_characters() {
        let text = "é\nβ @x";
        let found = Diagnostic::at_snippet("a.md", text, "@x", "unknown");
        assert_eq!(found.to_string(), "`a.md:2:3`: unknown");
        let whole = Diagnostic::at_snippet("a.md", text, "@y", "unknown");
        assert_eq!(whole.to_string(), "`a.md`: unknown");
    }
}
