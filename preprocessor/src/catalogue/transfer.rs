//! Which of several training runs is best, and whether the test supports it.
//!
//! The run is chosen by its accuracy on the validation images, the test only reports: choosing by
//! the test would bias the accuracy that is reported.

use super::{Catalogue, Entry, RunFacts};
use crate::analysis::proportions::difference_interval;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use std::sync::Arc;

/// The experiments that are compared, by the names that templates and readers see.
const APPROACHES: [(&str, &str, &str); 2] = [
    ("finetune", "finetune", "fine-tuning"),
    (
        "feature_extraction",
        "feature_extraction",
        "feature extraction",
    ),
];

/// A measured run as a candidate.
struct Candidate {
    approach: &'static str,
    learning_rate: Arc<Quantity>,
    validation: f64,
    test: Arc<Quantity>,
    test_images: u64,
    training_time: Arc<Quantity>,
    epoch_time: Arc<Quantity>,
}

pub(super) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    let mut best_of_each = Vec::new();
    let mut all_complete = true;
    for (name, experiment, approach) in APPROACHES {
        let of_experiment: Vec<_> = runs
            .iter()
            .filter(|run| run.planned.experiment == experiment)
            .collect();
        let complete =
            !of_experiment.is_empty() && of_experiment.iter().all(|run| run.is_measured());
        all_complete &= complete;
        catalogue.insert(format!("transfer.{name}.complete"), Entry::Flag(complete));
        let mut candidates: Vec<_> = of_experiment
            .iter()
            .filter_map(|run| candidate(catalogue, run, approach))
            .collect();
        // Ties go to the smaller rate; the order of the plan decides nothing.
        candidates.sort_by(|a, b| {
            b.validation.total_cmp(&a.validation).then(
                a.learning_rate
                    .value
                    .partial_cmp(&b.learning_rate.value)
                    .expect("finite"),
            )
        });
        if complete && candidates.len() > 1 {
            let prefix = format!("transfer.{name}.best");
            let (best, second) = (&candidates[0], &candidates[1]);
            add_candidate(catalogue, &prefix, best);
            let difference = difference(&format!("{prefix}.lead"), best, second);
            catalogue.insert(
                format!("{prefix}.supported"),
                Entry::Flag(excludes_zero(&difference)),
            );
            catalogue.add(difference);
            best_of_each.push(candidates.swap_remove(0));
        }
    }
    let complete = all_complete && best_of_each.len() == APPROACHES.len();
    catalogue.insert("transfer.complete", Entry::Flag(complete));
    if let ([finetune, extraction], true) = (&best_of_each[..], complete) {
        catalogue.add(cost_ratio(finetune, extraction));
        add_winner(catalogue, best_of_each);
    }
}

fn candidate(catalogue: &Catalogue, run: &RunFacts, approach: &'static str) -> Option<Candidate> {
    let (_, record) = run.record.as_ref().filter(|_| run.is_measured())?;
    let rate = record.configuration.training.as_ref()?.learning_rate.base;
    let known = |leaf: &str| catalogue.known(&format!("{}.{leaf}", run.name()));
    Some(Candidate {
        approach,
        learning_rate: run.measured(
            "learning_rate",
            Unit::One,
            "configuration.training.learning_rate.base",
            Some(rate),
        ),
        validation: known("final_validation_accuracy")?.value?,
        test: known("test_accuracy")?,
        test_images: record.test?.images,
        training_time: known("training_time")?,
        epoch_time: known("epoch_time")?,
    })
}

fn add_candidate(catalogue: &mut Catalogue, prefix: &str, candidate: &Candidate) {
    let fields = [
        ("learning_rate", &candidate.learning_rate),
        ("test_accuracy", &candidate.test),
        ("training_time", &candidate.training_time),
        ("epoch_time", &candidate.epoch_time),
    ];
    for (leaf, of) in fields {
        let mut chosen = Quantity::derived(
            format!("{prefix}.{leaf}"),
            of.unit,
            "of the run with the highest final validation accuracy",
            [of],
            |[value]| value,
        );
        if let Some((low, high)) = of.interval {
            chosen = chosen.with_interval(low, high);
        }
        catalogue.add(chosen);
    }
    let approach = Entry::Text(candidate.approach.to_owned());
    catalogue.insert(format!("{prefix}.approach"), approach);
}

/// The better of the two approaches' best runs, by test accuracy.
fn add_winner(catalogue: &mut Catalogue, mut best: Vec<Candidate>) {
    best.sort_by(|a, b| {
        b.test
            .value
            .partial_cmp(&a.test.value)
            .expect("accuracies are finite")
    });
    add_candidate(catalogue, "transfer.winner", &best[0]);
    add_candidate(catalogue, "transfer.loser", &best[1]);
    let difference = difference("transfer.difference", &best[0], &best[1]);
    catalogue.insert(
        "transfer.supported",
        Entry::Flag(excludes_zero(&difference)),
    );
    catalogue.add(difference);
}

/// How many times as long an epoch of fine-tuning takes.
fn cost_ratio(finetune: &Candidate, extraction: &Candidate) -> Arc<Quantity> {
    Quantity::derived(
        "transfer.cost_ratio",
        Unit::One,
        "ratio of the median times of an epoch",
        [&finetune.epoch_time, &extraction.epoch_time],
        |[finetune, extraction]| finetune / extraction,
    )
}

fn difference(name: &str, first: &Candidate, second: &Candidate) -> Arc<Quantity> {
    let share = |of: &Candidate| (of.test.value.unwrap_or_default(), of.test_images);
    let (low, high) = difference_interval(share(first), share(second));
    Quantity::derived(
        name,
        Unit::One,
        "analysis::proportions::difference_interval",
        [&first.test, &second.test],
        |[first, second]| first - second,
    )
    .with_interval(low, high)
}

fn excludes_zero(difference: &Quantity) -> bool {
    difference
        .interval
        .is_some_and(|(low, high)| low > 0.0 || high < 0.0)
}
