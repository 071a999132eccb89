//! The engine knows nothing of what a book is about.

use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Words of the topics: networks, cards, data sets, papers and what they are called in names.
const WORDS: [&str; 33] = [
    "alexnet",
    "batchnorm",
    "batch_norm",
    "cifar",
    "convolution",
    "extraction",
    "finetun",
    "fine-tun",
    "flowers",
    "flops",
    "googlenet",
    "h100",
    "h200",
    "he et al",
    "imagenet",
    "k80",
    "loss",
    "lu et al",
    "momentum",
    "nvidia",
    "optimus",
    "p100",
    "paleo",
    "parameter server",
    "peng",
    "resnet",
    "tf32",
    "transfer",
    "v100",
    "vgg",
    "weak supervision",
    "weight decay",
    "yalniz",
];

/// The folders of the engine's crates from the root of the project.
const ENGINE: [&str; 3] = ["preprocessor/src", "plots/src", "writing/src"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Rust sources without tests; the topics, and `main.rs` and what puts them together, are no part of
/// the engine.
fn sources() -> Vec<PathBuf> {
    let files = ENGINE
        .iter()
        .flat_map(|folder| WalkDir::new(root().join(folder)));
    let paths = files.map(|entry| entry.expect("a readable folder").into_path());
    let is_engine = |path: &PathBuf| {
        let name = path.to_string_lossy();
        let is_test = name.ends_with("tests.rs") || name.ends_with("examples.rs");
        name.ends_with(".rs")
            && !is_test
            && !name.contains("/topics/")
            && !name.ends_with("main.rs")
    };
    let mut sources: Vec<_> = paths.filter(is_engine).collect();
    sources.sort();
    sources
}

/// The words of the topics in a source, with their lines.
fn words_in(text: &str) -> Vec<(usize, &'static str)> {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = code.lines().enumerate();
    let found = lines.flat_map(|(index, line)| {
        let line = line.to_lowercase().replace("lossy", "");
        let words = WORDS.into_iter().filter(move |word| line.contains(word));
        words.map(move |word| (index + 1, word))
    });
    found.collect()
}

#[test]
fn no_word_of_a_topic_stands_in_the_engine() {
    let sources = sources();
    assert!(sources.len() > 60, "only {} sources", sources.len());
    let mut found = Vec::new();
    for path in sources {
        let text = fs::read_to_string(&path).expect("a source");
        let path = path
            .strip_prefix(root())
            .expect("below the root")
            .display()
            .to_string();
        let words = words_in(&text).into_iter();
        found.extend(words.map(|(line, word)| format!("{path}:{line}: {word}")));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_word_would_be_found() {
    assert_eq!(words_in("//! a\n/// As in ResNet-50.\n"), [(2, "resnet")]);
    assert_eq!(words_in("a\n#[cfg(test)]\nmod tests {\n// ResNet\n}"), []);
}
