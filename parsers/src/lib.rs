//! Parsers that others wrote, fenced: an author's mistake is told with its place, whatever the parser
//! makes of it.

pub mod addresses;
pub mod contained;
pub mod ids;
pub mod maths;
pub mod settable;

/// The beginning of a text that may be long, for messages.
pub fn shortened(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
