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
    check(fixed(0.995, 2), "0.99"); // the nearest float lies below 0.995
    check(fixed(1.005, 2), "1.00");
    check(fixed(2.675, 2), "2.67");
    check(fixed(0.125, 2), "0.12"); // exactly half: to even
    check(fixed(999.995, 1), "1,000.0");
    check(fixed(-0.004, 2), "0.00");
    check(fixed(-0.005, 2), "−0.01");
    check(fixed(-1234.5, 1), "−1,234.5");
    check(fixed(1.0, 18), "error: `places` is 18, expected 0 to 17");
    check(
        fixed(f64::INFINITY, 2),
        "error: `inf` is not a finite number",
    );
    check(bare(-12345.678, 2), "-12345.68");
    check(bare(-0.001, 2), "0.00");
}

#[test]
fn significant_digits() {
    check(significant(0.000_123_45, 3), "0.000123");
    check(significant(123_456.0, 3), "123,000");
    check(significant(999.96, 4), "1,000");
    check(significant(999.94, 4), "999.9");
    check(significant(-0.0, 3), "0.00");
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
    check(si(3333.0, Unit::ImagePerSecond, 3), "3,330_images/s");
    check(si(136_852.0, Unit::Step, 4), "136,900_steps");
    check(si(1.0, Unit::Epoch, 1), "1_epoch");
    check(si(0.0123, Unit::One, 2), "0.012");
    check(si(-0.3, Unit::Second, 1), "−300_ms");
    check(si(0.0, Unit::Second, 2), "0.0_s");
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
    check(percent(-0.0001, 1), "0.0_%");
}

#[test]
fn durations() {
    check(duration(0.0), "0_s");
    check(duration(0.001_776), "1.8_ms");
    check(duration(0.9999), "1_s");
    check(duration(12.34), "12.3_s");
    check(duration(59.96), "1_min");
    check(duration(125.4), "2_min_5_s");
    check(duration(3599.6), "1_h");
    check(duration(7980.0), "2_h_13_min");
    check(duration(-7980.0), "−2_h_13_min");
    check(duration(44.7 * 86400.0), "44.7_days");
    check(duration(2.0 * 86400.0 - 1.0), "2.0_days");
}

#[test]
fn intervals() {
    let two_places = |x| fixed(x, 2);
    check(
        interval(0.71, 0.68, 0.74, two_places),
        "0.71 (0.68 to 0.74)",
    );
    check(
        interval(0.71, 0.74, 0.68, two_places),
        "error: interval from `0.74` to `0.68` ends before it begins",
    );
    check(
        interval(0.71, f64::NAN, 0.74, two_places),
        "error: `NaN` is not a finite number",
    );
}

#[test]
fn ends_that_round_to_zero_tell_their_side() {
    let points = |x| fixed_in(x, Unit::One, "points", 1);
    check(
        interval(0.016, -0.0004, 0.032, points),
        "1.6_points (−0.0_points to 3.2_points)",
    );
    check(
        interval(0.016, 0.0004, 0.032, points),
        "1.6_points (+0.0_points to 3.2_points)",
    );
    check(
        interval(-0.0001, -0.01, 0.0, points),
        "−0.0_points (−1.0_points to 0.0_points)",
    );
    check(interval(0.0, -0.2, 0.3, |x| fixed(x, 0)), "0 (−0 to +0)");
}
