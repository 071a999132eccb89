//! The names that a chapter's templates write, in every branch.
//!
//! Tera looks a name up where it is reached: a misspelt one in a branch that is not taken would stop
//! the book on the day on which a run makes the branch be taken, and one in a condition passes for
//! false. Here every name is looked up, taken or not. Since the catalogue has the same names in every
//! state of the runs, what passes here in one state passes in all.

use super::diagnostic::Diagnostic;
use crate::catalogue::Catalogue;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A quoted text in a tag.
pub(super) const QUOTED: &str = r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`"#;

/// A stretch without templates, or a tag. Without groups, which would make the search slow.
static TAGS: LazyLock<Regex> = LazyLock::new(|| {
    let content = format!("(?:{QUOTED}|[^\"'`])*?");
    let raw = "<%-?[ \n]*raw[ \n]*-?%>.*?<%-?[ \n]*endraw[ \n]*-?%>";
    let tags = format!("(?s)<#.*?#>|{raw}|<<{content}>>|<%{content}%>");
    Regex::new(&tags).expect("the expression is well formed")
});

/// A tag, or a token of one, with its place in the text.
pub(super) type Placed<'a> = (usize, &'a str);

/// Every dotted name in the `tags` of `source` that the catalogue does not have, and that does not
/// begin with a variable of the chapter's own.
pub(super) fn check(
    catalogue: &Catalogue,
    (file, source): (&str, &str),
    tags: &[Placed],
) -> Vec<Diagnostic> {
    let (mut variables, mut written) = (BTreeSet::from(["loop"]), Vec::new());
    let mut printed = BTreeSet::new();
    for tag in tags {
        let names: Vec<_> = names_in(*tag).collect();
        variables.extend(defined(&names));
        written.extend(words_of_condition(*tag));
        written.extend(names.into_iter().filter(|(_, name)| name.contains('.')));
        let name = printed_name(*tag);
        printed.extend(name.filter(|(_, name)| catalogue.is_group(name)));
    }
    written.extend(&printed);
    written.sort_unstable();
    written.dedup();
    let is_foreign = |(_, name): &(usize, &str)| {
        let root = name.split('.').next().unwrap_or_default();
        !variables.contains(root)
    };
    let fault = |(at, name)| {
        let error = match printed.contains(&(at, name)) {
            true => catalogue.unknown(name),
            false => catalogue.check_name(name).err()?,
        };
        Some(Diagnostic::at_offset(file, source, at, error.to_string()))
    };
    written
        .into_iter()
        .filter(is_foreign)
        .filter_map(fault)
        .collect()
}

/// The name in a tag that prints it as it stands.
fn printed_name((start, tag): Placed) -> Option<Placed> {
    let content = tag.strip_prefix("<<")?.strip_suffix(">>")?;
    let name = content.trim_matches(|c: char| c == '-' || c.is_whitespace());
    let is_name = name.starts_with(begins_name) && { name.split('.') }
        .all(|part| !part.is_empty() && part.chars().all(continues_name));
    let at = start + tag.find(name)?;
    is_name.then_some((at, name))
}

/// The names without dots that a condition asks for, which Tera takes for false where nothing has them.
fn words_of_condition(tag: Placed) -> Vec<Placed> {
    const WORDS: [&str; 13] = [
        "if", "elif", "and", "or", "not", "is", "in", "true", "false", "True", "False", "none",
        "None",
    ];
    let first = names_in(tag).next();
    if !tag.1.starts_with("<%") || !first.is_some_and(|(_, word)| ["if", "elif"].contains(&word)) {
        return Vec::new();
    }
    let tokens: Vec<_> = tokens(tag).collect();
    let token = |index: usize| tokens.get(index).map_or("", |(_, token)| *token);
    let before = |index: usize| index.checked_sub(1).map_or("", token);
    let is_test =
        |index: usize| before(index) == "is" || before(index) == "not" && before(index - 1) == "is";
    let is_argument = |index: usize| token(index + 1) == "=" && token(index + 2) != "=";
    let is_name = |index: usize| {
        let word = token(index);
        let is_asked_for = token(index + 1) == "is"; // `x is defined`
        !is_asked_for
            && word.starts_with(begins_name)
            && !word.contains('.')
            && !WORDS.contains(&word)
    };
    let indices = (0..tokens.len()).filter(|index| is_name(*index) && !is_test(*index));
    let indices = indices
        .filter(|index| before(*index) != "|" && token(index + 1) != "(" && !is_argument(*index));
    indices.map(|index| tokens[index]).collect()
}

/// The names in a tag, with or without dots.
pub(super) fn names_in(tag: Placed) -> impl Iterator<Item = Placed> {
    tokens(tag).filter(|(_, word)| word.starts_with(begins_name))
}

/// The tokens of a tag: quoted texts, numbers, dotted names and all other characters but blanks.
pub(super) fn tokens((start, tag): Placed) -> impl Iterator<Item = Placed> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = tag[at..].trim_start_matches([' ', '\t', '\r', '\n']);
        let length = token_length(rest)?;
        let place = tag.len() - rest.len();
        at = place + length;
        Some((start + place, &rest[..length]))
    })
}

/// How many bytes the token has that `rest` begins with.
fn token_length(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    Some(match first {
        '"' | '\'' | '`' => quoted_length(rest, first).unwrap_or(1),
        '0'..='9' => length_of(rest, |c| continues_name(c) || c == '.'),
        _ if begins_name(first) => name_length(rest),
        _ => first.len_utf8(),
    })
}

/// The same of a text between two of `mark`; `None` where the second is missing.
fn quoted_length(rest: &str, mark: char) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    loop {
        match characters.next()? {
            (_, '\\') => drop(characters.next()?),
            (at, character) if character == mark => return Some(at + 1),
            _ => {}
        }
    }
}

/// The same of a name, with the parts behind its dots.
fn name_length(rest: &str) -> usize {
    let mut length = length_of(rest, continues_name);
    while let Some(part) = rest[length..].strip_prefix('.') {
        match length_of(part, continues_name) {
            0 => break,
            of_part => length += 1 + of_part,
        }
    }
    length
}

fn length_of(text: &str, is_inside: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_inside(c)).unwrap_or(text.len())
}

/// The tags of `source` that are neither comments nor text that stays as it is, with their places.
pub(super) fn tags(source: &str) -> impl Iterator<Item = Placed<'_>> {
    all_tags(source).filter(|(_, tag)| is_read(tag))
}

/// The tags of `source`, comments and text that stays as it is among them, with their places.
pub(super) fn all_tags(source: &str) -> impl Iterator<Item = Placed<'_>> {
    let tags = TAGS.find_iter(source);
    tags.map(|tag| (tag.start(), tag.as_str()))
}

/// The variables that these tags define.
pub(super) fn defined_in<'a>(tags: impl Iterator<Item = Placed<'a>>) -> BTreeSet<&'a str> {
    let names = |tag| names_in(tag).collect::<Vec<_>>();
    tags.flat_map(|tag| defined(&names(tag))).collect()
}

/// Whether a tag is neither a comment nor text that stays as it is.
fn is_read(tag: &str) -> bool {
    let content = tag[2..].trim_start_matches(['-', ' ', '\n']);
    let after_raw = content.strip_prefix("raw");
    let is_raw = after_raw.is_some_and(|rest| !rest.starts_with(continues_name));
    match &tag[..2] {
        "<#" => false,
        "<%" => !is_raw,
        _ => true,
    }
}

pub(super) fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

pub(super) fn continues_name(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit()
}

/// The variables that a tag of these names defines.
pub(super) fn defined<'a>(names: &[Placed<'a>]) -> Vec<&'a str> {
    let mut names = names.iter().map(|(_, name)| *name);
    match names.next() {
        Some("set" | "set_global") => names.take(1).collect(),
        Some("for") => names.take_while(|name| *name != "in").collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Quantity;
    use crate::evidence::unit::Unit;
    use expect_test::{Expect, expect};

    fn check(source: &str, expect: Expect) {
        let mut catalogue = Catalogue::default();
        catalogue.add(Quantity::exact("a.b.c", Unit::One, 1.0, "a definition"));
        let tags: Vec<_> = tags(source).collect();
        let faults = super::check(&catalogue, ("book/x.md", source), &tags);
        let lines: Vec<_> = faults.iter().map(|fault| format!("{fault}\n")).collect();
        expect.assert_eq(&lines.concat());
    }

    #[test]
    fn names_are_looked_up_in_branches_and_conditions_too() {
        check(
            "<% if a.b.d %>\n<< a.b.c | fixed(places=1) >> and << a.x >><% endif %>\n\
             <% filter table(id=\"t\", rows=[[\"A.B >> %> 'x'\", a.b.c, a.b.y]]) %>It.<% endfilter %>",
            expect![[r#"
                `book/x.md:1:7`: no quantity is named `a.b.d`; hint: `a.b` has c
                `book/x.md:2:38`: no quantity is named `a.x`; hint: `a` has b
                `book/x.md:3:56`: no quantity is named `a.b.y`; hint: `a.b` has c
            "#]],
        );
        check(
            "<% if fats and not q == 'z' %><% elif a and z is defined and z is not odd %><% endif %>",
            expect![[r#"
                `book/x.md:1:7`: no quantity is named `fats`; hint: the names begin with a; `topics` in book.toml switches others on
                `book/x.md:1:20`: no quantity is named `q`; hint: the names begin with a; `topics` in book.toml switches others on
            "#]],
        );
    }

    #[test]
    fn tokens_are_texts_numbers_names_and_signs() {
        let check = |tag: &str, expected: &[&str]| {
            let found: Vec<_> = tokens((7, tag)).collect();
            for (at, token) in &found {
                assert_eq!(&tag[at - 7..][..token.len()], *token, "{tag}");
            }
            let found: Vec<_> = found.iter().map(|(_, token)| *token).collect();
            assert_eq!(found, expected, "{tag}");
        };
        check(
            "<< a.b1_c.2|f(x='d \\' e', y=\"\\\\\") >>",
            &[
                "<",
                "<",
                "a.b1_c.2",
                "|",
                "f",
                "(",
                "x",
                "=",
                "'d \\' e'",
                ",",
                "y",
                "=",
                "\"\\\\\"",
                ")",
                ">",
                ">",
            ],
        );
        check("1.5e3 2a\t_x. .é", &["1.5e3", "2a", "_x", ".", ".", "é"]);
        // A text without an end is a sign.
        check("'a `b\\`", &["'", "a", "`", "b", "\\", "`"]);
        check(" \n", &[]);
    }

    #[test]
    fn a_group_is_not_printed() {
        check(
            "<< a >> and << a.b >>, not << a.b.c >>",
            expect![[r#"
                `book/x.md:1:4`: no quantity is named `a`; hint: it is a group, with b
                `book/x.md:1:16`: no quantity is named `a.b`; hint: it is a group, with c
            "#]],
        );
    }

    #[test]
    fn variables_texts_numbers_and_comments_are_not() {
        check(
            "<% for name, it in a.b %><< it.x.y >> << loop.index >><% set z = name %><< z.u >>\
             <% endfor %><# a.q #> << \"a.q\" ~ 'a.q' ~ 1.5 >> a.q `a.q` x < y <% raw %><< a.q >>\
             <% endraw %>",
            expect![""],
        );
    }
}
