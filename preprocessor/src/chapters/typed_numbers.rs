//! Numbers that an author typed where a value with evidence belongs.
//!
//! A decimal, a percentage or a number with a unit in running text looks like a measurement. It is
//! reported unless it comes from a quantity, stands in code or a formula, or names a place
//! (`Table 3.2`, `part 4.1`, a link to one). A block that begins with the comment
//! `<!-- typed numbers: REASON -->` is exempt.

use super::Chapter;
use super::code::Shadow;
use super::diagnostic::{Diagnostic, Faults};
use super::names::{tags, tokens};
use super::parsed::Parsed;
use parsers::shortened;
use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What looks like a measurement: a decimal, or a number with a percent sign or a unit behind it.
static TYPED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:\b[0-9][0-9,]*\.[0-9]+|\b[0-9][0-9,]*)",
        "(?:[ \u{a0}]?(?:%|(?:[munµpkMGTPE]?(?:s|FLOP(?:/s)?|B|B/s|Hz|W|iB)",
        r"|min|h|days?|hours?|minutes?|seconds?|px|percent|images?/s|steps?/s)\b))?",
    ))
    .expect("the expression is well formed")
});

/// How far before a number the `@` of a key is looked for, in bytes.
const LONGEST_KEY: usize = 200;

/// Words before a number that make it the name of a place or a version.
const PLACES: [&str; 19] = [
    "table",
    "tables",
    "figure",
    "figures",
    "fig.",
    "section",
    "sections",
    "sec.",
    "eq.",
    "equation",
    "equations",
    "part",
    "parts",
    "chapter",
    "chapters",
    "question",
    "version",
    "appendix",
    "problem",
];

/// The typed numbers of a chapter.
#[derive(Debug, Default)]
pub(crate) struct TypedNumbers {
    /// Those without a reason.
    pub(crate) found: Vec<Diagnostic>,
    /// How many blocks say why they may hold some.
    pub(crate) exempt_blocks: usize,
}

/// Looks for typed numbers in what the author of `chapter` wrote, with the templates of `shadow`; `parsed` is
/// the rest.
pub(super) fn find(chapter: &Chapter, shadow: &Shadow, parsed: &Parsed) -> TypedNumbers {
    let Chapter { file, source, .. } = chapter;
    let text = parsed.text;
    let mut of_templates = typed_in_templates(&shadow.text);
    let mut found = Faults::default();
    let mut skipped = 0;
    let (mut exempt, mut exempt_blocks, mut exempt_from) = (false, 0, 0);
    let mut run: Option<Range<usize>> = None;
    for (event, range) in &parsed.events {
        if let (Event::Text(_), 0, false) = (event, skipped, exempt) {
            run = Some(run.map_or(range.start, |run| run.start)..range.end);
            continue;
        }
        if let Some(run) = run.take() {
            check(file, source, text, run, &mut found);
        }
        match event {
            Event::Html(html) => {
                let reason = exemption(html);
                if reason.is_some() {
                    (exempt, exempt_from) = (true, range.start);
                }
                exempt_blocks += usize::from(reason.is_some());
                if reason == Some("") {
                    let message =
                        "an exemption without a reason; hint: `<!-- typed numbers: REASON -->`";
                    found.add(|| Diagnostic::at_offset(file, source, range.start, message));
                }
            }
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. }) => skipped += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link) => skipped -= 1,
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::List(_) | TagEnd::Table,
            ) => {
                let block = exempt_from..range.end;
                of_templates.retain(|(at, _)| !(exempt && block.contains(at)));
                exempt = false;
            }
            _ => {}
        }
    }
    if let Some(run) = run {
        check(file, source, text, run, &mut found);
    }
    for (at, typed) in of_templates {
        let message = format!(
            "`{}` is typed: a template prints quantities and does not compute; hint: `ratio`, \
             `difference`, or `<!-- typed numbers: REASON -->` before the block",
            shortened(&typed)
        );
        found.add(|| Diagnostic::at_offset(file, source, at, message));
    }
    TypedNumbers {
        found: found.into(),
        exempt_blocks,
    }
}

/// The numbers that tags print of themselves, with their places: `<< 1/3 >>`, `<< "12 ms" >>`, and those of a
/// caption in quotation marks.
fn typed_in_templates(source: &str) -> Vec<(usize, String)> {
    let mut typed = Vec::new();
    for (start, tag) in tags(source).filter(|(_, tag)| tag.contains(|c: char| c.is_ascii_digit())) {
        let tokens: Vec<_> = tokens((start, tag)).collect();
        let token = |index: usize| tokens.get(index).map_or("", |(_, token)| *token);
        let mut depth = 0;
        for (index, &(at, token_here)) in tokens.iter().enumerate() {
            match token_here {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            let is_caption = index > 1 && token(index - 1) == "=" && token(index - 2) == "caption";
            let is_printed = tag.starts_with("<<") && depth == 0;
            let is_number = is_printed && token_here.starts_with(|c: char| c.is_ascii_digit());
            let is_computed = ["/", "*", "+", "-", "%"]
                .iter()
                .any(|sign| token(index + 1) == *sign || index > 0 && token(index - 1) == *sign);
            if is_number && (is_computed || token_here.contains('.')) {
                typed.push((at, tag.trim_matches(['<', '>', ' ', '-']).to_owned()));
                break;
            }
            if (is_printed || is_caption) && token_here.starts_with(['"', '\'']) {
                let measurements = TYPED.find_iter(token_here).map(|number| number.as_str());
                let measurements = measurements.filter(|number| is_measurement(number));
                typed.extend(measurements.map(|number| (at, number.to_owned())));
            }
        }
    }
    typed
}

/// Whether a number has decimals, a sign of percent or a unit.
fn is_measurement(number: &str) -> bool {
    number.contains(|c: char| !c.is_ascii_digit() && c != ',')
}

fn check(file: &str, source: &str, text: &str, run: Range<usize>, found: &mut Faults) {
    for number in TYPED.find_iter(&text[run.clone()]) {
        let start = run.start + number.start();
        if !is_measurement(number.as_str()) || makes_it_a_name(&text[run.start..start]) {
            continue;
        }
        found.add(|| {
            let message = format!(
                "`{}` is typed; hint: print a quantity of the catalogue, or put `<!-- typed numbers: \
                 REASON -->` before the block",
                shortened(number.as_str())
            );
            Diagnostic::at_offset(file, source, start, message)
        });
    }
}

/// The reason of an exemption, where `html` begins with one.
fn exemption(html: &str) -> Option<&str> {
    let comment = html.trim_start().strip_prefix("<!--")?.trim_start();
    let (reason, _) = comment.strip_prefix("typed numbers:")?.split_once("-->")?;
    Some(reason.trim())
}

/// Whether a number behind this text belongs to a name, to a place or to a list of such.
fn makes_it_a_name(before: &str) -> bool {
    if before.ends_with(|c: char| c.is_ascii_alphabetic() || "./_=^-".contains(c)) {
        return true;
    }
    // A key of a work: `@{10.5555/1597348}`.
    let last = &before[before.ceil_char_boundary(before.len().saturating_sub(LONGEST_KEY))..];
    let word = last.rsplit(char::is_whitespace).next();
    if word.is_some_and(|word| word.contains('@')) {
        return true;
    }
    let list = before
        .strip_suffix(", ")
        .or_else(|| before.strip_suffix(" and "));
    if list.is_some_and(|list| list.ends_with(|c: char| c.is_ascii_digit())) {
        return true;
    }
    let Some(before) = before.strip_suffix([' ', '\u{a0}']) else {
        return false;
    };
    let is_named = |place: &&str| {
        let start = before.len().checked_sub(place.len());
        let parts = start.and_then(|start| before.split_at_checked(start));
        parts.is_some_and(|(rest, word)| {
            word.eq_ignore_ascii_case(place)
                && !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_')
        })
    };
    PLACES.iter().any(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(source: &str, expected: Expect) {
        let chapter = Chapter {
            path: "a.md".to_owned(),
            file: "book/a.md".to_owned(),
            source: source.to_owned(),
        };
        let shadow = Shadow::of(source);
        let text = shadow.without_templates();
        let found = find(&chapter, &shadow, &Parsed::of(&text, false));
        let lines: Vec<_> = found
            .found
            .iter()
            .map(|fault| format!("{fault}\n"))
            .collect();
        expected.assert_eq(&lines.concat());
    }

    #[test]
    fn measurements_are_found_where_they_stand() {
        check(
            "It took 3.5 hours,\nor 92 % of *12 ms* and 8.73 TFLOP/s, by 25,557,032.5.",
            expect![[r#"
                `book/a.md:1:9`: `3.5 hours` is typed; hint: print a quantity of the catalogue, or put `<!-- typed numbers: REASON -->` before the block
                `book/a.md:2:4`: `92 %` is typed; hint: print a quantity of the catalogue, or put `<!-- typed numbers: REASON -->` before the block
                `book/a.md:2:13`: `12 ms` is typed; hint: print a quantity of the catalogue, or put `<!-- typed numbers: REASON -->` before the block
                `book/a.md:2:24`: `8.73 TFLOP/s` is typed; hint: print a quantity of the catalogue, or put `<!-- typed numbers: REASON -->` before the block
                `book/a.md:2:41`: `25,557,032.5` is typed; hint: print a quantity of the catalogue, or put `<!-- typed numbers: REASON -->` before the block
            "#]],
        );
    }

    #[test]
    fn numbers_that_a_template_prints_of_itself_are_typed() {
        check(
            "<< 1/3 >> s, << x * 1.5 >>, << 12.5 >> and << \"12.7 ms\" >>, << a.b | fixed(places=2) >>.\n\n\
             <!-- typed numbers: a setting -->\n\nAt << 0.5 >>, << loop.index >> of << 3 >>.\n\n\
             <% filter table(id=\"tbl-a\", caption=\"It took 3.5 ms.\") %>\n<% endfilter %>\n",
            expect![[r#"
                `book/a.md:1:4`: `1/3` is typed: a template prints quantities and does not compute; hint: `ratio`, `difference`, or `<!-- typed numbers: REASON -->` before the block
                `book/a.md:1:21`: `x * 1.5` is typed: a template prints quantities and does not compute; hint: `ratio`, `difference`, or `<!-- typed numbers: REASON -->` before the block
                `book/a.md:1:32`: `12.5` is typed: a template prints quantities and does not compute; hint: `ratio`, `difference`, or `<!-- typed numbers: REASON -->` before the block
                `book/a.md:1:47`: `12.7 ms` is typed: a template prints quantities and does not compute; hint: `ratio`, `difference`, or `<!-- typed numbers: REASON -->` before the block
                `book/a.md:7:37`: `3.5 ms` is typed: a template prints quantities and does not compute; hint: `ratio`, `difference`, or `<!-- typed numbers: REASON -->` before the block
            "#]],
        );
    }

    #[test]
    fn places_counts_code_and_formulas_are_not() {
        check(
            "See Table 3.2, part 4.1, [3.4](k80.md), v1.5, `0.001`, $0.5$, 128 images, 3 × 3, [@{10.5/1.7}; @10.5/2.5], \
             << a.b | percent(places=1) >> and ResNet-50.\n\n```\n1.5 ms\n```\n",
            expect![""],
        );
    }

    #[test]
    fn an_exemption_covers_one_block_and_has_a_reason() {
        check(
            "<!-- typed numbers: a setting -->\n\n## Learning rate 0.001\n\nBut 0.01 here.\n\n\
             <!-- typed numbers: -->\n\nAnd 0.1 there.",
            expect![[r#"
                `book/a.md:5:5`: `0.01` is typed; hint: print a quantity of the catalogue, or put `<!-- typed numbers: REASON -->` before the block
                `book/a.md:7:1`: an exemption without a reason; hint: `<!-- typed numbers: REASON -->`
            "#]],
        );
    }
}
