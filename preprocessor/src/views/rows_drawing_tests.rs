//! How the views of tables draw: axes of decades, bands over repeats, colours.

use super::plot::{Bars, Mark, Scale, to_csv};
use super::rows_tests::facts;
use super::*;
use serde_json::{Value, json};

fn exhibit(view: &str, arguments: Value, rows: &str) -> Exhibit<Figure> {
    let Value::Object(arguments) = arguments else {
        panic!("arguments by name")
    };
    figure(view, arguments, &facts(Some(rows))).unwrap_or_else(|error| panic!("{error}"))
}

fn drawn(view: &str, arguments: Value, rows: &str) -> Plot {
    match exhibit(view, arguments, rows).content {
        Figure::Plot(plot) => *plot,
        other => panic!("{other:?} is no plot"),
    }
}

/// Rows of one program, with a time for each number of keys.
fn rows(times: &[(f64, f64)]) -> String {
    let row = |(n, seconds): &(f64, f64)| format!("laptop,radix,{n},0,{seconds}\n");
    let rows: String = times.iter().map(row).collect();
    format!("machine,program,n,repeat,seconds\n{rows}")
}

#[test]
fn axes_are_logarithmic_where_decades_matter() {
    let of = |more: Value| {
        let mut of = json!({"table": "times", "x": "n", "y": "seconds"});
        let (Some(of_map), Value::Object(more)) = (of.as_object_mut(), more) else {
            panic!("arguments by name")
        };
        of_map.extend(more);
        of
    };
    let check = |times: &[(f64, f64)], more: Value, expect: [bool; 2]| {
        let plot = drawn("plot", of(more.clone()), &rows(times));
        let is_log = [&plot.x, &plot.y].map(|axis| matches!(axis.scale, Scale::Log { .. }));
        assert_eq!(is_log, expect, "{times:?}, {more}");
    };
    let growing = [(1e3, 0.1), (1e4, 1.2), (1e5, 13.0), (1e6, 150.0)];
    check(&growing, json!({}), [true, true]);
    check(&growing, json!({"x_log": false}), [false, true]);
    check(&growing, json!({"y_log": false}), [true, false]);
    check(&growing, json!({"y_zero": true}), [true, false]);
    // Less than two decades, and zero, which no logarithmic axis has.
    check(&[(1.0, 2.0), (50.0, 199.0)], json!({}), [false, false]);
    check(
        &[(1.0, 2.0), (50.0, 199.0)],
        json!({"y_log": true}),
        [false, true],
    );
    check(
        &[(0.0, 0.0), (1e3, 1.0), (1e5, 150.0)],
        json!({}),
        [false, false],
    );
    // What is counted up is not crowded, however far it goes.
    let counted: Vec<_> = (1..=200)
        .map(|n| (f64::from(n), 1.0 + f64::from(n % 3)))
        .collect();
    check(&counted, json!({}), [false, false]);
}

/// Three repeats at each place, too few for an interval of 95 %.
const REPEATED: &str = "machine,program,n,repeat,seconds\n\
    laptop,radix,1,0,5\nlaptop,radix,1,1,9\nlaptop,radix,1,2,6\n\
    laptop,radix,2,0,8\nlaptop,radix,2,1,7\nlaptop,radix,2,2,12\n";

#[test]
fn few_repeats_are_a_median_in_a_band_from_the_least_to_the_greatest() {
    let of = json!({"table": "times", "x": "n", "y": "seconds", "by": "program", "marks": "lines"});
    let shown = exhibit("plot", of, REPEATED);
    let note = "Values are medians of repeats, with bands from the least to the greatest of them.";
    assert_eq!(shown.note, note);
    let Figure::Plot(plot) = shown.content else {
        panic!("there are rows")
    };
    let csv = to_csv(&plot).replace('\r', "");
    let expected = "series,x,y,low,high\nradix,1,,5,9\nradix,2,,7,12\nradix,1,6,,\nradix,2,8,,\n";
    assert_eq!(csv, expected);
    let none = json!({"table": "times", "x": "n", "y": "seconds", "intervals": "none"});
    let shown = exhibit("plot", none, REPEATED);
    assert_eq!(shown.note, "Values are medians of repeats.");
}

#[test]
fn bars_have_their_numbers_up_to_many() {
    let times: Vec<_> = (1..=40)
        .map(|n| (f64::from(n), 100.0 / f64::from(n * n)))
        .collect();
    let plot = drawn(
        "bars",
        json!({"table": "times", "x": "n", "y": "seconds"}),
        &rows(&times),
    );
    let [Mark::Bars(Bars { labels, .. })] = &plot.marks[..] else {
        panic!("one series of bars")
    };
    assert_eq!(labels.len(), 40);
    assert_eq!((labels[0].as_str(), labels[39].as_str()), ("100", "0.0625"));
}
