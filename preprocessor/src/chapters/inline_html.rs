//! What stands in a line, as HTML: in a cell, where Markdown would end the table.

use super::unbroken::{self, UNBROKEN};
use crate::escape::html;
use pulldown_cmark::{Event, Tag, TagEnd};

/// The class of a link among words.
const IN_WORDS: &str = " class=\"in-words\"";

/// Writes what stands in a line as HTML.
pub(super) fn write_inline(events: &[&Event], out: &mut String) {
    let mut images = 0_usize;
    let are_words = has_words_beside_links(events);
    for event in events {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                images += 1;
                out.extend(["<img src=\"", &html(dest_url), "\" alt=\""]);
            }
            Event::End(TagEnd::Image) => {
                images -= 1;
                out.push_str("\">");
            }
            Event::Text(words) | Event::Code(words) if images > 0 => out.push_str(&html(words)),
            _ if images > 0 => {}
            Event::Text(words) => write_words(words, out),
            Event::Code(code) if unbroken::is_id(code) => {
                out.extend([UNBROKEN, "<code>", &html(code), "</code></span>"]);
            }
            Event::Code(code) => out.extend(["<code>", &html(code), "</code>"]),
            Event::InlineHtml(tag) => out.push_str(tag),
            Event::Start(Tag::Link {
                dest_url, title, ..
            }) => {
                let class = if are_words { IN_WORDS } else { "" };
                out.extend(["<a", class, " href=\"", &html(dest_url), "\""]);
                if !title.is_empty() {
                    out.extend([" title=\"", &html(title), "\""]);
                }
                out.push('>');
            }
            Event::End(TagEnd::Link) => out.push_str("</a>"),
            Event::Start(tag) => out.extend(element(&tag.to_end()).map(|it| format!("<{it}>"))),
            Event::End(tag) => out.extend(element(tag).map(|it| format!("</{it}>"))),
            _ => out.push(' '), // breaks
        }
    }
}

/// Whether there are words that are no link's, among which a link must be told apart.
fn has_words_beside_links(events: &[&Event]) -> bool {
    let mut links = 0_usize;
    events.iter().any(|event| {
        match event {
            Event::Start(Tag::Link { .. }) => links += 1,
            Event::End(TagEnd::Link) => links -= 1,
            Event::Text(words) => return links == 0 && words.contains(char::is_alphabetic),
            _ => {}
        }
        false
    })
}

/// The element of an emphasis.
fn element(tag: &TagEnd) -> Option<&'static str> {
    match tag {
        TagEnd::Emphasis => Some("em"),
        TagEnd::Strong => Some("strong"),
        TagEnd::Strikethrough => Some("del"),
        _ => None,
    }
}

fn write_words(words: &str, out: &mut String) {
    let mut written = 0;
    for name in unbroken::names(words) {
        out.push_str(&html(&words[written..name.start]));
        out.extend([UNBROKEN, &html(&words[name.clone()]), "</span>"]);
        written = name.end;
    }
    out.push_str(&html(&words[written..]));
}
