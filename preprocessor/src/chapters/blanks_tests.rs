//! A fault takes the place of its number or its block, the rest of the chapter is there, and no fault
//! leads to another.

use super::*;

/// Checks a chapter's text, where numbers are shown without the marks of their evidence, and the
/// places of its faults with the beginnings of their messages.
#[track_caller]
fn check(source: &str, text: &str, faults: &[&str]) {
    let mut sources = vec![("part/a.md", source)];
    sources.extend(LISTS);
    let filled = fill(Renderer::Pdf, &sources);
    let found: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), faults.len(), "{source}\n{found:#?}");
    for (found, expected) in found.iter().zip(faults) {
        let begin = format!("`book/part/a.md:{expected}");
        assert!(found.starts_with(&begin), "{source}\n{found}\n{begin}");
    }
    let link = regex::Regex::new("<a class=\"quantity [^>]*>([^<]*)</a>").unwrap();
    let filled = link.replace_all(&filled.chapters["part/a.md"], "$1");
    assert_eq!(
        filled.replace("\u{a0}%", " %").replace("\u{a0}ms", " ms"),
        text,
        "{source}"
    );
}

const SHARE: &str = "<< lu.share | percent(places=1) >>";

#[test]
fn every_fault_of_a_chapter_is_told_at_once_and_the_rest_is_shown() {
    let source = format!(
        "A << lu.shar | percent >>, {SHARE}.\n\n\
         B << time | fixd(places=1) >>, {SHARE}.\n\n\
         C << time | fixed(places=1, unit=\"GB\") >>, << broken | number >>, << twice >>.\n\n\
         D << time | fixed(places=true) >> and << time | >>.\n\n\
         E << nothing >>, [@nobody], {SHARE}."
    );
    check(
        &source,
        "A **??**, 99.1 %.\n\nB **??**, 99.1 %.\n\nC **??**, **??**, 1.98.\n\nD **??** and **??**.\n\n\
         E **??**, \\[@nobody\\], 99.1 %.",
        &[
            "1:6`: no quantity is named `lu.shar`",
            "3:13`: ",
            "5:13`: `time` is in `s`, and `fixed` cannot show it in `GB`",
            "5:56`: `broken`: `NaN` is not a finite number",
            "7:19`: `fixed`: `places` is no number",
            "7:49`: ",
            "9:6`: ",
            "9:19`: no work has the key `nobody`",
        ],
    );
}

const TABLE: &str = "columns=[{\"head\": \"Share\", \"percent\": 1}], rows=[[lu.share]]";

/// The box of the table `tbl-a`.
fn box_with(number: usize) -> String {
    format!(
        "<figure id=\"tbl-a\" class=\"build-fault\">\n\n**??**\n\n<figcaption>\n\n\
         **Table\u{a0}{number}.**\n\n</figcaption>\n\n</figure>"
    )
}

#[test]
fn a_table_with_a_fault_is_a_box_that_keeps_its_label() {
    for (arguments, fault) in [
        (TABLE.replace("lu.share", "lu.shar"), "1:79`: no quantity"),
        (
            TABLE.replace("head", "haed"),
            "1:39`: `table`: a column has no `haed`",
        ),
        (TABLE.replace("rows=", "rows "), "1:"),
        (TABLE.replace("[[", "[[[").to_owned(), "1:"),
    ] {
        let source = format!(
            "See @tbl-a.\n\n<% filter table(id=\"tbl-a\", {arguments}) %>C << twice >>.<% endfilter %>\n\n{SHARE}"
        );
        let fault = fault.replacen("1:", "3:", 1);
        let text = format!(
            "See [Table 1](../part/a.md#tbl-a).\n\n{}\n\n99.1 %",
            box_with(1)
        );
        check(&source, &text, &[&fault]);
    }
}

#[test]
fn a_block_with_a_fault_is_left_out_to_its_end() {
    for (block, fault) in [
        (
            "<% if lu.shar %>x<% else %>y<% endif %>",
            "3:7`: no quantity",
        ),
        (
            "<% if nothing > 1 %>x<% elif twice %>y<% endif %>",
            "3:7`: ",
        ),
        (
            "<% if twice %>x<% elif lu.shar %>y<% endif %>",
            "3:24`: no quantity",
        ),
        ("<% if twice ++ %>x<% endif %>", "3:"),
        (
            "<% for a, b in lu.shar %><< a >> << b >><% endfor %>",
            "3:16`: no quantity",
        ),
        ("<% for a in nothing %><< a >><% endfor %>", "3:13`: "),
        ("<% for a, b lu %><< a >><% endfor %>", "3:13`: "),
        ("<% set x = lu.shar %>", "3:12`: no quantity"),
        ("<% x %>", "3:1`: "),
        ("<% endif %>", "3:"),
        ("<% else %>", "3:"),
        ("<< question(id=\"9.9\") >>", "3:4`: no question"),
        ("<< time | fixed(places=1, unit=\"é\") >>", "3:11`: "),
        (
            "<< nothing(a=1) >>",
            "3:4`: `nothing`: there is no such function",
        ),
        (
            "<% filter upper2 %>x<% endfilter %>",
            "3:11`: `upper2`: there is no such filter",
        ),
        (
            "<< time | fixed(\n\nplaces=\"a\") >>",
            "5:1`: `fixed`: `places` is no number",
        ),
    ] {
        let source = format!("A {SHARE}.\n\n{block}\n\nB {SHARE}.");
        check(&source, "A 99.1 %.\n\n**??**\n\nB 99.1 %.", &[fault]);
    }
}

#[test]
fn what_is_not_ended_takes_no_more_than_its_place() {
    for (source, text, faults) in [
        (
            "A << twice\n\nB << time | si >>.",
            "A **??**\n\nB 1.78 ms.",
            &["1:3`: `<<` is not closed"][..],
        ),
        (
            "A << twice and << time | si >>.",
            "A **??**1.78 ms.",
            &["1:"],
        ),
        ("A << twice", "A **??**", &["1:"]),
        (
            "A <% if twice\n\nB << time | si >>.",
            "A **??**\n\nB 1.78 ms.",
            &["1:3`: "],
        ),
        (
            "A <% if twice %>b\n\nC << time | si >>.",
            "A **??**b\n\nC 1.78 ms.",
            &["1:3`: "],
        ),
        (
            "<% if twice %>a<% for x in lu %>b<% endif %> << time | si >>.",
            "a**??**b 1.78 ms.",
            &["1:"],
        ),
        (
            "A <# bc\n\nC << time | si >>.",
            "A **?**\n\nC 1.78 ms.",
            &["1:"],
        ),
        (
            "A <% raw %> << b >>\n\nC << time | si >>.",
            "A **??**\n\nC 1.78 ms.",
            &["1:"],
        ),
        (
            "A << \"b >>\n\nC << time | si >>.",
            "A **??**\n\nC 1.78 ms.",
            &["1:"],
        ),
    ] {
        check(source, text, faults);
    }
}

#[test]
fn a_fault_leads_to_no_other() {
    let boxed = |end: &str| format!("{}{end}", box_with(1));
    // What a variable of a fault is used for.
    check(
        "<% set x = lu.shar %><% set y = x %>A << x | percent >>, << y.z >>, << twice >>.",
        "**??****??**A **??**, **??**, 1.98.",
        &["1:12`: no quantity"],
    );
    // Labels in a block that is left out, and those that are not known.
    check(
        &format!(
            "<% if lu.shar %><% filter table(id=\"tbl-a\", {TABLE}) %>C<% endfilter %><% endif %>\n\n@tbl-a"
        ),
        &boxed("\n\n[Table 1](../part/a.md#tbl-a)"),
        &["1:7`: no quantity"],
    );
    check(
        &format!("<% filter table(id=twice, {TABLE}) %>C<% endfilter %>\n\n@tbl-b"),
        "**??**\n\n**??**",
        &["1:11`: "],
    );
    // A formula keeps its label, a chapter its anchors, and a link its file.
    check(
        "$$\\frobnicate$$ {#eq-a}\n\nSee @eq-a.",
        "<a id=\"eq-a\"></a>**??**\n\nSee [Equation 1](../part/a.md#eq-a).",
        &["1:3`: formula"],
    );
    // The box of a fault may stand anywhere.
    check(
        &format!(
            "# A <% filter table(id=\"tbl-a\", {}) %>C<% endfilter %>",
            TABLE.replace("head", "haed")
        ),
        "# A **??**",
        &["1:43`: `table`: a column has no `haed`"],
    );
}

#[test]
fn a_list_of_quantities_is_not_printed() {
    for source in [
        "<< [lu.share] >>",
        "<< {\"a\": lu.share} >>",
        "<< lu | values >>",
    ] {
        let mut sources = vec![("part/a.md", source)];
        sources.extend(LISTS);
        let faults = fill(Renderer::Html, &sources).faults;
        let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{source}: {told:?}");
        assert!(
            told[0].contains("a list or a map of quantities is printed"),
            "{told:?}"
        );
    }
}
