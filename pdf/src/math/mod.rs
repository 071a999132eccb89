//! LaTeX maths to Typst maths.
//!
//! [`parse`] turns the parser's events into a tree, [`write`] turns the tree into Typst's
//! maths mode. Spaces are written only where two letters would run together: Typst keeps
//! a space beside text and operators, LaTeX does not.

mod atoms;
mod environment;
mod parse;
mod symbols;
mod write;

/// Translates a formula.
///
/// `display` says whether the formula stands on lines of its own. The result goes between
/// two `$`.
///
/// # Errors
/// What the LaTeX parser rejects, and what Typst can't express, in words.
///
/// ```
/// # use mdbook_measured_pdf::typst_maths;
/// assert_eq!(typst_maths(r"\frac{1}{2}", false).unwrap(), "frac(1,2)");
/// ```
pub fn typst_maths(latex: &str, display: bool) -> Result<String, String> {
    let storage = parsers::latex::Storage::new();
    let formula = parse::formula(latex, &storage)?;
    write::Writer { display }.formula(&formula)
}
