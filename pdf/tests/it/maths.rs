//! Formulas: what the writer makes of them, and that Typst sets every one.

use crate::trial_book::{book, pdf};
use expect_test::expect_file;
use mdbook_measured_pdf::typst_maths;
use parsers::maths::{Definitions, Display};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// One formula a line; `D` before it for a displayed one.
const FORMULAS: &str = include_str!("../../../parsers/tests/formulas.txt");

fn formulas() -> impl Iterator<Item = (bool, &'static str)> {
    let is_formula = |line: &&str| !line.is_empty() && !line.starts_with('%');
    FORMULAS
        .lines()
        .filter(is_formula)
        .map(|line| match line.strip_prefix("D ") {
            Some(formula) => (true, formula),
            None => (false, line),
        })
}

#[test]
fn the_writer_translates_each_formula() {
    let mut table = String::new();
    for (display, latex) in formulas() {
        let display = if display {
            Display::Block
        } else {
            Display::Inline
        };
        let maths = match typst_maths(latex, display, &Definitions::default()) {
            Ok(maths) => maths.formula,
            Err(error) => format!("error: {error}"),
        };
        writeln!(table, "{latex}\n    {}", maths.replace('\n', "\n    ")).expect("a string");
    }
    expect_file!["expect/formulas.typ.txt"].assert_eq(&table);
}

#[test]
fn typst_sets_each_formula() {
    let mut chapter = String::from("# Formulas\n\n");
    for (display, latex) in formulas() {
        let fence = if display { "$$" } else { "$" };
        write!(chapter, "{fence}{latex}{fence}\n\n").expect("a string");
    }
    let result = pdf(&book(&[("a.md", &chapter)], ""));
    assert!(result.is_ok(), "{}", result.expect_err("problems"));
}

/// Formulas between dollars in a chapter, template calls replaced by a number.
fn formulas_of(markdown: &str) -> Vec<(bool, String)> {
    let mut plain = markdown.to_owned();
    while let Some((start, end)) = plain.find("<<").and_then(|start| {
        plain[start..]
            .find(">>")
            .map(|length| (start, start + length + 2))
    }) {
        plain.replace_range(start..end, "1");
    }
    let parser = pulldown_cmark::Parser::new_ext(&plain, pulldown_cmark::Options::ENABLE_MATH);
    let formula = |event| match event {
        pulldown_cmark::Event::InlineMath(latex) => Some((false, latex.into_string())),
        pulldown_cmark::Event::DisplayMath(latex) => Some((true, latex.into_string())),
        _ => None,
    };
    parser.filter_map(formula).collect()
}

/// The chapters of the real book, in order.
fn markdown_files() -> impl Iterator<Item = PathBuf> {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book");
    let entries = WalkDir::new(book).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.expect("an entry").into_path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"))
}

#[test]
fn typst_sets_each_formula_of_the_book() {
    let mut chapter = String::from("# Formulas\n\n");
    for file in markdown_files() {
        let markdown = std::fs::read_to_string(&file).expect("a chapter");
        for (display, latex) in formulas_of(&markdown) {
            let fence = if display { "$$" } else { "$" };
            write!(chapter, "{fence}{latex}{fence}\n\n").expect("a string");
        }
    }
    let result = pdf(&book(&[("a.md", &chapter)], ""));
    assert!(result.is_ok(), "{}", result.expect_err("problems"));
}
