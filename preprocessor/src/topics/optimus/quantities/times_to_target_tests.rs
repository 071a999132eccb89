//! Which number of epochs is taken, and what it makes of the time of an epoch.

use super::*;
use crate::catalogue::RunFacts;
use crate::topics::synthetic_runs::{NETWORKS, SyntheticRun, complete_runs, facts_of};
use results::Arithmetic::{Bf16, Fp32};

const QUOTED: &str = include_str!("../../../../../book/quoted.toml");
const THROUGHPUT: &str = include_str!("../../../../../book/published/training_throughput.csv");

fn catalogue(runs: Vec<RunFacts>) -> Catalogue {
    facts_of(QUOTED, runs, THROUGHPUT).catalogue
}

fn value(catalogue: &Catalogue, name: &str) -> Option<f64> {
    let quantity = catalogue.known(name);
    quantity.unwrap_or_else(|| panic!("no `{name}`")).known()
}

/// A run of ResNet-20 that reaches the target after a share of its epochs that is always the same.
fn resnet20(arithmetic: results::Arithmetic, epochs: u64) -> SyntheticRun {
    let run = SyntheticRun::new(NETWORKS[1], arithmetic, "NVIDIA H200");
    SyntheticRun { epochs, ..run }
}

#[test]
fn the_first_complete_run_that_reaches_the_target() {
    let never = |arithmetic| SyntheticRun {
        scale: 20.0,
        ..resnet20(arithmetic, 40)
    };
    let other = SyntheticRun::new(NETWORKS[2], Bf16, "NVIDIA H200").complete();
    let whole = resnet20(Fp32, 40).complete();
    let expect = value(
        &catalogue(vec![whole.clone()]),
        "loss_model.loss_resnet20_fp32.epochs_to_92",
    );
    assert_eq!(expect, Some(34.0));
    for (case, runs, expect) in [
        ("no run", vec![], None),
        ("another network", vec![other], None),
        ("incomplete", vec![resnet20(Fp32, 40).recorded(38)], None),
        ("never", vec![never(Fp32).complete()], None),
        ("complete", vec![whole.clone()], expect),
        (
            "after one that is incomplete",
            vec![resnet20(Bf16, 40).recorded(38), whole.clone()],
            expect,
        ),
        (
            "after one that never does",
            vec![never(Bf16).complete(), whole.clone()],
            expect,
        ),
        (
            "before a longer one",
            vec![whole.clone(), resnet20(Bf16, 80).complete()],
            expect,
        ),
        (
            "beside a card that is not at hand",
            vec![resnet20(Fp32, 40).without_card("K80"), whole],
            expect,
        ),
    ] {
        let catalogue = catalogue(runs);
        assert_eq!(value(&catalogue, EPOCHS[1].quantity), expect, "{case}");
        assert_eq!(
            catalogue.flag("time_to_92.measured.reached"),
            expect.is_some(),
            "{case}"
        );
        let time = value(&catalogue, "time_to_92.measured.p2.best_time");
        assert_eq!(time.is_some(), expect.is_some(), "{case}");
    }
}

/// 34 epochs of 391 steps: with two servers 38.691 s for 7 workers and 45.3 s for 4, with four
/// 28.216 s for 10.
#[test]
fn epochs_times_what_an_epoch_takes() {
    let catalogue = catalogue(vec![resnet20(Fp32, 40).complete()]);
    for (leaf, expect) in [
        ("p2.best_time", 514_364.0),
        ("p2.half_time", 602_218.2),
        ("p4.best_time", 375_103.5),
        ("p2.best_cost", 3_600_548.0),
        ("p2.half_cost", 2_408_872.8),
        ("p2.cheapest_cost", 1_805_857.0),
    ] {
        let found = value(&catalogue, &format!("time_to_92.measured.{leaf}")).expect("a value");
        assert!(
            (found - expect).abs() < 1e-5 * expect,
            "{leaf} is {found}, expected {expect}"
        );
        let predicted = value(&catalogue, &format!("time_to_92.predicted.{leaf}"));
        assert_eq!(predicted, None, "{leaf}");
    }
}

/// The interval of the predicted number of epochs goes on to the time.
#[test]
fn a_predicted_number_of_epochs() {
    let mut runs = complete_runs(&[Fp32], 40);
    runs[5] = SyntheticRun::new(NETWORKS[5], Fp32, "").missing();
    let catalogue = catalogue(runs);
    let time = catalogue
        .known("time_to_92.predicted.p2.best_time")
        .expect("a time");
    let epoch = value(&catalogue, "optimus.p2.m128.best_epoch_time").expect("a time");
    let ratio = |seconds: f64| (seconds / epoch).round();
    assert_eq!(time.known().map(ratio), Some(27.0));
    let ends = time.interval.map(|(low, high)| (ratio(low), ratio(high)));
    assert_eq!(ends, Some((24.0, 38.0)));
}

#[test]
fn what_the_prediction_is_from() {
    for (from_published, expect) in [(false, "runs of our own"), (true, "published curves")] {
        let mut catalogue = Catalogue::default();
        catalogue.insert("prediction.from_published", Entry::Flag(from_published));
        add_basis(&mut catalogue);
        assert_eq!(catalogue.text("time_to_92.predicted.basis"), Some(expect));
    }
}
