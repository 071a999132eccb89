//! Taking runs back from Slurm.

use anyhow::{Result, bail, ensure};
use clap::Args;
use experiments::say;
use results::plan::fits;

use crate::Places;
use crate::slurm::{Job, Queue, cancel};

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
    // Not by the plan, which may have lost a run since.
    let queue = Queue::read(&places.state)?;
    if let Some(fault) = &queue.fault {
        bail!("where the submitted runs are is not known: {fault}");
    }
    let is_chosen = |run: &str| wanted.all || wanted.ids.iter().any(|id| fits(run, id));
    let jobs: Vec<&Job> = { queue.live() }
        .filter(|(run, _)| is_chosen(run))
        .map(|(_, job)| job)
        .collect();
    ensure!(
        !jobs.is_empty(),
        "no job makes one of these runs or waits to; hint: `scripts/plan status`"
    );
    let ids: Vec<&str> = jobs.iter().filter_map(|job| job.live_id()).collect();
    cancel(&ids)?;
    jobs.iter().try_for_each(|job| job.note_cancelled())?;
    say::line(&format!("cancelled: {}", ids.join(", ")));
    Ok(())
}
