//! Chapters of one thing many times over: each is filled or refused within seconds, on a small stack.

use mdbook_measured::catalogue::Facts;
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::{Bibliography, Chapter, Filled, fill_book};
use std::time::{Duration, Instant};

/// How often the thing stands there, at most.
const TIMES: usize = 100_000;
/// How long a text of it is, at most.
const BYTES: usize = 100_000;
/// A build without optimisation may take so long, beside other tests.
const LONGEST: Duration = Duration::from_secs(20);

const WORKS: &str = "@misc{a, title = {T}} @misc{a2017, author = {A and B}, title = {U}}";

fn fill(source: String, renderer: Renderer) -> Filled {
    let chapter = Chapter {
        path: "a.md".to_owned(),
        file: "book/a.md".to_owned(),
        source,
    };
    let bibliography = Bibliography::parse("references.bib", WORKS).expect("valid");
    fill_book(&[chapter], Facts::default(), &bibliography, renderer)
}

#[track_caller]
fn check(name: &str, source: &str) {
    for renderer in [Renderer::Html, Renderer::Pdf] {
        let begin = Instant::now();
        let filled = fill(source.to_owned(), renderer);
        let took = begin.elapsed();
        println!("{name}: {took:?}, {} faults", filled.faults.len());
        assert!(took < LONGEST, "{name} took {took:?}");
        for fault in &filled.faults {
            let fault = fault.to_string();
            assert!(
                fault.len() < 2000,
                "{name}: a message of {} bytes",
                fault.len()
            );
        }
        assert!(
            filled.faults.len() <= 200,
            "{name}: {} faults",
            filled.faults.len()
        );
    }
}

macro_rules! floods {
    ($($name:ident: $unit:expr;)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name), &$unit.repeat(TIMES.min(BYTES / $unit.len())));
        })*
    };
}

floods! {
    opening_braces: "{";
    braces_in_a_formula: "$a{b}$ ";
    opening_brackets: "[";
    closing_brackets: "]";
    backticks: "`";
    backticks_with_spaces: "` ";
    quotations: ">";
    quotations_with_spaces: "> ";
    lists: "- ";
    numbered_lists: "1. ";
    at_signs: "@";
    citations_that_never_end: "[@";
    citations: "[@nobody] ";
    works_that_never_end: "[@a";
    places_that_never_end: "[@a {";
    keys_in_braces_that_never_end: "@{a";
    authors_with_brackets_that_never_end: "@a [";
    authors: "@a ";
    authors_with_places: "@a [3] ";
    keys_like_another: "@a2018 ";
    keys_with_backslashes: "@a\\_";
    signs_without_words: "-@";
    definitions_of_works: "[@a]: b\n\n";
    references: "@fig-x ";
    dollars: "$";
    dollar_pairs: "$$";
    displays_on_one_line: "$$x$$ ";
    formulas_that_never_end: "$x ";
    unknown_commands: "$\\unknown$ ";
    templates_that_never_end: "<< ";
    template_brackets: "<<";
    template_blocks: "<% ";
    template_comments: "<# ";
    comments: "<!--";
    tags: "<b>";
    closing_tags: "</b>";
    stars: "*";
    stars_with_letters: "*a ";
    underscores: "_a";
    tildes: "~a";
    pipes: "|";
    table_cells: "|-";
    entities: "&";
    backslashes: "\\";
    images: "![";
    links: "](";
    footnotes: "[^a]";
    headings: "# a {#b}\n";
    typed_numbers: "3.5 ms, ";
    autolinks: "<http:";
    exemptions: "<!-- typed numbers: -->\n\n";
    templates_on_lines_that_never_end: "<% a\n";
    comments_on_lines_that_never_end: "<# a\n\n";
    unknown_names: "<< a.b >>\n";
    blocks_that_never_end: "<% if true %>\n";
    ends_of_no_block: "<% endif %>";
    variables_of_a_fault: "<% set x = y %>";
}

#[test]
fn nested_lists() {
    let lines = (0..300).map(|depth| format!("{}- a\n", "  ".repeat(depth)));
    check("nested_lists", &lines.collect::<String>());
}

#[test]
fn a_deep_expression_of_a_template() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("not ", ""),
        ("-", ""),
        ("{\"a\":", "}"),
    ] {
        let expression = format!("{}1{}", open.repeat(TIMES), close.repeat(TIMES));
        check(open, &format!("<< {expression} >>"));
        let blocks = "<% if true %>".repeat(TIMES) + &"<% endif %>".repeat(TIMES);
        check("if", &blocks);
        check("filters", &format!("<< 1{} >>", " | upper".repeat(TIMES)));
        check("sum", &format!("<< 1{} >>", " + 1".repeat(TIMES)));
    }
}

#[test]
fn a_formula_of_a_megabyte() {
    for unit in [
        "x",
        "{",
        "\\frac",
        "\\sqrt",
        "x^",
        "\\left(",
        "\\begin{matrix}",
        "&",
        "\\\\",
    ] {
        let formula = unit.repeat(1_000_000 / unit.len());
        check(unit, &format!("${formula}$"));
        check(unit, &format!("$${formula}$$"));
    }
}

#[test]
fn a_field_of_one_thing_many_times_over() {
    for unit in [
        "'",
        "' ",
        "`",
        "\\em",
        "\\em ",
        "{\\em ",
        "\\'",
        "\\'{",
        "\\\"{a}",
        "$",
        "$x$ ",
        "\\url{",
        "{",
        "\\",
        "-",
        "~",
        " and ",
        ",",
        "\\emph{a}b",
        "x = {",
        "\n",
        "\nx",
        "@",
        "\n@a{",
        "\n}",
        "}",
    ] {
        for field in ["title", "author", "url", "date", "pages", "crossref"] {
            let value = unit.repeat(BYTES / unit.len() / 5);
            let begin = Instant::now();
            let text = format!("@misc{{a,\n {field} = {{{value}}},\n note = {{b}}}}");
            let faults = Bibliography::parse("references.bib", &text)
                .err()
                .unwrap_or_default();
            let took = begin.elapsed();
            assert!(took < LONGEST, "{field} of `{unit}` took {took:?}");
            for fault in faults.iter().map(ToString::to_string) {
                assert!(
                    fault.len() < 2000,
                    "{field} of `{unit}`: {} bytes",
                    fault.len()
                );
            }
        }
    }
}
