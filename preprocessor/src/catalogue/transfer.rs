//! Which learning rate and which approach are best, and whether the test supports it.
//!
//! Runs that differ in the seed alone are one setting, and its accuracies are means over the
//! seeds. The setting is chosen by its accuracy on the validation images, the test only reports:
//! choosing by the test would bias the accuracy that is reported. A lead is supported where the
//! interval for the choice of test images excludes zero and the lead is there in every seed.

use super::prediction::mean;
use super::{Catalogue, Entry, RunFacts};
use crate::analysis::binomial_interval::wilson_interval;
use crate::analysis::proportions::difference_interval;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The experiments that are compared, by the names that templates and readers see.
const APPROACHES: [(&str, &str); 2] = [
    ("finetune", "fine-tuning"),
    ("feature_extraction", "feature extraction"),
];

/// The runs of one approach at one learning rate.
struct Setting<'a> {
    approach: &'static str,
    rate: f64,
    runs: Vec<&'a RunFacts>,
    /// What is told of the setting, by the last part of its name.
    told: BTreeMap<&'static str, Arc<Quantity>>,
    test_images: u64,
}

pub(super) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    let mut best_of_each = Vec::new();
    let mut all_complete = true;
    for (experiment, approach) in APPROACHES {
        let of_experiment: Vec<_> = runs
            .iter()
            .filter(|run| run.planned.experiment == experiment)
            .collect();
        let complete =
            !of_experiment.is_empty() && of_experiment.iter().all(|run| run.is_measured());
        all_complete &= complete;
        catalogue.insert(
            format!("transfer.{experiment}.complete"),
            Entry::Flag(complete),
        );
        let mut settings = settings(catalogue, experiment, approach, of_experiment);
        for quantity in settings.iter().flat_map(|setting| setting.told.values()) {
            catalogue.add(Arc::clone(quantity));
        }
        if complete && settings.len() > 1 {
            add_best(catalogue, experiment, &mut settings);
            best_of_each.push(settings.swap_remove(0));
        }
    }
    let complete = all_complete && best_of_each.len() == APPROACHES.len();
    catalogue.insert("transfer.complete", Entry::Flag(complete));
    if let ([finetune, extraction], true) = (&best_of_each[..], complete) {
        catalogue.add(cost_ratio(finetune, extraction));
        add_winner(catalogue, best_of_each);
    }
}

/// The settings of an approach, by learning rate.
fn settings<'a>(
    catalogue: &Catalogue,
    experiment: &str,
    approach: &'static str,
    runs: Vec<&'a RunFacts>,
) -> Vec<Setting<'a>> {
    let mut by_rate: Vec<(f64, Vec<&RunFacts>)> = Vec::new();
    for run in runs {
        let Some(training) = &run.planned.configuration.training else {
            continue;
        };
        let rate = training.learning_rate.base;
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

impl<'a> Setting<'a> {
    fn new(
        catalogue: &Catalogue,
        experiment: &str,
        approach: &'static str,
        rate: f64,
        runs: Vec<&'a RunFacts>,
    ) -> Setting<'a> {
        let rate_name = format!("lr{rate}").replace('.', "_");
        let prefix = format!("transfer.{experiment}.{rate_name}");
        let of_runs = |leaf: &str| -> Vec<Arc<Quantity>> {
            runs.iter()
                .filter_map(|run| catalogue.known(&format!("{}.{leaf}", run.name())))
                .collect()
        };
        let over_runs = |leaf: &str, from: &str, function: &str, compute: fn(&[f64]) -> f64| {
            let inputs = of_runs(from);
            let unit = inputs.first().map_or(Unit::One, |input| input.unit);
            let values: Option<Vec<f64>> = inputs.iter().map(|input| input.value).collect();
            let value = values.filter(|v| !v.is_empty()).map(|v| compute(&v));
            Quantity::derived_value(format!("{prefix}.{leaf}"), unit, function, inputs, value)
        };
        let mean_of =
            |leaf: &str, from: &str| over_runs(leaf, from, "mean over the runs' seeds", mean);
        let test_images = runs
            .iter()
            .filter_map(|run| run.record.as_ref()?.1.test)
            .map(|test| test.images)
            .min()
            .unwrap_or_default();
        let test = mean_of("test_accuracy", "test_accuracy");
        let test = match test.value.filter(|_| test_images > 0) {
            Some(value) => {
                let (low, high) = wilson_interval(value, test_images);
                test.with_interval(low, high)
            }
            None => test,
        };
        let learning_rate = Quantity::exact(
            format!("{prefix}.learning_rate"),
            Unit::One,
            rate,
            "configuration.training.learning_rate.base of the planned runs",
        );
        let told = [
            ("learning_rate", learning_rate),
            ("train_loss", mean_of("train_loss", "final_train_loss")),
            (
                "validation_accuracy",
                mean_of("validation_accuracy", "final_validation_accuracy"),
            ),
            (
                "best_validation_accuracy",
                mean_of("best_validation_accuracy", "best_validation_accuracy"),
            ),
            ("test_accuracy", test),
            (
                "test_spread",
                over_runs(
                    "test_spread",
                    "test_accuracy",
                    "standard deviation over the runs' seeds",
                    standard_deviation,
                ),
            ),
            ("training_time", mean_of("training_time", "training_time")),
            ("epoch_time", mean_of("epoch_time", "epoch_time")),
            (
                "runs_at_once",
                over_runs(
                    "runs_at_once",
                    "runs_at_once",
                    "largest over the runs' seeds",
                    |values| values.iter().copied().fold(1.0, f64::max),
                ),
            ),
        ];
        Setting {
            approach,
            rate,
            told: BTreeMap::from(told),
            test_images,
            runs,
        }
    }

    fn validation(&self) -> f64 {
        self.told["validation_accuracy"].value.unwrap_or_default()
    }

    fn test(&self) -> &Arc<Quantity> {
        &self.told["test_accuracy"]
    }

    /// Test accuracies by seed.
    fn by_seed(&self) -> BTreeMap<u64, f64> {
        let of = |run: &&RunFacts| {
            let (_, record) = run.record.as_ref()?;
            Some((run.planned.configuration.seed, record.test?.accuracy))
        };
        self.runs.iter().filter_map(of).collect()
    }
}

/// Puts the best setting first, and tells of it and its lead.
fn add_best(catalogue: &mut Catalogue, experiment: &str, settings: &mut [Setting]) {
    let largest = settings
        .iter()
        .map(|setting| setting.rate)
        .fold(0.0, f64::max);
    // They are sorted by rate: ties go to the smaller one.
    settings.sort_by(|a, b| b.validation().total_cmp(&a.validation()));
    let (best, second) = (&settings[0], &settings[1]);
    let prefix = format!("transfer.{experiment}.best");
    add_chosen(
        catalogue,
        &prefix,
        best,
        "of the setting with the highest final validation accuracy",
    );
    let is_largest = Entry::Flag(best.rate == largest);
    catalogue.insert(format!("{prefix}.is_largest_rate"), is_largest);
    add_lead(catalogue, &prefix, "lead", best, second);
}

/// The better of the two approaches' best settings, by test accuracy.
fn add_winner(catalogue: &mut Catalogue, mut best: Vec<Setting>) {
    best.sort_by(|a, b| {
        let accuracy = |setting: &Setting| setting.test().value.unwrap_or_default();
        accuracy(b).total_cmp(&accuracy(a))
    });
    for (name, setting) in ["transfer.winner", "transfer.loser"].into_iter().zip(&best) {
        let function = "of the approach with this rank in test accuracy";
        add_chosen(catalogue, name, setting, function);
        let approach = Entry::Text(setting.approach.to_owned());
        catalogue.insert(format!("{name}.approach"), approach);
    }
    add_lead(catalogue, "transfer", "difference", &best[0], &best[1]);
}

/// All that is told of a setting under `prefix` too.
fn add_chosen(catalogue: &mut Catalogue, prefix: &str, setting: &Setting, function: &str) {
    for (leaf, of) in &setting.told {
        let mut chosen = Quantity::derived(
            format!("{prefix}.{leaf}"),
            of.unit,
            function,
            [of],
            |[value]| value,
        );
        if let Some((low, high)) = of.interval {
            chosen = chosen.with_interval(low, high);
        }
        catalogue.add(chosen);
    }
}

/// The difference of two test accuracies, and whether the runs support its sign.
fn add_lead(
    catalogue: &mut Catalogue,
    prefix: &str,
    difference: &str,
    first: &Setting,
    second: &Setting,
) {
    let share = |of: &Setting| (of.test().value.unwrap_or_default(), of.test_images);
    let (low, high) = difference_interval(share(first), share(second));
    let lead = Quantity::derived(
        format!("{prefix}.{difference}"),
        Unit::One,
        "analysis::proportions::difference_interval",
        [first.test(), second.test()],
        |[first, second]| first - second,
    );
    catalogue.add(lead.with_interval(low, high));
    let others = second.by_seed();
    let in_every_seed = first
        .by_seed()
        .iter()
        .all(|(seed, accuracy)| others.get(seed).is_none_or(|other| accuracy > other));
    let flags = [
        ("supported", low > 0.0 && in_every_seed),
        ("in_every_seed", in_every_seed),
    ];
    for (flag, holds) in flags {
        catalogue.insert(format!("{prefix}.{flag}"), Entry::Flag(holds));
    }
}

/// How many times as long an epoch of fine-tuning takes.
fn cost_ratio(finetune: &Setting, extraction: &Setting) -> Arc<Quantity> {
    Quantity::derived(
        "transfer.cost_ratio",
        Unit::One,
        "ratio of the median times of an epoch",
        [&finetune.told["epoch_time"], &extraction.told["epoch_time"]],
        |[finetune, extraction]| finetune / extraction,
    )
}

/// Of a sample; zero for one value.
fn standard_deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len().max(2) - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::runs;
    use super::super::synthetic_runs::SyntheticRun;
    use super::*;
    use results::{Arithmetic, Evaluation, TestResult};

    /// A complete run with these accuracies on 1,000 images each.
    fn run(experiment: &str, rate: f64, seed: u64, validation: f64, test: f64) -> RunFacts {
        let mut run =
            SyntheticRun::new(("resnet50", 50), Arithmetic::Bf16, "Example GPU").complete();
        run.id = format!("{experiment}-lr{rate}-{seed}");
        run.planned.experiment = experiment.to_owned();
        run.planned.configuration.seed = seed;
        let training = run.planned.configuration.training.as_mut();
        training.expect("it trains").learning_rate.base = rate;
        let (_, record) = run.record.as_mut().expect("it is complete");
        let record = Arc::make_mut(record);
        record.epochs.last_mut().expect("epochs").validation = Some(Evaluation {
            loss: 1.0,
            accuracy: validation,
        });
        record.test = Some(TestResult {
            loss: 1.0,
            accuracy: test,
            images: 1000,
        });
        run
    }

    fn catalogue(all: &[RunFacts]) -> Catalogue {
        let mut catalogue = Catalogue::default();
        runs::add(&mut catalogue, all);
        add(&mut catalogue, all);
        catalogue
    }

    fn value(catalogue: &Catalogue, name: &str) -> f64 {
        catalogue.quantity(name).unwrap().value.unwrap()
    }

    fn flag(catalogue: &Catalogue, name: &str) -> Option<bool> {
        let entry = catalogue.entries().find(|(known, _)| *known == name)?.1;
        match entry {
            Entry::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// Fine-tuning at 0.1 leads in two seeds of two, extraction at 1 in one of two.
    fn all() -> Vec<RunFacts> {
        vec![
            run("finetune", 0.1, 1, 0.80, 0.78),
            run("finetune", 0.1, 2, 0.82, 0.80),
            run("finetune", 0.01, 1, 0.70, 0.69),
            run("finetune", 0.01, 2, 0.71, 0.70),
            run("feature_extraction", 1.0, 1, 0.66, 0.60),
            run("feature_extraction", 1.0, 2, 0.66, 0.70),
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
        // The means are 6.5 points apart, more than chance among the images, but seed 1 says the opposite.
        let lead = catalogue
            .quantity("transfer.feature_extraction.best.lead")
            .unwrap();
        assert!(lead.interval.unwrap().0 > 0.0, "{lead:?}");
        assert_eq!(
            flag(&catalogue, "transfer.feature_extraction.best.supported"),
            Some(false)
        );
        assert_eq!(flag(&catalogue, "transfer.supported"), Some(true));
    }

    #[test]
    fn nothing_is_decided_while_a_run_is_missing() {
        let mut all = all();
        let missing =
            SyntheticRun::new(("resnet50", 50), Arithmetic::Bf16, "Example GPU").missing();
        all[3].state = missing.state;
        all[3].record = None;
        let catalogue = catalogue(&all);
        assert_eq!(flag(&catalogue, "transfer.complete"), Some(false));
        assert_eq!(flag(&catalogue, "transfer.finetune.best.supported"), None);
        let mean = catalogue
            .quantity("transfer.finetune.lr0_01.test_accuracy")
            .unwrap();
        assert_eq!(mean.value, None);
        assert_eq!(
            flag(&catalogue, "transfer.feature_extraction.complete"),
            Some(true)
        );
    }
}
