//! One planned run as it would be made.

use anyhow::{Error, Result};
use clap::Args;
use experiments::say;

use crate::Places;

/// Which run.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Id of the run
    id: String,
}

/// Prints the run with all that it takes from its grid, its defaults and the network's name.
pub(crate) fn print(places: &Places, show: &Show) -> Result<()> {
    let plan = places.read_plan()?;
    let run = plan
        .expect_run(&show.id, &places.plan)
        .map_err(Error::msg)?;
    if let Some(grid) = &run.grid {
        say::line(&format!("# Of the grid `{grid}`."));
    }
    say::line(&format!("# Made by `{}`.", run.command()));
    say::line(run.to_toml().trim_end());
    Ok(())
}
