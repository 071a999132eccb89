use super::super::contract::Renderer;
use super::*;
use expect_test::{Expect, expect};

fn page(text: &str) -> String {
    let parsed = Parsed::filled(text, Renderer::Html, false);
    super::page(&parsed).unwrap_or_else(|| text.to_owned())
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&page(text));
}

const EXHIBIT: &str = "<figure id=\"tbl-a\" class=\"table\">\n\n<figcaption>\n\n**Table 1.** It[^a].\n\n\
    </figcaption>\n\n| Name | Time |\n|:---|---:|\n| ResNet-20 | <a class=\"quantity quoted\" href=\"e.html#ev-a\">1</a> |\n\n</figure>";

#[test]
fn a_caption_and_heads_of_rows() {
    check(
        EXHIBIT,
        expect![[r#"
        <figure id="tbl-a" class="table">

        <div class="table-wrapper"><table data-kind="quoted"><caption>

        **<span class="unbroken">Table 1</span>.** It[^a].

        </caption>

        <thead><tr><th scope="col" style="text-align: left">Name</th><th scope="col" style="text-align: right">Time</th></tr></thead><tbody><tr><th scope="row" style="text-align: left"><span class="unbroken">ResNet-20</span></th><td style="text-align: right"><a class="quantity quoted" href="e.html#ev-a">1</a></td></tr></tbody></table></div>

        </figure>"#]],
    );
}

#[test]
fn tables_in_lists_and_quotations_and_before_other_text() {
    check(
        "- one\n\n  | A | B |\n  |---|---|\n  | *x* | `a-b` |\n- two",
        expect![[r#"
            - one

              <div class="table-wrapper"><table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr><th scope="row"><em>x</em></th><td><span class="unbroken"><code>a-b</code></span></td></tr></tbody></table></div>
  
            - two"#]],
    );
    check(
        "> | A |\n> |---|\n> | x[^n] |\n> # B\n\n[^n]: N.",
        expect![[r#"
            > <div class="table-wrapper"><table><thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td>
            > 
            > <span>x[^n]</span>
            > 
            > </td></tr></tbody></table></div>
            >
            > # B

            [^n]: N."#]],
    );
    check(
        "> A | |\n> --|--\n> x \\| y | [b](c.md \"d\") and [e](f.md)\n\ntext",
        expect![[r#"
            > <div class="table-wrapper"><table><thead><tr><th scope="col">A</th><td></td></tr></thead><tbody><tr><th scope="row">x &#124; y</th><td><a class="in-words" href="c.md" title="d">b</a> and <a class="in-words" href="f.md">e</a></td></tr></tbody></table></div>

            text"#]],
    );
}

/// The heads of rows in a table with these first cells, each with the number 2 behind it.
#[track_caller]
fn check_heads(firsts: &[&str], expected: &[&str]) {
    let number = |text: &str| match text.parse::<f64>() {
        Ok(_) => format!("<span class=\"quantity measured\">{text}</span>"),
        Err(_) => text.to_owned(),
    };
    let rows: String = firsts
        .iter()
        .map(|text| format!("| {} | 2 |\n", number(text)))
        .collect();
    let html = page(&format!("| A | B |\n|---|---|\n{rows}"));
    let heads = html.split("<th scope=\"row\">").skip(1);
    let heads: Vec<_> = heads.filter_map(|rest| rest.split_once("</th>")).collect();
    let heads: Vec<_> = { heads.iter() }
        .map(|(head, _)| {
            head.trim_end_matches("</span>")
                .rsplit('>')
                .next()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(heads, expected);
    assert_eq!(
        html.contains("data-kind=\"measured\""),
        html.contains("quantity measured")
    );
}

#[test]
fn words_and_numbers_that_differ_are_heads_of_rows() {
    check_heads(&["a", "a"], &["a", "a"]);
    check_heads(&["a", "", "b"], &["a", "b"]);
    check_heads(&["1", "2"], &["1", "2"]);
    check_heads(&["1", "late"], &["1", "late"]);
    check_heads(&["1"], &[]);
    check_heads(&["1", "2", "1"], &[]);
}

#[test]
fn the_kind_of_a_table_is_that_of_most_of_its_numbers() {
    let table = |kinds: &[&str]| {
        let mark = |kind: &&str| format!("<a class=\"quantity {kind} flawed\" href=\"x\">1</a> ");
        let cell: String = kinds.iter().map(mark).collect();
        page(&format!("| A |\n|---|\n| {cell} |"))
    };
    assert!(table(&["quoted", "derived", "derived"]).contains("<table data-kind=\"derived\">"));
    assert!(table(&["quoted", "derived"]).contains("<table data-kind=\"quoted\">"));
    assert!(table(&[]).contains("<table>"));
    assert!(table(&["unknown"]).contains("<table>"));
}

#[test]
fn names_stay_in_a_line_but_where_their_letters_count() {
    check(
        "# The ResNet-20\n\nResNet-20 in [Table 3](a.md), <https://a-1.org>, [VGG-16], ![VGG-16](a.png), \
         `a-1` <b>T-1</b>\n\n```\nResNet-20\n```\n\n[VGG-16]: a.md",
        expect![[r##"
            # The ResNet-20

            <span class="unbroken">ResNet-20</span> in [<span class="unbroken">Table 3</span>](a.md), <https://a-1.org>, [VGG-16], ![VGG-16](a.png), <span class="unbroken">`a-1`</span> <b><span class="unbroken">T-1</span></b>

            ```
            ResNet-20
            ```

            [VGG-16]: a.md"##]],
    );
}
