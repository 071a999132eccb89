//! A run that is killed and taken up again ends as one that was left alone, bit for bit.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

use clap::Parser;
use common::{bytes, padded, planned, root, trainer};
use experiments::checkpoint::Checkpoints;
use experiments::device::Computer;
use experiments::options::Options;
use experiments::session::{Evaluations, Session};
use results::{Arithmetic, Completion, Counted, Record};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Names the folder to a process that a test starts.
const FOLDER: &str = "MEASURED_TEST_FOLDER";
/// Names the learning rate to a process that a test starts, where it is not the usual one.
const RATE: &str = "MEASURED_TEST_RATE";

/// The process that is killed: a whole run in the folder that the environment names.
#[test]
#[ignore = "started by the tests of this file"]
fn one_run() {
    let folder = PathBuf::from(env::var_os(FOLDER).unwrap());
    let paths = ["runs", "state"].map(|name| folder.join(name).display().to_string());
    let options = Options::parse_from([
        "run",
        "--run",
        "tiny",
        "--runs",
        &paths[0],
        "--state",
        &paths[1],
        "--threads",
        "1",
        "--checkpoint-seconds",
        "0",
    ]);
    let rate = env::var(RATE).unwrap_or("0.05".to_owned());
    let run = planned(&[("base = 0.05", &format!("base = {rate}"))]);
    let computer = Computer::find(Some("cpu"), Arithmetic::Fp32, 1).unwrap();
    let mut trainer = trainer(&run);
    let split = padded(run.configuration.training.as_ref().unwrap());
    let counted = Counted {
        parameters: 1,
        layers: Vec::new(),
        images_per_class: BTreeMap::new(),
    };
    let mut session = Session::begin(&options, &run, &computer, counted, &mut trainer).unwrap();
    while let Some(epoch) = session.next_epoch(&trainer).unwrap() {
        let Some(trained) = trainer.train_epoch(epoch, &split, |images| session.step(images))
        else {
            break;
        };
        session
            .finish_epoch(&trainer, split.len(), trained, Evaluations::default)
            .unwrap();
    }
    session.end(|| None).unwrap();
    let named = trainer.model.weights.named();
    fs::write(
        folder.join("weights"),
        named.values().flat_map(bytes).collect::<Vec<u8>>(),
    )
    .unwrap();
}

fn start(folder: &Path) -> Child {
    program(folder).spawn().unwrap()
}

fn program(folder: &Path) -> Command {
    let mut program = Command::new(env::current_exe().unwrap());
    program.args(["--exact", "one_run", "--ignored"]);
    program.env(FOLDER, folder).current_dir(root());
    program.stdout(Stdio::null()).stderr(Stdio::null());
    program
}

fn record(folder: &Path) -> Record {
    Record::read(&folder.join("runs/loss_curve/tiny.json")).unwrap()
}

/// Waits until a checkpoint is there that was not there before, or the run is over.
fn wait_for_checkpoint(folder: &Path, child: &mut Child) {
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

fn checkpoints(folder: &Path) -> Checkpoints {
    Checkpoints::new(&folder.join("state"), "loss_curve", "tiny")
}

#[test]
fn killed_ten_times_it_ends_with_the_same_weights() {
    let (left_alone, killed) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    assert!(start(left_alone.path()).wait().unwrap().success());
    let mut moment = 1u64;
    for _ in 0..10 {
        let mut child = start(killed.path());
        wait_for_checkpoint(killed.path(), &mut child);
        // Moments from a linear congruential generator, below 100 ms.
        moment = moment
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        sleep(Duration::from_millis((moment >> 33) % 100));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(start(killed.path()).wait().unwrap().success());

    let weights = |folder: &TempDir| fs::read(folder.path().join("weights")).unwrap();
    assert!(
        weights(&left_alone) == weights(&killed),
        "the weights differ"
    );
    let losses = |folder: &TempDir| -> Vec<u64> {
        record(folder.path())
            .epochs
            .iter()
            .map(|row| row.train_loss.to_bits())
            .collect()
    };
    assert_eq!(losses(&left_alone), losses(&killed));
    assert_eq!(record(killed.path()).completion, Completion::Complete);
    assert!(record(left_alone.path()).earlier_sessions.is_empty());
    assert!(record(killed.path()).earlier_sessions.len() >= 5);
}

#[test]
fn a_corrupted_checkpoint_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    for _ in 0..3 {
        wait_for_checkpoint(folder.path(), &mut child);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let checkpoints = checkpoints(folder.path());
    let mut paths = checkpoints.paths().unwrap();
    let (newest, before) = (
        paths.pop().unwrap(),
        paths.pop().expect("two checkpoints are kept"),
    );
    let sound = fs::read(&newest).unwrap();
    let check = |damaged: &[u8], expect: &str| {
        fs::write(&newest, damaged).unwrap();
        let (found, refused) = checkpoints.newest().unwrap();
        let epoch = format!(
            "epoch-{:06}.safetensors",
            found.expect("the one before").record.epochs.len()
        );
        assert!(before.ends_with(&epoch), "{epoch}");
        assert_eq!(refused.len(), 1);
        assert!(
            refused[0].starts_with(&format!("`{}` is refused: ", newest.display())),
            "{}",
            refused[0]
        );
        assert!(refused[0].contains(expect), "{}", refused[0]);
    };
    let mut altered = sound.clone();
    *altered.last_mut().unwrap() ^= 1;
    check(&altered, "its content has digest ");
    check(&sound[..sound.len() - 100], "");
    check(&[], "");
}

#[test]
fn sigterm_saves_the_state_and_ends_cleanly() {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    wait_for_checkpoint(folder.path(), &mut child);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    let record = record(folder.path());
    let (done, planned) = (record.done(), record.planned());
    assert_eq!(record.completion, Completion::Partial { done, planned });
    let (saved, refused) = checkpoints(folder.path()).newest().unwrap();
    assert_eq!((saved.unwrap().record.done(), refused.len()), (done, 0));
}

#[test]
fn a_loss_that_is_no_number_fails_the_run() {
    let folder = TempDir::new().unwrap();
    let status = program(folder.path()).env(RATE, "1e30").status().unwrap();
    assert!(!status.success());
    let reason = "the loss is NaN in epoch 1".to_owned();
    assert_eq!(
        record(folder.path()).completion,
        Completion::Failed { reason }
    );
}
