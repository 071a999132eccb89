//! The best setting of each approach, and the better of the two.
//!
//! Every name is there in every state of the runs. While one of the runs is missing the quantities
//! have no value, the flags do not hold, and the texts say so.

use super::lead::Lead;
use super::setting::{Setting, leaves};
use crate::catalogue::{ABSENT, Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use std::sync::Arc;

/// The settings of one experiment.
pub(super) struct Approach<'a> {
    pub(super) experiment: &'static str,
    /// The test accuracies of all its runs, which a choice waits for.
    pub(super) runs: Vec<Arc<Quantity>>,
    /// By learning rate.
    pub(super) settings: Vec<Setting<'a>>,
    /// The places of the settings, best first; none while one of the runs is missing, or where there
    /// is nothing to choose.
    ranking: Vec<usize>,
}

impl<'a> Approach<'a> {
    pub(super) fn new(
        experiment: &'static str,
        runs: Vec<Arc<Quantity>>,
        settings: Vec<Setting<'a>>,
    ) -> Self {
        Approach {
            experiment,
            runs,
            ranking: ranking(&settings),
            settings,
        }
    }

    pub(super) fn best(&self) -> Option<&Setting<'a>> {
        self.at_rank(0)
    }

    fn at_rank(&self, rank: usize) -> Option<&Setting<'a>> {
        Some(&self.settings[*self.ranking.get(rank)?])
    }

    /// Tells of the best setting and its lead.
    pub(super) fn add(&self, catalogue: &mut Catalogue) {
        let prefix = format!("transfer.{}", self.experiment);
        let complete = Entry::Flag(!self.ranking.is_empty());
        catalogue.insert(format!("{prefix}.complete"), complete);
        let (best, second) = (self.best(), self.at_rank(1));
        let choice = Choice {
            prefix: format!("{prefix}.best"),
            runs: &self.runs,
        };
        let function = "of the setting with the highest final validation accuracy";
        choice.add_setting(catalogue, best, function);
        let largest = self.settings.last().map(|setting| setting.rate);
        let is_largest = best.is_some_and(|best| Some(best.rate) == largest);
        catalogue.insert(
            format!("{}.is_largest_rate", choice.prefix),
            Entry::Flag(is_largest),
        );
        let lead = best
            .zip(second)
            .map(|(best, second)| Lead::new(best, second));
        choice.add_lead(catalogue, "lead", lead.as_ref());
        flag_chosen(catalogue, &self.settings, best, "is_best");
    }
}

/// The places of settings that are sorted by rate, best first: ties go to the smaller rate.
fn ranking(settings: &[Setting]) -> Vec<usize> {
    if settings.len() < 2 || !settings.iter().all(Setting::is_measured) {
        return Vec::new();
    }
    let mut ranking: Vec<_> = (0..settings.len()).collect();
    let validation = |place: usize| settings[place].validation();
    ranking.sort_by(|&a, &b| validation(b).total_cmp(&validation(a)));
    ranking
}

/// Tells of each setting whether it is the chosen one.
fn flag_chosen(
    catalogue: &mut Catalogue,
    settings: &[Setting],
    chosen: Option<&Setting>,
    flag: &str,
) {
    for setting in settings {
        let is_chosen = chosen.is_some_and(|chosen| chosen.prefix == setting.prefix);
        let name = format!("{}.{flag}", setting.prefix);
        catalogue.insert(name, Entry::Flag(is_chosen));
    }
}

/// Adds the choice of each approach, and compares the chosen settings by test accuracy.
pub(super) fn add(catalogue: &mut Catalogue, approaches: &[Approach; 2]) {
    for approach in approaches {
        approach.add(catalogue);
    }
    let [finetune, extraction] = approaches.each_ref().map(Approach::best);
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
    let winner = ranked.map(|(winner, _)| winner);
    for approach in approaches {
        flag_chosen(catalogue, &approach.settings, winner, "is_winner");
    }
    for (name, setting) in [
        ("winner", winner),
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
    pub(super) runs: &'a [Arc<Quantity>],
}

impl Choice<'_> {
    pub(super) fn awaited(&self, name: String, unit: Unit) -> Arc<Quantity> {
        awaited(name, unit, self.runs)
    }

    /// All that is told of the chosen setting.
    pub(super) fn add_setting(
        &self,
        catalogue: &mut Catalogue,
        setting: Option<&Setting>,
        function: &str,
    ) {
        for (leaf, unit) in leaves() {
            let name = format!("{}.{leaf}", self.prefix);
            catalogue.add(match setting {
                Some(setting) => setting.told[leaf].chosen(name, function),
                None => self.awaited(name, unit),
            });
        }
    }
}

pub(super) fn awaited(
    name: impl Into<String>,
    unit: Unit,
    runs: &[Arc<Quantity>],
) -> Arc<Quantity> {
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
