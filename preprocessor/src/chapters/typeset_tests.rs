use super::*;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&page(text, markdown_options() - Options::ENABLE_MATH, true));
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
        "> A | |\n> --|--\n> x \\| y | [b](c.md \"d\")\n\ntext",
        expect![[r#"
            > <div class="table-wrapper"><table><thead><tr><th scope="col">A</th><td></td></tr></thead><tbody><tr><th scope="row">x &#124; y</th><td><a href="c.md" title="d">b</a></td></tr></tbody></table></div>

            text"#]],
    );
}

#[test]
fn numbers_are_no_heads_of_rows() {
    check(
        "| A | B |\n|---|---|\n| <span class=\"quantity measured\">1</span> | 2 |\n|  | 3 |",
        expect![[
            r#"<div class="table-wrapper"><table data-kind="measured"><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr><td><span class="quantity measured">1</span></td><td>2</td></tr><tr><td></td><td>3</td></tr></tbody></table></div>"#
        ]],
    );
    check(
        "| A | B |\n|---|---|\n|  | 3 |",
        expect![[
            r#"<div class="table-wrapper"><table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr><td></td><td>3</td></tr></tbody></table></div>"#
        ]],
    );
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
