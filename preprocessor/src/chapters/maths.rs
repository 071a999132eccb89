//! LaTeX formulas to MathML, at build time.

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

/// Whether a formula stands in a line of text or on lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Display {
    /// In a line of text.
    Inline,
    /// On lines of its own.
    Block,
}

/// The `<math>` element of a LaTeX formula, without the enclosing element's end tag split off.
///
/// # Errors
/// The parser's message, where it does not know a command or the formula is not well formed.
pub(crate) fn to_mathml(latex: &str, display: Display) -> Result<String, String> {
    let storage = Storage::new();
    let events: Vec<_> = Parser::new(latex, &storage)
        .collect::<Result<_, _>>()
        .map_err(|error| first_line(&error.to_string()))?;
    let config = RenderConfig {
        display_mode: match display {
            Display::Inline => DisplayMode::Inline,
            Display::Block => DisplayMode::Block,
        },
        ..RenderConfig::default()
    };
    let mut mathml = String::new();
    let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
    push_mathml(&mut mathml, events, config).map_err(|error| error.to_string())?;
    Ok(mathml.replace('\n', " "))
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
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
                r#"<math display="inline"><msub><mi>x</mi><mn>1</mn></msub><mo>∗</mo><mi>y</mi></math>"#
            ]],
        );
        check(
            r"\frac{1}{\beta_0 k + \beta_1}",
            expect![[
                r#"<math display="inline"><mfrac><mrow><mn>1</mn></mrow><mrow><msub><mi>β</mi><mn>0</mn></msub><mi>k</mi><mo>+</mo><msub><mi>β</mi><mn>1</mn></msub></mrow></mfrac></math>"#
            ]],
        );
    }

    #[test]
    fn faults() {
        check(
            r"\frobnicate x",
            expect!["error: parsing error: unknown primitive command found"],
        );
        check(
            r"\frac{1",
            expect![
                "error: parsing error: unbalanced group found, expected it to be closed with `}`"
            ],
        );
    }
}
