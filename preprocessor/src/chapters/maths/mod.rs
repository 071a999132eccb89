//! LaTeX formulas to MathML, at build time.

mod mathml;

use parsers::maths::{Definitions, Display, Fault, parse};

/// A formula for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MathMl {
    /// The `<math>` element, on one line.
    pub(crate) formula: String,
    /// What the formula's `\tag` puts in the place of its number, as another `<math>` element.
    pub(crate) tag: Option<String>,
    /// Whether the formula or one of its rows has a `\tag`.
    pub(crate) is_tagged: bool,
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
        is_tagged: formula.is_tagged(),
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
    use expect_test::{Expect, expect, expect_file};
    use std::fmt::Write as _;

    /// One formula a line; `D` before it for a displayed one.
    const FORMULAS: &str = include_str!("../../../../parsers/tests/formulas.txt");

    fn inside(latex: &str, display: Display) -> String {
        match to_mathml(latex, display, &Definitions::default()) {
            Ok(MathMl { formula, tag, .. }) => {
                let inside = |mathml: &str| {
                    let start = mathml.find("<style>").map_or(0, |at| at + 7);
                    mathml[start..].replace("</style></math>", "")
                };
                let tag = tag.map_or(String::new(), |tag| format!("  tag: {}", inside(&tag)));
                inside(&formula) + &tag
            }
            Err(Fault { message, at }) => format!("error at {at:?}: {message}"),
        }
    }

    #[test]
    fn the_writer_writes_each_formula() {
        let mut table = String::new();
        let is_formula = |line: &&str| !line.is_empty() && !line.starts_with('%');
        for line in FORMULAS.lines().filter(is_formula) {
            let mathml = match line.strip_prefix("D ") {
                Some(latex) => inside(latex, Display::Block),
                None => inside(line, Display::Inline),
            };
            writeln!(table, "{line}\n    {mathml}").expect("a string");
        }
        expect_file!["formulas.mathml.txt"].assert_eq(&table);
    }

    #[track_caller]
    fn check(latex: &str, expected: Expect) {
        expected.assert_eq(&inside(latex, Display::Block));
    }

    #[test]
    fn no_text_of_a_formula_is_markup() {
        check(
            "a<b",
            expect![[
                r#"<mi>a</mi><mspace width="0.2778em"/><mo lspace="0" rspace="0">&lt;</mo><mspace width="0.2778em"/><mi>b</mi>"#
            ]],
        );
        check(r"\&", expect![[r#"<mo lspace="0" rspace="0">&amp;</mo>"#]]);
        check(
            r"\text{<b>&}",
            expect!["error at Some(9): `&` is out of place"],
        );
        check(
            r"\operatorname{<img src=x onerror=alert(1)>}",
            expect![[r#"<mo lspace="0" rspace="0">&lt;imgsrc=xonerror=alert(1)&gt;</mo>"#]],
        );
        check(
            r"\color{red;x:y} a",
            expect!["error at Some(6): invalid color: 'red;x:y'"],
        );
        check(
            r"\htmlStyle{color:red}{a}",
            expect![[r#"error at None: `\htmlStyle` is not supported"#]],
        );
        check(
            r"\includegraphics{a.png}",
            expect![[r#"error at None: `\includegraphics` is not supported"#]],
        );
    }

    #[test]
    fn faults_have_their_place() {
        check(
            r"x + \frobnicate x",
            expect![[
                r#"error at Some(4): the command `\frobnicate` is not known; hint: KaTeX's commands are known, and those that `definitions.tex` defines"#
            ]],
        );
        check(
            r"\frac{1",
            expect!["error at Some(7): the formula ends, expected `}`"],
        );
        check(
            r"é \begin{tikzpicture} \end{tikzpicture}",
            expect!["error at Some(9): the environment `tikzpicture` is not known"],
        );
        check(r"x_1_2", expect!["error at Some(3): double subscript"]);
        check(
            r"\left( x",
            expect![[r#"error at Some(8): the formula ends, expected `\right`"#]],
        );
        check(r"a & b", expect!["error at Some(2): `&` is out of place"]);
        check(
            r"\begin{cases} a",
            expect![[r#"error at None: the formula ends, expected `&`, `\\` or `\end`"#]],
        );
        check(
            r"x \eqref{eq:a}",
            expect![[
                r#"error at Some(2): the command `\eqref` is not known; hint: write `@eq-name` in the text"#
            ]],
        );
        check(
            r"\large x",
            expect![[r#"error at None: a change of size, such as `\large`, is not supported"#]],
        );
        check(
            r"\href{https://example.org}{x}",
            expect![[
                r#"error at None: `\href` is not supported; hint: write a Markdown link in the text"#
            ]],
        );
        check(
            r"\def\a{\a}\a",
            expect!["error at None: its commands lead to one another without end"],
        );
    }
}
