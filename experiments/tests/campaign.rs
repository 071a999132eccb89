//! A campaign on a CPU, from the choice to the archives: two runs on few black images.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::tiny_run::{names, plan};
use common::{PLAN, root};
use results::{Completion, Digest, Record, record_path};
use tempfile::TempDir;

/// Images of each of the six files.
const IMAGES: usize = 16;

/// A folder with a plan of two runs of one epoch, and their data.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let images = folder.path().join("cifar-10-batches-bin");
    fs::create_dir(&images).unwrap();
    let bytes = vec![0; IMAGES * 3073];
    let train = (1..=5).map(|number| format!("data_batch_{number}.bin"));
    for name in train.chain(["test_batch.bin".to_owned()]) {
        fs::write(images.join(name), &bytes).unwrap();
    }
    let digest = Digest::of(bytes.repeat(6)).to_string();
    let runs = ["first", "second"].map(|id| {
        PLAN.replace(&"0".repeat(64), &digest)
            .replace("\"tiny\"", &format!("\"{id}\""))
            .replace("epochs = 30", "epochs = 1")
            .replace("milestones = [20]", "milestones = []")
    });
    fs::write(folder.path().join("plan.toml"), runs.concat()).unwrap();
    folder
}

/// The texts of both runs.
fn planned(plan: &Path) -> [String; 2] {
    let text = fs::read_to_string(plan).unwrap();
    let (first, second) = text.split_at(text.rfind("[[run]]").unwrap());
    [first, second].map(str::to_owned)
}

/// What the program says on both outputs, and its exit status.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.current_dir(root()).output().unwrap();
    let said = [stdout, stderr].concat();
    (status.code(), String::from_utf8(said).unwrap())
}

fn campaign(folder: &Path, arguments: &[&str], places: &[&str]) -> (Option<i32>, String) {
    let mut campaign = Command::new(env!("CARGO_BIN_EXE_campaign"));
    campaign.args(arguments).env("MEASURED_DATA", folder);
    campaign.arg("--choice").arg(folder.join("choice.json"));
    for place in places {
        let name = if *place == "plan" { "plan.toml" } else { place };
        campaign.arg(format!("--{place}")).arg(folder.join(name));
    }
    said(&mut campaign)
}

fn record(folder: &Path, id: &str) -> Record {
    Record::read(&record_path(&folder.join("runs"), "loss_curve", id)).unwrap()
}

#[test]
fn both_phases_end_with_complete_runs() {
    let folder = folder();
    let folder = folder.path();
    let phase_1 = [
        "choose",
        "*",
        "--seconds",
        "0.1",
        "--device",
        "cpu",
        "--budget",
        "5m",
    ];
    let (status, said_1) = campaign(folder, &phase_1, &["plan"]);
    assert_eq!(status, Some(0), "{said_1}");
    // Emulated kernels are right and slow.
    assert!(said_1.contains(": by libtorch's operations, "), "{said_1}");
    for slower in ["norm, conv16, conv32, conv64", "norm"] {
        let slower = format!("; by our kernels ({slower}) ");
        assert!(said_1.contains(&slower), "{said_1}");
    }
    let choice = fs::read_to_string(folder.join("choice.json")).unwrap();
    let choice: serde_json::Value = serde_json::from_str(&choice).unwrap();
    // 1,563 steps of 32 images are an epoch; ResNet-20 has 269,722 parameters with option A.
    assert_eq!(choice["runs"]["first"]["steps"], 1563.0);
    assert_eq!(choice["runs"]["first"]["state_bytes"], 8 * 269_722);
    for way in [&choice["way"], &choice["slower"][0], &choice["slower"][1]] {
        for times in ["alone", "together"] {
            assert!(
                way["times"][times]["second"].as_f64().unwrap() > 0.0,
                "{choice}"
            );
        }
        assert!(way["times"]["operations"]["second"].is_null(), "{choice}");
    }

    let phase_2 = ["run", "--budget", "5m"];
    let places = ["plan", "runs", "state", "out"];
    let (status, said_2) = campaign(folder, &phase_2, &places);
    assert_eq!(status, Some(0), "{said_2}");
    for id in ["first", "second"] {
        assert_eq!(
            record(folder, id).completion,
            Completion::Complete,
            "{said_2}"
        );
        assert_eq!(record(folder, id).done(), 1);
    }
    assert_eq!(names(&folder.join("out")), ["measured-1.tar.gz"]);
    let (_, status) = said(&mut plan(folder, &["status"]));
    assert!(status.contains("2 runs: 2 measured"), "{status}");
}

/// What is not right, or not known in time, is not used; what is always needed must be known.
#[test]
fn the_choice_says_what_is_missing() {
    let folder = folder();
    let folder = folder.path();
    let no_time = ["choose", "*", "--device", "cpu", "--budget", "0.01s"];
    let (status, said) = campaign(folder, &no_time, &["plan"]);
    assert_eq!(status, Some(1), "{said}");
    let expect = "error: libtorch's operations were not timed: `campaign` was not done when the time was over";
    assert!(said.contains(expect), "{said}");
    let plan = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let elsewhere = plan.replace("hardware = \"any\"", "hardware = \"H200\"");
    fs::write(folder.join("plan.toml"), elsewhere).unwrap();
    let (status, said) = campaign(folder, &["choose", "*", "--device", "cpu"], &["plan"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("error: none of these runs is for the CPU `"),
        "{said}"
    );
    let (status, said) = campaign(folder, &["run", "--budget", "1m"], &["plan"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("choice.json` holds no choice; hint: `campaign choose` writes it"),
        "{said}"
    );
}

/// In one program, by our kernels, which the records tell.
#[test]
fn runs_by_our_kernels_say_so() {
    let folder = folder();
    let folder = folder.path();
    let mut run = plan(folder, &["run", "--jobs", "2", "--one-program", "--json"]);
    run.arg("--data").arg(folder);
    run.args(["--", "--fused", "norm", "--device", "cpu"]);
    let (status, said) = said(&mut run);
    assert_eq!(status, Some(0), "{said}");
    for id in ["first", "second"] {
        let environment = record(folder, id).environment;
        assert_eq!(
            environment.libtorch.unwrap(),
            "2.11.0, fused BatchNorm and SGD"
        );
        assert_eq!(environment.runs_at_once, Some(2));
        // Each row of the common program's output tells its run.
        let row = format!("\"event\":\"epoch\",\"learning_rate\":0.05,\"run\":\"{id}\"");
        assert!(said.contains(&row), "{said}");
    }
}

/// Of runs in one program each has its own end.
#[test]
fn one_that_fails_leaves_the_others_their_ends() {
    let folder = folder();
    let folder = folder.path();
    let plan_file = folder.join("plan.toml");
    let [first, second] = planned(&plan_file);
    let digest = second.split("digest = \"").nth(1).unwrap();
    let second = second.replace(&digest[..64], &"f".repeat(64));
    fs::write(&plan_file, format!("{first}{second}")).unwrap();
    let mut run = plan(folder, &["run", "--jobs", "2", "--one-program"]);
    let (status, said) = said(run.arg("--data").arg(folder));
    assert_eq!(status, Some(1), "{said}");
    assert_eq!(record(folder, "first").completion, Completion::Complete);
    assert!(said.contains("first is complete after "), "{said}");
    assert!(said.contains("second fails after "), "{said}");
    assert!(
        said.contains("error: run `second`: exit status: 1\n"),
        "{said}"
    );
    assert!(said.contains("expected ffffffffffff…"), "{said}");
}

/// Two of three go together, the larger network first, whose log has both; another arithmetic needs a program of its own.
#[test]
fn runs_of_one_arithmetic_go_together() {
    let folder = folder();
    let folder = folder.path();
    let plan_file = folder.join("plan.toml");
    let [first, second] = planned(&plan_file);
    let third = second
        .replace("\"second\"", "\"third\"")
        .replace("resnet20", "resnet32");
    let third = third.replace("depth = 20", "depth = 32");
    let second = second.replace("\"fp32\"", "\"bf16\"");
    fs::write(&plan_file, [first, second, third].concat()).unwrap();
    let mut run = plan(folder, &["run", "--jobs", "2", "--one-program"]);
    let (status, said) = said(run.arg("--data").arg(folder));
    assert_eq!(status, Some(0), "{said}");
    for id in ["first", "second", "third"] {
        assert_eq!(
            record(folder, id).completion,
            Completion::Complete,
            "{said}"
        );
    }
    assert_eq!(
        names(&folder.join("state/logs")),
        ["second.log", "third.log"]
    );
}

#[test]
fn no_more_go_together_than_jobs() {
    let folder = folder();
    let folder = folder.path();
    let mut run = plan(folder, &["run", "--jobs", "1", "--one-program"]);
    let (status, said) = said(run.arg("--data").arg(folder));
    assert_eq!(status, Some(0), "{said}");
    for id in ["first", "second"] {
        assert_eq!(record(folder, id).environment.runs_at_once, None, "{said}");
    }
}
