//! Runs of different lengths side by side over the epochs that all of them have.

use super::*;
use crate::topics::synthetic_runs::trained_mut;
use crate::topics::training::recorded::epochs;

const H200: &str = "NVIDIA H200";

fn on(catalogue: &Catalogue, leaf: &str) -> Option<f64> {
    quantity(
        catalogue,
        &format!("equal_windows.on.fp32_nvidia_h200.{leaf}"),
    )
    .known()
}

fn on_is(catalogue: &Catalogue, flag: &str) -> bool {
    catalogue.flag(&format!("equal_windows.on.fp32_nvidia_h200.{flag}"))
}

/// The loss of an epoch as recorded.
fn loss(run: &RunFacts, epoch: usize) -> f64 {
    epochs(run)[epoch - 1].train_loss
}

#[test]
fn partial_runs_are_compared_over_the_shortest() {
    let of = |network| SyntheticRun::new(network, Fp32, H200);
    let runs = [
        of(NETWORKS[0]).complete(),
        of(NETWORKS[1]).recorded(10),
        of(NETWORKS[2]).recorded(7),
        of(NETWORKS[3]).recorded(3),
    ];
    let catalogue = catalogue(&runs);
    assert_eq!(on(&catalogue, "epochs"), Some(7.0));
    assert_eq!(on(&catalogue, "fitted_epochs"), Some(7.0));
    for (run, network) in [(0, 18), (1, 20), (2, 32)] {
        let name = format!("runs.loss_resnet{network}_fp32.loss");
        assert_eq!(on(&catalogue, &name), Some(loss(&runs[run], 7)));
    }
    // By scipy, from the first seven epochs.
    let name =
        |leaf: &str| format!("equal_windows.on.fp32_nvidia_h200.runs.loss_resnet18_fp32.{leaf}");
    check_value(&catalogue, &name("beta0"), 4.985_196_12e-4);
    check_value(&catalogue, &name("beta1"), 0.501_366_28);
    check_value(&catalogue, &name("beta2"), 0.316_280_68);
    // Losses: those of 18, 20 and 32 layers.
    let losses = [0, 1, 2].map(|run| loss(&runs[run], 7));
    let largest = losses.iter().copied().fold(f64::MIN, f64::max);
    let smallest = losses.iter().copied().fold(f64::MAX, f64::min);
    assert_eq!(
        on(&catalogue, "loss_spread"),
        Some((largest - smallest) / smallest)
    );
    let begun = "equal_windows.on.fp32_nvidia_h200.runs.loss_resnet44_fp32.loss";
    assert!(catalogue.known(begun).is_none(), "three epochs are too few");
    assert!(on_is(&catalogue, "shown") && !on_is(&catalogue, "whole"));
    assert!(!on_is(&catalogue, "dropped"));
}

/// What a run has come to by an epoch is not changed by those that it still lacks.
#[test]
fn a_window_of_a_partial_run_is_whole() {
    let of = |network| SyntheticRun::new(network, Fp32, H200);
    let runs = [of(NETWORKS[1]).recorded(10), of(NETWORKS[2]).recorded(7)];
    let catalogue = catalogue(&runs);
    for leaf in ["epochs", "loss_spread", "runs.loss_resnet20_fp32.beta0"] {
        let name = format!("equal_windows.on.fp32_nvidia_h200.{leaf}");
        let quantity = quantity(&catalogue, &name);
        assert!(
            quantity.known().is_some() && quantity.concerns().is_empty(),
            "{leaf}"
        );
    }
    let points = quantity(&catalogue, "loss_model.loss_resnet20_fp32.points");
    assert_eq!(points.concerns().len(), 1);
}

/// The rate drops after 17 of 40 epochs; a model is fitted to what comes before.
#[test]
fn several_complete_runs_are_compared_whole() {
    let of = |network| SyntheticRun::new(network, Fp32, H200);
    let runs = [
        of(NETWORKS[0]).complete(),
        of(NETWORKS[1]).recorded(30),
        of(NETWORKS[2]).complete(),
    ];
    let catalogue = catalogue(&runs);
    assert_eq!(on(&catalogue, "epochs"), Some(40.0));
    assert_eq!(on(&catalogue, "fitted_epochs"), Some(17.0));
    assert!(on_is(&catalogue, "whole") && on_is(&catalogue, "dropped"));
    let of_window = "runs.loss_resnet32_fp32.beta0";
    let of_stage = quantity(&catalogue, "loss_model.loss_resnet32_fp32.stage1.beta0");
    assert_eq!(on(&catalogue, of_window), of_stage.known());
    assert_eq!(
        on(&catalogue, "runs.loss_resnet32_fp32.loss"),
        Some(loss(&runs[2], 40))
    );
}

#[test]
fn one_network_on_two_machines() {
    let network = NETWORKS[1];
    let runs = [
        SyntheticRun::new(network, Bf16, H200).complete(),
        SyntheticRun::new(network, Fp32, "AMD EPYC").recorded(3),
    ];
    let catalogue = catalogue(&runs);
    let of = |leaf: &str| quantity(&catalogue, &format!("equal_windows.of.resnet20.{leaf}"));
    assert_eq!(of("epochs").known(), Some(3.0));
    let found = of("runs.loss_resnet20_fp32.loss").known();
    assert_eq!(found, Some(loss(&runs[1], 3)));
    let none = of("runs.loss_resnet20_fp32.beta0");
    assert!(none.value.is_err(), "three epochs are too few to fit");
    assert!(catalogue.flag("equal_windows.of.resnet20.shown"));
    assert!(!catalogue.flag("equal_windows.of.resnet20.seeds_differ"));
    assert!(catalogue.flag("equal_windows.some"));
    let on_cpu = "equal_windows.on.fp32_amd_epyc.shown";
    assert!(!catalogue.flag(on_cpu), "one network is no comparison");
}

#[test]
fn runs_that_have_hardly_begun_are_not_compared() {
    let of = |arithmetic, epochs| SyntheticRun::new(NETWORKS[1], arithmetic, H200).recorded(epochs);
    let shown = |bf16, fp32| {
        let catalogue = catalogue(&[of(Bf16, bf16), of(Fp32, fp32)]);
        let flags = ["of.resnet20.shown", "some"];
        flags.map(|flag| catalogue.flag(&format!("equal_windows.{flag}")))
    };
    assert_eq!(shown(20, 1), [false; 2]);
    assert_eq!(shown(20, 2), [true; 2]);
    assert_eq!(shown(40, 40), [true; 2]);
}

/// Whole runs stand beside those of other networks already, unless one of them has no other.
#[test]
fn whole_runs_are_compared_once() {
    let complete =
        |arithmetic, index: usize| SyntheticRun::new(NETWORKS[index], arithmetic, H200).complete();
    let mut runs = vec![complete(Bf16, 1), complete(Bf16, 2), complete(Fp32, 1)];
    let shown = |runs: &[RunFacts]| {
        let catalogue = catalogue(runs);
        let all = ["on.bf16_nvidia_h200", "on.fp32_nvidia_h200", "of.resnet20"];
        all.map(|name| catalogue.flag(&format!("equal_windows.{name}.shown")))
    };
    assert_eq!(shown(&runs), [true, false, true]);
    runs.push(complete(Fp32, 2));
    assert_eq!(shown(&runs), [true, true, false]);
}

/// ResNet-18 is of another family, and its loss does not count.
#[test]
fn the_order_of_depths() {
    let of = |index: usize, scale: f64| {
        let run = SyntheticRun::new(NETWORKS[index], Fp32, H200);
        SyntheticRun { scale, ..run }.complete()
    };
    let order = |scales: [f64; 4]| {
        let runs: Vec<_> = (0..4).map(|index| of(index, scales[index])).collect();
        let catalogue = catalogue(&runs);
        ["higher_with_depth", "lower_with_depth"].map(|flag| on_is(&catalogue, flag))
    };
    assert_eq!(order([1.0, 1.0, 4.0, 16.0]), [true, false]);
    assert_eq!(order([1.0, 16.0, 4.0, 1.0]), [false, true]);
    assert_eq!(order([1.0, 1.0, 4.0, 1.0]), [false, false]);
    // Beside ResNet-18 one depth alone has no order.
    let catalogue = catalogue(&[of(0, 1.0), of(1, 1.0)]);
    assert!(on(&catalogue, "epochs").is_some());
    for flag in ["higher_with_depth", "lower_with_depth"] {
        assert!(!on_is(&catalogue, flag), "{flag}");
    }
}

#[test]
fn a_loss_of_zero_has_no_spread() {
    let mut runs =
        [NETWORKS[1], NETWORKS[2]].map(|it| SyntheticRun::new(it, Fp32, H200).recorded(5));
    trained_mut(&mut runs[0]).epochs[4].train_loss = 0.0;
    assert_eq!(on(&catalogue(&runs), "loss_spread"), None);
}
