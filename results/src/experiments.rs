//! The experiments that a plan may name: one line for each program in `experiments/src/bin/` that makes runs.

use std::fmt::Display;

use crate::configuration::Configuration;
use crate::kinds::Kind;
use crate::kinds::network::Arithmetic;
use crate::kinds::training::{FrozenBatchNorm, Trainable, Training, TrainingConfiguration};
use crate::nearest::nearest_hint;
use crate::plan::{Hardware, PlannedRun};

/// An experiment, and what its program takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownExperiment {
    /// Its name in plans and records, which is its program's.
    pub name: &'static str,
    /// What its program does.
    pub work: Work,
}

/// What a program does with a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Takes the time of passes over inputs that are made up.
    Times,
    /// Trains it.
    Trains {
        /// The data set that it reads.
        data: &'static str,
        /// Side of the images of that data set, in pixels.
        image_px: u64,
        /// What it trains.
        trainable: Trainable,
        /// Whether it starts from weights that were trained before; else from random ones.
        pretrained: bool,
    },
}

/// Every experiment.
pub const EXPERIMENTS: &[KnownExperiment] = &[
    transfer("feature_extraction", Trainable::ClassifierOnly),
    transfer("feature_study", Trainable::ClassifierOnly),
    transfer("finetune", Trainable::All),
    transfer("finetune_study", Trainable::All),
    KnownExperiment {
        name: "layer_time",
        work: Work::Times,
    },
    KnownExperiment {
        name: "loss_curve",
        work: Work::Trains {
            data: "cifar10",
            image_px: 32,
            trainable: Trainable::All,
            pretrained: false,
        },
    },
];

const fn transfer(name: &'static str, trainable: Trainable) -> KnownExperiment {
    KnownExperiment {
        name,
        work: Work::Trains {
            data: "vgg-flowers-72",
            image_px: 72,
            trainable,
            pretrained: true,
        },
    }
}

/// The experiment of this name.
///
/// # Errors
/// What is wrong with an unknown name, with those that are known and the nearest of them.
pub fn known_experiment(name: &str) -> Result<&'static KnownExperiment, String> {
    let found = EXPERIMENTS.iter().find(|known| known.name == name);
    found.ok_or_else(|| {
        let names = EXPERIMENTS.iter().map(|known| known.name);
        let listed = names.clone().map(|name| format!("`{name}`"));
        format!(
            "`experiment` is `{name}`, expected one of {}{}",
            listed.collect::<Vec<_>>().join(", "),
            nearest_hint(name, names)
        )
    })
}

impl KnownExperiment {
    /// What its program does, behind its name.
    pub(crate) fn does(&self) -> &'static str {
        match self.work {
            Work::Times => "takes times, of inputs that are made up",
            Work::Trains { .. } => "trains a network",
        }
    }

    /// Of what kind its runs are.
    pub(crate) fn kind(&self) -> Kind {
        match self.work {
            Work::Times => Kind::Timing,
            Work::Trains { .. } => Kind::Training,
        }
    }
}

/// What the program of `known` does not take of `run`, each with its key.
pub(crate) fn faults(known: &KnownExperiment, run: &PlannedRun) -> Vec<(&'static str, String)> {
    let mut faults = Faults(known.name, Vec::new());
    let arithmetic = match &run.configuration {
        Configuration::Training(configuration) => {
            trains(known.work, configuration, &mut faults);
            configuration.arithmetic
        }
        Configuration::Timing(configuration) => configuration.arithmetic,
    };
    if run.hardware == Hardware::Cpu && arithmetic == Arithmetic::Tf32 {
        let expected = "`fp32` or `bf16` on a CPU";
        faults.add("configuration.arithmetic", "`tf32`", expected);
    }
    faults.1
}

fn trains(work: Work, configuration: &TrainingConfiguration, faults: &mut Faults) {
    let Work::Trains {
        data,
        image_px,
        trainable,
        pretrained,
    } = work
    else {
        return;
    };
    let (found, training) = (&configuration.data.name, &configuration.training);
    if found != data {
        let (found, expected) = (format!("`{found}`"), format!("`{data}`"));
        faults.add("configuration.data.name", found, expected);
    }
    if configuration.image_px != image_px {
        let expected = format!("{image_px}, the side of the images of `{data}`");
        faults.add("configuration.image_px", configuration.image_px, expected);
    }
    let found = configuration.initial_weights.is_some();
    if found != pretrained {
        let told = |is| if is { "present" } else { "absent" };
        let key = "configuration.initial_weights";
        faults.add(key, told(found), told(pretrained));
    }
    if training.trainable != trainable {
        let (found, expected) = (word(training.trainable), word(trainable));
        faults.add("configuration.training.trainable", found, expected);
    }
    let (key, frozen) = (
        "configuration.training.frozen_batch_norm",
        training.frozen_batch_norm,
    );
    if !pretrained && frozen != FrozenBatchNorm::None {
        faults.add(key, "not `none`", "`none` where weights are random");
    }
    ends(training, image_px, faults);
}

/// What is beyond the run's end or its images.
fn ends(training: &Training, image_px: u64, faults: &mut Faults) {
    let (milestones, epochs) = (&training.learning_rate.milestones, training.epochs);
    if epochs > 0 && milestones.iter().any(|&milestone| milestone >= epochs) {
        let key = "configuration.training.learning_rate.milestones";
        let expected = format!("epochs before the last, which is {epochs}");
        faults.add(key, format!("{milestones:?}"), expected);
    }
    let padding = training.augmentation.crop_padding_px;
    if padding > image_px {
        let key = "configuration.training.augmentation.crop_padding_px";
        faults.add(key, padding, format!("at most the image's {image_px}"));
    }
}

fn word(trainable: Trainable) -> &'static str {
    match trainable {
        Trainable::All => "`all`",
        Trainable::ClassifierOnly => "`classifier only`",
    }
}

/// What an experiment does not take, by key.
struct Faults(&'static str, Vec<(&'static str, String)>);

impl Faults {
    fn add(&mut self, key: &'static str, found: impl Display, expected: impl Display) {
        let problem = format!("`{key}` is {found}, `{}` expects {expected}", self.0);
        self.1.push((key, problem));
    }
}
