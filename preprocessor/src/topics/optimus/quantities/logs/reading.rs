//! From the rows of a table to training logs.

use super::columns::{Columns, Keys, Number, StepColumn};
use super::{Log, LogFit, LogRow, TOPIC, as_name};
use crate::data::{Places, Table, as_identifier};
use crate::diagnostic::Diagnostic;
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity};
use crate::statistics::median_interval::median;
use crate::topics::optimus::analysis::loss_curve::{LossCurve, LossCurveError};
use crate::topics::optimus::analysis::printed_zeros::PrintedZeros;
use crate::topics::optimus::analysis::steps::Step;
use rayon::prelude::*;
use std::sync::Arc;

/// The logs in a table that says so.
///
/// # Errors
/// What is wrong with its keys or rows, with file and line.
pub(super) fn logs_of(table: &Table, declarations: &str) -> Result<Vec<Log>, Diagnostic> {
    let Some(keys) = table.declaration.topics.get(TOPIC) else {
        return Ok(Vec::new());
    };
    let of_keys = |message: String| {
        let name = &table.declaration.name;
        Diagnostic {
            line: Some(table.declaration.line),
            ..Diagnostic::of_file(declarations, format!("`{name}.topics.{TOPIC}`: {message}"))
        }
    };
    let keys = keys.clone().try_into::<Keys>();
    let keys = keys.map_err(|error| of_keys(error.message().trim().to_owned()))?;
    let Some(content) = &table.content else {
        return Ok(Vec::new());
    };
    let columns = Columns::find(table, content, &keys).map_err(of_keys)?;
    // The refits behind the intervals take most of the time.
    let logs = columns.logs().into_par_iter().with_max_len(1);
    logs.map(|rows| columns.log(&rows)).collect()
}

impl Columns<'_> {
    /// The log of these rows; a row without a loss says nothing.
    fn log(&self, rows: &[u32]) -> Result<Log, Diagnostic> {
        self.check_words(rows)?;
        let first = rows[0] as usize;
        let has_loss = |row: &u32| self.number(self.loss, *row as usize).is_some();
        let rows: Vec<u32> = rows.iter().copied().filter(has_loss).collect();
        let read = rows.iter().map(|row| self.row(*row as usize));
        let mut read: Vec<LogRow> = read.collect::<Result<_, _>>()?;
        self.check_epochs(&rows, &read)?;
        let id = self.id(first);
        let word = |column: Option<usize>| {
            column.map_or(String::new(), |column| self.content.text(column, first))
        };
        Ok(Log {
            points: self.table.rows_of_one_work(self.loss.name, &rows),
            step_time: self.step_time(&id, &rows)?,
            depth: self.depth(first)?,
            network: word(self.network),
            hardware: word(self.hardware),
            repeat: self.repeat.map(|column| {
                let head = &self.content.heads[column];
                format!("{head} {}", self.content.text(column, first))
            }),
            recipe: word(self.recipe),
            fit: self.fit(&rows, &mut read, first)?,
            rows: read,
            id,
        })
    }

    /// The table's name with the words that tell its logs apart.
    fn id(&self, first: usize) -> String {
        let mut id = self.table.declaration.name.clone();
        for column in &self.key {
            let word = as_identifier(&self.content.text(*column, first));
            id.extend(["_", &word]);
        }
        id
    }

    /// Fits the rows; in those that print a loss of 0, it is then what the fit takes it for.
    fn fit(
        &self,
        rows: &[u32],
        read: &mut [LogRow],
        first: usize,
    ) -> Result<Result<LogFit, String>, Diagnostic> {
        let mut points: Vec<_> = { read.iter() }
            .map(|row| (Step(row.step), row.loss))
            .collect();
        let zeros = PrintedZeros::replace(&mut points);
        let made = zeros.and_then(|zeros| Ok((LossCurve::new(points)?, zeros)));
        match made {
            Ok((curve, zeros)) => {
                let curve = zeros
                    .as_ref()
                    .map_or(curve.clone(), |zeros| zeros.fill(&curve));
                for (row, (_, loss)) in read.iter_mut().zip(curve.points()) {
                    row.loss = loss;
                }
                Ok(LogFit::of(curve, zeros))
            }
            Err(error @ LossCurveError::TooFewPoints { .. }) => Ok(Err(error.to_string())),
            Err(error) => {
                let place = error.point().map_or(first, |point| rows[point] as usize);
                let several = match error {
                    LossCurveError::StepsNotIncreasing { .. } => {
                        "; if these are several logs, `where` tells them apart"
                    }
                    _ => "",
                };
                Err(self.refuse(place, format!("{error}{several}")))
            }
        }
    }

    /// Checks that the words of a log are there and the same in all its rows.
    fn check_words(&self, rows: &[u32]) -> Result<(), Diagnostic> {
        for column in self.words() {
            let expected = self.content.text(column, rows[0] as usize);
            let head = &self.content.heads[column];
            if expected.is_empty() {
                return Err(self.refuse(rows[0] as usize, format!("`{head}` is empty")));
            }
            let differs = |row: &&u32| self.content.text(column, **row as usize) != expected;
            if let Some(row) = rows.iter().find(differs) {
                let found = self.content.text(column, *row as usize);
                return Err(self.refuse(
                    *row as usize,
                    format!(
                        "`{head}` is `{found}`, expected `{expected}` as in the rows of this log \
                         before; hint: `where` has the columns that tell logs apart"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Checks that epochs do not fall.
    fn check_epochs(&self, rows: &[u32], read: &[LogRow]) -> Result<(), Diagnostic> {
        let mut latest = 0.0;
        for (row, of_row) in rows.iter().zip(read) {
            let Some(epoch) = of_row.epoch else { continue };
            if epoch < latest {
                let message = format!("the epoch is `{epoch}` after `{latest}`");
                return Err(self.refuse(*row as usize, message));
            }
            latest = epoch;
        }
        Ok(())
    }

    fn row(&self, row: usize) -> Result<LogRow, Diagnostic> {
        let needed = |column: Number| {
            let number = self.number(column, row);
            number.ok_or_else(|| self.refuse(row, format!("`{}` is empty", column.name)))
        };
        Ok(LogRow {
            step: match self.step {
                StepColumn::Steps(step) => needed(step)?,
                StepColumn::Epochs {
                    epoch,
                    steps_per_epoch,
                } => needed(epoch)? * steps_per_epoch as f64,
            },
            loss: needed(self.loss)?,
            epoch: self.epoch.and_then(|epoch| self.number(epoch, row)),
            accuracy: self.accuracy(row)?,
        })
    }

    fn accuracy(&self, row: usize) -> Result<Option<f64>, Diagnostic> {
        let Some(column) = self.accuracy else {
            return Ok(None);
        };
        let found = self.number(column, row);
        match found.filter(|accuracy| !(0.0..=1.0).contains(accuracy)) {
            Some(accuracy) => {
                let hint = "hint: percent are a column in `%`";
                let name = column.name;
                let message = format!("`{name}` is `{accuracy}`, expected 0 to 1; {hint}");
                Err(self.refuse(row, message))
            }
            None => Ok(found),
        }
    }

    /// The number in a cell in its base unit.
    fn number(&self, column: Number, row: usize) -> Option<f64> {
        let number = self.content.number(column.index, row)?;
        Some(self.table.unit(column.name).to_base(number))
    }

    fn depth(&self, row: usize) -> Result<Option<u64>, Diagnostic> {
        let Some(column) = self.depth else {
            return Ok(None);
        };
        let text = self.content.text(column, row);
        match text.parse() {
            Ok(depth) if depth > 2 && depth % 6 == 2 => Ok(Some(depth)),
            _ => Err(self.refuse(
                row,
                format!("the depth is `{text}`, expected 6n + 2, such as 20"),
            )),
        }
    }

    /// The median time of a step.
    fn step_time(&self, id: &str, rows: &[u32]) -> Result<Arc<Quantity>, Diagnostic> {
        let quantity = |value, function: String, inputs| {
            let name = format!("log_model.{id}.step_time");
            Quantity::computed(name, Unit::Second, function, inputs, value)
        };
        let untimed = || Missing::from("the log does not time its steps");
        let Some(column) = self.step_time else {
            return Ok(quantity(Err(untimed()), String::new(), Vec::new()));
        };
        let mut times = Vec::new();
        for row in rows.iter().map(|row| *row as usize) {
            match self.number(column, row) {
                Some(time) if time <= 0.0 => {
                    let message = format!("`{}` is `{time}`, expected more than 0 s", column.name);
                    return Err(self.refuse(row, message));
                }
                time => times.extend(time),
            }
        }
        let function = format!("median of {} over the rows", column.name);
        let inputs = vec![self.table.rows_of_one_work(column.name, rows)];
        let median = median(&times).map(|median| median.value);
        Ok(quantity(median.ok_or_else(untimed), function, inputs))
    }

    fn refuse(&self, row: usize, message: String) -> Diagnostic {
        let file = &self.table.declaration.file;
        match &self.content.places {
            Places::Lines(lines) => Diagnostic {
                line: Some(lines[row] as usize),
                ..Diagnostic::of_file(file, message)
            },
            Places::Elements(_) => {
                let place = self.content.place(row);
                Diagnostic::of_file(file, format!("{place}: {message}"))
            }
        }
    }
}

/// What is called alike although it is not the same: logs of several tables, and recipes.
pub(super) fn called_alike(logs: &[Log], declarations: &str) -> Option<Diagnostic> {
    let fault = |message| Some(Diagnostic::of_file(declarations, message));
    for (index, log) in logs.iter().enumerate() {
        for other in &logs[..index] {
            if other.id == log.id {
                let id = &log.id;
                return fault(format!(
                    "two logs are called `{id}`; hint: what tells them apart are signs only, or the \
                     name of a table"
                ));
            }
            let [a, b] = [&other.recipe, &log.recipe];
            if a != b && as_name(a) == as_name(b) {
                return fault(format!(
                    "the recipes `{a}` and `{b}` have one name, `{}`; hint: rename one of them",
                    as_name(a)
                ));
            }
        }
    }
    None
}
