//! LaTeX maths to Typst maths.
//!
//! [`write`] turns the tree of `parsers` into Typst's maths mode. Spaces are written only where two
//! letters would run together: Typst keeps a space beside text and operators, LaTeX does not.

mod characters;
mod marks;
mod table;
mod write;

use parsers::maths::{Definitions, Display, parse};

/// A formula as Typst's maths, each part to go between two `$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypstMaths {
    /// The formula.
    pub formula: String,
    /// What stands in the place of its number.
    pub tag: Option<String>,
}

/// Translates a formula that may use the commands of `definitions`.
///
/// # Errors
/// What the LaTeX parser rejects, and what Typst can't express, in words.
///
/// ```
/// # use mdbook_measured_pdf::typst_maths;
/// # use parsers::maths::{Definitions, Display};
/// let maths = typst_maths(r"\frac{1}{2}", Display::Inline, &Definitions::default()).unwrap();
/// assert_eq!(maths.formula, "frac(1,2)");
/// ```
pub fn typst_maths(
    latex: &str,
    display: Display,
    definitions: &Definitions,
) -> Result<TypstMaths, String> {
    let formula = parse(latex, display, definitions).map_err(|fault| fault.message)?;
    let tag = formula.tag.as_deref().map(write::row).transpose()?;
    Ok(TypstMaths {
        formula: write::formula(&formula.body, display)?,
        tag,
    })
}
