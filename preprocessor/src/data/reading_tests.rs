//! What files may look like.

use super::*;
use crate::diagnostic::Diagnostic;
use expect_test::{Expect, expect};

const DECLARED: &str = "[times]\nfile = 'data/times.csv'\nmade_by = 'bench/run.sh'\n\
                        where = ['program']\n[times.columns]\nseconds = 's'\n";

fn table(declared: &str, bytes: &[u8]) -> Result<Table, Vec<Diagnostic>> {
    let declared = read_declarations("book/data.toml", declared)?;
    let declaration = declared.tables.into_iter().next().expect("one table");
    Table::read(declaration, Some(bytes)).map_err(|fault| vec![fault])
}

/// The cells of a table by row, or what is wrong with its file.
fn shown(declared: &str, bytes: impl AsRef<[u8]>) -> String {
    match table(declared, bytes.as_ref()) {
        Ok(table) => {
            let content = table.content.expect("a file");
            let cells = |row| (0..content.heads.len()).map(move |column| (column, row));
            let text = |(column, row)| content.text(column, row);
            let rows = (0..content.rows()).map(|row| {
                let cells: Vec<_> = cells(row).map(text).collect();
                format!("{}: {}\n", content.place(row), cells.join(" | "))
            });
            rows.collect()
        }
        Err(faults) => faults.iter().map(|fault| format!("{fault}\n")).collect(),
    }
}

fn check(csv: impl AsRef<[u8]>, expect: Expect) {
    expect.assert_eq(&shown(DECLARED, csv));
}

fn check_json(rows: &str, json: &str, expect: Expect) {
    let declared = DECLARED.replace(".csv'", &format!(".json'\nrows = '{rows}'"));
    expect.assert_eq(&shown(&declared, json));
}

#[test]
fn spreadsheets_and_programs_write_csv_in_many_ways() {
    const ROWS: &str = "line 2: radix | 0.5\nline 3: merge | 1.25\n";
    for csv in [
        "program,seconds\nradix,0.5\nmerge,1.25\n",
        "\u{feff}program,seconds\r\nradix,0.5\r\nmerge,1.25\r\n",
        "program;seconds\nradix;0,5\nmerge;1,25\n",
        "program\tseconds\nradix\t0.5\nmerge\t1.25",
        "\"program\",\"seconds\"\n\"radix\",\"0,5\"\n\"merge\",\"1,25\"\n",
        " program , seconds\nradix , 0.5\n merge,1.25e0\n",
        "program|seconds\nradix|0.5\nmerge|1.25\n",
        "program   seconds\nradix       0.5\nmerge      1.25\n",
        "program seconds\n radix 0,5\n merge 1,25\n",
    ] {
        assert_eq!(shown(DECLARED, csv), ROWS, "{csv}");
    }
    // A separator inside a name of another column does not confuse.
    check(
        "program;seconds;a, b, c\nradix;0,5;x\n",
        expect![[r#"
            line 2: radix | 0.5 | x
        "#]],
    );
}

#[test]
fn a_comment_is_no_row_and_a_row_no_comment() {
    check(
        "# times of 7 May\n\n#\nprogram,seconds\na,1\n# a rest\nb,2\n#1,3\n\"#2\",4\n",
        expect![[r#"
            line 5: a | 1
            line 7: b | 2
            line 8: #1 | 3
            line 9: #2 | 4
        "#]],
    );
    check(
        "# program seconds\na 1\nb 2\n",
        expect![[r#"
            line 2: a | 1
            line 3: b | 2
        "#]],
    );
    check(
        "sep=|\nprogram|seconds\na,b|1\n",
        expect![[r#"
            line 3: a,b | 1
        "#]],
    );
}

#[test]
fn the_other_sign_parts_thousands_where_one_is_declared() {
    let declared = |sign: &str| DECLARED.replace("where", &format!("decimal = '{sign}'\nwhere"));
    let read =
        |sign: &str, cell: &str| shown(&declared(sign), format!("program;seconds\na;{cell}\n"));
    for (sign, cell, expected) in [
        (",", "1.234,5", "1234.5"),
        (".", "1,234.5", "1234.5"),
        (",", "-12.345.678", "-12345678"),
        (".", "1,234", "1234"),
        (",", "0,5", "0.5"),
    ] {
        assert_eq!(read(sign, cell), format!("line 2: a | {expected}\n"));
    }
    for (sign, cell) in [
        (",", "1.23,5"),
        (".", "12,34.5"),
        (".", "0,5"),
        (",", "1.5"),
    ] {
        let told = read(sign, cell);
        let expected =
            format!("expected a number with `{sign}` before its decimals, as declared\n");
        assert!(told.ends_with(&expected), "{told}");
    }
    assert_eq!(
        shown(DECLARED, "program;seconds\na;12,345,678\n"),
        "line 2: a | 12345678\n"
    );
}

#[test]
fn an_empty_cell_is_not_a_number_and_no_fault() {
    check(
        "program,seconds\nradix,\n,2\n\nx, \n",
        expect![[r#"
            line 2: radix | 
            line 3:  | 2
            line 5: x | 
        "#]],
    );
}

#[test]
fn quoted_cells_may_hold_separators_quotes_and_lines() {
    check(
        "program,seconds\n\"a, \"\"b\"\"\nc\",1\nd,2\n",
        expect![[r#"
            line 2: a, "b"
            c | 1
            line 4: d | 2
        "#]],
    );
    check(
        "program,seconds\n\"a,1\nb,2\n",
        expect![[r#"
        `data/times.csv:2`: a quotation mark is not closed; hint: one inside a cell is written twice, and the cell stands in quotation marks
    "#]],
    );
}

#[test]
fn what_is_no_number_is_named_with_its_line() {
    check(
        "program,seconds\na,1\nb,NaN\n",
        expect![[r#"
        `data/times.csv:3`: `seconds` is `NaN`, expected a finite number; hint: leave a cell empty where nothing was measured
    "#]],
    );
    check(
        "program,seconds\na,1\nb,inf\n",
        expect![[r#"
        `data/times.csv:3`: `seconds` is `inf`, expected a finite number; hint: leave a cell empty where nothing was measured
    "#]],
    );
    check(
        "program,seconds\na,fast\n",
        expect![[r#"
        `data/times.csv:2`: `seconds` is `fast`, expected a number; hint: leave a cell empty where nothing was measured; a column of words has no unit
    "#]],
    );
    check(
        "program,seconds\na,1.5 s\n",
        expect![[r#"
        `data/times.csv:2`: `seconds` is `1.5 s`, expected a number; hint: leave a cell empty where nothing was measured; a column of words has no unit
    "#]],
    );
}

#[test]
fn numbers_that_no_one_can_compute_with_are_refused() {
    check(
        "program,seconds\na,1\nb,-1e301\n",
        expect![[r#"
            `data/times.csv:3`: `seconds` is `-1e301`, expected less than 1e300 s
        "#]],
    );
    let in_giga = DECLARED.replace("'s'", "'Gs'");
    expect![[r#"
        `data/times.csv:2`: `seconds` is `1e300`, expected less than 1e300 s
    "#]]
    .assert_eq(&shown(&in_giga, "program,seconds\na,1e300\n"));
}

#[test]
fn the_decimal_sign_is_found_out_where_it_is_clear() {
    check(
        "program;seconds\na;1,234\nb;0,5\n",
        expect![[r#"
        line 2: a | 1.234
        line 3: b | 0.5
    "#]],
    );
    check(
        "program;seconds\na;1,234\n",
        expect![[r#"
        `data/times.csv:2`: the comma of `1,234` may part thousands or decimals; hint: declare `decimal = ","` or `decimal = "."`, and write all numbers alike
    "#]],
    );
    check(
        "program;seconds\na;1.5\nb;0,5\n",
        expect![[r#"
        `data/times.csv:3`: `0,5` has a decimal comma and `1.5` in line 2 a point; hint: declare `decimal = ","` or `decimal = "."`, and write all numbers alike
    "#]],
    );
    check(
        "program;seconds\na;1.234,5\n",
        expect![[r#"
            `data/times.csv:2`: `seconds` is `1.234,5`, expected a number with one of `,` and `.`; hint: declare `decimal = ","` or `decimal = "."`, and write all numbers alike
        "#]],
    );
    let declared = |sign: &str| DECLARED.replace("where", &format!("decimal = '{sign}'\nwhere"));
    expect![[r#"
        line 2: a | 1.234
    "#]]
    .assert_eq(&shown(&declared(","), "program;seconds\na;1,234\n"));
    expect![[r#"
        line 2: a | 1234
    "#]]
    .assert_eq(&shown(&declared("."), "program;seconds\na;1,234\n"));
    expect![[r#"
        `data/times.csv:2`: `seconds` is `1.5`, expected a number with `,` before its decimals, as declared
    "#]].assert_eq(&shown(&declared(","), "program;seconds\na;1.5\n"));
}

#[test]
fn columns_are_there_once() {
    check(
        "program,seconds,seconds\na,1,2\n",
        expect![[r#"
        `data/times.csv:1`: two columns are named `seconds`; hint: rename one of them
    "#]],
    );
    check(
        "program,time\na,1\n",
        expect![[r#"
        `data/times.csv:1`: no column is named `seconds`, expected one of `program`, `time`
    "#]],
    );
    check(
        "a;b;c,d\n1;2;3\n",
        expect![[r#"
        `data/times.csv:1`: no column is named `program`, expected one of `a`, `b`, `c,d`
    "#]],
    );
    check(
        "",
        expect![[r#"
        `data/times.csv`: it is empty; expected a row of column names
    "#]],
    );
    check(
        "program,seconds\na,1,2\n",
        expect![[r#"
        `data/times.csv:2`: the row has 3 cells, expected 2; hint: a cell with a separator in it stands in quotation marks
    "#]],
    );
}

#[test]
fn text_is_utf_8() {
    check(
        b"program,seconds\na,1\n\xe4,2\n",
        expect![[r#"
        `data/times.csv:3`: it is not UTF-8; hint: save it as UTF-8
    "#]],
    );
    check(
        b"\xff\xfep\0",
        expect![[r#"
            `data/times.csv:1`: no column is named `program`, expected one of `p`
        "#]],
    );
}

#[test]
fn json_is_an_array_of_objects_or_an_object_of_arrays() {
    const ROWS: &str = "element 0: radix | 0.5\nelement 1: merge | \n";
    for (at, json) in [
        (
            "",
            r#"[{"program": "radix", "seconds": 0.5}, {"program": "merge", "seconds": null}]"#,
        ),
        (
            "",
            r#"[{"program": "radix", "seconds": 0.5}, {"program": "merge"}]"#,
        ),
        (
            "/a/results",
            r#"{"a": {"results": [{"program": "radix", "seconds": 0.5}, {"program": "merge"}]}}"#,
        ),
        (
            "",
            r#"{"program": ["radix", "merge"], "seconds": [0.5, null]}"#,
        ),
    ] {
        let declared = DECLARED.replace(".csv'", &format!(".json'\nrows = '{at}'"));
        assert_eq!(shown(&declared, json), ROWS, "{json}");
    }
}

#[test]
fn json_of_another_shape_is_told_what_was_expected() {
    check_json(
        "",
        r#"{"meta": 1, "results": []}"#,
        expect![[r#"
        `data/times.json`: `meta` is a number, expected an array of objects, or an object of arrays of one length
    "#]],
    );
    check_json(
        "/result",
        r#"{"meta": 1, "results": []}"#,
        expect![[r#"
        `data/times.json`: nothing is at `rows = "/result"`; hint: the file has `/meta`, `/results`; set `rows` to one of them
    "#]],
    );
    check_json(
        "",
        r#"[[1, 2]]"#,
        expect![[r#"
        `data/times.json`: element 0 is an array, expected an array of objects, or an object of arrays of one length
    "#]],
    );
    check_json(
        "",
        "3",
        expect![[r#"
        `data/times.json`: found a number, expected an array of objects, or an object of arrays of one length; hint: the file is a number
    "#]],
    );
    check_json(
        "",
        r#"{"program": ["a"], "seconds": [1, 2]}"#,
        expect![[r#"
        `data/times.json`: `seconds` has 2 elements and another column 1, expected an array of objects, or an object of arrays of one length
    "#]],
    );
    check_json(
        "",
        r#"[{"program": "a", "seconds": "1"}]"#,
        expect![[r#"
        `data/times.json`: element 0: `seconds` is `"1"`, expected a number; hint: `null` where nothing was measured; a column of words has no unit
    "#]],
    );
    check_json(
        "",
        r#"[{"program": ["a"], "seconds": 1}]"#,
        expect![[r#"
        `data/times.json`: element 0: `program` is an array, expected a text or a number
    "#]],
    );
    check_json(
        "",
        "[{\"program\": \"a\",\n\"seconds\": NaN}]",
        expect![[r#"
        `data/times.json:2`: it is not JSON: expected value at line 2 column 12; hint: JSON has no NaN; `null` stands where nothing was measured
    "#]],
    );
    check_json(
        "",
        r#"[{"program": "a"}]"#,
        expect![[r#"
        `data/times.json`: no column is named `seconds`, expected one of `program`
    "#]],
    );
    check_json(
        "",
        r#"[{"program": "a", "seconds": 1, "seconds": 2}]"#,
        expect![[r#"
            `data/times.json:1`: the key `seconds` stands twice at line 1 column 41; hint: rename one of them
        "#]],
    );
}

#[test]
fn a_csv_file_has_no_pointer_to_rows() {
    let declared = DECLARED.replace("where", "rows = '/a'\nwhere");
    expect![[r#"
        `data/times.csv`: it is read as CSV, which has no `rows`; hint: `rows` is for a file whose name ends in `.json`
    "#]].assert_eq(&shown(&declared, "program,seconds\n"));
}

#[test]
fn a_key_of_json_that_stands_twice_is_refused() {
    check_json(
        "",
        "[{\"program\": \"a\", \"seconds\": 1,\n \"seconds\": 2}]",
        expect![[r#"
            `data/times.json:2`: the key `seconds` stands twice at line 2 column 10; hint: rename one of them
        "#]],
    );
    check_json(
        "",
        "{\"program\": [\"a\"], \"seconds\": [1], \"seconds\": [2]}",
        expect![[r#"
            `data/times.json:1`: the key `seconds` stands twice at line 1 column 44; hint: rename one of them
        "#]],
    );
    check_json(
        "/a",
        "{\"a\": [], \"a\": []}",
        expect![[r#"
        `data/times.json:1`: the key `a` stands twice at line 1 column 13; hint: rename one of them
    "#]],
    );
    for nothing in ["[]", "{}", "[{}]"] {
        check_json("", nothing, expect![["
            `data/times.json`: it has no columns, expected an array of objects, or an object of arrays of one length
        "]]);
    }
}

#[test]
fn a_hundred_thousand_columns_are_read_at_once() {
    let others: String = (0..100_000).map(|column| format!(",c{column}")).collect();
    let csv = format!("program,seconds{others}\nradix,2{}\n", ",".repeat(100_000));
    let start = std::time::Instant::now();
    assert!(shown(DECLARED, csv).starts_with("line 2: radix | 2 | "));
    // Comparing each with each takes half a minute.
    assert!(start.elapsed().as_secs() < 10);
}
