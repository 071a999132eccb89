//! Makes the runs as it was chosen, and packs what came of it.

use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use experiments::budget;
use experiments::interrupt::Interrupt;
use experiments::say;
use rustix::process::{Pid, Signal, kill_process};

use crate::choice::Choice;

/// Time for packing before the budget's end; of a short budget a quarter.
const PACKING: Duration = Duration::from_secs(15);
/// Time between two looks at a program.
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
pub(crate) struct Make {
    /// Time for all of it
    #[arg(long, value_parser = budget::parse)]
    budget: Duration,
    /// What `campaign choose` wrote
    #[arg(long, value_name = "FILE", default_value = "state/campaign.json")]
    choice: PathBuf,
    /// Folder for the archives, as `plan pack` has it
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Folder of the data sets; MEASURED_DATA where it is not given
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The plan
    #[arg(long, value_name = "FILE", default_value = "experiments/plan.toml")]
    plan: PathBuf,
    /// Folder of the records
    #[arg(long, value_name = "FOLDER", default_value = "results/runs")]
    runs: PathBuf,
    /// Folder of the checkpoints
    #[arg(long, value_name = "FOLDER", default_value = "state")]
    state: PathBuf,
}

/// Makes them; the exit status is that of `plan run`, or a failure to pack.
pub(crate) fn make(options: &Make) -> ExitCode {
    match make_and_pack(options) {
        Ok(status) => ExitCode::from(
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(1),
        ),
        Err(error) => experiments::exit(Err(error)),
    }
}

fn make_and_pack(options: &Make) -> Result<ExitStatus> {
    let choice = Choice::read(&options.choice)?;
    say::line(&choice.to_string());
    let time = options.budget - PACKING.min(options.budget / 4);
    let ids = choice.within(time);
    for left in { choice.runs.keys() }.filter(|id| !ids.contains(&id.as_str())) {
        say::line(&format!(
            "{left} is left: it would not end in time, and no archive carries its state"
        ));
    }
    let jobs = if choice.side_by_side { ids.len() } else { 1 };
    let mut run = plan(options, "run")?;
    run.args(&ids)
        .args(["--jobs", &jobs.to_string(), "--one-program"]);
    run.args(["--budget", &format!("{}s", time.as_secs_f64())]);
    if let Some(data) = &options.data {
        run.arg("--data").arg(data);
    }
    if !choice.way.fused.is_empty() {
        run.args(["--", "--fused", &choice.way.fused.join(",")]);
    }
    let made = wait(run)?;
    let mut pack = plan(options, "pack")?;
    pack.arg("--replace");
    if let Some(out) = &options.out {
        pack.arg("--out").arg(out);
    }
    let packed = wait(pack)?;
    Ok(if packed.success() { made } else { packed })
}

/// The program `plan`, which lies beside this one.
fn plan(options: &Make, command: &str) -> Result<Command> {
    let mut plan = Command::new(std::env::current_exe()?.with_file_name("plan"));
    plan.arg(command);
    for (option, path) in [
        ("--plan", &options.plan),
        ("--runs", &options.runs),
        ("--state", &options.state),
    ] {
        plan.arg(option).arg(path);
    }
    Ok(plan)
}

/// Waits for a program, which gets the signals that come here.
fn wait(mut command: Command) -> Result<ExitStatus> {
    let interrupt = Interrupt::note()?;
    let mut child = { command.spawn() }.with_context(|| format!("{:?}", command.get_program()))?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupt.take().is_some() {
            // It may have ended in the meantime, and then needs no signal.
            let _ = kill_process(Pid::from_child(&child), Signal::TERM);
        }
        sleep(TICK);
    }
}
