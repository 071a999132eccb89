//! Declarations, rows that are asked for, states, seals.

use super::*;
use crate::evidence::unit::Unit;
use crate::evidence::{Origin, Quantity};
use expect_test::{Expect, expect};
use results::Digest;
use std::sync::Arc;

const DECLARED: &str = r#"
# What was timed.
[times]
file    = "data/times.csv"
made_by = "bench/run.sh"
where   = ["machine", "program", "n"] # one measurement each
repeat  = "repeat"

[times.columns]
n       = "key"
seconds = "ms"

[units]
key = { many = "keys" }
"#;

const ROWS: &str = "machine,program,n,repeat,seconds\n\
    laptop,radix,1000,1,5\nlaptop,radix,1000,2,1\nlaptop,radix,1000,3,4\n\
    laptop,radix,1000,4,2\nlaptop,radix,1000,5,3\nlaptop,radix,1000,6,6\n\
    laptop,radix,2000,1,10\nlaptop,merge sort,1000,1,20\nserver,radix,1000,1,\n\
    server,radix,2000,1,7\nserver,radix,2000,1,8\n";

fn tables_of(declared: &str, csv: Option<&str>) -> Tables {
    let declared = read_declarations("book/data.toml", declared).expect("sound declarations");
    let read = |declaration| Table::read(declaration, csv.map(str::as_bytes)).expect("sound rows");
    Tables {
        file: "book/data.toml".to_owned(),
        all: declared.tables.into_iter().map(read).collect(),
    }
}

fn tables() -> Tables {
    tables_of(DECLARED, Some(ROWS))
}

fn filters(filters: &[(&str, &str)]) -> Filters {
    let own = |(column, value): &(&str, &str)| ((*column).to_owned(), Wanted::text(*value));
    filters.iter().map(own).collect()
}

fn described(quantity: &Quantity) -> String {
    let value = quantity
        .known()
        .map_or("none".to_owned(), |value| value.to_string());
    let interval = quantity
        .interval
        .map_or(String::new(), |(low, high)| format!(" ({low} to {high})"));
    let (name, unit) = (&quantity.name, quantity.unit);
    format!(
        "{name} = {value}{interval} {unit} {}: {}",
        quantity.kind().word(),
        quantity.provenance()
    )
}

fn check_in(tables: &Tables, column: &str, asked: &[(&str, &str)], expect: Expect) {
    expect.assert_eq(&match tables.pick(column, &filters(asked)) {
        Ok(quantity) => described(&quantity),
        Err(error) => error,
    });
}

fn check(column: &str, asked: &[(&str, &str)], expect: Expect) {
    check_in(&tables(), column, asked, expect);
}

#[test]
fn one_row_is_measured() {
    check(
        "times.seconds",
        &[("machine", "laptop"), ("program", "radix"), ("n", "2000")],
        expect![
            "times.seconds(machine=laptop,program=radix,n=2000,repeat=1) = 0.01 s measured: seconds in line 8 of data/times.csv (SHA-256 367ddfad45d2)"
        ],
    );
    // What one column tells apart needs no other.
    check(
        "times.seconds",
        &[("program", "merge sort")],
        expect![
            "times.seconds(machine=laptop,program=merge%20sort,n=1000,repeat=1) = 0.02 s measured: seconds in line 9 of data/times.csv (SHA-256 367ddfad45d2)"
        ],
    );
    // 2e3 is 2000.
    check(
        "times.n",
        &[("machine", "laptop"), ("n", "2e3")],
        expect![
            "times.n(machine=laptop,program=radix,n=2000,repeat=1) = 2000 key measured: n in line 8 of data/times.csv (SHA-256 367ddfad45d2)"
        ],
    );
}

#[test]
fn repeats_are_derived() {
    check(
        "times.seconds",
        &[("machine", "laptop"), ("program", "radix"), ("n", "1000")],
        expect![
            "times.seconds(machine=laptop,program=radix,n=1000) = 0.0035 (0.001 to 0.006) s derived: median of 6 repeats, lines 2–7 of times.seconds(machine=laptop,program=radix,n=1000,repeat=1), times.seconds(machine=laptop,program=radix,n=1000,repeat=2), times.seconds(machine=laptop,program=radix,n=1000,repeat=3), times.seconds(machine=laptop,program=radix,n=1000,repeat=4) and 2 more"
        ],
    );
    check(
        "times.seconds",
        &[
            ("machine", "laptop"),
            ("program", "radix"),
            ("n", "1000"),
            ("repeat", "4"),
        ],
        expect![
            "times.seconds(machine=laptop,program=radix,n=1000,repeat=4) = 0.002 s measured: seconds in line 5 of data/times.csv (SHA-256 367ddfad45d2)"
        ],
    );
}

#[test]
fn an_empty_cell_is_not_measured() {
    check(
        "times.seconds",
        &[("machine", "server"), ("n", "1000")],
        expect![
            "times.seconds(machine=server,program=radix,n=1000,repeat=1) = none s measured: seconds in line 10 of data/times.csv (SHA-256 367ddfad45d2)"
        ],
    );
    let rows = "machine,program,n,repeat,seconds\na,b,1,1,\na,b,1,2,4\na,b,1,3,8\n";
    check_in(
        &tables_of(DECLARED, Some(rows)),
        "times.seconds",
        &[],
        expect![
            "times.seconds(machine=a,program=b,n=1) = 0.006 s derived: median of 3 repeats, lines 2–4, 1 of them empty of times.seconds(machine=a,program=b,n=1,repeat=1), times.seconds(machine=a,program=b,n=1,repeat=2), times.seconds(machine=a,program=b,n=1,repeat=3)"
        ],
    );
}

#[test]
fn what_is_not_there_is_told_what_is() {
    check(
        "times.seconds",
        &[("machine", "labtop")],
        expect!["no row of `times` has `labtop` in `machine`, which has `laptop`, `server`"],
    );
    check(
        "times.seconds",
        &[
            ("machine", "laptop"),
            ("program", "merge sort"),
            ("n", "2000"),
        ],
        expect![
            "no row of `times` has `2000` in `n` where `machine` is `laptop` and `program` is `merge sort`, which has `1000`"
        ],
    );
    check(
        "times.seconds",
        &[("n", "1999")],
        expect!["no row of `times` has `1999` in `n`, which has `2000`, `1000`"],
    );
    check(
        "times.seconds",
        &[("computer", "laptop")],
        expect![
            "`computer` selects no rows of `times`, expected one of `machine`, `program`, `n`, `repeat`"
        ],
    );
    check(
        "times.seconds",
        &[("seconds", "5")],
        expect![
            "`seconds` selects no rows of `times`, expected one of `machine`, `program`, `n`, `repeat`"
        ],
    );
    check(
        "times.minutes",
        &[],
        expect![
            "no column of `times` that has a unit is named `minutes`, expected one of `n`, `seconds`"
        ],
    );
    check(
        "times.machine",
        &[],
        expect![
            "the column `machine` of `times` has no unit; hint: declare one under `[times.columns]`, `1` for a number without unit"
        ],
    );
    check(
        "time.seconds",
        &[],
        expect!["no table is named `time`, expected one of `times`"],
    );
    check(
        "times",
        &[],
        expect!["`times` names no column; hint: write the table and the column, `times.seconds`"],
    );
    check_in(
        &Tables::default(),
        "times.seconds",
        &[],
        expect!["no table is named `times`; hint: `data.toml` declares tables"],
    );
}

#[test]
fn two_rows_where_one_was_meant_are_told_apart() {
    check(
        "times.seconds",
        &[("machine", "laptop")],
        expect![
            "8 rows of `times` are meant, lines 2–9: name one by `program` (`radix`, `merge sort`) and `n` (`1000`, `2000`)"
        ],
    );
    check(
        "times.seconds",
        &[("machine", "server"), ("n", "2000")],
        expect![
            "2 rows of `times` are meant, lines 11–12: `repeat` has one value twice; hint: number the repeats, or add the column that tells them apart to `where`"
        ],
    );
    let without_repeat = DECLARED.replace("repeat  = \"repeat\"", "");
    let asked = [("machine", "laptop"), ("program", "radix"), ("n", "1000")];
    check_in(
        &tables_of(&without_repeat, Some(ROWS)),
        "times.seconds",
        &asked,
        expect![
            "6 rows of `times` are meant, lines 2–7: `repeat` (`1`, `2`, `3`, `4`, `5`, `6`) tells them apart; hint: declare it in `where`, or as `repeat`"
        ],
    );
    let alike = "machine,program,n,seconds\na,b,1,1\na,b,1,2\n";
    check_in(
        &tables_of(&without_repeat, Some(alike)),
        "times.seconds",
        &[],
        expect![
            "2 rows of `times` are meant, lines 2–3: nothing tells them apart; hint: declare the column that numbers repeats as `repeat`"
        ],
    );
}

#[test]
fn many_repeats_are_one_line_of_evidence() {
    let mut rows = "machine,program,n,repeat,seconds\n".to_owned();
    rows.extend((0..1000).map(|repeat| format!("a,b,1,{repeat},{}\n", repeat + 1)));
    let tables = tables_of(DECLARED, Some(&rows));
    let found = tables
        .pick("times.seconds", &Filters::new())
        .expect("repeats");
    let Origin::Derived { inputs, .. } = &found.origin else {
        panic!("derived")
    };
    expect![[r#"
        times.seconds(machine=a,program=b,n=1) = 0.5005 (0.469 to 0.532) s derived: median of 1000 repeats, lines 2–1001 of times.seconds(lines_2_1001)
        times.seconds(lines_2_1001) = 1000 1 measured: number of rows of seconds, lines 2–1001 of data/times.csv (SHA-256 3b5b8ea8ff40)"#]].assert_eq(&format!("{}\n{}", described(&found), described(&inputs[0])));
    assert_eq!(inputs.len(), 1);
}

#[test]
fn a_missing_table_has_all_names_and_no_values() {
    let missing = tables_of(DECLARED, None);
    check_in(
        &missing,
        "times.seconds",
        &[("n", "5")],
        expect!["times.seconds(n=5) = none s measured: seconds of table times: no file yet"],
    );
    check_in(
        &missing,
        "times.second",
        &[],
        expect![
            "no column of `times` that has a unit is named `second`, expected one of `n`, `seconds`"
        ],
    );
    check_in(
        &missing,
        "times.seconds",
        &[("m", "5")],
        expect![
            "`m` selects no rows of `times`, expected one of `machine`, `program`, `n`, `repeat`"
        ],
    );
    let found = missing
        .pick("times.seconds", &Filters::new())
        .expect("a name");
    let concern = found.first_concern().expect("it is missing");
    assert_eq!(
        (&*concern.state, &*concern.remedy),
        ("missing", "bench/run.sh")
    );
}

#[test]
fn a_table_is_what_was_sealed_or_stale() {
    let state = |declared: &str, csv: Option<&str>| {
        let table = tables_of(declared, csv).all.remove(0);
        format!(
            "{}: {}",
            table.state_text(),
            table.remedy().unwrap_or_default()
        )
    };
    let digests = [("times".to_owned(), Digest::of(ROWS))];
    let sealed = seal(DECLARED, &digests).expect("a table").text;
    assert_eq!(state(&sealed, Some(ROWS)), "measured: ");
    assert_eq!(
        state(DECLARED, Some(ROWS)),
        "not sealed: mdbook-measured seal times"
    );
    assert_eq!(state(&sealed, None), "missing: bench/run.sh");
    let other = ROWS.replace("laptop,radix,2000,1,10", "laptop,radix,2000,1,11");
    let (was, is) = (Digest::of(ROWS), Digest::of(&other));
    assert_eq!(
        state(&sealed, Some(&other)),
        format!(
            "stale: the digest of the file was {}, is {}: mdbook-measured seal times, if the file is \
             the wanted one; else: bench/run.sh",
            was.short(),
            is.short()
        )
    );
    let asked = filters(&[("machine", "laptop"), ("n", "2000")]);
    let of = |csv: &str| {
        tables_of(&sealed, Some(csv))
            .pick("times.seconds", &asked)
            .expect("a row")
    };
    assert_eq!(of(ROWS).first_concern(), None);
    assert_eq!(
        of(&other).first_concern().map(|it| it.flag()).as_deref(),
        Some(" (stale)")
    );
}

#[test]
fn a_seal_changes_nothing_else() {
    let digest = |text: &str| vec![("times".to_owned(), Digest::of(text))];
    let first = seal(DECLARED, &digest("a")).expect("a table");
    let line = format!("digest = \"sha256:{}\"\n", Digest::of("a"));
    assert_eq!(first.text.replace(&line, ""), DECLARED);
    assert_eq!(first.changed, 1);
    assert_eq!(seal(&first.text, &digest("a")).expect("a table").changed, 0);
    let commented = first
        .text
        .replace(&line, &format!("{} # by me\n", line.trim()));
    let second = seal(&commented, &digest("b")).expect("a table");
    let (a, b) = (Digest::of("a").to_string(), Digest::of("b").to_string());
    assert_eq!(second.text, commented.replace(&a, &b));
    assert_eq!(
        seal(DECLARED, &[("time".to_owned(), Digest::of("a"))]),
        Err("no table is named `time`".to_owned())
    );
}

#[test]
fn names_read_back() {
    let tables = tables();
    for asked in [
        &[("program", "merge sort")][..],
        &[("machine", "laptop"), ("n", "2000")],
    ] {
        let picked = tables
            .pick("times.seconds", &filters(asked))
            .expect("a row");
        let Some(Call::Pick { column, filters }) = parse_name(&picked.name) else {
            panic!("`{}` is the name of what was picked", picked.name)
        };
        assert_eq!(tables.pick(&column, &filters).as_ref(), Ok(&picked));
    }
    let a = || Box::new(Call::Named("a.b".to_owned()));
    let pick = Call::Pick {
        column: "t.c".to_owned(),
        filters: filters(&[("x", "1,(2)"), ("y", "")]),
    };
    assert_eq!(
        parse_name("ratio(difference(a.b,t.c(x=1%2C%282%29,y=)),a.b)"),
        Some(Call::Ratio(
            Box::new(Call::Difference(a(), Box::new(pick))),
            a()
        ))
    );
    for none in [
        "ratio(a)",
        "ratio(a,b",
        "t.c(x)",
        "t.c(x=%f)",
        "t.c(x=%ff)",
        "ratio())(,a)",
    ] {
        assert_eq!(parse_name(none), None, "{none}");
    }
}

fn exact(name: &str, unit: Unit, value: f64) -> Arc<Quantity> {
    Quantity::exact(name, unit, value, "a definition")
}

fn in_words(found: Result<Arc<Quantity>, String>) -> String {
    found.map_or_else(|error| error, |quantity| described(&quantity))
}

#[test]
fn two_quantities_are_divided_and_subtracted_with_their_units() {
    let (flops, time) = (
        exact("flops", Unit::Flop, 6.0),
        exact("time", Unit::Second, 2.0),
    );
    expect!["ratio(flops,time) = 3 FLOP/s derived: a / b of flops, time"]
        .assert_eq(&in_words(ratio(&flops, &time)));
    expect!["ratio(flops,flops) = 1 1 derived: a / b of flops"]
        .assert_eq(&in_words(ratio(&flops, &flops)));
    let zero = exact("zero", Unit::Second, 0.0);
    expect!["`zero` is 0, and nothing is divided by it"].assert_eq(&in_words(ratio(&time, &zero)));
    expect!["difference(zero,time) = -2 s derived: a − b of zero, time"]
        .assert_eq(&in_words(difference(&zero, &time)));
    expect!["`flops` is in `FLOP` and `time` in `s`, expected one unit"]
        .assert_eq(&in_words(difference(&flops, &time)));
    let huge = exact("huge", Unit::Second, 1e308);
    let tiny = exact("tiny", Unit::Second, 1e-308);
    expect!["`ratio(huge,tiny)` is too large for a number"]
        .assert_eq(&in_words(ratio(&huge, &tiny)));
}

#[test]
fn an_interval_follows_where_the_other_is_exact() {
    let time = exact("time", Unit::Second, 2.0);
    let measured = exact("measured", Unit::Second, 4.0).with_interval(3.0, 5.0);
    let interval = |found: Result<Arc<Quantity>, String>| found.expect("a value").interval;
    assert_eq!(interval(ratio(&measured, &time)), Some((1.5, 2.5)));
    assert_eq!(interval(ratio(&time, &measured)), Some((0.4, 2.0 / 3.0)));
    assert_eq!(interval(difference(&measured, &time)), Some((1.0, 3.0)));
    assert_eq!(interval(difference(&time, &measured)), Some((-3.0, -1.0)));
    assert_eq!(interval(ratio(&measured, &measured)), None);
    let negative = exact("negative", Unit::Second, -2.0);
    assert_eq!(interval(ratio(&measured, &negative)), Some((-2.5, -1.5)));
    let around_zero = exact("around", Unit::Second, 1.0).with_interval(-1.0, 3.0);
    assert_eq!(interval(ratio(&time, &around_zero)), None);
    let estimate = time.chosen("estimate", "f");
    assert_eq!(interval(ratio(&measured, &estimate)), None);
}

#[test]
fn faults_of_declarations_are_told_all_at_once() {
    let table =
        |name: &str, more: &str| format!("[{name}]\nfile = 'a.csv'\nmade_by = 'x'\n{more}\n");
    let text = table("A", "")
        + &table("a", "digest = 'abc'")
        + &table("b", "where = ['x']\nrepeat = 'x'")
        + &table("c", "columns = { x = 'furlong' }")
        + &table("d", "rows = 'a'")
        + &table("e", "seperator = ','")
        + &table("f", "decimal = 'x'")
        + &table("g", "").replace("a.csv", "../a.csv")
        + &table("h", "").replace("a.csv", "/etc/passwd")
        + "[i]\nfile = 'a.csv'\n[units]\ns = {}\nkey = { plural = 'keys' }\n";
    let faults = read_declarations("book/data.toml", &text).expect_err("faults");
    let lines: Vec<_> = faults.iter().map(|fault| format!("{fault}\n")).collect();
    expect![[r#"
        `book/data.toml:1`: `A` is not a name; hint: a name has lower-case letters, digits and `_`, and starts with a letter
        `book/data.toml:5`: `a`: `digest` is `abc`, expected `sha256:` and 64 hexadecimal digits in lower case; hint: `mdbook-measured seal` writes it
        `book/data.toml:9`: `b`: `x` stands twice in `where` and `repeat`; hint: a repeat does not say which row it is
        `book/data.toml:14`: `c`: `columns.x`: unknown unit `furlong`, expected one of `1` `FLOP` `MAC` `FLOP/s` `s` `byte` `byte/s` `image/s` `step/s` `image` `parameter` `epoch` `step` `nat` `W` `Hz` `point` `1/nat` `1/(nat·step)`, a multiple such as `ms`, or a product or quotient of them; hint: declare your own under `[units]`; a column of words has no unit
        `book/data.toml:18`: `d`: `rows` is `a`, expected a JSON pointer such as `/results`
        `book/data.toml:25`: `e`: unknown field `seperator`, expected one of `file`, `made_by`, `rows`, `digest`, `where`, `repeat`, `cites`, `columns`, `separator`, `decimal`, `topics`; hint: a table has `file` and `made_by`, and may have `digest`, `where`, `repeat`, `cites`, `columns`, `rows`, `separator`, `decimal`, `topics`
        `book/data.toml:29`: `f`: unknown variant `x`, expected `.` or `,`; hint: a table has `file` and `made_by`, and may have `digest`, `where`, `repeat`, `cites`, `columns`, `rows`, `separator`, `decimal`, `topics`
        `book/data.toml:30`: `g`: `file` is `../a.csv`, expected a path below the root of the project, such as `data/times.csv`
        `book/data.toml:34`: `h`: `file` is `/etc/passwd`, expected a path below the root of the project, such as `data/times.csv`
        `book/data.toml:38`: `i`: missing field `made_by`; hint: a table has `file` and `made_by`, and may have `digest`, `where`, `repeat`, `cites`, `columns`, `rows`, `separator`, `decimal`, `topics`
        `book/data.toml:41`: `units.s`: `s` is a unit already, `s`
        `book/data.toml:42`: `units.key`: unknown field `plural`, expected one of `one`, `many`, `multiples`
    "#]].assert_eq(&lines.concat());
}

#[test]
fn a_word_that_is_written_so_is_no_other_spelling_of_its_number() {
    let declared = "[times]\nfile = 'data/times.csv'\nmade_by = 'x'\nwhere = ['version']\n\
                    [times.columns]\nseconds = 's'\n";
    let tables = tables_of(
        declared,
        Some("version,seconds\n1.1,5\n1.10,6\n2.0,7\nx,8\n"),
    );
    let picked = |version: &str| {
        let picked = tables.pick("times.seconds", &filters(&[("version", version)]));
        picked.map(|quantity| quantity.known())
    };
    assert_eq!(picked("1.1"), Ok(Some(5.0)));
    assert_eq!(picked("1.10"), Ok(Some(6.0)));
    assert_eq!(picked("2"), Ok(Some(7.0)));
    let several = "`1.1` in `version` of `times` may be `1.1`, `1.10`; hint: write the one that is meant in \
                   quotation marks";
    assert_eq!(picked("1.100"), Err(several.replacen("1.1", "1.100", 1)));
    // A template that says 1.10 asks for the number 1.1.
    let asked = serde_json::json!({"version": 1.10, "x": 2});
    let asked = super::filters(serde_json::from_value(asked).expect("a table")).expect("sound");
    let of = |column: &str| Filters::from([("version".to_owned(), asked[column].clone())]);
    assert_eq!(
        tables.pick("times.seconds", &of("version")),
        Err(several.to_owned())
    );
    let two = tables.pick("times.seconds", &of("x"));
    assert_eq!(two.expect("one row").known(), Some(7.0));
}

#[test]
fn a_name_that_two_columns_have_as_an_identifier_names_none() {
    let declared = "[times]\nfile = 'data/times.csv'\nmade_by = 'x'\n\
                    [times.columns]\n'Time (s)' = 's'\n'Time [s]' = 's'\n'Wait (s)' = 's'\n";
    let tables = tables_of(declared, Some("Time (s),Time [s],Wait (s)\n5,6,7\n"));
    check_in(
        &tables,
        "times.time_s",
        &[],
        expect![
            "no column of `times` that has a unit is named `time_s`, expected one of `Time (s)`, `Time [s]`, `Wait (s)`"
        ],
    );
    check_in(
        &tables,
        "times.wait_s",
        &[],
        expect![
            "times.Wait%20%28s%29() = 7 s measured: Wait (s) in line 2 of data/times.csv (SHA-256 6487ab8dec3f)"
        ],
    );
    check_in(
        &tables,
        "times.Time [s]",
        &[],
        expect![
            "times.Time%20%5Bs%5D() = 6 s measured: Time [s] in line 2 of data/times.csv (SHA-256 6487ab8dec3f)"
        ],
    );
}

#[test]
fn a_table_with_heads_alone_has_no_rows() {
    let tables = tables_of(DECLARED, Some("machine,program,n,repeat,seconds\n"));
    check_in(
        &tables,
        "times.seconds",
        &[("program", "radix")],
        expect![[r#"`times` has no rows"#]],
    );
}

#[test]
fn what_stands_in_a_file_twice_is_named() {
    let error = read_declarations(
        "book/data.toml",
        &format!("{DECLARED}[times]\nfile = 'x'\n"),
    );
    let faults = error.expect_err("a table that is there twice");
    expect!["`book/data.toml:15`: `times`: duplicate key"].assert_eq(&faults[0].to_string());
    let faults = read_declarations("book/data.toml", "times = 1\n").expect_err("no table");
    expect!["`book/data.toml:1`: `times`: invalid type: integer `1`, expected a table; hint: a table has `file` and `made_by`, and may have `digest`, `where`, `repeat`, `cites`, `columns`, `rows`, `separator`, `decimal`, `topics`"].assert_eq(&faults[0].to_string());
}

#[test]
fn a_column_that_no_argument_can_name_has_another_name() {
    let declared =
        "[times]\nfile = 'data/times.csv'\nmade_by = 'x'\nwhere = ['Größe', 'Run (no)', 'N_1']\n";
    let tables = tables_of(declared, Some("Größe,Run (no),N_1\n5,6,7\n"));
    let table = tables.table("times").expect("a table");
    expect!["`size` selects no rows of `times`, expected one of `Größe` (as an argument `gr_e`), `Run (no)` (as an argument `run_no`), `N_1`"].assert_eq(&table.place_column("size").expect_err("no such column"));
}

#[test]
fn rows_that_cite_a_work_are_quoted() {
    let declared = |cites: &str| DECLARED.replacen("repeat  =", &format!("{cites}\nrepeat  ="), 1);
    let of_column = declared("cites   = \"machine\"");
    let asked = [("machine", "laptop"), ("n", "2000")];
    check_in(
        &tables_of(&of_column, Some(ROWS)),
        "times.seconds",
        &asked,
        expect![
            "times.seconds(machine=laptop,program=radix,n=2000,repeat=1) = 0.01 s quoted: laptop, seconds in line 8 of data/times.csv (bench/run.sh)"
        ],
    );
    let of_table = declared("cites   = \"@knuth1998\"");
    check_in(
        &tables_of(&of_table, Some(ROWS)),
        "times.seconds",
        &asked,
        expect![
            "times.seconds(machine=laptop,program=radix,n=2000,repeat=1) = 0.01 s quoted: knuth1998, seconds in line 8 of data/times.csv (bench/run.sh)"
        ],
    );
    // Rows of two works stand in the evidence one work at a time.
    let tables = tables_of(&of_column, Some(ROWS));
    let shown = tables.all[0].rows_shown("seconds", &[0, 7, 8, 9, 10]);
    let works = shown.iter().map(|quantity| described(quantity));
    expect![[r#"
        times.seconds(lines_2_9) = 2 1 quoted: laptop, number of rows of seconds, lines 2, 9 of data/times.csv (bench/run.sh)
        times.seconds(lines_10_12) = 3 1 quoted: server, number of rows of seconds, lines 10–12 of data/times.csv (bench/run.sh)"#]]
    .assert_eq(&works.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_quoted_table_that_changed_is_stale() {
    let digest = Digest::of(ROWS.as_bytes());
    let sealed = DECLARED.replacen(
        "repeat  =",
        &format!("cites = \"machine\"\ndigest = \"sha256:{digest}\"\nrepeat  ="),
        1,
    );
    let asked = filters(&[("machine", "laptop"), ("n", "2000")]);
    let flags = |rows: &str| {
        let tables = tables_of(&sealed, Some(rows));
        let quantity = tables.pick("times.seconds", &asked).expect("one row");
        let concern = quantity.first_concern().map(|it| it.flag());
        (tables.all[0].state_text(), concern)
    };
    assert_eq!(flags(ROWS), ("quoted".to_owned(), None));
    let (state, concern) = flags(&ROWS.replace("2000,1,10", "2000,1,11"));
    assert!(state.starts_with("stale: "), "{state}");
    assert_eq!(concern.as_deref(), Some(" (stale)"));
}

#[test]
fn a_column_of_works_must_be_there() {
    let declared = DECLARED.replacen("repeat  =", "cites = \"work\"\nrepeat  =", 1);
    let declared = read_declarations("book/data.toml", &declared).expect("sound");
    let [declaration] = &declared.tables[..] else {
        panic!("one table");
    };
    let fault = Table::read(declaration.clone(), Some(ROWS.as_bytes())).expect_err("no column");
    expect!["`data/times.csv:1`: no column is named `work`, expected one of `machine`, `program`, `n`, `repeat`, `seconds`"].assert_eq(&fault.to_string());
    // Without the file no row says which work it is.
    check_in(
        &tables_of(
            &DECLARED.replacen("repeat  =", "cites = \"machine\"\nrepeat  =", 1),
            None,
        ),
        "times.seconds",
        &[("n", "2000")],
        expect!["times.seconds(n=2000) = none s measured: seconds of table times: no file yet"],
    );
}
