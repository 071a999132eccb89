//! What is said of runs: sentences for people, and lines of JSON for programs.

use experiments::say;
use serde_json::{Map, Value};

/// To whom is spoken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Voice {
    /// Whether standard output has a line of JSON for each event; sentences are on standard error then.
    pub(crate) json: bool,
}

impl Voice {
    /// A sentence.
    pub(crate) fn line(self, text: &str) {
        match self.json {
            true => say::note(text),
            false => drop(say::line(text)),
        }
    }

    /// What happened to a run, with `more` that is told of it.
    pub(crate) fn event(self, run: &str, event: &str, mut more: Map<String, Value>) {
        if self.json {
            more.insert("run".to_owned(), run.into());
            more.insert("event".to_owned(), event.into());
            say::line(&Value::Object(more).to_string());
        }
    }
}

/// What an event tells of its reason.
pub(crate) fn because(reason: &str) -> Map<String, Value> {
    Map::from_iter([("reason".to_owned(), reason.into())])
}
