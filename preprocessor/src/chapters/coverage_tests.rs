//! What coverage lists of an answer, and holds open: all that a page says is not there.

use super::contract::Renderer;
use super::waiting_tests::{LIST, facts, fill, question, table};
use expect_test::{Expect, expect};

/// The cells of a question that the chapter answers, as coverage has them.
fn row(chapter: &str) -> Vec<String> {
    let mut facts = facts();
    facts.questions = vec![question("1")];
    let chapters = [("a.md", chapter), ("c.md", "<< coverage() >>"), LIST];
    let filled = fill(facts, Renderer::Pdf, &chapters);
    assert_eq!(filled.faults, []);
    let mut rows = filled.chapters["c.md"].lines().skip(2);
    let row = rows.next().expect("a row for the question");
    let cells = row.trim_matches('|').split(" | ");
    cells.map(|cell| cell.trim().to_owned()).collect()
}

#[track_caller]
fn check(chapter: &str, expect: Expect) {
    expect.assert_eq(row(chapter).last().expect("a cell"));
}

fn figure(arguments: &str) -> String {
    format!("<% filter figure(id=\"fig-a\", {arguments}) %>What.<% endfilter %>")
}

#[test]
fn a_box_of_any_kind_is_open() {
    let images = figure("view=\"sample_images\", data_set=\"pictures\"");
    check(
        &images,
        expect!["missing: images [`pictures`](end/missing.md#missing-images-pictures)"],
    );
    let plot = figure("view=\"plot\", table=\"times\", x=\"n\", y=\"seconds\"");
    check(&plot, expect!["missing: `times`"]);
    check(
        &table("tbl-a", &["runs.sort_3.time"]),
        expect!["missing: `sort-3`"],
    );
    let both = images + "\n\n" + &table("tbl-a", &["both.time"]);
    check(
        &both,
        expect![
            "missing: `sort-3`, images [`pictures`](end/missing.md#missing-images-pictures); partial, 1 of 2: `sort-2`"
        ],
    );
}

/// A number in a row of a table that is shown is another matter: the card is not at hand.
#[test]
fn a_box_that_waits_for_a_card_is_open() {
    check(
        &table("tbl-a", &["runs.merge_2.time"]),
        expect!["not measured: no such card: `merge-2`"],
    );
    let shown = table("tbl-a", &["runs.sort_1.time", "runs.merge_2.time"]);
    check(&shown, expect!["nothing"]);
}

#[test]
fn nothing_is_open_where_all_is_shown() {
    check(&table("tbl-a", &["runs.sort_1.time"]), expect!["nothing"]);
    check("Words alone.", expect!["nothing"]);
}

#[test]
fn an_answer_is_named_by_the_title_of_its_chapter() {
    let answer = |chapter: &str| {
        let mut facts = facts();
        facts.questions = vec![question("1")];
        let chapters = [("a.md", chapter), ("c.md", "<< coverage() >>"), LIST];
        let filled = fill(facts, Renderer::Pdf, &chapters);
        let row = filled.chapters["c.md"].lines().nth(2).unwrap().to_owned();
        row.split(" | ")
            .nth(2)
            .unwrap()
            .split("](")
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        answer("# Speed, and *cost* of `sort`\n\nText."),
        "[Speed, and cost of sort"
    );
    assert_eq!(
        answer("# Of <% if true %>all<% endif %>\n\nText."),
        "[Of all"
    );
    assert_eq!(answer("Text."), "[a");
}

#[test]
fn many_tables_are_told_by_the_first_and_the_last() {
    let shown = |count: usize| {
        let tables = (0..count).map(|index| table(&format!("tbl-{index}"), &["runs.sort_1.time"]));
        row(&tables.collect::<Vec<_>>().join("\n\n"))[3].clone()
    };
    assert_eq!(shown(0), "none");
    assert_eq!(shown(2), "[Table 1](a.md#tbl-0), [Table 2](a.md#tbl-1)");
    assert_eq!(shown(3), "Tables [1](a.md#tbl-0) to [3](a.md#tbl-2)");
}
