//! Figures and tables that an author brings: an image beside the chapters, a table in Markdown.
//!
//! ```text
//! <% filter figure(id="fig-setup", image="images/setup.png", alt="Two machines and a switch.") %>
//! How the machines are connected.
//! <% endfilter %>
//!
//! <% filter table(id="tbl-machines", caption="The machines.") %>
//! | Machine | Cores |
//! |:---|---:|
//! | laptop | 8 |
//! <% endfilter %>
//! ```

use super::contract::own_image;
use super::ledger::Ledger;
use super::markup::markdown_options;
use crate::views;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use serde::Deserialize;

/// The arguments of a figure that shows an image.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnImage {
    /// The path from the folder of the chapters.
    image: String,
    /// What it shows, for who cannot see it.
    alt: String,
}

/// The arguments of a table whose text is between the tags.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnTable {
    caption: String,
}

type Arguments = serde_json::Map<String, serde_json::Value>;

/// Whether the arguments are those of a table whose text is between the tags.
pub(super) fn is_own_table(arguments: &Arguments) -> bool {
    arguments.contains_key("caption")
}

/// The caption of a table in Markdown, once its text is known to be one.
pub(super) fn own_table(arguments: Arguments, text: &str) -> Result<String, String> {
    let OwnTable { caption } = views::parse(arguments)?;
    let mut events = Parser::new_ext(text.trim(), markdown_options());
    let begins = matches!(events.next(), Some(Event::Start(Tag::Table(_))));
    let ends = matches!(events.last(), Some(Event::End(TagEnd::Table)));
    let tables = Parser::new_ext(text.trim(), markdown_options());
    let tables = tables.filter(|event| matches!(event, Event::Start(Tag::Table(_))));
    match begins && ends && tables.count() == 1 {
        true => Ok(caption),
        false => Err(
            "the text between the tags is not one Markdown table; hint: with `caption` the table stands \
             between the tags, without it the caption does"
                .to_owned(),
        ),
    }
}

/// The Markdown of an image, and what it is in the evidence.
pub(super) fn own_image_figure(
    ledger: &Ledger,
    arguments: Arguments,
) -> Result<(String, String), String> {
    let OwnImage { image, alt } = views::parse(arguments)?;
    let images = &ledger.facts.images;
    if !images.contains(&image) {
        let known: Vec<_> = images
            .iter()
            .take(8)
            .map(|path| format!("`{path}`"))
            .collect();
        let hint = match known.is_empty() {
            true => "hint: put it beside the chapters, such as `images/setup.png`".to_owned(),
            false => format!("hint: there are {}", known.join(", ")),
        };
        return Err(format!(
            "no image `{image}` is in the folder of the chapters; {hint}"
        ));
    }
    let pages = ledger.facts.pages.as_ref();
    if let Some((message, hint)) = pages.and_then(|pages| pages.broken_images.get(&image)) {
        return Err(format!("image `{image}`: {message}; hint: {hint}"));
    }
    if alt.trim().is_empty() {
        return Err(
            "`alt` is empty; hint: say what the image shows to who cannot see it".to_owned(),
        );
    }
    Ok((own_image(&image, &alt), format!("image {image}")))
}
