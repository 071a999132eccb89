//! The topics' commands for people with logs of their own: `fit`, `predict` and `flops`.
//!
//! They write to whatever they are given, so that a test reads what a terminal would show.

use std::io::Write;

use clap::Subcommand;

use crate::topics::operations::command_line::{FlopsArguments, flops};
use crate::topics::optimus::command_line::{FitArguments, PredictArguments, fit, predict};

/// What can be asked of a log or a network without a book.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fits the loss model l(k) = 1/(β0 k + β1) + β2 of Peng et al. 2018 to a training log
    Fit(FitArguments),
    /// Predicts the loss at a step, or the step at which a loss is reached, from a training log
    Predict(PredictArguments),
    /// Counts a network's operations layer by layer
    Flops(FlopsArguments),
}

/// Runs a command and writes its answer to `out`.
///
/// # Errors
/// Where the log cannot be read or is no loss curve, or `out` cannot be written.
pub fn run(command: Command, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        Command::Fit(arguments) => fit(&arguments, out),
        Command::Predict(arguments) => predict(&arguments, out),
        Command::Flops(arguments) => flops(&arguments, out),
    }
}

/// A value as indented JSON and a line's end.
pub(super) fn write_json(value: &impl serde::Serialize, out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}
