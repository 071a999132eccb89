//! What stands behind an `@`.

use super::super::bibliography::Bibliography;
use super::super::labels::LabelKind;

/// The longest key that is read where none is known, place in braces, and address, in bytes.
const LONGEST: usize = 200;

/// What an `@` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Work(String),
    Label(String),
    /// A key that no work has; in braces it can be nothing else.
    Unknown {
        key: String,
        in_braces: bool,
    },
}

/// What the text behind an `@`, at `start`, names, and the length of its name. Emphasis, or
/// something else that is no text, begins at `end`.
pub(super) fn key_at(
    text: &str,
    (start, end): (usize, usize),
    bibliography: &Bibliography,
) -> Option<(What, usize)> {
    let typed = typed_key(&text[start..end.max(start)]);
    let text = &text[start..];
    let work = |key: &str| bibliography.find(key).map(str::to_owned).map(What::Work);
    if let Some(inside) = text.strip_prefix('{') {
        let inside = beginning(inside);
        let key = &inside[..inside.find(['}', '\n'])?];
        let unknown = What::Unknown {
            key: key.to_owned(),
            in_braces: true,
        };
        return Some((work(key).unwrap_or(unknown), key.len() + 2));
    }
    if let Some((key, length)) = longest_key(text, bibliography)
        && length >= typed.len()
    {
        // A full stop behind a key is that of the sentence, if both are keys.
        let is_stop = text[typed.len()..length]
            .chars()
            .all(|c| ".,:;!?".contains(c));
        return match work(typed).filter(|_| is_stop) {
            Some(work) => Some((work, typed.len())),
            None => Some((work(&key)?, length)),
        };
    }
    let label = label_at(text);
    let goes_on = text[label.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    match LabelKind::of(label) {
        Some(_) if !goes_on => Some((What::Label(label.to_owned()), label.len())),
        _ if typed.is_empty() => None,
        _ => {
            let key = typed.to_owned();
            let unknown = What::Unknown {
                key,
                in_braces: false,
            };
            Some((unknown, typed.len()))
        }
    }
}

/// The longest key that `text` begins with and that ends where a word does, and its length there:
/// backslashes before signs are none of its own.
fn longest_key(text: &str, bibliography: &Bibliography) -> Option<(String, usize)> {
    let length = bibliography.longest_key(text);
    let word = beginning(text)
        .split(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let (key, length) = match word.contains('\\') {
        false => (text[..length].to_owned(), length),
        true => {
            let unescaped = word.replace('\\', "");
            let unescaped_length = bibliography.longest_key(&unescaped);
            match unescaped_length > length {
                false => (text[..length].to_owned(), length),
                true => {
                    let key = unescaped[..unescaped_length].to_owned();
                    let length = length_with_backslashes(word, unescaped_length);
                    (key, length)
                }
            }
        }
    };
    let goes_on = text[length..].starts_with(char::is_alphanumeric);
    let ends_in_a_word = goes_on && key.ends_with(char::is_alphanumeric);
    (!key.is_empty() && !ends_in_a_word).then_some((key, length))
}

pub(super) fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Whether an odd number of backslashes stands before.
pub(super) fn is_escaped(text: &str, at: usize) -> bool {
    let before = &text[..at];
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

/// Spaces, or one line break.
pub(super) fn is_small_gap(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte == b'\n') && text.matches('\n').count() <= 1
}

/// The key at the beginning of `text`, as pandoc reads one: letters, digits and underscores, with
/// single signs between them.
pub(super) fn typed_key(text: &str) -> &str {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if at > LONGEST {
            break;
        }
        match is_letter(c) {
            true => end = at + c.len_utf8(),
            false if end == at && at > 0 && ":.#$%&-+?<>~/".contains(c) => {}
            false => break,
        }
    }
    &text[..end]
}

/// The length of the beginning of `word` that has so many bytes beside its backslashes.
pub(super) fn length_with_backslashes(word: &str, bytes: usize) -> usize {
    let others = word.bytes().enumerate().filter(|(_, byte)| *byte != b'\\');
    others.take(bytes).last().map_or(0, |(at, _)| at + 1)
}

/// Whether the last word of `text` is an address: `https://example.org/`.
pub(super) fn is_in_address(text: &str) -> bool {
    let start = text.ceil_char_boundary(text.len().saturating_sub(LONGEST));
    let word = text[start..].rsplit(char::is_whitespace).next();
    word.is_some_and(|word| word.contains("://"))
}

/// The label at the beginning of `text`; a hyphen at its end belongs to the sentence.
pub(super) fn label_at(text: &str) -> &str {
    let length = text
        .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
        .unwrap_or(text.len());
    text[..length].trim_end_matches('-')
}

/// Whether `text` begins with a place in a work: `p. 3`, `Table 2`, `33`.
pub(super) fn is_place(text: &str) -> bool {
    const WORDS: [&str; 27] = [
        "p", "pp", "page", "pages", "ch", "chap", "chapter", "sec", "section", "§", "fig", "figs",
        "figure", "table", "tab", "tables", "eq", "eqs", "equation", "vol", "volume", "no", "art",
        "app", "appendix", "para", "col",
    ];
    let word = text
        .split(|c: char| !c.is_alphanumeric() && c != '§')
        .next();
    let word = word.unwrap_or_default().to_lowercase();
    WORDS.contains(&word.as_str()) || word.starts_with(|c: char| c.is_ascii_digit() || c == '§')
}

/// The label that `key` stands for in the ways of other programs: `fig-x` for `fig:x`, `Fig-x` and
/// `figure-x`; `None` where it is one already, or no label.
pub(in super::super) fn own_label(key: &str) -> Option<String> {
    const PREFIXES: [(&str, &[&str]); 3] = [
        ("fig", &["fig", "figure"]),
        ("tbl", &["tbl", "tab", "table"]),
        ("eq", &["eq", "eqn", "equation"]),
    ];
    let (prefix, rest) = key.split_once([':', '-', '_'])?;
    let lower = prefix.to_lowercase();
    let (own, _) = { PREFIXES.iter() }.find(|(_, others)| others.contains(&lower.as_str()))?;
    let is_handle = key[prefix.len()..].starts_with('_') && lower != *own;
    let parts: Vec<_> = { rest.split(|c: char| !c.is_ascii_alphanumeric()) }
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    (!is_handle && !parts.is_empty()).then(|| format!("{own}-{}", parts.join("-")))
}
