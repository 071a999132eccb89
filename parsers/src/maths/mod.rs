//! LaTeX formulas, parsed by KaTeX's parser (katex-rs) into one [tree](tree) that both formats write.
//!
//! The parser knows the commands that [KaTeX lists](https://katex.org/docs/supported.html); those of
//! `definitions.rs` and of the book itself come to them.

mod alphabets;
mod definitions;
mod fault;
mod limits;
mod lower;
pub mod spacing;
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
    match definitions.is_empty() && !limits::defines_commands(latex) {
        true => parse_here(latex, display, definitions),
        // Commands may nest deeper than the letters of a formula show.
        false => limits::on_large_stack(|| parse_here(latex, display, definitions)),
    }
}

fn parse_here(latex: &str, display: Display, definitions: &Definitions) -> Result<Formula, Fault> {
    let settings = settings(display, definitions, false);
    let context: &KatexContext = &definitions::CONTEXT;
    let parsed = contained(|| katex::parse(context, latex, &settings));
    let nodes = parsed
        .map_err(|panic| Fault::of_panic(&panic))?
        .map_err(|error| Fault::of(&error, latex))?;
    let formula = lower::formula(nodes, display.style())?;
    if formula.body.is_empty() {
        return Err(Fault::new("it shows nothing"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(latex: &str) -> Result<Formula, String> {
        let formula = parse(latex, Display::Block, &Definitions::default());
        formula.map_err(|fault| fault.message)
    }

    #[test]
    fn commands_that_nest_deep_are_told() {
        let names: Vec<String> = ('a'..='z')
            .flat_map(|first| ('a'..='z').map(move |second| format!("\\{first}{second}z")))
            .take(560)
            .collect();
        let pairs = names.iter().zip(&names[1..]);
        let mut latex: String = pairs.map(|(a, b)| format!("\\def{a}{{{{{b}}}}}")).collect();
        latex = format!("{latex}\\def{}{{x}}{}", names[559], names[0]);
        assert!(latex.len() < 10_000);
        let in_thread = std::thread::spawn(move || parsed(&latex));
        let told = in_thread
            .join()
            .expect("no overflow")
            .expect_err("too deep");
        assert_eq!(told, "it is nested 560 levels deep, expected at most 60");
    }

    #[test]
    fn a_book_defines_commands() {
        let definitions = Definitions::parse(
            "% our own\n\\newcommand{\\loss}[1]{\\mathcal{L}(#1)}\n\\DeclareMathOperator{\\tr}{tr}\n\
             \\newcommand*{\\half}{\\frac12}\n",
        )
        .expect("definitions");
        let of_the_book = parse("\\loss{x} + \\tr A \\half", Display::Block, &definitions);
        let written_out = parsed("\\mathcal{L}(x) + \\operatorname{tr} A \\frac12");
        assert_eq!(of_the_book.expect("known"), written_out.expect("known"));
        assert!(parsed("\\loss{x}").is_err(), "another book has them not");
    }

    #[test]
    fn what_defines_nothing_is_told() {
        let told = |latex: &str| {
            Definitions::parse(latex)
                .map(|_| ())
                .map_err(|fault| fault.message)
        };
        assert_eq!(
            told("x + y"),
            Err("text that defines no command".to_owned())
        );
        assert_eq!(told(""), Ok(()));
        assert_eq!(
            told("\\newcommand{\\a}[1][2]{#1}"),
            Err(
                "`\\newcommand` defines nothing, expected `\\newcommand{\\name}[count]{definition}`; \
                 hint: an argument has no default here"
                    .to_owned()
            )
        );
    }
}
