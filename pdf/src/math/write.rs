//! The tree of a formula as Typst's maths mode.

use super::atoms::{
    changed, character, chars, delimiter, join, letters, nonempty, operator_name, plain_text,
    primed, primes, quoted, relation, space, styled, styled_number, styled_text,
};
use super::environment;
use super::parse::Part;
use super::symbols::{self, Class};
use parsers::latex::event::{
    Content, Font, Grouping, ScriptPosition, ScriptType, StateChange, Visual,
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
                part => {
                    let primes = primes(&parts[at + 1..]);
                    let base = self.part(part, font)?;
                    join(&mut written, &primed(base, &primes));
                    at += primes.len();
                }
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
            Content::Function(name) => format!("op({})", quoted(&operator_name(name)?)),
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
            // TeX sets a slash without space.
            Content::BinaryOp { content: '/', .. } => character('/', Class::Ordinary),
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
