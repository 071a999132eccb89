//! `plan accept` on the committed plan and some of its records, which are made to be of older sources.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::root;
use common::tiny_run::plan;
use results::{Digest, Plan, PlannedRun, Record, SourceDigests, present_digest};
use tempfile::TempDir;

const LAYERS: &str = "experiments/src/layers.rs";
const WEIGHTS: &str = "experiments/src/weights.rs";
const SGD: &str = "experiments/src/sgd.rs";

/// The committed plan, which accepts a change of `WEIGHTS` for all, and nothing of `LAYERS` and `SGD`; and records of two
/// runs: of the present sources, but for the files that are named here.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string(root().join("experiments/plan.toml")).unwrap();
    let entries = [LAYERS, SGD].map(|file| format!("  {{ file = \"{file}\", "));
    let is_kept = |line: &&str| !entries.iter().any(|entry| line.starts_with(entry));
    let text: String = text.split_inclusive('\n').filter(is_kept).collect();
    let digest = present(WEIGHTS).unwrap();
    let entry = format!("  {{ file = \"{WEIGHTS}\", digest = \"{digest}\", reason = \"r\" }},\n");
    let (before, defaults) = text.split_once("[defaults.finetune]").unwrap();
    let list = "accepted = [\n";
    let defaults = defaults.replacen(list, &format!("{list}{entry}"), 1);
    let text = format!("{before}[defaults.finetune]{defaults}");
    fs::write(folder.path().join("plan.toml"), text).unwrap();
    of_older_sources(folder.path(), "finetune-lr0.01", &[WEIGHTS, LAYERS]);
    of_older_sources(folder.path(), "finetune-lr0.1", &[WEIGHTS, LAYERS, SGD]);
    folder
}

fn of_older_sources(folder: &Path, run: &str, older: &[&str]) {
    let path = format!("runs/finetune/{run}.json");
    let mut record = Record::read(&root().join("results").join(&path)).unwrap();
    for (file, digest) in &mut record.environment.sources {
        *digest = match older.contains(&file.as_str()) {
            true => Digest::of("older"),
            false => present(file).unwrap(),
        };
    }
    record.write(&folder.join(path)).unwrap();
}

fn present(file: &str) -> Option<Digest> {
    present_digest(root(), file, SourceDigests::ListedBytes)
}

/// What `plan` says, and whether it succeeds.
fn said(folder: &TempDir, arguments: &[&str]) -> (bool, String) {
    let output = plan(folder.path(), arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// What `plan status` says of a run, without digests.
fn state(folder: &TempDir, run: &str) -> String {
    let (_, states) = said(folder, &["status"]);
    let line = states
        .lines()
        .find(|line| line.split_whitespace().next() == Some(run))
        .unwrap();
    let words = line.split_whitespace().skip(1);
    let words = words.take_while(|word| *word != "was");
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn accepted_for_a_run_the_others_stay_stale() {
    let folder = folder();
    let before = fs::read_to_string(folder.path().join("plan.toml")).unwrap();
    assert_eq!(
        state(&folder, "finetune-lr0.01"),
        format!("stale: {LAYERS}")
    );
    let accept = ["accept", "finetune-lr0.01", "--reason", "only a comment"];
    assert!(said(&folder, &accept).0);
    // What the defaults accept counts as before.
    assert_eq!(state(&folder, "finetune-lr0.01"), "measured");
    assert_eq!(state(&folder, "finetune-lr0.1"), format!("stale: {LAYERS}"));
    let after = fs::read_to_string(folder.path().join("plan.toml")).unwrap();
    let (begin, end) = after
        .split_once("accepted = [\n  { file = \"experiments/src/layers.rs\"")
        .unwrap();
    let (_, end) = end.split_once("]\n").unwrap();
    // It is a run of a grid, which had no table of its own; this one stands behind the last.
    let begin = begin.strip_suffix("\n[[run]]\nid = \"finetune-lr0.01\"\n");
    assert_eq!(format!("{}{end}", begin.unwrap()), before);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // A run of which nothing changed gets no table.
    let both = [
        "accept",
        "finetune-lr0.001",
        "finetune-lr0.1",
        "--reason",
        "r",
    ];
    assert!(said(&folder, &both).0);
    let after = fs::read_to_string(folder.path().join("plan.toml")).unwrap();
    let has = |run: &str| after.contains(&format!("id = \"{run}\""));
    assert!(has("finetune-lr0.1") && !has("finetune-lr0.001"));
}

#[test]
fn accepted_for_an_experiment_all_runs_count() {
    let folder = folder();
    let by_file = [
        "accept",
        "--experiment",
        "finetune",
        "--reason",
        "a comment",
        "--file",
        LAYERS,
    ];
    assert!(said(&folder, &by_file).0);
    assert_eq!(state(&folder, "finetune-lr0.01"), "measured");
    assert_eq!(state(&folder, "finetune-lr0.1"), format!("stale: {SGD}"));
    let all = [
        "accept",
        "--experiment",
        "finetune",
        "--reason",
        "another comment",
    ];
    assert!(said(&folder, &all).0);
    assert_eq!(state(&folder, "finetune-lr0.1"), "measured");
    let (accepted, text) = said(&folder, &all);
    assert!(accepted && text.contains("nothing to accept"), "{text}");
}

/// The file that a part was moved to has changed since; what is accepted again still looks at it.
#[test]
fn accepted_again_where_a_part_was_moved_to_stays() {
    let folder = folder();
    let run = "finetune-lr0.01";
    let accept = ["accept", run, "--file", LAYERS, "--reason", "moved"];
    assert!(said(&folder, &[&accept[..], &["--moved-to", SGD]].concat()).0);
    assert_eq!(state(&folder, run), "measured");
    let path = folder.path().join("plan.toml");
    let accepted = fs::read_to_string(&path).unwrap();
    let of_sgd = present_digest(root(), SGD, SourceDigests::CompiledTokens).unwrap();
    let older = accepted.replace(of_sgd.as_str(), Digest::of("older").as_str());
    assert_ne!(older, accepted);
    fs::write(&path, older).unwrap();
    assert_eq!(state(&folder, run), format!("stale: {LAYERS}"));
    assert!(said(&folder, &accept).0);
    assert_eq!(fs::read_to_string(&path).unwrap(), accepted);
    // And where it was accepted with another content.
    let of_layers = present(LAYERS).unwrap();
    let older = accepted.replace(of_layers.as_str(), Digest::of("older").as_str());
    fs::write(&path, &older).unwrap();
    assert_eq!(state(&folder, run), format!("stale: {LAYERS}"));
    assert!(said(&folder, &accept).0);
    let plan = Plan::read(&path).unwrap();
    let mut newest = plan.run(run).unwrap().accepted.iter();
    let newest = newest.rfind(|it| it.digest == of_layers).unwrap();
    assert_eq!(newest.moved_to.as_ref().unwrap().file, SGD);
}

#[test]
fn another_experiment_is_not_accepted() {
    let folder = folder();
    let path = folder.path().join("plan.toml");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("momentum = 0.9", "momentum = 0.8");
    fs::write(&path, &text).unwrap();
    for arguments in [
        &["accept", "finetune-lr0.1", "--reason", "r"][..],
        &["accept", "--experiment", "finetune", "--reason", "r"],
        &["accept", "finetune-lr7", "--reason", "r"],
        &["accept", "--experiment", "finetoon", "--reason", "r"],
        &["accept", "--reason", "r"],
    ] {
        let (accepted, said) = said(&folder, arguments);
        assert!(!accepted, "{arguments:?}: {said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_plan_is_told_by_its_grids() {
    let folder = folder();
    let (_, whole) = said(&folder, &["status"]);
    let grid: Vec<_> = { whole.lines() }
        .skip_while(|line| !line.starts_with("finetune-lr{base}:"))
        .take(4)
        .map(|line| line.split(" was ").next().unwrap().trim_end())
        .collect();
    let [head, runs @ ..] = &grid[..] else {
        panic!("{whole}")
    };
    assert_eq!(*head, "finetune-lr{base}: 2 stale, 1 missing");
    let words: Vec<Vec<_>> = { runs.iter() }
        .map(|line| line.split_whitespace().take(2).collect())
        .collect();
    let expected = [
        ["finetune-lr0.001", "missing,"],
        ["finetune-lr0.01", "stale:"],
        ["finetune-lr0.1", "stale:"],
    ];
    assert_eq!(words, expected);
    assert!(runs.iter().all(|line| line.starts_with("  ")), "{whole}");

    let (_, brief) = said(&folder, &["status", "--brief"]);
    assert!(
        brief.contains(head) && !brief.contains("  finetune-lr0.01"),
        "{brief}"
    );
    let last = |text: &str| text.lines().last().map(str::to_owned);
    assert_eq!(last(&brief), last(&whole));
}

/// A program `nvidia-smi` that names this card stands in for a machine that has it.
#[test]
fn the_cards_of_the_machine_decide_which_runs_are_missing() {
    let folder = folder();
    let status = |card: &str| {
        let program = folder.path().join("nvidia-smi");
        fs::write(&program, format!("#!/bin/sh\necho '{card}'\n")).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let mut status = plan(folder.path(), &["status"]);
        let path = std::env::var("PATH").unwrap();
        status.env("PATH", format!("{}:{path}", folder.path().display()));
        String::from_utf8(status.output().unwrap().stdout).unwrap()
    };
    let on_v100 = status("Tesla V100-SXM2-16GB");
    let of_run = |run: &str| {
        let line = on_v100.lines().find_map(|it| it.trim().strip_prefix(run));
        line.unwrap().trim()
    };
    assert_eq!(of_run("loss-resnet20-v100 "), "missing, on V100");
    assert_eq!(of_run("loss-resnet20-k80 "), "no such card here, needs K80");
    let of_grid = of_run("loss-{network}-{card}: ");
    assert_eq!(of_grid, "6 missing, 12 on cards that are not here");
    let on_a100 = status("NVIDIA A100-SXM4-40GB");
    assert!(
        on_a100.contains("loss-{network}-{card}: 18 on cards that are not here\n"),
        "{on_a100}"
    );
}

#[test]
fn a_run_is_shown_with_all_that_it_takes_from_elsewhere() {
    let folder = folder();
    let (shown, text) = said(&folder, &["show", "loss-resnet32-k80"]);
    assert!(shown, "{text}");
    assert!(
        text.starts_with("# Of the grid `loss-{network}-{card}`.\n"),
        "{text}"
    );
    let plan = Plan::parse(&text, "shown").unwrap();
    let whole = Plan::read(&folder.path().join("plan.toml")).unwrap();
    let expected = PlannedRun {
        grid: None,
        ..whole.run("loss-resnet32-k80").unwrap().clone()
    };
    assert_eq!(plan.runs, [expected]);
    let (shown, text) = said(&folder, &["show", "loss-resnet32-k81"]);
    assert!(
        !shown && text.contains("hint: `loss-resnet32-k80`"),
        "{text}"
    );
}
