//! Letters, numbers, words and symbols, and their class in Typst.

use parsers::maths::tree::{Class, Family, TextFont};
use unicode_math_class::MathClass;

/// An argument that Typst accepts where LaTeX leaves nothing.
pub(super) fn nonempty(written: String) -> String {
    if written.is_empty() {
        "\"\"".into()
    } else {
        written
    }
}

/// Appends a piece, parted by a space where two letters or digits would run together.
pub(super) fn join(written: &mut String, piece: &str) {
    let is_word = typst::syntax::is_id_continue;
    if written.chars().last().is_some_and(is_word) && piece.chars().next().is_some_and(is_word) {
        written.push(' ');
    }
    written.push_str(piece);
}

/// A string literal of Typst.
pub(super) fn quoted(text: &str) -> String {
    crate::source::string(text)
}

/// A letter, a word or a symbol.
pub(super) fn symbol(text: &str, class: Class, upright: bool) -> String {
    let characters: Vec<char> = text.chars().filter(|c| !is_selector(*c)).collect();
    match (&characters[..], class) {
        ([letter], Class::Ordinary) if letter.is_alphabetic() && upright => {
            match u32::from(*letter) < 0x2100 {
                true => format!("upright({letter})"),
                false => text.to_owned(),
            }
        }
        ([c], class) if text.chars().count() == 1 => character(*c, class),
        (word, Class::Ordinary) if word.len() > 1 && word.iter().all(|c| is_plain_letter(*c)) => {
            quoted(text)
        }
        (_, Class::Ordinary) => {
            let mut written = String::new();
            for c in &characters {
                join(&mut written, &escaped(*c));
            }
            written
        }
        (characters, class) => {
            let written: String = characters.iter().map(|&c| escaped(c)).collect();
            format!("class(\"{}\",{written})", name(class))
        }
    }
}

/// Whether a letter is none of Unicode's block of mathematical letters, which text fonts lack.
fn is_plain_letter(c: char) -> bool {
    !('\u{1d400}'..='\u{1d7ff}').contains(&c)
}

fn is_selector(c: char) -> bool {
    ('\u{fe00}'..='\u{fe0f}').contains(&c)
}

pub(super) fn number(digits: &str) -> String {
    let is_plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    match is_plain && !digits.ends_with('.') && !digits.starts_with('.') {
        true => digits.to_owned(),
        false => quoted(digits),
    }
}

pub(super) fn text(text: &str, font: TextFont) -> String {
    let mut written = quoted(text);
    let functions = [
        (font.italic, "italic"),
        (font.bold, "bold"),
        (font.family == Family::SansSerif, "sans"),
        (font.family == Family::Monospace, "mono"),
    ];
    for (applies, function) in functions {
        if applies {
            written = format!("{function}({written})");
        }
    }
    written
}

pub(super) fn character(c: char, class: Class) -> String {
    let written = escaped(c);
    if is_default_of(class, c) {
        written
    } else {
        format!("class(\"{}\",{written})", name(class))
    }
}

/// Typst's name of a class.
pub(super) fn name(class: Class) -> &'static str {
    match class {
        Class::Ordinary | Class::Inner => "normal",
        Class::Operator => "large",
        Class::Binary => "binary",
        Class::Relation => "relation",
        Class::Opening => "opening",
        Class::Closing => "closing",
        Class::Punctuation => "punctuation",
    }
}

/// Whether Typst gives `c` this class by itself.
fn is_default_of(class: Class, c: char) -> bool {
    use MathClass as M;
    let Some(own) = typst::utils::default_math_class(c) else {
        return matches!(class, Class::Ordinary | Class::Inner);
    };
    match class {
        Class::Ordinary | Class::Inner => !matches!(
            own,
            M::Binary
                | M::Unary
                | M::Vary
                | M::Relation
                | M::Large
                | M::Opening
                | M::Closing
                | M::Fence
                | M::Punctuation
        ),
        Class::Operator => own == M::Large,
        Class::Binary => matches!(own, M::Binary | M::Vary),
        Class::Relation => own == M::Relation,
        Class::Opening => own == M::Opening,
        Class::Closing => own == M::Closing,
        Class::Punctuation => own == M::Punctuation,
    }
}

/// One character in maths mode.
///
/// Letters and digits stand for themselves; ASCII punctuation and whatever Typst reads as a
/// bracket or a root is escaped, so that it is nothing but a character.
pub(super) fn escaped(c: char) -> String {
    let class = typst::utils::default_math_class(c);
    let is_bracket = matches!(class, Some(MathClass::Opening | MathClass::Closing));
    let is_syntax = c.is_ascii_punctuation() && !matches!(c, '+' | '=');
    if is_syntax || is_bracket || matches!(c, '√' | '∛' | '∜') {
        format!("\\{c}")
    } else {
        c.to_string()
    }
}

/// A length in ems as Typst writes it.
pub(super) fn em(length: f64) -> String {
    format!("{}em", (length * 1e4).round() / 1e4)
}
