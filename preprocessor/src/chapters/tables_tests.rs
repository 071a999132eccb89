//! Chapters that pick rows of tables.

use super::*;
use crate::catalogue::{Entry, Facts};
use crate::chapters::contract::Renderer;
use crate::data::{Table, Tables, read_declarations};
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use expect_test::{Expect, expect};

const DECLARED: &str = "[times]\nfile = 'data/times.csv'\nmade_by = 'bench/run.sh'\n\
    where = ['program', 'n']\nrepeat = 'repeat'\n[times.columns]\nn = 'key'\nseconds = 'ms'\n\
    [units]\nkey = { many = 'keys' }\n";
const ROWS: &str = "program,n,repeat,seconds\nradix,1000,1,2\nradix,1000,2,4\nmerge,1000,1,9\n\
    radix,2000,1,5\nmerge,2000,1,\n";

/// Facts with the table, whose file has these `rows`.
pub(super) fn facts(declared: &str, rows: Option<&str>) -> Facts {
    let mut facts = Facts::default();
    facts.catalogue.add(Quantity::exact(
        "limit.time",
        Unit::Second,
        0.003,
        "a limit",
    ));
    let declared = read_declarations("book/data.toml", declared).expect("sound declarations");
    let read = |declaration| Table::read(declaration, rows.map(str::as_bytes)).expect("sound rows");
    facts.tables = Tables {
        file: "book/data.toml".to_owned(),
        all: declared.tables.into_iter().map(read).collect(),
    };
    facts
}

fn fill(facts: Facts, source: &str) -> Filled {
    fill_as(Renderer::Pdf, facts, source)
}

fn fill_as(renderer: Renderer, facts: Facts, source: &str) -> Filled {
    let bibliography = Bibliography::parse("references.bib", "").expect("empty");
    let chapter = |path: &str, source: &str| Chapter {
        path: path.to_owned(),
        file: format!("book/{path}"),
        source: source.to_owned(),
    };
    let chapters = [
        chapter("a.md", source),
        chapter("appendix/evidence.md", "<< evidence() >>"),
    ];
    fill_book(&chapters, facts, &bibliography, renderer)
}

/// What the chapter becomes, or its faults.
fn check_with(facts: Facts, source: &str, expect: Expect) {
    let filled = fill(facts, source);
    let faults = filled.faults.iter().map(|fault| format!("{fault}\n"));
    match filled.faults.is_empty() {
        true => expect.assert_eq(&filled.chapters["a.md"]),
        false => expect.assert_eq(&faults.collect::<String>()),
    }
}

fn check(source: &str, expect: Expect) {
    check_with(facts(DECLARED, Some(ROWS)), source, expect);
}

#[test]
fn what_is_picked_is_printed_like_any_other_quantity() {
    check(
        "<< pick(\"times.seconds\", program=\"merge\", n=1000) | si >>, \
         << pick('times.seconds', program='radix', n=1000) | fixed(places=1, unit='ms') >>, \
         << pick('times.n', program='radix', n=2000) >>, \
         <% set t = pick('times.seconds', program='merge', n=2000) %><< t | si >>",
        expect![[
            r#"<a class="quantity measured" href="appendix/evidence.md#ev-times.seconds%28program%3Dmerge%2Cn%3D1000%2Crepeat%3D1%29">9.00 ms</a>, <a class="quantity derived" href="appendix/evidence.md#ev-times.seconds%28program%3Dradix%2Cn%3D1000%29">3.0 ms</a>, <a class="quantity measured" href="appendix/evidence.md#ev-times.n%28program%3Dradix%2Cn%3D2000%2Crepeat%3D1%29">2,000</a>, <span class="quantity measured pending">not measured</span>"#
        ]],
    );
}

#[test]
fn ratios_and_differences_carry_units() {
    check(
        "<< ratio(pick('times.n', program='radix', n=2000), pick('times.seconds', program='radix', n=2000)) | si >>, \
         << difference(pick('times.seconds', program='radix', n=2000), limit.time) | fixed(places=1, unit='ms') >>, \
         << ratio(limit.time, to=limit.time) | percent >>",
        expect![[
            r#"<a class="quantity derived" href="appendix/evidence.md#ev-ratio%28times.n%28program%3Dradix%2Cn%3D2000%2Crepeat%3D1%29%2Ctimes.seconds%28program%3Dradix%2Cn%3D2000%2Crepeat%3D1%29%29">400,000 keys/s</a>, <a class="quantity derived" href="appendix/evidence.md#ev-difference%28times.seconds%28program%3Dradix%2Cn%3D2000%2Crepeat%3D1%29%2Climit.time%29">2.0 ms</a>, <a class="quantity derived" href="appendix/evidence.md#ev-ratio%28limit.time%2Climit.time%29">100.0 %</a>"#
        ]],
    );
}

#[test]
fn tables_of_a_chapter_take_them() {
    check(
        "<% filter table(id=\"tbl-a\", columns=[{\"head\": \"Program\"}, {\"head\": \"Time\", \"unit\": \"ms\", \"places\": 1}], \
         rows=[[\"radix\", pick(\"times.seconds\", program=\"radix\", n=2000)], [\"merge\", pick(\"times.seconds\", program=\"merge\", n=2000)]]) %>Times.<% endfilter %>",
        expect![[r#"
            <figure id="tbl-a" class="table">

            <figcaption>

            **Table 1.** Times. [Data (CSV)](generated/data/tbl-a.csv)

            </figcaption>

            | Program | Time (ms) |
            | :--- | ---: |
            | radix | <a class="quantity measured" href="appendix/evidence.md#ev-times.seconds%28program%3Dradix%2Cn%3D2000%2Crepeat%3D1%29">5.0</a> |
            | merge | <span class="quantity measured pending">not measured</span> |

            </figure>"#]],
    );
}

#[test]
fn the_evidence_lists_tables_and_what_was_made_of_them() {
    let source = "<< ratio(pick('times.seconds', program='radix', n=1000), limit.time) | number >>";
    let filled = fill_as(Renderer::Html, facts(DECLARED, Some(ROWS)), source);
    assert!(filled.faults.is_empty());
    let evidence = &filled.chapters["appendix/evidence.md"];
    let list = &evidence[evidence.find("## Tables of").expect("a list of tables")..];
    expect![[r###"
        ## Tables of data {#tables}

        - <a id="table-times"></a>`times`: not sealed. File `data/times.csv`, digest `991468417648`, 5 rows. Made by `bench/run.sh`.

        ## Figures and tables {#exhibits}


        ## Measured {#measured}

        - <a id="ev-times.seconds(program=radix,n=1000,repeat=1)"></a>`times.seconds(program=radix, n=1000, repeat=1)`: 0.002 s. `seconds in line 2` of [`times`](#table-times)
        - <a id="ev-times.seconds(program=radix,n=1000,repeat=2)"></a>`times.seconds(program=radix, n=1000, repeat=2)`: 0.004 s. `seconds in line 3` of [`times`](#table-times)

        ## Derived {#derived}

        - <a id="ev-limit.time"></a>`limit.time`: 0.003 s. a limit
        - <a id="ev-ratio(times.seconds(program=radix,n=1000),limit.time)"></a>`ratio(times.seconds(program=radix, n=1000), limit.time)`: 1. `a / b` of [`limit.time`](#ev-limit.time), [`times.seconds(program=radix, n=1000)`](#ev-times.seconds%28program%3Dradix%2Cn%3D1000%29)
        - <a id="ev-times.seconds(program=radix,n=1000)"></a>`times.seconds(program=radix, n=1000)`: 0.003 s. `median of 2 repeats, lines 2–3` of [`times.seconds(program=radix, n=1000, repeat=1)`](#ev-times.seconds%28program%3Dradix%2Cn%3D1000%2Crepeat%3D1%29), [`times.seconds(program=radix, n=1000, repeat=2)`](#ev-times.seconds%28program%3Dradix%2Cn%3D1000%2Crepeat%3D2%29)

        ## Quoted {#quoted}

    "###]].assert_eq(list);
}

#[test]
fn the_register_has_numbers_under_their_table() {
    let picked = |repeat| {
        format!("<< pick('times.seconds', program='radix', n=1000, repeat={repeat}) | si >>")
    };
    let source = format!("{} {} << limit.time | si >>", picked(1), picked(2));
    let filled = fill(facts(DECLARED, Some(ROWS)), &source);
    assert_eq!(filled.faults, []);
    let evidence = &filled.chapters["appendix/evidence.md"];
    let register = &evidence[evidence.find("<section").expect("a register")..];
    expect![[r#"
        <section class="register">

        ## Measured {#measured}

        <a id="table-times"></a>**`times`** <a id="tables"></a>not sealed, [table `991468417648`](project:data/times.csv): <a id="ev-times.seconds(program=radix,n=1000,repeat=1)"></a>`times.seconds(program=radix, n=1000, repeat=1)` 0.002 s; <a id="ev-times.seconds(program=radix,n=1000,repeat=2)"></a>`…seconds(program=radix, n=1000, repeat=2)` 0.004 s

        ## Derived {#derived}

        **`a limit`** <a id="ev-limit.time"></a>`limit.time` 0.003 s

        </section>
    "#]].assert_eq(register);
}

#[test]
fn faults_have_their_places() {
    check(
        "é << limit.time >>\n<< pick('times.second', n=1000) >>",
        expect![[r#"
        `book/a.md:2:9`: `pick`: no column of `times` that has a unit is named `second`, expected one of `n`, `seconds`
    "#]],
    );
    check(
        "\n<% if false %><< pick('times.seconds', m=1000) >> << pick('time.x') >><% endif %>",
        expect![[r#"
        `book/a.md:2:40`: `pick`: `m` selects no rows of `times`, expected one of `program`, `n`, `repeat`
        `book/a.md:2:59`: `pick`: no table is named `time`, expected one of `times`
    "#]],
    );
    check(
        "é << pick('times.seconds', n=3000) | si >>",
        expect![[r#"
        `book/a.md:1:6`: `pick`: no row of `times` has `3000` in `n`, which has `2000`, `1000`
    "#]],
    );
    check(
        "<< pick('times.seconds', n=1000) | si >>",
        expect![[r#"
        `book/a.md:1:4`: `pick`: 3 rows of `times` are meant, lines 2–4: name one by `program` (`radix`, `merge`)
    "#]],
    );
    check(
        "<< pick() >>",
        expect![[r#"
        `book/a.md:1:4`: `pick`: it needs a column; hint: `pick("times.seconds", n=8)`
    "#]],
    );
    check(
        "<< pick('times.seconds', n=[1]) >>",
        expect![[r#"
        `book/a.md:1:4`: `pick`: `n` is neither a text nor a number
    "#]],
    );
    check(
        "<< ratio(limit.time, 3) >>",
        expect![[r#"
        `book/a.md:1:4`: `ratio`: it needs two quantities; hint: names of the catalogue or `pick(…)`
    "#]],
    );
    check(
        "<< difference(limit.time, pick('times.n', program='radix', n=2000)) >>",
        expect![[r#"
        `book/a.md:1:4`: `difference`: `limit.time` is in `s` and `times.n(program=radix,n=2000,repeat=1)` in `key`, expected one unit
    "#]],
    );
    check(
        "<< ratio(pick('times.seconds', n=2000, program='radix'), limit.time) | fixed(unit='ms') >>",
        expect![[r#"
            `book/a.md:1:72`: `ratio(times.seconds(program=radix,n=2000,repeat=1),limit.time)` is a pure number, and `fixed` cannot show it in `ms`; hint: `number`, `percent` or `fixed(places=1)`
        "#]],
    );
    check(
        "<< ratio(limit.time, limit.tim) >>",
        expect![[r#"
        `book/a.md:1:22`: no quantity is named `limit.tim`; hint: `limit` has time
    "#]],
    );
    check(
        "<< ratio(limit.time limit.time) >> <% x %>",
        expect![[r#"
            `book/a.md:1:21`: found `limit`, expected `,` or a closing bracket; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
            `book/a.md:1:36`: no tag begins with `x`; expected one of `if`, `endif`, `for`, `endfor`, `filter`, `endfilter`, `set`, `endset`, `block`, `endblock`, `raw`, `endraw`, `elif`, `else`, `set_global`, `break`, `continue`, `include`, `extends`, `component`
        "#]],
    );
}

#[test]
fn a_table_that_is_not_there_leaves_gaps_and_is_a_shortcoming() {
    let picks = "<< pick('times.seconds', program='radix', n=1000) | si >>, << ratio(pick('times.seconds', n=5), limit.time) | si >>";
    check_with(
        facts(DECLARED, None),
        picks,
        expect![[r#"<span class="quantity measured pending">not measured</span>"#]],
    );
    let shortcomings = |declared: &str, rows| {
        let filled = fill(facts(declared, rows), picks);
        filled
            .shortcomings
            .iter()
            .map(|it| format!("{it}\n"))
            .collect::<String>()
    };
    expect![[r#"
        `book/data.toml:1`: table `times`: missing; hint: bench/run.sh
    "#]]
    .assert_eq(&shortcomings(DECLARED, None));
    expect![[r#"
        `book/data.toml:1`: table `times`: not sealed; hint: mdbook-measured seal times
    "#]]
    .assert_eq(&shortcomings(DECLARED, Some(ROWS)));
    let stale = DECLARED.replace(
        "where",
        &format!("digest = 'sha256:{}'\nwhere", "0".repeat(64)),
    );
    expect![[r#"
        `book/data.toml:1`: table `times`: stale: the digest of the file was 000000000000, is 991468417648; hint: mdbook-measured seal times, if the file is the wanted one; else: bench/run.sh
    "#]].assert_eq(&shortcomings(&stale, Some(ROWS)));
    let sealed = stale.replace(&"0".repeat(64), results::Digest::of(ROWS).as_str());
    expect![[""]].assert_eq(&shortcomings(&sealed, Some(ROWS)));
    check_with(
        facts(&stale, Some(ROWS)),
        "<< pick('times.seconds', program='merge', n=1000) | si >>",
        expect![[
            r#"<a class="quantity measured flawed" href="appendix/evidence.md#ev-times.seconds%28program%3Dmerge%2Cn%3D1000%2Crepeat%3D1%29">9.00 ms</a> (stale)"#
        ]],
    );
}

#[test]
fn an_own_image_has_a_number_and_a_caption() {
    let image = |arguments: &str, expect: Expect| {
        let mut facts = facts(DECLARED, Some(ROWS));
        facts.images = ["images/a b.png".to_owned()].into();
        let source = format!(
            "<% filter figure(id='fig-a', {arguments}) %>\nWhat to see.\n<% endfilter %>\n\n@fig-a"
        );
        check_with(facts, &source, expect);
    };
    image(
        "image='images/a b.png', alt='Two [machines]'",
        expect![[r#"
            <figure id="fig-a" class="images">

            ![Two &#91;machines&#93;](images/a%20b.png)

            <figcaption>

            **Figure 1.** What to see.

            </figcaption>

            </figure>

            [Figure 1](a.md#fig-a)"#]],
    );
    image(
        "image='images/b.png', alt='x'",
        expect![[r#"
        `book/a.md:1:11`: no image `images/b.png` is in the folder of the chapters; hint: there are `images/a b.png`
    "#]],
    );
    image(
        "image='images/a b.png', alt=' '",
        expect![[r#"
        `book/a.md:1:11`: `alt` is empty; hint: say what the image shows to who cannot see it
    "#]],
    );
    image(
        "image='images/a b.png'",
        expect![[r#"
        `book/a.md:1:11`: missing field `alt`
    "#]],
    );
    image(
        "image='images/a b.png', alt='x', width=3",
        expect![[r#"
        `book/a.md:1:11`: unknown field `width`, expected `image` or `alt`
    "#]],
    );
    image(
        "alt='x'",
        expect![[r#"
        `book/a.md:1:11`: a figure needs `view` or `image`; hint: the name of a view, or the path of an image, in quotation marks
    "#]],
    );
}

#[test]
fn an_own_table_has_a_number_and_a_caption() {
    let table = |text: &str, expect: Expect| {
        let source = format!(
            "<% filter table(id='tbl-a', caption='Of *mine*.') %>\n{text}\n<% endfilter %>"
        );
        check(&source, expect);
    };
    table(
        "| a | b |\n|---|--:|\n| x | << limit.time | fixed(places=1, unit='ms') >> |",
        expect![[r#"
            <figure id="tbl-a" class="table">

            <figcaption>

            **Table 1.** Of *mine*.

            </figcaption>

            | a | b |
            |---|--:|
            | x | <a class="quantity derived" href="appendix/evidence.md#ev-limit.time">3.0 ms</a> |

            </figure>"#]],
    );
    table(
        "Text.",
        expect![[r#"
        `book/a.md:1:11`: the text between the tags is not one Markdown table; hint: with `caption` the table stands between the tags, without it the caption does
    "#]],
    );
    table(
        "| a |\n|---|\n| x |\n\nText.",
        expect![[r#"
        `book/a.md:1:11`: the text between the tags is not one Markdown table; hint: with `caption` the table stands between the tags, without it the caption does
    "#]],
    );
    table(
        "",
        expect![[r#"
        `book/a.md:1:11`: the text between the tags is not one Markdown table; hint: with `caption` the table stands between the tags, without it the caption does
    "#]],
    );
}

#[test]
fn the_rows_that_answer_are_named_by_place_or_by_flags() {
    let check = |answer: &str, expect: &str| {
        let mut facts = facts(DECLARED, None);
        for (flag, holds) in [("a.is_best", false), ("b.is_best", true)] {
            facts.catalogue.insert(flag, Entry::Flag(holds));
        }
        let source = format!(
            "<% filter table(id=\"tbl-a\", columns=[{{\"head\": \"A\"}}], rows=[[\"a\"], [\"b\"]], \
             answer={answer}) %>C<% endfilter %>"
        );
        let filled = fill(facts, &source);
        let chapter = filled.chapters.get("a.md").map_or("", String::as_str);
        let bold = chapter.lines().filter(|line| line.starts_with("| **"));
        let faults = filled.faults.iter().map(|fault| fault.message.as_str());
        let found = faults.chain(bold).collect::<Vec<_>>().join("\n");
        assert!(found.contains(expect), "{answer}: {found}");
        assert_eq!(found.is_empty(), expect.is_empty(), "{answer}: {found}");
    };
    check("[1]", "| **b** |");
    check("[a.is_best, b.is_best]", "| **b** |");
    check("[b.is_best, a.is_best]", "| **a** |");
    check("[]", "");
    check("[a.is_best, a.is_best]", "");
    check("[2]", "`answer` names the row 2, expected places below 2");
    check("[b.is_best]", "`answer` has 1 flags for 2 rows");
}
