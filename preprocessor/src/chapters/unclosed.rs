//! Tags that are not closed, and blocks without an end.
//!
//! Tera reports such a fault where it stumbles, which may be the end of the chapter. Here it is looked
//! for where it begins, once Tera has found that there is one.

use super::diagnostic::Diagnostic;
use super::names::{begins_name, continues_name};
use results::nearest_or_all;

/// The blocks and what ends them.
const BLOCKS: [(&str, &str); 6] = [
    ("if", "endif"),
    ("for", "endfor"),
    ("filter", "endfilter"),
    ("set", "endset"),
    ("block", "endblock"),
    ("raw", "endraw"),
];
/// The tags that stand inside of a block or alone.
const OTHERS: [&str; 8] = [
    "elif",
    "else",
    "set_global",
    "break",
    "continue",
    "include",
    "extends",
    "component",
];

/// A tag `<% … %>`: its first word, where it begins, and whether it sets what its block holds.
struct Tag<'a> {
    word: &'a str,
    at: usize,
    opens: bool,
}

/// The first tag of `text` that is not closed, or block without an end, and what is wrong.
pub(super) fn find(file: &str, text: &str) -> Option<Diagnostic> {
    let (tags, unclosed) = tags(text);
    let of_blocks = blocks(text, &tags);
    let of_tags = unclosed.map(|(at, closing)| {
        let opening = &text[at..at + 2];
        (
            at,
            format!("`{opening}` is not closed, expected `{closing}`"),
        )
    });
    // Of a tag that is not closed, the block is open as well.
    let (at, message) = of_tags.or(of_blocks)?;
    Some(Diagnostic::at_offset(file, text, at, message))
}

/// The tags that choose or repeat, up to the first tag of any kind that is not closed, and that one
/// with what closes it.
fn tags(text: &str) -> (Vec<Tag<'_>>, Option<(usize, &'static str)>) {
    let (mut tags, mut at) = (Vec::new(), 0);
    while let Some(begin) = next_opening(text, at) {
        let closing = match &text[begin..begin + 2] {
            "<<" => ">>",
            "<%" => "%>",
            _ => "#>",
        };
        let Some(end) = end_of_tag(text, begin, closing) else {
            return (tags, Some((begin, closing)));
        };
        at = end;
        if closing != "%>" {
            continue;
        }
        let content = text[begin + 2..end - 2].trim_start_matches(['-', ' ', '\n', '\t', '\r']);
        let length = content
            .find(|c| !continues_name(c))
            .unwrap_or(content.len());
        let word = &content[..length];
        tags.push(Tag {
            word,
            at: begin,
            opens: word != "set" || !content.contains('='),
        });
        if word == "raw" {
            at = text[end..].find("endraw").map_or(text.len(), |raw| {
                end + text[end..end + raw].rfind("<%").unwrap_or(raw)
            });
        }
    }
    (tags, None)
}

fn next_opening(text: &str, from: usize) -> Option<usize> {
    let openings = text[from..].match_indices('<').map(|(at, _)| from + at);
    let opens = |at: &usize| text[at + 1..].starts_with(['<', '%', '#']);
    { openings }.find(opens)
}

/// Where a tag ends; `None` where another begins before, or the text ends.
fn end_of_tag(text: &str, begin: usize, closing: &str) -> Option<usize> {
    let mut quote = None;
    let mut characters = text[begin + 2..].char_indices();
    while let Some((offset, character)) = characters.next() {
        let at = begin + 2 + offset;
        match (quote, character) {
            _ if closing == "#>" => {}
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '<') if text[at + 1..].starts_with(['<', '%']) => return None,
            _ => {}
        }
        if quote.is_none() && text[at..].starts_with(closing) {
            return Some(at + 2);
        }
    }
    None
}

/// The first block that has no end, or end that has no block.
fn blocks(text: &str, tags: &[Tag]) -> Option<(usize, String)> {
    let mut open: Vec<(&Tag, &str)> = Vec::new();
    for tag in tags {
        let end_of = |(word, _): &&(&str, &str)| *word == tag.word;
        let block_of = |(_, end): &&(&str, &str)| *end == tag.word;
        if let Some((_, end)) = BLOCKS.iter().find(end_of) {
            if tag.opens {
                open.push((tag, end));
            }
        } else if let Some((word, _)) = BLOCKS.iter().find(block_of) {
            match open.pop() {
                Some((_, end)) if end == tag.word => {}
                Some((block, end)) => {
                    return Some((block.at, without_end(text, block, end, Some(tag))));
                }
                None => {
                    let message = format!("`<% {} %>` ends no `<% {word} … %>`", tag.word);
                    return Some((tag.at, message));
                }
            }
        } else if let Some(fault) = other(tag, open.last().map(|(block, _)| block.word)) {
            return Some((tag.at, fault));
        }
    }
    let (block, end) = open.pop()?;
    Some((block.at, without_end(text, block, end, None)))
}

/// What is wrong with a tag that is neither the beginning nor the end of a block.
fn other(tag: &Tag, around: Option<&str>) -> Option<String> {
    let Tag { word, .. } = tag;
    if matches!(*word, "elif" | "else") && !matches!(around, Some("if" | "for")) {
        return Some(format!("`<% {word} … %>` stands outside of `<% if … %>`"));
    }
    if OTHERS.contains(word) || !word.starts_with(begins_name) {
        return None;
    }
    let blocks = BLOCKS.iter().flat_map(|(word, end)| [*word, *end]);
    let known: Vec<_> = blocks.chain(OTHERS).collect();
    let hint = match *word {
        "elseif" | "elsif" => "hint: `elif`".to_owned(),
        "end" => "hint: `endif`, `endfor` or `endfilter`".to_owned(),
        _ => nearest_or_all(word, &known),
    };
    Some(format!("no tag begins with `{word}`; {hint}"))
}

fn without_end(text: &str, block: &Tag, end: &str, before: Option<&Tag>) -> String {
    let word = block.word;
    if word == "set" {
        return "`<% set … %>` has neither `=` nor a `<% endset %>`".to_owned();
    }
    let before = before.map_or(String::new(), |tag| {
        let line = text[..tag.at].matches('\n').count() + 1;
        format!(" before the `<% {} %>` of line {line}", tag.word)
    });
    format!("`<% {word} … %>` opens here and has no `<% {end} %>`{before}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let found = find("a.md", text).map(|fault| fault.to_string());
        expect.assert_eq(&found.unwrap_or_default());
    }

    #[test]
    fn a_tag_that_is_not_closed_is_found_where_it_begins() {
        check(
            "é\n<<name> and << b.c >>",
            expect!["`a.md:2:1`: `<<` is not closed, expected `>>`"],
        );
        check(
            "a << b.c | si > d\n\nIt's.",
            expect!["`a.md:1:3`: `<<` is not closed, expected `>>`"],
        );
        check(
            "<< a }}",
            expect!["`a.md:1:1`: `<<` is not closed, expected `>>`"],
        );
        check(
            "<% if a >> b <% endif %>",
            expect!["`a.md:1:1`: `<%` is not closed, expected `%>`"],
        );
        check(
            "a <# b",
            expect!["`a.md:1:3`: `<#` is not closed, expected `#>`"],
        );
        check(
            "<< \"a >> b",
            expect!["`a.md:1:1`: `<<` is not closed, expected `>>`"],
        );
    }

    #[test]
    fn a_block_without_an_end_is_found_where_it_opens() {
        check(
            "a\n\n<% if b %>\nc\n",
            expect!["`a.md:3:1`: `<% if … %>` opens here and has no `<% endif %>`"],
        );
        check(
            "<% for x in y %>\n<% if x %>\n<% endfor %>",
            expect![
                "`a.md:2:1`: `<% if … %>` opens here and has no `<% endif %>` before the `<% endfor %>` of line 3"
            ],
        );
        check(
            "<% if a %><% endif %>\n<% filter table(id=\"<% if\") %>x",
            expect!["`a.md:2:1`: `<% filter … %>` opens here and has no `<% endfilter %>`"],
        );
        check(
            "a\n<% raw %>b << c",
            expect!["`a.md:2:1`: `<% raw … %>` opens here and has no `<% endraw %>`"],
        );
        check(
            "a <%- endif %>",
            expect!["`a.md:1:3`: `<% endif %>` ends no `<% if … %>`"],
        );
        check(
            "<% else %>",
            expect!["`a.md:1:1`: `<% else … %>` stands outside of `<% if … %>`"],
        );
        check(
            "<% set x %>a",
            expect!["`a.md:1:1`: `<% set … %>` has neither `=` nor a `<% endset %>`"],
        );
    }

    #[test]
    fn a_misspelt_tag_is_told_the_nearest() {
        check(
            "<% fi a %>x<% endif %>",
            expect!["`a.md:1:1`: no tag begins with `fi`; hint: `if`"],
        );
        check(
            "<% if a %>x<% elseif b %>y<% endif %>",
            expect!["`a.md:1:12`: no tag begins with `elseif`; hint: `elif`"],
        );
        check(
            "<% if a %>x<% end %>",
            expect![
                "`a.md:1:12`: no tag begins with `end`; hint: `endif`, `endfor` or `endfilter`"
            ],
        );
    }

    #[test]
    fn what_is_closed_is_no_fault() {
        for text in [
            "<% set x = 1 %><% if a %>b<% elif c %>d<% else %>e<% endif %><< \"<% if\" >><# <% if #>",
            "<% raw %><< <% if %><% endraw %><% for a in b %><% break %><% else %>x<% endfor %>",
            "<% set x %>a<% endset %>1 < 2 > 3",
        ] {
            check(text, expect![""]);
        }
    }
}
