//! Which learning rate and which approach are best, and whether the test supports it.
//!
//! Runs that differ in the seed alone are one setting, and its accuracies are means over the
//! seeds. The setting is chosen by its accuracy on the validation images, the test only reports:
//! choosing by the test would bias the accuracy that is reported. A lead is supported where the
//! interval of its differences by seed excludes zero and the lead is there in every seed.

mod lead;
mod ranking;

use crate::catalogue::{Catalogue, Entry, Members, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Quantity, Statistic};
use crate::statistics::binomial_interval::wilson_interval;
use ranking::{Approach, Choice};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The experiments that are compared, by the names that templates and readers see.
const APPROACHES: [(&str, &str); 2] = [
    ("finetune", "fine-tuning"),
    ("feature_extraction", "feature extraction"),
];

/// The learning rate of a setting, the last part of its name.
const LEARNING_RATE: &str = "learning_rate";

/// What is told of a setting beside its learning rate: a statistic of its runs.
struct Told {
    /// The last part of the name.
    leaf: &'static str,
    unit: Unit,
    /// The quantity of each run that it is computed from.
    from: &'static str,
    statistic: Statistic,
}

#[rustfmt::skip]
const TOLD: [Told; 8] = [
    told("train_loss", Unit::Nat, "final_train_loss", Statistic::MEAN),
    told("validation_accuracy", Unit::One, "final_validation_accuracy", Statistic::MEAN),
    told("best_validation_accuracy", Unit::One, "best_validation_accuracy", Statistic::MEAN),
    told("test_accuracy", Unit::One, "test_accuracy", Statistic::MEAN),
    told("test_spread", Unit::One, "test_accuracy", Statistic::STANDARD_DEVIATION),
    told("training_time", Unit::Second, "training_time", Statistic::MEAN),
    told("epoch_time", Unit::Second, "epoch_time", Statistic::MEAN),
    told("runs_at_once", Unit::One, "runs_at_once", Statistic::LARGEST),
];

const fn told(leaf: &'static str, unit: Unit, from: &'static str, statistic: Statistic) -> Told {
    Told {
        leaf,
        unit,
        from,
        statistic,
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
        if let Some(value) = test.known().filter(|_| self.test_images > 0) {
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
            && accuracies.iter().all(|leaf| self.told[leaf].value.is_ok())
    }

    fn validation(&self) -> f64 {
        self.told["validation_accuracy"].known().unwrap_or_default()
    }

    fn test(&self) -> &Arc<Quantity> {
        &self.told["test_accuracy"]
    }
}

impl Told {
    fn over(&self, runs: &[&RunFacts], prefix: &str, catalogue: &Catalogue) -> Arc<Quantity> {
        let of_run = |run: &&RunFacts| catalogue.known(&format!("{}.{}", run.name(), self.from));
        let inputs = runs.iter().filter_map(of_run).collect();
        let name = format!("{prefix}.{}", self.leaf);
        self.statistic
            .over("the runs' seeds", inputs, name, self.unit)
    }
}

#[cfg(test)]
mod tests;
