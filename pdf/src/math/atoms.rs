//! The smallest pieces of a formula: characters, words, numbers, spaces.

use super::parse::Part;
use super::symbols::{self, Class};
use parsers::latex::event::{
    ColorChange, ColorTarget, Content, DelimiterSize, DelimiterType, Dimension, DimensionUnit,
    Font, RelationContent, StateChange, Style,
};

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
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if written.chars().last().is_some_and(is_word) && piece.chars().next().is_some_and(is_word) {
        written.push(' ');
    }
    written.push_str(piece);
}

/// The letters and digits at the start of a sequence that one font can set together.
pub(super) fn letters(parts: &[Part]) -> Vec<char> {
    let letter = |part: &Part| match part {
        Part::Content(Content::Ordinary { content, .. }) if content.is_alphanumeric() => {
            Some(symbols::normalised(*content))
        }
        _ => None,
    };
    parts.iter().map_while(letter).collect()
}

/// A run of letters in a font; upright words are text, so that they are kerned.
pub(super) fn styled(run: &[char], font: Option<Font>) -> String {
    if font == Some(Font::UpRight) && run.len() > 1 {
        return quoted(&run.iter().collect::<String>());
    }
    let mut written = String::new();
    run.iter().for_each(|c| join(&mut written, &c.to_string()));
    in_font(written, font)
}

fn in_font(written: String, font: Option<Font>) -> String {
    let functions = font.map_or(&[][..], symbols::font_functions);
    functions
        .iter()
        .rev()
        .fold(written, |inner, function| format!("{function}({inner})"))
}

pub(super) fn styled_text(text: &str, font: Option<Font>) -> String {
    match font {
        None | Some(Font::UpRight) => quoted(text),
        font => in_font(quoted(text), font),
    }
}

pub(super) fn styled_number(number: &str, font: Option<Font>) -> String {
    let is_plain = number.chars().all(|c| c.is_ascii_digit() || c == '.') && !number.ends_with('.');
    let written = if is_plain {
        number.to_owned()
    } else {
        quoted(number)
    };
    if font == Some(Font::UpRight) {
        written
    } else {
        in_font(written, font)
    }
}

/// The primes at the start of a sequence.
pub(super) fn primes(parts: &[Part]) -> Vec<char> {
    let prime = |part: &Part| match part {
        Part::Content(Content::Ordinary { content, .. }) if "′″‴⁗".contains(*content) => {
            Some(*content)
        }
        _ => None,
    };
    parts.iter().map_while(prime).collect()
}

/// A base with its primes, which Typst raises and makes small only as a script.
pub(super) fn primed(base: String, primes: &[char]) -> String {
    if primes.is_empty() {
        return base;
    }
    format!(
        "attach({},tr:{})",
        nonempty(base),
        primes.iter().collect::<String>()
    )
}

/// The name of an operator, whose inner commands the LaTeX parser leaves as they are.
pub(super) fn operator_name(name: &str) -> Result<String, String> {
    let spaced = name
        .replace("\\,", "\u{2009}")
        .replace("\\ ", "\u{2009}")
        .replace(' ', "\u{2009}");
    if spaced.contains(['\\', '{', '}', '*', '^', '_']) {
        return Err(format!(
            "`\\operatorname` with more than a name in `{name}`; `\\limits` behind it sets scripts below"
        ));
    }
    Ok(spaced)
}

/// The text of `\text{…}` with its escapes resolved.
pub(super) fn plain_text(text: &str) -> Result<String, String> {
    let mut plain = text.replace("&nbsp;", "\u{a0}").replace('~', "\u{a0}");
    for c in ['_', '%', '#', '&', '$', '{', '}'] {
        plain = plain.replace(&format!("\\{c}"), &c.to_string());
    }
    if plain.contains('\\') || text.replace("\\$", "").contains('$') {
        return Err(format!("a command or maths inside `\\text{{{text}}}`"));
    }
    Ok(plain)
}

/// A string literal of Typst.
pub(super) fn quoted(text: &str) -> String {
    crate::source::string(text)
}

pub(super) fn character(c: char, class: Class) -> String {
    let c = symbols::normalised(c);
    let written = symbols::escaped(c);
    if class.is_default_of(c) {
        written
    } else {
        format!("class(\"{}\",{written})", class.name())
    }
}

pub(super) fn chars(content: RelationContent) -> Vec<char> {
    let mut buffer = [0; 8];
    let bytes = content.encode_utf8_to_buf(&mut buffer);
    String::from_utf8_lossy(bytes).chars().collect()
}

pub(super) fn relation(chars: &[char]) -> String {
    match chars {
        [c] | [c, '\u{fe00}'] => character(*c, Class::Relation),
        chars => {
            let written: String = chars.iter().map(|&c| symbols::escaped(c)).collect();
            format!("class(\"relation\",{written})")
        }
    }
}

pub(super) fn delimiter(c: char, size: Option<DelimiterSize>, ty: DelimiterType) -> String {
    let class = match ty {
        DelimiterType::Open => Class::Opening,
        DelimiterType::Fence => Class::Fence,
        DelimiterType::Close => Class::Closing,
    };
    // Heights of plain TeX's `\big` and its sisters, in ems.
    let height = match size {
        None => return character(c, class),
        Some(DelimiterSize::Big) if ty == DelimiterType::Fence => {
            return format!("mid({})", character(c, class));
        }
        Some(DelimiterSize::Big) => "1.2em",
        Some(DelimiterSize::BIG) => "1.8em",
        Some(DelimiterSize::Bigg) => "2.4em",
        Some(DelimiterSize::BIGG) => "3em",
    };
    format!(
        "class(\"{}\",lr(size:#{height},{}))",
        class.name(),
        character(c, class)
    )
}

pub(super) fn changed(change: StateChange, rest: &str) -> String {
    let function = match change {
        StateChange::Style(Style::Display) => "display",
        StateChange::Style(Style::Text) => "inline",
        StateChange::Style(Style::Script) => "script",
        StateChange::Style(Style::ScriptScript) => "sscript",
        StateChange::Font(_) => return rest.to_owned(),
        StateChange::Color(ColorChange {
            color: (r, g, b),
            target,
        }) => {
            let function = match target {
                ColorTarget::Text => "tinted",
                ColorTarget::Background => "shaded",
                ColorTarget::Border => "framed",
            };
            return format!(
                "{function}(#rgb({r},{g},{b}),{})",
                nonempty(rest.to_owned())
            );
        }
    };
    format!("{function}({})", nonempty(rest.to_owned()))
}

pub(super) fn space(
    width: Option<Dimension>,
    height: Option<Dimension>,
    depth: Option<Dimension>,
) -> String {
    let length_or_zero = |dimension: Option<Dimension>| dimension.map_or("0pt".into(), length);
    if height.is_none() && depth.is_none() {
        return format!("#h({});", length_or_zero(width));
    }
    let (width, height, depth) = (
        length_or_zero(width),
        length_or_zero(height),
        length_or_zero(depth),
    );
    format!("#box(width:{width},height:{height}+{depth},baseline:{depth});")
}

/// A length of TeX as one of Typst, whose point is TeX's big point.
pub(super) fn length(dimension: Dimension) -> String {
    const POINT: f32 = 72.0 / 72.27;
    let (factor, unit) = match dimension.unit {
        DimensionUnit::Em => (1.0, "em"),
        DimensionUnit::Mu => (1.0 / 18.0, "em"),
        DimensionUnit::Ex => (0.442, "em"), // x-height of New Computer Modern
        DimensionUnit::Pt => (POINT, "pt"),
        DimensionUnit::Pc => (12.0 * POINT, "pt"),
        DimensionUnit::In => (1.0, "in"),
        DimensionUnit::Bp => (1.0, "pt"),
        DimensionUnit::Cm => (1.0, "cm"),
        DimensionUnit::Mm => (1.0, "mm"),
        DimensionUnit::Dd => (1238.0 / 1157.0 * POINT, "pt"),
        DimensionUnit::Cc => (12.0 * 1238.0 / 1157.0 * POINT, "pt"),
        DimensionUnit::Sp => (POINT / 65536.0, "pt"),
    };
    let rounded = (dimension.value * factor * 1e4).round() / 1e4;
    format!("{rounded}{unit}")
}
