//! What the compared runs have come to at the end of the epochs that all of them have.

use super::compared_runs::{Comparison, OF, ON};
use super::loss_models::BETAS;
use super::loss_runs::LossFit;
use crate::catalogue::{Catalogue, Entry, Members, RunReader};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity, Statistic};
use crate::topics::optimus::analysis::extrapolation::{Extrapolation, Memory};
use crate::topics::optimus::analysis::loss_model::LossModel;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Comparison<'_> {
    fn add(&self, catalogue: &mut Catalogue) {
        let name = |leaf: &str| format!("{}.{leaf}", self.prefix);
        let (rises, falls) = self.order_of_depths();
        let seeds = self.runs.iter().map(|fit| fit.run.configuration.seed);
        let seeds: BTreeSet<_> = seeds.collect();
        for (flag, holds) in [
            ("shown", self.is_shown),
            ("whole", self.is_whole()),
            ("dropped", self.fitted_epochs() < self.epochs),
            ("higher_with_depth", rises),
            ("lower_with_depth", falls),
            ("seeds_differ", seeds.len() > 1),
        ] {
            catalogue.insert(name(flag), Entry::Flag(holds));
        }
        catalogue.insert(name("title"), Entry::Text(self.title.clone()));
        catalogue.add_group(name("runs"), Members::Recorded("compared run".to_owned()));
        let losses = self.runs.iter().map(|fit| self.add_run(catalogue, fit));
        let losses: Vec<_> = losses.collect();
        let function = "epochs that all compared runs have";
        catalogue.add(self.count("epochs", function, self.epochs, &losses));
        let function = "epochs of the window before the learning rate drops";
        catalogue.add(self.count("fitted_epochs", function, self.fitted_epochs(), &losses));
        catalogue.add(self.spread(losses));
    }

    /// A number of epochs of the window, at whose end the runs have these losses.
    fn count(
        &self,
        leaf: &str,
        function: &str,
        epochs: u64,
        losses: &[Arc<Quantity>],
    ) -> Arc<Quantity> {
        let value = match losses.is_empty() {
            true => Err(Missing::from("no two runs can be compared")),
            false => Ok(epochs as f64),
        };
        let name = format!("{}.{leaf}", self.prefix);
        Quantity::computed(name, Unit::Epoch, function, losses.to_vec(), value)
    }

    /// How far the losses at the end of the window lie apart.
    fn spread(&self, losses: Vec<Arc<Quantity>>) -> Arc<Quantity> {
        let over = |statistic: Statistic, leaf: &str| {
            let name = format!("{}.{leaf}", self.prefix);
            statistic.over("the compared runs", losses.clone(), name, Unit::Nat)
        };
        let largest = over(Statistic::LARGEST, "largest_loss");
        let smallest = over(Statistic::SMALLEST, "smallest_loss");
        let smallest = || Formula::of("smallest loss", &smallest);
        let spread = (Formula::of("largest loss", &largest) - smallest()) / smallest();
        let mut spread = spread.quantity(format!("{}.loss_spread", self.prefix), Unit::One);
        // A record may hold a loss of zero.
        if spread.known().is_some_and(|spread| !spread.is_finite()) {
            Arc::make_mut(&mut spread).value = Err("the smallest loss is zero".into());
        }
        spread
    }

    /// Adds what the first epochs of a run have come to; the loss at their end.
    fn add_run(&self, catalogue: &mut Catalogue, fit: &LossFit) -> Arc<Quantity> {
        let reader = fit.run.facts.reader_of_past(self.prefix_of(&fit.run));
        let last = self.epochs as usize - 1;
        let key = format!("epochs[{last}].train_loss");
        let loss = fit.run.epochs()[last].train_loss;
        let loss = reader.measured("loss", Unit::Nat, &key, Some(loss));
        let key = format!("max of epochs[].test.accuracy up to epoch {}", self.epochs);
        let best = fit.run.best_test_accuracy(self.epochs);
        catalogue.add(reader.measured("best_test_accuracy", Unit::One, &key, best));
        catalogue.add(loss.clone());
        self.add_model(catalogue, &reader, fit);
        loss
    }

    fn add_model(&self, catalogue: &mut Catalogue, reader: &RunReader, fit: &LossFit) {
        let epochs = self.fitted_epochs();
        let key = format!("epochs[].steps and epochs[].train_loss of the first {epochs}");
        let points = reader.measured("points", Unit::One, &key, Some(epochs as f64));
        let function = format!("analysis::loss_fit::fit of the first {epochs} epochs");
        let model = self.model(fit);
        for (index, (leaf, unit)) in BETAS.into_iter().enumerate() {
            let value = model.as_ref().map(|model| model.betas()[index]);
            let value = value.map_err(|reason| Missing::from(reason.as_str()));
            let name = format!("{}.{leaf}", self.prefix_of(&fit.run));
            let inputs = vec![points.clone()];
            catalogue.add(Quantity::computed(name, unit, &function, inputs, value));
        }
        catalogue.add(points);
    }

    fn model(&self, fit: &LossFit) -> Result<LossModel, String> {
        let run = fit.fit.as_ref().map_err(Clone::clone)?;
        let known = self.fitted_epochs() as usize;
        let model = Extrapolation::of(&run.measured, &run.drops, known, Memory::WholeRun);
        let model = model.ok_or_else(|| format!("{known} epochs are too few to fit"))?;
        Ok(model.model)
    }
}

/// Adds the comparisons of networks on each kind of hardware, and of hardware for each network.
pub(crate) fn add(catalogue: &mut Catalogue, fits: &[LossFit]) {
    catalogue.add_group(ON, Members::Recorded("kind of hardware".to_owned()));
    catalogue.add_group(OF, Members::Planned("network of a loss curve".to_owned()));
    let all = Comparison::all(fits);
    let some = all.iter().any(|comparison| comparison.is_shown);
    catalogue.insert("equal_windows.some", Entry::Flag(some));
    for comparison in all {
        comparison.add(catalogue);
    }
}
