//! How well a few epochs predict the rest of a run: tried on the first run that is complete.

use super::complete_runs::whole;
use super::loss_runs::LossFit;
use crate::catalogue::{Catalogue, Entry, RunReader};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::topics::optimus::analysis::extrapolation::{Extrapolation, Memory};
use crate::topics::optimus::analysis::fitted_run::FittedRun;
use crate::topics::optimus::analysis::steps::Step;
use results::EpochRow;
use std::sync::Arc;

/// The epochs since the start, or since a drop, from which the rest is predicted.
const EPOCHS: u64 = 10;

/// The quantities that are added whether or not a run is complete.
const LEAVES: [(&str, Unit); 10] = [
    ("stage_end_epoch", Unit::Epoch),
    ("stage_end", Unit::Nat),
    ("stage_end_measured", Unit::Nat),
    ("stage_end_error", Unit::One),
    ("run_end", Unit::Nat),
    ("run_end_measured", Unit::Nat),
    ("run_end_ratio", Unit::One),
    ("late.epochs", Unit::Epoch),
    ("late.one_model_ratio", Unit::One),
    ("late.restarted_ratio", Unit::One),
];
/// The flags beside them.
const FLAGS: [&str; 4] = [
    "predicted",
    "run_end_is_worse",
    "late.predicted",
    "late.restart_helps",
];

/// Adds what the first epochs of the first complete run predict, and the first ones after its last
/// drop of the learning rate.
pub(crate) fn add(catalogue: &mut Catalogue, fits: &[LossFit]) {
    catalogue.add(Quantity::exact(
        name("epochs"),
        Unit::Epoch,
        EPOCHS as f64,
        "the epochs from which the rest of a run is predicted, a choice of this book",
    ));
    let complete = { fits.iter() }.find_map(|fit| Some(Beginning::new(fit, whole(fit)?)));
    match complete {
        Some(beginning) => {
            beginning.add_early(catalogue);
            beginning.add_late(catalogue);
        }
        None => add_pending(catalogue),
    }
}

fn add_pending(catalogue: &mut Catalogue) {
    for (leaf, unit) in LEAVES {
        let none = Err("no run is complete".into());
        catalogue.add(Quantity::computed(name(leaf), unit, "", Vec::new(), none));
    }
    for flag in FLAGS {
        catalogue.insert(name(flag), Entry::Flag(false));
    }
}

fn name(leaf: &str) -> String {
    format!("extrapolation.{leaf}")
}

/// The run that is predicted from its beginning.
struct Beginning<'a> {
    fit: &'a LossFit,
    models: &'a FittedRun,
    reader: RunReader,
    /// The last epoch before the first drop; of the run where there is no drop.
    stage_end: &'a EpochRow,
    last_drop: Option<&'a EpochRow>,
    last: &'a EpochRow,
    /// The loss of the last epoch.
    run_end: Arc<Quantity>,
}

impl<'a> Beginning<'a> {
    fn new(fit: &'a LossFit, models: &'a FittedRun) -> Self {
        let epochs = fit.run.epochs();
        let last = &epochs[epochs.len() - 1];
        let reader = fit.run.facts.reader_as("extrapolation".to_owned());
        let key = "epochs[].train_loss of the last epoch";
        let run_end = Some(last.train_loss);
        Beginning {
            fit,
            models,
            stage_end: fit.run.drops().next().unwrap_or(last),
            last_drop: fit.run.drops().last(),
            last,
            run_end: reader.measured("run_end_measured", Unit::Nat, key, run_end),
            reader,
        }
    }

    /// What the first epochs say of the end of the first stage, and of the end of the run.
    fn add_early(&self, catalogue: &mut Catalogue) {
        let key = "first of configuration.training.learning_rate.milestones";
        let epoch = Some(self.stage_end.epoch as f64);
        let epoch = self
            .reader
            .measured("stage_end_epoch", Unit::Epoch, key, epoch);
        let key = "epochs[].train_loss of the last epoch before the first drop";
        let loss = Some(self.stage_end.train_loss);
        let measured = self
            .reader
            .measured("stage_end_measured", Unit::Nat, key, loss);
        let whole_run = Memory::WholeRun;
        let predicted = self.loss("stage_end", Some(EPOCHS), whole_run, self.stage_end);
        let of_measured = || Formula::of("measured", &measured);
        let error = (Formula::of("predicted", &predicted) - of_measured()) / of_measured();
        let error = error.quantity(name("stage_end_error"), Unit::One);
        let at_end = self.loss("run_end", Some(EPOCHS), whole_run, self.last);
        let ratio = self.ratio("run_end_ratio", &at_end);
        let is_worse = { relative_miss(&ratio).zip(error.known()) }
            .is_some_and(|(run_end, stage_end)| run_end > stage_end.abs());
        add_flag(catalogue, "predicted", error.value.is_ok());
        add_flag(catalogue, "run_end_is_worse", is_worse);
        catalogue.add(self.run_end.clone());
        for quantity in [epoch, measured, predicted, error, at_end, ratio] {
            catalogue.add(quantity);
        }
    }

    /// What the first epochs after the last drop say of the end of the run: by one model of all
    /// that is known by then, and by one that is restarted at the drop.
    fn add_late(&self, catalogue: &mut Catalogue) {
        let known = self.last_drop.map(|row| row.epoch + EPOCHS);
        let key = "last of configuration.training.learning_rate.milestones + extrapolation.epochs";
        let epochs = known.map(|known| known as f64);
        catalogue.add(
            self.reader
                .measured("late.epochs", Unit::Epoch, key, epochs),
        );
        let [one_model, restarted] = [
            ("late.one_model", Memory::WholeRun),
            ("late.restarted", Memory::SinceLastDrop),
        ]
        .map(|(leaf, memory)| {
            let loss = self.loss(leaf, known, memory, self.last);
            self.ratio(&format!("{leaf}_ratio"), &loss)
        });
        let helps = { relative_miss(&one_model).zip(relative_miss(&restarted)) }
            .is_some_and(|(one_model, restarted)| restarted < one_model);
        add_flag(catalogue, "late.predicted", restarted.value.is_ok());
        add_flag(catalogue, "late.restart_helps", helps);
        catalogue.add(one_model);
        catalogue.add(restarted);
    }

    /// The loss at the end of the epoch `of` by a model of the first `known` epochs.
    fn loss(&self, leaf: &str, known: Option<u64>, memory: Memory, of: &EpochRow) -> Arc<Quantity> {
        let value = known.ok_or("the learning rate does not drop");
        let value = value.and_then(|known| loss_by(self.models, known, memory, of));
        let function = match memory {
            Memory::WholeRun => "analysis::extrapolation of all epochs that are known",
            Memory::SinceLastDrop => "analysis::extrapolation of the epochs since the last drop",
        };
        let inputs = vec![self.fit.points.clone()];
        let value = value.map_err(Missing::from);
        Quantity::computed(name(leaf), Unit::Nat, function, inputs, value)
    }

    fn ratio(&self, leaf: &str, predicted: &Arc<Quantity>) -> Arc<Quantity> {
        let ratio = Formula::of("predicted", predicted) / Formula::of("measured", &self.run_end);
        ratio.quantity(name(leaf), Unit::One)
    }
}

fn add_flag(catalogue: &mut Catalogue, leaf: &str, holds: bool) {
    catalogue.insert(name(leaf), Entry::Flag(holds));
}

fn loss_by(
    run: &FittedRun,
    known: u64,
    memory: Memory,
    of: &EpochRow,
) -> Result<f64, &'static str> {
    if known >= of.epoch {
        return Err("no epoch is left to be predicted");
    }
    let model = Extrapolation::of(&run.measured, &run.drops, known as usize, memory);
    let model = model.ok_or("too few epochs are known")?;
    Ok(model.loss_at(Step(of.steps as f64)))
}

/// |predicted − measured| / measured of what was predicted `ratio` times as high as measured.
fn relative_miss(ratio: &Quantity) -> Option<f64> {
    ratio.known().map(|ratio| (ratio - 1.0).abs())
}
