//! What was chosen before a run: the same types stand in the record and in the plan.

use serde::de::{DeserializeSeed, Deserializer};
use serde::{Deserialize, Serialize};

use crate::kinds::timing::TimingConfiguration;
use crate::kinds::training::TrainingConfiguration;
use crate::kinds::{Chosen, Kind};
use crate::plan::PlannedRun;

/// All that decides a run besides the program and the machine, by the kind of its experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Configuration {
    /// Of a run that trains a network.
    Training(TrainingConfiguration),
    /// Of a run that takes times.
    Timing(TimingConfiguration),
}

impl Configuration {
    /// That of a run that trains a network.
    pub fn as_training(&self) -> Option<&TrainingConfiguration> {
        match self {
            Configuration::Training(training) => Some(training),
            Configuration::Timing(_) => None,
        }
    }

    /// The same, to change it.
    pub fn as_training_mut(&mut self) -> Option<&mut TrainingConfiguration> {
        match self {
            Configuration::Training(training) => Some(training),
            Configuration::Timing(_) => None,
        }
    }

    /// That of a run that takes times.
    pub fn as_timing(&self) -> Option<&TimingConfiguration> {
        match self {
            Configuration::Timing(timing) => Some(timing),
            Configuration::Training(_) => None,
        }
    }

    /// The same, to change it.
    pub fn as_timing_mut(&mut self) -> Option<&mut TimingConfiguration> {
        match self {
            Configuration::Timing(timing) => Some(timing),
            Configuration::Training(_) => None,
        }
    }

    /// How much is to be done: epochs, or trials of each span.
    pub fn planned(&self) -> u64 {
        self.chosen().planned()
    }

    /// Seed from which all random numbers of the run follow.
    pub fn seed(&self) -> u64 {
        self.chosen().seed()
    }

    /// The same with another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Configuration {
        *self.chosen_mut().seed_mut() = seed;
        self
    }

    /// What a reader is told of it in a line: `bf16, seed 1`.
    pub fn in_brief(&self) -> String {
        self.chosen().in_brief()
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Configuration::Training(_) => Kind::Training,
            Configuration::Timing(_) => Kind::Timing,
        }
    }

    pub(crate) fn chosen(&self) -> &dyn Chosen {
        match self {
            Configuration::Training(configuration) => configuration,
            Configuration::Timing(configuration) => configuration,
        }
    }

    fn chosen_mut(&mut self) -> &mut dyn Chosen {
        match self {
            Configuration::Training(configuration) => configuration,
            Configuration::Timing(configuration) => configuration,
        }
    }
}

/// Reads a planned run whose experiment is of this kind.
pub(crate) struct PlannedRunOf(pub(crate) Kind);

impl<'de> DeserializeSeed<'de> for PlannedRunOf {
    type Value = PlannedRun;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<PlannedRun, D::Error> {
        match self.0 {
            Kind::Training => {
                PlannedRun::deserialize(from).map(|run| run.map(Configuration::Training))
            }
            Kind::Timing => PlannedRun::deserialize(from).map(|run| run.map(Configuration::Timing)),
        }
    }
}

/// Reads a configuration of this kind.
pub(crate) struct ConfigurationOf(pub(crate) Kind);

impl<'de> DeserializeSeed<'de> for ConfigurationOf {
    type Value = Configuration;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Configuration, D::Error> {
        match self.0 {
            Kind::Training => TrainingConfiguration::deserialize(from).map(Configuration::Training),
            Kind::Timing => TimingConfiguration::deserialize(from).map(Configuration::Timing),
        }
    }
}
