//! The command line that all experiments share.

use std::path::PathBuf;
use std::thread::available_parallelism;

use anyhow::{Context, Error, Result, ensure};
use clap::Parser;
use results::{Plan, PlannedRun};

/// Settings come from the plan; the command line says which run, and where things are on this machine.
#[derive(Debug, Clone, Parser)]
pub struct Options {
    /// Id of the run in the plan
    #[arg(long, value_name = "ID")]
    pub run: String,
    /// The plan
    #[arg(long, value_name = "FILE", default_value = "experiments/plan.toml")]
    pub plan: PathBuf,
    /// Folder of the data sets and weights; MEASURED_DATA where it is not given
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Folder of the records
    #[arg(long, value_name = "FOLDER", default_value = "results/runs")]
    pub runs: PathBuf,
    /// Folder of the checkpoints
    #[arg(long, value_name = "FOLDER", default_value = "state")]
    pub state: PathBuf,
    /// `cpu` or `cuda`; CUDA where there is a GPU, if not given
    #[arg(long)]
    pub device: Option<String>,
    /// CPU threads; all cores if not given
    #[arg(long)]
    pub threads: Option<u64>,
    /// Stop after this epoch and leave the record partial
    #[arg(long, value_name = "N")]
    pub epochs: Option<u64>,
    /// Save the state at least every so many seconds, also within an epoch
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub checkpoint_seconds: f64,
    /// Issue every operation of a step by itself, also where a CUDA graph could repeat the step
    #[arg(long)]
    pub eager: bool,
    /// Runs that share the device, this one included, for the record
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub runs_at_once: u64,
    /// Print one line of JSON per epoch
    #[arg(long)]
    pub json: bool,
    /// Make the run anew from epoch 1, whatever record and checkpoints there are
    ///
    /// Nothing changes before the first state is saved. Then the record that was there is kept beside the new one as
    /// `RUN.json.before`, and the checkpoints as `epoch-N.safetensors.before` until the new run is complete. To go on
    /// with the new run, leave out `--again`. A run that measures time replaces its record when it is done.
    #[arg(long)]
    pub again: bool,
}

impl Options {
    /// The planned run, which must belong to `experiment`.
    ///
    /// # Errors
    /// A plan that cannot be read, an id that it does not have, a run of another experiment.
    pub fn planned_run(&self, experiment: &str) -> Result<PlannedRun> {
        let plan = Plan::read(&self.plan);
        let plan = match self.plan.exists() {
            true => plan?,
            false => plan.context("hint: run in the repository's root, or pass `--plan`")?,
        };
        let run = plan.expect_run(&self.run, &self.plan);
        let run = run.map_err(Error::msg)?;
        ensure!(
            run.experiment == experiment,
            "run `{}` belongs to `{}`, expected a run of `{experiment}`",
            self.run,
            run.experiment
        );
        Ok(run.clone())
    }

    /// CPU threads to use.
    pub fn thread_count(&self) -> u64 {
        self.threads
            .unwrap_or_else(|| available_parallelism().map_or(1, |n| n.get() as u64))
    }
}
