use super::*;

/// Compares with no-break spaces shown as `_`.
fn check(text: Text, expect: &str) {
    let shown = text.unwrap_or_else(|err| format!("error: {err}"));
    assert_eq!(shown.replace(NO_BREAK_SPACE, "_"), expect);
}

#[test]
fn integers() {
    check(integer(143_667_240.0), "143,667,240");
    check(integer(-1234.0), "−1,234");
    check(integer(999.0), "999");
    check(integer(-0.0), "0");
    check(
        integer(0.5),
        "error: `0.5` is not a whole number below 2^53",
    );
    check(
        integer(1e300),
        format!("error: `{}` is not a whole number below 2^53", 1e300).as_str(),
    );
    check(integer(f64::NAN), "error: `NaN` is not a finite number");
}

#[test]
fn decimals() {
    check(fixed(0.995, 2), "1.00");
    check(fixed(0.125, 2), "0.13");
    check(fixed(999.995, 1), "1,000.0");
    check(fixed(-0.005, 2), "−0.01");
    check(fixed(-1234.5, 1), "−1,234.5");
    check(fixed(1.0, 18), "error: `places` is 18, expected 0 to 17");
    check(
        fixed(f64::INFINITY, 2),
        "error: `inf` is not a finite number",
    );
    check(bare(-12345.678, 2), "-12345.68");
}

#[test]
fn only_a_zero_is_printed_as_one() {
    check(fixed(0.0, 2), "0");
    check(fixed(-0.0, 2), "0");
    check(fixed(0.001_776, 1), "0.002");
    check(fixed(-0.004, 2), "−0.004");
    check(fixed(0.0496, 1), "0.05");
    check(fixed(0.009_96, 1), "0.01");
    check(fixed(0.05, 1), "0.1");
    check(fixed(0.3, 0), "0.3");
    check(fixed(-3.21e-9, 2), "−3_×_10⁻⁹");
    check(fixed(3e-8, 8), "0.00000003");
    check(fixed(5e-324, 17), "5_×_10⁻³²⁴");
    check(bare(-0.001, 2), "-0.001");
    check(bare(-3.21e-9, 2), "-3 \\times 10^{-9}");
    check(bare(0.0, 3), "0");
    check(percent(-0.0001, 1), "−0.01_%");
    check(percent(0.0, 1), "0_%");
    check(fixed_in(1.776e-3, Unit::Second, "s", 1), "0.002_s");
    check(fixed_in(1.776e-3, Unit::Second, "h", 1), "5_×_10⁻⁷_h");
    check(si(0.0, Unit::Second, 2), "0_s");
    check(significant(-0.0, 3), "0");
    check(whole(0.3), "0.3");
    check(whole(1234.5), "1,235");
    check(
        whole(1e16),
        "error: `10000000000000000` is not a whole number below 2^53",
    );
    check(on_scale(0.0, 2), "0.00");
    check(on_scale(-0.5, 2), "−0.50");
}

#[test]
fn a_number_is_rounded_in_one_way() {
    check(si(4.365e12, Unit::Flop, 3), "4.37_TFLOP");
    check(fixed_in(4.365e12, Unit::Flop, "TFLOP", 2), "4.37_TFLOP");
    check(si(4.355e12, Unit::Flop, 3), "4.36_TFLOP");
    check(fixed_in(4.355e12, Unit::Flop, "TFLOP", 2), "4.36_TFLOP");
    check(percent(0.285, 0), "29_%");
    check(significant(28.5, 2), "29");
    check(fixed(28.5, 0), "29");
}

#[test]
fn significant_digits() {
    check(significant(0.000_123_45, 3), "0.000123");
    check(significant(123_456.0, 3), "123,000");
    check(significant(999.96, 4), "1,000");
    check(significant(999.94, 4), "999.9");
    check(significant(1.234e-7, 3), "1.23_×_10⁻⁷");
    check(significant(-6.022e23, 2), "−6.0_×_10²³");
    check(
        significant(1.0, 0),
        "error: `digits` is 0, expected 1 to 17",
    );
}

#[test]
fn multiples_of_units() {
    check(si(15.503e9, Unit::Flop, 3), "15.5_GFLOP");
    check(si(1.776e-3, Unit::Second, 3), "1.78_ms");
    check(si(480e9, Unit::BytePerSecond, 3), "480_GB/s");
    check(si(999.96e6, Unit::Byte, 4), "1.000_GB");
    check(si(999_999.0, Unit::Flop, 3), "1.00_MFLOP");
    check(si(5000.0, Unit::Second, 2), "5,000_s");
    check(si(0.25, Unit::Flop, 2), "0.25_FLOP");
    check(si(1.2e-12, Unit::Second, 2), "0.0012_ns");
    check(si(2e22, Unit::Flop, 2), "20,000_EFLOP");
    check(
        si(25_557_032.0, Unit::Parameter, 3),
        "25.6_million_parameters".replace("n_p", "n p").as_str(),
    );
    check(si(1e6, Unit::Parameter, 1), "1_million parameters");
    check(si(3333.0, Unit::ImagePerSecond, 3), "3,330_images/s");
    check(si(136_852.0, Unit::Step, 4), "136,900_steps");
    check(si(1.0, Unit::Epoch, 1), "1_epoch");
    check(si(0.0123, Unit::One, 2), "0.012");
    check(si(-0.3, Unit::Second, 1), "−300_ms");
    check(
        si(f64::NAN, Unit::Second, 2),
        "error: `NaN` is not a finite number",
    );
}

#[test]
fn wanted_units() {
    check(fixed_in(1.776e-3, Unit::Second, "ms", 3), "1.776_ms");
    check(
        fixed_in(8.73e12, Unit::FlopPerSecond, "TFLOP/s", 2),
        "8.73_TFLOP/s",
    );
    check(fixed_in(1.0, Unit::Image, "image", 0), "1_image");
    check(
        fixed_in(1.0, Unit::Second, "GB", 0),
        "error: a value in `s` cannot be printed in `GB`",
    );
    check(percent(0.9908, 2), "99.08_%");
    check(percent(-0.031, 1), "−3.1_%");
}

#[test]
fn durations() {
    check(duration(0.0), "0_s");
    check(duration(0.001_776), "1.8_ms");
    check(duration(0.098), "98_ms");
    check(duration(0.0996), "0.1_s");
    check(duration(0.3), "0.3_s");
    check(duration(-0.256), "−0.26_s");
    check(duration(0.9951), "1_s");
    check(duration(0.9999), "1_s");
    check(duration(3e-12), "0.0030_ns");
    check(duration(12.34), "12.3_s");
    check(duration(59.96), "1_min");
    check(duration(125.4), "2_min_5_s");
    check(duration(3599.6), "1_h");
    check(duration(7980.0), "2_h_13_min");
    check(duration(-7980.0), "−2_h_13_min");
    check(duration(44.7 * 86400.0), "44.7_days");
    check(duration(2.0 * 86400.0 - 1.0), "2.0_days");
    check(duration(730.0 * 86400.0), "730.0_days");
    check(duration(1e9), "31.7_years");
    check(duration(1e12), "31,688.1_years");
}

#[test]
fn intervals() {
    let check = |of: (f64, f64, f64), expect: &str| check(interval(of, 2, fixed), expect);
    check((0.71, 0.68, 0.74), "0.71 (0.68 to 0.74)");
    check(
        (0.71, 0.74, 0.68),
        "error: interval from `0.74` to `0.68` ends before it begins",
    );
    check(
        (0.71, f64::NAN, 0.74),
        "error: `NaN` is not a finite number",
    );
}

#[test]
fn ends_that_are_not_the_same_are_printed_apart() {
    let check = |of: (f64, f64, f64), expect: &str| check(interval(of, 2, fixed), expect);
    check((0.71, 0.7086, 0.7134), "0.710 (0.709 to 0.713)");
    check((0.71, 0.71, 0.71), "0.71 (0.71 to 0.71)");
    check((0.71, 0.7051, 0.72), "0.71 (0.71 to 0.72)");
    let significant = interval((0.012_34, 0.012_33, 0.012_35), 2, significant);
    assert_eq!(significant.as_deref(), Ok("0.0123 (0.0123 to 0.0124)"));
    let duration = interval((7980.0, 7979.0, 7981.0), 1, |value, _| duration(value));
    let all = "2 h 13 min (2 h 13 min to 2 h 13 min)".replace(' ', "\u{a0}");
    let all = all
        .replace("\u{a0}(", " (")
        .replace("\u{a0}to\u{a0}", " to ");
    assert_eq!(duration, Ok(all));
}

#[test]
fn ends_that_are_no_zero_tell_their_side() {
    let points = |x, places| fixed_in(x, Unit::One, "points", places);
    check(
        interval((0.016, -0.0004, 0.032), 1, points),
        "1.6_points (−0.04_points to 3.2_points)",
    );
    check(
        interval((-0.0001, -0.01, 0.0), 1, points),
        "−0.01_points (−1.0_points to 0_points)",
    );
    check(interval((0.0, -0.2, 0.3), 0, fixed), "0 (−0.2 to 0.3)");
}
