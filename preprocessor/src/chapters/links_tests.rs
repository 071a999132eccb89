//! Links lead to what is there, in both formats, and what is not there is told.

use super::contract::Renderer;
use super::small_books::fill;

/// A book whose chapter `part/a.md` holds `text`, beside chapters to link to.
fn book(renderer: Renderer, text: &str) -> (String, Vec<String>) {
    let chapters = [
        ("part/a.md", text),
        (
            "one.md",
            "# One\n\n## The share of $x_1$\n\n## Results\n\n## Results\n\nA\n: b\n",
        ),
        (
            "sub/README.md",
            "# Sub\n\n## Über *a* `b`\n\n<a id=\"own\"></a>\n",
        ),
        ("my chapter.md", "# C\n\n## D {#Own-id}\n"),
        ("open.md", "# E\n\n{{#include x.md}}\n"),
    ];
    let mut filled = fill(renderer, &chapters);
    let faults = filled.faults.iter().map(ToString::to_string).collect();
    (
        filled.chapters.remove("part/a.md").unwrap_or_default(),
        faults,
    )
}

/// A link in `part/a.md`, as it leaves for both renderers.
#[track_caller]
fn check(link: &str, expected: &str) {
    for renderer in [Renderer::Html, Renderer::Pdf] {
        assert_eq!(
            book(renderer, link),
            (expected.to_owned(), Vec::new()),
            "{link}"
        );
    }
}

#[test]
fn a_readme_is_the_page_of_its_folder() {
    check("[a](../sub/README.md)", "[a](../sub/index.md)");
    check("[a](../sub/)", "[a](../sub/index.md)");
    check("[a](../sub#own)", "[a](../sub/index.md#own)");
    check(
        "[a](../sub/README.html#own \"t\")",
        "[a](../sub/index.md#own \"t\")",
    );
    check(
        "[a][r]\n\n[r]: ../sub/README.md",
        "[a][r]\n\n[r]: ../sub/index.md",
    );
    check(
        "<a href=\"../sub/README.md\">a</a>",
        "<a href=\"../sub/index.md\">a</a>",
    );
    check(
        "[![b](../x.png)](/sub/README.md)",
        "[![b](../x.png)](../sub/index.md)",
    );
    for stays in ["[a](../sub/index.md)", "[a](../sub/index.html#own)"] {
        check(stays, stays);
    }
}

#[test]
fn a_path_from_the_root_leads_from_the_page() {
    check("[a](/one.md#results-1)", "[a](../one.md#results-1)");
    check("![a](/x.png)", "![a](../x.png)");
    check(
        "<img src='/x.png' alt=\"a\">",
        "<img src='../x.png' alt=\"a\">",
    );
}

#[test]
fn other_links_stay() {
    for stays in [
        "[a](../one.md#the-share-of-x1) [b](../one.html#a) [c](#d)\n\n## D",
        "[a](<../my chapter.md#Own-id>) [b](../my%20chapter.md)",
        "[a](../files/a%20b.csv) [b](https://a.b/c.md#d) [c](mailto:a@b.c) <https://a.b>",
        "[a](../sub/index.md#%C3%BCber-a-b) [b](../open.md#any)",
        "`[a](none.md)` [a]() \\[a](none.md)",
    ] {
        check(stays, stays);
    }
}

#[test]
fn an_image_and_a_link_of_one_path_are_two_things() {
    let (_, faults) = book(Renderer::Html, "[a](../one.md) ![b](../one.md)");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].contains("image `../one.md`: there is no file"),
        "{faults:?}"
    );
    check(
        "![a](../x.png) [b](../x.png)",
        "![a](../x.png) [b](../x.png)",
    );
}

#[test]
fn a_link_to_nothing_is_told_with_what_is_near() {
    let check = |link: &str, expected: &str| {
        for renderer in [Renderer::Html, Renderer::Pdf] {
            let (_, faults) = book(renderer, link);
            assert_eq!(faults.len(), 1, "{link}: {faults:?}");
            assert!(faults[0].ends_with(expected), "{link}: {faults:?}");
        }
    };
    check(
        "[a](../one.md#the-share-of-x_1)",
        "`one.md` has no `#the-share-of-x_1`; hint: there is `#the-share-of-x1`",
    );
    check(
        "[a](../one.md#Results)",
        "has no `#Results`; hint: there is `#results`, `#results-1`",
    );
    check(
        "[a](#none)\n\n## B",
        "`part/a.md` has no `#none`; hint: there is `#b`",
    );
    check(
        "[a](none.md)",
        "the book has no chapter or file `part/none.md`; hint: list the chapter in SUMMARY.md or correct the path",
    );
    check(
        "[a](../other.md)",
        "no chapter or file `other.md`; hint: list the chapter in SUMMARY.md",
    );
    check(
        "[a](../One.md)",
        "no chapter or file `One.md`; hint: there is `one.md`",
    );
    check(
        "<a href=\"none.csv\">a</a>",
        "no chapter or file `part/none.csv`; hint: list the chapter in SUMMARY.md or correct the path",
    );
    check(
        "![a](X.png)",
        "image `X.png`: there is no file `part/X.png` in the source folder; hint: correct the path or make the file",
    );
    check(
        "<img alt='a' src='../X.png'>",
        "there is no file `X.png` in the source folder; hint: there is `x.png`",
    );
    check(
        "[a][r]\n\n[r]: none.md",
        "no chapter or file `part/none.md`; hint: list the chapter in SUMMARY.md or correct the path",
    );
}

#[test]
fn only_a_page_has_the_whole_book() {
    let link = "[a](../print.html)";
    assert_eq!(book(Renderer::Html, link).1, [""; 0]);
    assert_eq!(book(Renderer::Pdf, link).1.len(), 1);
}
