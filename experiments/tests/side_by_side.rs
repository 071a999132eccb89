//! Runs of one program, side by side: one that is refused keeps the others neither waiting nor from their ends.

mod common;

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{PLAN, black_images, root};
use tempfile::TempDir;

/// What `loss_curve` says of three runs on black images, none of which is to train an epoch, and whether it succeeds;
/// `data` is the digest that the plan has for the last one.
fn three_runs(data: Option<&str>) -> (bool, String) {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let digest = black_images(folder);
    let plan = ["first", "second", "third"].map(|id| {
        let data = data.filter(|_| id == "third").unwrap_or(digest);
        let plan = PLAN.replace(&"0".repeat(64), data);
        plan.replace("\"tiny\"", &format!("\"{id}\""))
    });
    fs::write(folder.join("plan.toml"), plan.concat()).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_loss_curve"));
    program.args(["--run", "first", "--beside", "second", "third"]);
    program.args(["--device", "cpu", "--threads", "1", "--epochs", "0"]);
    for (option, name) in [
        ("--plan", "plan.toml"),
        ("--runs", "runs"),
        ("--state", "state"),
        ("--data", ""),
    ] {
        program.arg(option).arg(folder.join(name));
    }
    program.current_dir(root()).stdin(Stdio::null());
    program.stdout(Stdio::null()).stderr(Stdio::piped());
    let (mut child, started) = (program.spawn().unwrap(), Instant::now());
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(120) {
            child.kill().unwrap();
            panic!("the runs wait for each other for ever");
        }
        sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), said)
}

#[test]
fn all_pass_the_gate() {
    let (success, said) = three_runs(None);
    assert!(success, "{said}");
    for id in ["first", "second", "third"] {
        let expect = format!("{id}: stopped; the same command goes on from the beginning");
        assert!(said.contains(&expect), "{said}");
    }
}

#[test]
fn one_that_is_refused_keeps_nobody_waiting() {
    let (success, said) = three_runs(Some(&"f".repeat(64)));
    assert!(!success, "{said}");
    let expect = "error: run `third`: ";
    assert!(said.contains(expect), "{said}");
    assert!(said.contains("expected ffffffffffff…"), "{said}");
    for id in ["first", "second"] {
        let expect = format!("{id}: stopped; the same command goes on from the beginning");
        assert!(said.contains(&expect), "{said}");
    }
}
