//! Making runs: the experiments' programs are started, several at once, until all is done or the time is over.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, value_parser};
use experiments::budget;
use experiments::interrupt::Interrupt;
use experiments::lock::IN_WORK_STATUS;
use experiments::networks;
use experiments::say;
use experiments::sources::present_digest;
use experiments::this_device::ThisDevice;
use results::{PlannedRun, states};
use rustix::process::Signal;
use signal_hook::consts::{SIGINT, SIGTSTP};
use signal_hook::{flag, low_level};

use crate::Places;
use crate::attempts::Attempts;
use crate::choice::{Choice, Obstacle, Selection};
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
    #[arg(long, value_parser = budget::parse)]
    budget: Option<Duration>,
    /// Programs at the same time
    #[arg(long, default_value_t = 1)]
    pub(crate) jobs: usize,
    /// Make loss curves that go at the same time in one program, on streams of one GPU; the first one's has priority
    #[arg(long)]
    one_program: bool,
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
    /// More options of the runs' programs, such as `--fused` of `loss_curve`
    #[arg(last = true, value_name = "OPTIONS")]
    pub(crate) more: Vec<String>,
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
        while !self.stopping && !self.waiting.is_empty() && self.places_left() > 0 {
            let mut runs = Vec::new();
            for run in self.next_together() {
                let start = match self.wanted.give_up_after {
                    Some(most) => Attempts::of(run, self.places).note(most)?,
                    None => Ok(()),
                };
                match start {
                    Ok(()) => runs.push(run),
                    Err(reason) => {
                        let voice = self.wanted.voice();
                        voice.event(&run.id, "failed", because(&reason));
                        self.failures.push(reason);
                    }
                }
            }
            if !runs.is_empty() {
                self.jobs.push(Job::start(runs, self.places, self.wanted)?);
            }
        }
        sleep(TICK);
        for finished in self.jobs.extract_if(.., |job| job.is_finished()) {
            for end in finished.report()? {
                match end {
                    End::Made => (),
                    End::InWork => self.in_work += 1,
                    End::Stopped => self.stopped += 1,
                    End::Failed(reason) => self.failures.push(reason),
                }
            }
        }
        Ok(())
    }

    /// How many more runs may begin.
    fn places_left(&self) -> usize {
        let working: usize = self.jobs.iter().map(|job| job.ids().count()).sum();
        self.wanted.jobs.max(1).saturating_sub(working)
    }

    /// The next run that waits, and with `--one-program` those that can be made beside it, as many as may begin.
    fn next_together(&mut self) -> Vec<&'a PlannedRun> {
        let most = self.places_left();
        let mut runs: Vec<&PlannedRun> = self.waiting.pop_front().into_iter().collect();
        if self.wanted.one_program {
            self.waiting.retain(|run| {
                let goes = runs.len() < most && go_together(runs[0], run);
                if goes {
                    runs.push(run);
                }
                !goes
            });
            // Of a large network the state is the longest on its way elsewhere: its run has priority.
            runs.sort_by_key(|run| Reverse(parameters(run)));
        }
        runs
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
        let ids: Vec<&str> = self.jobs.iter().flat_map(Job::ids).collect();
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

/// The experiment whose program makes several runs side by side.
const SIDE_BY_SIDE: &str = "loss_curve";

/// Whether one program can make both: libtorch has one switch of arithmetic for all of a program's threads.
fn go_together(one: &PlannedRun, other: &PlannedRun) -> bool {
    let arithmetic = |run: &PlannedRun| run.configuration.as_training().map(|it| it.arithmetic);
    let experiments = [one, other].map(|run| run.experiment.as_str());
    experiments == [SIDE_BY_SIDE; 2] && arithmetic(one) == arithmetic(other)
}

/// Parameters of the network that a run trains.
fn parameters(run: &PlannedRun) -> u64 {
    let configuration = run.configuration.as_training();
    let network = configuration.and_then(|it| networks::build(&it.network, 1).ok());
    network.map_or(0, |network| network.declared.parameter_count())
}

/// The command that this program was started with, but for `--again`.
fn same_command() -> String {
    let words = std::env::args().filter(|word| word != "--again");
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    words.join(" ")
}
