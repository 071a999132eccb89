//! A run that is killed, stopped or hindered and taken up again ends as one that was left alone, bit for bit.

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use common::tiny_run::{
    checkpoints, names, program, record, record_path, run, start, state, wait_for_checkpoint,
};
use experiments::checkpoint::Newest;
use results::{Completion, EpochRow, Record};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The program that is killed.
#[test]
#[ignore = "started by the tests of this file"]
fn one_run() {
    common::tiny_run::make();
}

/// Numbers from a linear congruential generator (Knuth 2002, MMIX).
struct Moments(u64);

impl Moments {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Kills a run of `epochs` epochs `kills` times at random moments, half of them counted from its start and half from the
/// next checkpoint, takes it up each time, and compares its end with that of a run that was left alone.
fn killed_it_ends_as_one_left_alone(kills: u64, epochs: u64) {
    let changes = format!("epochs = 30=>epochs = {epochs}");
    let start = |folder: &TempDir| program(folder.path(), &changes, "").spawn().unwrap();
    let (left_alone, killed) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    assert!(start(&left_alone).wait().unwrap().success());
    let mut moments = Moments(1);
    for kill in 0..kills {
        let mut child = start(&killed);
        match moments.below(2) {
            0 => sleep(Duration::from_millis(moments.below(600))),
            _ => {
                wait_for_checkpoint(killed.path(), &mut child);
                sleep(Duration::from_millis(moments.below(100)));
            }
        }
        assert!(
            child.try_wait().unwrap().is_none(),
            "the run was over before kill {kill}"
        );
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(start(&killed).wait().unwrap().success());

    let weights = |folder: &TempDir| fs::read(folder.path().join("weights")).unwrap();
    assert!(
        weights(&left_alone) == weights(&killed),
        "the weights differ"
    );
    assert_eq!(rows(left_alone.path()), rows(killed.path()));
    assert_eq!(rows(killed.path()).len() as u64, epochs);
    let killed_record = record(killed.path());
    assert_eq!(killed_record.completion, Completion::Complete);
    assert!(record(left_alone.path()).earlier_sessions.is_empty());
    let sessions = killed_record.earlier_sessions.len() as u64;
    assert!(sessions >= kills / 4, "{sessions}");
    assert_eq!(names(&state(killed.path())), ["lock"]);
    assert_eq!(names(&killed.path().join("runs/loss_curve")), ["tiny.json"]);
    println!("{kills} kills, {sessions} earlier sessions in the record");
}

/// What a run computed, epoch by epoch, without the times that it took.
fn rows(folder: &Path) -> Vec<[u64; 5]> {
    let rows = epochs(&record(folder)).to_vec().into_iter();
    rows.map(|row| {
        [
            row.epoch,
            row.steps,
            row.train_loss.to_bits(),
            row.train_accuracy.to_bits(),
            row.test.unwrap().loss.to_bits(),
        ]
    })
    .collect()
}

#[test]
fn killed_twenty_times_it_ends_as_one_left_alone() {
    killed_it_ends_as_one_left_alone(20, 120);
}

#[test]
#[ignore = "takes minutes"]
fn killed_two_hundred_times_it_ends_as_one_left_alone() {
    killed_it_ends_as_one_left_alone(200, 1200);
}

/// Stops a run again and again, mostly within an epoch, and compares its end with that of a run that was left alone: what
/// it computed, and the record but for times and sessions.
#[test]
fn stopped_within_epochs_it_ends_as_one_left_alone() {
    let changes = "epochs = 30=>epochs = 6\nmilestones = [20]=>milestones = [2]";
    let (left_alone, stopped) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    assert!(run(left_alone.path(), changes, "").0);
    let mut within = Vec::new();
    while record_of(stopped.path()).is_none_or(|it| it.completion != Completion::Complete) {
        let mut child = program(stopped.path(), changes, "").spawn().unwrap();
        wait_for_checkpoint(stopped.path(), &mut child);
        let _ = kill_process(Pid::from_child(&child), Signal::TERM);
        assert!(child.wait().unwrap().success());
        let newest = checkpoints(stopped.path()).newest(None).unwrap();
        within.extend(newest.found.map(|(_, found)| found.position()));
        assert!(within.is_sorted() && within.len() < 40, "{within:?}");
    }
    let steps: Vec<u64> = within
        .iter()
        .map(|it| it.steps)
        .filter(|it| *it > 0)
        .collect();
    assert!(steps.len() >= 2, "{within:?}");
    let weights = |folder: &TempDir| fs::read(folder.path().join("weights")).unwrap();
    assert!(
        weights(&left_alone) == weights(&stopped),
        "the weights differ"
    );
    assert_eq!(rows(left_alone.path()), rows(stopped.path()));
    let timeless = |folder: &TempDir| {
        let mut record = record(folder.path());
        record.earlier_sessions.clear();
        for row in &mut record.measured.as_trained_mut().unwrap().epochs {
            (row.train_seconds, row.evaluation_seconds) = (0.0, 0.0);
        }
        (record.environment.started, record.environment.ended) = Default::default();
        record.digest = Default::default();
        record
    };
    assert_eq!(timeless(&left_alone), timeless(&stopped));
    println!("stopped at {within:?}");
}

/// The epochs of a training run.
fn epochs(record: &Record) -> &[EpochRow] {
    &record.measured.as_trained().unwrap().epochs
}

fn record_of(folder: &Path) -> Option<Record> {
    record_path(folder).exists().then(|| record(folder))
}

/// The time of an epoch is that of all its parts.
#[test]
fn parts_of_an_epoch_add_up() {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    wait_for_checkpoint(folder.path(), &mut child);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    child.wait().unwrap();
    let newest = checkpoints(folder.path()).newest(None).unwrap();
    let (_, before) = newest.found.unwrap();
    assert!(
        before.part.steps == 0 || before.part.seconds > 0.0,
        "{before:?}"
    );
    let stop = before.record.done() + 1;
    assert!(run(folder.path(), "", &format!("--epochs {stop}")).0);
    let record = record(folder.path());
    let row = epochs(&record).last().unwrap();
    assert!(row.epoch == stop && row.train_seconds > before.part.seconds);
    assert!(row.train_seconds < 60.0, "{row:?}");
}

/// Folder of a run that was killed after some checkpoints.
fn killed_run(checkpoints: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    for _ in 0..checkpoints {
        wait_for_checkpoint(folder.path(), &mut child);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    folder
}

#[test]
fn a_corrupted_checkpoint_is_refused_by_name() {
    let folder = killed_run(3);
    let checkpoints = checkpoints(folder.path());
    let mut paths = checkpoints.paths().unwrap();
    let (newest, before) = (
        paths.pop().unwrap(),
        paths.pop().expect("two checkpoints are kept"),
    );
    let sound = fs::read(&newest).unwrap();
    let check = |damaged: &[u8], expect: &str| {
        fs::write(&newest, damaged).unwrap();
        let Newest { found, refused } = checkpoints.newest(None).unwrap();
        assert_eq!(found.expect("the one before").0, before);
        let [(path, error)] = &refused[..] else {
            panic!("{refused:?}")
        };
        assert_eq!(*path, newest);
        assert!(error.to_string().contains(expect), "{error}");
    };
    let mut altered = sound.clone();
    *altered.last_mut().unwrap() ^= 1;
    check(&altered, "its content has digest ");
    check(&sound[..sound.len() - 100], "");
    check(&[], "it has less than 8 bytes");
    // That of another epoch, under this name.
    let other = fs::read(&before).unwrap();
    check(&other, "as its name says");
}

#[test]
fn refused_checkpoints_do_not_crowd_out_new_ones() {
    let folder = killed_run(3);
    let state = state(folder.path());
    for epoch in ["000500", "000900"] {
        fs::write(state.join(format!("epoch-{epoch}.safetensors")), "damaged").unwrap();
    }
    fs::write(state.join("notes.safetensors"), "no checkpoint").unwrap();
    let fifo = state.join("epoch-000700.safetensors");
    assert!(Command::new("mkfifo").arg(fifo).status().unwrap().success());
    let before = checkpoints(folder.path()).newest(None).unwrap();
    let (_, before) = before.found.unwrap();
    let stop = before.record.done() + 3;
    let (success, said) = run(folder.path(), "", &format!("--epochs {stop}"));
    assert!(success, "{said}");
    for epoch in ["000500", "000900"] {
        let aside = format!("epoch-{epoch}.safetensors.refused");
        assert!(said.contains(&format!("{aside}`: ")), "{said}");
        assert_eq!(fs::read(state.join(aside)).unwrap(), b"damaged");
    }
    let expect = "epoch-000700.safetensors.refused`: it is a FIFO, a socket or a device";
    assert!(said.contains(expect), "{said}");
    let kept = [
        format!("epoch-{:06}-step-000004.safetensors", stop - 1),
        format!("epoch-{stop:06}.safetensors"),
    ];
    let names = names(&state);
    let found: Vec<&String> = names
        .iter()
        .filter(|name| name.ends_with(".safetensors") && name.starts_with("epoch-"))
        .collect();
    assert_eq!(found, kept.iter().collect::<Vec<_>>());
    assert!(names.contains(&"notes.safetensors".to_owned()));
    let (success, said) = run(folder.path(), "", "");
    assert!(success, "{said}");
    assert!(!said.contains("refused"), "{said}");
    assert_eq!(record(folder.path()).completion, Completion::Complete);
}

#[test]
fn a_stray_checkpoint_that_comes_later_takes_no_place() {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    wait_for_checkpoint(folder.path(), &mut child);
    for epoch in [800, 900] {
        let name = format!("epoch-{epoch:06}.safetensors");
        fs::write(state(folder.path()).join(name), "stray").unwrap();
    }
    sleep(Duration::from_millis(500)); // some epochs
    child.kill().unwrap();
    child.wait().unwrap();
    let newest = checkpoints(folder.path()).newest(None).unwrap();
    assert_eq!(newest.refused.len(), 2);
    assert!(newest.found.unwrap().1.record.done() >= 1);
}

/// The folder of a run that got these signals after its first checkpoint.
fn signalled(signals: &[Signal]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    wait_for_checkpoint(folder.path(), &mut child);
    for signal in signals {
        // A run that has ended takes none.
        let _ = kill_process(Pid::from_child(&child), *signal);
        sleep(Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success(), "{signals:?}");
    folder
}

#[test]
fn signals_save_the_state_and_end_cleanly() {
    for signals in [
        &[Signal::TERM][..],
        &[Signal::INT],
        &[Signal::HUP],
        &[Signal::HUP, Signal::HUP],
        &[Signal::INT, Signal::TERM],
        &[Signal::TERM, Signal::TERM],
    ] {
        // On a busy machine a run may end before the signal reaches it.
        let is_complete = |record: Record| record.completion == Completion::Complete;
        let is_in_time = |folder: &TempDir| !record_of(folder.path()).is_some_and(is_complete);
        let folder = (0..20).map(|_| signalled(signals)).find(is_in_time);
        let folder = folder.expect("one signal of twenty comes in time");
        let newest = checkpoints(folder.path()).newest(None).unwrap();
        let saved = newest.found.unwrap().1.record.done();
        let done = record_of(folder.path()).map_or(0, |record| {
            let (done, planned) = (record.done(), record.planned());
            assert_eq!(record.completion, Completion::Partial { done, planned });
            done
        });
        assert_eq!((saved, newest.refused.len()), (done, 0), "{signals:?}");
    }
}

#[test]
fn a_hangup_that_nohup_ignores_stops_nothing() {
    let folder = TempDir::new().unwrap();
    let plain = program(folder.path(), "", "");
    let mut nohup = Command::new("nohup");
    nohup.arg(plain.get_program()).args(plain.get_args());
    nohup.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    nohup.current_dir(common::root());
    nohup.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = nohup.stderr(Stdio::null()).spawn().unwrap();
    wait_for_checkpoint(folder.path(), &mut child);
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(record(folder.path()).completion, Completion::Complete);
}

#[test]
fn a_closed_pipe_ends_nothing() {
    let folder = TempDir::new().unwrap();
    let mut program = program(folder.path(), "", "--json");
    let mut child = program
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.find(|line| line.as_ref().unwrap().starts_with('{'));
    assert!(first.unwrap().unwrap().starts_with("{\"epoch\":1,"));
    drop(lines);
    drop(child.stderr.take());
    // The test harness fails to print its own summary: what counts is that the run is made.
    child.wait().unwrap();
    assert_eq!(record(folder.path()).completion, Completion::Complete);
    assert!(folder.path().join("weights").exists());
}

#[test]
fn time_in_which_the_program_is_stopped_is_not_training_time() {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    for _ in 0..4 {
        wait_for_checkpoint(folder.path(), &mut child);
        kill_process(Pid::from_child(&child), Signal::STOP).unwrap();
        sleep(Duration::from_secs(3));
        kill_process(Pid::from_child(&child), Signal::CONT).unwrap();
        sleep(Duration::from_millis(37));
    }
    assert!(child.wait().unwrap().success());
    let record = record(folder.path());
    let longest = epochs(&record).iter().map(|row| row.train_seconds);
    let longest = longest.fold(0.0, f64::max);
    assert!(longest < 2.0, "an epoch took {longest} s");
    let evaluation = epochs(&record).iter().map(|row| row.evaluation_seconds);
    assert!(evaluation.fold(0.0, f64::max) < 2.0);
}

#[test]
fn a_loss_that_is_no_number_fails_the_run() {
    let folder = TempDir::new().unwrap();
    let (success, _) = run(folder.path(), "base = 0.05=>base = 1e30", "");
    assert!(!success);
    let reason = "the loss is NaN in epoch 1".to_owned();
    assert_eq!(
        record(folder.path()).completion,
        Completion::Failed { reason }
    );
}

/// What a run without its checkpoints finds: a record of `epochs` epochs alone.
fn record_alone(epochs: u64) -> (TempDir, Vec<u8>) {
    let folder = TempDir::new().unwrap();
    let (success, said) = run(folder.path(), "", &format!("--epochs {epochs}"));
    assert!(success, "{said}");
    fs::remove_dir_all(folder.path().join("state")).unwrap();
    let bytes = fs::read(record_path(folder.path())).unwrap();
    (folder, bytes)
}

#[test]
fn a_longer_record_stays_until_there_are_more_epochs() {
    let (folder, before) = record_alone(8);
    let (success, said) = run(folder.path(), "", "--epochs 3");
    assert!(success, "{said}");
    let expect = "no checkpoint was found: the run begins with epoch 1; `";
    assert!(said.contains(expect), "{said}");
    let expect = "` has 8 epochs and stays until there are more";
    assert!(said.contains(expect), "{said}");
    assert_eq!(fs::read(record_path(folder.path())).unwrap(), before);

    let (_, said) = run(folder.path(), "", "--epochs 8");
    let expect = "the newest checkpoint is of epoch 3: the run goes on there; `";
    assert!(said.contains(expect), "{said}");
    assert_eq!(fs::read(record_path(folder.path())).unwrap(), before);
    let (_, said) = run(folder.path(), "", "--epochs 9");
    assert!(!said.contains("stays"), "{said}");
    assert_eq!(record(folder.path()).done(), 9);
    assert_eq!(names(&folder.path().join("runs/loss_curve")), ["tiny.json"]);
}

#[test]
fn made_anew_nothing_is_lost() {
    let (folder, before) = record_alone(30);
    let runs = folder.path().join("runs/loss_curve");
    assert_eq!(record(folder.path()).completion, Completion::Complete);

    // Nothing happens before an epoch is done.
    run(folder.path(), "", "--again --epochs 0");
    assert_eq!(fs::read(record_path(folder.path())).unwrap(), before);
    let (success, said) = run(folder.path(), "", "--again --epochs 2");
    assert!(success, "{said}");
    assert!(said.contains("is kept as `"), "{said}");
    assert!(
        said.contains("the same command without `--again` goes on from 2 of 30 epochs"),
        "{said}"
    );
    assert_eq!(fs::read(runs.join("tiny.json.before")).unwrap(), before);
    assert_eq!(record(folder.path()).done(), 2);

    // Once more: neither the first record nor the second is lost, nor are the checkpoints.
    let (success, said) = run(folder.path(), "", "--again --epochs 1");
    assert!(success, "{said}");
    assert_eq!(
        names(&runs),
        ["tiny.json", "tiny.json.before", "tiny.json.before-2"]
    );
    let second = Record::read(&runs.join("tiny.json.before-2")).unwrap();
    assert_eq!(second.done(), 2);
    let state = state(folder.path());
    let expect = [
        "epoch-000000-step-000004.safetensors",
        "epoch-000001-step-000004.safetensors.before",
        "epoch-000001.safetensors",
        "epoch-000002.safetensors.before",
        "lock",
    ];
    assert_eq!(names(&state), expect);

    // Without `--again` the new run goes on; at its end the earlier checkpoints go.
    let (success, said) = run(folder.path(), "", "");
    assert!(success, "{said}");
    assert_eq!(record(folder.path()).completion, Completion::Complete);
    assert_eq!(record(folder.path()).earlier_sessions.len(), 1);
    assert_eq!(names(&state), ["lock"]);
    assert_eq!(fs::read(runs.join("tiny.json.before")).unwrap(), before);
}

#[test]
fn what_a_killed_program_left_half_written_is_cleared() {
    let folder = killed_run(1);
    let (runs, state) = (folder.path().join("runs/loss_curve"), state(folder.path()));
    fs::write(runs.join(".tiny.json.abc123.tmp"), "half").unwrap();
    fs::write(runs.join(".other.json.abc123.tmp"), "another program's").unwrap();
    fs::write(state.join(".epoch-000009.safetensors.abc123.tmp"), "half").unwrap();
    let (success, said) = run(folder.path(), "", "");
    assert!(success, "{said}");
    assert_eq!(names(&runs), [".other.json.abc123.tmp", "tiny.json"]);
    assert_eq!(names(&state), ["lock"]);
}

#[test]
fn git_ignores_what_is_set_aside_or_left_behind() {
    for name in [
        "results/runs/loss_curve/.tiny.json.abc123.tmp",
        "results/runs/loss_curve/tiny.json.before",
        "results/runs/loss_curve/tiny.json.before-2",
        "results/runs/loss_curve/tiny.json.damaged",
        "state/loss_curve/tiny/lock",
    ] {
        let ignored = Command::new("git")
            .args(["check-ignore", "--quiet", name])
            .current_dir(common::root())
            .status()
            .unwrap();
        assert!(ignored.success(), "{name}");
    }
}
