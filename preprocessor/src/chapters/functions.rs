//! The functions that make quantities: `pick`, `ratio`, `difference`.

use super::arguments::unquoted;
use super::calls::calls;
use super::diagnostic::Diagnostic;
use super::ledger::Ledger;
use super::names::Placed;
use super::sentinel::quantity_name;
use crate::data::{Tables, difference, filters, ratio};
use crate::evidence::Quantity;
use serde_json::{Map, Value};
use std::sync::Arc;
use tera::{Kwargs, State, Tera, TeraResult};

/// Registers the functions, which leave what they make in the `ledger`.
pub(super) fn register(tera: &mut Tera, ledger: &Arc<Ledger>) {
    type Function = fn(&Ledger, Map<String, Value>) -> Result<Arc<Quantity>, String>;
    let functions: [(&'static str, Function); 3] = [
        ("pick", pick),
        ("ratio", |ledger, arguments| {
            let [a, b] = two(ledger, arguments, ["of", "to"])?;
            ratio(&a, &b)
        }),
        ("difference", |ledger, arguments| {
            let [a, b] = two(ledger, arguments, ["of", "minus"])?;
            difference(&a, &b)
        }),
    ];
    for (name, function) in functions {
        let ledger = ledger.clone();
        tera.register_function(
            name,
            move |arguments: Kwargs, _: &State| -> TeraResult<String> {
                let made = function(&ledger, arguments.deserialize()?);
                let made =
                    made.map_err(|message| tera::Error::message(format!("`{name}`: {message}")))?;
                Ok(ledger.make(made))
            },
        );
    }
}

fn pick(ledger: &Ledger, mut arguments: Map<String, Value>) -> Result<Arc<Quantity>, String> {
    let column = arguments.remove("of");
    let column = column.as_ref().and_then(Value::as_str);
    let column = column.ok_or("it needs a column; hint: `pick(\"times.seconds\", n=8)`")?;
    let of_quantity = |(_, value): &(&String, &Value)| value.as_str().is_some_and(is_quantity);
    match arguments.iter().find(of_quantity) {
        Some((column, _)) => Err(format!(
            "`{column}` is a quantity, expected a text or a number"
        )),
        None => ledger.facts.tables.pick(column, &filters(arguments)?),
    }
}

fn is_quantity(text: &str) -> bool {
    quantity_name(text).is_some()
}

/// The two quantities that a function is given.
fn two(
    ledger: &Ledger,
    mut arguments: Map<String, Value>,
    names: [&str; 2],
) -> Result<[Arc<Quantity>; 2], String> {
    let mut quantity = |name: &str| {
        let found = arguments.remove(name);
        let found = found
            .as_ref()
            .and_then(Value::as_str)
            .and_then(quantity_name);
        match found {
            Some(found) => ledger.quantity(found),
            None => {
                Err("it needs two quantities; hint: names of the catalogue or `pick(…)`".to_owned())
            }
        }
    };
    let two = [quantity(names[0])?, quantity(names[1])?];
    match arguments.keys().next() {
        Some(other) => Err(format!("it has no argument `{other}`")),
        None => Ok(two),
    }
}

/// What is wrong with the columns that the `tags` of `source` pick, in branches that are not taken, too.
pub(super) fn check_picks(
    tables: &Tables,
    (file, source): (&str, &str),
    tags: &[Placed],
) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for call in calls(source, tags)
        .into_iter()
        .filter(|call| call.function == "pick")
    {
        let Some((at, column)) = call
            .first
            .first()
            .and_then(|(at, it)| Some((at, unquoted(it)?)))
        else {
            continue; // a variable: its column is known when the chapter is filled
        };
        let mut note = |at: usize, message: String| {
            let message = format!("`pick`: {message}");
            faults.push(Diagnostic::at_offset(file, source, at, message));
        };
        match tables.column(column) {
            Err(message) => note(*at, message),
            Ok((table, _)) => {
                for (at, name) in &call.named {
                    if let Err(message) = table.place_column(name) {
                        note(*at, message);
                    }
                }
            }
        }
    }
    faults
}
