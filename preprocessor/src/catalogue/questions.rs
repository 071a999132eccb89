//! The questions that the book answers: `book/questions.toml`.

use crate::diagnostic::{Diagnostic, LineNumbers};
use serde::Deserialize;

/// One part of the questions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The number, such as `3.4`.
    pub id: String,
    /// The points that the answer can earn.
    pub points: u64,
    /// The question in the book's own words.
    pub wording: String,
    /// The chapter of the answer, from the root of the book.
    pub chapter: String,
    /// The anchor of the answer in its chapter.
    pub anchor: String,
}

impl Question {
    /// The question as a block quotation.
    pub fn to_markdown(&self) -> String {
        let points = match self.points {
            1 => "1 point".to_owned(),
            points => format!("{points} points"),
        };
        format!(
            "> **Question {}** ({points}). {}",
            self.id,
            self.wording.trim()
        )
    }
}

/// Reads the questions in `text`, the content of `file`.
///
/// # Errors
/// The parser's message with its line.
pub fn read_questions(file: &str, text: &str) -> Result<Vec<Question>, Vec<Diagnostic>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Questions {
        #[serde(default)]
        part: Vec<Question>,
    }
    match toml::from_str::<Questions>(text) {
        Ok(questions) => Ok(questions.part),
        Err(error) => Err(vec![Diagnostic {
            line: { error.span() }.map(|span| LineNumbers::of(text).line(span.start)),
            ..Diagnostic::of_file(file, error.message().trim())
        }]),
    }
}
