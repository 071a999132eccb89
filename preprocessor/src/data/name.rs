//! The names of quantities that templates make: `times.seconds(n=4194304,program=radix)`,
//! `ratio(a.b,c.d)`. Whoever reads one in the evidence can ask for it with `explain`.

use super::content::Wanted;
use super::select::Filters;

/// What a name asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// A quantity of the catalogue.
    Named(String),
    /// Rows of a table.
    Pick {
        /// Table and column with a dot between them.
        column: String,
        /// Which rows.
        filters: Filters,
    },
    /// A quotient.
    Ratio(Box<Call>, Box<Call>),
    /// A difference.
    Difference(Box<Call>, Box<Call>),
}

/// The name of what is picked; columns and values with `%` before what a name does not have.
pub(super) fn picked(table: &str, column: &str, values: &[(&str, String)]) -> String {
    let values = values
        .iter()
        .map(|(column, value)| format!("{}={}", encoded(column), encoded(value)));
    let values = values.collect::<Vec<_>>().join(",");
    format!("{table}.{}({values})", encoded(column))
}

/// The name of a function's value.
pub(super) fn of_two(function: &str, a: &str, b: &str) -> String {
    format!("{function}({a},{b})")
}

/// A text as a part of a name: an address of a page or a PDF can hold it.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_alphanumeric() || "_.+-".contains(c) {
            true => encoded.push(c),
            false => {
                let mut buffer = [0; 4];
                let bytes = c.encode_utf8(&mut buffer).bytes();
                encoded.extend(bytes.map(|byte| format!("%{byte:02X}")));
            }
        }
    }
    encoded
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Reads a name, also as a page prints it, with spaces; `None` where it is none.
pub fn parse_name(text: &str) -> Option<Call> {
    parse(&text.replace(' ', ""))
}

fn parse(text: &str) -> Option<Call> {
    let Some((before, inside)) = text.split_once('(') else {
        return Some(Call::Named(text.to_owned()));
    };
    let inside = inside.strip_suffix(')')?;
    match before {
        "ratio" | "difference" => {
            let comma = comma_between(inside)?;
            let a = Box::new(parse(&inside[..comma])?);
            let b = Box::new(parse(&inside[comma + 1..])?);
            Some(match before {
                "ratio" => Call::Ratio(a, b),
                _ => Call::Difference(a, b),
            })
        }
        _ => {
            let values = inside.split(',').filter(|value| !value.is_empty());
            let filter = |value: &str| {
                let (column, value) = value.split_once('=')?;
                Some((decoded(column)?, Wanted::text(decoded(value)?)))
            };
            Some(Call::Pick {
                column: decoded(before)?,
                filters: values.map(filter).collect::<Option<_>>()?,
            })
        }
    }
}

/// The first comma that is in no brackets.
fn comma_between(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => return Some(at),
            _ => {}
        }
        None
    })
}
