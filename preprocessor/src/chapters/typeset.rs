//! What a page has beside what Markdown can say: tables with captions and heads of rows, and names
//! that stay in one line.

use super::contract::BUILD_ID;
use super::markup::{apply, markdown_options};
use super::page_tables::Tables;
use super::unbroken::{self, UNBROKEN};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// Typesets the filled chapters for the pages that mdBook makes of them. In that of the evidence, whose
/// thousands of lines are looked up and not read, names may break.
pub fn typeset(chapters: &mut BTreeMap<String, String>, has_smart_punctuation: bool) {
    let mut options = markdown_options() - Options::ENABLE_MATH; // as mdBook reads them
    if has_smart_punctuation {
        options |= Options::ENABLE_SMART_PUNCTUATION;
    }
    let evidence = format!("id=\"{BUILD_ID}\"");
    let texts: Vec<_> = chapters.values_mut().collect();
    texts
        .into_par_iter()
        .with_max_len(1)
        .map(|text| (!text.contains(&evidence), text))
        .filter(|(is_read, text)| *is_read || text.contains('|'))
        .for_each(|(is_read, text)| *text = page(text, options, is_read));
}

/// One chapter's text, with names in one line where `is_read`.
fn page(text: &str, options: Options, is_read: bool) -> String {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut tables = Tables::default();
    let mut kept = Vec::new();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match &event {
            Event::Start(tag) => kept.extend(is_kept(tag).then(|| tag.to_end())),
            Event::End(tag) => drop(kept.pop_if(|kept| kept == tag)),
            _ if !is_read || !kept.is_empty() || tables.are_open() => {}
            Event::Text(_) => edits.extend(unbroken_in(&text[range.clone()], range.start)),
            Event::Code(code) if unbroken::is_id(code) => {
                let code = &text[range.clone()];
                edits.push((range.clone(), format!("{UNBROKEN}{code}</span>")));
            }
            _ => {}
        }
        tables.read(text, (event, range), &mut edits);
    }
    apply(text, edits)
}

/// Whether words inside stay as they are: those of a heading make its id, those of some links say where
/// they lead.
fn is_kept(tag: &Tag) -> bool {
    match tag {
        Tag::Heading { .. } | Tag::Image { .. } | Tag::CodeBlock(_) => true,
        Tag::Link { link_type, .. } => *link_type != LinkType::Inline,
        _ => false,
    }
}

/// The names in a stretch of text that begins at `start`, each in a line of its own.
fn unbroken_in(text: &str, start: usize) -> impl Iterator<Item = (Range<usize>, String)> {
    unbroken::names(text).map(move |name| {
        let range = start + name.start..start + name.end;
        (range, format!("{UNBROKEN}{}</span>", &text[name]))
    })
}

#[cfg(test)]
#[path = "typeset_tests.rs"]
mod tests;
