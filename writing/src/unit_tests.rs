use super::*;

fn check(value: f64, from: &str, to: &str, expect: &str) {
    let shown = match convert(value, from.parse().expect("a unit"), to) {
        Ok(Converted { value, symbol }) => format!("{value} {symbol}"),
        Err(err) => err.to_string(),
    };
    assert_eq!(shown, expect);
}

#[test]
fn values_reach_the_wanted_unit() {
    check(1.776e-3, "s", "ms", "1.776 ms");
    check(2.5e-7, "s", "us", "0.25 µs");
    check(5400.0, "s", "h", "1.5 h");
    check(86400.0, "s", "days", "1 days");
    check(8.73e12, "FLOP/s", "TFLOP/s", "8.73 TFLOP/s");
    check(480e9, "byte/s", "GB/s", "480 GB/s");
    check(3.0 * 1024.0 * 1024.0, "byte", "MiB", "3 MiB");
    check(7.0, "byte", "byte", "7 B");
    check(0.9908, "1", "%", "99.08 %");
    check(0.25, "1", "1", "0.25 ");
    check(-0.03, "1", "points", "-3 points");
    check(
        25_557_032.0,
        "parameter",
        "million parameters",
        "25.557032 million parameters",
    );
    check(143_667_240.0, "1", "million", "143.66724 million");
    check(350.0, "epoch", "epochs", "350 epochs");
}

#[test]
fn a_unit_that_does_not_fit_is_named_with_the_value_s_own() {
    check(
        1.0,
        "s",
        "GB/s",
        "a value in `s` cannot be printed in `GB/s`",
    );
    check(
        1.0,
        "image/s",
        "kimages/s",
        "a value in `image/s` cannot be printed in `kimages/s`",
    );
    check(
        1.0,
        "FLOP",
        "FLOP/s",
        "a value in `FLOP` cannot be printed in `FLOP/s`",
    );
    check(1.0, "s", "", "a value in `s` cannot be printed in ``");
}

#[test]
fn an_unknown_unit_is_told_the_known_ones() {
    let err = "ms"
        .parse::<Unit>()
        .expect_err("not a base unit")
        .to_string();
    assert!(
        err.starts_with("unknown unit `ms`, expected one of `1` `FLOP` `MAC` `FLOP/s`"),
        "{err}"
    );
}

#[test]
fn every_name_parses_to_its_unit() {
    for row in &UNITS {
        assert_eq!(row.name.parse(), Ok(row.unit));
    }
}
