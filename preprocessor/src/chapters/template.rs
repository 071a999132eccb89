//! One chapter through Tera.
//!
//! The delimiters are `<< >>`, `<% %>` and `<# #>`: the usual ones clash with LaTeX's braces, with
//! heading attributes `{#id}` and with mdBook's `{{#include}}`. Every chapter has an engine of its
//! own, so that all chapters' faults are found in one build.

use super::absent;
use super::blanks::Draft;
use super::blocks::{self, Block};
use super::calls::{PLACE, name_arguments};
use super::code::Shadow;
use super::diagnostic::{Diagnostic, Faults};
use super::exhibits;
use super::format::{FILTERS, Printing};
use super::functions;
use super::ledger::{Ledger, Written};
use super::names;
use super::nested::freed;
use super::placeholders;
use super::sentinel::{Absence, Form, Mark, quantity_name, replace_marks};
use crate::evidence::Quantity;
use regex::Regex;
use std::error::Error as _;
use std::sync::{Arc, LazyLock};
use tera::{Context, Delimiters, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

/// What Tera says of something that is called and is not there, with its line and column.
static UNKNOWN_CALL: LazyLock<Regex> = LazyLock::new(|| {
    let report = r"(?m)^error: Unknown (.*)\n *--> .*:([0-9]+):([0-9]+)$";
    Regex::new(report).expect("the expression is well formed")
});

/// A chapter whose templates are filled.
pub(crate) struct FilledTemplates {
    /// The text, with [`UNKNOWN`] or a box where a fault is.
    pub(crate) text: String,
    /// Every fault of the templates, each with line and column.
    pub(crate) faults: Vec<Diagnostic>,
    /// Whether a fault may hide labels that are not known.
    pub(crate) hides_labels: bool,
}

/// The chapter's text with its templates filled, all of it but what has a fault.
pub(crate) fn fill(
    ledger: &Arc<Ledger>,
    context: &Context,
    chapter: &str,
    file: &str,
    source: &str,
) -> FilledTemplates {
    let mut filling = Filling {
        ledger,
        chapter,
        file,
        source,
        draft: Draft::of(source),
        faults: Faults::default(),
    };
    let filled = filling.run(context);
    let filled = placeholders::fold(ledger, filled);
    let (filled, of_blocks) = blocks::place(ledger, (file, source), filled);
    let filled = filling.print_others(&filled);
    let shadow = &filling.draft.shadow;
    let (text, mut absences) = absent::settle(ledger, (file, &shadow.text), &filled);
    ledger.written().absences.append(&mut absences);
    let mut faults: Vec<_> = filling.faults.into();
    faults.extend(of_blocks);
    FilledTemplates {
        text,
        hides_labels: filling.draft.hidden.further_labels,
        faults,
    }
}

/// A chapter that is being filled.
struct Filling<'a> {
    ledger: &'a Arc<Ledger>,
    chapter: &'a str,
    file: &'a str,
    source: &'a str,
    draft: Draft<'a>,
    faults: Faults,
}

/// How often a chapter is filled anew, and how many bytes are read for that.
const MOST_ROUNDS: usize = 60;
const MOST_BYTES: usize = 500_000;

/// A fault of an attempt to fill a chapter, and whether Tera could not read it.
type Found = (Diagnostic, bool);

impl Filling<'_> {
    /// The chapter's text, with blanks where faults are. It is filled anew as long as there are such
    /// that show only then.
    fn run(&mut self, context: &Context) -> String {
        let rounds = MOST_BYTES / self.source.len().max(1);
        for _ in 0..rounds.clamp(2, MOST_ROUNDS) {
            let found = match self.fill_once(context) {
                Ok(filled) => return filled,
                Err(found) => found,
            };
            if !self.blank(found) {
                break;
            }
        }
        self.draft.blank_all();
        let filled = self.fill_once(context);
        filled.unwrap_or_else(|_| self.source.to_owned())
    }

    fn fill_once(&self, context: &Context) -> Result<String, Vec<Found>> {
        let Filling { ledger, file, .. } = self;
        *ledger.written() = Written::default();
        let shadow = &self.draft.shadow;
        let named = name_arguments(shadow);
        let fault = |error: tera::Error| {
            let calls = unknown_calls(file, &error);
            if !calls.is_empty() {
                let placed = |call| (named.in_source(self.source, call), false);
                return calls.into_iter().map(placed).collect();
            }
            let fault = named.in_source(self.source, diagnose(file, &error));
            let fault = match may_be_text(&error) {
                true => with_hint(shadow, fault),
                false => fault,
            };
            vec![(fault, matches!(error.kind(), ErrorKind::SyntaxError(_)))]
        };
        let mut tera = engine(ledger, self.chapter);
        self.draft.register(&mut tera, ledger, self.chapter);
        tera.add_raw_template(file, &named.text).map_err(fault)?;
        let mut unknown = names::check(&ledger.facts.catalogue, file, &shadow.text);
        unknown.extend(functions::check_picks(
            &ledger.facts.tables,
            file,
            &shadow.text,
        ));
        if !unknown.is_empty() {
            return Err(unknown.into_iter().map(|fault| (fault, false)).collect());
        }
        tera.render(file, context).map_err(fault)
    }

    /// Notes the faults and blanks what they are in; whether a further attempt finds others.
    fn blank(&mut self, found: Vec<Found>) -> bool {
        let mut is_blanked = false;
        for (fault, is_syntax) in found {
            if self.faults.are_too_many() {
                break;
            }
            let at = fault.offset_in(self.source);
            self.faults.add(|| fault);
            is_blanked |= at.is_some_and(|at| self.draft.blank_at(at, is_syntax));
        }
        is_blanked && !self.faults.are_too_many()
    }

    /// Prints the quantities that have no filter.
    fn print_others(&mut self, filled: &str) -> String {
        replace_marks(filled, |mark| match mark {
            Mark::Quantity(name) => match print_plainly(self.ledger, self.chapter, name) {
                Ok(text) => Some(text),
                Err(message) => {
                    let (file, source) = (self.file, self.source);
                    self.faults
                        .add(|| Diagnostic::at_snippet(file, source, name, message));
                    None
                }
            },
            _ => None,
        })
    }
}

fn engine(ledger: &Arc<Ledger>, chapter: &str) -> Tera {
    let mut tera = Tera::default();
    tera.set_delimiters(Delimiters {
        block_start: "<%".into(),
        block_end: "%>".into(),
        variable_start: "<<".into(),
        variable_end: ">>".into(),
        comment_start: "<#".into(),
        comment_end: "#>".into(),
    })
    .expect("the delimiters differ from one another");
    tera.autoescape_on(Vec::<&'static str>::new());
    for name in FILTERS {
        let (ledger, chapter) = (ledger.clone(), chapter.to_owned());
        tera.register_filter(name, move |value: Value, arguments: Kwargs, _: &State| {
            print_quantity(&ledger, &chapter, name, &value, &arguments)
        });
    }
    type Exhibit = fn(&Ledger, &str, &str, serde_json::Value) -> Result<String, String>;
    for (name, exhibit) in [
        ("table", exhibits::table as Exhibit),
        ("figure", exhibits::figure),
    ] {
        let (ledger, chapter) = (ledger.clone(), chapter.to_owned());
        let filter = move |caption: String, arguments: Kwargs, _: &State| -> TeraResult<String> {
            let arguments = arguments.deserialize()?;
            exhibit(&ledger, &chapter, &freed(&caption), arguments).map_err(tera::Error::message)
        };
        tera.register_filter(name, filter);
    }
    for list in ["references", "evidence", "coverage", "missing_runs"] {
        tera.register_function(list, move |_: Kwargs, _: &State| {
            Mark::List(list.to_owned()).to_text()
        });
    }
    functions::register(&mut tera, ledger);
    let ledger = ledger.clone();
    tera.register_function(
        "question",
        move |arguments: Kwargs, _: &State| -> TeraResult<String> {
            let id = arguments.must_get::<String>("id")?;
            let block = ledger.facts.question_block(&id);
            ledger.written().questions.insert(id.clone());
            let markdown = block.map_err(tera::Error::message)?;
            let what = format!("the question `{id}`");
            let block = Block {
                what,
                snippet: id,
                markdown,
            };
            Ok(block.kept_in(&ledger))
        },
    );
    tera
}

fn print_quantity(
    ledger: &Ledger,
    chapter: &str,
    filter: &str,
    value: &Value,
    arguments: &Kwargs,
) -> TeraResult<String> {
    let Some(name) = value.as_str().and_then(quantity_name) else {
        return Err(tera::Error::message(match value.is_undefined() {
            true => format!("nothing is before `{filter}`; hint: name a quantity of the catalogue"),
            false => format!(
                "`{filter}` prints a quantity, not `{value}`; hint: name a quantity of the catalogue"
            ),
        }));
    };
    let printing = Printing::of_filter(filter, arguments)?;
    let marked = arguments.get::<bool>("mark")?.unwrap_or(true) && filter != "bare";
    let form = match (filter, marked) {
        ("bare", _) => Form::Formula,
        (_, true) => Form::Marked,
        (_, false) => Form::Plain,
    };
    let absence = Absence {
        name: name.to_owned(),
        at: arguments.get::<usize>(PLACE)?,
        form,
    };
    print(ledger, chapter, absence, |_| printing).map_err(tera::Error::message)
}

/// A quantity that a template prints without a filter.
fn print_plainly(ledger: &Ledger, chapter: &str, name: &str) -> Result<String, String> {
    let absence = Absence {
        name: name.to_owned(),
        at: None,
        form: Form::Marked,
    };
    print(ledger, chapter, absence, Printing::default_of)
}

/// The quantity that `absence` names, or the mark that stands for it where it has no value.
fn print(
    ledger: &Ledger,
    chapter: &str,
    absence: Absence,
    printing: impl FnOnce(&Quantity) -> Printing,
) -> Result<String, String> {
    let quantity = ledger.use_quantity(chapter, &absence.name)?;
    let Some(value) = quantity.known() else {
        return Ok(Mark::Absent(absence).to_text());
    };
    let text = printing(&quantity).print(&quantity, value)?;
    Ok(match absence.form {
        Form::Marked => ledger.evidence_mark(&quantity, &text),
        Form::Plain | Form::Formula => text,
    })
}

/// The filters, functions and tests that there are not: Tera tells all of them in one text.
fn unknown_calls(file: &str, error: &tera::Error) -> Vec<Diagnostic> {
    let ErrorKind::Msg(text) = error.kind() else {
        return Vec::new();
    };
    let call = |found: regex::Captures| Diagnostic {
        file: file.to_owned(),
        line: found[2].parse().ok(),
        column: found[3].parse().ok(),
        message: format!("unknown {}", &found[1]),
    };
    UNKNOWN_CALL.captures_iter(text).map(call).collect()
}

/// Tera's error with its place and the whole chain of its causes.
fn diagnose(file: &str, error: &tera::Error) -> Diagnostic {
    let (mut message, place) = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            (report.message().to_owned(), Some(report.span()))
        }
        other => (other.to_string(), None),
    };
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!(": {error}"));
        cause = error.source();
    }
    message.truncate(message.trim_end_matches('.').len());
    for (usual, own) in [("}}", ">>"), ("%}", "%>"), ("#}", "#>")] {
        message = message.replace(usual, own);
    }
    Diagnostic {
        file: file.to_owned(),
        line: place.map(|span| span.start_line),
        column: place.map(|span| span.start_col + 1),
        message,
    }
}

/// Whether a tag with this error may be none, but text.
fn may_be_text(error: &tera::Error) -> bool {
    match error.kind() {
        ErrorKind::SyntaxError(_) => true,
        ErrorKind::RenderingError(report) => report.message().contains("is not defined"),
        _ => false,
    }
}

/// The fault with a hint at how its tag is written where it is none.
fn with_hint(shadow: &Shadow, mut fault: Diagnostic) -> Diagnostic {
    let opening = fault.line.and_then(|line| {
        let lines = shadow.text.split_inclusive('\n');
        let before: usize = lines.clone().take(line - 1).map(str::len).sum();
        let in_line = lines.clone().nth(line - 1).unwrap_or_default();
        let column = in_line.char_indices().nth(fault.column? - 1);
        let at = before + column.map_or(in_line.len(), |(at, _)| at);
        shadow.opening_at(at)
    });
    if let Some(opening) = opening {
        fault.message.push_str(&format!(
            "; hint: `{opening}` begins a template; as text, outside of code, it is \
             `<% raw %>{opening}<% endraw %>`"
        ));
        if opening == "<<" {
            fault.message.push_str(", in a formula `\\ll`");
        }
    }
    fault
}
