//! LaTeX formulas, by pulldown-latex.

use crate::contained::contained;
use pulldown_latex::config::DisplayMode;
use pulldown_latex::event::{Content, Event, ScriptType, Visual};
use pulldown_latex::{Parser, ParserError, RenderConfig, push_mathml};
use std::convert::Infallible;
use std::error::Error;

pub use pulldown_latex::{Storage, event};

/// The longest formula, in bytes.
const MOST_BYTES: usize = 10_000;
/// The most commands one after the other, each of which may be the argument of the one before.
const MOST_COMMANDS: usize = 40;
/// The deepest nesting of groups, fractions, roots and scripts.
const MOST_LEVELS: usize = 60;

/// The most parts, which macros may make of a short formula.
const MOST_PARTS: usize = 20_000;

/// Whether a formula stands in a line of text or on lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// In a line of text.
    Inline,
    /// On lines of its own.
    Block,
}

/// The `<math>` element of a formula.
///
/// # Errors
/// As [`events`], and what cannot be written as MathML.
pub fn mathml(latex: &str, display: Display) -> Result<String, String> {
    let storage = Storage::new();
    let events = events(latex, &storage)?.into_iter();
    let config = RenderConfig {
        display_mode: match display {
            Display::Inline => DisplayMode::Inline,
            Display::Block => DisplayMode::Block,
        },
        ..RenderConfig::default()
    };
    contained(|| {
        let mut mathml = String::new();
        push_mathml(&mut mathml, events.map(Ok::<_, Infallible>), config)
            .map_err(|error| error.to_string())?;
        Ok(escaped(&mathml))
    })
    .unwrap_or_else(|panic| Err(failure(&panic)))
}

/// The MathML with its lone `<` and `&` as entities: the crate writes characters as they are.
fn escaped(mathml: &str) -> String {
    let mut escaped = String::with_capacity(mathml.len());
    let mut characters = mathml.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek();
        match c {
            '<' if !next.is_some_and(|c| c.is_ascii_alphabetic() || *c == '/') => {
                escaped.push_str("&lt;");
            }
            '&' if !next.is_some_and(char::is_ascii_alphabetic) => escaped.push_str("&amp;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The parts of a formula, in the order in which they are set.
///
/// # Errors
/// A formula that is too long or too deep, or that the parser does not know.
pub fn events<'a>(latex: &'a str, storage: &'a Storage) -> Result<Vec<Event<'a>>, String> {
    if latex.len() > MOST_BYTES {
        let found = latex.len();
        return Err(format!(
            "it has {found} bytes, expected at most {MOST_BYTES}"
        ));
    }
    let commands = longest_run_of_commands(latex);
    if commands > MOST_COMMANDS {
        return Err(format!(
            "it has {commands} commands one after the other, expected at most {MOST_COMMANDS}; \
             a space or a group parts them"
        ));
    }
    let parser = Parser::new(latex, storage).take(MOST_PARTS + 1);
    let parsed = contained(|| parser.collect::<Result<Vec<_>, _>>());
    let events = parsed
        .map_err(|panic| failure(&panic))?
        .map_err(|error| reason(&error))?;
    if let Some(name) = events.iter().find_map(markup_in_name) {
        return Err(format!(
            "an operator is named `{name}`, expected letters, not `<`, `>` or `&`"
        ));
    }
    match depth(&events) {
        _ if events.len() > MOST_PARTS => Err(format!("it has more than {MOST_PARTS} parts")),
        levels if levels > MOST_LEVELS => Err(format!(
            "it is nested {levels} levels deep, expected at most {MOST_LEVELS}"
        )),
        _ => Ok(events),
    }
}

fn failure(panic: &str) -> String {
    format!("the crate pulldown-latex fails on it ({panic})")
}

/// The parser's complaint without its drawing of the place.
fn reason(error: &ParserError) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// The name of an operator, where it would be markup in a page.
fn markup_in_name<'a>(event: &Event<'a>) -> Option<&'a str> {
    match event {
        Event::Content(Content::Function(name)) if name.contains(['<', '>', '&']) => Some(name),
        _ => None,
    }
}

/// Commands with nothing but spaces between them.
fn longest_run_of_commands(latex: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    let mut rest = latex;
    while let Some(at) = rest.find('\\') {
        if !rest[..at].trim().is_empty() {
            run = 0;
        }
        run += 1;
        longest = longest.max(run);
        let name = &rest[at + 1..];
        let letters = name.find(|c: char| !c.is_ascii_alphabetic());
        let first = name.chars().next().map_or(0, char::len_utf8);
        rest = &name[letters.unwrap_or(name.len()).max(first)..];
    }
    longest
}

/// How deep the parts are nested.
fn depth(events: &[Event]) -> usize {
    // How many parts each open one still waits for; a group waits for its end.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut deepest = 0;
    for event in events {
        match event {
            Event::Begin(_) => open.push(None),
            Event::Visual(visual) => open.push(Some(arguments(visual))),
            Event::Script { ty, .. } => open.push(Some(match ty {
                ScriptType::SubSuperscript => 3,
                _ => 2,
            })),
            Event::End => {
                open.pop();
                close(&mut open);
            }
            _ => close(&mut open),
        }
        deepest = deepest.max(open.len());
    }
    deepest
}

fn arguments(visual: &Visual) -> usize {
    match visual {
        Visual::Root | Visual::Fraction(_) => 2,
        _ => 1,
    }
}

/// Notes that a part is complete, and with it those whose last part it was.
fn close(open: &mut Vec<Option<usize>>) {
    while let Some(Some(waiting)) = open.last_mut() {
        *waiting -= 1;
        if *waiting > 0 {
            return;
        }
        open.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(latex: &str, expected: Result<usize, &str>) {
        let storage = Storage::new();
        let found = events(latex, &storage).map(|events| depth(&events));
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn depth_is_that_of_the_tree() {
        check("x", Ok(0));
        check("x_1 + y^2", Ok(1));
        check(r"\frac{1}{2}", Ok(2));
        check(r"\frac12 \frac12", Ok(1));
        check(r"\sqrt\sqrt\sqrt x", Ok(3));
        check(r"x^{x^{x}}", Ok(4));
    }

    #[test]
    fn no_text_of_a_formula_is_markup() {
        let check = |latex: &str, expected: &str| {
            let mathml = mathml(latex, Display::Inline).unwrap_or_else(|reason| reason);
            let inside = mathml.strip_prefix("<math display=\"inline\">");
            let inside = inside.and_then(|inside| inside.strip_suffix("</math>"));
            assert_eq!(inside.unwrap_or(&mathml), expected);
        };
        check("a<b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>");
        check(r"\not<", "<mo>&lt;\u{338}</mo>");
        check(r"\&", "<mi>&amp;</mi>");
        check(r"\text{<b>&}", "<mtext>&lt;b&gt;&amp;</mtext>");
        check(
            r"\operatorname{<img src=x onerror=alert(1)>}",
            "an operator is named `<img src=x onerror=alert(1)>`, expected letters, not `<`, `>` or `&`",
        );
    }

    #[test]
    fn what_is_too_much_is_told_before_it_is_parsed() {
        let deep = format!("{}x{}", "{".repeat(61), "}".repeat(61));
        check(
            &deep,
            Err("it is nested 61 levels deep, expected at most 60"),
        );
        check(
            &r"\sqrt".repeat(41),
            Err(
                "it has 41 commands one after the other, expected at most 40; a space or a group parts them",
            ),
        );
        check(
            &"x".repeat(10_001),
            Err("it has 10001 bytes, expected at most 10000"),
        );
        check(&r"\alpha x".repeat(1000), Ok(0));
    }
}
