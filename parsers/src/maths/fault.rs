//! What is wrong with a formula, and where.

use super::DEFINITIONS;
use katex::ParseError;
use katex::types::ParseErrorKind;

/// What is wrong with a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The fault, with a hint where there is one.
    pub message: String,
    /// Where it is, as an offset into the formula in bytes; `None` where that is not known.
    pub at: Option<usize>,
}

/// Commands that are written otherwise here.
const OTHERWISE: [(&str, &str); 6] = [
    ("\\label", "write `{#eq-name}` behind the formula"),
    ("\\ref", "write `@eq-name` in the text"),
    ("\\eqref", "write `@eq-name` in the text"),
    ("\\cite", "write `[@key]` in the text"),
    ("\\href", "write a Markdown link in the text"),
    (
        "\\intertext",
        "end the formula, write the text, and begin another",
    ),
];

impl Fault {
    /// A fault of the whole formula.
    pub fn new(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            at: None,
        }
    }

    /// A command or environment that no tree is made of.
    pub(super) fn unsupported(name: &str) -> Self {
        Self::new(&format!("`{name}` is not supported{}", otherwise(name)))
    }

    pub(super) fn of_panic(panic: &str) -> Self {
        Self::new(&format!("the crate katex-rs fails on it ({panic})"))
    }

    /// What the parser says of a formula.
    pub(super) fn of(error: &ParseError, latex: &str) -> Self {
        let message = match &*error.kind {
            // Of a command that defines others, this says that it could not.
            ParseErrorKind::UndefinedControlSequence { name } if name.ends_with("command") => {
                format!(
                    "`{name}` defines nothing, expected `{name}{{\\name}}[count]{{definition}}`; \
                     hint: an argument has no default here"
                )
            }
            ParseErrorKind::UndefinedControlSequence { name } => {
                format!(
                    "the command `{name}` is not known{}",
                    otherwise_or_define(name)
                )
            }
            ParseErrorKind::NoSuchEnvironment { name } => {
                format!("the environment `{name}` is not known")
            }
            ParseErrorKind::ExpectedToken { expected, found } => match expected.as_str() {
                "EOF" => format!("`{found}` is out of place"),
                expected => expecting(found, &format!("`{expected}`")),
            },
            ParseErrorKind::ExpectedArrayDelimiter { found } => {
                expecting(found, "`&`, `\\\\` or `\\end`")
            }
            ParseErrorKind::UnexpectedEndOfMacroArgument { expected } => {
                expecting("EOF", &format!("`{expected}`"))
            }
            ParseErrorKind::MacroTooManyExpansions => {
                "its commands lead to one another without end".to_owned()
            }
            kind => lower_case(&kind.to_string()),
        };
        let at = place(error, latex);
        Self { message, at }
    }
}

/// What the parser found, which calls the end of the formula `EOF`, and what it expected.
fn expecting(found: &str, expected: &str) -> String {
    match found {
        "EOF" => format!("the formula ends, expected {expected}"),
        found => format!("found `{found}`, expected {expected}"),
    }
}

fn otherwise(name: &str) -> String {
    let known = OTHERWISE.iter().find(|(command, _)| *command == name);
    known.map_or(String::new(), |(_, hint)| format!("; hint: {hint}"))
}

fn otherwise_or_define(name: &str) -> String {
    match otherwise(name) {
        hint if hint.is_empty() => {
            format!("; hint: KaTeX's commands are known, and those that `{DEFINITIONS}` defines")
        }
        hint => hint,
    }
}

fn lower_case(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// Where in the formula the error is; a fault inside a command of the book's is placed nowhere.
fn place(error: &ParseError, latex: &str) -> Option<usize> {
    if let ParseErrorKind::UndefinedControlSequence { name } = &*error.kind {
        return find_command(latex, name);
    }
    if let ParseErrorKind::NoSuchEnvironment { name } = &*error.kind {
        return latex.find(&format!("{{{name}}}"));
    }
    error.position().filter(|at| latex.is_char_boundary(*at))
}

/// Where a command stands that is not the beginning of a longer one.
fn find_command(latex: &str, name: &str) -> Option<usize> {
    let is_end = |at: usize| !latex[at..].starts_with(|c: char| c.is_ascii_alphabetic());
    let mut places = latex.match_indices(name).map(|(at, _)| at);
    places.find(|at| is_end(at + name.len()))
}
