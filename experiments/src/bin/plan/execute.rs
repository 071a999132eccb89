//! Making runs: the experiments' programs are started, several at once, until all is done or the time is over.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use experiments::device::{cpu_name, nvidia_smi};
use experiments::interrupt::Interrupt;
use experiments::lock::{IN_WORK_STATUS, own_folder};
use experiments::say;
use experiments::sources::present_digest;
use results::{DeviceKind, PlannedRun, PlannedRunState, State, states};
use rustix::process::{Pid, Signal, kill_process};

use crate::Places;

/// Time before the budget's end at which the programs are asked to stop: enough for a short epoch and a checkpoint.
const STOPPING: Duration = Duration::from_secs(30);
/// Time between two looks at the programs.
const TICK: Duration = Duration::from_millis(200);

/// What to make.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Only these runs
    ids: Vec<String>,
    /// Time for all of it, such as `9m`, `90s` or `2h`; without it, until all is done
    #[arg(long, value_parser = duration)]
    budget: Option<Duration>,
    /// Programs at the same time
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Runs that share the device, for the records, where others go on beside these; the programs if not given
    #[arg(long, value_name = "N")]
    runs_at_once: Option<usize>,
    /// CPU threads of each program; the cores divided by the programs if not given
    #[arg(long)]
    threads: Option<usize>,
    /// Folder of the data sets; MEASURED_DATA where it is not given
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// Makes the wanted runs.
pub(crate) fn run(places: &Places, wanted: &Wanted) -> Result<()> {
    let plan = places.read_plan()?;
    let records = places.read_records();
    for id in &wanted.ids {
        ensure!(
            plan.run(id).is_some(),
            "`{}` has no run `{id}`",
            places.plan.display()
        );
    }
    let mut queue = queue(states(&plan, &records, present_digest), &wanted.ids);
    if queue.is_empty() {
        say::line("nothing to make on this machine; `plan status` tells why");
        return Ok(());
    }
    let interrupt = Interrupt::listen()?;
    let deadline = wanted
        .budget
        .map(|budget| Instant::now() + budget.saturating_sub(STOPPING));
    let (mut running, mut failures) = (Vec::<Job>::new(), Vec::new());
    while !queue.is_empty() || !running.is_empty() {
        let over = deadline.is_some_and(|end| Instant::now() >= end);
        if over || interrupt.is_requested() {
            queue.clear();
            running.iter_mut().for_each(Job::ask_to_stop);
        }
        while running.len() < wanted.jobs.max(1)
            && let Some(run) = queue.pop_front()
        {
            running.push(Job::start(run, places, wanted)?);
        }
        sleep(TICK);
        for finished in running.extract_if(.., |job| job.is_finished()) {
            failures.extend(finished.report()?);
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        bail!("{}", failures.join("\n"))
    }
}

/// The runs that can be made here: missing and partial ones, most wanted first, begun ones before others.
fn queue<'a>(states: Vec<PlannedRunState<'a>>, ids: &[String]) -> VecDeque<&'a PlannedRun> {
    let (name, kind) = match nvidia_smi("name") {
        Some(name) => (name, DeviceKind::Cuda),
        None => (cpu_name(), DeviceKind::Cpu),
    };
    let open = |state: &PlannedRunState| {
        let unmade = matches!(state.state, State::Missing { .. } | State::Partial { .. });
        let asked = ids.is_empty() || ids.contains(&state.run.id);
        unmade && asked && state.run.hardware.admits_device(&name, kind)
    };
    let mut open: Vec<PlannedRunState> = states.into_iter().filter(open).collect();
    open.sort_by_key(|state| (state.run.priority, state.record.is_none()));
    open.into_iter().map(|state| state.run).collect()
}

/// A program at work.
struct Job<'a> {
    run: &'a PlannedRun,
    program: Child,
    started: Instant,
    asked_to_stop: bool,
    log: Option<PathBuf>,
}

impl<'a> Job<'a> {
    /// Starts the program of a run, which lies beside this one. With several at once, what they say goes to a file.
    fn start(run: &'a PlannedRun, places: &Places, wanted: &Wanted) -> Result<Job<'a>> {
        let here = std::env::current_exe()?;
        let path = here.with_file_name(&run.experiment);
        let cores = available_parallelism().map_or(1, usize::from);
        let threads = wanted.threads.unwrap_or(cores / wanted.jobs.max(1)).max(1);
        let mut command = Command::new(&path);
        command.args(["--run", &run.id, "--threads", &threads.to_string()]);
        let runs_at_once = wanted.runs_at_once.unwrap_or(wanted.jobs);
        command.args(["--runs-at-once", &runs_at_once.to_string()]);
        for (option, value) in [
            ("--plan", &places.plan),
            ("--runs", &places.runs),
            ("--state", &places.state),
        ] {
            command.arg(option).arg(value);
        }
        if let Some(data) = &wanted.data {
            command.arg("--data").arg(data);
        }
        let log =
            (wanted.jobs > 1).then(|| places.state.join("logs").join(format!("{}.log", run.id)));
        if let Some(log) = &log {
            command.stderr(new_log(&places.state, log)?);
        }
        let program = command.stdin(Stdio::null()).spawn().with_context(|| {
            format!(
                "`{}` does not start; hint: `cargo build --release -p experiments`",
                path.display()
            )
        })?;
        say::line(&format!("{} begins", run.id));
        Ok(Job {
            run,
            program,
            started: Instant::now(),
            asked_to_stop: false,
            log,
        })
    }

    /// Sends SIGTERM, once.
    fn ask_to_stop(&mut self) {
        if !self.asked_to_stop {
            // A program that has ended in the meantime needs no signal.
            let _ = kill_process(Pid::from_child(&self.program), Signal::TERM);
            self.asked_to_stop = true;
        }
    }

    fn is_finished(&mut self) -> bool {
        !matches!(self.program.try_wait(), Ok(None))
    }

    /// Says how the program ended; what it said last if it failed. A run that another program makes is no failure.
    fn report(mut self) -> Result<Option<String>> {
        let status = self.program.wait()?;
        let elsewhere = status.code() == Some(i32::from(IN_WORK_STATUS));
        let minutes = self.started.elapsed().as_secs_f64() / 60.0;
        let ended = match (status.success(), elsewhere) {
            (true, _) => "ends",
            (_, true) => "is left to the program that makes it already,",
            _ => "fails",
        };
        say::line(&format!("{} {ended} after {minutes:.1} min", self.run.id));
        if status.success() || elsewhere {
            return Ok(None);
        }
        let said = self
            .log
            .and_then(|log| fs::read_to_string(log).ok())
            .unwrap_or_default();
        Ok(Some(format!(
            "run `{}`: {status}\n{}",
            self.run.id,
            said.trim()
        )))
    }
}

/// An empty log, in place of an older one.
fn new_log(state: &Path, log: &Path) -> Result<File> {
    own_folder(state, &["logs"])?;
    match fs::remove_file(log) {
        Err(error) if error.kind() == ErrorKind::NotFound => (),
        removed => removed.with_context(|| format!("`{}`", log.display()))?,
    }
    File::create_new(log).with_context(|| format!("`{}`", log.display()))
}

/// Reads `90s`, `9m` or `2h`.
fn duration(text: &str) -> Result<Duration, String> {
    let expected =
        || format!("`{text}` is no time, expected a number with `s`, `m` or `h`, such as `9m`");
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(expected)?;
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(expected()),
    };
    let number: f64 = number.parse().map_err(|_| expected())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| expected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text: &str, expect: Option<u64>| {
            assert_eq!(
                duration(text).ok().map(|found| found.as_secs()),
                expect,
                "{text}"
            );
        };
        check("90s", Some(90));
        check("9m", Some(540));
        check("1.5h", Some(5400));
        check("9", None);
        check("m", None);
        check("-1m", None);
        check("", None);
        check("9µ", None);
    }
}
