//! Loss models, predictions and step times of made-up runs.

use crate::catalogue::{Catalogue, Entry, RunFacts};
use crate::evidence::{Origin, Quantity};
use crate::topics::synthetic_runs::{
    NETWORKS, SyntheticRun, complete_runs, facts_of, training_mut,
};
use expect_test::{Expect, expect};
use results::Arithmetic::{Bf16, Fp32};
use std::sync::Arc;

mod beginning;
mod targets;
mod windows;

const QUOTED: &str = include_str!("../../../../../book/quoted.toml");
const THROUGHPUT: &str = include_str!("../../../../../book/published/training_throughput.csv");

fn catalogue(runs: &[RunFacts]) -> Catalogue {
    facts_of(QUOTED, runs.to_vec(), THROUGHPUT).catalogue
}

fn quantity(catalogue: &Catalogue, name: &str) -> Arc<Quantity> {
    catalogue
        .known(name)
        .unwrap_or_else(|| panic!("no `{name}`"))
}

/// Whether a quantity has this value, to five digits: what scipy prints, say.
fn check_value(catalogue: &Catalogue, name: &str, expected: f64) {
    let found = quantity(catalogue, name).known();
    let is_near = |found: f64| (found - expected).abs() <= 1e-5 * expected.abs();
    assert!(
        found.is_some_and(is_near),
        "{name}: {found:?}, expected {expected}"
    );
}

/// The entries whose names start with one of `prefixes`, one a line.
fn check(runs: &[RunFacts], prefixes: &[&str], expect: Expect) {
    let catalogue = catalogue(runs);
    let wanted = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let lines = { catalogue.entries() }
        .filter(|(name, _)| wanted(name))
        .map(|(name, entry)| format!("{name}: {}\n", shown(entry)));
    expect.assert_eq(&lines.collect::<String>());
}

fn shown(entry: &Entry) -> String {
    match entry {
        Entry::Text(text) => format!("\"{text}\""),
        Entry::Flag(flag) => flag.to_string(),
        Entry::Group(members) => format!("{members:?}"),
        Entry::Quantity(quantity) => {
            let value = match (quantity.known(), quantity.interval) {
                (Some(value), Some((low, high))) => {
                    format!("{value:.3e} ({low:.3e} to {high:.3e})")
                }
                (Some(value), None) => format!("{value:.3e}"),
                (None, _) => match &quantity.origin {
                    Origin::Derived { function, .. } => quantity.made_by(function).to_string(),
                    _ => quantity.provenance().to_string(),
                },
            };
            let concerns: Vec<_> = { quantity.concerns().into_iter() }
                .map(|concern| format!("; {} {}", concern.source.name(), concern.state))
                .collect();
            value + &concerns.concat()
        }
    }
}

const HEADLINE: [&str; 5] = [
    "prediction.epochs",
    "prediction.percentage_error",
    "prediction.hardware",
    "prediction.staged",
    "time_to_92.predicted.p2.best",
];

#[test]
fn without_runs_the_names_wait() {
    check(
        &[],
        &HEADLINE,
        expect![[r#"
            prediction.epochs_to_92.measured: none: no hardware has enough complete runs
            prediction.epochs_to_92.measured_never: false
            prediction.epochs_to_92.measured_reached: false
            prediction.epochs_to_92.predicted: none: no hardware has enough complete runs
            prediction.epochs_to_92.predicted_never: false
            prediction.epochs_to_92.predicted_reached: false
            prediction.hardware: "not measured"
            prediction.percentage_error: none: no hardware has enough complete runs
            prediction.staged: false
            time_to_92.predicted.p2.best_cost: epochs × cost of an epoch
            time_to_92.predicted.p2.best_time: epochs × time of an epoch
        "#]],
    );
}

#[test]
fn three_epochs_are_too_few() {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200").recorded(3);
    let prefixes = [
        "loss_model.loss_resnet20_fp32.beta0",
        "loss_model.loss_resnet20_fp32.points",
        "loss_model.loss_resnet20_fp32.remark",
        "loss_model.loss_resnet20_fp32.stage3.beta2",
    ];
    check(
        std::slice::from_ref(&run),
        &prefixes,
        expect![[r#"
        loss_model.loss_resnet20_fp32.beta0: none: a loss curve needs at least `4` points, found `3`; loss-resnet20-fp32 partial, 3 of 40
        loss_model.loss_resnet20_fp32.points: 3.000e0; loss-resnet20-fp32 partial, 3 of 40
        loss_model.loss_resnet20_fp32.remark: "a loss curve needs at least `4` points, found `3`"
        loss_model.loss_resnet20_fp32.stage3.beta2: none: a loss curve needs at least `4` points, found `3`; loss-resnet20-fp32 partial, 3 of 40
    "#]],
    );
    check(
        &[run],
        &HEADLINE,
        expect![[r#"
            prediction.epochs_to_92.measured: none: no hardware has enough complete runs; loss-resnet20-fp32 partial, 3 of 40
            prediction.epochs_to_92.measured_never: false
            prediction.epochs_to_92.measured_reached: false
            prediction.epochs_to_92.predicted: none: no hardware has enough complete runs; loss-resnet20-fp32 partial, 3 of 40
            prediction.epochs_to_92.predicted_never: false
            prediction.epochs_to_92.predicted_reached: false
            prediction.hardware: "not measured"
            prediction.percentage_error: none: no hardware has enough complete runs; loss-resnet20-fp32 partial, 3 of 40
            prediction.staged: false
            time_to_92.predicted.p2.best_cost: epochs × cost of an epoch; loss-resnet20-fp32 partial, 3 of 40
            time_to_92.predicted.p2.best_time: epochs × time of an epoch; loss-resnet20-fp32 partial, 3 of 40
        "#]],
    );
}

/// The learning rate drops after epoch 17 of 40, the last one recorded here.
#[test]
fn a_drop_after_the_last_epoch_begins_no_stage() {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200").recorded(17);
    let catalogue = catalogue(&[run]);
    let beta0 = |of: &str| {
        let name = format!("loss_model.loss_resnet20_fp32.{of}beta0");
        quantity(&catalogue, &name).known()
    };
    assert!(beta0("").is_some());
    assert_eq!(beta0("stage1."), beta0(""));
}

/// Two epochs after the first drop: a model of the whole run, none of its stages yet.
#[test]
fn a_run_whose_second_stage_has_begun() {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200").recorded(19);
    let catalogue = catalogue(&[run]);
    let of_run =
        |leaf: &str| quantity(&catalogue, &format!("loss_model.loss_resnet20_fp32.{leaf}"));
    assert!(of_run("beta0").value.is_ok());
    for leaf in ["beta0", "stage1.beta0", "held_out.staged"] {
        let quantity = of_run(leaf);
        let states: Vec<_> = { quantity.concerns().into_iter() }
            .map(|c| c.state.clone())
            .collect();
        assert_eq!(states, ["partial, 19 of 40"], "{leaf}");
    }
    let shown = shown(&Entry::Quantity(of_run("stage1.beta0")));
    assert!(
        shown.starts_with("none: stage `1`, from step `6647`"),
        "{shown}"
    );
}

#[test]
fn all_depths_on_two_kinds_of_hardware() {
    let runs = complete_runs(&[Fp32, Bf16], 40);
    let prefixes = [
        "loss_model.loss_resnet20_fp32.",
        "loss_regression.beta2.",
        "accuracy_link.",
        "hardware_independence.",
        "prediction.",
        "time_to_92.predicted.p2.best",
    ];
    check(
        &runs,
        &prefixes,
        expect![[r#"
            accuracy_link.error: 1.966e-3
            accuracy_link.fitted: true
            accuracy_link.form: "linear in the training loss"
            accuracy_link.loss: 2.855e-1
            accuracy_link.reaches_target: true
            hardware_independence.excess: Recorded("kind of hardware")
            hardware_independence.excess.bf16_nvidia_h200: 0.000e0
            hardware_independence.excess.fp32_nvidia_h200: 0.000e0
            hardware_independence.p_value: 1.000e0
            hardware_independence.reason: "none"
            hardware_independence.rejected: false
            hardware_independence.runs: 1.200e1
            hardware_independence.smallest_p: 3.125e-2
            hardware_independence.tested: true
            loss_model.loss_resnet20_fp32.best_test_accuracy: 9.433e-1
            loss_model.loss_resnet20_fp32.best_test_accuracy_before_drop: 9.035e-1
            loss_model.loss_resnet20_fp32.beta0: 2.580e-4 (2.049e-4 to 3.349e-4)
            loss_model.loss_resnet20_fp32.beta1: 5.121e-1 (4.295e-1 to 5.767e-1)
            loss_model.loss_resnet20_fp32.beta2: 4.028e-2 (0.000e0 to 1.099e-1)
            loss_model.loss_resnet20_fp32.compared: true
            loss_model.loss_resnet20_fp32.complete: true
            loss_model.loss_resnet20_fp32.drop_before_92: 2.800e1
            loss_model.loss_resnet20_fp32.dropped: true
            loss_model.loss_resnet20_fp32.epochs_to_92: 3.400e1
            loss_model.loss_resnet20_fp32.epochs_to_92_since_drop: 6.000e0
            loss_model.loss_resnet20_fp32.first_complete: false
            loss_model.loss_resnet20_fp32.fitted: true
            loss_model.loss_resnet20_fp32.hardware: "NVIDIA H200, fp32"
            loss_model.loss_resnet20_fp32.held_out.staged: 1.052e-2
            loss_model.loss_resnet20_fp32.held_out.whole: 1.141e-1
            loss_model.loss_resnet20_fp32.normalised_beta0: 4.514e-4 (3.585e-4 to 5.860e-4)
            loss_model.loss_resnet20_fp32.normalised_beta1: 8.961e-1 (7.515e-1 to 1.009e0)
            loss_model.loss_resnet20_fp32.normalised_beta2: 2.302e-2 (0.000e0 to 6.279e-2)
            loss_model.loss_resnet20_fp32.points: 4.000e1
            loss_model.loss_resnet20_fp32.r2: 9.897e-1
            loss_model.loss_resnet20_fp32.reaches_92: true
            loss_model.loss_resnet20_fp32.reaches_92_after_drop: true
            loss_model.loss_resnet20_fp32.reaches_92_soon_after_drop: false
            loss_model.loss_resnet20_fp32.remark: "none"
            loss_model.loss_resnet20_fp32.rmse: 3.451e-2
            loss_model.loss_resnet20_fp32.stage1.beta0: 5.230e-4 (4.950e-4 to 5.548e-4)
            loss_model.loss_resnet20_fp32.stage1.beta1: 4.894e-1 (4.806e-1 to 5.009e-1)
            loss_model.loss_resnet20_fp32.stage1.beta2: 3.097e-1 (2.921e-1 to 3.273e-1)
            loss_model.loss_resnet20_fp32.stage1.r2: 9.996e-1
            loss_model.loss_resnet20_fp32.stage1.rmse: 6.425e-3
            loss_model.loss_resnet20_fp32.stage2.beta0: 2.830e-4 (2.739e-4 to 4.708e-4)
            loss_model.loss_resnet20_fp32.stage2.beta1: 1.842e0 (1.828e0 to 2.145e0)
            loss_model.loss_resnet20_fp32.stage2.beta2: 0.000e0 (0.000e0 to 8.854e-2)
            loss_model.loss_resnet20_fp32.stage2.r2: 9.976e-1
            loss_model.loss_resnet20_fp32.stage2.rmse: 2.824e-3
            loss_model.loss_resnet20_fp32.stage3.beta0: 3.398e-4 (3.300e-4 to 6.002e-4)
            loss_model.loss_resnet20_fp32.stage3.beta1: 2.855e0 (2.833e0 to 3.570e0)
            loss_model.loss_resnet20_fp32.stage3.beta2: 0.000e0 (0.000e0 to 7.096e-2)
            loss_model.loss_resnet20_fp32.stage3.r2: 9.969e-1
            loss_model.loss_resnet20_fp32.stage3.rmse: 1.924e-3
            loss_model.loss_resnet20_fp32.stages.fit_better: true
            loss_model.loss_resnet20_fp32.stages.least_r2: 9.969e-1
            loss_model.loss_resnet20_fp32.title: "ResNet-20, NVIDIA H200, fp32, seed 1"
            loss_regression.beta2.chosen: "linear_all"
            loss_regression.beta2.constant_all.error: 3.161e-2
            loss_regression.beta2.constant_family.error: 3.110e-2
            loss_regression.beta2.linear_all.error: 1.206e-2
            loss_regression.beta2.linear_family.error: 1.258e-2
            loss_regression.beta2.log_all.error: 1.866e-2
            loss_regression.beta2.log_family.error: 1.295e-2
            loss_regression.beta2.terms: Recorded("coefficient of the chosen form")
            loss_regression.beta2.terms.intercept: -2.746e-3 (-2.146e-2 to 1.597e-2)
            loss_regression.beta2.terms.offset_fp32_nvidia_h200: -1.706e-3 (-1.532e-2 to 1.191e-2)
            loss_regression.beta2.terms.slope: 1.911e-3 (1.438e-3 to 2.383e-3)
            prediction.by_loss: true
            prediction.compared: true
            prediction.epochs_to_92.measured: 3.200e1
            prediction.epochs_to_92.measured_never: false
            prediction.epochs_to_92.measured_reached: true
            prediction.epochs_to_92.predicted: 3.100e1
            prediction.epochs_to_92.predicted_never: false
            prediction.epochs_to_92.predicted_reached: true
            prediction.from_published: false
            prediction.hardware: "NVIDIA H200, fp32"
            prediction.held_out.staged: 1.160e-2
            prediction.held_out.whole: 9.752e-2
            prediction.on: Recorded("kind of hardware")
            prediction.on.bf16_nvidia_h200.beta0: 3.882e-4 (3.664e-4 to 4.114e-4)
            prediction.on.bf16_nvidia_h200.beta1: 5.197e-1 (4.958e-1 to 5.435e-1)
            prediction.on.bf16_nvidia_h200.beta2: 9.278e-2 (6.802e-2 to 1.175e-1)
            prediction.on.bf16_nvidia_h200.measured: true
            prediction.on.bf16_nvidia_h200.measured_epochs_to_92: 2.800e1
            prediction.on.bf16_nvidia_h200.measured_epochs_to_92_never: false
            prediction.on.bf16_nvidia_h200.measured_epochs_to_92_reached: true
            prediction.on.bf16_nvidia_h200.predicted: true
            prediction.on.bf16_nvidia_h200.staged.epochs_to_92: 3.100e1
            prediction.on.bf16_nvidia_h200.staged.epochs_to_92_never: false
            prediction.on.bf16_nvidia_h200.staged.epochs_to_92_reached: true
            prediction.on.bf16_nvidia_h200.staged.percentage_error: 1.924e-2
            prediction.on.bf16_nvidia_h200.staged.percentage_error_at_end: -3.518e-2
            prediction.on.bf16_nvidia_h200.title: "NVIDIA H200, bf16"
            prediction.on.bf16_nvidia_h200.whole.epochs_to_92: 3.100e1 (2.900e1 to 3.600e1)
            prediction.on.bf16_nvidia_h200.whole.epochs_to_92_never: false
            prediction.on.bf16_nvidia_h200.whole.epochs_to_92_reached: true
            prediction.on.bf16_nvidia_h200.whole.percentage_error: 5.267e-2
            prediction.on.bf16_nvidia_h200.whole.percentage_error_at_end: 1.811e-1
            prediction.on.fp32_nvidia_h200.beta0: 3.843e-4 (3.627e-4 to 4.072e-4)
            prediction.on.fp32_nvidia_h200.beta1: 5.236e-1 (4.997e-1 to 5.475e-1)
            prediction.on.fp32_nvidia_h200.beta2: 9.107e-2 (6.631e-2 to 1.158e-1)
            prediction.on.fp32_nvidia_h200.measured: true
            prediction.on.fp32_nvidia_h200.measured_epochs_to_92: 3.200e1
            prediction.on.fp32_nvidia_h200.measured_epochs_to_92_never: false
            prediction.on.fp32_nvidia_h200.measured_epochs_to_92_reached: true
            prediction.on.fp32_nvidia_h200.predicted: true
            prediction.on.fp32_nvidia_h200.staged.epochs_to_92: 3.100e1
            prediction.on.fp32_nvidia_h200.staged.epochs_to_92_never: false
            prediction.on.fp32_nvidia_h200.staged.epochs_to_92_reached: true
            prediction.on.fp32_nvidia_h200.staged.percentage_error: 1.454e-2
            prediction.on.fp32_nvidia_h200.staged.percentage_error_at_end: -2.223e-2
            prediction.on.fp32_nvidia_h200.title: "NVIDIA H200, fp32"
            prediction.on.fp32_nvidia_h200.whole.epochs_to_92: 3.100e1 (2.900e1 to 3.600e1)
            prediction.on.fp32_nvidia_h200.whole.epochs_to_92_never: false
            prediction.on.fp32_nvidia_h200.whole.epochs_to_92_reached: true
            prediction.on.fp32_nvidia_h200.whole.percentage_error: 5.190e-2
            prediction.on.fp32_nvidia_h200.whole.percentage_error_at_end: 1.907e-1
            prediction.percentage_error: 1.454e-2
            prediction.predicted: true
            prediction.published_hardware: "not measured"
            prediction.published_recipe: "not measured"
            prediction.staged: true
            time_to_92.predicted.p2.best_cost: 3.283e6
            time_to_92.predicted.p2.best_time: 4.690e5
        "#]],
    );
}

#[test]
fn a_missing_resnet_50_holds_back_the_comparison_alone() {
    let mut runs = complete_runs(&[Fp32], 40);
    runs[5] = SyntheticRun::new(NETWORKS[5], Fp32, "").missing();
    check(
        &runs,
        &HEADLINE,
        expect![[r#"
            prediction.epochs_to_92.measured: none: no ResNet-50 is measured; loss-resnet50-6n2-fp32 missing
            prediction.epochs_to_92.measured_never: false
            prediction.epochs_to_92.measured_reached: false
            prediction.epochs_to_92.predicted: 2.700e1 (2.400e1 to 3.800e1)
            prediction.epochs_to_92.predicted_never: false
            prediction.epochs_to_92.predicted_reached: true
            prediction.hardware: "NVIDIA H200, fp32"
            prediction.percentage_error: none: no ResNet-50 is measured; loss-resnet50-6n2-fp32 missing
            prediction.staged: true
            time_to_92.predicted.p2.best_cost: 2.859e6 (2.542e6 to 4.024e6)
            time_to_92.predicted.p2.best_time: 4.085e5 (3.631e5 to 5.749e5)
        "#]],
    );
}

/// One of fewer epochs, whose learning rate drops earlier, is no ResNet-50 to compare with.
#[test]
fn a_resnet_50_of_another_recipe_is_not_compared() {
    let mut runs = complete_runs(&[Fp32], 40);
    let target = SyntheticRun::new(NETWORKS[5], Fp32, "NVIDIA H200");
    runs[5] = SyntheticRun {
        epochs: 30,
        ..target
    }
    .complete();
    let catalogue = catalogue(&runs);
    assert!(!catalogue.flag("prediction.on.fp32_nvidia_h200.measured"));
    assert_eq!(
        quantity(&catalogue, "prediction.percentage_error").known(),
        None
    );
}

/// Hardware whose ResNet-50 is complete comes before fp32, and one that has only begun does not.
#[test]
fn the_hardware_that_comes_first() {
    let first = |done: u64| {
        let mut runs = complete_runs(&[Fp32, Bf16], 40);
        runs[5] = SyntheticRun::new(NETWORKS[5], Fp32, "").missing();
        runs[11] = SyntheticRun::new(NETWORKS[5], Bf16, "NVIDIA H200").recorded(done);
        catalogue(&runs)
            .text("prediction.hardware")
            .map(str::to_owned)
    };
    assert_eq!(first(40).as_deref(), Some("NVIDIA H200, bf16"));
    assert_eq!(first(39).as_deref(), Some("NVIDIA H200, fp32"));
}

#[test]
fn a_card_that_is_not_at_hand_is_no_source() {
    let mut runs = complete_runs(&[Fp32], 40);
    runs.push(SyntheticRun::new(NETWORKS[1], Fp32, "").without_card("K80"));
    let catalogue = catalogue(&runs);
    let predicted = quantity(&catalogue, "prediction.epochs_to_92.predicted");
    let concerns = predicted.concerns();
    assert_eq!(concerns.len(), 0, "{concerns:?}");
    let beta = quantity(&catalogue, "loss_model.loss_resnet20_k80.beta0");
    assert!(beta.value.is_err() && beta.concerns().first().is_some_and(|c| c.accepted));
}

/// A ResNet-50 of other losses changes what it is compared with, and nothing that was predicted.
#[test]
fn resnet_50_takes_no_part_in_the_fit() {
    let runs = complete_runs(&[Fp32, Bf16], 40);
    let mut others = runs.clone();
    for index in [5, 11] {
        let arithmetic = training_mut(&mut others[index]).arithmetic;
        let run = SyntheticRun::new(NETWORKS[5], arithmetic, "NVIDIA H200");
        others[index] = SyntheticRun { scale: 1.5, ..run }.complete();
    }
    let [before, after] = [runs, others].map(|runs| catalogue(&runs));
    let measured = |name: &str| {
        [
            "resnet50",
            "measured",
            "percentage_error",
            "hardware_independence",
            "equal_windows",
        ]
        .iter()
        .any(|part| name.contains(part))
    };
    let mut compared = 0;
    for ((name, before), (_, after)) in std::iter::zip(before.entries(), after.entries()) {
        let (before, after) = (shown(before), shown(after));
        if !measured(name) {
            assert_eq!(before, after, "{name}");
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
    let error = |catalogue| quantity(catalogue, "prediction.percentage_error").known();
    assert_ne!(error(&before), error(&after));
}

#[test]
fn step_times_on_cards_that_were_not_at_hand() {
    check(
        &[],
        &["paleo.k80.resnet18.", "paleo.v100.resnet20."],
        expect![[r#"
            paleo.k80.resnet18.epoch_time: 1.339e2 (7.790e1 to 1.809e2)
            paleo.k80.resnet18.training_step: 3.425e-1 (1.992e-1 to 4.627e-1)
            paleo.v100.resnet20.epoch_time: 1.366e0 (8.381e-1 to 2.946e0)
            paleo.v100.resnet20.training_step: 3.492e-3 (2.143e-3 to 7.535e-3)
        "#]],
    );
}
