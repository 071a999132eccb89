//! A formula as MathML Core.
//!
//! Spaces are written where TeX has them, and none is left to a browser's dictionary of operators;
//! alignments, lines and frames are classes that `measured.css` styles.

mod table;

use crate::escape::html;
use parsers::maths::Display;
use parsers::maths::spacing::gaps;
use parsers::maths::tree::{
    Bar, Class, Enclosure, Family, Formula, Lap, Node, Side, Style, TextFont,
};
use std::fmt::Write as _;

/// A formula as a `<math>` element on one line.
pub(super) fn write(formula: &[Node], display: Display) -> String {
    let mut writer = Writer {
        out: String::new(),
        style: display.style(),
    };
    writer.parts(formula);
    let display = match display {
        Display::Inline => "inline",
        Display::Block => "block",
    };
    format!("<math display=\"{display}\">{}</math>", writer.out)
}

/// What `\tag` writes, as a `<math>` element in a line of text.
pub(super) fn write_tag(formula: &Formula) -> Option<String> {
    let tag = formula.tag.as_ref()?;
    Some(write(tag, Display::Inline))
}

struct Writer {
    out: String,
    style: Style,
}

/// A length in ems, to four digits.
fn em(length: f64) -> String {
    format!("{}em", (length * 1e4).round() / 1e4)
}

impl Writer {
    fn push(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// Writes what `inside` writes between the tags of an element with these attributes.
    fn element(&mut self, name: &str, attributes: &str, inside: impl FnOnce(&mut Self)) {
        let space = if attributes.is_empty() { "" } else { " " };
        let _ = write!(self.out, "<{name}{space}{attributes}>");
        inside(self);
        let _ = write!(self.out, "</{name}>");
    }

    fn in_style(&mut self, style: Style, inside: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.style, style);
        inside(self);
        self.style = outer;
    }

    /// Parts side by side, with the space between them.
    fn parts(&mut self, parts: &[Node]) {
        for (part, gap) in parts.iter().zip(gaps(parts, self.style)) {
            self.space(gap);
            self.node(part);
        }
    }

    /// Parts as one element.
    fn row(&mut self, parts: &[Node]) {
        match parts {
            [Node::Row(parts)] => self.row(parts),
            [part] if !matches!(part, Node::Space(_)) => self.node(part),
            parts => self.element("mrow", "", |writer| writer.parts(parts)),
        }
    }

    fn single(&mut self, node: &Node) {
        self.row(std::slice::from_ref(node));
    }

    fn space(&mut self, width: f64) {
        if width > 0.0 {
            let _ = write!(self.out, "<mspace width=\"{}\"/>", em(width));
        } else if width < 0.0 {
            let _ = write!(self.out, "<mspace style=\"margin-left:{}\"/>", em(width));
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Symbol {
                text,
                class,
                upright,
            } => self.symbol(text, *class, *upright),
            Node::Number(digits) => self.element("mn", "", |writer| writer.push(digits)),
            Node::Text(text, font) => self.text(text, *font),
            Node::Space(width) => self.space(*width),
            Node::Row(parts) | Node::Function(parts) | Node::Classed(_, parts) => self.row(parts),
            Node::Fraction {
                numerator,
                denominator,
                bar,
            } => self.fraction(numerator, denominator, *bar),
            Node::Root { radicand, index } => match index {
                None => self.element("msqrt", "", |writer| writer.single(radicand)),
                Some(index) => self.element("mroot", "", |writer| {
                    writer.single(radicand);
                    writer.in_style(Style::ScriptScript, |writer| writer.single(index));
                }),
            },
            Node::Scripts {
                base,
                lower,
                upper,
                stacked,
            } => self.scripts(base, lower.as_deref(), upper.as_deref(), *stacked),
            Node::Marked {
                base,
                mark,
                side,
                stretchy,
            } => self.marked(base, *mark, *side, *stretchy),
            Node::Arrow { arrow, over, under } => self.arrow(*arrow, over, under.as_deref()),
            Node::Fenced { open, close, body } => {
                // Browsers leave more space beside brackets that may stretch, though they need not.
                let stretchy = !body.iter().all(is_low);
                self.element("mrow", "", |writer| {
                    writer.fence(*open, "prefix", stretchy);
                    writer.parts(body);
                    writer.fence(*close, "postfix", stretchy);
                });
            }
            Node::Middle(bracket) => self.fence(*bracket, "infix", true),
            Node::Delimiter {
                delimiter, size, ..
            } => self.delimiter(*delimiter, *size),
            Node::Table(table) => self.table(table),
            node => self.changed(node),
        }
    }

    /// What changes how its parts are set.
    fn changed(&mut self, node: &Node) {
        match node {
            Node::Styled(style, parts) => {
                let (display, level) = match style {
                    Style::Display => (true, 0),
                    Style::Text => (false, 0),
                    Style::Script => (false, 1),
                    Style::ScriptScript => (false, 2),
                };
                let attributes = format!("displaystyle=\"{display}\" scriptlevel=\"{level}\"");
                self.in_style(*style, |writer| {
                    writer.element("mstyle", &attributes, |writer| writer.parts(parts));
                });
            }
            Node::Coloured(colour, parts) => {
                let attributes = format!("mathcolor=\"{colour}\"");
                self.element("mrow", &attributes, |writer| writer.parts(parts));
            }
            Node::Shaded(colour, body) => {
                let attributes = format!("class=\"shaded\" mathbackground=\"{colour}\"");
                self.element("mrow", &attributes, |writer| writer.single(body));
            }
            Node::Phantom(body) => self.element("mphantom", "", |writer| writer.single(body)),
            Node::Smashed {
                body,
                height,
                depth,
            } => {
                let height = if *height { "height=\"0\"" } else { "" };
                let depth = if *depth { "depth=\"0\"" } else { "" };
                let attributes = format!("{height} {depth}");
                self.element("mpadded", attributes.trim(), |writer| writer.single(body));
            }
            Node::Lapped(lap, body) => {
                let class = match lap {
                    Lap::Left => "lap-left",
                    Lap::Centre => "lap-centre",
                    Lap::Right => "lap-right",
                };
                let class = format!("class=\"{class}\"");
                self.element("mpadded", "width=\"0\"", |writer| {
                    writer.element("mrow", &class, |writer| writer.single(body));
                });
            }
            Node::Enclosed(enclosure, body) => self.enclosed(enclosure, body),
            Node::Raised(by, body) => {
                let attributes = format!("voffset=\"{}\"", em(*by));
                self.element("mpadded", &attributes, |writer| writer.single(body));
            }
            Node::Rule {
                width,
                height,
                raise,
            } => {
                let (width, height, raise) = (em(*width), em(*height), em(*raise));
                let inside =
                    format!("<mspace class=\"rule\" width=\"{width}\" height=\"{height}\"/>");
                let attributes = format!("voffset=\"{raise}\"");
                self.element("mpadded", &attributes, |writer| writer.push(&inside));
            }
            _ => unreachable!("`node` writes the others"),
        }
    }

    fn symbol(&mut self, text: &str, class: Class, upright: bool) {
        let mut letters = text.chars();
        let single = letters.next().filter(|_| letters.next().is_none());
        let is_letter = text.chars().all(|c| c.is_alphanumeric() || is_selector(c))
            || matches!(single, Some('∂' | '∇'));
        if class == Class::Ordinary && is_letter {
            // Browsers slant a single letter of the usual alphabets, and nothing else.
            let slants =
                single.is_some_and(|letter| u32::from(letter) < 0x2100 || "∂∇".contains(letter));
            let letters = html(text);
            return match (single, upright && slants) {
                // Firefox puts space around upright letters that stand alone.
                (None, _) => self.push(&format!("<mrow><mspace/><mi>{letters}</mi></mrow>")),
                (_, true) => self.push(&format!(
                    "<mrow><mspace/><mi mathvariant=\"normal\">{letters}</mi></mrow>"
                )),
                _ => self.element("mi", "", |writer| writer.push(&letters)),
            };
        }
        let stretchy = if single.is_some_and(may_stretch) {
            " stretchy=\"false\""
        } else {
            ""
        };
        let limits = if class == Class::Operator {
            " movablelimits=\"false\""
        } else {
            ""
        };
        let attributes = format!("lspace=\"0\" rspace=\"0\"{stretchy}{limits}");
        self.element("mo", &attributes, |writer| writer.push(&html(text)));
    }

    fn text(&mut self, text: &str, font: TextFont) {
        let family = match font.family {
            Family::Serif => "",
            Family::SansSerif => " sans-serif",
            Family::Monospace => " monospace",
        };
        let bold = if font.bold { " bold" } else { "" };
        let italic = if font.italic { " italic" } else { "" };
        let classes = format!("{family}{bold}{italic}");
        let attributes = match classes.trim() {
            "" => String::new(),
            classes => format!("class=\"{classes}\""),
        };
        // A browser drops spaces at the ends of an element of MathML.
        let text = html(&text.replace(' ', "\u{a0}"));
        self.element("mtext", &attributes, |writer| writer.push(&text));
    }

    fn fraction(&mut self, numerator: &Node, denominator: &Node, bar: Bar) {
        let attributes = match bar {
            Bar::Usual => String::new(),
            Bar::None => "linethickness=\"0\"".to_owned(),
            Bar::Thick(width) => format!("linethickness=\"{}\"", em(width)),
        };
        self.in_style(self.style.of_fraction(), |writer| {
            writer.element("mfrac", &attributes, |writer| {
                writer.single(numerator);
                writer.single(denominator);
            });
        });
    }

    fn scripts(&mut self, base: &Node, lower: Option<&Node>, upper: Option<&Node>, stacked: bool) {
        let name = match (lower.is_some(), upper.is_some(), stacked) {
            (true, true, true) => "munderover",
            (true, false, true) => "munder",
            (_, _, true) => "mover",
            (true, true, false) => "msubsup",
            (true, false, false) => "msub",
            (_, _, false) => "msup",
        };
        self.element(name, "", |writer| {
            match base {
                // As the base itself, a bracket of a given height would not have it.
                Node::Delimiter { .. } => writer.element("mrow", "", |writer| writer.node(base)),
                base => writer.single(base),
            }
            writer.in_style(writer.style.of_scripts(), |writer| {
                lower
                    .into_iter()
                    .chain(upper)
                    .for_each(|script| writer.single(script));
            });
        });
    }

    fn marked(&mut self, base: &Node, mark: char, side: Side, stretchy: bool) {
        // No character stretches to the width of any base in every browser; a border does.
        if let '‾' | '_' = mark {
            let class = match side {
                Side::Over => "class=\"overline\"",
                Side::Under => "class=\"underline\"",
            };
            return self.element("mrow", class, |writer| writer.single(base));
        }
        let (name, accent) = match side {
            Side::Over => ("mover", "accent=\"true\""),
            Side::Under => ("munder", "accentunder=\"true\""),
        };
        let is_single = matches!(base.parts(), [Node::Symbol { .. } | Node::Number(_)]);
        // The characters that browsers set well with the book's font, some of them as long as a letter
        // only where they may stretch.
        let (mark, stretchy) = match (mark, stretchy) {
            ('^', true) => ("\u{302}".to_owned(), true),
            ('~', true) => ("\u{303}".to_owned(), true),
            ('^', false) => ("ˆ".to_owned(), false),
            ('~', false) => ("˜".to_owned(), false),
            ('→', false) if is_single => ("\u{20d7}".to_owned(), true),
            ('\u{20db}', _) => ("...".to_owned(), false),
            ('\u{20dc}', _) => ("....".to_owned(), false),
            (mark, stretchy) => (mark.to_string(), stretchy),
        };
        self.element(name, accent, |writer| {
            writer.single(base);
            let attributes = format!("stretchy=\"{stretchy}\"");
            writer.element("mo", &attributes, |writer| writer.push(&mark));
        });
    }

    fn arrow(&mut self, arrow: char, over: &Node, under: Option<&Node>) {
        let name = if under.is_some() {
            "munderover"
        } else {
            "mover"
        };
        let script = |writer: &mut Self, node: &Node| {
            writer.in_style(writer.style.of_scripts(), |writer| {
                writer.element("mrow", "", |writer| {
                    writer.space(0.5);
                    writer.parts(node.parts());
                    writer.space(0.5);
                });
            });
        };
        self.element(name, "", |writer| {
            let attributes = "stretchy=\"true\" lspace=\"0\" rspace=\"0\"";
            writer.element("mo", attributes, |writer| writer.out.push(arrow));
            under
                .into_iter()
                .chain([over])
                .for_each(|node| script(writer, node));
        });
    }

    /// A bracket as high as what stands beside it.
    fn fence(&mut self, bracket: Option<char>, form: &str, stretchy: bool) {
        let Some(bracket) = bracket else { return };
        let attributes = format!(
            "form=\"{form}\" stretchy=\"{stretchy}\" symmetric=\"true\" lspace=\"0\" rspace=\"0\""
        );
        self.element("mo", &attributes, |writer| {
            writer.push(&html(&bracket.to_string()))
        });
    }

    fn delimiter(&mut self, bracket: Option<char>, size: u8) {
        let Some(bracket) = bracket else { return };
        // Heights of plain TeX's `\big` and its sisters.
        let height = em(0.6 * f64::from(size + 1));
        let attributes = format!(
            "stretchy=\"true\" symmetric=\"true\" minsize=\"{height}\" maxsize=\"{height}\" \
             lspace=\"0\" rspace=\"0\""
        );
        self.element("mo", &attributes, |writer| {
            writer.push(&html(&bracket.to_string()))
        });
    }

    fn enclosed(&mut self, enclosure: &Enclosure, body: &Node) {
        let attributes = match enclosure {
            Enclosure::Box(None) => "class=\"boxed\"".to_owned(),
            Enclosure::Box(Some(colour)) => {
                format!("class=\"boxed\" style=\"border-color:{colour}\"")
            }
            Enclosure::Up => "class=\"negated up\"".to_owned(),
            Enclosure::Down => "class=\"negated down\"".to_owned(),
            Enclosure::Cross => "class=\"negated up down\"".to_owned(),
            Enclosure::Through => "class=\"negated through\"".to_owned(),
        };
        self.element("mrow", &attributes, |writer| writer.single(body));
    }
}

/// Whether a part is no higher than a line of letters.
fn is_low(node: &Node) -> bool {
    match node {
        Node::Symbol { class, .. } => *class != Class::Operator,
        Node::Number(_) | Node::Text(..) | Node::Space(_) => true,
        Node::Row(parts) | Node::Function(parts) | Node::Classed(_, parts) => {
            parts.iter().all(is_low)
        }
        _ => false,
    }
}

fn is_selector(c: char) -> bool {
    ('\u{fe00}'..='\u{fe0f}').contains(&c)
}

/// Whether browsers may stretch the character: brackets, strokes, accents and arrows.
fn may_stretch(c: char) -> bool {
    matches!(
        c,
        '(' | ')' | '[' | ']' | '{' | '}' | '|' | '‖' | '∣' | '∥' | '/' | '\\' | '^' | '~' | '_' | '='
            | '¯' | '‾' | '√' | '⟦'..='⟯' | '⌈'..='⌋' | '⎰' | '⎱' | '⏜'..='⏡'
            | '\u{2190}'..='\u{21ff}' | '\u{27f0}'..='\u{27ff}' | '\u{2900}'..='\u{297f}'
    )
}
