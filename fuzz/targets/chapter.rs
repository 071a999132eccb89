//! A chapter with a small catalogue, filled for both renderers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::catalogue::{Catalogue, Entry, Facts, Question};
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::{Bibliography, Chapter, fill_book};
use mdbook_measured::evidence::Quantity;
use mdbook_measured::evidence::unit::Unit;
use std::sync::{Arc, LazyLock};

static FACTS: LazyLock<Arc<Facts>> = LazyLock::new(|| {
    // One thread: what is measured is one chapter.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread();
    pool.build_global().expect("the first pool");
    let mut catalogue = Catalogue::default();
    for (name, unit, value) in [
        ("a.time", Unit::Second, 1.776e-3),
        ("a.share", Unit::One, 0.9908),
        ("a.count", Unit::Parameter, 143_667_240.0),
        ("b", Unit::FlopPerSecond, 8.73e12),
    ] {
        catalogue.add(Quantity::exact(name, unit, value, "a definition"));
    }
    catalogue.insert("c.device", Entry::Text("A | B <i> & *C*".to_owned()));
    catalogue.insert("c.measured", Entry::Flag(true));
    Arc::new(Facts {
        catalogue,
        questions: vec![Question {
            id: "3.4".to_owned(),
            points: 6,
            wording: "How long?".to_owned(),
            chapter: "a.md".to_owned(),
            anchor: "answer".to_owned(),
        }],
        ..Facts::default()
    })
});

static WORKS: LazyLock<Bibliography> = LazyLock::new(|| {
    let text = "@misc{lu2017, author = {Lu, Z.}, title = {Modeling}, date = {2017}}";
    Bibliography::parse("references.bib", text).expect("valid BibLaTeX")
});

fuzz_target!(|source: &str| {
    let chapter = Chapter {
        path: "part/a.md".to_owned(),
        file: "book/part/a.md".to_owned(),
        source: source.to_owned(),
    };
    for renderer in [Renderer::Html, Renderer::Pdf] {
        fill_book(
            std::slice::from_ref(&chapter),
            FACTS.clone(),
            &WORKS,
            renderer,
        );
    }
});
