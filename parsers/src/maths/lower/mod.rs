//! The parser's tree as the tree of this crate: macros, fonts and the places of scripts decided.

mod colours;
mod environment;
mod scripts;
mod symbols;
mod text;
#[cfg(test)]
mod tests;

use super::Fault;
use super::alphabets::{Alphabet, Font};
use super::tree::{Bar, Class, Enclosure, Formula, Lap, Node, Side, Style};
use katex::parser::parse_node::{
    AnyParseNode as Parsed, LapAlignment, ParseNodeArrayTag, ParseNodeEnclose, ParseNodeGenfrac,
    ParseNodeOp,
};
use katex::spacing_data::MeasurementOwned;
use symbols::{delimiter, joined, symbol};

/// The colour by which the parser says that it does not do what a command asks.
pub(super) const UNSUPPORTED: &str = "unsupported";

type Lowered<T = Node> = Result<T, Fault>;

/// A whole formula.
pub(super) fn formula(nodes: Vec<Parsed>, style: Style) -> Lowered<Formula> {
    let lower = Lower {
        style,
        font: Font::default(),
    };
    Ok(match &nodes[..] {
        [Parsed::Tag(tagged)] => Formula {
            body: lower.sequence(&tagged.body)?,
            tag: Some(lower.with_style(Style::Text).sequence(&tagged.tag)?),
        },
        // An `equation` is one row of one cell, beside which a tag may stand.
        [Parsed::Array(array)] if environment::is_equation(array) => Formula {
            body: lower.sequence(&array.body[0])?,
            tag: match array.tags.iter().flatten().next() {
                Some(ParseNodeArrayTag::Nodes(tag)) => {
                    Some(lower.with_style(Style::Text).sequence(tag)?)
                }
                _ => None,
            },
        },
        nodes => Formula {
            body: lower.sequence(nodes)?,
            tag: None,
        },
    })
}

/// What holds for the parts being lowered.
#[derive(Debug, Clone, Copy)]
struct Lower {
    style: Style,
    font: Font,
}

impl Lower {
    fn with_style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    fn with_font(self, font: Font) -> Self {
        Self { font, ..self }
    }

    fn of_scripts(self) -> Self {
        self.with_style(self.style.of_scripts())
    }

    /// Parts side by side.
    fn sequence(self, nodes: &[Parsed]) -> Lowered<Vec<Node>> {
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                // Without braces of its author's, it is none to the space around its parts.
                Parsed::HtmlMathMl(chosen) => parts.extend(self.sequence(&chosen.mathml)?),
                Parsed::MathChoice(choice) => parts.extend(self.sequence(match self.style {
                    Style::Display => &choice.display,
                    Style::Text => &choice.text,
                    Style::Script => &choice.script,
                    Style::ScriptScript => &choice.scriptscript,
                })?),
                Parsed::Cr(_) => {
                    return Err(Fault::new(
                        "`\\\\` outside of an environment; hint: write the lines into \
                         `\\begin{gathered} … \\end{gathered}` or `aligned`",
                    ));
                }
                Parsed::Internal(_) => {}
                node => parts.push(self.node(node)?),
            }
        }
        Ok(joined(parts, self.font))
    }

    fn row(self, nodes: &[Parsed]) -> Lowered {
        self.sequence(nodes).map(Node::row)
    }

    fn boxed(self, node: &Parsed) -> Lowered<Box<Node>> {
        self.node(node).map(Box::new)
    }

    /// A part in a box of its own, with the style that it has there.
    fn alone(self, node: &Parsed) -> Lowered<Box<Node>> {
        let body = self.node(node)?;
        Ok(Box::new(Node::Styled(self.style, vec![body])))
    }

    fn node(self, node: &Parsed) -> Lowered {
        Ok(match node {
            Parsed::Atom(_) | Parsed::MathOrd(_) | Parsed::TextOrd(_) | Parsed::OpToken(_) => {
                symbol(node, self.font)
            }
            Parsed::Spacing(space) => symbols::space(&space.text),
            Parsed::OrdGroup(group) => Node::Row(self.sequence(&group.body)?),
            Parsed::HtmlMathMl(chosen) => self.row(&chosen.mathml)?,
            Parsed::SupSub(scripts) => self.scripts(scripts)?,
            Parsed::Op(operator) => self.operator(operator)?,
            Parsed::OperatorName(name) => {
                let upright = self.with_font(symbols::upright());
                Node::Function(symbols::name(upright.sequence(&name.body)?))
            }
            Parsed::Genfrac(fraction) => self.fraction(fraction)?,
            Parsed::Sqrt(root) => Node::Root {
                radicand: self.boxed(&root.body)?,
                index: match &root.index {
                    Some(index) => {
                        let script = self.with_style(Style::ScriptScript);
                        Some(script.boxed(index)?)
                    }
                    None => None,
                },
            },
            Parsed::LeftRight(fenced) => Node::Fenced {
                open: delimiter(&fenced.left),
                close: delimiter(&fenced.right),
                body: self.sequence(&fenced.body)?,
            },
            Parsed::Middle(bracket) => Node::Middle(delimiter(&bracket.delim)),
            Parsed::Delimsizing(bracket) => Node::Delimiter {
                delimiter: delimiter(&bracket.delim),
                size: bracket.size,
                class: symbols::class_of(&bracket.mclass),
            },
            Parsed::Array(array) => self.environment(array)?,
            node => return self.marked_or_moved(node),
        })
    }

    /// Accents, braces, lines, arrows, and what changes how a part is set.
    fn marked_or_moved(self, node: &Parsed) -> Lowered {
        let marked = |base: &Parsed, label: &str, side, stretchy| {
            let mark = symbols::mark(label).ok_or_else(|| Fault::unsupported(label))?;
            let base = self.boxed(base)?;
            Ok(Node::Marked {
                base,
                mark,
                side,
                stretchy,
            })
        };
        match node {
            Parsed::Accent(it) => marked(
                &it.base,
                &it.label,
                Side::Over,
                it.is_stretchy == Some(true),
            ),
            Parsed::AccentUnder(it) => marked(&it.base, &it.label, Side::Under, true),
            Parsed::Overline(it) => marked(&it.body, "\\overline", Side::Over, true),
            Parsed::Underline(it) => marked(&it.body, "\\underline", Side::Under, true),
            Parsed::HorizBrace(it) => {
                let side = if it.is_over { Side::Over } else { Side::Under };
                marked(&it.base, &it.label, side, true)
            }
            Parsed::XArrow(arrow) => {
                let script = self.of_scripts();
                let optional = |node: &Option<Box<Parsed>>| match node {
                    Some(node) => script.boxed(node).map(Some),
                    None => Ok(None),
                };
                let over = optional(&arrow.body)?;
                Ok(Node::Arrow {
                    arrow: symbols::mark(&arrow.label)
                        .ok_or_else(|| Fault::unsupported(&arrow.label))?,
                    over: over.unwrap_or_else(|| Box::new(Node::Row(Vec::new()))),
                    under: optional(&arrow.below)?,
                })
            }
            node => self.moved(node),
        }
    }

    /// What changes the style, font, colour, class or place of its parts.
    fn moved(self, node: &Parsed) -> Lowered {
        Ok(match node {
            Parsed::Styling(styled) => {
                let style = style_of(styled.style.size);
                let font = if styled.reset_font {
                    Font::default()
                } else {
                    self.font
                };
                let body = self
                    .with_style(style)
                    .with_font(font)
                    .sequence(&styled.body)?;
                if style == self.style {
                    Node::row(body)
                } else {
                    Node::Styled(style, body)
                }
            }
            Parsed::Font(set) => {
                let font = symbols::font(&set.font, self.font)?;
                self.with_font(font).node(&set.body)?
            }
            Parsed::Pmb(bold) => {
                let font = Font {
                    bold: true,
                    ..self.font
                };
                self.with_font(font).row(&bold.body)?
            }
            Parsed::Mclass(classed) => {
                self.classed(symbols::class_of(&classed.mclass), &classed.body)?
            }
            Parsed::Color(coloured) => {
                if coloured.color == UNSUPPORTED {
                    return Err(Fault::unsupported(&text::letters(&coloured.body)));
                }
                let body = self.sequence(&coloured.body)?;
                Node::Coloured(colours::css(&coloured.color)?, body)
            }
            Parsed::Text(_) | Parsed::Verb(_) | Parsed::Hbox(_) => Node::row(self.text(node)?),
            Parsed::Kern(kern) => Node::Space(ems(&kern.dimension)?),
            Parsed::Phantom(phantom) => {
                let body = self.sequence(&phantom.body)?;
                Node::Phantom(Box::new(Node::Styled(self.style, body)))
            }
            Parsed::Vphantom(phantom) => {
                let body = self.alone(&phantom.body)?;
                Node::Lapped(Lap::Right, Box::new(Node::Phantom(body)))
            }
            Parsed::Smash(smashed) => Node::Smashed {
                body: self.alone(&smashed.body)?,
                height: smashed.smash_height,
                depth: smashed.smash_depth,
            },
            Parsed::Lap(lapped) => {
                let lap = match lapped.alignment {
                    LapAlignment::Left => Lap::Left,
                    LapAlignment::Center => Lap::Centre,
                    LapAlignment::Right => Lap::Right,
                };
                Node::Lapped(lap, self.alone(&lapped.body)?)
            }
            Parsed::Raisebox(raised) => Node::Raised(ems(&raised.dy)?, self.alone(&raised.body)?),
            Parsed::Vcenter(centred) => self.node(&centred.body)?,
            Parsed::Rule(rule) => Node::Rule {
                width: ems(&rule.width)?,
                height: ems(&rule.height)?,
                raise: rule.shift.as_ref().map_or(Ok(0.0), ems)?,
            },
            Parsed::Enclose(enclosed) => self.enclosed(enclosed)?,
            Parsed::Sizing(_) => {
                return Err(Fault::new(
                    "a change of size, such as `\\large`, is not supported",
                ));
            }
            node => {
                return Err(Fault::unsupported(&format!(
                    "{:?}",
                    katex::parser::parse_node::NodeType::from(node)
                )));
            }
        })
    }

    /// Parts as of another class; a sign simply has that class.
    fn classed(self, class: Class, body: &[Parsed]) -> Lowered {
        let mut body = self.sequence(body)?;
        if let [
            Node::Symbol {
                text, class: own, ..
            },
        ] = &mut body[..]
            && !symbols::is_letters(text)
        {
            *own = class;
            return Ok(body.remove(0));
        }
        Ok(Node::Classed(class, body))
    }

    fn operator(self, operator: &ParseNodeOp) -> Lowered {
        Ok(match operator {
            ParseNodeOp::Symbol {
                name, symbol: true, ..
            } => Node::Symbol {
                text: symbols::replaced(name),
                class: Class::Operator,
                upright: true,
            },
            ParseNodeOp::Symbol { name, .. } => {
                let name = name.trim_start_matches('\\').to_owned();
                Node::Function(vec![symbols::word(name)])
            }
            ParseNodeOp::Body { body, .. } => self.classed(Class::Operator, body)?,
        })
    }

    fn fraction(self, fraction: &ParseNodeGenfrac) -> Lowered {
        let style = match fraction.size {
            Some(style) => style_of(style.size),
            None if fraction.continued => Style::Display,
            None => self.style,
        };
        let parts = self.with_style(style.of_fraction());
        let bar = match (&fraction.bar_size, fraction.has_bar_line) {
            (_, false) => Bar::None,
            (Some(size), true) => Bar::Thick(ems(size)?),
            (None, true) => Bar::Usual,
        };
        let mut node = Node::Fraction {
            numerator: parts.boxed(&fraction.numer)?,
            denominator: parts.boxed(&fraction.denom)?,
            bar,
        };
        if fraction.left_delim.is_some() || fraction.right_delim.is_some() {
            let bracket = |side: &Option<String>| side.as_deref().and_then(delimiter);
            node = Node::Fenced {
                open: bracket(&fraction.left_delim),
                close: bracket(&fraction.right_delim),
                body: vec![node],
            };
        }
        Ok(if style == self.style {
            node
        } else {
            Node::Styled(style, vec![node])
        })
    }

    fn enclosed(self, enclosed: &ParseNodeEnclose) -> Lowered {
        let body = self.alone(&enclosed.body)?;
        let enclosure = match enclosed.label.as_str() {
            "\\fbox" => Enclosure::Box(None),
            "\\cancel" => Enclosure::Up,
            "\\bcancel" => Enclosure::Down,
            "\\xcancel" => Enclosure::Cross,
            "\\sout" => Enclosure::Through,
            "\\colorbox" | "\\fcolorbox" => {
                let background = enclosed.background_color.as_deref().unwrap_or("white");
                let shaded = Node::Shaded(colours::css(background)?, body);
                return Ok(match &enclosed.border_color {
                    Some(border) => {
                        let frame = Enclosure::Box(Some(colours::css(border)?));
                        Node::Enclosed(frame, Box::new(shaded))
                    }
                    None => shaded,
                });
            }
            label => return Err(Fault::unsupported(label)),
        };
        Ok(Node::Enclosed(enclosure, body))
    }
}

fn style_of(size: usize) -> Style {
    match size {
        0 => Style::Display,
        1 => Style::Text,
        2 => Style::Script,
        _ => Style::ScriptScript,
    }
}

/// A length in ems, of which TeX's usual font has ten points.
fn ems(length: &MeasurementOwned) -> Lowered<f64> {
    let points = match length.unit.as_str() {
        "em" => return Ok(length.number),
        "mu" => return Ok(length.number / 18.0),
        "ex" => return Ok(length.number * 0.430_554), // x-height of TeX's Computer Modern
        "pt" => 1.0,
        "pc" => 12.0,
        "in" => 72.27,
        "bp" | "px" => 72.27 / 72.0,
        "cm" => 72.27 / 2.54,
        "mm" => 72.27 / 25.4,
        "dd" => 1238.0 / 1157.0,
        "cc" => 12.0 * 1238.0 / 1157.0,
        "sp" => 1.0 / 65536.0,
        unit => return Err(Fault::new(&format!("a length in `{unit}`"))),
    };
    Ok(length.number * points / 10.0)
}

/// The alphabet of words in text.
const WORDS: Font = Font {
    alphabet: Alphabet::Roman,
    bold: false,
};
