//! From the rows of a table to training logs.

use super::{Log, LogFit, LogRow};
use crate::data::{Content, Places, Table, as_identifier};
use crate::diagnostic::Diagnostic;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use crate::topics::optimus::analysis::loss_curve::{LossCurve, LossCurveError};
use crate::topics::optimus::analysis::steps::Step;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::Arc;

/// Which columns of a table are what: `[TABLE.topics.optimus]` of `data.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    /// The training loss, in nats.
    loss: String,
    /// The steps so far; or `epoch` and the number of steps in one.
    step: Option<String>,
    epoch: Option<String>,
    steps_per_epoch: Option<u64>,
    /// The test accuracy.
    accuracy: Option<String>,
    /// The time of a step.
    step_time: Option<String>,
    network: Option<String>,
    /// The depths of networks of 6n + 2 layers: only such can be compared with one another.
    depth: Option<String>,
    hardware: Option<String>,
    /// What the logs that can be compared have in common: batch, schedule, regularisation.
    recipe: Option<String>,
}

/// The logs in a table that says so.
///
/// # Errors
/// What is wrong with its keys or rows, with file and line.
pub(super) fn logs_of(table: &Table, declarations: &str) -> Result<Vec<Log>, Diagnostic> {
    let Some(keys) = table.declaration.topics.get(super::TOPIC) else {
        return Ok(Vec::new());
    };
    let of_keys = |message: String| Diagnostic {
        line: Some(table.declaration.line),
        ..Diagnostic::of_file(
            declarations,
            format!(
                "`{}.topics.{}`: {message}",
                table.declaration.name,
                super::TOPIC
            ),
        )
    };
    let keys = keys.clone().try_into::<Keys>();
    let keys = keys.map_err(|error| of_keys(error.message().trim().to_owned()))?;
    let Some(content) = &table.content else {
        return Ok(Vec::new());
    };
    let columns = Columns::find(table, content, &keys).map_err(of_keys)?;
    // The refits behind the intervals take most of the time.
    let read = columns
        .logs()
        .into_par_iter()
        .map(|rows| columns.log(&rows));
    let logs: Vec<Log> = read.collect::<Result<_, _>>()?;
    let mut ids = HashSet::new();
    match logs.iter().find(|log| !ids.insert(&log.id)) {
        Some(Log { id, .. }) => Err(of_keys(format!(
            "two logs are called `{id}`; hint: their words in `where` differ by signs only"
        ))),
        None => Ok(logs),
    }
}

/// The columns of a table of logs.
struct Columns<'a> {
    table: &'a Table,
    content: &'a Content,
    /// The columns of `where` and `repeat` that tell logs apart.
    key: Vec<usize>,
    loss: Number<'a>,
    step: StepColumn<'a>,
    epoch: Option<Number<'a>>,
    accuracy: Option<Number<'a>>,
    step_time: Option<Number<'a>>,
    network: Option<usize>,
    depth: Option<usize>,
    hardware: Option<usize>,
    recipe: Option<usize>,
}

/// A column of numbers.
#[derive(Clone, Copy)]
struct Number<'a> {
    name: &'a str,
    index: usize,
}

/// What tells the steps so far.
enum StepColumn<'a> {
    Steps(Number<'a>),
    Epochs {
        epoch: Number<'a>,
        steps_per_epoch: u64,
    },
}

impl<'a> Columns<'a> {
    fn find(table: &'a Table, content: &'a Content, keys: &Keys) -> Result<Self, String> {
        let number = |key: &str, column: &String, unit: Unit| {
            let name = table.number_column(column)?;
            let found = table.unit(name).unit;
            match found == unit {
                true => Ok(Number {
                    name,
                    index: index(content, name)?,
                }),
                false => Err(format!(
                    "`{key}` is `{name}` in `{found}`, expected a column in `{unit}`"
                )),
            }
        };
        let optional = |key, column: &Option<String>, unit| {
            column
                .as_ref()
                .map(|column| number(key, column, unit))
                .transpose()
        };
        let words = |column: &Option<String>| {
            column
                .as_ref()
                .map(|column| index(content, column))
                .transpose()
        };
        let epoch = optional("epoch", &keys.epoch, Unit::Epoch)?;
        let step = match (
            optional("step", &keys.step, Unit::Step)?,
            epoch,
            keys.steps_per_epoch,
        ) {
            (Some(step), _, None) => StepColumn::Steps(step),
            (None, Some(epoch), Some(steps_per_epoch)) if steps_per_epoch > 0 => {
                StepColumn::Epochs {
                    epoch,
                    steps_per_epoch,
                }
            }
            _ => {
                return Err("expected `step`, or `epoch` and `steps_per_epoch`".to_owned());
            }
        };
        let counts = [Some(step.index()), epoch.map(|epoch| epoch.index)];
        let declaration = &table.declaration;
        let key = declaration.place.iter().chain(&declaration.repeat);
        let key: Result<Vec<_>, _> = key.map(|column| index(content, column)).collect();
        Ok(Columns {
            key: { key?.into_iter() }
                .filter(|column| !counts.contains(&Some(*column)))
                .collect(),
            loss: number("loss", &keys.loss, Unit::Nat)?,
            step,
            epoch,
            accuracy: optional("accuracy", &keys.accuracy, Unit::One)?,
            step_time: optional("step_time", &keys.step_time, Unit::Second)?,
            network: words(&keys.network)?,
            depth: words(&keys.depth)?,
            hardware: words(&keys.hardware)?,
            recipe: words(&keys.recipe)?,
            table,
            content,
        })
    }

    /// The rows of each log.
    fn logs(&self) -> Vec<Vec<u32>> {
        let all = vec![(0..self.content.rows() as u32).collect()];
        self.key.iter().fold(all, |groups: Vec<Vec<u32>>, column| {
            let split = |rows: Vec<u32>| self.content.groups(&rows, *column);
            groups
                .into_iter()
                .flat_map(split)
                .map(|(_, rows)| rows)
                .collect()
        })
    }

    fn log(&self, rows: &[u32]) -> Result<Log, Diagnostic> {
        let first = rows[0] as usize;
        let word = |column: Option<usize>| {
            column.map_or(String::new(), |column| self.content.text(column, first))
        };
        let read = rows.iter().map(|row| self.row(*row as usize));
        let read: Vec<LogRow> = read.collect::<Result<_, _>>()?;
        let points = read.iter().map(|row| (Step(row.step), row.loss)).collect();
        let fit = match LossCurve::new(points) {
            Ok(curve) => Ok(LogFit::of(curve)),
            Err(error @ LossCurveError::TooFewPoints { .. }) => Err(error.to_string()),
            Err(error) => {
                let place = error.point().map_or(first, |point| rows[point] as usize);
                return Err(self.refuse(place, error.to_string()));
            }
        };
        let mut id = self.table.declaration.name.clone();
        for column in &self.key {
            id.extend(["_", &as_identifier(&self.content.text(*column, first))]);
        }
        Ok(Log {
            id,
            points: self.table.rows_of_one_work(self.loss.name, rows),
            step_time: self
                .step_time(rows)
                .map_err(|message| self.refuse(first, message))?,
            depth: self.depth(first)?,
            network: word(self.network),
            hardware: word(self.hardware),
            recipe: word(self.recipe),
            rows: read,
            fit,
        })
    }

    fn row(&self, row: usize) -> Result<LogRow, Diagnostic> {
        let number = |column: Number| {
            let number = self.number(column, row);
            number.ok_or_else(|| self.refuse(row, format!("`{}` is empty", column.name)))
        };
        Ok(LogRow {
            step: match self.step {
                StepColumn::Steps(step) => number(step)?,
                StepColumn::Epochs {
                    epoch,
                    steps_per_epoch,
                } => number(epoch)? * steps_per_epoch as f64,
            },
            loss: number(self.loss)?,
            epoch: self.epoch.and_then(|epoch| self.number(epoch, row)),
            accuracy: self
                .accuracy
                .and_then(|accuracy| self.number(accuracy, row)),
        })
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

    /// The time of a step: the one of the first row where all rows have it, else the median.
    fn step_time(&self, rows: &[u32]) -> Result<Option<Arc<Quantity>>, String> {
        let Some(column) = self.step_time else {
            return Ok(None);
        };
        let times: HashSet<_> = rows
            .iter()
            .map(|row| self.content.text(column.index, *row as usize))
            .collect();
        let rows = if times.len() == 1 { &rows[..1] } else { rows };
        self.table.pick(self.content, column.name, rows).map(Some)
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

impl StepColumn<'_> {
    fn index(&self) -> usize {
        match self {
            StepColumn::Steps(column) | StepColumn::Epochs { epoch: column, .. } => column.index,
        }
    }
}

fn index(content: &Content, column: &str) -> Result<usize, String> {
    let found = content.column(column);
    found.ok_or_else(|| format!("no column is named `{column}`"))
}
