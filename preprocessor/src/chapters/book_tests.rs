//! A whole book with every kind of bad input.

use super::*;
use crate::catalogue::{Catalogue, Entry, Question};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Origin, Quantity, Quotation};
use expect_test::{Expect, expect};

#[path = "blanks_tests.rs"]
mod blanks;

const BIBLIOGRAPHY: &str = "@misc{lu2017, author = {Lu, Z.}, title = {Modeling}, date = {2017}}";

fn facts() -> Facts {
    let mut catalogue = Catalogue::default();
    let quoted = Arc::new(Quantity {
        name: "lu.share".into(),
        value: Ok(0.9908),
        interval: None,
        unit: Unit::One,
        origin: Origin::Quoted(Quotation {
            citation: "lu2017".into(),
            place: "Table 3 | with a bar".into(),
            checked: "read in the paper".into(),
            note: "<script> & \"quotes\"".into(),
            table: None,
        }),
    });
    let twice = (2.0 * Formula::of("share", &quoted)).quantity("twice", Unit::One);
    catalogue.add(quoted);
    catalogue.add(twice);
    catalogue.add(Quantity::exact(
        "time",
        Unit::Second,
        1.776e-3,
        "a definition",
    ));
    catalogue.add(Quantity::exact(
        "broken",
        Unit::One,
        f64::NAN,
        "a definition",
    ));
    catalogue.insert(
        "device",
        Entry::Text("A | B <script>alert(1)</script> & *C*".into()),
    );
    Facts {
        catalogue,
        questions: vec![Question {
            id: "3.4".into(),
            points: 6,
            wording: "How long?".into(),
            chapter: "a.md".into(),
            anchor: "answer".into(),
        }],
        ..Facts::default()
    }
}

fn fill(renderer: Renderer, sources: &[(&str, &str)]) -> Filled {
    let chapters: Vec<_> = sources
        .iter()
        .map(|(path, source)| Chapter {
            path: (*path).to_owned(),
            file: format!("book/{path}"),
            source: (*source).to_owned(),
        })
        .collect();
    let bibliography = Bibliography::parse("book/references.bib", BIBLIOGRAPHY).expect("valid");
    fill_book(&chapters, facts(), &bibliography, renderer)
}

fn check_faults(sources: &[(&str, &str)], expected: Expect) {
    let filled = fill(Renderer::Html, sources);
    let lines: Vec<_> = filled
        .faults
        .iter()
        .map(|fault| format!("{fault}\n"))
        .collect();
    expected.assert_eq(&lines.concat());
}

/// Chapters that the others' links lead to.
const LISTS: [(&str, &str); 2] = [
    ("appendix/evidence.md", "<< evidence() >>"),
    ("appendix/references.md", "<< references() >>"),
];

fn check_text(renderer: Renderer, source: &str, expected: Expect) {
    let mut sources = vec![("part/a.md", source)];
    sources.extend(LISTS.iter().filter(|(_, call)| !source.contains(call)));
    let filled = fill(renderer, &sources);
    assert_eq!(filled.faults, []);
    expected.assert_eq(&format!("{}\n", filled.chapters["part/a.md"]));
}

#[test]
fn numbers_carry_their_evidence_in_both_formats() {
    let source = "<< lu.share | percent(places=2) >>, << time | fixed(places=3, unit=\"ms\") >>, \
                  $<< time | bare(places=3, unit=\"ms\") >>$, << twice >>.";
    check_text(
        Renderer::Html,
        source,
        expect![[r#"
            <a class="quantity quoted" href="../appendix/evidence.html#ev-lu.share" data-cards="generated/cards/2e91d694cd95.js">99.08 %</a>, <a class="quantity derived" href="../appendix/evidence.html#ev-time">1.776 ms</a>, <math display="inline"><style><mn>1&#46;776</mn></style></math>, <a class="quantity derived" href="../appendix/evidence.html#ev-twice">1.98</a>.
        "#]],
    );
    check_text(
        Renderer::Pdf,
        source,
        expect![[r#"
            <a class="quantity quoted" href="../appendix/evidence.md#ev-lu.share">99.08 %</a>, <a class="quantity derived" href="../appendix/evidence.md#ev-time">1.776 ms</a>, $1.776$, <a class="quantity derived" href="../appendix/evidence.md#ev-twice">1.98</a>.
        "#]],
    );
}

#[test]
fn what_looks_like_a_template_to_others_stays() {
    let source = "$\\frac{{a}}{b}$ has braces.\n\n# A heading {#id}\n\n{{#include a.rs}}\n\n\
                  ```rust\nlet a = b << 2; // {{ }} {% %} {# #}\n```\n";
    let raw = source.replace("b << 2", "b <% raw %><< 2<% endraw %>");
    check_text(
        Renderer::Pdf,
        &raw,
        expect![[r#"
        $\frac{{a}}{b}$ has braces.

        # A heading {#id}

        {{#include a.rs}}

        ```rust
        let a = b << 2; // {{ }} {% %} {# #}
        ```

    "#]],
    );
}

#[test]
fn names_from_data_are_text_not_markup() {
    check_text(
        Renderer::Html,
        "<% filter table(id=\"tbl-a\", columns=[{\"head\": \"Device | <b>\"}, {\"head\": \"Share\", \
         \"percent\": 1}], rows=[[device, lu.share]]) %>Caption.<% endfilter %>",
        expect![[r#"
            <figure id="tbl-a" class="table">

            <figcaption>

            **Table 1.** Caption. [Data (CSV)](../generated/data/tbl-a.csv)

            </figcaption>

            | Device &#124; &lt;b&gt; | Share (%) |
            | :--- | ---: |
            | A &#124; B &lt;script&gt;alert(1)&lt;/script&gt; &amp; &#42;C&#42; | <a class="quantity quoted" href="../appendix/evidence.html#ev-lu.share" data-cards="generated/cards/d51c22cd6788.js">99.1</a> |

            </figure>
        "#]],
    );
}

#[test]
fn every_fault_of_a_build_is_reported_at_its_place() {
    check_faults(
        &[
            ("a.md", "First line.\n\nA misspelt << lu.shar | percent >>."),
            ("b.md", "Not a number: << broken | number >>."),
            (
                "c.md",
                "A bad filter << time | fixed(places=1, unit=\"GB\") >>.",
            ),
            ("d.md", "An open tag << time."),
            ("e.md", "Cited [@nobody] and @fig-nowhere."),
            (
                "f.md",
                "<% filter figure(id=\"fig-a\", view=\"sample_images\", colour=\"red\") %>Caption<% endfilter %>",
            ),
            ("g.md", "<< question(id=\"9.9\") >>"),
            ("h.md", "A wrong filter << device | percent >>."),
        ],
        expect![[r#"
            `book/a.md:3:15`: no quantity is named `lu.shar`; hint: `lu` has share
            `book/b.md:1:27`: `broken`: `NaN` is not a finite number
            `book/c.md:1:24`: `time` is in `s`, and `fixed` cannot show it in `GB`; hint: `duration`, `si` or `fixed(places=1, unit="s")`
            `book/d.md:1:13`: `<<` is not closed, expected `>>`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
            `book/e.md:1:8`: no work has the key `nobody`; hint: add it to `book/references.bib`
            `book/f.md:1:11`: view `sample_images(colour="red")`: unknown field `colour`, expected `data_set`
            `book/g.md:1:4`: no question has the id `9.9`; hint: `questions.toml` has them
            `book/h.md:1:28`: `percent` prints a quantity, not `A &#124; B &lt;script&gt;alert(1)&lt;/script&gt; &amp; &#42;C&#42;`; hint: name a quantity of the catalogue
            `book/e.md:1:22`: nothing has the label `fig-nowhere`; hint: the labels of this kind are `fig-a`
        "#]],
    );
}

#[test]
fn what_is_no_label_becomes_neither_a_path_nor_an_id() {
    for label in ["tbl-../../x", "../../x", "tbl-a' onclick='b", "fig-a"] {
        let columns = "columns=[{\"head\": \"A\"}], rows=[[\"b\"]]";
        let source = format!("<% filter table(id=\"{label}\", {columns}) %>C<% endfilter %>");
        let filled = fill(Renderer::Html, &[("a.md", &source)]);
        assert!(filled.files.is_empty(), "{:?}", filled.files.keys());
        assert!(
            filled
                .chapters
                .values()
                .all(|text| !text.contains("<figure"))
        );
        let fault = filled.faults[0].to_string();
        assert!(fault.contains("is not a label of a table"), "{fault}");
    }
}

#[test]
fn faults_of_tables_name_row_and_column() {
    let table = |columns: &str, rows: &str| {
        format!("<% filter table(id=\"tbl-a\", columns={columns}, rows={rows}) %>C<% endfilter %>")
    };
    let share = "[{\"head\": \"Share\", \"percent\": 1}]";
    check_faults(
        &[("a.md", &table(share, "[[none]]"))],
        expect![[r#"
        `book/a.md:1:11`: `rows[0]`: found `null`, expected a text or a quantity; hint: a missing value is never empty
    "#]],
    );
    check_faults(
        &[("a.md", &table(share, "[[0.5]]"))],
        expect![[r#"
        `book/a.md:1:11`: `rows[0]`: 0.5 is a bare number; hint: name a quantity, so that the reader learns where it comes from
    "#]],
    );
    check_faults(
        &[("a.md", &table(share, "[[lu.share], [lu.share, time]]"))],
        expect![[r#"
            `book/a.md:1:11`: `rows[1]` has 2 cells, expected 1: one for each column
        "#]],
    );
    check_faults(
        &[("a.md", &table(share, "[[broken]]"))],
        expect![[r#"
        `book/a.md:1:11`: `rows[0]`: `broken`: `NaN` is not a finite number
    "#]],
    );
    check_faults(
        &[("a.md", &table("[{\"head\": \"Share\"}]", "[[lu.share]]"))],
        expect![[r#"
            `book/a.md:1:11`: `rows[0]`: the quantity `lu.share` stands in a column without a format; hint: give the column `places`, `digits`, `percent`, `si` or `integer`
        "#]],
    );
    check_faults(
        &[("a.md", &table("[{\"haed\": \"Share\"}]", "[[lu.share]]"))],
        expect![[r#"
            `book/a.md:1:39`: `table`: a column has no `haed`; hint: `head`
        "#]],
    );
}

#[test]
fn references_point_forward_and_across_chapters() {
    let table = "<% filter table(id=\"tbl-late\", columns=[{\"head\": \"Share\", \"percent\": 1}], \
                 rows=[[lu.share]]) %>See @eq-one.<% endfilter %>\n\n$$x$$ {#eq-one}";
    let filled = fill(
        Renderer::Pdf,
        &[
            ("a.md", "See @tbl-late [@lu2017]."),
            ("part/b.md", table),
            LISTS[1],
        ],
    );
    assert_eq!(filled.faults, []);
    assert_eq!(
        filled.chapters["a.md"],
        "See [Table 1](part/b.md#tbl-late) \\[[1](appendix/references.md#ref-lu2017)\\]."
    );
    assert!(filled.chapters["part/b.md"].contains("See [Equation 1](../part/b.md#eq-one)."));
    assert_eq!(
        String::from_utf8(filled.files[&FilePath::new("data/tbl-late.csv").unwrap()].clone())
            .expect("UTF-8"),
        "Share (%)\r\n99.08\r\n"
    );
}

#[test]
fn the_evidence_lists_what_is_used_and_what_it_came_from() {
    check_text(
        Renderer::Html,
        "<< evidence() >><% if lu.share and twice %><% endif %>",
        expect![[r#"
            This is build <span id="build">`474457256c5a`</span> of the book. HTML and PDF with the same build identifier hold the same numbers.

            ## Figures and tables {#exhibits}


            ## Measured {#measured}


            ## Derived {#derived}


            ## Quoted {#quoted}


            ## Quoted and not used {#unused}

            No chapter prints these: `lu.share`.

        "#]],
    );
}

#[test]
fn the_register_lists_what_is_printed() {
    check_text(
        Renderer::Pdf,
        "<< twice | number(digits=3) >>\n\n<< evidence() >>",
        expect![[r#"
            <a class="quantity derived" href="../part/a.md#ev-twice">1.98</a>

            <a id="runs"></a><a id="tables"></a><a id="exhibits"></a><a id="measured"></a><a id="quoted"></a><a id="unused"></a>This is build <span id="build">`9c2f62966ada`</span> of the book. HTML and PDF with the same build identifier hold the same numbers.

            A name that begins with … goes on where it differs from the name before it. Of many inputs the first are named; the pages of the HTML name all, and what those were computed from. All quoted facts are in the [table of quotations](project:book/quoted.toml).

            <section class="register">

            ## Derived {#derived}

            **`2 × share`** <a id="ev-twice"></a>`twice` 1.9816 of `lu.share`

            </section>

        "#]],
    );
}

#[test]
fn a_quoted_fact_may_name_its_work_by_another_key() {
    let works = "@misc{known, ids = {lu2017}, author = {Lu, Z.}, title = {Modeling}}";
    let works = Bibliography::parse("references.bib", works).expect("valid");
    let chapter = Chapter {
        path: "a.md".into(),
        file: "book/a.md".into(),
        source: "<< lu.share | percent(places=2) >>\n\n<< evidence() >>\n\n<< references() >>"
            .into(),
    };
    let filled = fill_book(&[chapter], facts(), &works, Renderer::Pdf);
    let text = &filled.chapters["a.md"];
    assert!(
        text.contains("**\\[[1](a.md#ref-known)\\]** <a id=\"ev-lu.share\">"),
        "{text}"
    );
    assert!(
        text.contains("1. <a id=\"ref-known\"></a>Z. Lu, “Modeling.”"),
        "{text}"
    );
}

/// A list is found in any chapter; without one, marks lead nowhere and citations are a fault.
#[test]
fn lists_are_where_they_are_called() {
    let source = "<< lu.share | percent(places=2) >> [@lu2017]";
    let filled = |renderer, lists: &[(&str, &str)]| {
        let filled = fill(renderer, &[&[("a.md", source)], lists].concat());
        let faults: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
        (filled.chapters["a.md"].clone(), faults)
    };
    let one = [("end/README.md", "<< evidence() >>\n\n<< references() >>")];
    let (text, faults) = filled(Renderer::Html, &one);
    assert_eq!(faults, [""; 0]);
    assert!(text.contains("<a class=\"quantity quoted\" href=\"end/index.html#ev-lu.share\""));
    assert!(
        text.ends_with("\\[[1](end/README.md#ref-lu2017)\\]"),
        "{text}"
    );
    let (text, faults) = filled(Renderer::Pdf, &one);
    assert_eq!(faults, [""; 0]);
    assert!(
        text.starts_with("<a class=\"quantity quoted\" href=\"end/README.md#ev-lu.share\">99.08"),
        "{text}"
    );
    let only_works = [("works.md", "<< references() >>")];
    let (text, faults) = filled(Renderer::Html, &only_works);
    assert_eq!(faults, [""; 0]);
    assert!(
        text.starts_with(
            "<span class=\"quantity quoted\" tabindex=\"0\" data-entry=\"#ev-lu.share\""
        )
    );
    let (text, _) = filled(Renderer::Pdf, &only_works);
    assert!(
        text.starts_with("<span class=\"quantity quoted\">99.08\u{a0}%</span> "),
        "{text}"
    );
    let (_, faults) = filled(Renderer::Pdf, &[]);
    let nowhere = "no chapter calls `references()`, so a citation leads nowhere; hint: write \
                   `<< references() >>` into a chapter";
    assert_eq!(faults, [format!("`book/a.md:1:38`: {nowhere}")]);
}

#[test]
fn lists_without_a_place_are_faults() {
    check_faults(
        &[
            ("a.md", "<< lu.share >>"),
            ("b.md", "x\n<< evidence() >>"),
            ("c.md", "<< evidence() >>"),
        ],
        expect![[r#"
            `book/c.md:1:4`: `evidence()` stands in `b.md` already; hint: a book has one such list
            `book/b.md:2:4`: no chapter calls `references()`, so a citation leads nowhere; hint: write `<< references() >>` into a chapter
        "#]],
    );
    check_faults(
        &[
            ("a.md", "<< time >>"),
            ("b.md", "<% if 1 == 2 %><< evidence() >><% endif %>"),
        ],
        expect![[r#"
            `book/b.md:1:19`: `evidence()` is in a branch that is not taken; hint: links lead to the list, so the chapter has it always
        "#]],
    );
}

/// The identifier of a build of one chapter.
fn build_of(renderer: Renderer, source: &str) -> String {
    let text = &fill(renderer, &[("a.md", source)]).chapters["a.md"];
    let (_, rest) = text
        .split_once("<span id=\"build\">`")
        .expect("it is shown");
    rest[..12].to_owned()
}

#[test]
fn a_build_has_one_identifier_in_both_formats() {
    let source = "<< twice >> $x$\n\n<< evidence() >>";
    let build = build_of(Renderer::Html, source);
    assert_eq!(build, build_of(Renderer::Pdf, source));
    assert_ne!(build, build_of(Renderer::Pdf, &source.replace('x', "y")));
}

#[test]
fn an_empty_book_is_no_fault() {
    check_faults(&[("a.md", "")], expect![[""]]);
}

/// Characters that mark places inside the program are plain text where an author or a record has
/// them: in a chapter, a device's name, a quoted note.
#[test]
fn no_text_passes_for_a_mark() {
    let forged = "\u{E000}levidence\u{E001}\u{E000}c7\u{E001}\u{E002}";
    let forged_facts = || {
        let mut facts = facts();
        let device = Entry::Text(forged.into());
        facts.catalogue.insert("forged.device", device);
        let time = Quantity::exact("forged.time", Unit::Second, 1.0, forged);
        facts.catalogue.add(time);
        facts
    };
    let source = format!("{forged} << forged.device >> << forged.time >>\n\n<< evidence() >>");
    let chapter = Chapter {
        path: "appendix/evidence.md".into(),
        file: "book/appendix/evidence.md".into(),
        source,
    };
    let bibliography = Bibliography::parse("book/references.bib", BIBLIOGRAPHY).expect("valid");
    for renderer in [Renderer::Html, Renderer::Pdf] {
        let filled = fill_book(
            std::slice::from_ref(&chapter),
            forged_facts(),
            &bibliography,
            renderer,
        );
        assert_eq!(filled.faults, []);
        let text = &filled.chapters[&chapter.path];
        assert!(text.starts_with(&format!("{forged} {forged} ")), "{text}");
        assert_eq!(text.matches("This is build").count(), 1, "{text}");
        let shown = match renderer {
            Renderer::Html => format!("s. {forged}\n"),
            Renderer::Pdf => format!("**`{forged}`** <a id=\"ev-forged.time\">"),
        };
        assert!(text.contains(&shown), "{text}");
    }
}
