//! The catalogue from what was read.

use super::clashes::Places;
use super::epochs_to_target::Link;
use super::prediction::LossCurves;
use super::throughput::ThroughputRow;
use super::{
    Catalogue, Entry, RunFacts, epochs_to_target, flops, inference, layer_sums, layer_times,
    loss_models, loss_regression, parameter_servers, prediction_quantities, runs, step_times,
    transfer,
};
use crate::diagnostic::Diagnostic;
use crate::evidence::unit::Unit;
use crate::evidence::{Origin, Quantity, QuotedFact};
use std::sync::Arc;

/// How a fact is marked that was not seen in the paper itself.
const NOT_READ: &str = "not read in the paper";

impl Catalogue {
    /// Everything that follows from the quoted facts, the runs, the published throughputs and the
    /// reader's own speeds of training.
    ///
    /// A part whose quoted facts are not there is left out: another book quotes other facts, and
    /// a chapter that asks for a name that is not there is told so.
    ///
    /// # Errors
    /// Where a table has a fault, a computation refuses its inputs, or two things have one name.
    pub fn of(
        quoted: Vec<QuotedFact>,
        runs: &[RunFacts],
        throughput_csv: &str,
        speeds_csv: Option<&str>,
    ) -> Result<(Self, Vec<ThroughputRow>), Vec<Diagnostic>> {
        let mut catalogue = Catalogue::default();
        let places = Places::new(&quoted, runs);
        let quoted: Vec<_> = quoted.into_iter().map(Arc::from).collect();
        count_quoted(&mut catalogue, &quoted);
        catalogue.add(Quantity::exact(
            "interval.level",
            Unit::One,
            0.95,
            "the confidence level of every interval in the book",
        ));
        for fact in quoted {
            catalogue.add(fact);
        }
        let loss_curves = LossCurves::of(runs);
        // The refits take as long as all that does not need them.
        let add_others = || {
            flops::add(&mut catalogue);
            inference::add(&mut catalogue);
            layer_sums::add(&mut catalogue);
            runs::add(&mut catalogue, runs);
            layer_times::add(&mut catalogue, runs);
            transfer::add(&mut catalogue, runs);
        };
        let ((), intervals) = rayon::join(add_others, || loss_models::intervals(&loss_curves.fits));
        loss_models::add(&mut catalogue, &loss_curves.fits, intervals);
        add_predictions(&mut catalogue, &loss_curves);
        catalogue.loss_curves = loss_curves;
        let rows = catalogue.add_throughput(throughput_csv)?;
        parameter_servers::add(&mut catalogue).map_err(|message| vec![places.of_facts(message)])?;
        step_times::add(&mut catalogue);
        parameter_servers::add_times_to_target(&mut catalogue);
        catalogue.add_measured_speeds(speeds_csv)?;
        let clashes = catalogue.clashes(&places);
        match clashes.is_empty() {
            true => Ok((catalogue, rows)),
            false => Err(clashes),
        }
    }

    /// The quantity of this name, where there is one: for what a book may leave out.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<Quantity>> {
        match self.entries.get(name) {
            Some(Entry::Quantity(quantity)) => Some(quantity.clone()),
            _ => None,
        }
    }

    /// Whether the flag of this name is there and set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.entries.get(name) == Some(&Entry::Flag(true))
    }

    /// The names of the groups directly under `prefix`, such as the devices under `device`.
    pub(super) fn groups(&self, prefix: &str) -> Vec<String> {
        let prefix = format!("{prefix}.");
        let mut groups: Vec<String> = self
            .entries
            .range(prefix.clone()..)
            .take_while(|(name, _)| name.starts_with(&prefix))
            .filter_map(|(name, _)| Some(name[prefix.len()..].split_once('.')?.0.to_owned()))
            .collect();
        groups.dedup();
        groups
    }
}

/// What follows from the loss models of all runs, where the book states the accuracy to reach.
fn add_predictions(catalogue: &mut Catalogue, curves: &LossCurves) {
    let Some(target) = catalogue.known(epochs_to_target::TARGET_ACCURACY) else {
        return;
    };
    let LossCurves { fits, predictions } = curves;
    let link = Link::add(catalogue, fits, &target);
    loss_regression::add(catalogue, fits, predictions);
    prediction_quantities::add(catalogue, fits, predictions, &link);
    epochs_to_target::add_independence(catalogue, fits, target.value.unwrap_or(f64::NAN));
}

fn count_quoted(catalogue: &mut Catalogue, quoted: &[Arc<Quantity>]) {
    let not_read = quoted.iter().filter(|fact| {
        matches!(&fact.origin, Origin::Quoted(quotation) if quotation.checked.starts_with(NOT_READ))
    });
    for (name, count) in [("total", quoted.len()), ("not_read", not_read.count())] {
        catalogue.add(Quantity::exact(
            format!("quoted.count.{name}"),
            Unit::One,
            count as f64,
            "count of the facts in quoted.toml",
        ));
    }
}
