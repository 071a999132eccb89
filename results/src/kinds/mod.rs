//! The kinds of experiments: what their runs choose and measure, their own part of plan and record.
//!
//! Around it stands what is the same for every run, the [`Record`](crate::Record) and the
//! [`PlannedRun`](crate::PlannedRun). Another kind is a module here with a type that is [`Chosen`] and one that is
//! [`Found`], and a variant of [`Kind`], of [`Configuration`](crate::Configuration) and of
//! [`Measured`](crate::Measured), which the compiler follows up; its experiments are lines of
//! [`EXPERIMENTS`](crate::EXPERIMENTS).

pub mod learning_rate;
pub mod network;
pub mod timing;
pub mod trained;
pub mod training;

use std::ops::Range;

use toml::de::DeTable;

use crate::predictions::Predictions;
use crate::ranges::Checks;
use crate::record::Completion;

/// A kind of experiments, by what their runs choose and measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They train a network.
    Training,
    /// They take times.
    Timing,
}

/// The keys that configurations of some kinds have and others have not.
pub(crate) const KEYS_OF_KINDS: [&str; 4] = ["data", "initial_weights", "timing", "training"];

/// What is asked of a configuration, of whatever kind it is.
pub(crate) trait Chosen {
    /// How much is to be done, such as epochs.
    fn planned(&self) -> u64;

    /// Seed from which all random numbers of the run follow.
    fn seed(&self) -> u64;

    /// The same, to change it.
    fn seed_mut(&mut self) -> &mut u64;

    /// What a reader is told of it in a line, such as `bf16, seed 1`.
    fn in_brief(&self) -> String;

    /// What a plan says in it against itself, each with its key.
    fn faults(&self) -> Vec<(&'static str, String)>;

    /// Checks that its values lie in their ranges.
    fn check(&self, checks: &mut Checks<'_>);
}

/// What is asked of that which a run measured, of whatever kind it is.
pub(crate) trait Found {
    /// How much of what is planned is done.
    fn done(&self) -> u64;

    /// What was predicted of test images, where that is kept.
    fn predictions(&self) -> Option<Predictions<'_>> {
        None
    }

    /// Checks what a run measured that came so far, of so much that is planned.
    fn check(&self, completion: &Completion, planned: u64, checks: &mut Checks<'_>);
}

impl Kind {
    /// Adds to a planned configuration what follows from the rest of it.
    ///
    /// # Errors
    /// That nothing follows, and from what.
    pub(crate) fn complete(
        self,
        configuration: &mut DeTable<'_>,
    ) -> Result<(), (Range<usize>, String)> {
        match self {
            Kind::Training | Kind::Timing => network::complete(configuration),
        }
    }
}
