//! Hostile texts in every place where text from outside stands, read as a book is read.

use crate::chapters::markdown_options;
use crate::escape::{check_link, code, destination, html, markdown, message};
use parsers::addresses::resolve_entities;
use pulldown_cmark::{Event, Parser, Tag};

/// Texts that try to be more than text. Each holds `mark`, by which a test finds it again.
pub(crate) const NASTY: [&str; 40] = [
    "mark <img src=x onerror=alert(1)>.jpg",
    "mark <script>alert(1)</script>",
    "mark</pre></div><script>alert(1)</script>",
    "mark\" onmouseover=\"alert(1)",
    "mark' onmouseover='alert(1)",
    "\"><svg onload=alert(1)> mark",
    "mark\n\n<script>alert(1)</script>\n\n",
    "mark\r\n\r\n<iframe src=javascript:alert(1)>",
    "mark\r<b>",
    "[mark](javascript:alert(1))",
    "mark](javascript:alert(1))",
    "![mark](x.png)",
    "mark!",
    "<javascript:alert(1)> mark",
    "<https://example.org/mark>",
    "[mark]: javascript:alert(1)",
    "(javascript:alert(1)) mark",
    "mark a).jpg",
    "mark a\"b.jpg",
    "mark ä 日本 \u{1F600}.jpg",
    "mark 100%.jpg",
    "mark %3Cscript%3E",
    "mark &lt;b&gt; &#60;b&#62; &amp;",
    "mark `code` ``more`` `",
    "mark **bold** __bold__ *i* _i_ ~~s~~",
    "mark $x$ $$y$$ \\(z\\)",
    "mark \\",
    "mark | cell | cell",
    "# mark",
    "mark {#id .class onload=x}",
    "mark\n===",
    "- mark",
    "1. mark",
    "12) mark",
    "+ mark\n\n---\n",
    "    mark in code",
    "\tmark in code",
    "mark {{#include ../../Cargo.toml}} {{{x}}}",
    "mark [@nobody] [^1] @fig-nothing @tbl-x",
    "> mark\n: definition\n~~~\nfence",
];

/// What Markdown sees in `text`: the tags and HTML without what is text, and the text.
fn seen(text: &str) -> (Vec<String>, String) {
    let (mut structure, mut words) = (Vec::new(), String::new());
    for event in Parser::new_ext(text, markdown_options()) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak => words.push(' '),
            Event::Start(Tag::Link { dest_url, .. }) => structure.push(format!("link {dest_url}")),
            other => structure.push(format!("{other:?}")),
        }
    }
    (structure, words)
}

/// The words of `text`, as a page shows them.
fn words_of(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn markdown_is_text_wherever_it_stands() {
    for place in [
        "@",
        "a @ b",
        "- @",
        "> @\n",
        "# @",
        "**@**",
        "a\n@\nb",
        "[@](x.md)",
        "1. @",
        "x[y]@",
    ] {
        let fill = |text: &str| place.replace('@', text);
        for nasty in NASTY {
            let nasty = match place.contains("*") {
                true => nasty.trim(), // emphasis begins and ends at a word
                false => nasty,
            };
            let (structure, words) = seen(&fill(&markdown(nasty)));
            let (expected, around) = seen(&fill("\u{b7}"));
            assert_eq!(structure, expected, "`{nasty}` in `{place}`");
            let expected = words_of(&around.replace('\u{b7}', nasty));
            assert_eq!(words_of(&words), expected, "in `{place}`");
        }
    }
}

#[test]
fn a_cell_stays_one_cell() {
    for nasty in NASTY {
        let table = |cell: &str| format!("| a | b |\n|---|---|\n| {cell} | c |\n");
        let (structure, words) = seen(&table(&markdown(nasty)));
        assert_eq!(structure, seen(&table("x")).0, "`{nasty}`");
        assert_eq!(
            words_of(&words).replace(' ', ""),
            format!("ab{nasty}c").replace(|c: char| c.is_ascii_whitespace(), "")
        );
    }
}

#[test]
fn code_is_one_piece_of_code() {
    for nasty in NASTY {
        let code = code(nasty);
        let events: Vec<_> = Parser::new_ext(&code, markdown_options()).collect();
        let [Event::Start(_), Event::Code(text), Event::End(_)] = &events[..] else {
            panic!("`{nasty}` became {events:?}");
        };
        assert!(text.contains("mark") && !text.contains("{{"), "`{text}`");
    }
    assert_eq!(code(""), "");
    assert_eq!(code("f(a,b, c)"), "`f(a, b, c)`");
}

#[test]
fn html_is_text_and_an_attribute_stays_one() {
    for nasty in NASTY {
        for quote in ['"', '\''] {
            let element = format!("a ` $5 <b title={quote}{}{quote}>x</b>", html(nasty));
            let (structure, words) = seen(&element);
            let [_, open, close, _] = &structure[..] else {
                panic!("`{nasty}` became {structure:?}");
            };
            assert_eq!(words, "a ` $5 x", "`{nasty}`");
            assert!(
                close.contains("</b>") && open.contains("<b title="),
                "{open}"
            );
        }
        let text = html(nasty);
        assert!(
            !text.contains(['<', '>', '"', '\'', '\n', '\r']),
            "`{text}`"
        );
        assert!(!text.contains("{{"), "`{text}`");
    }
}

#[test]
fn a_destination_leads_to_one_place_in_the_book() {
    for nasty in NASTY {
        let written = destination(nasty);
        let (structure, words) = seen(&format!("[x](generated/{written})"));
        assert_eq!(
            structure[1],
            format!("link generated/{written}"),
            "`{nasty}`"
        );
        assert_eq!((structure.len(), words.as_str()), (4, "x"), "`{nasty}`");
    }
    assert_eq!(destination("a b/ä(1).md"), "a%20b/%C3%A4%281%29.md");
    assert_eq!(destination("runs.a_b.x-1"), "runs.a_b.x-1");
}

#[test]
fn values_of_a_message_are_code() {
    assert_eq!(
        message("`a_b.jpg` is <5 kB, expected `x`"),
        "`a_b.jpg` is &lt;5 kB, expected `x`"
    );
    for nasty in NASTY {
        let (structure, _) = seen(&message(nasty));
        assert_eq!(structure, seen("x").0, "`{nasty}`");
    }
}

#[test]
fn links_run_nothing() {
    for url in [
        "a.md#b",
        "../a:b.md",
        "#a",
        "?q=a:b",
        "https://example.org",
        "HTTP://example.org",
        "mailto:a@example.org",
        "doi:10.1000/1",
    ] {
        assert_eq!(check_link(url), Ok(()), "`{url}`");
    }
    for url in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org",
        "/\\example.org",
        "\\\\example.org",
        "blob:x",
        "a:b.md",
    ] {
        assert!(check_link(url).is_err(), "`{url}`");
    }
}

#[test]
fn what_is_escaped_for_html_comes_back() {
    for text in [
        "o'neill & sons",
        "a<b>\"c\"",
        "{{x}}",
        "&amp;",
        "a & b; c",
        "é ‘’",
        "&#x41;",
    ] {
        assert_eq!(resolve_entities(&html(text)), text);
    }
    assert_eq!(
        resolve_entities("&#x41;&#66;&apos;&nothing;&;&"),
        "AB'&nothing;&;&"
    );
}
