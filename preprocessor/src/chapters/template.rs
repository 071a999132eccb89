//! One chapter through Tera.
//!
//! The delimiters are `<< >>`, `<% %>` and `<# #>`: the usual ones clash with LaTeX's braces, with
//! heading attributes `{#id}` and with mdBook's `{{#include}}`. Every chapter has an engine of its
//! own, so that all chapters' faults are found in one build.

use super::absent;
use super::arguments;
use super::blocks::{self, Block};
use super::calls::{PLACE, name_arguments};
use super::code::Shadow;
use super::diagnostic::Diagnostic;
use super::exhibits;
use super::format::{FILTERS, Filter, Printing};
use super::functions;
use super::ledger::Ledger;
use super::names;
use super::nested::freed;
use super::placeholders;
use super::sentinel::{Absence, Form, Mark, quantity_name, replace_marks};
use super::template_faults;
use crate::evidence::Quantity;
use std::sync::Arc;
use tera::{Context, Delimiters, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

/// The chapter's text with its templates filled.
///
/// # Errors
/// Every name that nothing has; where there is none, the first other fault of the chapter. Each with
/// line and column.
pub(crate) fn fill(
    ledger: &Arc<Ledger>,
    context: &Context,
    chapter: &str,
    file: &str,
    source: &str,
) -> Result<String, Vec<Diagnostic>> {
    let shadow = Shadow::of(source);
    let named = name_arguments(&shadow);
    let fault = |error: &tera::Error| {
        let fault = template_faults::fault((file, source), (&shadow, &named), error);
        vec![fault]
    };
    let mut tera = engine(ledger, chapter);
    let added = tera.add_raw_template(file, &named.text);
    if let Err(error) = &added
        && matches!(error.kind(), ErrorKind::SyntaxError(_))
    {
        return Err(fault(error));
    }
    let mut unknown = names::check(&ledger.facts.catalogue, file, &shadow.text);
    unknown.extend(functions::check_picks(
        &ledger.facts.tables,
        file,
        &shadow.text,
    ));
    unknown.extend(arguments::check(
        &ledger.facts.catalogue,
        file,
        &shadow.text,
    ));
    if !unknown.is_empty() {
        return Err(unknown);
    }
    added.map_err(|error| fault(&error))?;
    let filled = tera.render(file, context).map_err(|error| fault(&error))?;
    let filled = placeholders::fold(ledger, filled);
    let filled = blocks::place(ledger, (file, source), filled)?;
    let mut fault = None;
    let printed = replace_marks(&filled, |mark| match mark {
        Mark::Quantity(name) => match print_plainly(ledger, chapter, name) {
            Ok(text) => Some(text),
            Err(message) => {
                fault.get_or_insert_with(|| Diagnostic::at_snippet(file, source, name, message));
                None
            }
        },
        _ => None,
    });
    match fault {
        Some(fault) => Err(vec![fault]),
        None => {
            let (settled, mut absences) = absent::settle(ledger, (file, &shadow.text), &printed);
            ledger.written().absences.append(&mut absences);
            Ok(settled)
        }
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
