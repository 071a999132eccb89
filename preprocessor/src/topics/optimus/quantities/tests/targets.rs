//! When a run reaches 92 %, and what the drops of its learning rate after epochs 17 and 28 have to
//! do with it.

use super::*;
use crate::topics::synthetic_runs::trained_mut;

/// A complete run whose test accuracies are 80 % but for these (epoch, accuracy).
fn run(accuracies: &[(u64, f64)]) -> RunFacts {
    run_of(40, accuracies)
}

/// As [`run`], of so many epochs.
fn run_of(epochs: u64, accuracies: &[(u64, f64)]) -> RunFacts {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200");
    let mut run = SyntheticRun { epochs, ..run }.complete();
    for row in &mut trained_mut(&mut run).epochs {
        let of_epoch = accuracies.iter().find(|(epoch, _)| *epoch == row.epoch);
        let accuracy = of_epoch.map_or(0.8, |(_, accuracy)| *accuracy);
        row.test.as_mut().expect("a test").accuracy = accuracy;
    }
    run
}

/// The drop, the epochs since then, the best accuracy before it and that of the run; whether the
/// target is reached, after a drop, and soon after it.
fn check(accuracies: &[(u64, f64)], expected: [Option<f64>; 4], flags: [bool; 3]) {
    let catalogue = catalogue(&[run(accuracies)]);
    let name = |leaf: &str| format!("loss_model.loss_resnet20_fp32.{leaf}");
    let found = [
        "drop_before_92",
        "epochs_to_92_since_drop",
        "best_test_accuracy_before_drop",
        "best_test_accuracy",
    ]
    .map(|leaf| quantity(&catalogue, &name(leaf)).known());
    assert_eq!(found, expected, "{accuracies:?}");
    let leaves = [
        "reaches_92",
        "reaches_92_after_drop",
        "reaches_92_soon_after_drop",
    ];
    let found = leaves.map(|leaf| catalogue.flag(&name(leaf)));
    assert_eq!(found, flags, "{accuracies:?}");
}

#[test]
fn never() {
    check(&[(5, 0.9)], [None, None, None, Some(0.9)], [false; 3]);
}

#[test]
fn before_any_drop() {
    let best = [(9, 0.92), (35, 0.95)];
    let expected = [None, None, None, Some(0.95)];
    check(&best, expected, [true, false, false]);
    // The epoch at whose end the rate drops was trained at the old one.
    check(
        &[(17, 0.92)],
        [None, None, None, Some(0.92)],
        [true, false, false],
    );
}

#[test]
fn after_a_drop() {
    let soon = [(6, 0.91), (20, 0.915), (30, 0.92)];
    let expected = [Some(28.0), Some(2.0), Some(0.915), Some(0.92)];
    check(&soon, expected, [true; 3]);
    let first = [(6, 0.91), (18, 0.93), (30, 0.94)];
    let expected = [Some(17.0), Some(1.0), Some(0.91), Some(0.94)];
    check(&first, expected, [true; 3]);
    // Two epochs are more than a tenth of 17.
    let late = [(19, 0.93)];
    let expected = [Some(17.0), Some(2.0), Some(0.8), Some(0.93)];
    check(&late, expected, [true, true, false]);
}

/// Of 70 epochs the rate drops after 30: three more are a tenth, four are not.
#[test]
fn a_tenth_of_the_epochs_before_a_drop_is_soon() {
    let is_soon = |epoch: u64| {
        let catalogue = catalogue(&[run_of(70, &[(epoch, 0.93)])]);
        catalogue.flag("loss_model.loss_resnet20_fp32.reaches_92_soon_after_drop")
    };
    assert_eq!([33, 34].map(is_soon), [true, false]);
}

/// A ResNet-50 that ends below 92 % is no training that is still under way.
#[test]
fn a_resnet_50_that_never_reaches_the_target_is_told() {
    let told = |done: u64| {
        let mut run = SyntheticRun::new(NETWORKS[5], Fp32, "NVIDIA H200").recorded(done);
        for row in &mut trained_mut(&mut run).epochs {
            row.test.as_mut().expect("a test").accuracy = 0.8;
        }
        let catalogue = catalogue(&[run]);
        let name = "prediction.on.fp32_nvidia_h200.measured_epochs_to_92";
        let provenance = quantity(&catalogue, name).provenance().to_string();
        let reason = ["the target is never reached", "no ResNet-50 is measured"]
            .into_iter()
            .find(|reason| provenance.contains(reason));
        (catalogue.flag(&format!("{name}_never")), reason)
    };
    assert_eq!(told(40), (true, Some("the target is never reached")));
    assert_eq!(told(39), (false, Some("no ResNet-50 is measured")));
}

#[test]
fn a_run_that_is_only_begun() {
    let mut begun = run(&[]);
    begun.record = None;
    let catalogue = catalogue(&[begun]);
    let best = "loss_model.loss_resnet20_fp32.best_test_accuracy";
    assert_eq!(quantity(&catalogue, best).known(), None);
}
