use super::*;
use expect_test::{Expect, expect};

fn table(rows: &[(&str, Cell, bool)]) -> Table {
    let columns = vec![
        Column::new("Network", Alignment::Left),
        Column {
            csv_head: "time_ms".to_owned(),
            ..Column::new("Time (ms)", Alignment::Decimal)
        },
    ];
    let rows = rows.iter().map(|(name, cell, answer)| Row {
        cells: vec![Cell::words(name), cell.clone()],
        answer: *answer,
    });
    Table::new(columns, rows.collect()).expect("two cells in each row")
}

/// Shows figure spaces as `_`, punctuation spaces as `'` and word joiners as `^`.
fn check(table: &Table, markdown: Expect, csv: Expect) {
    let shown = table
        .to_markdown()
        .replace(FIGURE_SPACE, "_")
        .replace(PUNCTUATION_SPACE, "'");
    markdown.assert_eq(&shown.replace(WORD_JOINER, "^"));
    csv.assert_eq(&table.to_csv().replace('\r', ""));
}

#[test]
fn decimal_points_stand_in_one_line_and_the_answer_in_bold() {
    let linked =
        Cell::number("1.776", 1.775_945).shown_as("[1.776](evidence.md#ev-k80)".to_owned());
    check(
        &table(&[
            ("VGG-16", linked, true),
            ("AlexNet", Cell::number("12", 12.0), false),
            ("GoogLeNet", Cell::number("−0.5", -0.5), false),
            ("ResNet-50", Cell::words("not measured"), false),
        ]),
        expect![[r#"
                | Network | Time (ms) |
                | :--- | ---: |
                | **VGG-16** | **[1.776](evidence.md#ev-k80)** |
                | AlexNet | 12'___^ |
                | GoogLeNet | −0.5__^ |
                | ResNet-50 | not measured |
            "#]],
        expect![[r#"
                Network,time_ms
                VGG-16,1.775945
                AlexNet,12
                GoogLeNet,-0.5
                ResNet-50,not measured
            "#]],
    );
}

#[test]
fn markup_in_words_is_printed_not_obeyed() {
    check(
        &table(&[(
            "a|b <script>&`*_$x$\n[l]",
            Cell::number("99.08\u{a0}%", 0.9908),
            false,
        )]),
        expect![[r#"
            | Network | Time (ms) |
            | :--- | ---: |
            | a&#124;b &lt;script&gt;&amp;&#96;&#42;&#95;&#36;x&#36; &#91;l&#93; | 99.08 % |
        "#]],
        expect![[r#"
                Network,time_ms
                "a|b <script>&`*_$x$
                [l]",0.9908
            "#]],
    );
}

#[test]
fn ragged_and_empty_tables_are_errors() {
    let column = || vec![Column::new("a", Alignment::Left)];
    let row = |cells| Row {
        cells,
        answer: false,
    };
    let rows = vec![row(vec![Cell::words("1")]), row(vec![])];
    let err = Table::new(column(), rows)
        .expect_err("second row is empty")
        .to_string();
    assert_eq!(
        err,
        "`rows[1]` has 0 cells, expected 1: one for each column"
    );
    let err = Table::new(column(), vec![])
        .expect_err("no rows")
        .to_string();
    assert_eq!(
        err,
        "table has 1 columns and 0 rows, expected at least one of each"
    );
}

#[test]
fn rows_that_the_page_folds_are_in_the_data() {
    let row = |name: &str, value: f64| Row {
        cells: vec![
            Cell::words(name),
            Cell::number(&format!("{value:.0}"), value),
        ],
        answer: false,
    };
    let folded = table(&[("both", Cell::number("3", 3.0), false)]);
    let folded = folded.with_data(vec![row("a", 1.0), row("b", 2.0)]);
    check(
        &folded.expect("two cells in each row"),
        expect![[r#"
            | Network | Time (ms) |
            | :--- | ---: |
            | both | 3 |
        "#]],
        expect![[r#"
            Network,time_ms
            a,1
            b,2
        "#]],
    );
    let ragged = table(&[("both", Cell::number("3", 3.0), false)]).with_data(vec![Row {
        cells: vec![Cell::words("a")],
        answer: false,
    }]);
    let err = ragged.expect_err("one cell for two columns").to_string();
    assert_eq!(
        err,
        "`rows[0]` has 1 cells, expected 2: one for each column"
    );
}
