use crate::chapters::contract::Renderer;
use crate::chapters::small_books::{faults, text};
use expect_test::{Expect, expect};

fn check(source: &str, expect: Expect) {
    let lines: Vec<_> = { faults(source).into_iter() }
        .map(|fault| fault + "\n")
        .collect();
    expect.assert_eq(&lines.concat());
}

const REFERENCES: &str = "\n\n<< references() >>";

#[test]
fn templates_of_other_programs() {
    check(
        "Is {{ name }}, {{a.b|c}}.\n\n{% if x %}y{% endif %} {# note #}",
        expect![[r#"
            `book/a.md:1:4`: `{{ name }}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
            `book/a.md:1:16`: `{{a.b|c}}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
            `book/a.md:3:1`: `{% if x %}`: it is no template, and would be printed as it stands; hint: `<% … %>`, or as text in backticks
            `book/a.md:3:12`: `{% endif %}`: it is no template, and would be printed as it stands; hint: `<% … %>`, or as text in backticks
            `book/a.md:3:24`: `{# note #}`: it is no template, and would be printed as it stands; hint: `<# … #>`, or as text in backticks
        "#]],
    );
    check(
        "{{#inlcude a.md}} {{ }} {{< figure >}}",
        expect![[r#"
        `book/a.md:1:1`: `{{#inlcude a.md}}`: mdBook has no `{{#inlcude …}}`; hint: `{{#include …}}`
        `book/a.md:1:19`: `{{ }}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
        `book/a.md:1:25`: `{{< figure >}}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
    "#]],
    );
    check(
        "- é {{ name }}\n\n> {{ other }}\n\n| {{ cell }} |\n|---|\n| x |\n",
        expect![[r#"
            `book/a.md:1:5`: `{{ name }}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
            `book/a.md:3:3`: `{{ other }}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
            `book/a.md:5:3`: `{{ cell }}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
        "#]],
    );
}

#[test]
fn references_of_other_programs() {
    check(
        "\\ref{fig:x} and \\cite[p. 3]{lu2017,he2015}, \\label{eq:y}, \\eqref{eq-z}",
        expect![[r#"
            `book/a.md:1:1`: `\ref{fig:x}`: a command of LaTeX is text here; hint: `@fig-x`
            `book/a.md:1:17`: `\cite[p. 3]{lu2017,he2015}`: a command of LaTeX is text here; hint: `[@lu2017; @he2015]`
            `book/a.md:1:45`: `\label{eq:y}`: a command of LaTeX is text here; hint: `{#eq-x}` behind a formula, `id=` of a figure or a table
            `book/a.md:1:59`: `\eqref{eq-z}`: a command of LaTeX is text here; hint: `@eq-z`
        "#]],
    );
    check(
        "See @fig:x, @Fig-a, @tab-b, [@eqn-c] and @fig-a_b.",
        expect![[r#"
            `book/a.md:1:5`: `@fig:x` is no reference; hint: `@fig-x`
            `book/a.md:1:13`: `@Fig-a` is no reference; hint: `@fig-a`
            `book/a.md:1:21`: `@tab-b` is no reference; hint: `@tbl-b`
            `book/a.md:1:30`: `@eqn-c` is no reference; hint: `@eq-c`
            `book/a.md:1:42`: `@fig-a_b` is no reference; hint: `@fig-a-b`
        "#]],
    );
    check(
        "{ref}`x` :ref:`y` \\@ref(fig:x)",
        expect![[r#"
            `book/a.md:1:1`: `{ref}`: it is no reference; hint: `@fig-x`, `@tbl-x`, `@eq-x`, `[@key]`
            `book/a.md:1:10`: `:ref:`: it is no reference; hint: `@fig-x`, `@tbl-x`, `@eq-x`, `[@key]`
            `book/a.md:1:20`: `@ref(fig:x)`: it is no reference; hint: `@fig-x`, `@tbl-x`, `@eq-x`, `[@key]`
        "#]],
    );
    check(
        "![x](x.png){#fig-x}\n\n![x](x.png){width=50%}\n\n: Of it {#tbl-x}\n\n$$x$$\n{#eq-x}",
        expect![[r#"
            `book/a.md:1:12`: `{#fig-x}`: it is text, and gives nothing a number or a size; hint: `<% filter figure(id="fig-x", image="…", alt="…") %>`
            `book/a.md:3:12`: `{width=50%}`: it is text, and gives nothing a number or a size; hint: `<img src="…" alt="…" width="50%">` where an image has a size
            `book/a.md:5:9`: `{#tbl-x}`: it is text, and gives nothing a number or a size; hint: `<% filter table(id="tbl-x", caption="…") %>`
            `book/a.md:8:1`: `{#eq-x}`: it is text, and gives nothing a number or a size; hint: `{#eq-x}` on the line of the closing `$$`
        "#]],
    );
    check(
        "$$x$$ {#eq:x}",
        expect![[r#"
        `book/a.md:1:9`: `eq:x` is not a label of an equation; hint: `eq-` and then lower-case letters, digits and hyphens
    "#]],
    );
}

#[test]
fn a_word_before_a_reference() {
    let source = "$$x$$ {#eq-x}\n\nEquation @eq-x, (eq. @eq-x), the tables @eq-x, Figure\n@eq-x.\n\n> In Fig.\n> @eq-x or Hamster @eq-x, prefig @eq-x, éfig @eq-x.";
    check(
        source,
        expect![[r#"
            `book/a.md:3:1`: `Equation @eq-x` prints “Equation Equation 1”, since the reference prints the word; hint: `@eq-x` alone
            `book/a.md:3:18`: `eq. @eq-x` prints “eq. Equation 1”, since the reference prints the word; hint: `@eq-x` alone
            `book/a.md:3:34`: `tables @eq-x` prints “tables Equation 1”, since the reference prints the word; hint: `@eq-x` alone
            `book/a.md:3:48`: `Figure @eq-x` prints “Figure Equation 1”, since the reference prints the word; hint: `@eq-x` alone
            `book/a.md:6:6`: `Fig. @eq-x` prints “Fig. Equation 1”, since the reference prints the word; hint: `@eq-x` alone
        "#]],
    );
    check(
        "$$x$$ {#eq-x}\n\nSee [@eq-x].",
        expect![[r#"
        `book/a.md:3:5`: `[@eq-x]` is a reference in brackets, which are printed; hint: `@eq-x`, or `(@eq-x)`
    "#]],
    );
}

#[test]
fn keys_that_are_nearly_one() {
    check(
        &format!("@lu2017: by @lu2071, @lu20177, [@lx2017].{REFERENCES}"),
        expect![[r#"
            `book/a.md:1:13`: no work has the key `lu2071`; hint: known keys like it: lu2017
            `book/a.md:1:22`: no work has the key `lu20177`; hint: known keys like it: lu2017
            `book/a.md:1:33`: no work has the key `lx2017`; hint: `lu2017`
        "#]],
    );
}

#[test]
fn footnotes_and_links_without_definition() {
    check(
        "A[^1] and [text][label], [text][], ^[a note].",
        expect![[r#"
            `book/a.md:1:2`: `[^1]`: no footnote `1` is defined; hint: a line of its own, `[^1]: …`
            `book/a.md:1:11`: `[text][label]`: no link `label` is defined; hint: a line of its own, `[label]: ADDRESS`, or `[…](ADDRESS)`
            `book/a.md:1:36`: `^[a note]`: it is no footnote; hint: `[^1]`, and a line of its own, `[^1]: …`
        "#]],
    );
}

#[test]
fn what_is_meant_so_stays() {
    for source in [
        "`{{ name }}` and\n\n```\n{{ name }} \\ref{x}\n```\n",
        "<% raw %>{{ name }} \\cite{x} [^1]<% endraw %>",
        "\\{{ name }} $x^{{a}_{{b}}}$ and $$\\{{a}\\}$$",
        "{{#include x.md}} {{#title A}} {{ #playground a.rs }}",
        "Figure 3 of a work; a[i][j], x[0][1] and [1, 2]; set {a, b} {.} {x}.",
        "$$x$$ {#eq-x}\n\nIn the table: @eq-x. A figure. @eq-x shows. (@eq-x)",
        "A[^1] and [text][label], [label] and [text](x.png).\n\n[^1]: Note.\n\n[label]: x.png",
        "# A {#own}\n\nme@example.org, \\@lu2071, @someone and @table_tennis.",
        "- [ ] task\n- [x] task",
    ] {
        text(Renderer::Html, source);
    }
}

#[test]
fn places_behind_code_are_those_of_the_chapter() {
    check(
        "```\na {{ b }} [^1]\n\nc\n```\n\n<% raw %>\n{{ d }}\n<% endraw %>\n\n{{ e }} and f[^2]\n",
        expect![[r#"
            `book/a.md:11:1`: `{{ e }}`: it is no template, and would be printed as it stands; hint: `<< … >>`, or as text in backticks
            `book/a.md:11:14`: `[^2]`: no footnote `2` is defined; hint: a line of its own, `[^2]: …`
        "#]],
    );
}

#[test]
fn a_price_is_no_formula() {
    check(
        "It costs $5-$10 or $5/$6, not $x$ 7.",
        expect![[r#"
        `book/a.md:1:10`: `$5-$` is read as a formula, and a digit follows; hint: `\$` where a dollar is meant
        `book/a.md:1:20`: `$5/$` is read as a formula, and a digit follows; hint: `\$` where a dollar is meant
    "#]],
    );
}
