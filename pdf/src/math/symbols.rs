//! Characters: their class in Typst, their accents, their negations.

use parsers::latex::event::Font;
use unicode_math_class::MathClass;

/// The class that LaTeX gives a character, which decides the space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Ordinary,
    Operator,
    Binary,
    Relation,
    Opening,
    Closing,
    Fence,
    Punctuation,
}

impl Class {
    /// Typst's name of the class.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "normal",
            Self::Operator => "large",
            Self::Binary => "binary",
            Self::Relation => "relation",
            Self::Opening => "opening",
            Self::Closing => "closing",
            Self::Fence => "fence",
            Self::Punctuation => "punctuation",
        }
    }

    /// Whether Typst gives `c` this class by itself.
    pub(super) fn is_default_of(self, c: char) -> bool {
        let Some(class) = typst::utils::default_math_class(c) else {
            return self == Self::Ordinary;
        };
        match self {
            Self::Ordinary => !matches!(
                class,
                MathClass::Binary
                    | MathClass::Vary
                    | MathClass::Relation
                    | MathClass::Large
                    | MathClass::Opening
                    | MathClass::Closing
                    | MathClass::Fence
                    | MathClass::Punctuation
            ),
            Self::Operator => class == MathClass::Large,
            Self::Binary => matches!(class, MathClass::Binary | MathClass::Vary),
            Self::Relation => class == MathClass::Relation,
            Self::Opening => class == MathClass::Opening,
            Self::Closing => class == MathClass::Closing,
            Self::Fence => class == MathClass::Fence,
            // TeX reads the point of a number as an ordinary character too.
            Self::Punctuation => class == MathClass::Punctuation || c == '.',
        }
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

/// The character that the fonts have for one the LaTeX parser chose.
pub(super) fn normalised(c: char) -> char {
    match c {
        'µ' => 'μ', // micro sign → Greek letter
        '‾' => '¯',
        '*' => '∗',
        c => c,
    }
}

/// The combining accent for an accent that the LaTeX parser sets above a base.
pub(super) fn accent(c: char) -> Option<&'static str> {
    Some(match c {
        '`' => "\\u{0300}",
        '´' => "\\u{0301}",
        '^' => "\\u{0302}",
        '~' => "\\u{0303}",
        '˘' => "\\u{0306}",
        '˙' => "\\u{0307}",
        '¨' => "\\u{0308}",
        '˚' => "\\u{030a}",
        'ˇ' => "\\u{030c}",
        '↼' => "\\u{20d0}",
        '⇀' => "\\u{20d1}",
        '←' => "\\u{20d6}",
        '→' => "\\u{20d7}",
        '↔' => "\\u{20e1}",
        _ => return None,
    })
}

/// The Typst function for a mark above a base that grows with it.
pub(super) fn mark_above(c: char) -> Option<&'static str> {
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
pub(super) fn mark_below(c: char) -> Option<&'static str> {
    Some(match c {
        '_' => "underline",
        '⏟' => "underbrace",
        '⏝' => "underparen",
        '⎵' => "underbracket",
        '⏡' => "undershell",
        _ => return None,
    })
}

/// The single character for a negated one, where Unicode has it.
pub(super) fn negated(c: char) -> Option<char> {
    const PAIRS: [(char, char); 25] = [
        ('=', '≠'),
        ('<', '≮'),
        ('>', '≯'),
        ('∈', '∉'),
        ('∋', '∌'),
        ('⊂', '⊄'),
        ('⊃', '⊅'),
        ('⊆', '⊈'),
        ('⊇', '⊉'),
        ('≡', '≢'),
        ('∼', '≁'),
        ('≃', '≄'),
        ('≅', '≇'),
        ('≈', '≉'),
        ('≤', '≰'),
        ('≥', '≱'),
        ('≺', '⊀'),
        ('≻', '⊁'),
        ('∣', '∤'),
        ('∥', '∦'),
        ('∃', '∄'),
        ('→', '↛'),
        ('←', '↚'),
        ('⇒', '⇏'),
        ('⇔', '⇎'),
    ];
    PAIRS
        .iter()
        .find(|(plain, _)| *plain == c)
        .map(|(_, negated)| *negated)
}

/// The Typst functions, outermost first, that set a run of letters in a font.
pub(super) fn font_functions(font: Font) -> &'static [&'static str] {
    match font {
        Font::UpRight => &["upright"],
        Font::Italic => &["italic"],
        Font::Bold => &["bold", "upright"],
        Font::BoldItalic => &["bold", "italic"],
        Font::BoldSymbol => &["bold"],
        Font::Script => &["cal"],
        Font::BoldScript => &["bold", "cal"],
        Font::Fraktur => &["frak"],
        Font::BoldFraktur => &["bold", "frak"],
        Font::DoubleStruck => &["bb"],
        Font::DoubleStruckItalic => &["italic", "bb"],
        Font::Monospace => &["mono"],
        Font::SansSerif => &["sans", "upright"],
        Font::SansSerifItalic => &["sans", "italic"],
        Font::BoldSansSerif => &["bold", "sans", "upright"],
        Font::SansSerifBoldItalic => &["bold", "sans", "italic"],
    }
}
