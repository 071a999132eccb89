//! The tree of a formula as Typst's maths mode.

use super::environment;
use super::parse::Part;
use super::symbols::{self, Class};
use pulldown_latex::event::{
    ColorChange, ColorTarget, Content, DelimiterSize, DelimiterType, Dimension, DimensionUnit,
    Font, Grouping, ScriptPosition, ScriptType, StateChange, Style, Visual,
};

/// Writes formulas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    /// Whether the formula stands on lines of its own.
    pub(super) display: bool,
}

type Written = Result<String, String>;

impl Writer {
    /// A whole formula. Where it is one environment of aligned lines, the lines become
    /// Typst's own, which may be wide and are aligned on the page.
    pub(super) fn formula(self, parts: &[Part]) -> Written {
        if let [Part::Group(grouping, inner)] = parts
            && self.display
            && environment::is_lines(grouping)
        {
            return environment::lines(self, grouping, inner);
        }
        self.sequence(parts, None)
    }

    /// Parts side by side. A change of state holds for the rest of the sequence.
    pub(super) fn sequence(self, parts: &[Part], mut font: Option<Font>) -> Written {
        let mut written = String::new();
        let mut at = 0;
        while at < parts.len() {
            let run = letters(&parts[at..]);
            if font.is_some() && !run.is_empty() {
                join(&mut written, &styled(&run, font));
                at += run.len();
                continue;
            }
            match &parts[at] {
                Part::State(StateChange::Font(new)) => font = *new,
                Part::State(change) => {
                    let rest = self.sequence(&parts[at + 1..], font)?;
                    join(&mut written, &changed(*change, &rest));
                    return Ok(written);
                }
                part => join(&mut written, &self.part(part, font)?),
            }
            at += 1;
        }
        Ok(written)
    }

    fn part(self, part: &Part, font: Option<Font>) -> Written {
        match part {
            Part::Content(content) => self.content(*content, font),
            Part::Group(Grouping::Normal, parts) => self.sequence(parts, font),
            Part::Group(Grouping::LeftRight(open, close), parts) => {
                self.fenced(*open, *close, parts, font)
            }
            Part::Group(grouping, parts) => environment::table(self, grouping, parts),
            Part::Visual(visual, parts) => self.visual(*visual, parts, font),
            Part::Script(ty, position, parts) => self.script(*ty, *position, parts, font),
            Part::Space {
                width,
                height,
                depth,
            } => Ok(space(*width, *height, *depth)),
            Part::State(_) => Ok(String::new()),
            Part::Flow(_) => Err("`&` or `\\\\` outside an environment".into()),
        }
    }

    fn content(self, content: Content, font: Option<Font>) -> Written {
        Ok(match content {
            Content::Text(text) => styled_text(&plain_text(text)?, font),
            Content::Number(number) => styled_number(number, font),
            Content::Function(name) => format!("op({})", quoted(&name.replace(' ', "\u{2009}"))),
            Content::Ordinary { content, .. } => character(content, Class::Ordinary),
            Content::LargeOp {
                content,
                small: false,
            } => character(content, Class::Operator),
            Content::LargeOp {
                content,
                small: true,
            } => {
                format!("inline({})", character(content, Class::Operator))
            }
            Content::BinaryOp { content, .. } => character(content, Class::Binary),
            Content::Relation { content, .. } => relation(&chars(content)),
            Content::Delimiter { content, size, ty } => delimiter(content, size, ty),
            Content::Punctuation(c) => character(c, Class::Punctuation),
        })
    }

    fn fenced(
        self,
        open: Option<char>,
        close: Option<char>,
        parts: &[Part],
        font: Option<Font>,
    ) -> Written {
        if let ([Part::Visual(Visual::Fraction(Some(bar)), terms)], Some('('), Some(')')) =
            (parts, open, close)
            && bar.value == 0.0
        {
            return self.call("binom", terms, font);
        }
        let body = self.sequence(parts, font)?;
        let open = open.map_or(String::new(), |c| character(c, Class::Opening));
        let close = close.map_or(String::new(), |c| character(c, Class::Closing));
        let mut inside = open;
        join(&mut inside, &body);
        join(&mut inside, &close);
        Ok(format!("lr({inside})"))
    }

    fn visual(self, visual: Visual, parts: &[Part], font: Option<Font>) -> Written {
        match visual {
            Visual::SquareRoot => self.call("sqrt", parts, font),
            Visual::Root => {
                let (radicand, index) = (self.part(&parts[0], font)?, self.part(&parts[1], font)?);
                Ok(format!("root({index},{radicand})"))
            }
            Visual::Fraction(None) => self.call("frac", parts, font),
            Visual::Fraction(Some(bar)) if bar.value == 0.0 => {
                let (above, below) = (self.part(&parts[0], font)?, self.part(&parts[1], font)?);
                Ok(format!("mat(delim:#none,row-gap:#0.3em,{above};{below})"))
            }
            Visual::Fraction(Some(_)) => Err("a fraction bar of a chosen thickness".into()),
            Visual::Negation => self.negation(&parts[0], font),
        }
    }

    fn negation(self, part: &Part, font: Option<Font>) -> Written {
        let plain = match part {
            Part::Content(Content::Relation { content, .. }) => chars(*content),
            Part::Content(Content::Ordinary { content, .. }) => vec![*content],
            _ => Vec::new(),
        };
        if let [c] = plain[..]
            && let Some(negated) = symbols::negated(c)
        {
            return Ok(negated.to_string());
        }
        self.call("cancel", std::slice::from_ref(part), font)
    }

    /// A function call with one argument a part.
    fn call(self, name: &str, parts: &[Part], font: Option<Font>) -> Written {
        let arguments: Result<Vec<_>, _> = parts.iter().map(|part| self.part(part, font)).collect();
        Ok(format!("{name}({})", arguments?.join(",")))
    }

    fn script(
        self,
        ty: ScriptType,
        position: ScriptPosition,
        parts: &[Part],
        font: Option<Font>,
    ) -> Written {
        if position == ScriptPosition::AboveBelow
            && let Some(marked) = self.mark(ty, parts, font)?
        {
            return Ok(marked);
        }
        let base = self.base(&parts[0], position, font)?;
        let mut written = format!("attach({base}");
        let (below, above) = match ty {
            ScriptType::Subscript => (Some(&parts[1]), None),
            ScriptType::Superscript => (None, Some(&parts[1])),
            ScriptType::SubSuperscript => (Some(&parts[1]), Some(&parts[2])),
        };
        for (name, script) in [("b", below), ("t", above)] {
            if let Some(script) = script {
                written += &format!(",{name}:{}", nonempty(self.part(script, font)?));
            }
        }
        Ok(written + ")")
    }

    /// The base of scripts, with word of where the scripts go.
    fn base(self, base: &Part, position: ScriptPosition, font: Option<Font>) -> Written {
        let written = nonempty(self.part(base, font)?);
        let moves_by_itself = matches!(
            base,
            Part::Content(
                Content::LargeOp { .. } | Content::Function(_) | Content::Relation { .. }
            )
        );
        Ok(match position {
            ScriptPosition::Right if moves_by_itself => format!("scripts({written})"),
            ScriptPosition::Right => written,
            ScriptPosition::Movable => format!("limits({written},inline:#false)"),
            ScriptPosition::AboveBelow if is_arrow(base) => format!("limits(stretch({written}))"),
            ScriptPosition::AboveBelow => format!("limits({written})"),
        })
    }

    /// An accent, brace or line above or below a base, which the parser gives as a script.
    fn mark(
        self,
        ty: ScriptType,
        parts: &[Part],
        font: Option<Font>,
    ) -> Result<Option<String>, String> {
        let [base, Part::Content(Content::Ordinary { content, stretchy })] = parts else {
            return Ok(None);
        };
        let argument = nonempty(self.part(base, font)?);
        let is_single = matches!(base, Part::Content(_))
            || matches!(base, Part::Group(_, inner) if inner.len() == 1);
        Ok(match ty {
            ScriptType::Superscript if *content == '‾' && is_single => {
                Some(format!("accent({argument},\\u{{0304}})"))
            }
            ScriptType::Superscript => symbols::mark_above(*content)
                .map(|function| format!("{function}({argument})"))
                .or_else(|| symbols::accent(*content).map(|c| format!("accent({argument},{c})")))
                .or_else(|| stretchy.then(|| stretched(&argument, "t", *content))),
            _ => symbols::mark_below(*content)
                .map(|function| format!("{function}({argument})"))
                .or_else(|| stretchy.then(|| stretched(&argument, "b", *content))),
        })
    }
}

fn stretched(base: &str, side: &str, c: char) -> String {
    format!(
        "attach(limits({base}),{side}:stretch({}))",
        symbols::escaped(c)
    )
}

fn is_arrow(part: &Part) -> bool {
    let Part::Content(Content::Relation { content, .. }) = part else {
        return false;
    };
    matches!(chars(*content)[..], [c] if ('←'..='⇿').contains(&c) || ('⟰'..='⟿').contains(&c))
}

/// An argument that Typst accepts where LaTeX leaves nothing.
fn nonempty(written: String) -> String {
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
fn letters(parts: &[Part]) -> Vec<char> {
    let letter = |part: &Part| match part {
        Part::Content(Content::Ordinary { content, .. }) if content.is_alphanumeric() => {
            Some(symbols::normalised(*content))
        }
        _ => None,
    };
    parts.iter().map_while(letter).collect()
}

/// A run of letters in a font; upright words are text, so that they are kerned.
fn styled(run: &[char], font: Option<Font>) -> String {
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

fn styled_text(text: &str, font: Option<Font>) -> String {
    match font {
        None | Some(Font::UpRight) => quoted(text),
        font => in_font(quoted(text), font),
    }
}

fn styled_number(number: &str, font: Option<Font>) -> String {
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

/// The text of `\text{…}` with its escapes resolved.
fn plain_text(text: &str) -> Written {
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
fn quoted(text: &str) -> String {
    crate::source::string(text)
}

fn character(c: char, class: Class) -> String {
    let c = symbols::normalised(c);
    let written = symbols::escaped(c);
    if class.is_default_of(c) {
        written
    } else {
        format!("class(\"{}\",{written})", class.name())
    }
}

fn chars(content: pulldown_latex::event::RelationContent) -> Vec<char> {
    let mut buffer = [0; 8];
    let bytes = content.encode_utf8_to_buf(&mut buffer);
    String::from_utf8_lossy(bytes).chars().collect()
}

fn relation(chars: &[char]) -> String {
    match chars {
        [c] | [c, '\u{fe00}'] => character(*c, Class::Relation),
        chars => {
            let written: String = chars.iter().map(|&c| symbols::escaped(c)).collect();
            format!("class(\"relation\",{written})")
        }
    }
}

fn delimiter(c: char, size: Option<DelimiterSize>, ty: DelimiterType) -> String {
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

fn changed(change: StateChange, rest: &str) -> String {
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

fn space(width: Option<Dimension>, height: Option<Dimension>, depth: Option<Dimension>) -> String {
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
