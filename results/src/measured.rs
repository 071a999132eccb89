//! What a run counted and measured.

use serde::de::{DeserializeSeed, Deserializer};
use serde::{Deserialize, Serialize};

use crate::kinds::timing::Timed;
use crate::kinds::trained::Trained;
use crate::kinds::{Found, Kind};
use crate::predictions::Predictions;

/// What a run counted and measured, by the kind of its experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measured {
    /// By a run that trains a network.
    Trained(Trained),
    /// By a run that takes times.
    Timed(Timed),
}

impl Measured {
    /// That of a run that trains a network.
    pub fn as_trained(&self) -> Option<&Trained> {
        match self {
            Measured::Trained(trained) => Some(trained),
            Measured::Timed(_) => None,
        }
    }

    /// The same, to add to it.
    pub fn as_trained_mut(&mut self) -> Option<&mut Trained> {
        match self {
            Measured::Trained(trained) => Some(trained),
            Measured::Timed(_) => None,
        }
    }

    /// That of a run that takes times.
    pub fn as_timed(&self) -> Option<&Timed> {
        match self {
            Measured::Timed(timed) => Some(timed),
            Measured::Trained(_) => None,
        }
    }

    /// The same, to add to it.
    pub fn as_timed_mut(&mut self) -> Option<&mut Timed> {
        match self {
            Measured::Timed(timed) => Some(timed),
            Measured::Trained(_) => None,
        }
    }

    /// What it predicted of test images, where that is kept.
    pub fn predictions(&self) -> Option<Predictions<'_>> {
        self.found().predictions()
    }

    /// How much is done: epochs that are finished, or trials that every span has.
    pub fn done(&self) -> u64 {
        self.found().done()
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Measured::Trained(_) => Kind::Training,
            Measured::Timed(_) => Kind::Timing,
        }
    }

    pub(crate) fn found(&self) -> &dyn Found {
        match self {
            Measured::Trained(trained) => trained,
            Measured::Timed(timed) => timed,
        }
    }
}

/// Reads what a run of this kind measured.
pub(crate) struct MeasuredOf(pub(crate) Kind);

impl<'de> DeserializeSeed<'de> for MeasuredOf {
    type Value = Measured;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Measured, D::Error> {
        match self.0 {
            Kind::Training => Trained::deserialize(from).map(Measured::Trained),
            Kind::Timing => Timed::deserialize(from).map(Measured::Timed),
        }
    }
}
