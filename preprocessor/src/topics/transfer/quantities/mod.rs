//! Which learning rate and which approach are best, and whether the test supports it.
//!
//! Runs that differ in the seed alone are one setting, and its accuracies are means over the
//! seeds. The setting is chosen by its accuracy on the validation images, the test only reports:
//! choosing by the test would bias the accuracy that is reported. A lead is supported where the
//! interval for the choice of test images excludes zero and the lead is there in every seed.

mod ranking;

use crate::catalogue::{Catalogue, Entry, Members, RunFacts};
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use crate::statistics::binomial_interval::wilson_interval;
use crate::topics::optimus::quantities::prediction::mean;
use ranking::Approach;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The experiments that are compared, by the names that templates and readers see.
const APPROACHES: [(&str, &str); 2] = [
    ("finetune", "fine-tuning"),
    ("feature_extraction", "feature extraction"),
];

/// The learning rate of a setting, the last part of its name.
const LEARNING_RATE: &str = "learning_rate";

/// What is told of a setting beside its learning rate: a number over its runs.
struct Told {
    /// The last part of the name.
    leaf: &'static str,
    unit: Unit,
    /// The quantity of each run that it is computed from.
    from: &'static str,
    function: &'static str,
    compute: fn(&[f64]) -> f64,
}

const TOLD: [Told; 8] = [
    mean_of("train_loss", Unit::Nat, "final_train_loss"),
    mean_of(
        "validation_accuracy",
        Unit::One,
        "final_validation_accuracy",
    ),
    mean_of(
        "best_validation_accuracy",
        Unit::One,
        "best_validation_accuracy",
    ),
    mean_of("test_accuracy", Unit::One, "test_accuracy"),
    Told {
        leaf: "test_spread",
        unit: Unit::One,
        from: "test_accuracy",
        function: "standard deviation over the runs' seeds",
        compute: standard_deviation,
    },
    mean_of("training_time", Unit::Second, "training_time"),
    mean_of("epoch_time", Unit::Second, "epoch_time"),
    Told {
        leaf: "runs_at_once",
        unit: Unit::One,
        from: "runs_at_once",
        function: "largest over the runs' seeds",
        compute: |values| values.iter().copied().fold(1.0, f64::max),
    },
];

const fn mean_of(leaf: &'static str, unit: Unit, from: &'static str) -> Told {
    Told {
        leaf,
        unit,
        from,
        function: "mean over the runs' seeds",
        compute: mean,
    }
}

/// Everything that is told of a setting, by the last part of its name, with its unit.
fn leaves() -> impl Iterator<Item = (&'static str, Unit)> {
    let told = TOLD.iter().map(|told| (told.leaf, told.unit));
    std::iter::once((LEARNING_RATE, Unit::One)).chain(told)
}

/// The runs of one approach at one learning rate.
struct Setting<'a> {
    /// What its names begin with, as `transfer.finetune.lr0_001`.
    prefix: String,
    approach: &'static str,
    rate: f64,
    runs: Vec<&'a RunFacts>,
    /// What is told of the setting, by the last part of its name.
    told: BTreeMap<&'static str, Arc<Quantity>>,
    test_images: u64,
}

pub(crate) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    let approaches = APPROACHES.map(|(experiment, approach)| {
        let members = Members::Planned(format!("learning rate of a run of `{experiment}`"));
        catalogue.add_group(format!("transfer.{experiment}"), members);
        let is_of_approach = |run: &&RunFacts| run.planned.experiment == experiment;
        let runs: Vec<_> = runs.iter().filter(is_of_approach).collect();
        let settings = settings(catalogue, experiment, approach, &runs);
        for setting in &settings {
            let measured = Entry::Flag(setting.is_measured());
            catalogue.insert(format!("{}.measured", setting.prefix), measured);
            setting
                .told
                .values()
                .cloned()
                .for_each(|it| catalogue.add(it));
        }
        let of_run = |run: &&RunFacts| catalogue.known(&format!("{}.test_accuracy", run.name()));
        Approach::new(
            experiment,
            runs.iter().filter_map(of_run).collect(),
            settings,
        )
    });
    ranking::add(catalogue, &approaches);
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
        let told = { TOLD.iter() }
            .map(|told| (told.leaf, told.over(&runs, &prefix, catalogue)))
            .collect();
        let test = |run: &&RunFacts| Some(run.record.as_ref()?.1.test?.images);
        let mut setting = Setting {
            approach,
            rate,
            told,
            test_images: runs.iter().filter_map(test).min().unwrap_or_default(),
            runs,
            prefix,
        };
        setting.add_interval();
        setting.told.insert(
            LEARNING_RATE,
            Quantity::exact(
                format!("{}.{LEARNING_RATE}", setting.prefix),
                Unit::One,
                rate,
                "configuration.training.learning_rate.base of the planned runs",
            ),
        );
        setting
    }

    /// Gives the test accuracy Wilson's interval.
    fn add_interval(&mut self) {
        let test = self.test().clone();
        if let Some(value) = test.value.filter(|_| self.test_images > 0) {
            let (low, high) = wilson_interval(value, self.test_images);
            self.told
                .insert("test_accuracy", test.with_interval(low, high));
        }
    }

    /// Whether every run is measured and says how it did on validation and test images.
    fn is_measured(&self) -> bool {
        let accuracies = ["validation_accuracy", "test_accuracy"];
        self.test_images > 0
            && self.runs.iter().all(|run| run.is_measured())
            && accuracies
                .iter()
                .all(|leaf| self.told[leaf].value.is_some())
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

impl Told {
    fn over(&self, runs: &[&RunFacts], prefix: &str, catalogue: &Catalogue) -> Arc<Quantity> {
        let of_run = |run: &&RunFacts| catalogue.known(&format!("{}.{}", run.name(), self.from));
        let inputs: Vec<_> = runs.iter().filter_map(of_run).collect();
        let values: Option<Vec<f64>> = inputs.iter().map(|input| input.value).collect();
        let value = values.filter(|values| !values.is_empty());
        Quantity::derived_value(
            format!("{prefix}.{}", self.leaf),
            self.unit,
            self.function,
            inputs,
            value.map(|values| (self.compute)(&values)),
        )
    }
}

/// Of a sample; zero for one value.
fn standard_deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len().max(2) - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests;
