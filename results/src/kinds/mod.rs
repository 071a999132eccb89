//! The kinds of experiments: what their runs choose and measure, their own part of plan and record.
//!
//! Around it stands what is the same for every run, the [`Record`](crate::Record) and the
//! [`PlannedRun`](crate::PlannedRun). Another kind is a module here with its two types, and a variant of [`Kind`], of
//! [`Configuration`](crate::Configuration) and of [`Measured`](crate::Measured), which the compiler follows up; its
//! experiments are lines of [`EXPERIMENTS`](crate::EXPERIMENTS).

pub mod learning_rate;
pub mod network;
pub mod timing;
pub mod trained;
pub mod training;

use std::ops::Range;

use toml::de::DeTable;

/// A kind of experiments, by what their runs choose and measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They train a network.
    Training,
    /// They take times.
    Timing,
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
