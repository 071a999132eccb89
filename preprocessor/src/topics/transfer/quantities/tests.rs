//! Means over seeds, the best setting, and what is told while runs are missing.

mod beside;
mod convergence;

use super::*;
use crate::catalogue::Entry;
use crate::statistics::binomial_interval::wilson_interval;
use crate::topics::operations::quantities::flops;
use crate::topics::synthetic_runs::{SyntheticRun, record_mut, trained_mut, training_mut};
use crate::topics::training::quantities as training;
use results::{Arithmetic, Evaluation, State, TestResult};

/// A complete run with these accuracies on 1,000 images each.
fn run(experiment: &str, rate: f64, seed: u64, validation: f64, test: f64) -> RunFacts {
    let mut run = SyntheticRun::new(("resnet50", 50), Arithmetic::Bf16, "Example GPU").complete();
    run.id = format!("{experiment}-lr{rate}-{seed}");
    run.planned.experiment = experiment.to_owned();
    let planned = training_mut(&mut run);
    (planned.seed, planned.training.learning_rate.base) = (seed, rate);
    let trained = trained_mut(&mut run);
    trained.epochs.last_mut().expect("epochs").validation = validated(validation);
    trained.test = Some(TestResult {
        loss: 1.0,
        accuracy: test,
        images: 1000,
        predictions: None,
    });
    run
}

fn validated(accuracy: f64) -> Option<Evaluation> {
    Some(Evaluation {
        loss: 1.0,
        accuracy,
    })
}

fn catalogue(all: &[RunFacts]) -> Catalogue {
    let mut catalogue = Catalogue::default();
    flops::add(&mut catalogue);
    training::add(&mut catalogue, all);
    add(&mut catalogue, all);
    catalogue
}

fn value(catalogue: &Catalogue, name: &str) -> f64 {
    catalogue.quantity(name).unwrap().known().unwrap()
}

fn flag(catalogue: &Catalogue, name: &str) -> Option<bool> {
    let entry = catalogue.entries().find(|(known, _)| *known == name)?.1;
    match entry {
        Entry::Flag(flag) => Some(*flag),
        _ => None,
    }
}

/// Fine-tuning at 0.1 leads by 9 and 10 points, extraction at 1 in one of two seeds.
fn all() -> Vec<RunFacts> {
    vec![
        run("finetune", 0.1, 1, 0.80, 0.78),
        run("finetune", 0.1, 2, 0.82, 0.80),
        run("finetune", 0.01, 1, 0.70, 0.69),
        run("finetune", 0.01, 2, 0.71, 0.70),
        run("feature_extraction", 1.0, 1, 0.66, 0.64),
        run("feature_extraction", 1.0, 2, 0.66, 0.66),
        run("feature_extraction", 0.1, 1, 0.60, 0.61),
        run("feature_extraction", 0.1, 2, 0.60, 0.56),
    ]
}

#[test]
fn accuracies_are_means_over_the_seeds() {
    let catalogue = catalogue(&all());
    let check = |name: &str, expect: f64| {
        let found = value(&catalogue, name);
        assert!(
            (found - expect).abs() < 1e-12,
            "{name}: {found}, expected {expect}"
        );
    };
    check("transfer.finetune.lr0_1.validation_accuracy", 0.81);
    check("transfer.finetune.lr0_1.test_accuracy", 0.79);
    check("transfer.finetune.lr0_1.test_spread", 0.02 / 2.0_f64.sqrt());
    check("transfer.finetune.best.learning_rate", 0.1);
    check("transfer.feature_extraction.lr1.test_accuracy", 0.65);
    check("transfer.winner.test_accuracy", 0.79);
    check("transfer.loser.learning_rate", 1.0);
    check("transfer.difference", 0.14);
    let interval = catalogue
        .quantity("transfer.winner.test_accuracy")
        .unwrap()
        .interval;
    assert_eq!(interval, Some(wilson_interval(0.79, 1000)));
}

#[test]
fn a_lead_counts_where_every_seed_has_it() {
    let catalogue = catalogue(&all());
    assert_eq!(
        flag(&catalogue, "transfer.finetune.best.supported"),
        Some(true)
    );
    assert_eq!(
        flag(&catalogue, "transfer.finetune.best.is_largest_rate"),
        Some(true)
    );
    assert_eq!(
        flag(&catalogue, "transfer.feature_extraction.best.supported"),
        Some(false)
    );
    assert_eq!(flag(&catalogue, "transfer.supported"), Some(true));
}

#[test]
fn nothing_is_decided_while_a_run_is_missing() {
    let mut all = all();
    let missing = SyntheticRun::new(("resnet50", 50), Arithmetic::Bf16, "Example GPU").missing();
    all[3].state = missing.state;
    all[3].record = None;
    let catalogue = catalogue(&all);
    assert_eq!(flag(&catalogue, "transfer.complete"), Some(false));
    assert_eq!(
        flag(&catalogue, "transfer.finetune.best.supported"),
        Some(false)
    );
    let mean = catalogue
        .quantity("transfer.finetune.lr0_01.test_accuracy")
        .unwrap();
    assert_eq!(mean.known(), None);
    assert_eq!(
        flag(&catalogue, "transfer.feature_extraction.complete"),
        Some(true)
    );
}

/// Of 40 epochs one takes 50 s and the others 10 s, in the other run all 20 s: 440 s and 800 s.
#[test]
fn a_setting_is_told_of_by_means_over_its_runs() {
    let mut runs = [
        run("finetune", 0.1, 1, 0.80, 0.78),
        run("finetune", 0.1, 2, 0.82, 0.80),
    ];
    let [first, second] = runs.each_mut().map(trained_mut);
    first.epochs[0].train_seconds = 50.0;
    first.epochs[0].validation = validated(0.90);
    first.epochs[39].train_loss = 0.2;
    first.test.as_mut().unwrap().images = 4000;
    for epoch in &mut second.epochs {
        epoch.train_seconds = 20.0;
    }
    second.epochs[0].validation = validated(0.84);
    second.epochs[39].train_loss = 0.6;
    record_mut(&mut runs[1]).environment.runs_at_once = Some(3);
    let catalogue = catalogue(&runs);
    for (leaf, expect) in [
        ("train_loss", 0.4),
        ("validation_accuracy", 0.81),
        ("best_validation_accuracy", 0.87),
        ("training_time", 620.0),
        ("epoch_time", 15.0),
        ("runs_at_once", 3.0),
    ] {
        let found = value(&catalogue, &format!("transfer.finetune.lr0_1.{leaf}"));
        assert!((found - expect).abs() < 1e-12, "{leaf}: {found}");
    }
    // As wide as the smallest of the tests makes it.
    let test = "transfer.finetune.lr0_1.test_accuracy";
    let interval = catalogue.quantity(test).unwrap().interval;
    assert_eq!(interval, Some(wilson_interval(0.79, 1000)));
}

#[test]
fn every_run_must_be_current_and_validated() {
    let is_complete = |all: &[RunFacts]| {
        let catalogue = catalogue(all);
        flag(&catalogue, "transfer.finetune.complete").unwrap()
    };
    assert!(is_complete(&all()));
    let mut stale = all();
    stale[0].state = State::Stale {
        changes: Vec::new(),
    };
    assert!(!is_complete(&stale));
    let mut unvalidated = all();
    trained_mut(&mut unvalidated[0]).epochs[39].validation = None;
    assert!(!is_complete(&unvalidated));
    // One rate leaves nothing to choose.
    let one_rate = &all()[..2];
    assert!(!is_complete(one_rate));
}

/// What is known of the lead of fine-tuning at 0.1 with these test accuracies, by seed, over 0.01
/// with those.
fn lead_of(first: &[(u64, f64)], second: &[(u64, f64)]) -> Catalogue {
    let runs = |rate: f64, validation: f64, tests: &[(u64, f64)]| {
        let of = |(seed, test): &(u64, f64)| run("finetune", rate, *seed, validation, *test);
        tests.iter().map(of).collect::<Vec<_>>()
    };
    catalogue(&[runs(0.1, 0.8, first), runs(0.01, 0.7, second)].concat())
}

/// Which flags of the lead hold, and on how many seeds it rests.
fn check_lead(catalogue: &Catalogue, expect: &str, seeds: f64) {
    let flags = ["has_interval", "in_every_seed", "supported"];
    let of = |leaf: &&str| flag(catalogue, &format!("transfer.finetune.best.{leaf}")).unwrap();
    let found: Vec<_> = flags.into_iter().filter(of).collect();
    assert_eq!(found.join(" "), expect);
    assert_eq!(value(catalogue, "transfer.finetune.best.seeds"), seeds);
}

fn lead_interval(catalogue: &Catalogue) -> Option<(f64, f64)> {
    let lead = catalogue.quantity("transfer.finetune.best.lead").unwrap();
    lead.interval
}

/// The differences are 0.028, 0.034 and 0.034; scipy.stats.t.interval(0.95, 2, mean, sem) gives
/// 0.023395 to 0.040605.
#[test]
fn the_interval_of_a_lead_is_students_over_the_seeds() {
    let lead = lead_of(
        &[(1, 0.692), (2, 0.701), (3, 0.702)],
        &[(3, 0.668), (1, 0.664), (2, 0.667)],
    );
    let (low, high) = lead_interval(&lead).unwrap();
    assert!((low - 0.023_395).abs() < 1e-6, "{low}");
    assert!((high - 0.040_605).abs() < 1e-6, "{high}");
    check_lead(&lead, "has_interval in_every_seed supported", 3.0);
}

/// With one degree of freedom t is 12.706: 0.02 ± 0.127.
#[test]
fn support_needs_the_interval_and_every_seed() {
    let few = lead_of(&[(1, 0.80), (2, 0.82)], &[(1, 0.79), (2, 0.79)]);
    let (low, high) = lead_interval(&few).unwrap();
    assert!((low + 0.107_062).abs() < 1e-6 && (high - 0.147_062).abs() < 1e-6);
    check_lead(&few, "has_interval in_every_seed", 2.0);
    let turned = lead_of(&[(1, 0.69), (2, 0.69)], &[(1, 0.78), (2, 0.78)]);
    check_lead(&turned, "has_interval", 2.0);
    // Seven seeds with 10 points and one with −0.1: the interval is 5.8 to 11.6 points.
    let first: Vec<_> = (1..=7)
        .map(|seed| (seed, 0.80))
        .chain([(8, 0.699)])
        .collect();
    let second: Vec<_> = (1..=8).map(|seed| (seed, 0.70)).collect();
    let mixed = lead_of(&first, &second);
    assert!(lead_interval(&mixed).unwrap().0 > 0.05);
    check_lead(&mixed, "has_interval", 8.0);
}

#[test]
fn one_seed_or_seeds_without_partners_support_nothing() {
    let one = lead_of(&[(1, 0.80)], &[(1, 0.60)]);
    assert_eq!(lead_interval(&one), None);
    check_lead(&one, "in_every_seed", 1.0);
    let other_seeds = lead_of(&[(1, 0.80), (2, 0.80)], &[(1, 0.60), (3, 0.60)]);
    check_lead(&other_seeds, "", 0.0);
    let one_more = lead_of(&[(1, 0.80), (2, 0.80)], &[(1, 0.60), (2, 0.60), (3, 0.60)]);
    check_lead(&one_more, "", 0.0);
    let twice = lead_of(&[(1, 0.80), (1, 0.80)], &[(1, 0.60), (1, 0.60)]);
    check_lead(&twice, "", 0.0);
}

/// The test says the opposite of the validation, and of the two equals it prefers the larger rate.
#[test]
fn settings_are_chosen_by_validation_and_ties_go_to_the_smaller_rate() {
    let catalogue = catalogue(&[
        run("finetune", 0.1, 1, 0.80, 0.60),
        run("finetune", 0.01, 1, 0.70, 0.90),
        run("feature_extraction", 1.0, 1, 0.60, 0.70),
        run("feature_extraction", 0.1, 1, 0.60, 0.65),
    ]);
    for (name, expect) in [
        ("finetune.best.learning_rate", 0.1),
        ("finetune.best.lead", -0.3),
        ("feature_extraction.best.learning_rate", 0.1),
        ("feature_extraction.best.lead", -0.05),
        ("winner.test_accuracy", 0.65),
        ("difference", 0.05),
    ] {
        let found = value(&catalogue, &format!("transfer.{name}"));
        assert!((found - expect).abs() < 1e-12, "{name}: {found}");
    }
}

/// Epochs of 30 s, the first of 400 s, against 10 s.
#[test]
fn fine_tuning_costs_three_times_as_much() {
    let mut all = all();
    for run in all
        .iter_mut()
        .filter(|run| run.planned.experiment == "finetune")
    {
        let epochs = &mut trained_mut(run).epochs;
        epochs
            .iter_mut()
            .for_each(|epoch| epoch.train_seconds = 30.0);
        epochs[0].train_seconds = 400.0;
    }
    assert_eq!(value(&catalogue(&all), "transfer.cost_ratio"), 3.0);
}

#[test]
fn every_name_is_there_in_every_state() {
    let names = |change: fn(&mut RunFacts)| {
        let mut all = all();
        all.iter_mut().for_each(change);
        let catalogue = catalogue(&all);
        let names = catalogue.entries().map(|(name, _)| name.to_owned());
        names.collect::<Vec<_>>()
    };
    let expected = names(|_| {});
    assert!(expected.contains(&"transfer.same_rate.lr0_1.reversed".to_owned()));
    assert_eq!(names(|run| run.record = None), expected);
    assert_eq!(names(|run| trained_mut(run).epochs.clear()), expected);
    assert_eq!(names(|run| trained_mut(run).epochs.truncate(3)), expected);
    assert_eq!(names(|run| trained_mut(run).test = None), expected);
}
