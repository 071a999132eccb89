//! Accents, braces, lines and arrows above and below a base.

use super::characters::{escaped, nonempty};
use super::write::{Written, part};
use parsers::maths::tree::{Node, Side};

/// A base with its mark.
pub(super) fn marked(base: &Node, mark: char, side: Side, stretchy: bool) -> Written {
    let argument = nonempty(part(base)?);
    let function = match side {
        Side::Over => line_above(mark),
        Side::Under => line_below(mark),
    };
    if let Some(function) = function {
        return Ok(format!("{function}({argument})"));
    }
    Ok(match (side, accent(mark)) {
        (Side::Over, Some(accent)) if stretchy => format!("accent({argument},{accent})"),
        // As wide as over one letter.
        (Side::Over, Some(accent)) => match is_single(base) {
            true => format!("accent({argument},{accent})"),
            false => format!("accent({argument},{accent},size:#0%)"),
        },
        (side, _) => {
            let place = if side == Side::Over { "t" } else { "b" };
            format!(
                "attach(limits({argument}),{place}:stretch({}))",
                escaped(mark)
            )
        }
    })
}

fn is_single(base: &Node) -> bool {
    match base.parts() {
        [Node::Symbol { text, .. }] => text.chars().count() == 1,
        [Node::Number(digits)] => digits.len() == 1,
        _ => false,
    }
}

/// The combining character of an accent.
fn accent(c: char) -> Option<&'static str> {
    Some(match c {
        '`' => "\\u{0300}",
        '´' => "\\u{0301}",
        '^' => "\\u{0302}",
        '~' => "\\u{0303}",
        '¯' => "\\u{0304}",
        '˘' => "\\u{0306}",
        '˙' => "\\u{0307}",
        '¨' => "\\u{0308}",
        '˚' => "\\u{030a}",
        'ˇ' => "\\u{030c}",
        '\u{20db}' => "\\u{20db}",
        '\u{20dc}' => "\\u{20dc}",
        '↼' => "\\u{20d0}",
        '⇀' => "\\u{20d1}",
        '←' => "\\u{20d6}",
        '→' => "\\u{20d7}",
        '↔' => "\\u{20e1}",
        _ => return None,
    })
}

/// The Typst function for a mark above a base that grows with it.
fn line_above(c: char) -> Option<&'static str> {
    Some(match c {
        '‾' => "overline",
        '⏞' => "overbrace",
        '⏜' => "overparen",
        '⎴' => "overbracket",
        '⏠' => "overshell",
        _ => return None,
    })
}

/// The Typst function for a mark below a base that grows with it.
fn line_below(c: char) -> Option<&'static str> {
    Some(match c {
        '_' => "underline",
        '⏟' => "underbrace",
        '⏝' => "underparen",
        '⎵' => "underbracket",
        '⏡' => "undershell",
        _ => return None,
    })
}
