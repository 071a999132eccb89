//! The two formats of the built book hold the same numbers.

use crate::reader;
use std::collections::BTreeSet;
use std::path::Path;

/// Numbers in a text, with their thousands and decimals.
fn numbers(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    let runs = text
        .split(|c| !is_part(c))
        .map(|run| run.trim_matches(['.', ',']));
    runs.filter(|run| run.contains(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// The text of a page of HTML without scripts, styles, plots and formulas.
fn html_text(html: &str) -> String {
    let start = html.find("<main>").unwrap_or(0);
    let end = html.find("</main>").unwrap_or(html.len());
    let mut page = html[start..end].to_owned();
    for element in ["script", "style", "svg", "math"] {
        page = without(&page, element);
    }
    let mut text = String::new();
    for piece in page.split('<').skip(1) {
        let (tag, content) = piece.split_once('>').unwrap_or((piece, ""));
        let is_inside_a_word = [
            "span", "/span", "a ", "/a", "strong", "/strong", "em", "/em",
        ];
        if !is_inside_a_word.iter().any(|name| tag.starts_with(name)) {
            text.push(' ');
        }
        text.push_str(content);
    }
    text
}

fn without(html: &str, element: &str) -> String {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut pieces = html.split(&open);
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(&close) {
            Some((_, rest)) => kept.push_str(rest),
            // An empty element such as `<style/>` closes itself.
            None => kept.push_str(piece.split_once('>').map_or("", |(_, rest)| rest)),
        }
    }
    kept
}

#[test]
fn the_pdf_of_the_book_holds_every_number_of_its_html() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/book");
    let html = std::fs::read_to_string(built.join("html/print.html"));
    let (Ok(html), Ok(pdf)) = (html, std::fs::read(built.join("measured-pdf/book.pdf"))) else {
        eprintln!("skipped: no built book; `mdbook build` makes one");
        return;
    };
    let text = reader::text(&pdf);
    let missing: Vec<_> = numbers(&html_text(&html))
        .into_iter()
        .filter(|number| !text.contains(number))
        .collect();
    assert!(
        missing.is_empty(),
        "{} numbers are missing: {missing:?}",
        missing.len()
    );
}

#[test]
fn numbers_are_found_in_html() {
    let html =
        "<main><p>a <b>1,024.5</b> b<svg>7</svg> <math><mn>8</mn></math>3&nbsp;ms.</p></main> 9";
    let found: Vec<_> = numbers(&html_text(html)).into_iter().collect();
    assert_eq!(found, ["1,024.5", "3"]);
}
