//! What looks like a template, a reference or a footnote of another program and is none here.
//!
//! It would stand in the page as its author typed it, or print a word twice.

use super::code::{blanks_of, without_code};
use super::labels::LabelKind;
use super::names::all_tags;
use regex::{Captures, Regex};
use results::nearest;
use std::ops::Range;
use std::sync::LazyLock;

/// What mdBook does before it renders a chapter.
const OF_MDBOOK: [&str; 6] = [
    "include",
    "playground",
    "playpen",
    "rustdoc_include",
    "title",
    "template",
];

/// The words that a reference prints, and their short forms.
const WORDS: [&str; 19] = [
    "figure",
    "figures",
    "fig",
    "fig.",
    "figs",
    "figs.",
    "table",
    "tables",
    "tab.",
    "tabs.",
    "tbl",
    "tbl.",
    "equation",
    "equations",
    "eq",
    "eq.",
    "eqs",
    "eqs.",
    "eqn.",
];

/// A reference.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let label = "@(?:fig|tbl|eq)-[a-z0-9-]*[a-z0-9]";
    Regex::new(label).expect("the expression is well formed")
});

/// A form that is none, and what is said of it; nothing where it is one after all.
struct Form {
    pattern: Regex,
    told: fn(&Captures, &Around) -> Option<String>,
}

/// What stands beside a form in its text.
struct Around<'a> {
    before: &'a str,
    behind: &'a str,
}

/// All forms.
static FORMS: LazyLock<[Form; 10]> = LazyLock::new(|| {
    let form = |pattern: &str, told: fn(&Captures, &Around) -> Option<String>| Form {
        pattern: Regex::new(pattern).expect("the expression is well formed"),
        told,
    };
    [
        form(r"\{\{\s*#(?<name>[A-Za-z_]+)[^{}\n]*\}\}", directive),
        form(r#"\{\{-?\s*(?:[A-Za-z_"'<%.][^{}\n]*)?\}\}"#, |_, _| {
            template("<< … >>")
        }),
        form(r"\{%[-+]?\s*[a-z]+[^\n]*?%\}", |_, _| template("<% … %>")),
        form(r"\{#-?\s[^\n]*?#\}", |_, _| template("<# … #>")),
        form(
            r"\\(?<command>(?:eq|auto|c|C|page|name|v)?ref|label|footnote|[A-Za-z]*cite[A-Za-z]*)\*?(?:\[[^\]\n]*\])*\{(?<argument>[^{}\n]*)\}",
            command,
        ),
        form(r"\[\^(?<name>[^\]\[\s]+)\]", |found, _| {
            let name = &found["name"];
            Some(format!(
                "no footnote `{name}` is defined; hint: a line of its own, `[^{name}]: …`"
            ))
        }),
        form(r"\^\[[^\]\[\n]+\]", |_, _| {
            Some("it is no footnote; hint: `[^1]`, and a line of its own, `[^1]: …`".to_owned())
        }),
        form(
            r"\[[^\]\[\n^@]*[A-Za-z][^\]\[\n@]*\]\[(?<name>[^\]\[\n^@][^\]\[\n@]*)\]",
            |found, around| {
                let is_index = around
                    .before
                    .ends_with(|c: char| c.is_alphanumeric() || c == ']');
                (!is_index).then(|| format!(
                "no link `{0}` is defined; hint: a line of its own, `[{0}]: ADDRESS`, or `[…](ADDRESS)`",
                &found["name"]
            ))
            },
        ),
        form(
            r"\{(?:#[^{}\s]+[^{}\n]*|\.[A-Za-z][^{}\n]*|[a-z]+=[^{}\n]*)\}",
            attributes,
        ),
        form(
            r"@ref\([^()\n]*\)|(?:\{(?:ref|numref|cite|eq)[:a-z]*\}|:(?:ref|numref|cite|eq):)",
            |found, around| {
                let is_role = !found[0].starts_with('@');
                (!is_role || around.behind.starts_with('`')).then(|| {
                    "it is no reference; hint: `@fig-x`, `@tbl-x`, `@eq-x`, `[@key]`".to_owned()
                })
            },
        ),
    ]
});

/// The forms in a block of `text` that are none, and what is wrong with each.
///
/// `parts` are the parts of the block that are text, without code and formulas, in order.
pub(super) fn find(text: &str, parts: &[Range<usize>]) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for part in joined(text, parts) {
        let of_part = &text[part.clone()];
        if !of_part.contains(['{', '[', '@', '\\']) && !of_part.ends_with(':') {
            continue;
        }
        for reference in REFERENCE.find_iter(of_part) {
            let range = part.start + reference.start()..part.start + reference.end();
            if let Some((start, told)) =
                twice(&text[..part.end], &range).filter(|(at, _)| *at >= part.start)
            {
                found.push((start..range.end, told));
            }
        }
        for Form { pattern, told } in FORMS.iter() {
            for captures in pattern.captures_iter(of_part) {
                let whole = &captures[0];
                let start = part.start + captures.get_match().start();
                let range = start..start + whole.len();
                let around = Around {
                    before: &text[..range.start],
                    behind: &text[range.end..],
                };
                // Bookdown's reference begins with a backslash itself.
                let is_escaped = around.before.ends_with('\\') && !whole.starts_with("@ref");
                if let Some(told) = told(&captures, &around).filter(|_| !is_escaped) {
                    found.push((range, format!("`{whole}`: {told}")));
                }
            }
        }
    }
    found
}

/// The parts of a block, those that only the end of a line parts in one.
fn joined(text: &str, parts: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if is_line_end(&text[last.end..part.start]) => last.end = part.end,
            _ => joined.push(part.clone()),
        }
    }
    joined
}

/// Whether nothing stands there but the end of a line and the beginning of the next in a quotation.
fn is_line_end(text: &str) -> bool {
    text.matches('\n').count() == 1 && text.chars().all(|c| " \n>".contains(c))
}

/// A chapter's `source` in which only what is neither code nor kept as it is can be read, as long as
/// it.
pub(super) fn readable(source: &str) -> String {
    let mut readable = without_code(source);
    let is_kept =
        |tag: &str| tag.starts_with("<#") || tag.starts_with("<%") && tag.contains("endraw");
    let kept: Vec<_> = { all_tags(&readable).filter(|(_, tag)| is_kept(tag)) }
        .map(|(at, tag)| at..at + tag.len())
        .collect();
    for range in kept {
        let blanks = blanks_of(&readable[range.clone()], ' ');
        readable.replace_range(range, &blanks);
    }
    readable
}

fn template(own: &str) -> Option<String> {
    Some(format!(
        "it is no template, and would be printed as it stands; hint: `{own}`, or as text in backticks"
    ))
}

/// A directive of mdBook's, which does nothing where it does not know the name.
fn directive(found: &Captures, _: &Around) -> Option<String> {
    let name = &found["name"];
    if OF_MDBOOK.contains(&name) {
        return None;
    }
    let hint = nearest(name, OF_MDBOOK).unwrap_or("include");
    Some(format!(
        "mdBook has no `{{{{#{name} …}}}}`; hint: `{{{{#{hint} …}}}}`"
    ))
}

/// A command of LaTeX that refers to something.
fn command(found: &Captures, _: &Around) -> Option<String> {
    let (command, argument) = (&found["command"], &found["argument"]);
    let label = super::citing::own_label(argument);
    let hint = match command {
        "label" => "`{#eq-x}` behind a formula, `id=` of a figure or a table".to_owned(),
        "footnote" => "`[^1]`, and a line of its own, `[^1]: …`".to_owned(),
        _ if command.ends_with("ref") => {
            format!("`@{}`", label.unwrap_or_else(|| "fig-x".to_owned()))
        }
        _ => {
            let keys = argument.split(',').map(|key| format!("@{}", key.trim()));
            format!("`[{}]`", keys.collect::<Vec<_>>().join("; "))
        }
    };
    Some(format!("a command of LaTeX is text here; hint: {hint}"))
}

/// A word before the reference at `range` of `text` that prints it, too: where it begins, and what is
/// said of it.
fn twice(text: &str, range: &Range<usize>) -> Option<(usize, String)> {
    let before = text[..range.start].trim_end_matches([' ', '\u{a0}', '\n', '>', '(', '[']);
    let begins = |c: char| !c.is_alphabetic() && c != '.';
    let start = before.rfind(begins).map_or(0, |at| at + 1);
    let start = before.ceil_char_boundary(start);
    let word = &before[start..];
    let is_one = WORDS.contains(&word.to_lowercase().as_str());
    let label = &text[range.start + 1..range.end];
    let printed = LabelKind::of(label).filter(|_| is_one)?.word();
    let message = format!(
        "`{word} @{label}` prints “{word} {printed} 1”, since the reference prints the word; hint: \
         `@{label}` alone"
    );
    Some((start, message))
}

/// Pandoc's attributes: a label, or what stands right behind a link or an image.
fn attributes(found: &Captures, around: &Around) -> Option<String> {
    let text = found[0].trim_matches(['{', '}']);
    let first = text.split_whitespace().next().unwrap_or_default();
    let label = first.strip_prefix('#').and_then(super::citing::own_label);
    let is_of_formula = around.before.trim_end_matches([' ', '\t']).ends_with("$$");
    let hint = match label.as_deref().map(|label| (label, LabelKind::of(label))) {
        _ if is_of_formula => return None,
        Some((label, Some(LabelKind::Figure))) => {
            format!("`<% filter figure(id=\"{label}\", image=\"…\", alt=\"…\") %>`")
        }
        Some((label, Some(LabelKind::Table))) => {
            format!("`<% filter table(id=\"{label}\", caption=\"…\") %>`")
        }
        Some((label, _)) => format!("`{{#{label}}}` on the line of the closing `$$`"),
        None if around.before.ends_with(')') => {
            "`<img src=\"…\" alt=\"…\" width=\"50%\">` where an image has a size".to_owned()
        }
        None => return None,
    };
    Some(format!(
        "it is text, and gives nothing a number or a size; hint: {hint}"
    ))
}

#[cfg(test)]
#[path = "stray_marks_tests.rs"]
mod tests;
