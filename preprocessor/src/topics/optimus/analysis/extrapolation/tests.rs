//! Predictions from the beginning of a run, against fits by scipy's `curve_fit` with bounds; the
//! outlier was replaced by hand.

use super::*;

/// Losses every 100 steps; the learning rate drops after the twelfth, and the eighteenth is an
/// outlier.
const LOSSES: [f64; 24] = [
    1.837, 1.501, 1.311, 1.167, 1.065, 0.987, 0.918, 0.875, 0.831, 0.813, 0.771,
    0.743, // drop
    0.393, 0.36, 0.334, 0.316, 0.302, 0.42, 0.276, 0.26, 0.252, 0.249, 0.237, 0.226,
];
const DROPS: [Step; 1] = [Step(1200.0)];

fn curve() -> LossCurve {
    let points = (1..).map(|k| Step(100.0 * f64::from(k))).zip(LOSSES);
    LossCurve::new(points.collect()).unwrap()
}

/// The step at which the model begins, and the loss that it predicts for the last point.
fn check(known: usize, memory: Memory, expected: Option<(f64, f64)>) {
    let found = Extrapolation::of(&curve(), &DROPS, known, memory);
    let found = found.map(|found| (found.start.0, found.loss_at(Step(2400.0))));
    let is_near = |(found, expected): ((f64, f64), (f64, f64))| {
        found.0 == expected.0 && (found.1 / expected.1 - 1.0).abs() < 1e-5
    };
    match (found, expected) {
        (None, None) => {}
        (Some(found), Some(expected)) if is_near((found, expected)) => {}
        _ => panic!("{known}, {memory:?}: {found:?}, expected {expected:?}"),
    }
}

#[test]
fn one_model_fits_all_that_is_known() {
    check(3, Memory::WholeRun, None);
    check(5, Memory::WholeRun, Some((0.0, 0.619_295_58)));
    check(12, Memory::WholeRun, Some((0.0, 0.595_935_75)));
    check(13, Memory::WholeRun, Some((0.0, 0.426_573_40)));
    check(20, Memory::WholeRun, Some((0.0, 0.326_697_89)));
    check(24, Memory::WholeRun, Some((0.0, 0.316_168_01)));
}

#[test]
fn a_restarted_model_forgets_what_was_before_the_drop() {
    check(12, Memory::SinceLastDrop, Some((0.0, 0.595_935_75)));
    for too_few in 13..16 {
        check(too_few, Memory::SinceLastDrop, None);
    }
    check(16, Memory::SinceLastDrop, Some((1200.0, 0.246_219_05)));
    check(20, Memory::SinceLastDrop, Some((1200.0, 0.233_392_55)));
}

/// Against the last loss of 0.226.
#[test]
fn errors_at_the_end() {
    let error = |known| {
        let error = ErrorAtEnd::of(&curve(), &DROPS, known);
        let rounded = |error: Option<f64>| error.map(|error| (error * 1e5).round() / 1e5);
        (
            error.known,
            rounded(error.one_model),
            rounded(error.restarted),
        )
    };
    assert_eq!(error(3), (3, None, None));
    assert_eq!(error(12), (12, Some(1.63688), Some(1.63688)));
    assert_eq!(error(13), (13, Some(0.88749), None));
    assert_eq!(error(16), (16, Some(0.54037), Some(0.08946)));
}

/// 0.6193 nats predicted, and 0.7 measured.
#[test]
fn a_prediction_that_is_too_low_is_an_error_too() {
    let mut points: Vec<_> = curve().points().collect();
    points[23].1 = 0.7;
    let curve = LossCurve::new(points).unwrap();
    let error = ErrorAtEnd::of(&curve, &DROPS, 5).one_model.unwrap();
    assert!((error - 0.115_292_03).abs() < 1e-6, "{error}");
}
