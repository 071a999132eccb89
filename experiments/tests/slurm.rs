//! Six runs on a real Slurm: one is killed, one runs into its limit, all are made, and a book shows them.
//!
//! `scripts/test slurm` starts the Slurm and names its settings in `SLURM_CONF`.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::tiny_run::plan;
use common::{black_images, root};
use experiments::checkpoint::Checkpoints;
use experiments::part::Reached;
use mdbook_measured::protocol::preprocess;
use results::{Completion, Record, record_path};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Four networks whose layers are timed, and two that are trained for an epoch, on one core each.
const PLAN: &str = r#"
[engine.slurm]
stop_s = 5
[engine.slurm.options]
cpus-per-task = 1
time = 30
comment = "a # in quotes"

[defaults.layer_time]
hardware = "any"
priority = 2
[defaults.layer_time.configuration]
image_px = 224
batch_size = 1
arithmetic = "fp32"
seed = 1
timing = { warm_up_iterations = 1, trials = 1, iterations = 1 }

[[grid]]
id = "time-{network}"
experiment = "layer_time"
[grid.axes]
network = [{ as = "alexnet", configuration = { network = "alexnet", image_px = 227 } }, "vgg16", "googlenet", "resnet50"]

[defaults.loss_curve]
hardware = "any"
priority = 1
[defaults.loss_curve.configuration]
network = "resnet20"
image_px = 32
batch_size = 128
arithmetic = "fp32"
data = { name = "cifar10", digest = "BLACK" }
[defaults.loss_curve.configuration.training]
epochs = 1
learning_rate = { base = 0.05, factor = 0.1, milestones = [] }
momentum = 0.9
weight_decay = 5e-4
augmentation = { crop_padding_px = 1, horizontal_flip = true }
trainable = "all"
frozen_batch_norm = "none"

[[grid]]
id = "loss-{seed}"
experiment = "loss_curve"
[grid.axes]
seed = [1, 2]
"#;

/// Longer than all of it takes on a slow machine with two cores.
const PATIENCE: Duration = Duration::from_secs(1500);

struct Site {
    folder: TempDir,
    began: Instant,
}

impl Site {
    fn new() -> Site {
        let folder = TempDir::new().unwrap();
        let digest = black_images(&folder.path().join("data"));
        let plan = PLAN.replace("BLACK", digest);
        fs::write(folder.path().join("plan.toml"), plan).unwrap();
        Site {
            folder,
            began: Instant::now(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn said(&self, arguments: &[&str]) -> String {
        let output = plan(self.path(), arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        println!("$ plan {}\n{said}", arguments.join(" "));
        assert!(output.status.success(), "{said}");
        said
    }

    fn submit(&self, ids: &[&str]) -> String {
        let data = self.path().join("data");
        let data = data.to_str().unwrap();
        self.said(&[&["submit", "--data", data], ids].concat())
    }

    /// What `plan status` says of each run.
    fn status(&self) -> BTreeMap<String, Value> {
        let output = plan(self.path(), &["status", "--json"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let runs = text.lines().map(|line| {
            let run: Value = serde_json::from_str(line).unwrap();
            (run["run"].as_str().unwrap().to_owned(), run)
        });
        runs.collect()
    }

    /// What is said of the job of a run.
    fn job(&self, run: &str) -> String {
        let status = self.status();
        status[run]["job"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until it is so.
    fn wait(&self, for_what: &str, is_so: impl Fn(&Site) -> bool) {
        while !is_so(self) {
            assert!(
                self.began.elapsed() < PATIENCE,
                "{for_what}: {:#?}\n{}",
                self.status(),
                self.logs()
            );
            sleep(Duration::from_millis(500));
        }
        let seconds = self.began.elapsed().as_secs_f64();
        println!("{seconds:.0} s: {for_what}");
    }

    /// What all jobs said.
    fn logs(&self) -> String {
        let mut paths: Vec<_> = { fs::read_dir(self.path().join("state/slurm")).unwrap() }
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|it| it == "log"))
            .collect();
        paths.sort();
        let said = paths.iter().map(|path| {
            let text = fs::read_to_string(path).unwrap();
            format!("==> {}\n{text}", path.display())
        });
        said.collect()
    }

    /// What finds the program of a run, of this site alone.
    fn program(&self, run: &str) -> String {
        format!("/loss_curve --run {run} .*{}", self.path().display())
    }

    /// Whether the program of the run has begun.
    fn is_at_work(&self, run: &str) -> bool {
        let mut pgrep = Command::new("pgrep");
        let pgrep = pgrep.args(["--full", &self.program(run)]);
        pgrep.output().unwrap().status.success()
    }

    /// Sends it a signal.
    fn pkill(&self, signal: &str, run: &str) {
        let program = self.program(run);
        slurm("pkill", &["--signal", signal, "--full", &program]);
    }

    /// Whether Slurm has requeued the job of the run and lets it wait: before, it changes nothing of the job.
    fn is_requeued(&self, run: &str) -> bool {
        let job = self.job(run);
        job.starts_with("queued as ") && job.ends_with("(BeginTime)")
    }

    fn saved(&self, run: &str) -> f64 {
        let checkpoints = Checkpoints::new(&self.path().join("state"), "loss_curve", run);
        checkpoints.reached().map_or(0.0, |reached| reached.epochs)
    }
}

/// A command of Slurm's.
fn slurm(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().unwrap();
    assert!(status.success(), "{program} {arguments:?}");
}

/// Slurm's id of the job, `12_3`, in what is said of it.
fn id(job: &str) -> &str {
    let word = job.split([' ', ',']).find(|word| word.contains('_'));
    word.unwrap_or_else(|| panic!("no id in `{job}`"))
}

#[test]
#[ignore = "needs a Slurm: `scripts/test slurm`"]
fn six_runs_are_made_whatever_befalls_them() {
    let site = Site::new();
    let said = site.submit(&[]);
    assert!(said.contains("6 jobs on `any`: "), "{said}");
    site.wait("both networks are trained", |site| {
        ["loss-1", "loss-2"]
            .iter()
            .all(|run| site.job(run).starts_with("running as "))
    });
    assert!(
        site.job("time-alexnet").starts_with("queued as "),
        "{:#?}",
        site.status()
    );
    let said = site.said(&["submit", "loss-*"]);
    assert!(said.contains("makes it: loss-1\n"), "{said}");
    assert!(said.contains("nothing to submit"), "{said}");

    // The limit of one comes nearer.
    let limited = site.job("loss-2");
    let limited = id(&limited);
    slurm(
        "scontrol",
        &["update", &format!("JobId={limited}"), "TimeLimit=1"],
    );
    // The other one is killed once something is saved.
    site.wait("loss-1 is saved", |site| site.saved("loss-1") > 0.0);
    let saved = site.saved("loss-1");
    slurm(
        "pkill",
        &["--signal", "KILL", "--full", "/loss_curve --run loss-1 "],
    );
    site.wait("loss-1 has failed", |site| {
        site.job("loss-1").contains("failed")
    });
    let said = site.said(&["status"]);
    assert!(said.contains("its job failed: exit status 1; `"), "{said}");
    assert!(
        said.contains("| error: run `loss-1`: signal: 9 (SIGKILL)"),
        "{said}"
    );
    site.wait("loss-2 waits after its limit", |site| {
        site.is_requeued("loss-2")
    });
    assert!(site.saved("loss-2") > 0.0);
    assert!(
        site.logs()
            .contains("loss-2: stopped; the same command goes on from 0.")
    );
    // Slurm lets a job that was requeued wait for two minutes.
    slurm(
        "scontrol",
        &[
            "update",
            &format!("JobId={limited}"),
            "TimeLimit=30",
            "StartTime=now",
        ],
    );

    let said = site.submit(&[]);
    assert!(said.contains("1 job on `any`: "), "{said}");
    site.wait("all are measured", |site| {
        site.status().values().all(|run| run["state"] == "measured")
    });
    let said = site.said(&["status"]);
    assert!(said.contains("6 runs: 6 measured\n"), "{said}");
    let runs = site.path().join("runs");
    for (run, sessions) in [("loss-1", 2), ("loss-2", 2)] {
        let record = Record::read(&record_path(&runs, "loss_curve", run)).unwrap();
        assert_eq!(record.completion, Completion::Complete, "{run}");
        assert_eq!(record.earlier_sessions.len() + 1, sessions, "{run}");
        assert_eq!(record.environment.threads, 1, "{run}");
    }
    let log = site.logs();
    println!("{log}");
    let saved = Reached {
        epochs: saved,
        planned: 1,
    };
    let expect = format!("loss-1: goes on from {saved}");
    assert!(log.contains(&expect), "{expect}: {log}");
    assert_eq!(site.said(&["submit"]), "nothing to submit\n");
    let page = page(&site);
    println!("{page}");
    let lines = page.lines().filter(|line| line.starts_with("- "));
    assert_eq!(lines.count(), 2, "{page}");
    assert!(!page.contains("not measured"), "{page}");
}

/// A page of a book that shows the runs, in strict mode, which fails where one is missing or stale.
fn page(site: &Site) -> String {
    // The sources that decided the runs.
    for name in ["Cargo.lock", "Cargo.toml", "experiments", "results"] {
        symlink(root().join(name), site.path().join(name)).unwrap();
    }
    fs::create_dir(site.path().join("book")).unwrap();
    let chapter = "- << runs.loss_1.device >>: << runs.loss_1.test_accuracy | percent >>\n\
                   - << runs.loss_2.device >>: << runs.loss_2.test_accuracy | percent >>\n";
    let keys = json!({
        "topics": ["training"], "strict": true, "plan": "plan.toml", "runs": "runs",
    });
    let config = json!({ "book": { "src": "book" }, "preprocessor": { "measured": keys } });
    let context = json!({
        "root": site.path(), "renderer": "html", "mdbook_version": "0.5.4", "config": config,
    });
    let chapter = json!({ "Chapter": {
        "name": "Runs", "content": chapter, "number": [1], "sub_items": [], "path": "a.md",
        "source_path": "a.md", "parent_names": [],
    }});
    let mut filled = Vec::new();
    let book = json!([context, { "items": [chapter] }]).to_string();
    preprocess(&book, &mut filled).unwrap();
    let book: Value = serde_json::from_slice(&filled).unwrap();
    let content = &book["items"][0]["Chapter"]["content"];
    content.as_str().unwrap().to_owned()
}

#[test]
#[ignore = "needs a Slurm: `scripts/test slurm`"]
fn a_job_that_dies_each_time_is_not_started_for_ever() {
    let site = Site::new();
    site.submit(&["loss-1"]);
    site.wait("it runs", |site| site.job("loss-1").starts_with("running"));
    let job = site.job("loss-1");
    let job = id(&job);
    for start in 1..=3 {
        site.wait(&format!("start {start}"), |site| site.is_at_work("loss-1"));
        // As after a node has failed: nothing is saved, and Slurm itself starts the job anew.
        site.pkill("STOP", "loss-1");
        slurm("scontrol", &["requeue", job]);
        site.pkill("KILL", "loss-1");
        site.wait("it waits", |site| site.is_requeued("loss-1"));
        slurm(
            "scontrol",
            &["update", &format!("JobId={job}"), "StartTime=now"],
        );
    }
    site.wait("it is given up", |site| {
        site.job("loss-1").contains("failed: exit status 1")
    });
    let log = site.logs();
    assert!(
        log.contains("run `loss-1` began 3 times from epoch 0 and ended each time"),
        "{log}"
    );
    // Who submits it again means it.
    site.submit(&["loss-1"]);
    site.wait("it runs again", |site| {
        site.job("loss-1").starts_with("running")
    });
    site.said(&["cancel", "--all"]);
    site.wait("it is cancelled", |site| {
        site.job("loss-1") == "its job was cancelled"
    });
}
