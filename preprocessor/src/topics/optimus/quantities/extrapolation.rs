//! How well a few epochs predict the rest of a run whose end is known.

use super::complete_runs::whole;
use super::loss_runs::LossFit;
use crate::catalogue::{Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::topics::optimus::analysis::extrapolation::{Extrapolation, Memory};
use crate::topics::optimus::analysis::fitted_run::FittedRun;
use crate::topics::optimus::analysis::steps::Step;
use results::EpochRow;
use std::sync::Arc;

/// The epochs since the start, or since a drop, from which the rest is predicted.
const EPOCHS: u64 = 10;

/// Adds what the first epochs of each complete run predict, and the first ones after its last drop
/// of the learning rate.
pub(crate) fn add(catalogue: &mut Catalogue, fits: &[LossFit]) {
    catalogue.add(Quantity::exact(
        "extrapolation.epochs",
        Unit::Epoch,
        EPOCHS as f64,
        "the epochs from which the rest of a run is predicted, a choice of this book",
    ));
    for fit in fits {
        // What the record of any run of a plan has.
        let run_end = format!("{}.final_train_loss", fit.run.facts.name());
        if let Some(run_end) = catalogue.known(&run_end) {
            let of_run = Predicted::new(fit, run_end);
            of_run.add_early(catalogue);
            of_run.add_late(catalogue);
        }
    }
}

/// A run and the places of it that are predicted; none of them where it is not complete.
struct Predicted<'a> {
    fit: &'a LossFit,
    models: Option<&'a FittedRun>,
    /// The last epoch before the first drop; of the run where there is no drop.
    stage_end: Option<&'a EpochRow>,
    last_drop: Option<&'a EpochRow>,
    last: Option<&'a EpochRow>,
    /// The loss of the last epoch.
    run_end: Arc<Quantity>,
}

impl<'a> Predicted<'a> {
    fn new(fit: &'a LossFit, run_end: Arc<Quantity>) -> Self {
        let models = whole(fit);
        let last = fit.run.epochs().last().filter(|_| models.is_some());
        let first_drop = fit.run.drops().next().filter(|_| models.is_some());
        Predicted {
            fit,
            models,
            stage_end: first_drop.or(last),
            last_drop: fit.run.drops().last().filter(|_| models.is_some()),
            last,
            run_end,
        }
    }

    /// What the first epochs say of the end of the first stage, and of the end of the run.
    fn add_early(&self, catalogue: &mut Catalogue) {
        let key = "first of configuration.training.learning_rate.milestones";
        let epoch = self.stage_end.map(|row| row.epoch as f64);
        let epoch = self.measured("early.stage_end_epoch", Unit::Epoch, key, epoch);
        let key = "epochs[].train_loss of the last epoch before the first drop";
        let loss = self.stage_end.map(|row| row.train_loss);
        let stage_end = self.measured("early.stage_end_measured", Unit::Nat, key, loss);
        let loss_at = |leaf: &str, row| {
            let known = Some(EPOCHS);
            self.loss(&format!("early.{leaf}"), known, Memory::WholeRun, row)
        };
        let predicted = loss_at("stage_end", self.stage_end);
        let error = self.error("early.stage_end_error", &predicted, &stage_end);
        let at_end = loss_at("run_end", self.last);
        let ratio = self.ratio("early.run_end_ratio", &at_end);
        self.add_flag(catalogue, "early.predicted", error.value.is_ok());
        self.add_flag(
            catalogue,
            "early.run_end_is_worse",
            is_worse(&ratio, &error),
        );
        for quantity in [epoch, stage_end, predicted, error, at_end, ratio] {
            catalogue.add(quantity);
        }
    }

    /// What the first epochs after the last drop say of the end of the run: by one model of all
    /// that is known by then, and by one that is restarted at the drop.
    fn add_late(&self, catalogue: &mut Catalogue) {
        let known = self.last_drop.map(|row| row.epoch + EPOCHS);
        let key = "last of configuration.training.learning_rate.milestones + extrapolation.epochs";
        let epochs = known.map(|known| known as f64);
        let epochs = self.measured("late.epochs", Unit::Epoch, key, epochs);
        let one_model = self.loss("late.one_model", known, Memory::WholeRun, self.last);
        let ratio = self.ratio("late.one_model_ratio", &one_model);
        let restarted = self.loss("late.restarted", known, Memory::SinceLastDrop, self.last);
        let error = self.error("late.restarted_error", &restarted, &self.run_end);
        self.add_flag(catalogue, "late.predicted", error.value.is_ok());
        self.add_flag(catalogue, "late.restart_helps", is_worse(&ratio, &error));
        for quantity in [epochs, one_model, ratio, restarted, error] {
            catalogue.add(quantity);
        }
    }

    fn name(&self, leaf: &str) -> String {
        format!("loss_model.{}.{leaf}", self.fit.run.name())
    }

    fn add_flag(&self, catalogue: &mut Catalogue, leaf: &str, holds: bool) {
        catalogue.insert(self.name(leaf), Entry::Flag(holds));
    }

    fn measured(&self, leaf: &str, unit: Unit, key: &str, value: Option<f64>) -> Arc<Quantity> {
        let prefix = format!("loss_model.{}", self.fit.run.name());
        let reader = self.fit.run.facts.reader_as(prefix);
        reader.measured(leaf, unit, key, value)
    }

    /// The loss at the end of the epoch `of` by a model of the first `known` epochs.
    fn loss(
        &self,
        leaf: &str,
        known: Option<u64>,
        memory: Memory,
        of: Option<&EpochRow>,
    ) -> Arc<Quantity> {
        let value = self.models.ok_or("the run is not complete");
        let value = value.and_then(|run| loss_by(run, known, memory, of));
        let function = match memory {
            Memory::WholeRun => "analysis::extrapolation of all epochs that are known",
            Memory::SinceLastDrop => "analysis::extrapolation of the epochs since the last drop",
        };
        let inputs = vec![self.fit.points.clone()];
        let name = self.name(leaf);
        Quantity::computed(
            name,
            Unit::Nat,
            function,
            inputs,
            value.map_err(Missing::from),
        )
    }

    fn error(
        &self,
        leaf: &str,
        predicted: &Arc<Quantity>,
        measured: &Arc<Quantity>,
    ) -> Arc<Quantity> {
        let measured = || Formula::of("measured", measured);
        let error = (Formula::of("predicted", predicted) - measured()) / measured();
        error.quantity(self.name(leaf), Unit::One)
    }

    fn ratio(&self, leaf: &str, predicted: &Arc<Quantity>) -> Arc<Quantity> {
        let ratio = Formula::of("predicted", predicted) / Formula::of("measured", &self.run_end);
        ratio.quantity(self.name(leaf), Unit::One)
    }
}

fn loss_by(
    run: &FittedRun,
    known: Option<u64>,
    memory: Memory,
    of: Option<&EpochRow>,
) -> Result<f64, &'static str> {
    let (Some(known), Some(of)) = (known, of) else {
        return Err("the learning rate does not drop");
    };
    if known >= of.epoch {
        return Err("no epoch is left to be predicted");
    }
    let model = Extrapolation::of(&run.measured, &run.drops, known as usize, memory);
    let model = model.ok_or("too few epochs are known")?;
    Ok(model.loss_at(Step(of.steps as f64)))
}

/// Whether a prediction that is `ratio` times what was measured errs by more than `error`.
fn is_worse(ratio: &Quantity, error: &Quantity) -> bool {
    let both = ratio.known().zip(error.known());
    both.is_some_and(|(ratio, error)| (ratio - 1.0).abs() > error.abs())
}
