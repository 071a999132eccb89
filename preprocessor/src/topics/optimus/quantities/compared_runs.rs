//! Which runs are compared over the first epochs that all of them have: the networks on one kind of
//! hardware, and one network on several.

use super::loss_runs::{Hardware, LossFit, LossRun};
use super::prediction::hardware;
use crate::topics::names::readable;
use crate::topics::optimus::analysis::equal_windows::{EqualWindow, Recorded};
use crate::topics::optimus::analysis::loss_curve::FEWEST_POINTS;
use crate::topics::optimus::analysis::training_set::Family;
use results::plan::underscored;
use std::collections::BTreeSet;

/// The comparisons of networks, one for each kind of hardware.
pub(super) const ON: &str = "equal_windows.on";
/// The comparisons of hardware, one for each network.
pub(super) const OF: &str = "equal_windows.of";

/// The fewest epochs of a run that is compared with others of its network: one is no course.
const FEWEST_EPOCHS: u64 = 2;

/// Runs that are compared over their first epochs.
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    /// What stands before the names of its quantities.
    pub(super) prefix: String,
    /// What the runs have in common.
    pub(super) title: String,
    /// The runs, in the order of the plan; none where no two can be compared.
    pub(crate) runs: Vec<&'a LossFit>,
    /// The runs with a record that have too few epochs to be compared.
    pub(crate) left_out: Vec<&'a LossFit>,
    /// Whether it says what no other says: whole runs of one network may all stand in comparisons
    /// of networks.
    pub(super) is_shown: bool,
    /// The epochs that all runs have.
    pub(super) epochs: u64,
}

impl<'a> Comparison<'a> {
    /// The networks on this hardware: of each so many epochs that a model can be fitted.
    fn on(hardware: &Hardware, fits: &'a [LossFit]) -> Self {
        let is_on = |fit: &&LossFit| fit.run.hardware == *hardware;
        let network = |run: &LossRun| run.configuration.network.clone();
        let runs = fits.iter().filter(is_on).collect();
        Comparison {
            prefix: format!("{ON}.{}", hardware.identifier()),
            title: hardware.to_string(),
            ..Self::of_runs(runs, FEWEST_POINTS as u64, network)
        }
    }

    /// The kinds of hardware that this network was trained on.
    fn of(network: &str, fits: &'a [LossFit]) -> Self {
        let is_of = |fit: &&LossFit| fit.run.planned.network == network;
        let hardware = |run: &LossRun| run.hardware.to_string();
        let runs = fits.iter().filter(is_of).collect();
        Comparison {
            prefix: format!("{OF}.{}", underscored(network)),
            title: readable(network).to_owned(),
            ..Self::of_runs(runs, FEWEST_EPOCHS, hardware)
        }
    }

    /// Those of `runs` that can be compared, where they are of more than one `kind`.
    fn of_runs(runs: Vec<&'a LossFit>, fewest: u64, kind: fn(&LossRun) -> String) -> Self {
        let begun = |fit: &&LossFit| fit.run.has_common_recipe && !fit.run.epochs().is_empty();
        let begun: Vec<_> = runs.into_iter().filter(begun).collect();
        let recorded = |fit: &&LossFit| Recorded {
            epochs: fit.run.epochs().len() as u64,
            is_complete: fit.run.is_complete(),
        };
        let recorded: Vec<_> = begun.iter().map(recorded).collect();
        let is_comparison = |window: &EqualWindow| {
            let kinds = window.runs.iter().map(|run| kind(&begun[*run].run));
            kinds.collect::<BTreeSet<_>>().len() > 1
        };
        let window = EqualWindow::of(&recorded, fewest).filter(is_comparison);
        let epochs = window.as_ref().map_or(0, |window| window.epochs);
        let compared = window.map_or(Vec::new(), |window| window.runs);
        let all = begun.into_iter().enumerate();
        let (runs, left_out): (Vec<_>, Vec<_>) =
            all.partition(|(index, _)| compared.contains(index));
        let fits = |runs: Vec<(usize, &'a LossFit)>| runs.into_iter().map(|(_, fit)| fit).collect();
        Comparison {
            prefix: String::new(),
            title: String::new(),
            is_shown: epochs > 0,
            runs: fits(runs),
            left_out: fits(left_out),
            epochs,
        }
    }

    /// The comparisons of networks on each kind of hardware, and of hardware for each network.
    pub(super) fn all(fits: &'a [LossFit]) -> Vec<Self> {
        let mut networks: Vec<&str> = Vec::new();
        for fit in fits.iter().filter(|fit| fit.run.is_expected()) {
            let network = fit.run.planned.network.as_str();
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        let on = hardware(fits).into_iter().map(|it| Self::on(&it, fits));
        let mut all: Vec<_> = on.collect();
        let whole = { all.iter() }.filter(|comparison| comparison.is_whole());
        let told = whole.flat_map(|comparison| comparison.names());
        let told: BTreeSet<_> = told.collect();
        all.extend(networks.into_iter().map(|network| {
            let of = Self::of(network, fits);
            let is_told = of.names().all(|name| told.contains(&name));
            Comparison {
                is_shown: of.is_shown && !is_told,
                ..of
            }
        }));
        all
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.runs.iter().map(|fit| fit.run.name())
    }

    /// The comparison whose quantities have names that begin with `equal_windows.KIND.NAME`.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn find(kind: &str, name: &str, fits: &'a [LossFit]) -> Result<Self, String> {
        let prefix = format!("equal_windows.{kind}.{name}");
        let all = Self::all(fits);
        let known: Vec<_> = { all.iter() }
            .filter_map(|it| it.prefix.strip_prefix(&format!("equal_windows.{kind}.")))
            .map(|name| format!("`{name}`"))
            .collect();
        let known = known.join(", ");
        let found = all.into_iter().find(|it| it.prefix == prefix);
        found.ok_or_else(|| format!("no run is planned of `{name}`; expected one of {known}"))
    }

    /// What stands before the names of the quantities of one of its runs.
    pub(crate) fn prefix_of(&self, run: &LossRun) -> String {
        format!("{}.runs.{}", self.prefix, run.name())
    }

    /// The first epochs of the window, before the learning rate drops: those that a model is fitted
    /// to.
    pub(super) fn fitted_epochs(&self) -> u64 {
        let drops = self.runs.iter().filter_map(|fit| fit.run.drops().next());
        let first = drops.map(|row| row.epoch).min();
        first.map_or(self.epochs, |drop| drop.min(self.epochs))
    }

    /// Whether all that the runs were planned for is compared.
    pub(super) fn is_whole(&self) -> bool {
        !self.runs.is_empty() && self.runs.iter().all(|fit| fit.run.is_complete())
    }

    /// Whether a model is fitted to them.
    pub(crate) fn is_fitted(&self) -> bool {
        self.fitted_epochs() >= FEWEST_POINTS as u64
    }

    /// Whether the loss at the end of the window goes only up, or only down, from each depth of the
    /// networks of depth 6n + 2 to the next.
    pub(super) fn order_of_depths(&self) -> (bool, bool) {
        let family = { self.runs.iter() }.filter(|fit| fit.run.family() == Family::SixNPlusTwo);
        let of_run = |fit: &&LossFit| {
            let loss = fit.run.epochs()[self.epochs as usize - 1].train_loss;
            (fit.run.configuration.depth, loss)
        };
        let mut losses: Vec<_> = family.map(of_run).collect();
        losses.sort_by_key(|(depth, _)| *depth);
        let ordered = |holds: fn(&f64, &f64) -> bool| {
            let mut pairs = losses.windows(2);
            losses.len() > 1 && pairs.all(|pair| holds(&pair[0].1, &pair[1].1))
        };
        (ordered(|a, b| a < b), ordered(|a, b| a > b))
    }
}
