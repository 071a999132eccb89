//! Making runs: the experiments' programs are started, several at once, until all is done or the time is over.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, value_parser};
use experiments::interrupt::Interrupt;
use experiments::lock::IN_WORK_STATUS;
use experiments::say;
use experiments::sources::present_digest;
use results::{PlannedRun, states};
use rustix::process::Signal;
use signal_hook::consts::{SIGINT, SIGTSTP};
use signal_hook::{flag, low_level};

use crate::Places;
use crate::attempts::Attempts;
use crate::choice::{Choice, Obstacle, Selection};
use crate::device::ThisDevice;
use crate::job::{End, Job};
use crate::shell::quoted;
use crate::voice::{Voice, because};

/// Time before the budget's end at which the programs are asked to stop, enough for a step and for saving; of a short
/// budget a quarter.
const STOPPING: Duration = Duration::from_secs(10);
/// Time between two looks at the programs.
const TICK: Duration = Duration::from_millis(200);
/// The exit status when the budget is over, that of `timeout`.
const OVER_STATUS: u8 = 124;
/// What a signal's number is added to for the exit status, as in shells: 130 after Ctrl-C, 143 after SIGTERM.
const SIGNALLED: i32 = 128;

/// What to make, and how.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    #[command(flatten)]
    pub(crate) selection: Selection,
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
    /// Make these runs anew from epoch 1, whatever there is; what there was is kept beside it
    #[arg(long, requires = "ids")]
    pub(crate) again: bool,
    /// Do not start a run that began so many times in a row from one place; for what starts programs again by itself
    #[arg(long, value_name = "TIMES", value_parser = value_parser!(u32).range(1..))]
    give_up_after: Option<u32>,
    /// Print what happens as lines of JSON, and sentences on standard error
    #[arg(long)]
    json: bool,
}

impl Wanted {
    pub(crate) fn voice(&self) -> Voice {
        Voice { json: self.json }
    }
}

/// Makes the wanted runs.
pub(crate) fn run(places: &Places, wanted: &Wanted) -> Result<ExitCode> {
    let (plan, records) = places.read()?;
    let (selection, voice) = (&wanted.selection, wanted.voice());
    let device = ThisDevice::find();
    let states = states(&plan, &records, present_digest, |card| device.is_card(card));
    let obstacle = |run: &PlannedRun| {
        let text = || format!("it needs `{}`, and this is {device}", run.hardware);
        (!device.suits(&run.hardware)).then(|| Obstacle::Place(text()))
    };
    let choice = Choice::new(&plan, states, places, selection, wanted.again, obstacle)?;
    choice.tell_left(voice);
    if choice.open.is_empty() {
        voice.line("nothing to make on this machine");
        return Ok(ExitCode::from(u8::from(choice.lacks(selection))));
    }
    let lacks = choice.lacks(selection);
    let mut work = Work::new(places, wanted, choice)?;
    while !work.is_over() {
        work.tick()?;
    }
    work.end(lacks)
}

/// Programs that work, and runs that wait.
struct Work<'a> {
    places: &'a Places,
    wanted: &'a Wanted,
    waiting: VecDeque<&'a PlannedRun>,
    jobs: Vec<Job<'a>>,
    failures: Vec<String>,
    /// Runs with more to do that were stopped.
    stopped: usize,
    /// Runs that other programs make.
    in_work: usize,
    stopping: bool,
    interrupt: Interrupt,
    /// The signal that came first.
    signal: Option<i32>,
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
            in_work: 0,
            stopping: false,
            interrupt: Interrupt::note()?,
            signal: None,
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
            let start = match self.wanted.give_up_after {
                Some(most) => Attempts::of(run, self.places).note(most)?,
                None => Ok(()),
            };
            match start {
                Ok(()) => self.jobs.push(Job::start(run, self.places, self.wanted)?),
                Err(reason) => {
                    let voice = self.wanted.voice();
                    voice.event(&run.id, "failed", because(&reason));
                    self.failures.push(reason);
                }
            }
        }
        sleep(TICK);
        for finished in self.jobs.extract_if(.., |job| job.is_finished()) {
            match finished.report()? {
                End::Made => (),
                End::InWork => self.in_work += 1,
                End::Stopped => self.stopped += 1,
                End::Failed(reason) => self.failures.push(reason),
            }
        }
        Ok(())
    }

    /// One signal saves, a second Ctrl-C ends at once, and Ctrl-Z stops the programs too.
    fn heed_signals(&mut self) {
        if let Some(signal) = self.interrupt.take() {
            match self.signal {
                None => self.tell_stopping(signal),
                Some(_) if signal == SIGINT => self.jobs.iter_mut().for_each(Job::kill),
                Some(_) => (), // batch systems send SIGTERM more than once
            }
            self.signal.get_or_insert(signal);
            self.stop();
        }
        if self.suspended.swap(false, Ordering::Relaxed) {
            self.jobs.iter().for_each(|job| job.signal(Signal::STOP));
            let _ = low_level::emulate_default_handler(SIGTSTP);
            self.jobs.iter().for_each(|job| job.signal(Signal::CONT));
        }
    }

    fn tell_stopping(&self, signal: i32) {
        let ids: Vec<&str> = self.jobs.iter().map(Job::id).collect();
        let again = match signal {
            SIGINT => "; Ctrl-C again ends at once, and half a minute of work at most is lost",
            _ => "",
        };
        if !ids.is_empty() {
            let ids = ids.join(", ");
            say::note(&format!(
                "stopping: {ids} saves its state after the step in work{again}"
            ));
        }
    }

    fn stop(&mut self) {
        self.stopping = true;
        self.jobs.iter_mut().for_each(Job::ask_to_stop);
    }

    /// Says what is left and how to go on; `lacks` says whether something could not be made.
    fn end(self, lacks: bool) -> Result<ExitCode> {
        let left = self.stopped + self.waiting.len();
        if left > 0 {
            let runs = if left == 1 {
                "1 run is"
            } else {
                &format!("{left} runs are")
            };
            let text = format!("{runs} left; to go on: {}", same_command());
            self.wanted.voice().line(&text);
        }
        if !self.failures.is_empty() {
            bail!("{}", self.failures.join("\n"));
        }
        // A program that got the signal too may have ended before it was seen here.
        let signal = self.signal.or(self.interrupt.take());
        Ok(match signal {
            Some(signal) if left > 0 => ExitCode::from((SIGNALLED + signal) as u8),
            None if left > 0 => ExitCode::from(OVER_STATUS),
            _ if lacks => ExitCode::FAILURE,
            _ if self.in_work > 0 => ExitCode::from(IN_WORK_STATUS),
            _ => ExitCode::SUCCESS,
        })
    }
}

/// The command that this program was started with, but for `--again`.
fn same_command() -> String {
    let words = std::env::args().filter(|word| word != "--again");
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    words.join(" ")
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
}
