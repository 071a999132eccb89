//! The planned runs that train for a loss curve, and the curves that their records hold.

use crate::catalogue::RunFacts;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use crate::topics::names::readable;
use crate::topics::optimus::analysis::accuracy_link::{AccuracyRun, first_epoch_reaching};
use crate::topics::optimus::analysis::fitted_run::FittedRun;
use crate::topics::optimus::analysis::loss_curve::LossCurve;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::analysis::training_set::{Family, HELD_OUT_DEPTH};
use crate::topics::training::recorded::{configuration, epochs};
use results::{
    Arithmetic, Completion, Environment, EpochRow, LearningRateSchedule, State,
    TrainingConfiguration, known_network,
};
use std::fmt;
use std::sync::Arc;

/// The experiment that trains for loss curves.
pub(crate) const EXPERIMENT: &str = "loss_curve";
/// The network that is predicted, and therefore never fitted.
pub(crate) const TARGET_NETWORK: &str = "resnet50-6n2";

/// What a run was trained on, or is to be trained on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hardware {
    /// The number format of the multiplications.
    pub(crate) arithmetic: Arithmetic,
    /// The recorded device; where nothing is recorded, what the plan asks for.
    pub(crate) device: String,
}

/// As `NVIDIA H200, bf16`.
impl fmt::Display for Hardware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.device, self.arithmetic)
    }
}

impl Hardware {
    /// As `bf16_nvidia_h200`.
    pub(crate) fn identifier(&self) -> String {
        let text = format!("{} {}", self.arithmetic, self.device).to_lowercase();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        words.join("_")
    }
}

/// A planned run of [`EXPERIMENT`].
#[derive(Debug, Clone)]
pub(crate) struct LossRun {
    /// The run with its record.
    pub(crate) facts: RunFacts,
    /// What was recorded as chosen for it; what is planned where there is no record.
    pub(crate) configuration: TrainingConfiguration,
    /// What is planned.
    pub(crate) planned: TrainingConfiguration,
    /// What it was trained on; where it has no record, the device on which another run of the same
    /// arithmetic was made, if the plan allows that device.
    pub(crate) hardware: Hardware,
    /// Whether epochs, learning rates and batch are those of the plan's first such run: only then
    /// can its models be compared with those of the others.
    pub(crate) has_common_recipe: bool,
}

impl LossRun {
    /// The runs of the plan that train for a loss curve, in its order.
    fn all(runs: &[RunFacts]) -> Vec<Self> {
        let is_one = |run: &&RunFacts| run.planned.experiment == EXPERIMENT;
        let planned: Vec<_> = { runs.iter().filter(is_one) }
            .filter_map(|run| Some((run, run.planned.configuration.as_training()?)))
            .collect();
        let Some((_, first)) = planned.first() else {
            return Vec::new();
        };
        let runs: Vec<_> = planned.iter().map(|(run, _)| *run).collect();
        let loss_run = |(facts, planned): &(&RunFacts, &TrainingConfiguration)| {
            let configuration = configuration(facts).unwrap_or(planned);
            LossRun {
                hardware: hardware(facts, configuration.arithmetic, &runs),
                has_common_recipe: recipe(configuration) == recipe(first),
                configuration: configuration.clone(),
                planned: (*planned).clone(),
                facts: (*facts).clone(),
            }
        };
        planned.iter().map(loss_run).collect()
    }

    /// As `loss_resnet20_bf16`.
    pub(crate) fn name(&self) -> String {
        let name = self.facts.name();
        name.trim_start_matches("runs.").to_owned()
    }

    /// As `ResNet-20, NVIDIA H200, bf16, seed 1`.
    pub(crate) fn title(&self) -> String {
        let seed = self.configuration.seed;
        format!("{}, {}, seed {seed}", self.network_title(), self.hardware)
    }

    /// As `ResNet-20`.
    pub(crate) fn network_title(&self) -> String {
        readable(&self.configuration.network).to_owned()
    }

    /// The recorded epochs.
    pub(crate) fn epochs(&self) -> &[EpochRow] {
        epochs(&self.facts)
    }

    /// Whether all planned epochs are recorded, though perhaps of an earlier plan or program.
    pub(crate) fn is_complete(&self) -> bool {
        let record = self.facts.record.as_ref();
        record.is_some_and(|(_, record)| record.completion == Completion::Complete)
    }

    /// Whether the run can be made with the cards at hand.
    pub(crate) fn is_expected(&self) -> bool {
        self.facts.state != State::NoSuchCard
    }

    /// Whether the run is of the network that is predicted.
    pub(crate) fn is_target(&self) -> bool {
        self.configuration.network == TARGET_NETWORK
    }

    /// Whether the run may be fitted to in order to predict another: complete, with the common
    /// recipe, and of no network of the depth that is predicted.
    pub(crate) fn is_training(&self) -> bool {
        let is_other = self.configuration.depth != HELD_OUT_DEPTH && !self.is_target();
        is_other && self.has_common_recipe && self.is_complete()
    }

    /// The network's family.
    pub(crate) fn family(&self) -> Family {
        let network = known_network(&self.configuration.network);
        match network.is_ok_and(|network| network.blocks_per_stage.is_some()) {
            true => Family::SixNPlusTwo,
            false => Family::Other,
        }
    }

    /// The planned number of learning-rate stages.
    pub(crate) fn stages(&self) -> usize {
        1 + milestones(&self.planned).len()
    }

    /// Fits the models of the recorded epochs.
    ///
    /// # Errors
    /// Where there is no record, or what is recorded is no curve: too few epochs, say.
    fn fit(&self) -> Result<FittedRun, String> {
        let epochs = self.epochs();
        if self.facts.record.is_none() {
            return Err("there is no record".to_owned());
        }
        let points = epochs
            .iter()
            .map(|row| (Step(row.steps as f64), row.train_loss));
        let curve = LossCurve::new(points.collect()).map_err(|error| error.to_string())?;
        let drops = self.drops().map(|row| Step(row.steps as f64));
        Ok(FittedRun::of(curve, drops.collect()))
    }

    /// The recorded epochs after which the learning rate dropped.
    pub(crate) fn drops(&self) -> impl Iterator<Item = &EpochRow> {
        let epochs = self.epochs();
        // A drop after the last epoch changed nothing.
        let is_followed = |row: &&EpochRow| row.epoch < epochs.len() as u64;
        { milestones(&self.configuration).iter() }
            .filter_map(|milestone| epochs.iter().find(|row| row.epoch == *milestone))
            .filter(is_followed)
    }

    /// The training loss and the test accuracy of each epoch that was tested.
    pub(crate) fn accuracies(&self) -> AccuracyRun {
        let tested = self.epochs().iter();
        tested
            .filter_map(|row| Some((row.train_loss, row.test?.accuracy)))
            .collect()
    }

    /// The best test accuracy of the epochs up to `last`.
    pub(crate) fn best_test_accuracy(&self, last: u64) -> Option<f64> {
        let rows = self.epochs().iter().take_while(|row| row.epoch <= last);
        let accuracies = rows.filter_map(|row| Some(row.test?.accuracy));
        accuracies.reduce(f64::max)
    }

    /// The first epoch that ends at `step` or later; the last where none does.
    pub(crate) fn epoch_of(&self, step: Step) -> u64 {
        let mut rows = self.epochs().iter();
        let found = rows.find(|row| row.steps as f64 >= step.0);
        found.map_or(self.epochs().len() as u64, |row| row.epoch)
    }

    /// The first epoch whose test accuracy reaches `target`, which is 92 %.
    pub(crate) fn epochs_to_target(&self, target: f64) -> Arc<Quantity> {
        let tested = self.epochs().iter();
        let accuracies = tested.filter_map(|row| Some((row.epoch, row.test?.accuracy)));
        let key = format!("first of epochs[].epoch where epochs[].test.accuracy ≥ {target}");
        let epoch = first_epoch_reaching(accuracies, target).map(|epoch| epoch as f64);
        self.measured("epochs_to_92", Unit::Epoch, &key, epoch)
    }

    /// The number of recorded points. The record enters what is computed of it as this quantity.
    fn points(&self) -> Arc<Quantity> {
        let points = self.facts.record.as_ref().map(|_| self.epochs().len());
        let key = "epochs[].steps and epochs[].train_loss";
        self.measured("points", Unit::One, key, points.map(|count| count as f64))
    }

    fn measured(&self, leaf: &str, unit: Unit, key: &str, value: Option<f64>) -> Arc<Quantity> {
        let reader = self.facts.reader_as(format!("loss_model.{}", self.name()));
        reader.measured(leaf, unit, key, value)
    }
}

/// A run with its models.
#[derive(Debug)]
pub(crate) struct LossFit {
    /// The run.
    pub(crate) run: LossRun,
    /// The number of its points, by which computed quantities name it as their source.
    pub(crate) points: Arc<Quantity>,
    /// Its models, or why it has none.
    pub(crate) fit: Result<FittedRun, String>,
}

impl LossFit {
    /// The runs of the plan that train for a loss curve, fitted.
    pub(crate) fn all(runs: &[RunFacts]) -> Vec<Self> {
        let fitted = |run: LossRun| LossFit {
            points: run.points(),
            fit: run.fit(),
            run,
        };
        LossRun::all(runs).into_iter().map(fitted).collect()
    }
}

fn milestones(configuration: &TrainingConfiguration) -> &[u64] {
    &configuration.training.learning_rate.milestones
}

/// What decides the shape of a loss curve besides the network.
fn recipe(configuration: &TrainingConfiguration) -> (u64, u64, &LearningRateSchedule) {
    let training = &configuration.training;
    (
        configuration.batch_size,
        training.epochs,
        &training.learning_rate,
    )
}

fn hardware(run: &RunFacts, arithmetic: Arithmetic, planned: &[&RunFacts]) -> Hardware {
    let environment = |of: &'_ RunFacts| {
        let (_, record) = of.record.as_ref()?;
        Some(record.environment.clone())
    };
    let is_alike =
        |of: &&&RunFacts| configuration(of).is_some_and(|of| of.arithmetic == arithmetic);
    let others = planned.iter().filter(is_alike);
    let others = others.filter_map(|other| environment(other));
    let admitted = |of: &Environment| run.planned.hardware.admits(of);
    let found = environment(run).or_else(|| { others }.find(admitted));
    Hardware {
        arithmetic,
        device: found.map_or_else(|| run.planned.hardware.to_string(), |of| of.device),
    }
}

#[cfg(test)]
#[path = "loss_runs_tests.rs"]
mod tests;
