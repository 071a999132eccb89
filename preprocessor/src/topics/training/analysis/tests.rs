//! Sums and slopes by hand.

use super::first_drop::FirstDrop;
use super::learning_rate_sum::learning_rate_sums;
use results::{EpochRow, Evaluation};

/// Epochs of ten steps with these learning rates and validation accuracies.
fn epochs(rows: &[(f64, f64)]) -> Vec<EpochRow> {
    let row = |(index, &(learning_rate, accuracy)): (usize, &(f64, f64))| EpochRow {
        epoch: index as u64 + 1,
        steps: 10 * (index as u64 + 1),
        train_loss: 1.0,
        train_accuracy: 0.5,
        validation: Some(Evaluation {
            loss: 1.0,
            accuracy,
        }),
        test: None,
        learning_rate,
        train_seconds: 1.0,
        evaluation_seconds: 1.0,
    };
    rows.iter().enumerate().map(row).collect()
}

/// Ten epochs that rise by 2 points, two of 4 points on each side of that line, then a fall.
fn rising() -> Vec<EpochRow> {
    let before = (0..10).map(|epoch| 0.30 + 0.02 * f64::from(epoch));
    let mut rows: Vec<_> = before.map(|accuracy| (0.1, accuracy)).collect();
    rows[4].1 += 0.04;
    rows[5].1 -= 0.04;
    rows.insert(0, (0.1, 0.9)); // too early to count
    rows.extend([(0.01, 0.47), (0.01, 0.50), (0.001, 0.51)]);
    epochs(&rows)
}

#[test]
fn rates_are_summed_over_steps() {
    let sums = learning_rate_sums(&epochs(&[(0.5, 0.1), (0.5, 0.1), (0.25, 0.1)]));
    assert_eq!(sums, [5.0, 10.0, 12.5]);
    assert!(learning_rate_sums(&[]).is_empty());
}

/// The line's slope is Σ(x − x̄)(y − ȳ) / Σ(x − x̄)²: 0.02 less (0.5 + 0.5) × 0.04 / 82.5.
#[test]
fn the_slope_is_that_before_the_first_fall() {
    let found = FirstDrop::of(&rising()).unwrap();
    let near = |found: f64, expect: f64| assert!((found - expect).abs() < 1e-12, "{found}");
    near(found.slope, 0.02 - 0.04 / 82.5);
    near(found.change, 0.47 - 0.48);
    near(found.gain, 0.51 - 0.48);
}

#[test]
fn without_a_fall_ten_epochs_or_a_validation_there_is_none() {
    let rising = rising();
    assert_eq!(FirstDrop::of(&rising[..11]), None);
    assert_eq!(FirstDrop::of(&rising[2..]), None);
    let mut unvalidated = rising;
    unvalidated[6].validation = None;
    assert_eq!(FirstDrop::of(&unvalidated), None);
    assert_eq!(FirstDrop::of(&[]), None);
}
