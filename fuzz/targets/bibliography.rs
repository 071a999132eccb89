//! `book/references.bib`: a work is one paragraph of text, and of links that may stand in a page.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::chapters::{Bibliography, markdown_options};
use pulldown_cmark::{Event, Parser, Tag};

fuzz_target!(|text: &str| {
    if let Ok(bibliography) = Bibliography::parse("references.bib", text) {
        bibliography.works().for_each(|(_, work)| check(work));
    }
});

fn check(work: &str) {
    for event in Parser::new_ext(work, markdown_options()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                let address = dest_url.to_lowercase();
                let schemes = ["https://", "http://", "mailto:", "doi:"];
                assert!(
                    schemes.iter().any(|scheme| address.starts_with(scheme)),
                    "{work}"
                );
            }
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => {
                panic!("markup in {work}")
            }
            _ => {}
        }
    }
}
