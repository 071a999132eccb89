//! A training log in a file: its columns, its curve and its stages.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::rows::LogRows;
use crate::data::{Decimal, Separator};
use crate::topics::optimus::analysis::learning_rate_stages::{
    LearningRateStage, learning_rate_stages,
};
use crate::topics::optimus::analysis::loss_curve::LossCurve;
use crate::topics::optimus::analysis::outliers::replace_outliers;
use crate::topics::optimus::analysis::printed_zeros::PrintedZeros;
use crate::topics::optimus::analysis::steps::Step;

/// The longest log that is read, in bytes.
const LONGEST: u64 = 2 << 30;

/// Which file and which columns of it hold the loss curve.
#[derive(Debug, Clone, Args)]
pub struct LogColumns {
    /// CSV file with a row of column names, or a file with one JSON object in each line; rows with an
    /// empty loss, `-`, `null`, `None` or `NA` are skipped
    #[arg(value_name = "LOG.csv")]
    pub log: PathBuf,
    /// Column with the number of steps done, or of epochs
    #[arg(long, value_name = "COLUMN")]
    pub step: String,
    /// Column with the training loss in nats
    #[arg(long, value_name = "COLUMN")]
    pub loss: String,
    /// Last step before the learning rate dropped, counted as the column does: where epochs count
    /// from 0 and the rate drops after 30 of them, 29; may be repeated
    #[arg(long = "drop", value_name = "STEP", allow_negative_numbers = true)]
    pub drops: Vec<f64>,
    /// Replace outliers by the rule of Peng et al. 2018, Sec. 3.1, before fitting
    #[arg(long)]
    pub replace_outliers: bool,
    /// What parts the cells, `,`, `;`, `tab`, `|` or `space`; found out where it is not said
    #[arg(long, value_name = "SIGN")]
    pub separator: Option<Separator>,
    /// Sign before decimals, `.` or `,`; found out where it is not said
    #[arg(long, value_name = "SIGN")]
    pub decimal: Option<Decimal>,
}

/// A loss curve as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// The whole run.
    pub curve: LossCurve,
    /// The run cut at its drops; one stage where none are given.
    pub stages: Vec<LearningRateStage>,
    /// How many points were replaced as outliers.
    pub replaced_outliers: u64,
    /// How many rows had no loss.
    pub skipped_rows: u64,
    /// The losses that the log prints as 0.
    pub printed_zeros: Option<PrintedZeros>,
}

impl LogColumns {
    /// Reads the log, replaces outliers where asked, and cuts it at the drops.
    ///
    /// # Errors
    /// Where the file cannot be read, lacks a column, holds a cell that is no number, or is no loss
    /// curve.
    pub fn read(&self) -> anyhow::Result<Log> {
        let place = || format!("`{}`", self.log.display());
        let mut bytes = Vec::new();
        let file = File::open(&self.log).with_context(place)?;
        let read = file.take(LONGEST + 1).read_to_end(&mut bytes);
        if read.with_context(place)? as u64 > LONGEST {
            bail!("{}: it has more than {LONGEST} bytes", place());
        }
        self.read_from(&bytes)
    }

    /// As [`Self::read`], from `bytes`, the content of the file.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn read_from(&self, bytes: &[u8]) -> anyhow::Result<Log> {
        let file = self.log.display();
        let at = |line: Option<u32>, message: String| match line {
            Some(line) => anyhow!("`{file}`: line `{line}`: {message}"),
            None => anyhow!("`{file}`: {message}"),
        };
        let rows = LogRows::read(bytes, self).map_err(|(line, message)| at(line, message))?;
        let LogRows {
            mut points,
            lines,
            skipped,
        } = rows;
        let zeros = PrintedZeros::replace(&mut points);
        let made = zeros.and_then(|zeros| Ok((zeros, LossCurve::new(points)?)));
        let (printed_zeros, curve) = made.map_err(|error| match error.point() {
            Some(point) => at(Some(lines[point]), error.to_string()),
            None => at(None, format!("{error}{}", without_loss(skipped))),
        })?;
        let stages = self.log_of(curve, printed_zeros, skipped);
        stages.with_context(|| format!("`{file}`"))
    }

    fn log_of(
        &self,
        read: LossCurve,
        printed_zeros: Option<PrintedZeros>,
        skipped_rows: u64,
    ) -> anyhow::Result<Log> {
        let (curve, replaced_outliers) = match self.replace_outliers {
            true => {
                let without = replace_outliers(&read);
                (without.curve, without.replaced.len() as u64)
            }
            false => (read, 0),
        };
        let drops: Vec<Step> = self.drops.iter().copied().map(Step).collect();
        let mut stages = learning_rate_stages(&curve, &drops)?;
        let mut start = 0;
        for stage in &mut stages {
            let part = start..start + stage.curve.len();
            start = part.end;
            let zeros = printed_zeros.as_ref().and_then(|zeros| zeros.within(part));
            if let Some(zeros) = zeros {
                stage.curve = zeros.fill(&stage.curve);
            }
        }
        Ok(Log {
            curve: match (&printed_zeros, &stages[..]) {
                (_, [only]) => only.curve.clone(),
                (Some(zeros), _) => zeros.fill(&curve),
                (None, _) => curve,
            },
            stages,
            replaced_outliers,
            skipped_rows,
            printed_zeros,
        })
    }

    /// The file's name, for headings.
    pub(crate) fn name(&self) -> String {
        let name = self.log.file_name().map(Path::new);
        name.unwrap_or(&self.log).display().to_string()
    }
}

/// What is told of rows without a loss where there are too few others.
fn without_loss(skipped: u64) -> String {
    match skipped {
        0 => String::new(),
        _ => format!(", beside {skipped} rows without a loss"),
    }
}
