//! LaTeX formulas to MathML, at build time.

use parsers::latex::{Display, mathml};

/// The `<math>` element of a LaTeX formula, on one line.
///
/// # Errors
/// What is wrong with the formula: a command that is not known, or too much of anything.
pub(crate) fn to_mathml(latex: &str, display: Display) -> Result<String, String> {
    Ok(unindexed(&mathml(latex, display)?.replace('\n', " ")))
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

    fn check(latex: &str, expected: Expect) {
        let text = match to_mathml(latex, Display::Inline) {
            Ok(mathml) => shield_from_markdown(&mathml),
            Err(message) => format!("error: {message}"),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn formulas() {
        check(
            "x_1 * y",
            expect![[
                r#"<math display="inline"><style><msub><mi>x</mi><mn>1</mn></msub><mo>∗</mo><mi>y</mi></style></math>"#
            ]],
        );
        check(
            r"\frac{1}{\beta_0 k + \beta_1}",
            expect![[
                r#"<math display="inline"><style><mfrac><mrow><mn>1</mn></mrow><mrow><msub><mi>β</mi><mn>0</mn></msub><mi>k</mi><mo>+</mo><msub><mi>β</mi><mn>1</mn></msub></mrow></mfrac></style></math>"#
            ]],
        );
    }

    #[test]
    fn faults() {
        check(
            r"\frobnicate x",
            expect!["error: unknown primitive command found"],
        );
        check(
            r"\frac{1",
            expect!["error: unbalanced group found, expected it to be closed with `}`"],
        );
    }
}
