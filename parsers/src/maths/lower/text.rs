//! Words inside a formula.

use super::symbols::{replaced_in_text, text_mark};
use super::{Lower, Lowered};
use crate::maths::Fault;
use crate::maths::tree::{Family, Node, TextFont};
use katex::parser::parse_node::AnyParseNode as Parsed;
use unicode_normalization::UnicodeNormalization;

impl Lower {
    /// The words and formulas of `\text` and its like.
    pub(super) fn text(self, node: &Parsed) -> Lowered<Vec<Node>> {
        let mut words = Words {
            lower: self,
            parts: Vec::new(),
        };
        words.add(node, TextFont::default())?;
        Ok(words.parts)
    }
}

/// The letters of a text, for messages.
pub(super) fn letters(nodes: &[Parsed]) -> String {
    let letters = |node: &Parsed| match node {
        Parsed::Text(text) => letters(&text.body),
        node => node.text().unwrap_or_default().to_owned(),
    };
    nodes.iter().map(letters).collect()
}

struct Words {
    lower: Lower,
    parts: Vec<Node>,
}

impl Words {
    fn add(&mut self, node: &Parsed, font: TextFont) -> Lowered<()> {
        match node {
            Parsed::Text(text) => {
                let font = changed(font, text.font.as_deref().unwrap_or_default());
                self.add_all(&text.body, font)?;
            }
            Parsed::OrdGroup(group) => self.add_all(&group.body, font)?,
            Parsed::Hbox(group) => self.add_all(&group.body, font)?,
            Parsed::HtmlMathMl(chosen) => self.add_all(&chosen.mathml, font)?,
            Parsed::Verb(verb) => self.push(
                &verb.body,
                TextFont {
                    family: Family::Monospace,
                    ..TextFont::default()
                },
            ),
            Parsed::Accent(accent) => {
                let mark =
                    text_mark(&accent.label).ok_or_else(|| Fault::unsupported(&accent.label))?;
                let base = letters_of(&accent.base)?;
                self.push(&format!("{base}{mark}").nfc().collect::<String>(), font);
            }
            Parsed::TextOrd(_) | Parsed::MathOrd(_) | Parsed::Atom(_) | Parsed::Spacing(_) => {
                self.push(&letters_of(node)?, font);
            }
            // A formula inside a text begins anew.
            Parsed::Styling(styled) => {
                let formula = self.lower.sequence(std::slice::from_ref(node))?;
                match (&styled.body[..], formula) {
                    (_, formula) if formula.is_empty() => {}
                    (_, formula) => self.parts.extend(formula),
                }
            }
            node => {
                let part = self.lower.node(node)?;
                self.parts.push(part);
            }
        }
        Ok(())
    }

    fn add_all(&mut self, nodes: &[Parsed], font: TextFont) -> Lowered<()> {
        nodes.iter().try_for_each(|node| self.add(node, font))
    }

    fn push(&mut self, letters: &str, font: TextFont) {
        match self.parts.last_mut() {
            Some(Node::Text(text, own)) if *own == font => text.push_str(letters),
            _ => self.parts.push(Node::Text(letters.to_owned(), font)),
        }
    }
}

fn letters_of(node: &Parsed) -> Lowered<String> {
    match node {
        Parsed::OrdGroup(group) => group.body.iter().map(letters_of).collect(),
        node => match node.text() {
            Some(name) => Ok(replaced_in_text(name)),
            None => Err(Fault::new("an accent on more than letters")),
        },
    }
}

fn changed(font: TextFont, command: &str) -> TextFont {
    match command {
        "\\textbf" => TextFont { bold: true, ..font },
        "\\textmd" => TextFont {
            bold: false,
            ..font
        },
        "\\textit" => TextFont {
            italic: true,
            ..font
        },
        "\\textup" => TextFont {
            italic: false,
            ..font
        },
        "\\emph" => TextFont {
            italic: !font.italic,
            ..font
        },
        "\\textrm" | "\\textnormal" => TextFont {
            family: Family::Serif,
            ..font
        },
        "\\textsf" => TextFont {
            family: Family::SansSerif,
            ..font
        },
        "\\texttt" => TextFont {
            family: Family::Monospace,
            ..font
        },
        _ => font,
    }
}
