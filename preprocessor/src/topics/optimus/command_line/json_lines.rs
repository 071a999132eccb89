//! Logs with one JSON object in each line, as many programs write them.

use super::LogColumns;
use super::rows::{HINTS, LogRows, column};
use crate::data::{Fault, NumberReader};
use serde_json::{Map, Value};

const EXPECTED: &str = "expected one JSON object in each line, as `{\"step\": 1, \"loss\": 2.3}`";

/// Reads the rows. An object without the loss is one that says something else.
///
/// # Errors
/// Where a line is no object, no object has the columns, or a value is no number.
pub(super) fn read(text: &str, columns: &LogColumns) -> Result<LogRows, Fault> {
    let mut rows = LogRows::default();
    let mut names: Vec<String> = Vec::new();
    let mut numbers = NumberReader::new(columns.decimal, HINTS);
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let object = object(text).map_err(|message| (Some(line), message))?;
        let new = object.keys().filter(|name| !names.contains(name));
        let new: Vec<String> = new.cloned().collect();
        names.extend(new);
        let cells = [&columns.step, &columns.loss].map(|name| cell(&object, name));
        rows.push(columns, &mut numbers, [&cells[0], &cells[1]], line)?;
    }
    for name in [&columns.step, &columns.loss] {
        column(&names, name).map_err(|message| (None, message))?;
    }
    let checked = numbers.finish();
    checked.map_err(|(line, message)| (Some(line), message))?;
    Ok(rows)
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| {
        let no_number = ["NaN", "Infinity"]
            .into_iter()
            .find(|word| text.contains(word));
        match no_number {
            Some(word) => format!("JSON has no `{word}`; hint: `null` where nothing was measured"),
            None => {
                let message = error.to_string();
                let reason = message.split(" at line ").next().unwrap_or_default();
                format!("{reason}; {EXPECTED}")
            }
        }
    })
}

/// A value as a cell would have it; empty where there is none.
fn cell(object: &Map<String, Value>, name: &str) -> String {
    let other = || {
        let mut values = object.iter();
        let alike = values.find(|(key, _)| key.to_lowercase() == name.to_lowercase());
        alike.map(|(_, value)| value)
    };
    match object.get(name).or_else(other) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}
