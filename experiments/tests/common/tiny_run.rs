//! A tiny run as a program of its own: the test program starts itself, with the test `one_run` alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::Result;
use clap::Parser;
use experiments::checkpoint::Checkpoints;
use experiments::device::Computer;
use experiments::lock::{IN_WORK_STATUS, InWork};
use experiments::options::Options;
use experiments::say;
use experiments::session::{Evaluations, Session, is_wanted};
use results::{Arithmetic, Counted, PlannedRun, Record};

use super::{CLASSES, bytes, configuration, generated, padded, planned, root, trainer};

/// Names the folder to the program.
const FOLDER: &str = "MEASURED_TEST_FOLDER";
/// Changes to the plan's text, `OLD=>NEW` in lines.
const CHANGES: &str = "MEASURED_TEST_PLAN";
/// More arguments, in words.
const ARGUMENTS: &str = "MEASURED_TEST_ARGUMENTS";

/// What the test `one_run` does: a whole run in the folder that the environment names, with a checkpoint after each step.
pub(crate) fn make() {
    let folder = PathBuf::from(env::var_os(FOLDER).unwrap());
    if let Err(error) = make_in(&folder) {
        say::note(&format!("error: {error:#}"));
        let in_work = error.is::<InWork>();
        exit(if in_work { IN_WORK_STATUS.into() } else { 1 });
    }
}

fn make_in(folder: &Path) -> Result<()> {
    let paths = ["runs", "state"].map(|name| folder.join(name).display().to_string());
    let fixed = format!(
        "run --run tiny --threads 1 --checkpoint-seconds 0 --runs {} --state {}",
        paths[0], paths[1]
    );
    let more = env::var(ARGUMENTS).unwrap_or_default();
    let words = fixed.split(' ').chain(more.split_whitespace());
    let options = Options::parse_from(words);
    let run = planned_with(&env::var(CHANGES).unwrap_or_default());
    if !is_wanted(&options, &run)? {
        return Ok(());
    }
    let computer = Computer::find(Some("cpu"), Arithmetic::Fp32, 1)?;
    let mut trainer = trainer(&run);
    let split = padded(&configuration(&run).training);
    let test = trainer.evaluation_set(generated(), &mut |_| true).unwrap();
    let counted = Counted {
        parameters: trainer.model.parameter_count(),
        layers: Vec::new(),
        images_per_class: BTreeMap::from([(
            "train".to_owned(),
            generated().images_per_class(CLASSES),
        )]),
    };
    let mut session = Session::begin(&options, &run, &computer, counted, &mut trainer)?;
    while let Some(epoch) = session.next_epoch(&trainer)? {
        let Some(trained) = trainer.train_epoch(epoch, &split, &mut session)? else {
            break;
        };
        let evaluate = |go_on: &mut dyn FnMut(u64) -> bool| {
            Some(Evaluations {
                validation: None,
                test: Some(trainer.evaluate(&test, go_on)?),
            })
        };
        if !session.finish_epoch(&trainer, split.len(), trained, evaluate)? {
            break;
        }
    }
    session.end(|_| None)?;
    let named = trainer.model.weights.named();
    let weights: Vec<u8> = named.values().flat_map(bytes).collect();
    Ok(fs::write(folder.join("weights"), weights)?)
}

/// The planned run, with changes as the environment has them.
pub(crate) fn planned_with(changes: &str) -> PlannedRun {
    let changes: Vec<(&str, &str)> = changes
        .lines()
        .map(|line| line.split_once("=>").unwrap())
        .collect();
    planned(&changes)
}

/// The program, in `folder`, with `changes` to the plan and more `arguments`.
pub(crate) fn program(folder: &Path, changes: &str, arguments: &str) -> Command {
    let mut program = Command::new(env::current_exe().unwrap());
    program.args(["--exact", "one_run", "--ignored"]);
    program.env(FOLDER, folder).current_dir(root());
    program.env(CHANGES, changes).env(ARGUMENTS, arguments);
    program.stdin(Stdio::null());
    program.stdout(Stdio::null()).stderr(Stdio::null());
    program
}

/// Starts the program as it is planned.
pub(crate) fn start(folder: &Path) -> Child {
    program(folder, "", "").spawn().unwrap()
}

/// What the program says on standard error, and whether it succeeds.
pub(crate) fn run(folder: &Path, changes: &str, arguments: &str) -> (bool, String) {
    let mut program = program(folder, changes, arguments);
    let output = program.stderr(Stdio::piped()).output().unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

pub(crate) fn record_path(folder: &Path) -> PathBuf {
    folder.join("runs/loss_curve/tiny.json")
}

pub(crate) fn record(folder: &Path) -> Record {
    Record::read(&record_path(folder)).unwrap()
}

pub(crate) fn state(folder: &Path) -> PathBuf {
    folder.join("state/loss_curve/tiny")
}

pub(crate) fn checkpoints(folder: &Path) -> Checkpoints {
    Checkpoints::new(&folder.join("state"), "loss_curve", "tiny")
}

/// Waits until a checkpoint is there that was not there before, or the run is over.
pub(crate) fn wait_for_checkpoint(folder: &Path, child: &mut Child) {
    let newest = || checkpoints(folder).paths().unwrap().pop();
    let (before, started) = (newest(), Instant::now());
    while newest() == before && child.try_wait().unwrap().is_none() {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "no checkpoint after two minutes"
        );
        sleep(Duration::from_millis(2));
    }
}

/// The program `plan` with its places in a folder.
pub(crate) fn plan(folder: &Path, arguments: &[&str]) -> Command {
    let mut plan = Command::new(env!("CARGO_BIN_EXE_plan"));
    plan.args(arguments).current_dir(root());
    for (option, name) in [
        ("--plan", "plan.toml"),
        ("--runs", "runs"),
        ("--state", "state"),
    ] {
        plan.arg(option).arg(folder.join(name));
    }
    plan
}

/// The names in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
