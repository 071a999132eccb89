//! One chapter through Tera.
//!
//! The delimiters are `<< >>`, `<% %>` and `<# #>`: the usual ones clash with LaTeX's braces, with
//! heading attributes `{#id}` and with mdBook's `{{#include}}`. Every chapter has an engine of its
//! own, so that all chapters' faults are found in one build.

use super::Chapter;
use super::absent;
use super::arguments;
use super::blanks::Draft;
use super::blocks::{self, Block};
use super::calls::{PLACE, name_arguments};
use super::code::Shadow;
use super::diagnostic::{Diagnostic, Faults};
use super::exhibits;
use super::format::{FILTERS, Filter, Printing};
use super::functions;
use super::ledger::{Ledger, Written};
use super::names::{self, Placed, tags};
use super::nested::freed;
use super::placeholders;
use super::sentinel::{Absence, Form, Mark, has_torn_marks, quantity_name, replace_marks};
use super::template_faults;
use crate::evidence::Quantity;
use std::sync::Arc;
use tera::{Context, Delimiters, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

/// A chapter whose templates are filled.
pub(super) struct FilledTemplates {
    /// The text, with [`UNKNOWN`] or a box where a fault is.
    pub(crate) text: String,
    /// Every fault of the templates, each with line and column.
    pub(crate) faults: Vec<Diagnostic>,
    /// Whether a fault may hide labels that are not known.
    pub(crate) hides_labels: bool,
}

/// The chapter's text with the templates of its `shadow` filled, all of it but what has a fault.
pub(super) fn fill(
    ledger: &Arc<Ledger>,
    context: &Context,
    chapter: &Chapter,
    shadow: Shadow,
) -> FilledTemplates {
    let Chapter { path, file, source } = chapter;
    let mut filling = Filling {
        ledger,
        chapter: path,
        file,
        source,
        draft: Draft::of(shadow),
        faults: Faults::default(),
    };
    let filled = filling.run(context);
    let filled = placeholders::fold(ledger, filled);
    let (filled, of_blocks) = blocks::place(ledger, (file, source), filled);
    let filled = filling.print_others(&filled);
    if has_torn_marks(&filled) {
        let message = "a list or a map of quantities is printed, or a filter changes one; hint: `for` \
                       goes through them";
        filling.faults.add(|| Diagnostic::of_file(file, message));
    }
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
        let tags: Vec<_> = tags(&shadow.text).collect();
        let named = name_arguments(shadow, &tags);
        let is_syntax = |error: &tera::Error| matches!(error.kind(), ErrorKind::SyntaxError(_));
        let fault = |error: &tera::Error| {
            let fault = template_faults::fault((file, self.source), (shadow, &named), error);
            vec![(fault, is_syntax(error))]
        };
        let mut tera = engine(ledger, self.chapter);
        self.draft.register(&mut tera, ledger, self.chapter);
        let added = tera.add_raw_template(file, &named.text);
        if let Err(error) = &added
            && is_syntax(error)
        {
            return Err(fault(error));
        }
        let unknown = self.unknown(&tags);
        if !unknown.is_empty() {
            return Err(unknown.into_iter().map(|fault| (fault, false)).collect());
        }
        added.map_err(|error| fault(&error))?;
        tera.render(file, context).map_err(|error| fault(&error))
    }

    /// What is known to be wrong with names and arguments, in every branch.
    fn unknown(&self, tags: &[Placed]) -> Vec<Diagnostic> {
        let (facts, text) = (&self.ledger.facts, (self.file, &*self.draft.shadow.text));
        let mut unknown = names::check(&facts.catalogue, text, tags);
        unknown.extend(functions::check_picks(&facts.tables, text, tags));
        unknown.extend(arguments::check(&facts.catalogue, text, tags));
        unknown
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

/// The functions that print a list of the whole book.
pub(super) const LISTS: [&str; 4] = ["references", "evidence", "coverage", "missing_runs"];

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
    for Filter { name, .. } in FILTERS {
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
    for list in LISTS {
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
    let printing = printing(&quantity);
    printing.check(&quantity)?;
    let Some(value) = quantity.known() else {
        return Ok(Mark::Absent(absence).to_text());
    };
    let text = printing.print(&quantity, value)?;
    Ok(match absence.form {
        Form::Marked => ledger.evidence_mark(&quantity, &text),
        Form::Plain | Form::Formula => text,
    })
}
