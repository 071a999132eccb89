//! Writes the book of this repository, filled for the PDF in each state that its runs may come to be
//! in: one line of JSON for each, with its name, its chapters and its files. The tests of the PDF
//! typeset them; they cannot fill them themselves, or Typst would be built a second time with the
//! features of the preprocessor's crates.

#[path = "../tests/states/mod.rs"]
#[allow(dead_code)] // the tests use the rest
mod states;

use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::fill_book;
use rayon::prelude::*;
use serde_json::json;
use states::{RealBook, Situation};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// So many are filled ahead of those who read.
const AHEAD: usize = 8;

fn main() -> io::Result<()> {
    let book = RealBook::read();
    let mut situations = vec![book.as_it_is()];
    situations.extend(book.uniform());
    situations.extend(book.random());
    for some in situations.chunks(AHEAD) {
        let lines: Vec<_> = some.par_iter().map(|one| line(&book, one)).collect();
        for line in lines {
            writeln!(io::stdout(), "{line}")?;
        }
    }
    Ok(())
}

fn line(book: &RealBook, situation: &Situation) -> serde_json::Value {
    let facts = book.facts(situation);
    let filled = fill_book(&book.chapters, facts, &book.bibliography, Renderer::Pdf);
    let faults: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    let in_order = book.chapters.iter().map(|chapter| {
        let text = filled.chapters.get(&chapter.path);
        (&chapter.path, text.map_or("", String::as_str))
    });
    let files = filled.files.iter().map(|(path, content)| {
        let text = String::from_utf8_lossy(content);
        (path.as_str(), text)
    });
    json!({
        "name": situation.name,
        "faults": faults,
        "chapters": in_order.collect::<Vec<_>>(),
        "files": files.collect::<BTreeMap<_, _>>(),
    })
}
