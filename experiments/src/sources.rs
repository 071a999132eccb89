//! Which source files decide a run's result: a record whose files have changed since is stale.

use std::fs;
use std::process::Command;

use results::Digest;

/// Files that every run goes through.
const NETWORK: [&str; 4] = ["layers.rs", "parameters.rs", "pass.rs", "weights.rs"];

/// Files that a training run goes through besides.
const TRAINING: [&str; 6] = [
    "data/augmentation.rs",
    "data/mod.rs",
    "epoch.rs",
    "features.rs",
    "model.rs",
    "sgd.rs",
];

/// The files that decide a run of `experiment` with `network`, from the repository's root, sorted.
pub fn deciding(experiment: &str, network: &str, data: Option<&str>) -> Vec<String> {
    let training: &[&str] = if data.is_some() { &TRAINING } else { &[] };
    let data = match data {
        Some("cifar10") => vec!["data/cifar10.rs"],
        Some("vgg-flowers-72") => vec!["data/flowers.rs", "pretrained.rs"],
        _ => Vec::new(),
    };
    let network = match network {
        name if name.starts_with("resnet") => {
            vec!["networks/residual_block.rs", "networks/resnet.rs"]
        }
        name if name.starts_with("vgg") => vec!["networks/vgg.rs"],
        "googlenet" => vec!["networks/alexnet.rs", "networks/googlenet.rs"],
        _ => vec!["networks/alexnet.rs"],
    };
    let program = format!("bin/{experiment}.rs");
    let steps: &[&str] = match experiment {
        "loss_curve" => &["graph.rs"],
        _ => &[],
    };
    let files = NETWORK
        .iter()
        .chain(training)
        .chain(steps)
        .chain(&data)
        .chain(&network)
        .map(|file| (*file).to_owned());
    let mut files: Vec<String> = files
        .chain([program])
        .map(|file| format!("experiments/src/{file}"))
        .collect();
    files.sort();
    files
}

/// The present digest of a source file, from the repository's root; none where the file is gone.
pub fn present_digest(path: &str) -> Option<Digest> {
    fs::read(path).ok().map(Digest::of)
}

/// The commit of the working tree, and whether its programs differ from it.
///
/// Without git, what `scripts/bundle` found when it built this program; without that, `unknown` and true.
pub fn commit() -> (String, bool) {
    let git = |arguments: &[&str]| {
        let answer = Command::new("git").args(arguments).output().ok()?;
        answer
            .status
            .success()
            .then(|| String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    };
    match (
        git(&["rev-parse", "HEAD"]),
        git(&[
            "status",
            "--porcelain",
            "--",
            "experiments",
            "results/src",
            "Cargo.lock",
        ]),
    ) {
        (Some(commit), Some(changes)) => (commit, !changes.is_empty()),
        _ => match option_env!("MEASURED_COMMIT") {
            Some(commit) => {
                let clean = commit.strip_suffix("-dirty");
                (clean.unwrap_or(commit).to_owned(), clean.is_some())
            }
            None => ("unknown".to_owned(), true),
        },
    }
}
