//! Formulas that Markdown leaves as text.
//!
//! Markdown takes `$…$` for a formula only where its braces match and nothing parts it, and it takes
//! the brackets of LaTeX, `\(…\)` and `\[…\]`, for escaped punctuation. Either would stand in the page
//! as its author typed it.

use std::ops::Range;

const DOLLARS: &str = "hint: close every brace of a formula, leave no blank line in it, and write a \
                       dollar sign in text as `\\$`";
const BRACKETS: &str = "hint: formulas stand in `$…$`, on lines of their own in `$$…$$`";

/// Where in a block of `text` a formula begins that is none, and what is wrong with it.
///
/// `parts` are the parts of the block that are text, without code and formulas, in order.
pub(super) fn find(text: &str, parts: &[Range<usize>]) -> Option<(usize, String)> {
    let end = parts.last()?.end;
    parts.iter().find_map(|part| {
        let environment = text[part.clone()].find("\\begin{");
        environment
            .map(|at| {
                (
                    part.start + at,
                    no_formula(&text[part.start + at..end], BRACKETS),
                )
            })
            .or_else(|| unclosed(text, part, end))
            .or_else(|| bracketed(text, part, end))
    })
}

/// A dollar sign with a command of LaTeX behind it, or two.
fn unclosed(text: &str, part: &Range<usize>, end: usize) -> Option<(usize, String)> {
    let is_escaped = |at: usize| at > 0 && text.as_bytes()[at - 1] == b'\\';
    let mut dollars = text[part.clone()].match_indices('$');
    let (at, _) = dollars.find(|(at, _)| !is_escaped(part.start + at))?;
    let at = part.start + at;
    let rest = &text[at..end];
    (rest.starts_with("$$") || has_command(rest) || rest.contains('^'))
        .then(|| (at, no_formula(rest, DOLLARS)))
}

/// A bracket of LaTeX, as mdBook's MathJax writes it or as LaTeX does.
fn bracketed(text: &str, part: &Range<usize>, end: usize) -> Option<(usize, String)> {
    let is_escaped = part.start > 0 && text.as_bytes()[part.start - 1] == b'\\';
    if !is_escaped {
        return None;
    }
    let at = part.start - 1;
    let rest = &text[part.start..];
    let opens = |rest: &str| rest.starts_with(['(', '[']);
    let is_mathjax = rest.strip_prefix('\\').is_some_and(opens);
    let is_latex = opens(rest) && {
        let close = if rest.starts_with('(') { "\\)" } else { "\\]" };
        let inside = text[part.start..end].split_once(close);
        inside.is_some_and(|(inside, _)| has_command(inside) || has_script(inside))
    };
    (is_mathjax || is_latex).then(|| (at, no_formula(&text[at..end], BRACKETS)))
}

fn no_formula(text: &str, hint: &str) -> String {
    format!("`{}` is no formula; {hint}", line(text))
}

fn has_command(text: &str) -> bool {
    let mut behind = text.split('\\').skip(1);
    behind.any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn has_script(text: &str) -> bool {
    text.match_indices(['_', '^'])
        .any(|(at, _)| at > 0 && !text[..at].ends_with(['\\', ' ', '\n']))
}

/// The beginning of the first line.
fn line(text: &str) -> String {
    parsers::shortened(text.lines().next().unwrap_or_default().trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::markup::markdown_options;
    use super::find;
    use pulldown_cmark::{Event, Parser};

    /// Where and how the stray formula of a paragraph begins.
    fn found(text: &str) -> Option<(usize, String)> {
        let parts = Parser::new_ext(text, markdown_options())
            .into_offset_iter()
            .filter_map(|(event, range)| matches!(event, Event::Text(_)).then_some(range));
        let (at, message) = find(text, &parts.collect::<Vec<_>>())?;
        let (formula, _) = message.split_once("` is no formula")?;
        Some((at, formula.trim_start_matches('`').to_owned()))
    }

    #[test]
    fn what_looks_like_a_formula_and_is_none_is_found() {
        for (text, at, formula) in [
            (r"a \\( x_1 \\) b", 2, r"\\( x_1 \\) b"),
            (r"\\[ z = 1 \\]", 0, r"\\[ z = 1 \\]"),
            (r"and \( y_1 \) too", 4, r"\( y_1 \) too"),
            (r"\[ \frac12 \]", 0, r"\[ \frac12 \]"),
            (r"let $\frac{1}{2$ be", 4, r"$\frac{1}{2$ be"),
            ("$$ a", 0, "$$ a"),
            (
                r"\begin{align} a \end{align}",
                0,
                r"\begin{align} a \end{align}",
            ),
            ("let $x^2 be", 4, "$x^2 be"),
            (r"price $5 and $\alpha", 6, r"$5 and $\alpha"),
        ] {
            let expected = Some((at, formula.to_owned()));
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn brackets_and_dollars_of_prose_are_none() {
        for text in [
            r"as in \[3\] and \(b\)",
            r"it costs \$5 \alpha",
            "it costs $5 or 6",
            r"$x$ and $\alpha$ and `\\( x_1 \\)`",
            r"\[see \_x\]",
            r"a \\ b (c_d)",
            r"snake\_case (a_b)",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
