//! Which change of a source makes a run stale: each is made in a copy of the sources of this repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use results::sources::{Excused, MANIFESTS, SOURCES, source_paths};
use results::{Digest, SourceDigests, deciding_sources, present_digest};
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The sources and manifests of this repository, in a folder of their own.
fn copy() -> TempDir {
    let folder = TempDir::new().unwrap();
    let manifests = MANIFESTS.map(str::to_owned);
    for path in { source_paths(&root()).unwrap() }
        .into_iter()
        .chain(manifests)
    {
        let to = folder.path().join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(&path), to).unwrap();
    }
    folder
}

/// The files whose digests differ after `old` became `new` in the file at `path`.
fn changed_by(path: &str, old: &str, new: &str) -> Vec<String> {
    let folder = copy();
    let before = deciding_sources(folder.path()).unwrap();
    let file = folder.path().join(path);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(old), "{path}: {old}");
    fs::write(&file, text.replacen(old, new, 1)).unwrap();
    different(&before, &deciding_sources(folder.path()).unwrap())
}

fn different(a: &BTreeMap<String, Digest>, b: &BTreeMap<String, Digest>) -> Vec<String> {
    let mut paths: Vec<&String> = a.keys().chain(b.keys()).collect();
    paths.sort();
    paths.dedup();
    {
        paths
            .into_iter()
            .filter(|path| a.get(*path) != b.get(*path))
    }
    .cloned()
    .collect()
}

#[test]
fn what_decides_a_result_is_noticed() {
    for (path, old, new) in [
        (
            "experiments/src/networks/mod.rs",
            "resnet::cifar(3, classes)",
            "resnet::cifar(4, classes)",
        ),
        (
            "experiments/src/networks/resnet.rs",
            "[2, 2, 2, 2]",
            "[2, 2, 2, 3]",
        ),
        (
            "experiments/shim/shim.cpp",
            "weight_decay, momentum, *rate",
            "weight_decay, 0.5, *rate",
        ),
        (
            "experiments/src/random.rs",
            "manual_seed(seed as i64)",
            "manual_seed(1)",
        ),
        (
            "experiments/src/device.rs",
            "shim.allow_tf32(arithmetic == Arithmetic::Tf32)",
            "shim.allow_tf32(true)",
        ),
        (
            "results/src/kinds/learning_rate.rs",
            "milestone < epoch",
            "milestone <= epoch",
        ),
        (
            "experiments/build.rs",
            "\"-O2\"",
            "\"-O2\", \"-ffast-math\"",
        ),
    ] {
        assert_eq!(changed_by(path, old, new), [path], "{path}: {new}");
    }
}

#[test]
fn comments_and_layout_are_not() {
    let unnoticed: [&str; 0] = [];
    for (path, old, new) in [
        (
            "experiments/src/epoch.rs",
            "self.sgd.set_rate",
            "// The rate of the epoch.\n        self.sgd.set_rate",
        ),
        (
            "experiments/src/epoch.rs",
            "/// Steps of one epoch",
            "/// How many steps there are in one epoch",
        ),
        (
            "experiments/src/epoch.rs",
            "        model: Model,\n        sgd: Sgd<'a>,",
            "model: Model, sgd: Sgd<'a>,\n\n",
        ),
        (
            "experiments/src/random.rs",
            "draw: impl FnOnce() -> T)",
            "\n    draw: impl FnOnce() -> T,\n)",
        ),
        (
            "experiments/shim/shim.cpp",
            "// IEEE single precision",
            "// Single precision",
        ),
        (
            "experiments/shim/shim.cpp",
            "{*weights}, {*gradient}",
            "{*weights},\n   { *gradient }",
        ),
        // An excused file, and a crate that `experiments` is not built from.
        ("experiments/src/say.rs", "writeln!", "write!"),
        (
            "Cargo.lock",
            "name = \"pulldown-cmark\"\nversion = \"",
            "name = \"pulldown-cmark\"\nversion = \"9",
        ),
        (
            "Cargo.lock",
            "name = \"clap\"\nversion = \"",
            "name = \"clap\"\nversion = \"9",
        ),
    ] {
        assert_eq!(changed_by(path, old, new), unnoticed, "{path}: {new}");
    }
}

#[test]
fn another_version_or_content_of_a_crate_is_noticed() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["tch", "torch-sys", "half", "zune-core"] {
        let version = format!("name = \"{name}\"\nversion = \"");
        let (_, entry) = lock.split_once(&version).unwrap();
        let (until_checksum, _) = entry.split_once("checksum = \"").unwrap();
        let checksum = format!("{version}{until_checksum}checksum = \"");
        for old in [version, checksum] {
            let changed = changed_by("Cargo.lock", &old, &format!("{old}9"));
            assert_eq!(changed, ["Cargo.lock"], "{old}");
        }
    }
}

#[test]
fn a_new_file_decides_unless_it_is_excused() {
    let folder = copy();
    let before = deciding_sources(folder.path()).unwrap();
    for path in [
        "experiments/src/data/new.rs",
        "experiments/kernels/new.cu",
        "results/src/new.rs",
    ] {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    let after = deciding_sources(folder.path()).unwrap();
    assert_eq!(
        different(&before, &after),
        [
            "experiments/kernels/new.cu",
            "experiments/src/data/new.rs",
            "results/src/new.rs"
        ]
    );
}

#[test]
fn the_present_digest_is_that_of_the_compiler() {
    for (path, digest) in deciding_sources(&root()).unwrap() {
        let present = present_digest(&root(), &path, SourceDigests::CompiledTokens);
        assert_eq!(present, Some(digest), "{path}");
    }
    let file = "results/src/kinds/learning_rate.rs";
    let bytes = Digest::of(fs::read(root().join(file)).unwrap());
    let listed = present_digest(&root(), file, SourceDigests::ListedBytes);
    assert_eq!(listed, Some(bytes));
    let tokens = present_digest(&root(), file, SourceDigests::CompiledTokens);
    assert_ne!(listed, tokens);
    for kind in [SourceDigests::ListedBytes, SourceDigests::CompiledTokens] {
        assert_eq!(present_digest(&root(), "results/src/absent.rs", kind), None);
        assert_eq!(present_digest(&root(), "results/src", kind), None);
    }
}

/// A file of these folders is in the table or excused with a reason; what is excused is there.
#[test]
fn every_source_decides_or_is_excused() {
    let excused = Excused::read(&root()).unwrap();
    let decides = deciding_sources(&root()).unwrap();
    let paths = source_paths(&root()).unwrap();
    for path in &paths {
        let is_excused = excused.files.contains_key(path);
        assert!(is_excused != decides.contains_key(path), "{path}");
    }
    for (path, reason) in &excused.files {
        assert!(paths.contains(path), "`{path}` is excused and not there");
        assert!(
            !reason.trim().is_empty(),
            "`{path}` is excused without a reason"
        );
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for (name, reason) in &excused.crates {
        let entry = format!("name = \"{name}\"\n");
        assert!(lock.contains(&entry), "`{name}` is excused and not there");
        assert!(
            !reason.trim().is_empty(),
            "`{name}` is excused without a reason"
        );
    }
    for place in SOURCES {
        let kernels = place == "experiments/kernels"; // none yet
        assert!(kernels || root().join(place).exists(), "{place}");
    }
}

/// `scripts/bundle` says whether the commit is what the programs are built from.
#[test]
fn the_bundle_looks_at_all_sources() {
    let script = fs::read_to_string(root().join("scripts/bundle")).unwrap();
    let (_, list) = script.split_once("built_from=(").unwrap();
    let (list, _) = list.split_once(')').unwrap();
    let mut listed: Vec<&str> = list.split_whitespace().collect();
    let mut expected = [SOURCES, MANIFESTS].concat();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
}
