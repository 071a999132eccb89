//! `plan run` on a data set of black images: Ctrl-C, budgets and its own death lose nothing, and it says how to go on.

mod common;

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::tiny_run;
use common::{PLAN, black_images};
use experiments::checkpoint::Checkpoints;
use experiments::part::Reached;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::json;
use tempfile::TempDir;

/// A folder with a plan of one run, an epoch of which takes minutes, and its data.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let digest = black_images(folder.path());
    let plan = PLAN.replace(&"0".repeat(64), digest);
    fs::write(folder.path().join("plan.toml"), plan).unwrap();
    folder
}

/// `plan run` in a process group of its own, as a shell starts it.
fn plan_run(folder: &Path, arguments: &[&str]) -> Command {
    let mut plan = tiny_run::plan(folder, &[&["run", "tiny"], arguments].concat());
    // One thread: two that wait for each other on a busy machine take minutes for a step.
    plan.args(["--threads", "1"]);
    plan.arg("--data").arg(folder).arg0("scripts/plan");
    plan.process_group(0).stdin(Stdio::null());
    plan.stdout(Stdio::piped()).stderr(Stdio::piped());
    plan
}

/// What a program says on both outputs, and its exit status.
fn ended(child: Child) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let text = String::from_utf8([stdout, stderr].concat()).unwrap();
    (status.code(), text)
}

fn reached(folder: &Path) -> f64 {
    let reached = Checkpoints::new(&folder.join("state"), "loss_curve", "tiny").reached();
    reached.map_or(0.0, |Reached { epochs, .. }| epochs)
}

/// Reads what the program says until its first line of progress.
fn wait_for_progress(child: &mut Child) -> String {
    let (mut said, mut bytes) = (String::new(), Vec::new());
    let stderr = child.stderr.as_mut().unwrap();
    while !(said.contains(" · loss ") && said.ends_with('\n')) {
        let mut byte = [0];
        assert_eq!(stderr.read(&mut byte).unwrap(), 1, "{said}");
        bytes.extend(byte);
        said = String::from_utf8_lossy(&bytes).into_owned();
    }
    said
}

#[test]
fn ctrl_c_saves_and_the_same_command_goes_on() {
    let folder = folder();
    let folder = folder.path();
    let mut child = plan_run(folder, &[]).spawn().unwrap();
    let said = wait_for_progress(&mut child);
    assert!(
        said.contains("tiny: begins, epochs of 50000 images"),
        "{said}"
    );
    kill_process_group(Pid::from_child(&child), Signal::INT).unwrap();
    let (status, said) = ended(child);
    assert_eq!(status, Some(130), "{said}");
    assert!(said.contains("stopping: tiny saves its state"), "{said}");
    assert!(said.contains("saved, from 0 to 0."), "{said}");
    assert!(said.contains(" of 30 epochs, 29."), "{said}");
    assert!(
        said.contains("1 run is left; to go on: scripts/plan run tiny --plan "),
        "{said}"
    );
    let first = reached(folder);
    assert!(first > 0.0);
    let from = Reached {
        epochs: first,
        planned: 30,
    };
    let from = format!("tiny: goes on from {from}");

    // A budget far below an epoch makes progress, and says which.
    let child = plan_run(folder, &["--budget", "40s"]).spawn().unwrap();
    let began = Instant::now();
    let (status, said) = ended(child);
    assert!(began.elapsed() < Duration::from_secs(60), "{said}");
    assert_eq!(status, Some(124), "{said}");
    assert!(said.contains(&from), "{from}: {said}");
    assert!(
        said.contains("saved, from 0.") && said.contains("1 run is left; to go on: "),
        "{said}"
    );
    let second = reached(folder);
    assert!(second > first, "{said}");

    // Ctrl-C twice ends at once, and what was saved stays.
    let mut child = plan_run(folder, &[]).spawn().unwrap();
    wait_for_progress(&mut child);
    for _ in 0..2 {
        let _ = kill_process_group(Pid::from_child(&child), Signal::INT);
        sleep(Duration::from_millis(300));
    }
    let (status, said) = ended(child);
    assert_eq!(status, Some(130), "{said}");
    assert!(reached(folder) >= second);
}

#[test]
fn a_program_whose_plan_is_killed_saves_and_ends() {
    let folder = folder();
    let folder = folder.path();
    let mut child = plan_run(folder, &["--jobs", "2"]).spawn().unwrap();
    wait_for_progress(&mut child); // passed on from the log
    child.kill().unwrap();
    child.wait().unwrap();
    let began = Instant::now();
    while reached(folder) == 0.0 {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "nothing is saved"
        );
        sleep(Duration::from_millis(50));
    }
    let log = folder.join("state/logs/tiny.log");
    while !fs::read_to_string(&log)
        .unwrap()
        .contains("tiny: stopped; ")
    {
        assert!(began.elapsed() < Duration::from_secs(60), "it goes on");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_budget_that_is_over_before_the_first_step_says_so() {
    let folder = folder();
    let child = plan_run(folder.path(), &["--budget", "0.1s"])
        .spawn()
        .unwrap();
    let (status, said) = ended(child);
    assert_eq!(status, Some(124), "{said}");
    assert!(
        said.contains("at the beginning as before: it had not got to a step"),
        "{said}"
    );
}

/// What tells events: each line of standard output, as JSON.
fn events(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn sigterm_saves_however_often_it_comes_and_is_told_as_an_event() {
    let folder = folder();
    let folder = folder.path();
    let mut child = plan_run(folder, &["--json"]).spawn().unwrap();
    wait_for_progress(&mut child);
    // A batch system sends it to all programs of a job, and again when the time is over.
    let program = child_of(&child);
    for _ in 0..2 {
        for process in [Pid::from_child(&child), program] {
            let _ = kill_process(process, Signal::TERM);
        }
        sleep(Duration::from_millis(300));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(!said.contains("Ctrl-C again"), "{said}");
    assert!(said.contains("1 run is left; to go on: "), "{said}");
    assert!(reached(folder) > 0.0, "{said}");
    let events = events(&output);
    let [begins, stopped] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(*begins, json!({ "event": "begins", "run": "tiny" }));
    assert_eq!(
        (&stopped["event"], &stopped["planned"]),
        (&json!("stopped"), &json!(30))
    );
    assert_eq!(stopped["epochs"].as_f64(), Some(reached(folder)));
}

/// The program that `plan run` started.
fn child_of(plan: &Child) -> Pid {
    let path = format!("/proc/{0}/task/{0}/children", plan.id());
    let children = fs::read_to_string(path).unwrap();
    let child = children.split_whitespace().next().unwrap();
    Pid::from_raw(child.parse().unwrap()).unwrap()
}

#[test]
fn a_run_that_never_gets_further_is_given_up() {
    let folder = folder();
    let arguments = ["--budget", "0.1s", "--give-up-after", "2"];
    for _ in 0..2 {
        let (status, said) = ended(plan_run(folder.path(), &arguments).spawn().unwrap());
        assert_eq!(status, Some(124), "{said}");
    }
    let output = plan_run(folder.path(), &[&arguments[..], &["--json"]].concat());
    let output = { output }.output().unwrap();
    let given_up = &events(&output)[0];
    assert_eq!(given_up["event"], "failed", "{given_up}");
    let (status, said) = ended(plan_run(folder.path(), &arguments).spawn().unwrap());
    assert_eq!(status, Some(1), "{said}");
    let expect = "error: run `tiny` began 2 times from epoch 0 and ended each time before it got further; hint: ";
    assert!(said.contains(expect), "{said}");
    // It counts those that follow each other from one place: this one gets further.
    let starts = folder.path().join("state/starts/tiny");
    assert_eq!(fs::read_to_string(&starts).unwrap(), "2 from epoch 0\n");
    fs::write(&starts, "2 from epoch 0 and 3 steps\n").unwrap();
    let (status, said) = ended(plan_run(folder.path(), &arguments).spawn().unwrap());
    assert_eq!(status, Some(124), "{said}");
    assert_eq!(fs::read_to_string(&starts).unwrap(), "1 from epoch 0\n");
}

/// A run of one small network's times, on any CPU.
const TIMES: &str = r#"
[[run]]
id = "tiny"
experiment = "layer_time"
hardware = "any"
priority = 1
[run.configuration]
network = "alexnet"
image_px = 227
batch_size = 1
arithmetic = "fp32"
seed = 1
timing = { warm_up_iterations = 1, trials = 1, iterations = 1 }
"#;

#[test]
fn what_is_made_is_no_failure() {
    let folder = folder();
    fs::write(folder.path().join("plan.toml"), TIMES).unwrap();
    let output = plan_run(folder.path(), &["--json", "--give-up-after", "1"]);
    let output = { output }.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let expect = [
        json!({ "event": "begins", "run": "tiny" }),
        json!({ "event": "complete", "run": "tiny" }),
    ];
    assert_eq!(events(&output), expect);
    assert!(!folder.path().join("state/starts/tiny").exists());
    let output = plan_run(folder.path(), &["--json"]).output().unwrap();
    assert_eq!(events(&output)[0]["event"], "left");
    let (status, said) = ended(plan_run(folder.path(), &[]).spawn().unwrap());
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("not made, since it is measured; hint: `--again`"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_made_says_why() {
    let folder = folder();
    let check = |changes: &[(&str, &str)], arguments: &[&str], expect: &str| {
        let mut text = PLAN.to_owned();
        for (old, new) in changes {
            assert!(text.contains(old), "{old}");
            text = text.replace(old, new);
        }
        fs::write(folder.path().join("plan.toml"), text).unwrap();
        let mut plan = tiny_run::plan(folder.path(), &[&["run"], arguments].concat());
        let output = plan.env_remove("MEASURED_DATA").output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains(expect), "{said}");
        assert_eq!(output.status.code(), Some(1), "{said}");
    };
    let no_data = "not made, since no data folder is given; hint: pass `--data FOLDER` or set MEASURED_DATA; get the \
                   binary version, `cifar-10-binary.tar.gz`";
    check(&[], &[], no_data);
    check(&[], &["--data", "/nowhere"], "`/nowhere` is not a folder");
    check(
        &[],
        &["--data", "results"],
        "`results/cifar-10-batches-bin` is not there; hint: get the",
    );
    let card = [("hardware = \"any\"", "hardware = \"K80\"")];
    check(
        &card,
        &["tiny"],
        "not made, since it needs `K80`, and this is ",
    );
    check(&[], &["tinny"], "has no run `tinny`; hint: `tiny`");
}

#[test]
fn a_signal_that_comes_when_all_is_made_changes_no_exit_status() {
    let folder = folder();
    let folder = folder.path();
    fs::write(folder.join("plan.toml"), TIMES).unwrap();
    assert!(plan_run(folder, &[]).status().unwrap().success());
    let record = folder.join("runs/layer_time/tiny.json");
    fs::rename(&record, folder.join("record")).unwrap();
    // `plan` starts what lies beside it: here a program that is done when SIGTERM comes.
    let programs = folder.join("programs");
    fs::create_dir(&programs).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_plan"), programs.join("plan")).unwrap();
    let (ready, done) = (folder.join("ready"), folder.join("record"));
    let done = format!("cp '{}' '{}'; exit 0", done.display(), record.display());
    let text = format!(
        "#!/bin/bash\ntrap \"{done}\" TERM\ntouch '{}'\nwhile :; do sleep 0.1; done\n",
        ready.display()
    );
    let program = programs.join("layer_time");
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let usual = plan_run(folder, &[]);
    let mut plan = Command::new(programs.join("plan"));
    plan.args(usual.get_args()).current_dir(common::root());
    let mut child = plan.stdout(Stdio::null()).spawn().unwrap();
    while !ready.exists() {
        assert_eq!(child.try_wait().unwrap(), None);
        sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
