//! Losses, slopes, sums of learning rates and operations by hand.

use super::*;
use crate::topics::synthetic_runs::{trained_mut, training_mut};
use results::{EpochRow, Trainable};

/// The run with this course: for each epoch what `change` makes of it.
fn with_epochs(mut run: RunFacts, change: impl Fn(&mut EpochRow)) -> RunFacts {
    trained_mut(&mut run).epochs.iter_mut().for_each(change);
    run
}

fn last(run: &mut RunFacts) -> &mut EpochRow {
    trained_mut(run).epochs.last_mut().expect("epochs")
}

/// A run that ends with these losses.
fn ending(rate: f64, seed: u64, accuracy: f64, losses: (f64, f64)) -> RunFacts {
    let mut run = run("feature_extraction", rate, seed, accuracy, 0.5);
    let last = last(&mut run);
    last.train_loss = losses.0;
    last.validation = Some(Evaluation {
        loss: losses.1,
        accuracy,
    });
    run
}

/// Three rates, of which 0.1 is the best; the largest ends with these losses in two seeds.
fn largest_ends(losses: [(f64, f64); 2]) -> Catalogue {
    let of_seed = |(seed, losses): (u64, (f64, f64))| {
        [
            ending(0.01, seed, 0.60, (0.6, 1.45)),
            ending(0.1, seed, 0.68, (0.08, 1.25)),
            ending(1.0, seed, 0.66, losses),
        ]
    };
    let runs = (1..).zip(losses).flat_map(of_seed);
    catalogue(&runs.collect::<Vec<_>>())
}

fn holds(catalogue: &Catalogue, name: &str) -> bool {
    let name = format!("transfer.{name}");
    flag(catalogue, &name).unwrap_or_else(|| panic!("no flag `{name}`"))
}

fn near(catalogue: &Catalogue, name: &str, expect: f64) {
    let found = value(catalogue, &format!("transfer.{name}"));
    let is_near = (found - expect).abs() <= 1e-12 * expect.abs().max(1.0);
    assert!(is_near, "{name}: {found}, expected {expect}");
}

#[test]
fn a_setting_overfits_where_every_seed_fits_better_and_generalises_worse() {
    let check = |losses, expect| {
        let catalogue = largest_ends(losses);
        let found = holds(&catalogue, "feature_extraction.lr1.overfits");
        assert_eq!(found, expect, "{losses:?}");
        assert!(!holds(&catalogue, "feature_extraction.lr0_1.overfits"));
        assert!(!holds(&catalogue, "feature_extraction.lr0_01.overfits"));
    };
    check([(0.007, 2.5), (0.008, 2.6)], true);
    check([(0.007, 1.2), (0.008, 1.1)], false);
    check([(0.30, 2.5), (0.40, 2.6)], false);
    check([(0.007, 2.5), (0.20, 2.6)], false);
    check([(0.007, 2.5), (0.008, 1.2)], false);
}

#[test]
fn the_lowest_losses_are_found_and_turn_with_the_data() {
    let fitted = largest_ends([(0.007, 2.5), (0.009, 2.7)]);
    near(&fitted, "feature_extraction.lr1.validation_loss", 2.6);
    let lowest = |leaf: &str| format!("feature_extraction.lowest_{leaf}");
    near(&fitted, &(lowest("train_loss") + ".learning_rate"), 1.0);
    near(&fitted, &(lowest("train_loss") + ".train_loss"), 0.008);
    near(
        &fitted,
        &(lowest("validation_loss") + ".learning_rate"),
        0.1,
    );
    assert!(!holds(&fitted, &(lowest("train_loss") + ".is_best")));
    assert!(holds(&fitted, &(lowest("validation_loss") + ".is_best")));
    let turned = largest_ends([(0.30, 1.0), (0.40, 1.1)]);
    near(&turned, &(lowest("train_loss") + ".learning_rate"), 0.1);
    near(
        &turned,
        &(lowest("validation_loss") + ".learning_rate"),
        1.0,
    );
    assert!(holds(&turned, &(lowest("train_loss") + ".is_best")));
    assert!(!holds(&turned, &(lowest("validation_loss") + ".is_best")));
}

#[test]
fn the_best_rate_and_the_winner_are_marked() {
    let marked = |all: &[RunFacts], flag: &str| {
        let catalogue = catalogue(all);
        let settings = [
            "finetune.lr0_01",
            "finetune.lr0_1",
            "feature_extraction.lr0_1",
            "feature_extraction.lr1",
        ];
        let is_marked = |name: &&str| holds(&catalogue, &format!("{name}.{flag}"));
        settings
            .into_iter()
            .filter(is_marked)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut all = all();
    assert_eq!(
        marked(&all, "is_best"),
        "finetune.lr0_1 feature_extraction.lr1"
    );
    assert_eq!(marked(&all, "is_winner"), "finetune.lr0_1");
    for run in &mut all[2..4] {
        last(run).validation = validated(0.9);
        trained_mut(run).test.as_mut().unwrap().accuracy = 0.1;
    }
    assert_eq!(
        marked(&all, "is_best"),
        "finetune.lr0_01 feature_extraction.lr1"
    );
    assert_eq!(marked(&all, "is_winner"), "feature_extraction.lr1");
    all[0].record = None;
    assert_eq!(marked(&all, "is_winner"), "");
}

/// Up by `slope` each epoch until the rate falls after epoch 20 of 40, then by `gain` at once.
fn rising_then(seed: u64, slope: f64, gain: f64) -> RunFacts {
    with_epochs(run("finetune", 0.1, seed, 0.0, 0.5), |row| {
        let before = row.epoch.min(20) as f64;
        let gain = if row.epoch > 20 { gain } else { 0.0 };
        row.learning_rate = if row.epoch > 20 { 0.01 } else { 0.1 };
        row.validation = validated(0.3 + slope * before + gain);
    })
}

fn rising(seed: u64, slope: f64) -> RunFacts {
    rising_then(seed, slope, 0.06)
}

/// Twenty epochs at 1 point each would bring 20 points.
#[test]
fn a_run_freezes_where_the_epochs_after_the_drop_bring_less_than_half_of_the_pace() {
    let freezes = |slope: f64, gain: f64| {
        let runs = [1, 2].map(|seed| rising_then(seed, slope, gain));
        let told = catalogue(&runs);
        near(&told, "finetune.lr0_1.epochs_after_drop", 20.0);
        holds(&told, "finetune.lr0_1.freezes_at_drop")
    };
    assert!(freezes(0.01, 0.09));
    assert!(!freezes(0.01, 0.11));
    assert!(!freezes(-0.01, 0.01));
}

#[test]
fn what_came_after_the_drop_is_told_in_epochs_of_the_pace_before() {
    let up = catalogue(&[rising(1, 0.010), rising(2, 0.011), rising(3, 0.012)]);
    near(&up, "finetune.lr0_1.validation_slope", 0.011);
    near(&up, "finetune.lr0_1.validation_change_at_drop", 0.06);
    near(&up, "finetune.lr0_1.validation_gain_after_drop", 0.06);
    near(&up, "finetune.lr0_1.epochs_of_gain", 0.06 / 0.011);
    assert!(holds(&up, "finetune.lr0_1.rising_at_drop"));
    assert!(holds(&up, "finetune.lr0_1.steps_at_drop"));
    // Student's t with two degrees of freedom: 0.011 ± 4.302653 × 0.001 / √3.
    let slope = up.quantity("transfer.finetune.lr0_1.validation_slope");
    let (low, high) = slope.unwrap().interval.unwrap();
    assert!((low - 0.008_516).abs() < 1e-6 && (high - 0.013_484).abs() < 1e-6);
    // The scatter is larger than the mean: −0.0014 to 0.0074.
    let unclear = catalogue(&[rising(1, 0.001), rising(2, 0.003), rising(3, 0.005)]);
    assert!(!holds(&unclear, "finetune.lr0_1.rising_at_drop"));
    let down = catalogue(&[rising(1, -0.010), rising(2, -0.011), rising(3, -0.012)]);
    assert!(!holds(&down, "finetune.lr0_1.rising_at_drop"));
    let epochs = down.quantity("transfer.finetune.lr0_1.epochs_of_gain");
    assert_eq!(epochs.unwrap().known(), None);
}

#[test]
fn a_run_fits_its_images_where_every_seed_does() {
    let fits = |accuracies: [f64; 2]| {
        let runs = (1..).zip(accuracies).map(|(seed, accuracy)| {
            let mut run = run("finetune", 0.1, seed, 0.8, 0.7);
            last(&mut run).train_accuracy = accuracy;
            run
        });
        let catalogue = catalogue(&runs.collect::<Vec<_>>());
        near(&catalogue, "fitted_from", 0.99);
        holds(&catalogue, "finetune.lr0_1.fits_training")
    };
    assert!(fits([0.99, 1.0]));
    assert!(!fits([0.98, 1.0]));
}

/// The best epoch had 9 points more; the last ones had 81 % on the validation images and 79 % on the test.
#[test]
fn the_last_epoch_is_compared_with_the_best_and_with_the_test() {
    let mut all = all();
    trained_mut(&mut all[0]).epochs[3].validation = validated(0.89);
    let told = catalogue(&all);
    near(&told, "finetune.lr0_1.below_best", 0.045);
    near(&told, "finetune.lr0_1.validation_minus_test", 0.02);
    near(&told, "smallest_gap", 0.01);
    near(&told, "largest_gap", 0.02);
    assert!(holds(&told, "test_is_below_validation"));
    trained_mut(&mut all[2]).test.as_mut().unwrap().accuracy = 0.75;
    let turned = catalogue(&all);
    near(&turned, "smallest_gap", -0.02);
    assert!(!holds(&turned, "test_is_below_validation"));
}

/// Forty epochs of 391 steps at 0.01 are a sum of 156.4, which a rate of 0.1 reaches in its fourth
/// epoch: 4 × 39.1.
fn budgets(small: f64, large: f64) -> Catalogue {
    let constant = |rate: f64, loss: f64| {
        let of = |seed| {
            with_epochs(run("finetune", rate, seed, 0.7, 0.6), |row| {
                row.learning_rate = rate;
                row.train_loss = if row.epoch < 4 { 9.0 } else { loss };
            })
        };
        [of(1), of(2)]
    };
    catalogue(&[constant(0.01, small), constant(0.1, large)].concat())
}

#[test]
fn a_small_rate_is_compared_with_the_next_at_the_same_sum() {
    let alike = budgets(3.0, 3.27);
    let near_sum = |name: &str, expect: f64| {
        let found = value(&alike, &format!("transfer.finetune.lr0_01.{name}"));
        assert!((found - expect).abs() < 1e-9, "{name}: {found}");
    };
    near_sum("learning_rate_sum", 156.4);
    near_sum("budget_epoch", 4.0);
    near_sum("budget_epoch_sum", 156.4);
    near_sum("budget_epoch_loss", 3.27);
    near_sum("budget_loss_ratio", 1.09);
    assert!(holds(&alike, "finetune.lr0_01.budget_explains"));
    for loss in [3.33, 2.67] {
        let unlike = budgets(3.0, loss);
        assert!(!holds(&unlike, "finetune.lr0_01.budget_explains"), "{loss}");
    }
    let largest = alike.quantity("transfer.finetune.lr0_1.budget_epoch");
    assert_eq!(largest.unwrap().known(), None);
    assert!(!holds(&alike, "finetune.lr0_1.budget_explains"));
}

/// Fifty thousand images and forty epochs.
#[test]
fn frozen_layers_cost_a_forward_pass_only() {
    let mut all = all();
    for run in &mut all[4..] {
        training_mut(run).training.trainable = Trainable::ClassifierOnly;
    }
    let told = catalogue(&all);
    let per_image = |leaf: &str| value(&told, &format!("flops.resnet50_flowers.{leaf}"));
    let passes = 50_000.0 * 40.0;
    let operations = "training_operations";
    near(
        &told,
        &format!("finetune.lr0_1.{operations}"),
        passes * per_image("training.two"),
    );
    near(
        &told,
        &format!("feature_extraction.lr1.{operations}"),
        passes * per_image("two.total"),
    );
    assert!(per_image("training.two") > 2.9 * per_image("two.total"));
}

/// In each pair the second setting is 10 points ahead, then in one of two only.
#[test]
fn a_lead_may_be_turned_round() {
    let lead = |second: [f64; 2]| {
        let of = |rate, validation, tests: [f64; 2]| {
            [1, 2].map(|seed| run("finetune", rate, seed, validation, tests[seed as usize - 1]))
        };
        catalogue(&[of(0.1, 0.8, [0.60, 0.62]), of(0.01, 0.7, second)].concat())
    };
    assert!(holds(&lead([0.70, 0.72]), "finetune.best.reversed"));
    assert!(!holds(&lead([0.70, 0.61]), "finetune.best.reversed"));
    assert!(!holds(&lead([0.50, 0.52]), "finetune.best.reversed"));
}

/// At 0.1 fine-tuning leads by 17 and 24 points; there is no other rate of both.
#[test]
fn the_approaches_are_compared_at_the_rates_of_both() {
    let mut all = all();
    let told = catalogue(&all);
    near(&told, "same_rate.lr0_1.difference", 0.205);
    assert!(holds(&told, "same_rate.lr0_1.in_every_seed"));
    assert!(!holds(&told, "same_rate.lr0_1.reversed"));
    assert!(told.known("transfer.same_rate.lr0_01.difference").is_none());
    assert!(told.known("transfer.same_rate.lr1.difference").is_none());
    for (run, test) in all[..2].iter_mut().zip([0.50, 0.45]) {
        trained_mut(run).test.as_mut().unwrap().accuracy = test;
    }
    assert!(holds(&catalogue(&all), "same_rate.lr0_1.reversed"));
    all[7].record = None;
    let away = catalogue(&all);
    let difference = away.quantity("transfer.same_rate.lr0_1.difference");
    assert_eq!(difference.unwrap().known(), None);
}

/// Forty epochs of 30 s against 10 s, and losses that end at 1.0 against 1.2.
#[test]
fn the_winner_is_compared_with_the_other_approach_in_cost_and_loss() {
    let made = |losses: [f64; 2]| {
        let mut all = all();
        for (index, run) in all.iter_mut().enumerate() {
            let (is_extraction, trained) = (index >= 4, trained_mut(run));
            let seconds = if is_extraction { 10.0 } else { 30.0 };
            trained
                .epochs
                .iter_mut()
                .for_each(|row| row.train_seconds = seconds);
            let loss = losses[usize::from(is_extraction)];
            let last = trained.epochs.last_mut().unwrap().validation.as_mut();
            last.unwrap().loss = loss;
            if is_extraction {
                training_mut(run).training.trainable = Trainable::ClassifierOnly;
            }
        }
        catalogue(&all)
    };
    let told = made([1.0, 1.2]);
    near(&told, "time_ratio", 3.0);
    let per_image = |leaf: &str| value(&told, &format!("flops.resnet50_flowers.{leaf}"));
    let ratio = per_image("training.two") / per_image("two.total");
    near(&told, "operations_ratio", ratio);
    assert!(holds(&told, "winner.has_lower_validation_loss"));
    assert!(!holds(
        &made([1.2, 1.0]),
        "winner.has_lower_validation_loss"
    ));
}
