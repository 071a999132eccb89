//! Archives go where they are told, never among the files that git looks after, wholly or not at all.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::PLAN;
use common::tiny_run::{self, names, plan, program, run, wait_for_checkpoint};
use experiments::part::Position;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The program that makes what is packed.
#[test]
#[ignore = "started by the tests of this file"]
fn one_run() {
    tiny_run::make();
}

/// A folder with a record, a checkpoint and the plan.
fn made() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("plan.toml"), PLAN).unwrap();
    assert!(run(folder.path(), "", "--epochs 2").0);
    folder
}

fn said(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn pack(folder: &Path, arguments: &[&str]) -> (bool, String) {
    said(&mut plan(folder, &[&["pack"], arguments].concat()))
}

#[test]
fn archives_go_where_they_are_told() {
    let folder = made();
    let folder = folder.path();
    let (success, text) = pack(folder, &[]);
    let default = folder.join("state/packed");
    assert!(
        success
            && text.contains(&format!(
                "`{}/measured-1.tar.gz`: 2 files",
                default.display()
            )),
        "{text}"
    );
    assert_eq!(names(&default), ["measured-1.tar.gz"]);

    // What is there stays, unless it is to be replaced: then all of it goes.
    fs::write(default.join("measured-2.tar.gz"), "of an earlier time").unwrap();
    let before = fs::read(default.join("measured-1.tar.gz")).unwrap();
    let (success, text) = pack(folder, &[]);
    assert!(
        !success && text.contains("measured-1.tar.gz` is there already; hint: `--replace`"),
        "{text}"
    );
    assert_eq!(fs::read(default.join("measured-1.tar.gz")).unwrap(), before);
    assert_eq!(names(&default).len(), 2);
    let (success, text) = pack(folder, &["--replace"]);
    assert!(success, "{text}");
    assert_eq!(names(&default), ["measured-1.tar.gz"]);
    let out = folder.join("elsewhere/deep");
    assert!(pack(folder, &["--out", out.to_str().unwrap()]).0);
    assert_eq!(names(&out), ["measured-1.tar.gz"]);
}

#[test]
fn git_does_not_find_archives() {
    let repository = made();
    let folder = repository.path();
    let git = Command::new("git")
        .args(["init", "--quiet"])
        .arg(folder)
        .status();
    assert!(git.unwrap().success());
    fs::write(
        folder.join(".gitignore"),
        "/state\n/runs\n/plan.toml\n/weights\n*.out\n",
    )
    .unwrap();
    for place in [".", "book", "packed/deep", "state/../book"] {
        let place = folder.join(place);
        let (success, text) = pack(folder, &["--out", place.to_str().unwrap()]);
        let expect = "where git does not ignore it; hint: `--out` with a folder outside";
        assert!(!success && text.contains(expect), "{text}");
    }
    std::os::unix::fs::symlink(folder, folder.join("state/link")).unwrap();
    let link = folder.join("state/link");
    assert!(!pack(folder, &["--out", link.to_str().unwrap()]).0);
    for place in ["state/here", "a.out"] {
        let place = folder.join(place);
        let (success, text) = pack(folder, &["--out", place.to_str().unwrap()]);
        assert!(success, "{text}");
    }
    assert!(pack(folder, &[]).0);
    let untracked = Command::new("git")
        .args(["status", "--porcelain", "-uall"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(untracked.stdout).unwrap(),
        "?? .gitignore\n"
    );
    // Of the place that others have taken for their file nothing is lost.
    let default = common::root().join("measured-1.tar.gz");
    assert!(!pack(folder, &["--out", common::root().to_str().unwrap()]).0 && !default.exists());
}

#[test]
fn a_full_disk_leaves_no_half_archive() {
    let folder = made();
    let folder = folder.path();
    let packing = plan(folder, &["pack"]);
    let mut full = Command::new("bash");
    full.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\""]);
    full.arg(packing.get_program())
        .args(packing.get_args())
        .current_dir(common::root());
    let (success, text) = said(&mut full);
    assert!(
        !success && text.contains("state/packed` cannot be written to: File too large"),
        "{text}"
    );
    assert_eq!(names(&folder.join("state/packed")), [""; 0]);
    // Nor is one lost that was to be replaced.
    assert!(pack(folder, &[]).0);
    full.arg("--replace");
    assert!(!said(&mut full).0);
    assert_eq!(names(&folder.join("state/packed")), ["measured-1.tar.gz"]);
    let file = folder.join("plan.toml/packed");
    let (success, text) = pack(folder, &["--out", file.to_str().unwrap()]);
    assert!(
        !success && text.contains("plan.toml/packed` cannot be made: "),
        "{text}"
    );
}

/// A run that was stopped in its first epoch has no record yet.
#[test]
fn a_state_without_a_record_is_packed_and_comes_in() {
    let there = TempDir::new().unwrap();
    fs::write(there.path().join("plan.toml"), PLAN).unwrap();
    let mut child = program(there.path(), "", "").spawn().unwrap();
    wait_for_checkpoint(there.path(), &mut child);
    kill_process(Pid::from_child(&child), Signal::STOP).unwrap();
    let _ = fs::remove_dir_all(there.path().join("runs"));
    let (success, text) = pack(there.path(), &[]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        success && text.contains("measured-1.tar.gz`: 1 files"),
        "{text}"
    );
    let here = TempDir::new().unwrap();
    fs::write(here.path().join("plan.toml"), PLAN).unwrap();
    let archive = there.path().join("state/packed/measured-1.tar.gz");
    let (success, text) = said(&mut plan(
        here.path(),
        &["import", archive.to_str().unwrap()],
    ));
    assert!(
        success && text.contains("tiny: checkpoint of epoch "),
        "{text}"
    );
    let newest = tiny_run::checkpoints(here.path()).newest(None).unwrap();
    assert!(newest.found.unwrap().1.position() > Position::default());
}
