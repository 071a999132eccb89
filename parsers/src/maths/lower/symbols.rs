//! Letters, digits, symbols, brackets and marks.

use super::{Lowered, WORDS};
use crate::maths::Fault;
use crate::maths::alphabets::{Alphabet, Font};
use crate::maths::definitions::CONTEXT;
use crate::maths::tree::{Class, Node};
use katex::build_html::DomType;
use katex::parser::parse_node::AnyParseNode as Parsed;
use katex::stretchy::STRETCHY_CODE_POINT;
use katex::symbols::Atom;
use katex::types::Mode;
use unicode_normalization::UnicodeNormalization;

/// What crosses out the symbol behind it.
const SLASH: &str = "\u{338}";

/// A letter, digit or symbol in a font.
pub(super) fn symbol(node: &Parsed, font: Font) -> Node {
    let name = node.text().unwrap_or_default();
    let text = replaced(name);
    let class = match node {
        Parsed::Atom(atom) => match atom.family {
            Atom::Bin => Class::Binary,
            Atom::Close => Class::Closing,
            Atom::Inner => Class::Inner,
            Atom::Open => Class::Opening,
            Atom::Punct => Class::Punctuation,
            Atom::Rel => Class::Relation,
        },
        Parsed::OpToken(_) => Class::Operator,
        _ => Class::Ordinary,
    };
    let mut characters = text.chars();
    let (Some(letter), None) = (characters.next(), characters.next()) else {
        return Node::Symbol {
            text,
            class,
            upright: true,
        };
    };
    let is_variable = matches!(node, Parsed::MathOrd(_)) || "∂ıȷ".contains(letter);
    let is_plain = font.alphabet == Alphabet::Usual;
    if letter.is_ascii_digit() || (letter == '.' && class == Class::Ordinary) {
        return Node::Number(font.set(letter, false));
    }
    Node::Symbol {
        text: font.set(letter, is_variable),
        class,
        upright: !(is_variable && is_plain && !font.bold),
    }
}

/// The symbol that a command or character stands for.
pub(super) fn replaced(name: &str) -> String {
    match name {
        "|" | "\\vert" | "\\lvert" | "\\rvert" => return "|".to_owned(),
        "\\|" | "\\Vert" | "\\lVert" | "\\rVert" => return "‖".to_owned(),
        _ => {}
    }
    // A letter of another alphabet is that letter, not the one that the parser's fonts have for it.
    let mut characters = name.chars();
    if let (Some(c), None) = (characters.next(), characters.next())
        && !c.is_ascii()
        && c.is_alphanumeric()
    {
        return name.to_owned();
    }
    let symbol = CONTEXT.symbols.get_math(name);
    match symbol.and_then(|symbol| symbol.replace) {
        Some(symbol) => symbol.to_string(),
        None => name.trim_start_matches('\\').to_owned(),
    }
}

/// The character that a command or character stands for in text.
pub(super) fn replaced_in_text(name: &str) -> String {
    let symbol = CONTEXT.symbols.get(Mode::Text, name);
    match symbol.and_then(|symbol| symbol.replace) {
        Some(symbol) => symbol.to_string(),
        None => name.trim_start_matches('\\').to_owned(),
    }
}

pub(super) fn space(name: &str) -> Node {
    match name {
        "\\nobreak" | "\\allowbreak" => Node::Space(0.0),
        // TeX's space between words in its usual font.
        _ => Node::Space(1.0 / 3.0),
    }
}

/// An upright word.
pub(super) fn word(text: String) -> Node {
    Node::Symbol {
        text,
        class: Class::Ordinary,
        upright: true,
    }
}

pub(super) fn upright() -> Font {
    WORDS
}

/// The name of a function: one word where it is made of letters and spaces.
pub(super) fn name(parts: Vec<Node>) -> Vec<Node> {
    let mut letters = String::new();
    for part in &parts {
        match part {
            Node::Symbol { text, .. } if text == "−" => letters.push('-'),
            Node::Symbol { text, .. } if text == "∗" => letters.push('*'),
            Node::Symbol { text, .. } | Node::Number(text) => letters.push_str(text),
            Node::Space(width) if (0.0..0.3).contains(width) => letters.push('\u{2009}'),
            Node::Space(_) => letters.push('\u{a0}'),
            _ => return parts,
        }
    }
    vec![word(letters)]
}

/// Digits side by side as a number, letters of a font for words as a word, primes as one sign, and
/// what is crossed out as one symbol.
pub(super) fn joined(parts: Vec<Node>, font: Font) -> Vec<Node> {
    let mut joined: Vec<Node> = Vec::with_capacity(parts.len());
    for part in parts {
        let merged = joined.last().and_then(|last| merged(last, &part, font));
        match merged {
            Some(merged) => {
                joined.pop();
                joined.push(merged);
            }
            None => joined.push(part),
        }
    }
    joined
}

fn merged(last: &Node, next: &Node, font: Font) -> Option<Node> {
    match (last, next) {
        (Node::Number(digits), Node::Number(more)) => Some(Node::Number(format!("{digits}{more}"))),
        // A comma in braces parts thousands.
        (Node::Number(digits), Node::Row(braced)) => match &braced[..] {
            [Node::Symbol { text, .. }] if text == "," => Some(Node::Number(format!("{digits},"))),
            [Node::Number(point)] if point == "." => Some(Node::Number(format!("{digits}."))),
            _ => None,
        },
        (
            Node::Symbol { text: slash, .. },
            Node::Symbol {
                text,
                class,
                upright,
            },
        ) if slash == SLASH => Some(Node::Symbol {
            text: format!("{text}{SLASH}").nfc().collect(),
            class: *class,
            upright: *upright,
        }),
        (Node::Symbol { text, .. }, Node::Symbol { text: more, .. }) if more == "′" => {
            let primes = match text.as_str() {
                "′" => "″",
                "″" => "‴",
                "‴" => "⁗",
                _ => return None,
            };
            Some(word(primes.to_owned()))
        }
        (
            Node::Symbol {
                text,
                class: Class::Ordinary,
                upright,
            },
            Node::Symbol {
                text: more,
                class: Class::Ordinary,
                ..
            },
        ) if font.sets_words() && is_letters(text) && is_letters(more) => Some(Node::Symbol {
            text: format!("{text}{more}"),
            class: Class::Ordinary,
            upright: *upright,
        }),
        _ => None,
    }
}

pub(super) fn is_letters(text: &str) -> bool {
    text.chars().all(char::is_alphanumeric)
}

/// The bracket of a name; `None` for the empty one.
pub(super) fn delimiter(name: &str) -> Option<char> {
    match name {
        "." => None,
        "<" | "\\lt" => Some('⟨'),
        ">" | "\\gt" => Some('⟩'),
        name => replaced(name).chars().next(),
    }
}

pub(super) fn class_of(class: &DomType) -> Class {
    match class {
        DomType::Mop => Class::Operator,
        DomType::Mbin => Class::Binary,
        DomType::Mrel => Class::Relation,
        DomType::Mopen => Class::Opening,
        DomType::Mclose => Class::Closing,
        DomType::Mpunct => Class::Punctuation,
        DomType::Minner => Class::Inner,
        DomType::Mord => Class::Ordinary,
    }
}

/// The font that a command sets inside another.
pub(super) fn font(command: &str, outer: Font) -> Lowered<Font> {
    let alphabet = match command {
        "boldsymbol" => {
            return Ok(Font {
                bold: true,
                ..outer
            });
        }
        "mathbf" => {
            return Ok(Font {
                alphabet: Alphabet::Roman,
                bold: true,
            });
        }
        "mathnormal" => Alphabet::Usual,
        "mathrm" | "textrm" => Alphabet::Roman,
        "mathit" => Alphabet::Italic,
        "mathcal" => Alphabet::Calligraphic,
        "mathscr" => Alphabet::Script,
        "mathfrak" => Alphabet::Fraktur,
        "mathbb" => Alphabet::DoubleStruck,
        "mathsf" | "mathsfit" => Alphabet::SansSerif,
        "mathtt" => Alphabet::Monospace,
        other => return Err(Fault::unsupported(&format!("\\{other}"))),
    };
    Ok(Font { alphabet, ..outer })
}

/// The accent, brace, line or arrow of a command.
pub(super) fn mark(command: &str) -> Option<char> {
    Some(match command {
        "\\acute" => '´',
        "\\grave" => '`',
        "\\hat" | "\\widehat" => '^',
        "\\tilde" | "\\widetilde" | "\\utilde" => '~',
        "\\bar" => '¯',
        "\\overline" => '‾',
        "\\underline" => '_',
        "\\breve" => '˘',
        "\\check" | "\\widecheck" => 'ˇ',
        "\\dot" => '˙',
        "\\ddot" => '¨',
        "\\mark@dddot" => '\u{20db}',
        "\\mark@ddddot" => '\u{20dc}',
        "\\mathring" => '˚',
        "\\vec" => '→',
        "\\overparen" => '⏜',
        "\\underparen" => '⏝',
        command => {
            let name = command.trim_start_matches('\\');
            return STRETCHY_CODE_POINT.get(name)?.chars().next();
        }
    })
}

/// The combining character of an accent in text.
pub(super) fn text_mark(command: &str) -> Option<char> {
    Some(match command {
        "\\'" | "\\acute" => '\u{301}',
        "\\`" | "\\grave" => '\u{300}',
        "\\^" | "\\hat" => '\u{302}',
        "\\~" | "\\tilde" => '\u{303}',
        "\\=" | "\\bar" => '\u{304}',
        "\\u" | "\\breve" => '\u{306}',
        "\\." | "\\dot" => '\u{307}',
        "\\\"" | "\\ddot" => '\u{308}',
        "\\r" | "\\mathring" => '\u{30a}',
        "\\H" => '\u{30b}',
        "\\v" | "\\check" => '\u{30c}',
        "\\c" => '\u{327}',
        _ => return None,
    })
}
