//! The best setting of each approach, and the better of the two.
//!
//! Every name is there in every state of the runs. While one of the runs is missing the quantities
//! have no value, the flags do not hold, and the texts say so.

use super::lead::Lead;
use super::{Setting, leaves};
use crate::catalogue::{ABSENT, Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use std::sync::Arc;

/// The settings of one experiment.
pub(crate) struct Approach<'a> {
    experiment: &'static str,
    /// The test accuracies of all its runs, which a choice waits for.
    runs: Vec<Arc<Quantity>>,
    /// Best first; none while one of the runs is missing, or where there is nothing to choose.
    ranked: Vec<Setting<'a>>,
}

impl<'a> Approach<'a> {
    pub(crate) fn new(
        experiment: &'static str,
        runs: Vec<Arc<Quantity>>,
        mut settings: Vec<Setting<'a>>,
    ) -> Self {
        if settings.len() < 2 || !settings.iter().all(Setting::is_measured) {
            settings.clear();
        }
        // They are sorted by rate: ties go to the smaller one.
        settings.sort_by(|a, b| b.validation().total_cmp(&a.validation()));
        Approach {
            experiment,
            runs,
            ranked: settings,
        }
    }

    fn is_complete(&self) -> bool {
        !self.ranked.is_empty()
    }

    /// Tells of the best setting and its lead.
    fn add(&self, catalogue: &mut Catalogue) {
        let prefix = format!("transfer.{}", self.experiment);
        let complete = Entry::Flag(self.is_complete());
        catalogue.insert(format!("{prefix}.complete"), complete);
        let (best, second) = (self.ranked.first(), self.ranked.get(1));
        let choice = Choice {
            prefix: format!("{prefix}.best"),
            runs: &self.runs,
        };
        let function = "of the setting with the highest final validation accuracy";
        choice.add_setting(catalogue, best, function);
        let rates = self.ranked.iter().map(|setting| setting.rate);
        let largest = rates.reduce(f64::max);
        let is_largest = best.is_some_and(|best| Some(best.rate) == largest);
        catalogue.insert(
            format!("{}.is_largest_rate", choice.prefix),
            Entry::Flag(is_largest),
        );
        let lead = best
            .zip(second)
            .map(|(best, second)| Lead::new(best, second));
        choice.add_lead(catalogue, "lead", lead.as_ref());
    }
}

/// Adds the choice of each approach, and compares the chosen settings by test accuracy.
pub(crate) fn add(catalogue: &mut Catalogue, approaches: &[Approach; 2]) {
    for approach in approaches {
        approach.add(catalogue);
    }
    let [finetune, extraction] = approaches.each_ref().map(|it| it.ranked.first());
    let both = finetune.zip(extraction);
    catalogue.insert("transfer.complete", Entry::Flag(both.is_some()));
    let runs = approaches.iter().flat_map(|approach| approach.runs.clone());
    let runs: Vec<_> = runs.collect();
    catalogue.add(cost_ratio(both, &runs));
    let ranked = both.map(|(a, b)| {
        let accuracy = |setting: &Setting| setting.test().known().unwrap_or_default();
        match accuracy(b) > accuracy(a) {
            true => (b, a),
            false => (a, b),
        }
    });
    for (name, setting) in [
        ("winner", ranked.map(|(winner, _)| winner)),
        ("loser", ranked.map(|(_, loser)| loser)),
    ] {
        let choice = Choice {
            prefix: format!("transfer.{name}"),
            runs: &runs,
        };
        let function = "of the approach with this rank in test accuracy";
        choice.add_setting(catalogue, setting, function);
        let approach = setting.map_or(ABSENT, |setting| setting.approach);
        let approach = Entry::Text(approach.to_owned());
        catalogue.insert(format!("{}.approach", choice.prefix), approach);
    }
    let comparison = Choice {
        prefix: "transfer".to_owned(),
        runs: &runs,
    };
    let difference = ranked.map(|(winner, loser)| Lead::new(winner, loser));
    comparison.add_lead(catalogue, "difference", difference.as_ref());
}

/// Where a choice is told of, and the runs that it waits for.
pub(super) struct Choice<'a> {
    pub(super) prefix: String,
    runs: &'a [Arc<Quantity>],
}

impl Choice<'_> {
    pub(super) fn awaited(&self, name: String, unit: Unit) -> Arc<Quantity> {
        awaited(name, unit, self.runs)
    }

    /// All that is told of the chosen setting.
    fn add_setting(&self, catalogue: &mut Catalogue, setting: Option<&Setting>, function: &str) {
        for (leaf, unit) in leaves() {
            let name = format!("{}.{leaf}", self.prefix);
            catalogue.add(match setting {
                Some(setting) => setting.told[leaf].chosen(name, function),
                None => self.awaited(name, unit),
            });
        }
    }
}

fn awaited(name: impl Into<String>, unit: Unit, runs: &[Arc<Quantity>]) -> Arc<Quantity> {
    let reason = match runs.is_empty() {
        true => "no such run is planned",
        false => "not every run that is compared is measured",
    };
    Quantity::computed(name, unit, "", runs.to_vec(), Err(reason.into()))
}

/// How many times as long an epoch of fine-tuning takes.
fn cost_ratio(both: Option<(&Setting, &Setting)>, runs: &[Arc<Quantity>]) -> Arc<Quantity> {
    const NAME: &str = "transfer.cost_ratio";
    let Some((finetune, extraction)) = both else {
        return awaited(NAME, Unit::One, runs);
    };
    let epoch = |of: &str, setting: &Setting| {
        Formula::of(
            &format!("time of an epoch of {of}"),
            &setting.told["epoch_time"],
        )
    };
    let ratio = epoch("fine-tuning", finetune) / epoch("feature extraction", extraction);
    ratio.quantity(NAME, Unit::One)
}
