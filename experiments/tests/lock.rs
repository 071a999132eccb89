//! One program makes a run; others say who holds it.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::tiny_run::{self, names, program, record, run, start, state, wait_for_checkpoint};
use common::{PLAN, root};
use experiments::lock::{InWork, RunLock};
use results::Completion;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The program that works.
#[test]
#[ignore = "started by the tests of this file"]
fn one_run() {
    tiny_run::make();
}

/// `plan` with a plan of two tiny runs, `tiny` and `other`.
fn plan(folder: &Path, arguments: &[&str]) -> Output {
    let file = folder.join("plan.toml");
    // A data set of no images: its program begins, and fails.
    fs::create_dir_all(folder.join("cifar-10-batches-bin")).unwrap();
    fs::write(
        &file,
        format!("{PLAN}{}", PLAN.replace("\"tiny\"", "\"other\"")),
    )
    .unwrap();
    let mut plan = tiny_run::plan(folder, arguments);
    plan.env("MEASURED_DATA", folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn of_three_programs_one_goes_on_and_the_others_name_it() {
    let folder = TempDir::new().unwrap();
    let children = [(); 3].map(|()| {
        let mut program = program(folder.path(), "", "");
        program.stderr(Stdio::piped()).spawn().unwrap()
    });
    let ids = children.each_ref().map(std::process::Child::id);
    let outputs = children.map(|child| child.wait_with_output().unwrap());
    let worked = outputs.iter().position(|output| output.status.success());
    let worked = ids[worked.expect("one goes on")];
    assert_eq!(record(folder.path()).completion, Completion::Complete);
    assert!(record(folder.path()).earlier_sessions.is_empty());
    for (id, output) in ids.iter().zip(&outputs) {
        let said = text(&output.stderr);
        // One that starts late finds the run complete.
        if *id != worked && !said.contains("is complete; hint") {
            assert_eq!(output.status.code(), Some(75), "{said}");
            let expect = format!("error: run `tiny` is in work: process {worked} on `");
            assert!(said.contains(&expect), "{said}");
        }
    }
}

#[test]
fn the_lock_of_a_killed_program_is_free() {
    let folder = TempDir::new().unwrap();
    let mut child = start(folder.path());
    wait_for_checkpoint(folder.path(), &mut child);
    // It would come to its end while the others are patient.
    kill_process(Pid::from_child(&child), Signal::STOP).unwrap();
    let states = folder.path().join("state");
    let error = RunLock::take(&states, "loss_curve", "tiny").unwrap_err();
    assert!(error.is::<InWork>(), "{error:#}");
    let (success, said) = run(folder.path(), "", "");
    assert!(!success);
    let expect = format!("run `tiny` is in work: process {} on `", child.id());
    assert!(said.contains(&expect), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(run(folder.path(), "", "").0);
}

#[test]
fn plan_run_leaves_a_run_in_work_and_goes_on_with_the_next() {
    let folder = TempDir::new().unwrap();
    let lock = RunLock::take(&folder.path().join("state"), "loss_curve", "tiny").unwrap();
    let jobs: [&[&str]; 2] = [&["run", "--jobs", "2"], &["run"]];
    for arguments in jobs {
        let output = plan(folder.path(), arguments);
        let (said, errors) = (text(&output.stdout), text(&output.stderr));
        let left = "tiny is left to the program that makes it already, after ";
        assert!(said.contains(left), "{said}{errors}");
        // The other one begins, and fails only because its data set is empty.
        assert!(said.contains("other begins"), "{said}{errors}");
        assert!(said.contains("other fails"), "{said}{errors}");
        assert!(!errors.contains("run `tiny`: "), "{errors}");
        assert_eq!(output.status.code(), Some(1), "{errors}");
    }
    // What starts it may try again later.
    for _ in 0..2 {
        let output = plan(folder.path(), &["run", "tiny", "--give-up-after", "1"]);
        assert_eq!(output.status.code(), Some(75), "{}", text(&output.stderr));
    }
    drop(lock);
}

#[test]
fn logs_are_not_written_through_a_link() {
    let folder = TempDir::new().unwrap();
    let (states, outside) = (folder.path().join("state"), folder.path().join("outside"));
    fs::create_dir_all(states.join("logs")).unwrap();
    fs::write(&outside, "theirs").unwrap();
    symlink(&outside, states.join("logs/tiny.log")).unwrap();
    plan(folder.path(), &["run", "tiny", "--jobs", "2"]);
    assert_eq!(fs::read(&outside).unwrap(), b"theirs");
    let log = fs::symlink_metadata(states.join("logs/tiny.log")).unwrap();
    assert!(log.is_file() && log.len() > 0);
}

#[test]
fn a_run_does_not_write_through_links_of_its_folders() {
    for link in [
        "state/loss_curve",
        "state/loss_curve/tiny",
        "state/loss_curve/tiny/lock",
        "runs/loss_curve",
    ] {
        let folder = TempDir::new().unwrap();
        let outside = folder.path().join("outside");
        fs::create_dir(&outside).unwrap();
        let link = folder.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&outside, &link).unwrap();
        let (success, said) = run(folder.path(), "", "");
        assert!(!success, "{said}");
        assert!(said.contains(&format!("`{}`", link.display())), "{said}");
        assert!(names(&outside).is_empty(), "{}", link.display());
    }
    // The folder that all others lie in may be a link: that is how a large disk is used.
    let folder = TempDir::new().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    for name in ["runs", "state"] {
        symlink(&disk, folder.path().join(name)).unwrap();
    }
    let (success, said) = run(folder.path(), "", "");
    assert!(success, "{said}");
    assert_eq!(names(&state(folder.path())), ["lock",]);
}

#[test]
fn what_nobody_reads_ends_no_plan() {
    let folder = TempDir::new().unwrap();
    plan(folder.path(), &["status"]);
    let mut status = Command::new(env!("CARGO_BIN_EXE_plan"));
    status
        .args(["status", "--plan"])
        .arg(folder.path().join("plan.toml"));
    let mut child = status
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}
