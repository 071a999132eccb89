//! A training log in a CSV file with a header row.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use clap::Args;
use csv::{ReaderBuilder, StringRecord, Trim};

use crate::topics::optimus::analysis::learning_rate_stages::{
    LearningRateStage, learning_rate_stages,
};
use crate::topics::optimus::analysis::loss_curve::LossCurve;
use crate::topics::optimus::analysis::outliers::replace_outliers;
use crate::topics::optimus::analysis::steps::Step;

/// Which file and which columns of it hold the loss curve.
#[derive(Debug, Clone, Args)]
pub struct LogColumns {
    /// CSV file with a header row; rows with an empty loss are skipped
    #[arg(value_name = "LOG.csv")]
    pub log: PathBuf,
    /// Column with the number of steps done (not epochs)
    #[arg(long, value_name = "COLUMN")]
    pub step: String,
    /// Column with the training loss in nats
    #[arg(long, value_name = "COLUMN")]
    pub loss: String,
    /// Step after which the learning rate dropped; may be repeated
    #[arg(long = "drop", value_name = "STEP", allow_negative_numbers = true)]
    pub drops: Vec<f64>,
    /// Replace outliers by the rule of Peng et al. 2018, Sec. 3.1, before fitting
    #[arg(long)]
    pub replace_outliers: bool,
}

/// A loss curve as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvLog {
    /// The whole run.
    pub curve: LossCurve,
    /// The run cut at its drops; one stage where none are given.
    pub stages: Vec<LearningRateStage>,
    /// How many points were replaced as outliers.
    pub replaced_outliers: u64,
    /// How many rows had no loss.
    pub skipped_rows: u64,
}

impl LogColumns {
    /// Reads the log, replaces outliers where asked, and cuts it at the drops.
    ///
    /// # Errors
    /// Where the file cannot be read, lacks a column, holds a cell that is no number, or is no loss
    /// curve.
    pub fn read(&self) -> anyhow::Result<CsvLog> {
        let file = File::open(&self.log).with_context(|| format!("`{}`", self.log.display()))?;
        self.read_from(file)
    }

    /// As [`Self::read`], from `log`, the content of the file.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn read_from(&self, log: impl Read) -> anyhow::Result<CsvLog> {
        let file = self.log.display();
        let (points, skipped_rows) = self.points(log).with_context(|| format!("`{file}`"))?;
        let read = LossCurve::new(points)
            .with_context(|| format!("`{file}`, columns `{}` and `{}`", self.step, self.loss))?;
        let (curve, replaced_outliers) = if self.replace_outliers {
            let without = replace_outliers(&read);
            (without.curve, without.replaced.len() as u64)
        } else {
            (read, 0)
        };
        let drops: Vec<Step> = self.drops.iter().copied().map(Step).collect();
        let stages = learning_rate_stages(&curve, &drops).with_context(|| format!("`{file}`"))?;
        Ok(CsvLog {
            curve,
            stages,
            replaced_outliers,
            skipped_rows,
        })
    }

    fn points(&self, log: impl Read) -> anyhow::Result<(Vec<(Step, f64)>, u64)> {
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(log);
        let header = reader.headers()?.clone();
        ensure!(
            !header.is_empty(),
            "the file is empty; expected a header row"
        );
        let (step, loss) = (column(&header, &self.step)?, column(&header, &self.loss)?);
        let mut points = Vec::new();
        let mut skipped = 0;
        for record in reader.records() {
            let record = record?;
            if record[loss].is_empty() {
                skipped += 1;
            } else {
                points.push((
                    Step(number(&record, step, &self.step)?),
                    number(&record, loss, &self.loss)?,
                ));
            }
        }
        Ok((points, skipped))
    }

    /// The file's name, for headings.
    pub(crate) fn name(&self) -> String {
        self.log
            .file_name()
            .map(Path::new)
            .unwrap_or(&self.log)
            .display()
            .to_string()
    }
}

fn column(header: &StringRecord, name: &str) -> anyhow::Result<usize> {
    let mut found = header
        .iter()
        .enumerate()
        .filter(|(_, column)| *column == name);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => bail!("column `{name}` stands in the header twice; expected once"),
        (None, _) => {
            let known: Vec<String> = header.iter().map(|column| format!("`{column}`")).collect();
            bail!("no column `{name}`; expected one of {}", known.join(", "))
        }
    }
}

fn number(record: &StringRecord, index: usize, column: &str) -> anyhow::Result<f64> {
    let cell = &record[index];
    let line = record.position().map_or(0, csv::Position::line);
    let expected = || format!("line `{line}`: `{column}` is `{cell}`; expected a number");
    cell.parse().map_err(|_| anyhow!(expected()))
}
