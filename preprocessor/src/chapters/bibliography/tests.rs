//! What is read, what is escaped, and what is refused.

use super::*;
use crate::chapters::markdown_options;
use expect_test::{Expect, expect};
use pulldown_cmark::{Event, Parser, Tag};

fn check(text: &str, expected: Expect) {
    let shown = match Bibliography::parse("book/references.bib", text) {
        Ok(read) => { read.works() }
            .map(|(key, work)| format!("{key}: {work}\n"))
            .collect::<String>(),
        Err(faults) => faults.iter().map(|fault| format!("{fault}\n")).collect(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn an_unknown_key_is_answered_with_those_like_it() {
    let text = "@article{lu2017, title = {A}}\n@misc{he2015, title = {B}}";
    let bibliography = Bibliography::parse("references.bib", text).expect("valid BibLaTeX");
    assert_eq!(
        bibliography.check("lu2018").unwrap_err(),
        "no work has the key `lu2018`; hint: known keys like it: lu2017"
    );
}

#[test]
fn an_entry_that_refers_to_itself_is_a_circle() {
    check(
        "@misc{b, title = {B}}\n@misc{a,\n  title = {A},\n  crossref = {a},\n}",
        expect![[r#"
            `book/references.bib:4`: `a` → `a` is a circle of references
        "#]],
    );
    check(
        "@misc{a, xdata = {b, c}}\n@misc{b, title = {B}}\n@misc{c, CrossRef = {d}}\n@xdata{d, xdata = {{c}}}",
        expect![[r#"
            `book/references.bib:3`: `c` → `d` → `c` is a circle of references
        "#]],
    );
    check(
        "@misc{a, ids = {b}, crossref = {b}}",
        expect![[r#"
        `book/references.bib:1`: `a` → `a` is a circle of references
    "#]],
    );
    check(
        "@string{x = y # \" and \"}\n@string{y = x}\n@misc{a, title = x}",
        expect![[r#"
            `book/references.bib:1`: `x` → `y` → `x` is a circle of references
        "#]],
    );
}

#[test]
fn an_entry_takes_fields_of_others() {
    check(
        "@string{who = \"Ada Lovelace\"}\n@xdata{x, author = who}\n@book{b, title = {Book}, year = 1843}\n\
         @inbook{a, title = {Chapter}, xdata = {x}, crossref = {b}}",
        expect![[r#"
            a: A. Lovelace, “Chapter,” in *Book*, 1843.
            b: *Book*. 1843.
            x: A. Lovelace,
        "#]],
    );
}

#[test]
fn a_few_lines_do_not_stand_for_more_than_a_machine_holds() {
    let mut text = "@string{x0 = \"0123456789\"}\n".to_owned();
    for level in 1..=9 {
        let below = vec![format!("x{}", level - 1); 10].join(" # ");
        text += &format!("@string{{x{level} = {below}}}\n");
    }
    check(
        &format!("{text}@misc{{a,\n title = x9}}"),
        expect![[r#"
        `book/references.bib:12`: the abbreviations stand for more than 4194304 bytes of text
    "#]],
    );
    let mut text = "@misc{e0, title = {T}}\n".to_owned();
    for level in 1..=9 {
        let below = vec![format!("e{}", level - 1); 3].join(",");
        text += &format!("@misc{{e{level}, xdata = {{{below}}}}}\n");
    }
    check(
        &text,
        expect![[r#"
        `book/references.bib:5`: `e4` takes fields of more than 100 entries
        `book/references.bib:6`: `e5` takes fields of more than 100 entries
        `book/references.bib:7`: `e6` takes fields of more than 100 entries
        `book/references.bib:8`: `e7` takes fields of more than 100 entries
        `book/references.bib:9`: `e8` takes fields of more than 100 entries
        `book/references.bib:10`: `e9` takes fields of more than 100 entries
    "#]],
    );
}

#[test]
fn links_are_of_four_kinds() {
    let entry = |url: &str| format!("@misc{{a,\n  title = {{T}},\n  url = {{{url}}}\n}}");
    check(
        &entry("data:text/html,<b>x</b>"),
        expect![[r#"
        `book/references.bib:3`: `a`: `url` is `data:text/html,<b>x</b>`; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
    "#]],
    );
    check(
        &entry("javascript:alert(1)"),
        expect![[r#"
        `book/references.bib:3`: `a`: `url` is `javascript:alert(1)`; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
    "#]],
    );
    check(
        &entry("java\nscript:alert(1)"),
        expect![[r#"
        `book/references.bib:3`: `a`: `url` is `java script:alert(1)`; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
    "#]],
    );
    check(
        &entry("www.example.org"),
        expect![[r#"
        `book/references.bib:3`: `a`: `url` is `www.example.org`; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
    "#]],
    );
    check(
        &entry("HTTPS://example.org/a_b?c=<d>{e}#f"),
        expect![[r#"
        a: “T.” \[Online\]. Available: <https://example.org/a_b?c=%3Cd%3Ee#f>
    "#]],
    );
    check(
        &entry("mailto:a<b @example.org"),
        expect![[r#"
        a: “T.” \[Online\]. Available: <mailto:a%3Cb%20@example.org>
    "#]],
    );
    check(
        "@misc{a, title = {T}, doi = {10.1000/<script> x}}",
        expect![[r#"
        a: “T.”  doi: <https://doi.org/10.1000/%3Cscript%3E%20x>.
    "#]],
    );
}

#[test]
fn a_key_can_stand_in_a_page() {
    check(
        "\n@misc{a\"b, title = {T}}",
        expect![[r#"
        `book/references.bib:2`: the key `a\"b` is no name; hint: a key has letters, digits and `-_:./+`
    "#]],
    );
    check(
        "@misc{a<b>, title = {T}}",
        expect![[r#"
        `book/references.bib:1`: the key `a<b>` is no name; hint: a key has letters, digits and `-_:./+`
    "#]],
    );
}

#[test]
fn what_is_not_biblatex_is_told_with_its_line() {
    check(
        "@misc{a, title = {A}}\n@misc{a, title = {B}}",
        expect![[r#"
        `book/references.bib:2`: duplicate key "a"
    "#]],
    );
    check(
        "@misc{a,\n title = {A\n}",
        expect![[r#"
        `book/references.bib:3`: expected comma
    "#]],
    );
    check(
        "@misc{a,\n title = {A},\n date = {yesterday}}",
        expect![[r#"
        a: “A.”
    "#]],
    );
    check(
        "@misc{a, ids = {a, {b}}}",
        expect![[r#"
        a: 
    "#]],
    );
}

/// Every field of an entry, with markup of every kind in it.
#[test]
fn no_field_is_markup() {
    const FIELDS: [&str; 24] = [
        "abstract",
        "address",
        "author",
        "booktitle",
        "chapter",
        "doi",
        "edition",
        "editor",
        "eprint",
        "howpublished",
        "institution",
        "isbn",
        "journaltitle",
        "location",
        "note",
        "organization",
        "pages",
        "publisher",
        "school",
        "series",
        "subtitle",
        "title",
        "type",
        "volume",
    ];
    const TEXTS: [&str; 9] = [
        "<img src=x onerror=alert(1)>",
        "$<img src=x onerror=alert(1)>$",
        "[x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "{<b>x</b>}",
        "\\textit{<b>x</b>}",
        "a\n\n# heading\n\n<b>x</b>",
        "`code` *a* _b_ ~~c~~ | &lt;b&gt;",
        "{{#include /etc/passwd}}",
    ];
    for kind in [
        "misc",
        "article",
        "book",
        "inproceedings",
        "online",
        "thesis",
        "report",
    ] {
        for field in FIELDS {
            for text in TEXTS {
                let entry = format!("@{kind}{{a, title = {{T}}, {field} = {{{text}}}}}");
                let Ok(read) = Bibliography::parse("references.bib", &entry) else {
                    continue;
                };
                for (_, work) in read.works() {
                    check_work(work);
                }
            }
        }
    }
}

/// A work is one paragraph of text and allowed links.
fn check_work(work: &str) {
    assert!(!work.contains("{{#"), "{work}");
    for event in Parser::new_ext(work, markdown_options()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                let schemes = ["https://", "http://", "mailto:", "doi:"];
                let address = dest_url.to_lowercase();
                let allowed = schemes.iter().any(|scheme| address.starts_with(scheme));
                assert!(allowed, "{work}");
            }
            Event::Start(Tag::Paragraph | Tag::Emphasis) | Event::Text(_) | Event::End(_) => {}
            other => panic!("{other:?} in {work}"),
        }
    }
}
