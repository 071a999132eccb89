//! LaTeX formulas, parsed by KaTeX's parser (katex-rs) into one [tree](tree) that both formats write.
//!
//! The parser knows the commands that [KaTeX lists](https://katex.org/docs/supported.html); those of
//! `definitions.rs` and of the book itself come to them.

mod alphabets;
mod definitions;
mod fault;
mod limits;
mod lower;
pub mod tree;

pub use definitions::{DEFINITIONS, Definitions};
pub use fault::Fault;

use crate::contained::contained;
use katex::types::{StrictMode, StrictSetting};
use katex::{KatexContext, Settings};
use tree::{Formula, Node, Style};

/// Whether a formula stands in a line of text or on lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// In a line of text.
    Inline,
    /// On lines of its own.
    Block,
}

impl Display {
    /// The style that such a formula begins in.
    pub fn style(self) -> Style {
        match self {
            Display::Inline => Style::Text,
            Display::Block => Style::Display,
        }
    }
}

/// The tree of a formula that may use the commands of `definitions`.
///
/// # Errors
/// A formula that is too long or too deep, that the parser does not know, or that has no tree.
pub fn parse(latex: &str, display: Display, definitions: &Definitions) -> Result<Formula, Fault> {
    limits::check(latex)?;
    let settings = settings(display, definitions, false);
    let context: &KatexContext = &definitions::CONTEXT;
    let parsed = contained(|| katex::parse(context, latex, &settings));
    let nodes = parsed
        .map_err(|panic| Fault::of_panic(&panic))?
        .map_err(|error| Fault::of(&error, latex))?;
    let formula = lower::formula(nodes, display.style())?;
    let parts = formula.body.iter().chain(formula.tag.iter().flatten());
    limits::check_depth(parts.map(Node::depth).max().unwrap_or(0))?;
    Ok(formula)
}

/// How KaTeX reads a formula. `is_global` keeps what it defines.
fn settings(display: Display, definitions: &Definitions, is_global: bool) -> Settings {
    Settings::builder()
        .display_mode(display == Display::Block)
        .macros(definitions.macros())
        .strict(StrictSetting::Mode(StrictMode::Ignore))
        .error_color(lower::UNSUPPORTED.to_owned())
        .global_group(is_global)
        .build()
}
