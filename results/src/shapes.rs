//! The shape of a plan's values. What reads them takes a list for a table, value by value, and a table of one key for a
//! word; nobody means that.

use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::DeValue;

/// The first place inside `written` with another shape than what was `read` of it: where it stands, and what is wrong.
/// `path` is the key under which it stands.
pub(crate) fn misshaped(
    written: &Spanned<DeValue<'_>>,
    read: &Value,
    path: &str,
) -> Option<(Range<usize>, String)> {
    let expected = match (written.get_ref(), read) {
        (DeValue::Table(table), Value::Object(fields)) => {
            return table.iter().find_map(|(key, value)| {
                let key = key.get_ref();
                misshaped(value, fields.get(key.as_ref())?, &format!("{path}.{key}"))
            });
        }
        (DeValue::Array(list), Value::Array(values)) => {
            let mut both = list.iter().zip(values).enumerate();
            return both.find_map(|(at, (written, read))| {
                misshaped(written, read, &format!("{path}[{at}]"))
            });
        }
        (_, Value::Object(_)) => "a table",
        (DeValue::Array(_) | DeValue::Table(_), Value::String(_)) => "a word in quotes",
        _ => return None,
    };
    let found = shape(written.get_ref());
    Some((
        written.span(),
        format!("`{path}` is {found}, expected {expected}"),
    ))
}

/// What a value is, in words.
pub(crate) fn shape(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
