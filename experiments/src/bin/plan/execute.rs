//! Making runs: the experiments' programs are started, several at once, until all is done or the time is over.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, bail};
use clap::Args;
use experiments::interrupt::Interrupt;
use experiments::say;
use experiments::sources::present_digest;
use results::states;
use rustix::process::Signal;
use signal_hook::consts::SIGTSTP;
use signal_hook::{flag, low_level};

use crate::Places;
use crate::choice::Choice;
use crate::device::ThisDevice;
use crate::job::{End, Job};

/// Time before the budget's end at which the programs are asked to stop, enough for a step and for saving; of a short
/// budget a quarter.
const STOPPING: Duration = Duration::from_secs(10);
/// Time between two looks at the programs.
const TICK: Duration = Duration::from_millis(200);
/// The exit status after Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

/// What to make.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Only these runs
    pub(crate) ids: Vec<String>,
    /// Time for all of it, such as `9m`, `90s` or `2h`; without it, until all is done
    #[arg(long, value_parser = duration)]
    budget: Option<Duration>,
    /// Programs at the same time
    #[arg(long, default_value_t = 1)]
    pub(crate) jobs: usize,
    /// Runs that share the device, for the records, where others go on beside these; the programs if not given
    #[arg(long, value_name = "N")]
    pub(crate) runs_at_once: Option<usize>,
    /// CPU threads of each program; the cores divided by the programs if not given
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// Folder of the data sets; MEASURED_DATA where it is not given
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// Make these runs anew from epoch 1, whatever there is; what there was is kept beside it
    #[arg(long, requires = "ids")]
    pub(crate) again: bool,
}

/// Makes the wanted runs.
pub(crate) fn run(places: &Places, wanted: &Wanted) -> Result<ExitCode> {
    let plan = places.read_plan()?;
    let records = places.read_records();
    for id in &wanted.ids {
        plan.expect_run(id, &places.plan).map_err(Error::msg)?;
    }
    let device = ThisDevice::find();
    let states = states(&plan, &records, present_digest, |card| device.is_card(card));
    let choice = Choice::new(states, places, wanted, &device);
    choice.tell_left();
    if choice.open.is_empty() {
        say::line("nothing to make on this machine");
        let failed = choice.lacks_data() || !wanted.ids.is_empty();
        return Ok(ExitCode::from(u8::from(failed)));
    }
    let mut work = Work::new(places, wanted, choice)?;
    while !work.is_over() {
        work.tick()?;
    }
    work.end()
}

/// Programs that work, and runs that wait.
struct Work<'a> {
    places: &'a Places,
    wanted: &'a Wanted,
    waiting: VecDeque<&'a results::PlannedRun>,
    jobs: Vec<Job<'a>>,
    failures: Vec<String>,
    /// Runs with more to do that were stopped.
    stopped: usize,
    stopping: bool,
    interrupt: Interrupt,
    interrupts: usize,
    suspended: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl<'a> Work<'a> {
    fn new(places: &'a Places, wanted: &'a Wanted, choice: Choice<'a>) -> Result<Work<'a>> {
        let suspended = Arc::new(AtomicBool::new(false));
        flag::register(SIGTSTP, Arc::clone(&suspended))?;
        let work_time = |budget: Duration| budget - STOPPING.min(budget / 4);
        Ok(Work {
            places,
            wanted,
            waiting: choice.open.into(),
            jobs: Vec::new(),
            failures: Vec::new(),
            stopped: 0,
            stopping: false,
            interrupt: Interrupt::note()?,
            interrupts: 0,
            suspended,
            deadline: wanted
                .budget
                .map(|budget| Instant::now() + work_time(budget)),
        })
    }

    fn is_over(&self) -> bool {
        self.jobs.is_empty() && (self.stopping || self.waiting.is_empty())
    }

    fn tick(&mut self) -> Result<()> {
        self.heed_signals();
        if self.deadline.is_some_and(|end| Instant::now() >= end) {
            self.stop();
        }
        while !self.stopping
            && self.jobs.len() < self.wanted.jobs.max(1)
            && let Some(run) = self.waiting.pop_front()
        {
            self.jobs.push(Job::start(run, self.places, self.wanted)?);
        }
        sleep(TICK);
        for finished in self.jobs.extract_if(.., |job| job.is_finished()) {
            match finished.report()? {
                End::Settled => (),
                End::Stopped => self.stopped += 1,
                End::Failed(reason) => self.failures.push(reason),
            }
        }
        Ok(())
    }

    /// One Ctrl-C saves, a second one ends at once, and Ctrl-Z stops the programs too.
    fn heed_signals(&mut self) {
        if self.interrupt.is_new() {
            self.interrupts += 1;
            let ids: Vec<&str> = self.jobs.iter().map(Job::id).collect();
            match self.interrupts {
                1 => say::note(&format!(
                    "stopping: {} saves its state after the step in work; Ctrl-C again ends at once, and half a minute \
                     of work at most is lost",
                    ids.join(", ")
                )),
                _ => self.jobs.iter_mut().for_each(Job::kill),
            }
            self.stop();
        }
        if self.suspended.swap(false, Ordering::Relaxed) {
            self.jobs.iter().for_each(|job| job.signal(Signal::STOP));
            let _ = low_level::emulate_default_handler(SIGTSTP);
            self.jobs.iter().for_each(|job| job.signal(Signal::CONT));
        }
    }

    fn stop(&mut self) {
        self.stopping = true;
        self.jobs.iter_mut().for_each(Job::ask_to_stop);
    }

    /// Says what is left and how to go on.
    fn end(self) -> Result<ExitCode> {
        let left = self.stopped + self.waiting.len();
        if left > 0 {
            let runs = if left == 1 {
                "1 run is"
            } else {
                &format!("{left} runs are")
            };
            say::line(&format!("{runs} left; to go on: {}", same_command()));
        }
        if !self.failures.is_empty() {
            bail!("{}", self.failures.join("\n"));
        }
        Ok(ExitCode::from(if self.interrupts > 0 {
            INTERRUPTED
        } else {
            0
        }))
    }
}

/// The command that this program was started with, but for `--again`.
fn same_command() -> String {
    let words = std::env::args().filter(|word| word != "--again");
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// Reads `90s`, `9m` or `2h`.
fn duration(text: &str) -> Result<Duration, String> {
    let expected = || {
        format!("`{text}` is no time, expected a number above 0 with `s`, `m` or `h`, such as `9m`")
    };
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
    let found = Duration::try_from_secs_f64(number * seconds).map_err(|_| expected())?;
    // Longer ones than a year are as good as none, and a clock can count them.
    let longest = Duration::from_secs(366 * 86_400);
    match found.is_zero() {
        true => Err(expected()),
        false => Ok(found.min(longest)),
    }
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
        check("0s", None);
        check("", None);
        check("9µ", None);
        check("1e15h", Some(366 * 86_400));
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        for (word, expect) in [
            ("scripts/plan", "scripts/plan"),
            ("my data", "'my data'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expect);
        }
    }
}
