//! The views of tables.

use super::plot::{Target, render, to_csv};
use super::*;
use crate::data::{Table as Measurements, Tables, read_declarations};
use expect_test::{Expect, expect};
use serde_json::json;

const DECLARED: &str = "[times]\nfile = 'data/times.csv'\nmade_by = 'bench/run.sh'\n\
    where = ['machine', 'program', 'n']\nrepeat = 'repeat'\n[times.columns]\nn = 'key'\n\
    seconds = 'ms'\n[log]\nfile = 'log.csv'\nmade_by = 'train'\n[log.columns]\nseconds = 's'\n\
    n = '1'\n[units]\nkey = { many = 'keys' }\n";

/// Six repeats on the laptop, one on the server, which did not merge 100 keys.
fn rows() -> String {
    let mut rows = "machine,program,n,repeat,seconds\n".to_owned();
    for (program, n, base) in [
        ("radix", 1000, 5),
        ("radix", 100, 1),
        ("merge", 100, 2),
        ("merge", 1000, 20),
    ] {
        for repeat in 0..6 {
            rows += &format!("laptop,{program},{n},{repeat},{}\n", base * 10 + repeat);
        }
        let server = if (program, n) == ("merge", 100) {
            String::new()
        } else {
            base.to_string()
        };
        rows += &format!("server,{program},{n},0,{server}\n");
    }
    rows
}

pub(super) fn facts(rows: Option<&str>) -> Facts {
    let declared = read_declarations("book/data.toml", DECLARED).expect("sound declarations");
    let read =
        |declaration| Measurements::read(declaration, rows.map(str::as_bytes)).expect("sound rows");
    let tables = Tables {
        file: "book/data.toml".to_owned(),
        all: { declared.tables.into_iter() }
            .filter(|table| table.place.is_empty() == rows.is_some_and(|it| it.starts_with("n,")))
            .map(read)
            .collect(),
    };
    Facts {
        tables,
        ..Facts::default()
    }
}

fn drawn(view: &str, arguments: serde_json::Value, rows: Option<&str>) -> String {
    let serde_json::Value::Object(arguments) = arguments else {
        panic!("arguments by name")
    };
    let exhibit = match figure(view, arguments, &facts(rows)) {
        Ok(exhibit) => exhibit,
        Err(error) => return error,
    };
    let inputs: Vec<_> = { exhibit.inputs.iter() }
        .map(|input| format!("{} = {:?}\n", input.name, input.known()))
        .collect();
    match exhibit.content {
        Figure::Plot(plot) => {
            for target in [Target::Html, Target::File] {
                render(&plot, target).expect("it can be drawn");
            }
            let csv = to_csv(&plot).replace('\r', "");
            let axes = format!("{} | {}", plot.x.title, plot.y.title);
            format!(
                "{axes}\n{}\n{}\n{csv}{}",
                plot.description,
                exhibit.note,
                inputs.concat()
            )
        }
        Figure::Pending(awaited) => format!(
            "pending: {}\n{}",
            awaited.to_markdown(None),
            inputs.concat()
        ),
        Figure::Images { .. } => panic!("no images"),
    }
}

fn check(view: &str, arguments: serde_json::Value, expect: Expect) {
    expect.assert_eq(&drawn(view, arguments, Some(&rows())));
}

#[test]
fn a_plot_has_a_series_for_each_value_and_intervals_of_repeats() {
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds", "by": "program",
               "where": {"machine": "laptop"}, "x_log": true, "y_log": true, "y_label": "Time"}),
        expect![[r#"
            n (keys) | Time (ms)
            Time (ms) over n (keys). The series “radix” goes from 12.50 at 100 to 52.50 at 1,000. The series “merge” goes from 22.50 at 100 to 202.5 at 1,000.
            Values are medians of repeats with 95 % intervals.
            series,x,y,low,high
            radix,100,12.5,,
            radix,1000,52.5,,
            radix,100,12.5,10,15
            radix,1000,52.5,50,55
            merge,100,22.5,,
            merge,1000,202.5,,
            merge,100,22.5,20,25
            merge,1000,202.5,200,205
            times.n(lines_2_7_9_14_16_21_23_28) = Some(24.0)
            times.seconds(lines_2_7_9_14_16_21_23_28) = Some(24.0)
        "#]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds", "where": {"machine": "laptop", "program": "radix"},
               "intervals": "band", "marks": "lines", "y_unit": "s", "y_zero": true}),
        expect![[r#"
            n (keys) | seconds (s)
            seconds (s) over n (keys). It goes from 0.01250 at 100 to 0.05250 at 1,000.
            Values are medians of repeats with 95 % intervals.
            series,x,y,low,high
            seconds,100,,0.01,0.015
            seconds,1000,,0.05,0.055
            seconds,100,0.0125,,
            seconds,1000,0.0525,,
            times.n(lines_2_7_9_14) = Some(12.0)
            times.seconds(lines_2_7_9_14) = Some(12.0)
        "#]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds", "by": "machine", "where": {"program": "merge"}, "intervals": "none"}),
        expect![[r#"
            n (keys) | seconds (ms)
            seconds (ms) over n (keys). The series “laptop” goes from 22.50 at 100 to 202.5 at 1,000. The series “server” is 20.00 at 1,000.
            Values are medians of repeats.
            series,x,y,low,high
            laptop,100,22.5,,
            laptop,1000,202.5,,
            laptop,100,22.5,,
            laptop,1000,202.5,,
            server,1000,20,,
            server,1000,20,,
            times.n(lines_16_29) = Some(14.0)
            times.seconds(lines_16_29) = Some(14.0)
        "#]],
    );
}

#[test]
fn points_of_a_table_without_repeats_are_its_rows() {
    expect![[r#"
        n | seconds (s)
        seconds (s) over n. It goes from 1.000 at 0 to 3.000 at 1.

        series,x,y,low,high
        seconds,0,1,,
        seconds,1,2,,
        seconds,1,3,,
        log.n(lines_2_5) = Some(4.0)
        log.seconds(lines_2_5) = Some(4.0)
    "#]]
    .assert_eq(&drawn(
        "plot",
        json!({"table": "log", "x": "n", "y": "seconds", "marks": "points"}),
        Some("n,seconds\n1,2\n1,3\n0,1\n2,\n"),
    ));
}

#[test]
fn bars_stand_in_groups() {
    check(
        "bars",
        json!({"table": "times", "x": "program", "y": "seconds", "by": "machine", "where": {"n": 100}}),
        expect![[r#"
            program | seconds (ms)
            seconds (ms) by program. The series are “laptop” and “server”. laptop, radix: 12.50. laptop, merge: 22.50. server, radix: 1.000. server, merge: not measured.
            Values are medians of repeats with 95 % intervals.
            series,x,y,low,high
            laptop,radix,12.5,10,15
            laptop,merge,22.5,20,25
            server,radix,1,,
            server,merge,,,
            times.seconds(lines_9_22) = Some(14.0)
        "#]],
    );
    check(
        "bars",
        json!({"table": "times", "x": "n", "y": "seconds", "where": {"machine": "laptop", "program": "radix"}, "lying": true, "y_unit": "µs"}),
        expect![[r#"
            seconds (µs) | n
            seconds (µs) by n. 100: 12,500. 1000: 52,500.
            Values are medians of repeats with 95 % intervals.
            series,x,y,low,high
            ,12500,100,10000,15000
            ,52500,1000,50000,55000
            times.seconds(lines_2_7_9_14) = Some(12.0)
        "#]],
    );
}

#[test]
fn a_series_without_a_value_is_named() {
    let rows = "machine,program,n,repeat,seconds\na,radix,1,1,2\nb,radix,1,1,\n";
    let arguments = json!({"table": "times", "x": "n", "y": "seconds", "by": "machine"});
    for view in ["plot", "bars"] {
        let shown = drawn(view, arguments.clone(), Some(rows));
        assert!(shown.contains("\nNot measured: “b”.\n"), "{shown}");
    }
}

#[test]
fn a_histogram_counts_rows() {
    check(
        "histogram",
        json!({"table": "times", "x": "seconds", "where": {"machine": "laptop"}, "bins": 4}),
        expect![[r#"
            seconds (ms) | Rows
            Distribution of seconds (ms): 24 values from 10.00 to 205.0, half of them below 50.00. The fullest bin, 0 to 50.00, has 12.

            series,x,y,low,high
            ,0,,0,12
            ,50,,0,12
            ,50,,0,6
            ,100,,0,6
            ,100,,0,0
            ,150,,0,0
            ,150,,0,0
            ,200,,0,0
            ,200,,0,6
            ,250,,0,6
            rows,0,12,,
            rows,50,12,,
            rows,50,6,,
            rows,100,6,,
            rows,100,0,,
            rows,150,0,,
            rows,150,0,,
            rows,200,0,,
            rows,200,6,,
            rows,250,6,,
            times.seconds(lines_2_7_9_14_16_21_23_28) = Some(24.0)
        "#]],
    );
}

#[test]
fn what_cannot_be_shown_is_told_why() {
    check(
        "plot",
        json!({"table": "time", "x": "n", "y": "seconds"}),
        expect![[
            r#"view `plot(table="time", x="n", y="seconds")`: no table is named `time`, expected one of `times`"#
        ]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "second"}),
        expect![[
            r#"view `plot(table="times", x="n", y="second")`: no column of `times` that has a unit is named `second`, expected one of `n`, `seconds`"#
        ]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "machine", "y": "seconds"}),
        expect![[
            r#"view `plot(table="times", x="machine", y="seconds")`: the column `machine` of `times` has no unit; hint: declare one under `[times.columns]`, `1` for a number without unit"#
        ]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds"}),
        expect![[
            r#"view `plot(table="times", x="n", y="seconds")`: 14 rows of `times` are meant, lines 9–22: name one by `machine` (`laptop`, `server`) and `program` (`radix`, `merge`)"#
        ]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds", "by": "computer"}),
        expect![[
            r#"view `plot(by="computer", table="times", x="n", y="seconds")`: no column of `times` is named `computer`, expected one of `machine`, `program`, `n`, `repeat`, `seconds`"#
        ]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds", "where": {"machine": "desktop"}}),
        expect![[
            r#"view `plot(table="times", where={"machine":"desktop"}, x="n", y="seconds")`: no row of `times` has `desktop` in `machine`, which has `laptop`, `server`"#
        ]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds", "y_unit": "m"}),
        expect![[
            r#"view `plot(table="times", x="n", y="seconds", y_unit="m")`: `seconds`: a value in `s` cannot be printed in `m`"#
        ]],
    );
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds", "where": {"machine": "server", "program": "merge", "n": 100}}),
        expect![[
            r#"view `plot(table="times", where={"machine":"server","n":100,"program":"merge"}, x="n", y="seconds")`: no row has both `n` and `seconds`"#
        ]],
    );
    check(
        "bars",
        json!({"table": "times", "x": "computer", "y": "seconds"}),
        expect![[
            r#"view `bars(table="times", x="computer", y="seconds")`: no column of `times` is named `computer`, expected one of `machine`, `program`, `n`, `repeat`, `seconds`"#
        ]],
    );
    check(
        "histogram",
        json!({"table": "times", "x": "seconds", "bins": 0}),
        expect![[
            r#"view `histogram(bins=0, table="times", x="seconds")`: `bins` is 0, expected 1 to 200"#
        ]],
    );
}

#[test]
fn a_table_that_is_not_there_is_pending() {
    let check =
        |view: &str, arguments, expect: Expect| expect.assert_eq(&drawn(view, arguments, None));
    check(
        "plot",
        json!({"table": "times", "x": "n", "y": "seconds"}),
        expect![[r#"
            pending: 1 table: `times`
            times.seconds(rows) = None
        "#]],
    );
    check(
        "bars",
        json!({"table": "times", "x": "n", "y": "seconds"}),
        expect![[r#"
            pending: 1 table: `times`
            times.seconds(rows) = None
        "#]],
    );
    check(
        "histogram",
        json!({"table": "times", "x": "seconds"}),
        expect![[r#"
            pending: 1 table: `times`
            times.seconds(rows) = None
        "#]],
    );
    check(
        "histogram",
        json!({"table": "times", "x": "second"}),
        expect![[
            r#"view `histogram(table="times", x="second")`: no column of `times` that has a unit is named `second`, expected one of `n`, `seconds`"#
        ]],
    );
}

fn check_pivot(arguments: serde_json::Value, rows: Option<&str>, expect: Expect) {
    let serde_json::Value::Object(arguments) = arguments else {
        panic!("arguments by name")
    };
    let mark = |quantity: &Quantity, text: &str| format!("[{text}]({})", quantity.name);
    expect.assert_eq(&match table("pivot", arguments, &facts(rows), &mark) {
        Ok(exhibit) => format!(
            "{}{}\n{}",
            exhibit.content.to_markdown(),
            exhibit.note,
            exhibit.content.to_csv().replace('\r', "")
        ),
        Err(error) => error,
    });
}

#[test]
fn a_pivot_table_has_one_value_in_rows_and_columns() {
    let rows = rows();
    let pivot = json!({"table": "times", "value": "seconds", "rows": "program", "columns": "n", "where": {"machine": "laptop"}, "interval": true, "places": 1});
    check_pivot(
        pivot.clone(),
        Some(&rows),
        expect![[r#"
            | program | 100 | 1,000 |
            | :--- | ---: | ---: |
            | radix | [12.5 (10.0 to 15.0)](times.seconds(machine=laptop,program=radix,n=100)) | [52.5 (50.0 to 55.0)](times.seconds(machine=laptop,program=radix,n=1000)) |
            | merge | [22.5 (20.0 to 25.0)](times.seconds(machine=laptop,program=merge,n=100)) | [202.5 (200.0 to 205.0)](times.seconds(machine=laptop,program=merge,n=1000)) |
            Cells: `seconds` in ms; columns: `n` (keys). Values are medians of repeats with 95 % intervals.
            program,100,"1,000"
            radix,12.5,52.5
            merge,22.5,202.5
        "#]],
    );
    check_pivot(
        pivot,
        None,
        expect![[r#"
        | program | seconds |
        | :--- | :--- |
        | – | [not measured](times.seconds(rows)) |

        program,seconds
        –,not measured
    "#]],
    );
    check_pivot(
        json!({"table": "times", "value": "seconds", "rows": "program", "columns": "n", "where": {"machine": "server"}, "unit": "s", "places": 3}),
        Some(&rows),
        expect![[r#"
            | program | 100 | 1,000 |
            | :--- | ---: | ---: |
            | radix | [0.001](times.seconds(machine=server,program=radix,n=100,repeat=0)) | [0.005](times.seconds(machine=server,program=radix,n=1000,repeat=0)) |
            | merge | [not measured](times.seconds(machine=server,program=merge,n=100,repeat=0)) | [0.020](times.seconds(machine=server,program=merge,n=1000,repeat=0)) |
            Cells: `seconds` in s; columns: `n` (keys).
            program,100,"1,000"
            radix,0.001,0.005
            merge,,0.02
        "#]],
    );
    check_pivot(
        json!({"table": "times", "value": "seconds", "rows": "program", "columns": "n"}),
        Some(&rows),
        expect![[
            r#"view `pivot(columns="n", rows="program", table="times", value="seconds")`: 7 rows of `times` are meant, lines 9–15: name one by `machine` (`laptop`, `server`)"#
        ]],
    );
}
