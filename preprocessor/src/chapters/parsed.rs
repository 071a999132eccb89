//! A text as the parser of its renderer reads it.

use super::contract::Renderer;
use super::markup::markdown_options;
use pulldown_cmark::{Event, Options, Parser};
use std::ops::Range;

/// How many bytes of a text there are for each event, at least in most texts.
const BYTES_PER_EVENT: usize = 16;

/// A text that is read once, for all who look at what is in it.
pub(super) struct Parsed<'a> {
    pub(super) text: &'a str,
    /// The parser's events, each with its place.
    pub(super) events: Vec<(Event<'a>, Range<usize>)>,
    /// The definitions of references, in their order.
    pub(super) definitions: Vec<Definition>,
}

/// Where a reference leads to that a text defines.
pub(super) struct Definition {
    pub(super) label: String,
    pub(super) dest: String,
    /// Its place in the text.
    pub(super) span: Range<usize>,
}

impl<'a> Parsed<'a> {
    /// The text of a chapter before its formulas are set.
    pub(super) fn of(text: &'a str, smart_punctuation: bool) -> Self {
        Parsed::with(text, options(smart_punctuation))
    }

    /// The text of a filled chapter: mdBook gets its formulas as MathML and knows no others.
    pub(super) fn filled(text: &'a str, renderer: Renderer, smart_punctuation: bool) -> Self {
        let mut options = options(smart_punctuation);
        options.set(Options::ENABLE_MATH, renderer == Renderer::Pdf);
        Parsed::with(text, options)
    }

    fn with(text: &'a str, options: Options) -> Self {
        let parser = Parser::new_ext(text, options);
        let mut definitions: Vec<_> = { parser.reference_definitions().iter() }
            .map(|(label, definition)| Definition {
                label: label.to_owned(),
                dest: definition.dest.to_string(),
                span: definition.span.clone(),
            })
            .collect();
        definitions.sort_by_key(|definition| definition.span.start);
        let mut events = Vec::with_capacity(text.len() / BYTES_PER_EVENT);
        events.extend(parser.into_offset_iter());
        Parsed {
            text,
            events,
            definitions,
        }
    }
}

fn options(smart_punctuation: bool) -> Options {
    let mut options = markdown_options();
    options.set(Options::ENABLE_SMART_PUNCTUATION, smart_punctuation);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_those_of_the_pdf_alone_in_a_filled_chapter() {
        let formulas = |parsed: Parsed| {
            let is_formula = |(event, _): &&(Event, _)| matches!(event, Event::InlineMath(_));
            parsed.events.iter().filter(is_formula).count()
        };
        assert_eq!(formulas(Parsed::of("$x$", false)), 1);
        assert_eq!(formulas(Parsed::filled("$x$", Renderer::Pdf, false)), 1);
        assert_eq!(formulas(Parsed::filled("$x$", Renderer::Html, false)), 0);
    }

    #[test]
    fn definitions_stand_in_their_order() {
        let parsed = Parsed::of("[a]: c.md\n[b]: d.md \"t\"\n\n[a][b]", true);
        let found: Vec<_> = { parsed.definitions.iter() }
            .map(|it| (&*it.label, &*it.dest, &parsed.text[it.span.clone()]))
            .collect();
        assert_eq!(
            found,
            [("a", "c.md", "[a]: c.md"), ("b", "d.md", "[b]: d.md \"t\"")]
        );
    }
}
