//! Training logs in tables: anyone's loss curves, one's own or published ones, and what follows of
//! them.

mod columns;
mod names;
mod reading;
mod set_names;
mod sets;

use super::loss_models::beta_intervals;
use crate::data::{Table, Tables, as_identifier};
use crate::diagnostic::Diagnostic;
use crate::evidence::Quantity;
use crate::statistics::interval::Interval;
use crate::topics::names::readable;
use crate::topics::optimus::analysis::accuracy_link::AccuracyRun;
use crate::topics::optimus::analysis::falling::check_falls;
use crate::topics::optimus::analysis::loss_curve::LossCurve;
use crate::topics::optimus::analysis::loss_fit::fit;
use crate::topics::optimus::analysis::loss_model::LossModel;
use crate::topics::optimus::analysis::printed_zeros::PrintedZeros;
use std::sync::Arc;

pub(crate) use names::{COMPARED_LOSS, add};
pub(crate) use set_names::epochs_names;
pub(crate) use sets::{LeftOut, LogSet, Predicted};

/// The topic by whose name `data.toml` says which columns are what.
const TOPIC: &str = "optimus";

/// The logs of all tables, and the sets of those that can be compared.
#[derive(Debug)]
pub(crate) struct Logs {
    /// In the order of tables and rows.
    pub(crate) all: Vec<Log>,
    /// By recipe.
    pub(crate) sets: Vec<LogSet>,
    /// What is wrong with tables that say that they hold logs.
    faults: Vec<Diagnostic>,
    /// The files of logs that are not there.
    missing: Vec<String>,
}

/// One training run as a table has it.
#[derive(Debug)]
pub(crate) struct Log {
    /// The table's name with the words that tell its logs apart, as in the names of quantities.
    pub(crate) id: String,
    /// As the table calls it; empty where it does not.
    pub(crate) network: String,
    /// Of a network of 6n + 2 layers.
    pub(crate) depth: Option<u64>,
    /// As the table calls it; empty where it does not.
    pub(crate) hardware: String,
    /// Which repeat it is, as `seed 2`.
    pub(crate) repeat: Option<String>,
    /// What it has in common with the logs that it can be compared with.
    pub(crate) recipe: String,
    /// The number of its rows, by which computed quantities name them as their source.
    pub(crate) points: Arc<Quantity>,
    /// The time of a step.
    pub(crate) step_time: Arc<Quantity>,
    /// In the order of the table.
    pub(crate) rows: Vec<LogRow>,
    /// The curve with its model, or why there is none.
    pub(crate) fit: Result<LogFit, String>,
}

/// A row of a log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogRow {
    /// The steps so far.
    pub(crate) step: f64,
    /// The training loss in nats.
    pub(crate) loss: f64,
    pub(crate) epoch: Option<f64>,
    /// The test accuracy in 0..1.
    pub(crate) accuracy: Option<f64>,
}

/// A curve with the model of all its points.
#[derive(Debug)]
pub(crate) struct LogFit {
    pub(crate) curve: LossCurve,
    pub(crate) model: LossModel,
    /// Of β₀, β₁ and β₂.
    pub(crate) intervals: Option<[Interval; 3]>,
    /// The losses that the log prints as 0.
    printed_zeros: Option<PrintedZeros>,
}

impl LogFit {
    /// Fits the points as they are: what a log holds is averaged already, or says what it is.
    ///
    /// # Errors
    /// Where the loss does not fall: what it does instead.
    fn of(curve: LossCurve, printed_zeros: Option<PrintedZeros>) -> Result<Self, String> {
        let model = fit(&curve);
        check_falls(&curve, model).map_err(|error| error.to_string())?;
        Ok(LogFit {
            intervals: beta_intervals(&curve, model),
            curve,
            model,
            printed_zeros,
        })
    }

    /// How the model was found, in words.
    fn function(&self) -> String {
        let fit = "analysis::loss_fit::fit";
        match &self.printed_zeros {
            Some(PrintedZeros {
                indices,
                below_nats,
            }) => format!(
                "{fit}, with {} losses that are printed as 0 taken as what the fit says there, at most \
                 {below_nats:.0e} nat",
                indices.len()
            ),
            None => fit.to_owned(),
        }
    }
}

impl Log {
    /// As `ResNet-20`.
    pub(crate) fn network_title(&self) -> String {
        let depth = self.network.strip_prefix("resnet");
        match depth.filter(|depth| depth.bytes().all(|c| c.is_ascii_digit())) {
            Some(depth) => format!("ResNet-{depth}"),
            None => readable(&self.network).to_owned(),
        }
    }

    /// As `V100, seed 2`.
    pub(crate) fn hardware_title(&self) -> String {
        match &self.repeat {
            Some(repeat) if self.hardware.is_empty() => repeat.clone(),
            Some(repeat) => format!("{}, {repeat}", self.hardware),
            None => self.hardware.clone(),
        }
    }

    /// As `ResNet-20, K80 (EC2)`.
    pub(crate) fn title(&self) -> String {
        let parts = [self.network_title(), self.hardware_title()];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        match parts.is_empty() {
            true => self.id.clone(),
            false => parts.join(", "),
        }
    }

    /// The training loss and the test accuracy of each row that has one.
    pub(crate) fn accuracies(&self) -> AccuracyRun {
        let tested = self.rows.iter();
        tested
            .filter_map(|row| Some((row.loss, row.accuracy?)))
            .collect()
    }

    /// The first row whose test accuracy reaches `target`.
    pub(crate) fn row_reaching(&self, target: f64) -> Option<&LogRow> {
        let reaches = |row: &&LogRow| row.accuracy.is_some_and(|accuracy| accuracy >= target);
        self.rows.iter().find(reaches)
    }

    /// The step of the first row whose loss is at most `loss` nats.
    pub(crate) fn step_reaching(&self, loss: f64) -> Option<f64> {
        let reaches = |row: &&LogRow| row.loss <= loss;
        Some(self.rows.iter().find(reaches)?.step)
    }

    /// The steps of one epoch, by the last row that has its epoch.
    pub(crate) fn steps_per_epoch(&self) -> Option<f64> {
        let counted = |row: &LogRow| Some(row.step / row.epoch.filter(|epoch| *epoch > 0.0)?);
        self.rows.iter().rev().find_map(counted)
    }
}

impl Logs {
    /// Reads and fits the logs of all tables.
    pub(crate) fn of(tables: &Tables) -> Self {
        let (mut all, mut faults) = (Vec::new(), Vec::new());
        for table in &tables.all {
            match reading::logs_of(table, &tables.file) {
                Ok(logs) => all.extend(logs),
                Err(fault) => faults.push(fault),
            }
        }
        faults.extend(reading::called_alike(&all, &tables.file));
        let holds_logs = |table: &&Table| table.declaration.topics.contains_key(TOPIC);
        let missing = tables.all.iter().filter(holds_logs);
        let missing = missing.filter(|table| table.content.is_none());
        Logs {
            sets: LogSet::all(&all),
            missing: missing
                .map(|table| table.declaration.file.clone())
                .collect(),
            all,
            faults,
        }
    }

    /// The logs of a set.
    pub(crate) fn of_set(&self, set: &LogSet) -> Vec<&Log> {
        set.logs.iter().map(|index| &self.all[*index]).collect()
    }

    /// The set of this recipe.
    ///
    /// # Errors
    /// Where there is none; the message lists those that there are.
    pub(crate) fn set(&self, recipe: &str) -> Result<&LogSet, String> {
        let found = self.sets.iter().find(|set| set.recipe == recipe);
        found.ok_or_else(|| {
            let known = self.sets.iter().map(|set| set.recipe.as_str());
            let hint = "only logs with a `depth` and a `recipe` can be compared";
            self.unknown(&format!("no logs have the recipe `{recipe}`"), known, hint)
        })
    }

    /// The log of this identifier.
    ///
    /// # Errors
    /// Where there is none; the message lists those that there are.
    pub(crate) fn log(&self, id: &str) -> Result<&Log, String> {
        let found = self.all.iter().find(|log| log.id == id);
        found.ok_or_else(|| {
            let known = self.all.iter().map(|log| log.id.as_str());
            let hint = "`[TABLE.topics.optimus]` of `data.toml` says which columns are what";
            self.unknown(&format!("no log is called `{id}`"), known, hint)
        })
    }

    /// What is not there, with what is, with the files that are missing, or else with a hint.
    fn unknown<'a>(
        &self,
        problem: &str,
        known: impl Iterator<Item = &'a str>,
        hint: &str,
    ) -> String {
        let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
        match (known.is_empty(), self.missing.first()) {
            (_, Some(file)) => format!("{problem}; hint: `{file}` is not there"),
            (true, None) => format!("{problem}; hint: {hint}"),
            (false, None) => format!("{problem}; expected one of {}", known.join(", ")),
        }
    }
}

/// Words as a part of a name, which begins with a letter.
pub(super) fn as_name(words: &str) -> String {
    let name = as_identifier(words);
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name,
        false => format!("x{name}"),
    }
}

#[cfg(test)]
mod reading_tests;
#[cfg(test)]
pub(crate) mod tests;
