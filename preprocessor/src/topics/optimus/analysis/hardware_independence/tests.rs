//! Dependence found where it is, and nothing claimed from too few runs.

use super::*;

const HARDWARE: [&str; 3] = ["bf16", "fp32", "tf32"];

/// One run per network and hardware; `effect` epochs more on the first hardware.
fn runs(networks: usize, hardware: usize, effect: f64, seed: u64) -> Vec<EpochsToTarget> {
    let mut random = SplitMix64::new(seed);
    let mut runs = Vec::new();
    for network in 0..networks {
        for (index, name) in HARDWARE[..hardware].iter().enumerate() {
            let base = 150.0 - 3.0 * network as f64;
            runs.push(EpochsToTarget {
                network: format!("network {network}"),
                hardware: (*name).to_owned(),
                epochs: base + 2.0 * random.normal() + if index == 0 { effect } else { 0.0 },
            });
        }
    }
    runs
}

fn p_value(runs: &[EpochsToTarget]) -> f64 {
    match test_independence(runs, 1) {
        Independence::Tested(test) => test.p_value,
        Independence::NotTestable { reason } => panic!("{reason}"),
    }
}

#[test]
fn an_effect_is_found_and_measured() {
    let runs = runs(5, 3, 9.0, 2);
    let Independence::Tested(test) = test_independence(&runs, 1) else {
        panic!("testable")
    };
    assert!(test.p_value < 0.01, "{test:?}");
    let difference = test.mean_excess_epochs["bf16"] - test.mean_excess_epochs["fp32"];
    assert!((6.0..12.0).contains(&difference), "{difference}");
    assert_eq!(
        test,
        match test_independence(&runs, 1) {
            Independence::Tested(again) => again,
            Independence::NotTestable { reason } => panic!("{reason}"),
        }
    );
}

#[test]
fn without_an_effect_p_is_uniform() {
    let below = (0..40)
        .filter(|seed| p_value(&runs(5, 3, 0.0, *seed)) <= 0.25)
        .count();
    assert!((4..=17).contains(&below), "{below} of 40");
}

fn check_not_testable(runs: &[EpochsToTarget], expected: &str) {
    let reason = match test_independence(runs, 1) {
        Independence::NotTestable { reason } => reason,
        Independence::Tested(test) => format!("{test:?}"),
    };
    assert_eq!(reason, expected);
}

#[test]
fn too_few_runs_are_not_testable() {
    check_not_testable(
        &[],
        "no network reached the target on two kinds of hardware",
    );
    check_not_testable(
        &runs(5, 1, 0.0, 1),
        "no network reached the target on two kinds of hardware",
    );
    check_not_testable(
        &runs(1, 3, 9.0, 1),
        "the smallest p that so few runs can give is 1.00, not below 0.05",
    );
    check_not_testable(
        &runs(4, 2, 9.0, 1),
        "the smallest p that so few runs can give is 0.12, not below 0.05",
    );
}

#[test]
fn runs_without_spread_are_not_testable() {
    let mut equal = runs(5, 2, 0.0, 1);
    equal.iter_mut().for_each(|run| run.epochs = 151.0);
    check_not_testable(
        &equal,
        "every network needed the same epochs on all hardware",
    );
}

#[test]
fn a_network_on_one_hardware_alone_is_left_out() {
    let mut with_extra = runs(5, 3, 0.0, 4);
    let p = p_value(&with_extra);
    with_extra.extend([1.0, 99.0].map(|epochs| EpochsToTarget {
        network: "network 9".to_owned(),
        hardware: "fp32".to_owned(),
        epochs,
    }));
    assert_eq!(p_value(&with_extra), p);
}

/// One, two and four runs: of the 105 orders of the labels two reach the observed Σ n m², as a program
/// that tries them all finds; of Σ m², which forgets how many runs a mean is of, 21.
#[test]
fn a_mean_weighs_as_many_runs_as_it_is_of() {
    let epochs = [155, 150, 151, 158, 157, 156, 159];
    let labels = ["bf16", "fp32", "fp32", "tf32", "tf32", "tf32", "tf32"];
    let runs = std::iter::zip(labels, epochs).map(|(hardware, epochs)| EpochsToTarget {
        network: "network".to_owned(),
        hardware: hardware.to_owned(),
        epochs: f64::from(epochs),
    });
    let p = p_value(&runs.collect::<Vec<_>>());
    assert!((p - 2.0 / 105.0).abs() < 0.005, "{p}"); // 3.7 standard errors of 9,999 draws
}

/// Of four orders of the labels in one network and five in the other, twenty in all, one gives the largest statistic.
#[test]
fn what_can_never_be_rejected_is_not_testable() {
    let mut runs = Vec::new();
    for (network, others) in [("a", 3), ("b", 4)] {
        for index in 0..=others {
            runs.push(EpochsToTarget {
                network: network.to_owned(),
                hardware: HARDWARE[usize::from(index == 0)].to_owned(),
                epochs: 100.0 + f64::from(index),
            });
        }
    }
    check_not_testable(
        &runs,
        "the smallest p that so few runs can give is 0.05, not below 0.05",
    );
}
