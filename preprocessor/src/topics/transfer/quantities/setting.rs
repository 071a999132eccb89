//! The runs of one approach at one learning rate, and what is told of them.

use super::derived::DERIVED;
use crate::catalogue::{Catalogue, Entry, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity, Statistic};
use crate::statistics::binomial_interval::wilson_interval;
use crate::statistics::mean::mean_interval;
use crate::topics::training::recorded::trained;
use results::Trainable;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The training accuracy from which a run is said to fit its training images.
pub(super) const FITTED_FROM: f64 = 0.99;

/// The learning rate of a setting, the last part of its name.
const LEARNING_RATE: &str = "learning_rate";

/// How fast the validation accuracy rose before the first drop of the learning rate.
const SLOPE: &str = "validation_slope";

/// From the last epoch before that drop to the first after it.
const CHANGE: &str = "validation_change_at_drop";

/// The last part of a flag's name, and when it holds.
type SettingFlag = (&'static str, fn(&Setting) -> bool);

/// What a setting is or is not.
pub(super) const FLAGS: [SettingFlag; 5] = [
    ("measured", |setting| setting.is_measured()),
    ("fits_training", |setting| setting.fits_training()),
    ("rising_at_drop", |setting| setting.is_positive(SLOPE)),
    ("freezes_at_drop", |setting| setting.freezes_at_drop()),
    ("steps_at_drop", |setting| setting.is_positive(CHANGE)),
];

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
const TOLD: [Told; 18] = [
    told("train_loss", Unit::Nat, "final_train_loss", Statistic::MEAN),
    told("train_accuracy", Unit::One, "final_train_accuracy", Statistic::MEAN),
    told("least_train_accuracy", Unit::One, "final_train_accuracy", Statistic::SMALLEST),
    told("validation_loss", Unit::Nat, "final_validation_loss", Statistic::MEAN),
    told("validation_accuracy", Unit::One, "final_validation_accuracy", Statistic::MEAN),
    told("best_validation_accuracy", Unit::One, "best_validation_accuracy", Statistic::MEAN),
    told("test_accuracy", Unit::One, "test_accuracy", Statistic::MEAN),
    told("test_spread", Unit::One, "test_accuracy", Statistic::STANDARD_DEVIATION),
    told(SLOPE, Unit::One, SLOPE, Statistic::MEAN),
    told(CHANGE, Unit::One, CHANGE, Statistic::MEAN),
    told("validation_gain_after_drop", Unit::One, "validation_gain_after_drop", Statistic::MEAN),
    told("epochs_after_drop", Unit::Epoch, "epochs_after_drop", Statistic::MEAN),
    told("learning_rate_sum", Unit::One, "learning_rate_sum", Statistic::MEAN),
    told("train_images", Unit::Image, "train_images", Statistic::MEAN),
    told("epochs", Unit::Epoch, "epochs_done", Statistic::MEAN),
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
pub(super) fn leaves() -> impl Iterator<Item = (&'static str, Unit)> {
    let told = TOLD.iter().map(|told| (told.leaf, told.unit));
    let derived = DERIVED.iter().map(|derived| (derived.leaf, derived.unit));
    { std::iter::once((LEARNING_RATE, Unit::One)).chain(told) }.chain(derived)
}

/// The runs of one approach at one learning rate.
pub(super) struct Setting<'a> {
    /// What its names begin with, as `transfer.finetune.lr0_001`.
    pub(super) prefix: String,
    pub(super) approach: &'static str,
    pub(super) rate: f64,
    pub(super) runs: Vec<&'a RunFacts>,
    /// What is told of the setting, by the last part of its name.
    pub(super) told: BTreeMap<&'static str, Arc<Quantity>>,
    test_images: u64,
}

impl<'a> Setting<'a> {
    pub(super) fn new(
        catalogue: &Catalogue,
        experiment: &str,
        approach: &'static str,
        rate: f64,
        runs: Vec<&'a RunFacts>,
    ) -> Setting<'a> {
        let test = |run: &&RunFacts| Some(trained(run)?.test.as_ref()?.images);
        let mut setting = Setting {
            prefix: format!("transfer.{experiment}.{}", rate_name(rate)),
            approach,
            rate,
            told: BTreeMap::new(),
            test_images: runs.iter().filter_map(test).min().unwrap_or_default(),
            runs,
        };
        for told in &TOLD {
            setting
                .told
                .insert(told.leaf, setting.statistic(catalogue, told));
        }
        setting.add_intervals(catalogue);
        setting.told.insert(LEARNING_RATE, setting.learning_rate());
        for derived in &DERIVED {
            let name = setting.name(derived.leaf);
            let derived_quantity = (derived.make)(&setting, catalogue, name);
            setting.told.insert(derived.leaf, derived_quantity);
        }
        setting
    }

    /// The last part of what its names begin with.
    pub(super) fn rate_name(&self) -> String {
        rate_name(self.rate)
    }

    fn name(&self, leaf: &str) -> String {
        format!("{}.{leaf}", self.prefix)
    }

    /// The quantities of the runs with this last part of their names.
    pub(super) fn of_runs(&self, catalogue: &Catalogue, leaf: &str) -> Vec<Arc<Quantity>> {
        let of_run = |run: &&RunFacts| catalogue.known(&format!("{}.{leaf}", run.name()));
        self.runs.iter().filter_map(of_run).collect()
    }

    fn statistic(&self, catalogue: &Catalogue, told: &Told) -> Arc<Quantity> {
        let inputs = self.of_runs(catalogue, told.from);
        told.statistic
            .over("the runs’ seeds", inputs, self.name(told.leaf), told.unit)
    }

    fn learning_rate(&self) -> Arc<Quantity> {
        Quantity::exact(
            self.name(LEARNING_RATE),
            Unit::One,
            self.rate,
            "configuration.training.learning_rate.base of the planned runs",
        )
    }

    /// Gives the test accuracy Wilson's interval, and what happened around the first drop Student's
    /// over the seeds.
    fn add_intervals(&mut self, catalogue: &Catalogue) {
        let test = self.test().clone();
        if let Some(value) = test.known().filter(|_| self.test_images > 0) {
            let (low, high) = wilson_interval(value, self.test_images);
            self.told
                .insert("test_accuracy", test.with_interval(low, high));
        }
        for leaf in [SLOPE, CHANGE] {
            let of_runs = self.of_runs(catalogue, leaf);
            let values: Option<Vec<f64>> = of_runs.iter().map(|it| it.known()).collect();
            if let Some(interval) = values.and_then(|values| mean_interval(&values)) {
                let mean = self.told[leaf].clone();
                let mean = mean.with_interval(interval.low, interval.high);
                self.told.insert(leaf, mean);
            }
        }
    }

    /// Adds all that is told of the setting by itself.
    pub(super) fn add(&self, catalogue: &mut Catalogue) {
        for quantity in self.told.values() {
            catalogue.add(quantity.clone());
        }
        for (flag, holds) in FLAGS {
            catalogue.insert(self.name(flag), Entry::Flag(holds(self)));
        }
    }

    /// Whether every run fits its training images.
    fn fits_training(&self) -> bool {
        let least = self.told["least_train_accuracy"].known();
        least.is_some_and(|least| least >= FITTED_FROM)
    }

    /// Whether it was rising before the first drop, and the epochs after that brought less than half
    /// of what they would have brought at that pace.
    fn freezes_at_drop(&self) -> bool {
        let [gain, after] =
            ["epochs_of_gain", "epochs_after_drop"].map(|leaf| self.told[leaf].known());
        let slows = gain
            .zip(after)
            .is_some_and(|(gain, after)| gain < after / 2.0);
        self.is_positive(SLOPE) && slows
    }

    /// Whether the interval of this mean over the seeds lies above zero.
    fn is_positive(&self, leaf: &str) -> bool {
        let interval = self.told[leaf].interval;
        interval.is_some_and(|(low, _)| low > 0.0)
    }

    /// Whether every run is measured and says how it did on validation and test images.
    pub(super) fn is_measured(&self) -> bool {
        let accuracies = ["validation_accuracy", "test_accuracy"];
        self.test_images > 0
            && self.runs.iter().all(|run| run.is_measured())
            && accuracies.iter().all(|leaf| self.told[leaf].value.is_ok())
    }

    pub(super) fn validation(&self) -> f64 {
        self.told["validation_accuracy"].known().unwrap_or_default()
    }

    pub(super) fn test(&self) -> &Arc<Quantity> {
        &self.told["test_accuracy"]
    }

    /// What is told of the setting under `leaf`, written as `symbol`.
    pub(super) fn formula(&self, symbol: &str, leaf: &str) -> Formula {
        Formula::of(symbol, &self.told[leaf])
    }

    /// The layers that its runs train.
    pub(super) fn trainable(&self) -> Option<Trainable> {
        let configuration = &self.runs.first()?.planned.configuration;
        Some(configuration.as_training()?.training.trainable)
    }
}

/// A learning rate as names write it: 0.001 is `lr0_001`.
fn rate_name(rate: f64) -> String {
    format!("lr{rate}").replace('.', "_")
}
