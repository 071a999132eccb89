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
            `book/references.bib:4:3`: `a` → `a` is a circle of references
        "#]],
    );
    check(
        "@misc{a, xdata = {b, c}}\n@misc{b, title = {B}}\n@misc{c, CrossRef = {d}}\n@xdata{d, xdata = {{c}}}",
        expect![[r#"
            `book/references.bib:3:10`: `c` → `d` → `c` is a circle of references
        "#]],
    );
    check(
        "@misc{a, ids = {b}, crossref = {b}}",
        expect![[r#"
            `book/references.bib:1:21`: `a` → `a` is a circle of references
        "#]],
    );
    check(
        "@string{x = y # \" and \"}\n@string{y = x}\n@misc{a, title = x}",
        expect![[r#"
            `book/references.bib:1:9`: `x` → `y` → `x` is a circle of references
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
            x: A. Lovelace.
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
            `book/references.bib:12:2`: the abbreviations stand for more than 4194304 bytes of text
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
            `book/references.bib:5:11`: `e4` takes fields of more than 100 entries
            `book/references.bib:6:11`: `e5` takes fields of more than 100 entries
            `book/references.bib:7:11`: `e6` takes fields of more than 100 entries
            `book/references.bib:8:11`: `e7` takes fields of more than 100 entries
            `book/references.bib:9:11`: `e8` takes fields of more than 100 entries
            `book/references.bib:10:11`: `e9` takes fields of more than 100 entries
        "#]],
    );
}

#[test]
fn links_are_of_four_kinds() {
    let entry = |url: &str| format!("@misc{{a,\n  title = {{T}},\n  url = {{{url}}}\n}}");
    check(
        &entry("data:text/html,<b>x</b>"),
        expect![[r#"
            `book/references.bib:3:3`: `a`: `url`: `data:text/html,<b>x</b>` is no address; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
        "#]],
    );
    check(
        &entry("javascript:alert(1)"),
        expect![[r#"
            `book/references.bib:3:3`: `a`: `url`: `javascript:alert(1)` is no address; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
        "#]],
    );
    check(
        &entry("java\nscript:alert(1)"),
        expect![[r#"
            `book/references.bib:3:3`: `a`: `url`: `java script:alert(1)` is no address; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
        "#]],
    );
    check(
        &entry("www.example.org"),
        expect![[r#"
            `book/references.bib:3:3`: `a`: `url`: `www.example.org` is no address; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`
        "#]],
    );
    check(
        &entry("HTTPS://example.org/a_b?c=<d>{e}#f"),
        expect![[r#"
            a: “T.” &#91;Online&#93;. Available: <HTTPS://example.org/a_b?c=%3Cd%3Ee#f>
        "#]],
    );
    check(
        &entry("mailto:a<b @example.org"),
        expect![[r#"
            a: “T.” &#91;Online&#93;. Available: <mailto:a%3Cb%20@example.org>
        "#]],
    );
    check(
        "@misc{a, title = {T}, doi = {10.1000/<script> x}}",
        expect![[r#"
            a: “T,” doi: [10.1000/&lt;script&gt; x](<https://doi.org/10.1000/%3Cscript%3E%20x>).
        "#]],
    );
}

#[test]
fn whatever_bibtex_takes_for_a_key_is_one() {
    for key in [
        "DBLP:conf/iclr/MusterT17",
        "muster.2017",
        "O'Neil+2010",
        "müller–2017",
        "a\"b",
        "a<b>&c",
        "a*b_c`d",
        "[x]",
        "{{a",
        "!#$%()-./:;=?@\\^|~",
    ] {
        let text = format!("@misc{{{key}, title = {{T}}}}");
        let read = Bibliography::parse("references.bib", &text).expect(key);
        assert_eq!(read.find(key), Some(key));
        let text = format!("{key} and");
        assert_eq!(read.longest_key(&text), key.len(), "{text}");
    }
    check(
        "\n@misc{, title = {T}}",
        expect![[r#"
        `book/references.bib:2:7`: an entry has no key
    "#]],
    );
}

#[test]
fn another_name_of_a_work_finds_it() {
    let text = "@misc{a, ids = {b, c:d}, title = {T}}";
    let read = Bibliography::parse("references.bib", text).expect("valid");
    assert_eq!(read.find("c:d"), Some("a"));
    assert_eq!(read.find("A"), None);
}

#[test]
fn a_fault_names_line_key_and_field() {
    let mut told = String::new();
    for text in [
        "@misc{a,\n title = {A}\n year = 2019,\n}",
        "@misc{a,\n title = {A,\n year = {2019},\n}\n\n@misc{b, title = {B}}",
        "@misc{a,\n title = {A},\n year = {2019}\n\n@misc{b, title = {B}}",
        "@misc{a,\n title = {A}},\n year = {2019},\n}\n@misc{b,\n title = {B}\n",
        "@misc{a,\n title = {A}},\n year = {2019},\n}",
        "@misc{a,\n title = \"A {\"}b{\"}\",\n year = 2019\n}",
        "@misc{a,\n title = A,\n}",
        "@misc{a,\n year = in press,\n}",
        "@misc{a,\n note = {”=},\n title = A}",
        "@misc{a\n title = {A}}",
        "@misc{a,\n title {A}}",
        "@misc(a, title = {A})",
        "write to me@example.org\n@misc{a, title = {A}}",
        "@misc{a,\n title = {A},\n Title = {B}}",
        "@misc{a,\n crossref = {nobody}}",
        "@misc{a,\n title = {A \u{f0001}}}",
        "@string{x = {\\foo}}\n@misc{a, title = x}",
    ] {
        let faults = Bibliography::parse("references.bib", text).expect_err(text);
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        told += &format!("{text}\n{}\n\n", faults[0]);
    }
    expect![[r#"
        @misc{a,
         title = {A}
         year = 2019,
        }
        `references.bib:3:2`: `a`: there is no comma behind the field `title`

        @misc{a,
         title = {A,
         year = {2019},
        }

        @misc{b, title = {B}}
        `references.bib:2:2`: `a`: the braces of the field `title` do not close

        @misc{a,
         title = {A},
         year = {2019}

        @misc{b, title = {B}}
        `references.bib:1:1`: `a`: the entry has no closing brace

        @misc{a,
         title = {A}},
         year = {2019},
        }
        @misc{b,
         title = {B}

        `references.bib:5:1`: `b`: the entry has no closing brace

        @misc{a,
         title = {A}},
         year = {2019},
        }
        `references.bib:2:14`: `a`: the braces close before `,`

        @misc{a,
         title = "A {"}b{"}",
         year = 2019
        }
        `references.bib:2:2`: `a`: `title`: the braces in `A {` do not close; hint: a value that holds quotation marks stands in braces

        @misc{a,
         title = A,
        }
        `references.bib:2:10`: `a`: `title`: no `@string` says what `A` stands for; hint: text stands in braces, `{A}`

        @misc{a,
         year = in press,
        }
        `references.bib:2:12`: `a`: there is no comma behind the field `year`; hint: text stands in braces

        @misc{a,
         note = {”=},
         title = A}
        `references.bib:3:10`: `a`: `title`: no `@string` says what `A` stands for; hint: text stands in braces, `{A}`

        @misc{a
         title = {A}}
        `references.bib:2:2`: `a`: there is no comma behind the key

        @misc{a,
         title {A}}
        `references.bib:2:8`: `a`: there is no `=` behind the name of a field

        @misc(a, title = {A})
        `references.bib:1:1`: `@misc` begins no entry, expected `@type{key, …}`

        write to me@example.org
        @misc{a, title = {A}}
        `references.bib:1:12`: `@example.org` begins no entry, expected `@type{key, …}`

        @misc{a,
         title = {A},
         Title = {B}}
        `references.bib:3:2`: `a`: the field `title` is there twice

        @misc{a,
         crossref = {nobody}}
        `references.bib:2:2`: `a`: `crossref` is `nobody`, which is no entry's key

        @misc{a,
         title = {A 󰀁}}
        `references.bib:2:2`: `a`: `title`: U+F0001 is a private character, expected text

        @string{x = {\foo}}
        @misc{a, title = x}
        `references.bib:1:9`: `@string`: `x`: `\foo` is not a command that is known here; hint: write the character itself, and formulas between `$`

    "#]].assert_eq(&told);
}

#[test]
fn strings_comments_and_capitals() {
    check(
        "% comment\nText.\n@comment{ @ignored }\n@preamble{\"\\newcommand{\\x}{y}\"}\n\
         @String{ jw = \"J. \" # {W.} }\n@ARTICLE{a, TITLE = \"A {B}\", Journal = jw # { B}, YEAR = 2019}",
        expect![[r#"
            a: “A B,” *J. W. B*, 2019.
        "#]],
    );
    check(
        "@misc{Lu, title = {One}}\n@misc{lu, title = {Two}}\n@misc{LU, title = {Three},}",
        expect![[r#"
            LU: “Three.”
            Lu: “One.”
            lu: “Two.”
        "#]],
    );
}

#[test]
fn a_part_takes_what_the_whole_has() {
    check(
        "@inproceedings{a, author = {A}, title = {Part}, crossref = {p}, pages = {1--2}}\n\
         @proceedings{p, title = {Whole}, subtitle = {All}, editor = {E}, publisher = {P}, \
         address = {Bern}, year = {in press}, series = {S}, note = {not theirs}, doi = {10.1/1}}\n\
         @article{b, author = {B}, title = {Part}, crossref = {j}, date = {2001}}\n\
         @periodical{j, title = {Journal}, year = {2000}, volume = 3}",
        expect![[r#"
            a: A, “Part,” in *Whole: All*, ser. S, E, Ed., Bern: P, in press, pp. 1–2.
            b: B, “Part,” *Journal*, vol. 3, 2001.
            j: *Journal*, vol. 3. 2000.
            p: E, Ed., *Whole: All*, ser. S. Bern: P, in press, not theirs, doi: [10.1/1](<https://doi.org/10.1/1>).
        "#]],
    );
}

#[test]
fn what_is_not_biblatex_is_told_with_its_line() {
    check(
        "@misc{a, title = {A}}\n@misc{a, title = {B}}",
        expect![[r#"
            `book/references.bib:2:7`: the key `a` is used twice
        "#]],
    );
    check(
        "@misc{a,\n title = {A\n}",
        expect![[r#"
            `book/references.bib:1:1`: `a`: the entry has no closing brace
        "#]],
    );
    check(
        "@misc{a,\n title = {A},\n date = {yesterday}}",
        expect![[r#"
            a: “A,” yesterday.
        "#]],
    );
    check(
        "@misc{a, ids = {a, {b}}}",
        expect![[r#"
            `book/references.bib:1:7`: `a`: the entry says nothing of a work
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
            Event::InlineMath(_) => {} // MathML or LaTeX, of which neither is markup
            other => panic!("{other:?} in {work}"),
        }
    }
}
