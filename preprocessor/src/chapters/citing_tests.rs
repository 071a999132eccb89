//! The forms of a citation, those of pandoc and beside.

use super::Bibliography;
use super::book::{Chapter, fill_book};
use super::contract::Renderer;
use crate::catalogue::Facts;

const WORKS: &str = "
    @misc{a, author = {Lu, Z.}, title = {A}}
    @misc{b2017, author = {He, K. and Sun, J.}, title = {B}}
    @misc{DBLP:conf/iclr/MusterT17, author = {A and B and C}, title = {C}}
    @misc{muster.2017, title = {D}}
    @misc{O'Neil+2010, author = {O'Neil, Ann and others}, title = {E}}
    @misc{müller, author = {Müller, U.}, title = {F}}
    @misc{fig-2017, author = {Fig, F.}, title = {G}}
    @misc{tbl-2017, title = {L}}
    @misc{A, author = {Capital, C.}, title = {H}}
    @misc{foo_bar_baz, author = {_Under*, S.}, title = {I}}
    @misc{x&y<z>\"q, author = {Odd, O.}, title = {J}}
    @misc{old, ids = {other:name}, author = {Old, O.}, title = {K}}
";

/// The chapter as it is written, with each link to a work as its key, or what is wrong with it.
fn cited(text: &str) -> String {
    let bibliography = Bibliography::parse("references.bib", WORKS).expect("valid");
    let chapter = |path: &str, source: &str| Chapter {
        path: path.into(),
        file: path.into(),
        source: source.into(),
    };
    let equation = "\n\n$$x$$ {#eq-x}\n\n[@a]\n\n<< references() >>";
    let chapters = [chapter("a.md", text), chapter("r.md", equation)];
    let filled = fill_book(&chapters, Facts::default(), &bibliography, Renderer::Pdf);
    match filled.faults.is_empty() {
        true => filled.chapters["a.md"]
            .replace("](r.md#ref-", "→")
            .replace(')', ""),
        false => { filled.faults.iter() }
            .map(|fault| format!("{fault}\n"))
            .collect(),
    }
}

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<_> = { table.iter() }
        .filter(|(text, expected)| cited(text).trim_end() != *expected)
        .map(|(text, expected)| {
            format!("{text}\n  is       {}\n  expected {expected}", cited(text))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn forms_in_brackets() {
    check(&[
        ("[@a]", "\\[[1→a\\]"),
        ("[@a; @b2017]", "\\[[1→a; [2→b2017\\]"),
        ("[@a, @b2017]", "\\[[1→a, [2→b2017\\]"),
        ("[@a,@b2017;@A]", "\\[[1→a,[2→b2017;[3→A\\]"),
        (
            "[see @a, Table 3; also @b2017]",
            "\\[see [1→a, Table 3; also [2→b2017\\]",
        ),
        ("[-@a]", "\\[[1→a\\]"),
        ("[see -@a; -@b2017]", "\\[see [1→a; [2→b2017\\]"),
        ("[@a p. 3]", "\\[[1→a, p. 3\\]"),
        (
            "[@a pp. 3-5, and more; @b2017 ch. 2]",
            "\\[[1→a, pp. 3-5, and more; [2→b2017, ch. 2\\]",
        ),
        ("[@a 33]", "\\[[1→a, 33\\]"),
        ("[@a and @b2017]", "\\[[1→a and [2→b2017\\]"),
        ("[@a{p. 3}]", "\\[[1→a, p. 3\\]"),
        (
            "[@a, {pp. iv, x} with more]",
            "\\[[1→a, pp. iv, x with more\\]",
        ),
        ("[@{a}, p. 3]", "\\[[1→a, p. 3\\]"),
        (
            "[@a, *Table* 3 and $x^2$]",
            "\\[[1→a, *Table* 3 and $x^2$\\]",
        ),
        ("*[@a, `code`]*", "*\\[[1→a, `code`\\]*"),
        (
            "[see\n@a,\nTable 3;\n@b2017]",
            "\\[see\n[1→a,\nTable 3;\n[2→b2017\\]",
        ),
        ("[@a, [Table 3](r.md)]", "\\[[1→a, [Table 3](r.md\\]"),
        ("[@a.] [@a, p. 3.]", "\\[[1→a.\\] \\[[1→a, p. 3.\\]"),
        (
            "[@a, Fig. 1 and @eq-x]",
            "\\[[1→a, Fig. 1 and [Equation 1](r.md#eq-x\\]",
        ),
        ("[@foo\\_bar\\_baz, p. 3]", "\\[[1→foo_bar_baz, p. 3\\]"),
        ("[*@a*] [_@a_]", "\\[*[1→a*\\] \\[_[1→a_\\]"),
        ("(@eq-x)", "([Equation 1](r.md#eq-x"),
        ("[@a, <b>3</b>]", "\\[[1→a, <b>3</b>\\]"),
        ("[@a][@b2017]", "\\[[1→a\\]\\[[2→b2017\\]"),
        ("[@a, [sic] 3]", "\\[[1→a, [sic] 3\\]"),
        (
            "> - [@a]\n\n[^1]\n\n[^1]: In [@b2017].",
            "> - \\[[1→a\\]\n\n[^1]\n\n[^1]: In \\[[2→b2017\\].",
        ),
        ("| A |\n|---|\n| [@a] |", "| A |\n|---|\n| \\[[1→a\\] |"),
    ]);
}

#[test]
fn keys() {
    check(&[
        (
            "[@DBLP:conf/iclr/MusterT17]",
            "\\[[1→DBLP%3Aconf/iclr/MusterT17\\]",
        ),
        ("[@muster.2017].", "\\[[1→muster.2017\\]."),
        ("[@O'Neil+2010]", "\\[[1→O%27Neil%2B2010\\]"),
        ("[@müller]", "\\[[1→m%C3%BCller\\]"),
        ("[@A; @a]", "\\[[1→A; [2→a\\]"),
        ("[@foo_bar_baz]", "\\[[1→foo_bar_baz\\]"),
        ("[@x&y<z>\"q]", "\\[[1→x%26y%3Cz%3E%22q\\]"),
        ("[@{x&y<z>\"q}]", "\\[[1→x%26y%3Cz%3E%22q\\]"),
        ("[@fig-2017]", "\\[[1→fig-2017\\]"),
        ("[@other:name] [@old]", "\\[[1→old\\] \\[[1→old\\]"),
    ]);
}

#[test]
fn forms_in_the_text() {
    check(&[
        ("@a says", "Lu \\[[1→a\\] says"),
        (
            "As @b2017, @a.",
            "As He and Sun \\[[1→b2017\\], Lu \\[[2→a\\].",
        ),
        (
            "@a's, (@a), **@a**",
            "Lu \\[[1→a\\]'s, (Lu \\[[1→a\\], **Lu \\[[1→a\\]**",
        ),
        ("@a [p. 3] says", "Lu \\[[1→a, p. 3\\] says"),
        (
            "@a\n[p. 3; also @b2017]",
            "Lu \\[[1→a, p. 3; also [2→b2017\\]",
        ),
        ("@a [@b2017]", "Lu \\[[1→a, [2→b2017\\]"),
        ("@a [link](r.md)", "Lu \\[[1→a\\] [link](r.md"),
        ("@a [open", "Lu \\[[1→a\\] [open"),
        (
            "@DBLP:conf/iclr/MusterT17: yes",
            "A et al. \\[[1→DBLP%3Aconf/iclr/MusterT17\\]: yes",
        ),
        ("@muster.2017.", "\\[[1→muster.2017\\]."),
        ("@{O'Neil+2010}?", "O’Neil et al. \\[[1→O%27Neil%2B2010\\]?"),
        ("@foo_bar_baz", "&#95;Under&#42; \\[[1→foo_bar_baz\\]"),
        (
            "@fig-2017 and @eq-x",
            "Fig \\[[1→fig-2017\\] and [Equation 1](r.md#eq-x",
        ),
        (
            "_@a_, *@b2017*, __@foo_bar_baz__",
            "_Lu \\[[1→a\\]_, *He and Sun \\[[2→b2017\\]*, __&#95;Under&#42; \\[[3→foo_bar_baz\\]__",
        ),
        ("@foo\\_bar\\_baz!", "&#95;Under&#42; \\[[1→foo_bar_baz\\]!"),
        ("@a$x$", "Lu \\[[1→a\\]$x$"),
    ]);
}

#[test]
fn a_link_holds_no_link() {
    check(&[
        ("[see [@a]](r.md)", "[see \\[1\\]](r.md"),
        ("[as @a](r.md)", "[as Lu \\[1\\]](r.md"),
        ("# On [@a]\n\n[@a]", "# On \\[1\\] {#on}\n\n\\[[1→a\\]"),
        ("![@eq-x](x.png)", "![[Equation 1](r.md#eq-x](x.png"),
        ("![of @a](x.png)", "![of Lu \\[1\\]](x.png"),
        (
            "<https://x.org/@a> <me@a.org>",
            "<https://x.org/@a> <me@a.org>",
        ),
        (
            "[see @eq-x](r.md)",
            "`a.md:1:6`: `@eq-x` is a link, and stands in the text of another; hint: write it beside",
        ),
    ]);
}

#[test]
fn what_is_no_citation_stays() {
    for text in [
        "me@a.org, you@b2017, https://x.org/@a",
        "@handle and @other, @a_b, @media print",
        "[follow @handle] [to be done] [x]",
        "\\@a and [\\@a] and \\[x]",
        "`[@a]` and ``@a``",
        "```\n[@a]\n```",
        "&#64;a",
        "<b title=\"@a\">b</b>",
        "a @ b, @ foo\\_bar_baz",
    ] {
        check(&[(text, text)]);
    }
    check(&[("\\\\@a", "\\\\Lu \\[[1→a\\]")]);
}

#[test]
fn what_looks_like_one_and_is_none_is_told() {
    let like = |keys: &str| format!("hint: known keys like it: {keys}");
    check(&[
        (
            "[@nobody]",
            "`a.md:1:2`: no work has the key `nobody`; hint: add it to `references.bib`",
        ),
        (
            "[see @a, @nobody]",
            "`a.md:1:10`: no work has the key `nobody`; hint: add it to `references.bib`",
        ),
        (
            "@{nobody else}",
            "`a.md:1:1`: no work has the key `nobody else`; hint: add it to `references.bib`",
        ),
        (
            "[@b2018]",
            &format!("`a.md:1:2`: no work has the key `b2018`; {}", like("b2017")),
        ),
        (
            "As @b2018 says",
            &format!("`a.md:1:4`: no work has the key `b2018`; {}", like("b2017")),
        ),
        (
            "As @B2017 says",
            &format!("`a.md:1:4`: no work has the key `B2017`; {}", like("b2017")),
        ),
        (
            "@b2017.Then",
            &format!(
                "`a.md:1:1`: no work has the key `b2017.Then`; {}",
                like("b2017")
            ),
        ),
        (
            "[@foo\\_bar]",
            &format!(
                "`a.md:1:2`: no work has the key `foo`; {}",
                like("foo_bar_baz")
            ),
        ),
        (
            "[@a]: nothing\n\n[@b2017]",
            "`a.md:1:1`: `[@a]:` defines where a link leads; hint: write something before it, or a \
             space behind it",
        ),
        (
            "[@O'Neil+2010x]",
            "`a.md:1:2`: no work has the key `O`; hint: known keys like it: O'Neil+2010, old, other:name",
        ),
        (
            "<div>\n[@a]\n</div>",
            "`a.md:2:1`: `[@a` stands in raw HTML, where it is text; hint: put blank lines around the text",
        ),
    ]);
}

#[test]
fn a_label_that_is_a_key_is_told() {
    check(&[
        (
            "$$y$$ {#eq-x}",
            "`r.md:3:9`: the label `eq-x` is used twice; hint: the other one is in `a.md`",
        ),
        (
            "<% filter table(id=\"tbl-2017\", caption=\"C.\") %>\n\n| A |\n|---|\n| 1 |\n\n<% endfilter %>",
            "`a.md:1:21`: `tbl-2017` is the key of a work as well, so `@tbl-2017` could be either; hint: \
             rename one of them",
        ),
    ]);
}
