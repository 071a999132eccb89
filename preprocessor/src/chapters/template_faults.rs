//! What Tera says of a template, in the words of this program and with its delimiters.

use super::calls::Named;
use super::code::Shadow;
use super::diagnostic::Diagnostic;
use super::unclosed;
use regex::{Captures, Regex};
use results::nearest;
use std::error::Error as _;
use std::ops::Range;
use std::sync::LazyLock;
use tera::{Error, ErrorKind};

/// A report of Tera's in an error of another kind, with its place.
static REPORT: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?s)^error: (?<message>[^\n]*)\n *--> .*?:(?<line>[0-9]+):(?<column>[0-9]+)\n")
});
/// Something that Tera did not expect.
static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^Found (?<found>.+?),? but (?:was expecting|expected one of:|expected|the only types allowed are:) (?<expected>.*)$",
    )
});
/// A name that is not defined, with those that are.
static UNDEFINED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?s)^(?<what>Variable|Field) `(?<name>[^`]*)` is not defined(?:\. Available (?:variables|fields): (?<known>.*))?$",
    )
});
/// A test that there is not.
static TEST: LazyLock<Regex> = LazyLock::new(|| regex(r"^Unknown test `(?<name>[^`]*)`$"));
/// The tests of Tera.
const TESTS: [&str; 16] = [
    "string",
    "number",
    "map",
    "bool",
    "array",
    "integer",
    "float",
    "none",
    "iterable",
    "defined",
    "undefined",
    "odd",
    "even",
    "divisible_by",
    "starting_with",
    "ending_with",
];

fn regex(text: &str) -> Regex {
    Regex::new(text).expect("the expression is well formed")
}

/// Tera's error at its place in the chapter.
pub(super) fn fault(
    (file, source): (&str, &str),
    (shadow, named): (&Shadow, &Named),
    error: &Error,
) -> Diagnostic {
    let is_syntax = matches!(error.kind(), ErrorKind::SyntaxError(_));
    if is_syntax && let Some(unclosed) = unclosed::find(file, &shadow.text) {
        return match unclosed.message.contains("is not closed") {
            true => with_hint(shadow, unclosed),
            false => unclosed,
        };
    }
    let fault = named.in_source(source, diagnose(file, &named.text, error));
    match may_be_text(error) {
        true => with_hint(shadow, fault),
        false => fault,
    }
}

/// Tera's error with its place in the `text` that it read and the whole chain of its causes.
fn diagnose(file: &str, text: &str, error: &Error) -> Diagnostic {
    let (message, place) = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let span = report.span();
            let token = token_at(text, span.range.clone());
            let place = (span.start_line, span.start_col + 1);
            (reworded(report.message(), token), Some(place))
        }
        other => {
            let message = other.to_string();
            let report = REPORT.captures(&message);
            let place = report.as_ref().map(|report| {
                let number = |name: &str| report[name].parse().unwrap_or(1);
                (number("line"), number("column"))
            });
            let told = report.map(|report| report["message"].to_owned());
            (reworded(&told.unwrap_or(message), ""), place)
        }
    };
    let mut message = message;
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!(": {}", reworded(&error.to_string(), "")));
        cause = error.source();
    }
    Diagnostic {
        file: file.to_owned(),
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        message,
    }
}

/// A sentence of Tera's about a `token`.
fn reworded(message: &str, token: &str) -> String {
    let mut message = message.trim_end_matches('.').to_owned();
    for (usual, own) in [
        ("{{", "<<"),
        ("}}", ">>"),
        ("{%", "<%"),
        ("%}", "%>"),
        ("{#", "<#"),
        ("#}", "#>"),
    ] {
        message = message.replace(usual, own);
    }
    if let Some(undefined) = UNDEFINED.captures(&message) {
        return undefined_name(&undefined);
    }
    if let Some(test) = TEST.captures(&message) {
        let hint = nearest(&test["name"], TESTS).unwrap_or("defined");
        return format!("there is no test `{}`; hint: `is {hint}`", &test["name"]);
    }
    if let Some(found) = FOUND.captures(&message) {
        let expected = in_words(&found["expected"]);
        let hint = match (token.trim(), expected.as_str()) {
            ("=", "`%>`" | "`>>`") => "; hint: `==`",
            ("|", "a name") => "; hint: `or`, or the name of a filter",
            _ => "",
        };
        let found = shown(token, &found["found"]);
        return format!("found {found}, expected {expected}{hint}");
    }
    match message.as_str() {
        "Unexpected end of input" => "the chapter ends inside of a tag".to_owned(),
        "Unexpected character" if token.starts_with('&') => "found `&`; hint: `and`".to_owned(),
        "Unexpected character" => {
            format!("found {}, which no tag has", shown(token, "a character"))
        }
        "Unknown tag" => "no tag begins so".to_owned(),
        "unexpected end of string" => "a quotation mark is not closed".to_owned(),
        _ => lower_first(&message),
    }
}

/// What stands at `range`: where that is empty, the character there.
fn token_at(text: &str, range: Range<usize>) -> &str {
    let rest = text.get(range.start..).unwrap_or_default();
    match text.get(range).unwrap_or_default() {
        "" => &rest[..rest.chars().next().map_or(0, char::len_utf8)],
        token => token,
    }
}

/// The token, or Tera's word for it where it is long or not known.
fn shown(token: &str, word: &str) -> String {
    const LONGEST: usize = 40;
    let is_shown = !token.trim().is_empty() && token.len() <= LONGEST && !token.contains('\n');
    match is_shown {
        true => format!("`{}`", token.trim()),
        false => word.to_owned(),
    }
}

/// Tera's words for what it expects, with signs in backticks.
fn in_words(expected: &str) -> String {
    let is_sign = expected
        .chars()
        .all(|c| !c.is_alphanumeric() && !c.is_whitespace());
    match expected {
        "identifier" => "a name".to_owned(),
        "," => "`,` or a closing bracket".to_owned(),
        "in" | "endif" | "else" | "for" => format!("`{expected}`"),
        _ if is_sign && !expected.starts_with('`') => format!("`{expected}`"),
        _ if expected.starts_with("integer, float") => "a value or a name".to_owned(),
        _ => expected.to_owned(),
    }
}

fn undefined_name(undefined: &Captures) -> String {
    let (what, name) = (&undefined["what"], &undefined["name"]);
    let known = undefined.name("known").map_or("", |known| known.as_str());
    let what = if what == "Field" {
        "no part"
    } else {
        "nothing"
    };
    match nearest(name, known.split(", ")) {
        Some(nearest) => format!("{what} is named `{name}`; hint: `{nearest}`"),
        None => format!("{what} is named `{name}`"),
    }
}

fn lower_first(message: &str) -> String {
    let mut characters = message.chars();
    characters.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

/// Whether a tag with this error may be none, but text.
fn may_be_text(error: &Error) -> bool {
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
    // What begins with `<%` and a word is hardly meant as text.
    let is_unclosed = fault.message.contains("is not closed");
    if let Some(opening) = opening.filter(|opening| *opening != "<%" || is_unclosed) {
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

#[cfg(test)]
#[path = "template_faults_tests.rs"]
mod tests;
