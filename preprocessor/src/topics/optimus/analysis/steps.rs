//! Training steps, in which the loss model counts (Peng et al. 2018, Eq. 1).
//!
//! A step is one update of the weights from one batch.

use serde::Serialize;

/// A number of optimiser steps since the start of a run; not whole where a loss is averaged over
/// several steps.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct Step(pub f64);
