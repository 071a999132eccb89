//! Which learning rate and which approach are best, and whether the test supports it.
//!
//! Runs that differ in the seed alone are one setting, and its accuracies are means over the
//! seeds. The setting is chosen by its accuracy on the validation images, the test only reports:
//! choosing by the test would bias the accuracy that is reported. A lead is supported where the
//! interval of its differences by seed excludes zero and the lead is there in every seed.

mod beside;
mod budget;
mod by_seed;
mod derived;
mod lead;
mod losses;
mod ranking;
mod setting;

use crate::catalogue::{Catalogue, Entry, Members, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Quantity, Statistic};
use ranking::Approach;
use setting::Setting;
use std::sync::Arc;

/// The experiments that are compared, by the names that templates and readers see.
pub(super) const APPROACHES: [(&str, &str); 2] = [
    ("finetune", "fine-tuning"),
    ("feature_extraction", "feature extraction"),
];

pub(crate) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    let approaches = APPROACHES.map(|(experiment, words)| {
        let is_of_approach = |run: &&RunFacts| run.planned.experiment == experiment;
        let runs = runs.iter().filter(is_of_approach).collect();
        approach(catalogue, experiment, words, runs)
    });
    for (name, value, definition) in THRESHOLDS {
        catalogue.add(Quantity::exact(name, Unit::One, value, definition));
    }
    let settings = approaches.iter().flat_map(|approach| &approach.settings);
    add_gaps(catalogue, &settings.collect::<Vec<_>>());
    ranking::add(catalogue, &approaches);
    let [_, extraction] = &approaches;
    beside::add(catalogue, runs, extraction.best().map(|best| best.rate));
}

/// The settings of one experiment, with all that is told of them one by one.
fn approach<'a>(
    catalogue: &mut Catalogue,
    experiment: &'static str,
    words: &'static str,
    runs: Vec<&'a RunFacts>,
) -> Approach<'a> {
    let members = Members::Planned(format!("learning rate of a run of `{experiment}`"));
    catalogue.add_group(format!("transfer.{experiment}"), members);
    let settings = settings(catalogue, experiment, words, &runs);
    for setting in &settings {
        setting.add(catalogue);
    }
    budget::add(catalogue, &settings);
    let of_run = |run: &&RunFacts| catalogue.known(&format!("{}.test_accuracy", run.name()));
    let accuracies = runs.iter().filter_map(of_run).collect();
    let approach = Approach::new(experiment, accuracies, settings);
    losses::add(catalogue, &approach);
    approach
}

/// What texts say with words for a number.
const THRESHOLDS: [(&str, f64, &str); 2] = [
    (
        "transfer.fitted_from",
        setting::FITTED_FROM,
        "training accuracy from which a run is said to fit its training images",
    ),
    (
        "transfer.alike",
        budget::ALIKE,
        "losses at the same sum of learning rates that differ by less are called alike",
    ),
];

/// How far the test lies below the validation, at least and at most.
fn add_gaps(catalogue: &mut Catalogue, settings: &[&Setting]) {
    let gaps: Vec<_> = { settings.iter() }
        .map(|setting| setting.told["validation_minus_test"].clone())
        .collect();
    let positive = |gap: &Arc<Quantity>| gap.known().is_some_and(|gap| gap > 0.0);
    let below = !gaps.is_empty() && gaps.iter().all(positive);
    catalogue.insert("transfer.test_is_below_validation", Entry::Flag(below));
    for (name, statistic) in [
        ("transfer.smallest_gap", Statistic::SMALLEST),
        ("transfer.largest_gap", Statistic::LARGEST),
    ] {
        catalogue.add(statistic.over("the settings", gaps.clone(), name, Unit::One));
    }
}

/// The settings of an approach, by learning rate.
fn settings<'a>(
    catalogue: &Catalogue,
    experiment: &str,
    approach: &'static str,
    runs: &[&'a RunFacts],
) -> Vec<Setting<'a>> {
    let mut by_rate: Vec<(f64, Vec<&RunFacts>)> = Vec::new();
    for &run in runs {
        let Some(configuration) = run.planned.configuration.as_training() else {
            continue;
        };
        let rate = configuration.training.learning_rate.base;
        match by_rate.iter_mut().find(|(known, _)| *known == rate) {
            Some((_, runs)) => runs.push(run),
            None => by_rate.push((rate, vec![run])),
        }
    }
    by_rate.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let setting = |(rate, runs): (f64, Vec<&'a RunFacts>)| {
        Setting::new(catalogue, experiment, approach, rate, runs)
    };
    by_rate.into_iter().map(setting).collect()
}

#[cfg(test)]
mod tests;
