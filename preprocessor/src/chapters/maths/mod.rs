//! LaTeX formulas to MathML, at build time.

mod mathml;
mod spacing;

use parsers::maths::{Definitions, Display, Fault, parse};

/// A formula for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MathMl {
    /// The `<math>` element, on one line.
    pub(crate) formula: String,
    /// What the formula's `\tag` puts in the place of its number, as another `<math>` element.
    pub(crate) tag: Option<String>,
}

/// The MathML of a LaTeX formula.
///
/// # Errors
/// What is wrong with the formula, and where.
pub(crate) fn to_mathml(
    latex: &str,
    display: Display,
    definitions: &Definitions,
) -> Result<MathMl, Fault> {
    let formula = parse(latex, display, definitions)?;
    Ok(MathMl {
        formula: unindexed(&mathml::write(&formula.body, display)),
        tag: mathml::write_tag(&formula).map(|tag| unindexed(&tag)),
    })
}

/// The formula with its parts inside a `<style>` element of MathML.
///
/// mdBook indexes for search what it parses, all but the content of elements that are named
/// `style` or `script`: without this a reader who searches would find the letters of formulas.
/// To a browser an element of this name inside `<math>` is one that MathML does not define, which
/// it lays out as an `<mrow>` (MathML Core, Sec. 3.1.1 and the user agent style sheet).
fn unindexed(mathml: &str) -> String {
    let start = mathml.find('>').map_or(0, |end| end + 1);
    let end = mathml.rfind("</math>").unwrap_or(mathml.len());
    let (open, inside, close) = (&mathml[..start], &mathml[start..end], &mathml[end..]);
    format!("{open}<style>{inside}</style>{close}")
}

/// MathML whose text no Markdown parser takes for markup.
///
/// Inline HTML in Markdown protects its tags, not the text between them: a product sign `*` or a
/// subscript `_` would start an emphasis.
pub(crate) fn shield_from_markdown(mathml: &str) -> String {
    let mut shielded = String::with_capacity(mathml.len() + mathml.len() / 4);
    let mut inside_tag = false;
    for character in mathml.chars() {
        match character {
            '<' => inside_tag = true,
            '>' => inside_tag = false,
            _ => {}
        }
        let special = "*_`[]\\|~$'\"-.!:@".contains(character);
        if special && !inside_tag {
            shielded.push_str(&format!("&#{};", u32::from(character)));
        } else {
            shielded.push(character);
        }
    }
    shielded
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(latex: &str, expected: Expect) {
        let text = match to_mathml(latex, Display::Block, &Definitions::default()) {
            Ok(mathml) => {
                let inside = mathml.formula.replace("<math display=\"block\"><style>", "");
                inside.replace("</style></math>", "")
            }
            Err(Fault { message, at }) => format!("error at {at:?}: {message}"),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn formulas() {
        check("x_1 * y", expect![[]]);
    }
}
