//! A chapter as Typst source, which is not typeset; and its text as a formula.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured_pdf::{Settings, typst_maths, typst_source};
use mdbook_renderer::RenderContext;
use mdbook_renderer::book::{Book, BookItem, Chapter};
use mdbook_renderer::config::Config;
use parsers::maths::{Definitions, Display};
use std::sync::LazyLock;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let text = "[book]\ntitle = \"Trial\"\nsrc = \"book\"\n[output.measured-pdf]\n";
    text.parse().expect("valid settings")
});

fuzz_target!(|text: &str| {
    let _ = typst_maths(text, Display::Block, &Definitions::default());
    let chapter = Chapter::new("Trial chapter", text.to_owned(), "a.md", Vec::new());
    let book = Book::new_with_items(vec![BookItem::Chapter(chapter)]);
    let context = RenderContext::new("/nowhere", book, CONFIG.clone(), "/nowhere/out");
    let settings = Settings::read(&CONFIG).expect("the settings are valid");
    let _ = typst_source(&context, &settings);
});
