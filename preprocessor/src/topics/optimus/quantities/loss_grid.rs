//! The runs for loss curves by network and hardware: those that are asked for, and those that were
//! or can be made on what is at hand.

use super::loss_runs::{Hardware, LossFit};
use super::prediction::{LossCurves, hardware};
use crate::catalogue::{Catalogue, Entry};
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use crate::topics::names::readable;
use results::{Hardware as Planned, State};
use std::collections::BTreeSet;

/// The networks that are asked for.
pub(crate) const NETWORKS: [&str; 5] = ["resnet18", "resnet20", "resnet32", "resnet44", "resnet56"];
/// The cards that are asked for, as the plan names them.
const CARDS: [&str; 3] = ["K80", "P100", "V100"];

/// The states that are counted, the furthest first.
const STATES: [&str; 6] = [
    "complete",
    "stale",
    "partial",
    "failed",
    "no_such_card",
    "missing",
];

/// What runs are made on: a column of the grid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A card that is asked for.
    Card(&'static str),
    /// What stands in for the cards.
    AtHand(Hardware),
}

impl Place {
    /// The cards, then whatever else runs of [`NETWORKS`] were or can be made on.
    pub(crate) fn all(fits: &[LossFit]) -> Vec<Place> {
        let places = asked_networks(fits).map(Place::of);
        let all: BTreeSet<_> = CARDS.into_iter().map(Place::Card).chain(places).collect();
        all.into_iter().collect()
    }

    /// The card that is asked for, where the run is planned for it or was made on it.
    fn of(fit: &LossFit) -> Place {
        let facts = &fit.run.facts;
        let is_on = |card: &&str| {
            let card = Planned::Card((*card).to_owned());
            let record = facts.record.as_ref();
            let was_made = record.is_some_and(|(_, record)| card.admits(&record.environment));
            facts.planned.hardware == card || was_made
        };
        let card = CARDS.into_iter().find(is_on);
        card.map_or_else(|| Place::AtHand(fit.run.hardware.clone()), Place::Card)
    }

    /// As `K80`, or `NVIDIA H200, bf16`.
    pub(crate) fn title(&self) -> String {
        match self {
            Place::Card(card) => (*card).to_owned(),
            Place::AtHand(Hardware { device, arithmetic }) => {
                format!("{}, {arithmetic}", readable(device))
            }
        }
    }

    /// The runs of the network here.
    pub(crate) fn runs<'a>(
        &self,
        network: &str,
        fits: &'a [LossFit],
    ) -> impl Iterator<Item = &'a LossFit> {
        let is_here = move |fit: &&LossFit| {
            fit.run.configuration.network == network && Place::of(fit) == *self
        };
        fits.iter().filter(is_here)
    }
}

/// The runs of the networks that are asked for.
fn asked_networks(fits: &[LossFit]) -> impl Iterator<Item = &LossFit> {
    fits.iter()
        .filter(|fit| NETWORKS.contains(&fit.run.configuration.network.as_str()))
}

/// Counts the runs that are asked for and those at hand by state, and says what they suffice for.
pub(crate) fn add(catalogue: &mut Catalogue, curves: &LossCurves) {
    let fits = &curves.fits;
    let cards = CARDS.map(Place::Card);
    let asked: Vec<_> = { cards.iter() }
        .flat_map(|card| NETWORKS.map(|network| furthest(card.runs(network, fits))))
        .collect();
    let at_hand: Vec<_> = asked_networks(fits)
        .filter(|fit| matches!(Place::of(fit), Place::AtHand(_)))
        .map(state_name)
        .collect();
    let fitted = asked_networks(fits).filter(|fit| fit.fit.is_ok()).count();
    let asked_for = "the networks times the cards that are asked for";
    let stand_ins = "the planned runs of these networks on other hardware";
    let to_fit = "the planned runs of these networks to which a model could be fitted";
    add_count(catalogue, "asked", asked.len(), asked_for);
    add_count(catalogue, "at_hand.planned", at_hand.len(), stand_ins);
    add_count(catalogue, "fitted", fitted, to_fit);
    add_states(catalogue, "", &asked, asked_for);
    add_states(catalogue, "at_hand.", &at_hand, stand_ins);
    let is_partial = |fit: &LossFit| fit.run.facts.record.is_some() && !fit.run.is_complete();
    let predicts = |on: &Hardware| curves.predictions.model_on(on).is_ok();
    for (name, holds) in [
        ("all_complete", all_complete(&asked)),
        ("lacks_cards", asked.contains(&"no_such_card")),
        ("at_hand.all_complete", all_complete(&at_hand)),
        ("any_fitted", fitted > 0),
        ("any_partial", fits.iter().any(is_partial)),
        ("predicts", hardware(fits).iter().any(predicts)),
    ] {
        catalogue.insert(format!("loss_grid.{name}"), Entry::Flag(holds));
    }
}

fn all_complete(states: &[&str]) -> bool {
    states.iter().all(|state| *state == "complete")
}

/// The state of what is asked for: that of the run that got furthest; `missing` where none is
/// planned.
fn furthest<'a>(runs: impl Iterator<Item = &'a LossFit>) -> &'static str {
    let states: Vec<_> = runs.map(state_name).collect();
    let found = STATES.into_iter().find(|state| states.contains(state));
    found.unwrap_or("missing")
}

fn state_name(fit: &LossFit) -> &'static str {
    match fit.run.facts.state {
        State::Measured => "complete",
        State::Stale { .. } => "stale",
        State::Partial { .. } => "partial",
        State::Failed { .. } => "failed",
        State::NoSuchCard => "no_such_card",
        State::Missing { .. } => "missing",
    }
}

/// Adds how many are in which state.
fn add_states(catalogue: &mut Catalogue, prefix: &str, states: &[&str], of_what: &str) {
    for name in STATES {
        let count = states.iter().filter(|state| **state == name).count();
        let definition = format!("{of_what}, counted by state");
        add_count(catalogue, &format!("{prefix}{name}"), count, &definition);
    }
}

fn add_count(catalogue: &mut Catalogue, name: &str, count: usize, definition: &str) {
    let name = format!("loss_grid.{name}");
    catalogue.add(Quantity::exact(name, Unit::One, count as f64, definition));
}

#[cfg(test)]
#[path = "loss_grid_tests.rs"]
mod tests;
