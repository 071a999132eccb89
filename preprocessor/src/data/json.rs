//! JSON files: an array of objects, or an object of arrays that are equally long.

use super::content::{Cells, Content, Places};
use super::csv::{Fault, missing};
use super::declaration::Declaration;
use super::document::Document;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Reads the rows of a JSON file.
pub(super) fn read(bytes: &[u8], declaration: &Declaration) -> Result<Content, Fault> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let Document(document) = serde_json::from_slice(bytes).map_err(|error| {
        let line = u32::try_from(error.line()).ok();
        (line, not_read(&error))
    })?;
    let at = &declaration.rows;
    let rows = document.pointer(at).ok_or_else(|| {
        let message = format!("nothing is at `rows = \"{at}\"`; {}", shape(&document));
        (None, message)
    })?;
    let columns = match rows {
        Value::Array(rows) => by_row(rows),
        Value::Object(columns) => by_column(columns),
        other => Err(format!(
            "found {}, {EXPECTED}; {}",
            kind(other),
            shape(&document)
        )),
    };
    content(columns.map_err(|message| (None, message))?, declaration)
}

fn not_read(error: &serde_json::Error) -> String {
    match error.is_data() {
        true => format!("{error}; hint: rename one of them"),
        false => format!(
            "it is not JSON: {error}; hint: JSON has no NaN; `null` stands where nothing was measured"
        ),
    }
}

const EXPECTED: &str = "expected an array of objects, or an object of arrays of one length";

/// The cells of each column, and the number of rows.
type Columns<'a> = (BTreeMap<&'a str, Vec<&'a Value>>, usize);

fn by_row(rows: &[Value]) -> Result<Columns<'_>, String> {
    let mut objects = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let Value::Object(object) = row else {
            return Err(format!("element {index} is {}, {EXPECTED}", kind(row)));
        };
        objects.push(object);
    }
    let names: BTreeSet<&str> = objects
        .iter()
        .flat_map(|row| row.keys())
        .map(String::as_str)
        .collect();
    // A key that an object lacks is a cell that is empty.
    let cells = |name: &str| {
        objects
            .iter()
            .map(|row| row.get(name).unwrap_or(&Value::Null))
            .collect()
    };
    let columns = names.into_iter().map(|name| (name, cells(name)));
    Ok((columns.collect(), rows.len()))
}

fn by_column(columns: &Map<String, Value>) -> Result<Columns<'_>, String> {
    let mut read = BTreeMap::new();
    for (name, cells) in columns {
        let Value::Array(cells) = cells else {
            return Err(format!("`{name}` is {}, {EXPECTED}", kind(cells)));
        };
        read.insert(name.as_str(), cells.iter().collect::<Vec<_>>());
    }
    let rows = read.values().next().map_or(0, Vec::len);
    match read.iter().find(|(_, cells)| cells.len() != rows) {
        Some((name, cells)) => Err(format!(
            "`{name}` has {} elements and another column {rows}, {EXPECTED}",
            cells.len()
        )),
        None => Ok((read, rows)),
    }
}

fn content((columns, rows): Columns, declaration: &Declaration) -> Result<Content, Fault> {
    let heads: Vec<String> = columns.keys().map(|name| (*name).to_owned()).collect();
    if heads.is_empty() {
        return Err((None, format!("it has no columns, {EXPECTED}")));
    }
    if let Some(message) = missing(&heads, declaration) {
        return Err((None, message));
    }
    let read = |(name, cells): (&&str, &Vec<&Value>)| match declaration.columns.contains_key(*name)
    {
        true => numbers(name, cells),
        false => words(name, cells, declaration),
    };
    let read: Result<_, String> = columns.iter().map(read).collect();
    Ok(Content {
        heads,
        columns: read.map_err(|message| (None, message))?,
        places: Places::Elements(rows),
    })
}

fn numbers(name: &str, cells: &[&Value]) -> Result<Cells, String> {
    let number = |(index, cell): (usize, &&Value)| match cell {
        Value::Null => Ok(f64::NAN),
        Value::Number(number) => number
            .as_f64()
            .filter(|number| number.is_finite())
            .ok_or_else(|| {
                format!("element {index}: `{name}` is `{number}`, expected a finite number")
            }),
        other => Err(format!(
            "element {index}: `{name}` is `{other}`, expected a number; hint: `null` where nothing was \
             measured; a column of words has no unit"
        )),
    };
    let numbers: Result<_, String> = cells.iter().enumerate().map(number).collect();
    Ok(Cells::Numbers(numbers?))
}

/// A column of words. One that nothing asks for may hold anything.
fn words(name: &str, cells: &[&Value], declaration: &Declaration) -> Result<Cells, String> {
    let is_asked_for = declaration.word_columns().any(|it| it == name);
    let mut words = Cells::without_unit();
    for (index, cell) in cells.iter().enumerate() {
        match cell {
            Value::Null => words.push(""),
            Value::String(text) => words.push(text.trim()),
            Value::Array(_) | Value::Object(_) if is_asked_for => {
                return Err(format!(
                    "element {index}: `{name}` is {}, expected a text or a number",
                    kind(cell)
                ));
            }
            other => words.push(&other.to_string()),
        }
    }
    Ok(words)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// What the document is, as a hint where to look for the rows.
fn shape(document: &Value) -> String {
    match document {
        Value::Object(object) => {
            let keys: Vec<_> = object
                .keys()
                .take(8)
                .map(|key| format!("`/{key}`"))
                .collect();
            format!(
                "hint: the file has {}; set `rows` to one of them",
                keys.join(", ")
            )
        }
        other => format!("hint: the file is {}", kind(other)),
    }
}
