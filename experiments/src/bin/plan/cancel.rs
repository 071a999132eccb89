//! Taking runs back from Slurm.

use std::collections::BTreeSet;

use anyhow::{Error, Result, ensure};
use clap::Args;
use experiments::say;

use crate::Places;
use crate::slurm::{JobState, Queue, cancel};

/// Which jobs.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The runs; `*` stands for any characters
    #[arg(required_unless_present = "all")]
    ids: Vec<String>,
    /// All that were submitted
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

/// Cancels the jobs of the runs. A running one saves its state first, as far as the site lets it.
pub(crate) fn run(places: &Places, wanted: &Cancel) -> Result<()> {
    let plan = places.read_plan()?;
    let chosen: BTreeSet<&str> = match wanted.all {
        true => plan.runs.iter().map(|run| run.id.as_str()).collect(),
        false => plan.chosen(&wanted.ids, &places.plan).map_err(Error::msg)?,
    };
    let queue = Queue::read(places, &chosen)?;
    if let Some(fault) = queue.fault {
        return Err(fault);
    }
    let job = |run: &&str| match &queue.job(run)?.state {
        JobState::Queued { id, .. } | JobState::Running { id } => Some(id.as_str()),
        JobState::Ended(_) | JobState::Unknown => None,
    };
    let jobs: Vec<&str> = chosen.iter().filter_map(job).collect();
    ensure!(
        !jobs.is_empty(),
        "no job makes one of these runs or waits to; hint: `scripts/plan status`"
    );
    cancel(&jobs)?;
    say::line(&format!("cancelled: {}", jobs.join(", ")));
    Ok(())
}
