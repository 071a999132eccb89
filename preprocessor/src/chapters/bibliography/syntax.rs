//! Where a file is not BibTeX, and which entry and field it is.

use super::Fault;
use biblatex::{ParseError, ParseErrorKind, RawBibliography, RawEntry, Token};
use parsers::shortened;
use std::collections::{BTreeMap, BTreeSet};

/// The longest key, in bytes.
const LONGEST_KEY: usize = 200;

/// What the parser says, with the entry and the field that it was in.
pub(super) fn fault(text: &str, error: &ParseError) -> Fault {
    let offset = text.floor_char_boundary(error.span.start);
    if let Some(unclosed) = unclosed(text) {
        return unclosed;
    }
    let start = text[..offset].rfind('@').unwrap_or(0);
    let key = key_at(&text[start..]);
    let field = field_before(&text[start..offset]).map(|(at, name)| (start + at, name));
    let name = field.map(|(_, name)| name);
    let (offset, message) = match &error.kind {
        ParseErrorKind::Expected(Token::Comma) => (offset, no_comma(text, field)),
        ParseErrorKind::Expected(Token::OpeningBrace) => {
            let kind = shortened(text[start..offset].trim_end());
            let message = format!("`{kind}` begins no entry, expected `@type{{key, …}}`");
            return (start, message);
        }
        ParseErrorKind::Expected(Token::Equals) => (
            offset,
            "there is no `=` behind the name of a field".to_owned(),
        ),
        ParseErrorKind::Expected(Token::Identifier) => {
            (offset, "expected the name of a field here".to_owned())
        }
        ParseErrorKind::UnknownAbbreviation(abbreviation) => {
            let abbreviation = shortened(abbreviation);
            let message = format!(
                "no `@string` says what `{abbreviation}` stands for; hint: text stands in braces, \
                 `{{{abbreviation}}}`"
            );
            (offset, within(name, message))
        }
        kind => (offset, within(name, kind.to_string())),
    };
    match key {
        Some(key) => (offset, format!("`{key}`: {message}")),
        None => (offset, message),
    }
}

fn no_comma(text: &str, field: Option<(usize, &str)>) -> String {
    let Some((at, name)) = field else {
        return "there is no comma behind the key".to_owned();
    };
    let value = text[at..]
        .split_once('=')
        .map_or("", |(_, value)| value.trim_start());
    let hint = match value.starts_with(char::is_alphabetic) {
        true => "; hint: text stands in braces",
        false => "",
    };
    format!("there is no comma behind the field `{name}`{hint}")
}

fn within(field: Option<&str>, message: String) -> String {
    match field {
        Some(field) => format!("`{field}`: {message}"),
        None => message,
    }
}

/// The key of the entry that `text` begins with.
fn key_at(text: &str) -> Option<&str> {
    let (kind, rest) = text.split_once('{')?;
    if !kind
        .trim_start_matches('@')
        .trim()
        .chars()
        .all(char::is_alphanumeric)
    {
        return None;
    }
    let end = rest.find(|c: char| c.is_whitespace() || ",{}=".contains(c))?;
    Some(&rest[..end]).filter(|key| !key.is_empty())
}

/// The last field that begins on a line of its own, or behind a comma, and where.
fn field_before(text: &str) -> Option<(usize, &str)> {
    let equals = text.match_indices('=').map(|(at, _)| at);
    let mut found = None;
    for at in equals {
        let name = text[..at].trim_end();
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let start = name.trim_end_matches(is_letter).len();
        let begins = text[..start].trim_end_matches([' ', '\t']);
        if start < name.len() && (begins.ends_with(['\n', ',', '{'])) {
            found = Some((start, &name[start..]));
        }
    }
    found
}

/// The first entry whose braces do not close before the next entry begins, and the field in which
/// one stays open.
fn unclosed(text: &str) -> Option<Fault> {
    let starts: Vec<_> = { text.match_indices('@') }
        .map(|(at, _)| at)
        .filter(|at| text[..*at].trim_end_matches([' ', '\t']).ends_with('\n') || *at == 0)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    { starts.iter().zip(ends) }.find_map(|(start, end)| open_field(&text[*start..end], *start))
}

fn open_field(entry: &str, offset: usize) -> Option<Fault> {
    let key = key_at(entry)?;
    let mut depth = 0_i32;
    let mut field = None;
    let mut escaped = false;
    for (at, c) in entry.char_indices() {
        let line = entry[..at]
            .ends_with('\n')
            .then(|| entry[at..].lines().next());
        let begins = line.flatten().and_then(|line| line.split_once('='));
        if let Some((name, _)) = begins
            && !name.trim().is_empty()
            && name
                .trim()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            match (depth, field) {
                (2.., Some((at, name))) => return Some(open(offset + at, key, name)),
                _ => field = Some((at + name.len() - name.trim_start().len(), name.trim())),
            }
        }
        match c {
            _ if escaped => {}
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    match field {
        _ if depth == 0 => None,
        Some((at, name)) if depth > 1 => Some(open(offset + at, key, name)),
        _ if depth > 0 => Some((offset, format!("`{key}`: the entry has no closing brace"))),
        _ => None,
    }
}

fn open(offset: usize, key: &str, field: &str) -> Fault {
    (
        offset,
        format!("`{key}`: the braces of the field `{field}` do not close"),
    )
}

/// What is wrong with the keys.
pub(super) fn key_faults(raw: &RawBibliography) -> Vec<Fault> {
    let mut known = BTreeSet::new();
    let fault = |entry: &biblatex::Spanned<RawEntry>| {
        let key = entry.v.key.v;
        let message = match (key.len(), known.insert(key.to_owned())) {
            (0, _) => "an entry has no key".to_owned(),
            (LONGEST_KEY.., _) => {
                let key = shortened(key);
                format!("the key `{key}` is longer than {LONGEST_KEY} bytes")
            }
            (_, false) => format!("the key `{key}` is used twice"),
            (_, true) => return None,
        };
        Some((entry.v.key.span.start, message))
    };
    raw.entries.iter().filter_map(fault).collect()
}

/// Fields that are there twice, of which biblatex would drop one.
pub(super) fn double_fields(raw: &RawBibliography) -> Vec<Fault> {
    let mut faults = Vec::new();
    for entry in &raw.entries {
        let mut fields = BTreeMap::new();
        for field in &entry.v.fields {
            let name = field.key.v.to_ascii_lowercase();
            let value: Vec<_> = field.value.v.iter().map(|chunk| &chunk.v).collect();
            let shown = shortened(&name);
            if let Some(other) = fields.insert(name, value.clone())
                && other != value
            {
                let message = format!("`{}`: the field `{shown}` is there twice", entry.v.key.v);
                faults.push((field.key.span.start, message));
            }
        }
    }
    faults
}

/// Fields behind an entry whose braces close before they should: BibTeX passes over what stands
/// between entries.
pub(super) fn strays(raw: &RawBibliography, text: &str) -> Vec<Fault> {
    let stray = |entry: &biblatex::Spanned<RawEntry>| {
        let behind = text.get(entry.span.end..)?.strip_prefix('}')?;
        let rest = behind.trim_start();
        let message = format!(
            "`{}`: the braces close before `{}`",
            entry.v.key.v,
            shortened(rest.lines().next()?.trim_end())
        );
        rest.starts_with([',', '}', '"', '#', '='])
            .then_some((text.len() - rest.len(), message))
    };
    raw.entries.iter().filter_map(stray).collect()
}
