//! Which columns of a table of training logs are what.

use crate::data::{Cites, Content, Table};
use crate::evidence::unit::Unit;
use serde::Deserialize;

/// Which columns of a table are what: `[TABLE.topics.optimus]` of `data.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
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

/// The columns of a table of logs.
pub(super) struct Columns<'a> {
    pub(super) table: &'a Table,
    pub(super) content: &'a Content,
    /// The columns of `where` and `repeat` that tell logs apart.
    pub(super) key: Vec<usize>,
    pub(super) loss: Number<'a>,
    pub(super) step: StepColumn<'a>,
    pub(super) epoch: Option<Number<'a>>,
    pub(super) accuracy: Option<Number<'a>>,
    pub(super) step_time: Option<Number<'a>>,
    pub(super) network: Option<usize>,
    pub(super) depth: Option<usize>,
    pub(super) hardware: Option<usize>,
    pub(super) recipe: Option<usize>,
    /// The works that rows are quoted from.
    cites: Option<usize>,
    pub(super) repeat: Option<usize>,
}

/// A column of numbers.
#[derive(Clone, Copy)]
pub(super) struct Number<'a> {
    pub(super) name: &'a str,
    pub(super) index: usize,
}

/// What tells the steps so far.
pub(super) enum StepColumn<'a> {
    Steps(Number<'a>),
    Epochs {
        epoch: Number<'a>,
        steps_per_epoch: u64,
    },
}

impl<'a> Columns<'a> {
    /// The columns that `keys` name.
    ///
    /// # Errors
    /// Where a column is not there or has another unit, or nothing tells the steps.
    pub(super) fn find(
        table: &'a Table,
        content: &'a Content,
        keys: &Keys,
    ) -> Result<Self, String> {
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
            let column = column.as_ref();
            column.map(|column| number(key, column, unit)).transpose()
        };
        let words = |column: Option<&String>| column.map(|it| index(content, it)).transpose();
        let epoch = optional("epoch", &keys.epoch, Unit::Epoch)?;
        let step = match optional("step", &keys.step, Unit::Step)? {
            Some(step) if keys.steps_per_epoch.is_none() => StepColumn::Steps(step),
            Some(_) => {
                return Err("`step` tells the steps, and so does `steps_per_epoch`".to_owned());
            }
            None => epochs_as_steps(epoch, keys.steps_per_epoch)?,
        };
        let declaration = &table.declaration;
        let key = declaration.place.iter().chain(&declaration.repeat);
        let key: Result<Vec<_>, _> = key.map(|column| index(content, column)).collect();
        let counts = [Some(step.index()), epoch.map(|epoch| epoch.index)];
        let columns = Columns {
            key: { key?.into_iter() }
                .filter(|column| !counts.contains(&Some(*column)))
                .collect(),
            loss: number("loss", &keys.loss, Unit::Nat)?,
            step,
            epoch,
            accuracy: optional("accuracy", &keys.accuracy, Unit::One)?,
            step_time: optional("step_time", &keys.step_time, Unit::Second)?,
            network: words(keys.network.as_ref())?,
            depth: words(keys.depth.as_ref())?,
            hardware: words(keys.hardware.as_ref())?,
            recipe: words(keys.recipe.as_ref())?,
            cites: match &declaration.cites {
                Some(Cites::Column(column)) => words(Some(column))?,
                Some(Cites::Work(_)) | None => None,
            },
            repeat: words(declaration.repeat.as_ref())?,
            table,
            content,
        };
        let count = columns.logs().len();
        match count > 1 && count == content.rows() {
            true => Err(
                "every row is a log of its own; hint: `where` and `repeat` hold a column that counts \
                 steps or epochs, name it as `step` or `epoch`"
                    .to_owned(),
            ),
            false => Ok(columns),
        }
    }

    /// The rows of each log.
    pub(super) fn logs(&self) -> Vec<Vec<u32>> {
        let all = vec![(0..self.content.rows() as u32).collect()];
        self.key.iter().fold(all, |groups: Vec<Vec<u32>>, column| {
            let split = |rows: Vec<u32>| self.content.groups(&rows, *column);
            let split = groups.into_iter().flat_map(split);
            split.map(|(_, rows)| rows).collect()
        })
    }

    /// The columns whose words are the same in all rows of a log.
    pub(super) fn words(&self) -> impl Iterator<Item = usize> {
        let of_log = [
            self.network,
            self.depth,
            self.hardware,
            self.recipe,
            self.cites,
        ];
        of_log.into_iter().flatten().chain(self.key.iter().copied())
    }
}

fn epochs_as_steps(
    epoch: Option<Number>,
    steps_per_epoch: Option<u64>,
) -> Result<StepColumn, String> {
    match (epoch, steps_per_epoch) {
        (Some(epoch), Some(steps_per_epoch @ 1..)) => Ok(StepColumn::Epochs {
            epoch,
            steps_per_epoch,
        }),
        (_, Some(0)) => Err("`steps_per_epoch` is `0`, expected 1 or more".to_owned()),
        _ => Err(
            "nothing tells the steps, expected `step`, or `epoch` and `steps_per_epoch`".to_owned(),
        ),
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
    content.column(column).ok_or_else(|| {
        let known: Vec<_> = content
            .heads
            .iter()
            .map(|head| format!("`{head}`"))
            .collect();
        format!(
            "no column is named `{column}`, expected one of {}",
            known.join(", ")
        )
    })
}
