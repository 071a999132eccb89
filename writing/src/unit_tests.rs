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
    let err = "furlong".parse::<Unit>().expect_err("no unit").to_string();
    assert!(
        err.starts_with("unknown unit `furlong`, expected one of `1` `FLOP` `MAC` `FLOP/s`"),
        "{err}"
    );
}

#[test]
fn every_name_parses_to_its_unit() {
    for row in &UNITS {
        assert_eq!(row.spelling.name.parse(), Ok(row.unit));
    }
}

fn own() -> Units {
    let mut units = Units::default();
    let many = |many: &str| OwnUnit {
        many: Some(many.to_owned()),
        ..OwnUnit::default()
    };
    units.declare("key", &many("keys")).expect("a name");
    units.declare("J", &OwnUnit::default()).expect("a name");
    units
}

/// The name of the unit that `text` writes, and its symbols after 1 and 2.
fn check_unit(text: &str, expect: &str) {
    let shown = match own().parse(text) {
        Ok(unit) => format!(
            "{unit} | {} | {}",
            unit.symbol_after("1"),
            unit.symbol_after("2")
        ),
        Err(error) => error.to_string(),
    };
    assert_eq!(shown, expect, "{text}");
}

#[test]
fn units_of_one_s_own_and_compounds() {
    check_unit("key", "key | key | keys");
    check_unit("keys/s", "key/s | key/s | keys/s");
    check_unit("byte/key", "byte/key | B/key | B/key");
    check_unit("J/(key*step)", "J/(key·step) | J/(key·step) | J/(key·step)");
    check_unit("1/(step·nat)", "1/(nat·step) | nat⁻¹·step⁻¹ | nat⁻¹·step⁻¹");
    check_unit("1/nat", "1/nat | nat⁻¹ | nat⁻¹");
    check_unit("s^2", "s² | s² | s²");
    check_unit("1/s²", "1/s² | s⁻² | s⁻²");
    check_unit("nat/step", "nat/step | nat/step | nats/step");
}

#[test]
fn spellings_of_one_unit_are_one_unit() {
    let parse = |text: &str| own().parse(text).expect("a unit");
    for same in [
        &["key/s", "keys/s", "key·s^-1", "s⁻¹·key", "key·key/(s·key)"][..],
        &["1/(nat·step)", "nat^-1*step^-1", "1/step/nat"],
        &["FLOP/s", "FLOP·Hz", "FLOP·byte/(s·byte)"],
        &["1", "s/s", "key/key"],
        &["Hz", "1/s", "s⁻¹"],
    ] {
        for text in same {
            assert_eq!(parse(text), parse(same[0]), "{text}");
        }
    }
    assert_eq!(parse("1/(nat·step)"), Unit::PerNatStep);
    assert_eq!(Unit::One.over(Unit::Nat), Unit::PerNat);
    assert_eq!(Unit::Flop.over(Unit::Second), Unit::FlopPerSecond);
    assert_eq!(Unit::FlopPerSecond.times(Unit::Second), Unit::Flop);
    assert_eq!(parse("key/s").over(parse("key/s")), Unit::One);
    assert_ne!(parse("key/s"), parse("s/key"));
}

#[test]
fn what_is_no_unit_is_told_why() {
    check_unit(
        "a/b·c",
        "unknown unit `a`, expected one of `1` `FLOP` `MAC` `FLOP/s` `s` `byte` `byte/s` `image/s` `step/s` `image` `parameter` `epoch` `step` `nat` `W` `Hz` `point` `1/nat` `1/(nat·step)` `key` `J` or a product or quotient of them",
    );
    check_unit(
        "key/s·nat",
        "`key/s·nat` is not a unit: what is below the line stands in brackets: `a/(b·c)`",
    );
    check_unit("key/(s", "`key/(s` is not a unit: expected `)`");
    check_unit("", "`` is not a unit: expected the name of a unit");
    check_unit(
        "s^",
        "`s^` is not a unit: expected a whole exponent from -9 to 9 other than 0",
    );
    check_unit(
        "s^0",
        "`s^0` is not a unit: expected a whole exponent from -9 to 9 other than 0",
    );
    check_unit(
        "s s",
        "`s s` is not a unit: expected names with `·`, `/`, `^2` and `( )` below the line",
    );
    check_unit("ms", "`ms` is a multiple of `s`, expected `s` itself");
    check_unit("%", "`%` is a multiple of `1`, expected `1` itself");
}

#[test]
fn multiples_of_compounds() {
    let check = |value: f64, from: &str, to: &str, expect: &str| {
        let shown = match convert(value, own().parse(from).expect("a unit"), to) {
            Ok(Converted { value, symbol }) => format!("{value} {symbol}"),
            Err(err) => err.to_string(),
        };
        assert_eq!(shown, expect);
    };
    check(2e6, "key/s", "million keys/s", "2 million keys/s");
    check(2e6, "key/s", "keys/ms", "2000 keys/ms");
    check(1.5e-9, "s/key", "ns/key", "1.5 ns/key");
    check(7200.0, "s/step", "h/step", "2 h/step");
    check(5e-4, "1/(nat·step)", "1/(step·nat)", "0.0005 step⁻¹·nat⁻¹");
    check(3000.0, "J", "kJ", "3 kJ");
    check(50.0, "Hz", "1/s", "50 s⁻¹");
    check(
        1.0,
        "key/s",
        "ms",
        "a value in `key/s` cannot be printed in `ms`",
    );
}

#[test]
fn a_column_may_hold_multiples() {
    let to_base = |value: f64, text: &str| {
        let multiple = own().parse_multiple(text).expect("a unit");
        (multiple.to_base(value), multiple.unit.name())
    };
    assert_eq!(to_base(1.776, "ms"), (0.001776, "s"));
    assert_eq!(to_base(99.0, "%"), (0.99, "1"));
    assert_eq!(to_base(2.0, "GB/s"), (2e9, "byte/s"));
    assert_eq!(to_base(2.0, "keys/min"), (2.0 / 60.0, "key/s"));
    assert_eq!(to_base(2.0, "KiB"), (2048.0, "byte"));
}

#[test]
fn an_own_unit_takes_no_other_s_name() {
    let declare = |name: &str, many: Option<&str>| {
        let many = many.map(str::to_owned);
        let unit = OwnUnit {
            many,
            ..OwnUnit::default()
        };
        own().declare(name, &unit).expect_err("refused")
    };
    assert_eq!(declare("s", None), "`s` is a unit already, `s`");
    assert_eq!(declare("ms", None), "`ms` is a unit already, `s`");
    assert_eq!(declare("kJ", None), "`kJ` is a unit already, `J`");
    assert_eq!(declare("key", None), "`key` is a unit already, `key`");
    assert_eq!(
        declare("picture", Some("images")),
        "`images` is a unit already, `image`"
    );
    assert_eq!(
        declare("a b", None),
        "`a b` is not the name of a unit, expected letters, digits and `_`"
    );
    assert_eq!(
        declare("a", Some("")),
        "an empty text cannot be printed behind a number"
    );
}
