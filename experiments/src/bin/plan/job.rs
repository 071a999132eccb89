//! A program at work on a run.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{JoinHandle, available_parallelism, spawn};
use std::time::Instant;

use anyhow::{Context, Result};
use experiments::lock::{IN_WORK_STATUS, own_folder};
use experiments::part::Reached;
use experiments::progress::duration;
use experiments::say;
use results::{Completion, PlannedRun, Record, record_path};
use rustix::process::{
    Pid, Signal, kill_process, kill_process_group, set_parent_process_death_signal,
};

use serde_json::{Map, Value, json};

use crate::Places;
use crate::attempts::Attempts;
use crate::execute::Wanted;
use crate::voice::{Voice, because};

/// Lines of a failed program's log that are told.
const LAST_LINES: usize = 20;

/// A program at work on a run, or on several side by side.
pub(crate) struct Job<'a> {
    runs: Vec<&'a PlannedRun>,
    places: &'a Places,
    program: Child,
    began: Instant,
    before: Vec<Option<Reached>>,
    asked_to_stop: bool,
    again: bool,
    log: Option<Log>,
    voice: Voice,
    /// Passes the lines of JSON on.
    reader: Option<JoinHandle<()>>,
}

/// How a program ended with a run.
pub(crate) enum End {
    /// The run is made.
    Made,
    /// Another program makes it.
    InWork,
    /// There is more to do.
    Stopped,
    /// Why there is no result.
    Failed(String),
}

impl<'a> Job<'a> {
    /// Starts the program of runs of one experiment, which lies beside this one, in a process group of its own: Ctrl-C
    /// does not reach it. With several at once, what they say goes to files, named after the first run.
    pub(crate) fn start(
        runs: Vec<&'a PlannedRun>,
        places: &'a Places,
        wanted: &Wanted,
    ) -> Result<Job<'a>> {
        let path = std::env::current_exe()?.with_file_name(&runs[0].experiment);
        let mut command = command(&path, &runs, places, wanted);
        let log = (wanted.jobs > 1).then(|| Log::new(&places.state, &runs[0].id));
        let log = log.transpose()?;
        if let Some(log) = &log {
            command.stderr(log.written()?);
        }
        command.stdin(Stdio::null()).process_group(0);
        // SAFETY: between fork and exec this calls prctl and nothing else.
        unsafe {
            // Should this program be killed, the other one saves its state and ends: nobody would see it. The signal comes
            // with the end of each thread here, and may do so more than once, as SIGTERM may.
            command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::TERM))?));
        }
        let reached = |run: &&PlannedRun| places.checkpoints(run).reached();
        let before: Vec<_> = runs.iter().map(reached).collect();
        let voice = wanted.voice();
        if voice.json {
            command.arg("--json").stdout(Stdio::piped());
        }
        let mut program = command.spawn().with_context(|| {
            let path = path.display();
            format!("`{path}` does not start; hint: `scripts/plan` builds it")
        })?;
        for (run, before) in runs.iter().zip(&before) {
            voice.line(&format!("{} begins", run.id));
            voice.event(&run.id, "begins", reached_fields(*before));
        }
        let rows = program.stdout.take().map(BufReader::new);
        Ok(Job {
            runs,
            places,
            program,
            began: Instant::now(),
            before,
            asked_to_stop: false,
            again: wanted.again,
            log,
            voice,
            reader: rows.map(|rows| spawn(move || pass_on_rows(rows, voice))),
        })
    }

    /// Sends SIGTERM, once.
    pub(crate) fn ask_to_stop(&mut self) {
        if !self.asked_to_stop {
            // A program that has ended in the meantime needs no signal.
            let _ = kill_process(Pid::from_child(&self.program), Signal::TERM);
            self.asked_to_stop = true;
        }
    }

    /// Ends the program, whose state stays as it was saved last.
    pub(crate) fn kill(&mut self) {
        self.asked_to_stop = true;
        let _ = self.program.kill();
    }

    /// Sends a signal to the program and what it may have started.
    pub(crate) fn signal(&self, signal: Signal) {
        let _ = kill_process_group(Pid::from_child(&self.program), signal);
    }

    /// Its runs.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().map(|run| run.id.as_str())
    }

    /// Passes on what the program said since, and says whether it has ended.
    pub(crate) fn is_finished(&mut self) -> bool {
        let finished = !matches!(self.program.try_wait(), Ok(None));
        if let Some(log) = &mut self.log {
            log.pass_on();
        }
        finished
    }

    /// Says how the program ended and how far each of its runs came.
    pub(crate) fn report(mut self) -> Result<Vec<End>> {
        let status = self.program.wait()?;
        if let Some(reader) = self.reader.take() {
            // It ends with the program's output.
            let _ = reader.join();
        }
        let after = duration(self.began.elapsed().as_secs_f64());
        let runs = self.runs.iter().zip(&self.before);
        runs.map(|(run, before)| self.report_run(run, *before, status, &after))
            .collect()
    }

    fn report_run(
        &self,
        run: &PlannedRun,
        before: Option<Reached>,
        status: ExitStatus,
        after: &str,
    ) -> Result<End> {
        let reached = self.places.checkpoints(run).reached();
        let (end, event, text) = self.judge(run, [before, reached], status, after);
        self.voice.line(&format!("{} {text}", run.id));
        let mut fields = reached_fields(reached);
        if let End::Failed(reason) = &end {
            fields.extend(because(reason));
        }
        self.voice.event(&run.id, event, fields);
        let attempts = Attempts::of(run, self.places);
        match &end {
            End::Made => attempts.forget()?,
            End::InWork => attempts.take_back()?,
            End::Stopped | End::Failed(_) => (),
        }
        Ok(end)
    }

    /// How the program ended with a run `after` some time: for the caller, as an event, and in words.
    fn judge(
        &self,
        run: &PlannedRun,
        way: [Option<Reached>; 2],
        status: ExitStatus,
        after: &str,
    ) -> (End, &'static str, String) {
        let id = &run.id;
        let path = record_path(&self.places.runs, &run.experiment, id);
        let complete = Record::read(&path).is_ok_and(|it| it.completion == Completion::Complete);
        // With `--again` it may be the record of before. Of several runs another one may have failed.
        let ended = status.success() || self.runs.len() > 1 || self.was_ended(status);
        if complete && (status.success() || ended && !self.again) {
            return (End::Made, "complete", format!("is complete after {after}"));
        }
        if status.code() == Some(i32::from(IN_WORK_STATUS)) {
            let text = format!("is left to the program that makes it already, after {after}");
            return (End::InWork, "in work", text);
        }
        if !status.success() && !self.was_ended(status) {
            let said = self.log.as_ref().map_or(String::new(), Log::last_lines);
            let reason = format!("run `{id}`: {status}\n{said}").trim().to_owned();
            return (
                End::Failed(reason),
                "failed",
                format!("fails after {after}"),
            );
        }
        let text = format!("stops after {after}: {}", words_of(way));
        (End::Stopped, "stopped", text)
    }

    /// Whether the program was ended by a signal that was sent from here.
    fn was_ended(&self, status: ExitStatus) -> bool {
        self.asked_to_stop && matches!(status.signal(), Some(9 | 15))
    }
}

/// From where to where a run came.
fn words_of(way: [Option<Reached>; 2]) -> String {
    match way {
        [before, Some(after)] if before != Some(after) => {
            let beginning = Reached {
                epochs: 0.0,
                ..after
            };
            format!("saved, {}", after.since(&before.unwrap_or(beginning)))
        }
        [Some(before), _] => format!("at {before} as before: it had not got to a step"),
        [None, _] => {
            "at the beginning as before: it had not got to a step that is saved".to_owned()
        }
    }
}

/// How far a run is, as fields of an event.
fn reached_fields(reached: Option<Reached>) -> Map<String, Value> {
    let fields = reached.map(|it| [("epochs", json!(it.epochs)), ("planned", json!(it.planned))]);
    let fields = fields.into_iter().flatten();
    fields.map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Tells a program's rows of epochs as events of their runs.
fn pass_on_rows(rows: impl BufRead, voice: Voice) {
    for line in rows.lines().map_while(Result::ok) {
        let row = serde_json::from_str(&line).ok();
        let run = |row: &Map<String, Value>| Some(row.get("run")?.as_str()?.to_owned());
        match row.and_then(|row| Some((run(&row)?, row))) {
            Some((run, row)) => voice.event(&run, "epoch", row),
            None => say::note(&line),
        }
    }
}

fn command(path: &Path, runs: &[&PlannedRun], places: &Places, wanted: &Wanted) -> Command {
    let cores = available_parallelism().map_or(1, usize::from);
    let threads = wanted.threads.unwrap_or(cores / wanted.jobs.max(1)).max(1);
    let runs_at_once = wanted.runs_at_once.unwrap_or(wanted.jobs);
    let mut command = Command::new(path);
    command.args(["--run", &runs[0].id, "--threads", &threads.to_string()]);
    command.args(["--runs-at-once", &runs_at_once.to_string()]);
    for (option, value) in [
        ("--plan", &places.plan),
        ("--runs", &places.runs),
        ("--state", &places.state),
    ] {
        command.arg(option).arg(value);
    }
    if let Some(data) = &wanted.selection.data {
        command.arg("--data").arg(data);
    }
    if wanted.again {
        command.arg("--again");
    }
    command.args(&wanted.more);
    if let [_, beside @ ..] = runs
        && !beside.is_empty()
    {
        command
            .arg("--beside")
            .args(beside.iter().map(|run| &run.id));
    }
    command
}

/// What a program says, in a file.
struct Log {
    path: PathBuf,
    read: File,
    /// The beginning of a line.
    rest: Vec<u8>,
}

impl Log {
    /// An empty one, in place of an older one.
    fn new(state: &Path, run: &str) -> Result<Log> {
        let path = own_folder(state, &["logs"])?.join(format!("{run}.log"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => (),
            removed => removed.with_context(|| format!("`{}`", path.display()))?,
        }
        File::create_new(&path).with_context(|| format!("`{}`", path.display()))?;
        let read = File::open(&path)?;
        let rest = Vec::new();
        Ok(Log { path, read, rest })
    }

    fn written(&self) -> Result<File> {
        Ok(File::options().append(true).open(&self.path)?)
    }

    /// Says the lines that came since.
    fn pass_on(&mut self) {
        // The file stays for those who want to know more.
        let _ = self.read.read_to_end(&mut self.rest);
        while let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            say::note(String::from_utf8_lossy(&line).trim_end());
        }
    }

    fn last_lines(&self) -> String {
        last_lines(&self.path, LAST_LINES).join("\n")
    }
}

/// The last lines of a log, at most so many; none where it cannot be read.
pub(crate) fn last_lines(log: &Path, most: usize) -> Vec<String> {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(most)..];
    last.iter().map(|line| (*line).to_owned()).collect()
}
