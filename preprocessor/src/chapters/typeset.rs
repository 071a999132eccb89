//! What a page has beside what Markdown can say: tables with captions and heads of rows, and names
//! that stay in one line.

use super::contract::BUILD_ID;
use super::markup::apply;
use super::page_tables::Tables;
use super::parsed::Parsed;
use super::unbroken::{self, UNBROKEN};
use pulldown_cmark::{Event, LinkType, Tag};
use std::ops::Range;

/// A filled chapter typeset for the page that mdBook makes of it. In that of the evidence, whose thousands
/// of lines are looked up and not read, names may break. `None` where it stays as it is.
pub(super) fn page(parsed: &Parsed) -> Option<String> {
    let text = parsed.text;
    let is_read = !text.contains(&format!("id=\"{BUILD_ID}\""));
    if !is_read && !text.contains('|') {
        return None;
    }
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut tables = Tables::default();
    let mut kept = Vec::new();
    for (event, range) in &parsed.events {
        match event {
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
    (!edits.is_empty()).then(|| apply(text, edits))
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
