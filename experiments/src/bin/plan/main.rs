//! The plan: which runs are made, and making those that are not.

mod accept;
mod attempts;
mod cancel;
mod choice;
mod data;
mod execute;
mod import;
mod job;
mod pack;
mod shell;
mod show;
mod slurm;
mod status;
mod submit;
mod tracked;
mod unpack;
mod voice;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use experiments::checkpoint::Checkpoints;
use experiments::say;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use results::{Plan, PlannedRun, Record, read_all_by};

/// Tells how far the planned runs are, and makes, packs and takes in runs
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    places: Places,
    #[command(subcommand)]
    command: Command,
}

/// Records with their paths.
type Records = Vec<(PathBuf, Arc<Record>)>;

/// Where things are.
#[derive(Debug, Clone, Args)]
struct Places {
    /// The plan
    #[arg(
        long,
        value_name = "FILE",
        default_value = "experiments/plan.toml",
        global = true
    )]
    plan: PathBuf,
    /// Folder of the records
    #[arg(
        long,
        value_name = "FOLDER",
        default_value = "results/runs",
        global = true
    )]
    runs: PathBuf,
    /// Folder of the checkpoints
    #[arg(long, value_name = "FOLDER", default_value = "state", global = true)]
    state: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints the state of each planned run
    Status(status::Status),
    /// Prints a planned run as it would be made
    Show(show::Show),
    /// Makes the most wanted runs that this machine can make
    Run(execute::Wanted),
    /// Submits the runs that are not made to Slurm
    Submit(submit::Submit),
    /// Takes runs back from Slurm; those that are being made save their state
    Cancel(cancel::Cancel),
    /// Checks that the data sets and weights which the plan names are there and unaltered
    Data(data::Data),
    /// Packs records and resumable states into archives
    Pack(pack::Pack),
    /// Takes records and states out of archives; never replaces a better one
    Import(import::Import),
    /// Declares that what changed since a run was made does not change its result
    Accept(accept::Accept),
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| experiments::exit(Err(error)))
}

fn run() -> Result<ExitCode> {
    let Options { places, command } = Options::parse();
    match command {
        Command::Status(status) => status::print(&places, &status)?,
        Command::Show(show) => show::print(&places, &show)?,
        Command::Run(wanted) => return execute::run(&places, &wanted),
        Command::Submit(wanted) => submit::run(&places, &wanted)?,
        Command::Cancel(wanted) => cancel::run(&places, &wanted)?,
        Command::Data(wanted) => data::check(&places, &wanted)?,
        Command::Pack(pack) => pack::pack(&places, &pack)?,
        Command::Import(import) => import::import(&places, &import)?,
        Command::Accept(accept) => accept::accept(&places, &accept)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Places {
    fn read_plan(&self) -> Result<Plan> {
        let plan = Plan::read(&self.plan);
        match self.plan.exists() {
            true => Ok(plan?),
            false => plan.context("hint: run in the repository's root, or pass `--plan`"),
        }
    }

    /// The plan, and the records as [`Places::read_records`] has them.
    fn read(&self) -> Result<(Plan, Records)> {
        let (plan, records) = rayon::join(|| self.read_plan(), || self.read_records());
        Ok((plan?, records))
    }

    /// The checkpoints of a run.
    fn checkpoints(&self, run: &PlannedRun) -> Checkpoints {
        Checkpoints::new(&self.state, &run.experiment, &run.id)
    }

    /// All sound records; the others are named on standard error.
    fn read_records(&self) -> Records {
        let (records, errors) = read_all_by(&self.runs, |paths| {
            paths.par_iter().map(|path| Record::read(path)).collect()
        });
        errors
            .iter()
            .for_each(|error| say::note(&error.to_string()));
        records
    }
}
