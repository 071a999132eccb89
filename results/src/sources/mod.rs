//! The sources that decide a result: all that is compiled into a program, but for what `experiments/excused.toml` names.

mod cpp;
mod locked;
mod rust;

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::Deserialize;
use walkdir::WalkDir;

use crate::digest::Digest;
use crate::environment::SourceDigests;
use crate::files::{read_file, read_text};

/// Where the sources of the programs lie, from the repository's root: folders and files.
pub const SOURCES: [&str; 5] = [
    "experiments/build.rs",
    "experiments/kernels",
    "experiments/shim",
    "experiments/src",
    "results/src",
];
/// What decides besides which crates a program is built from, and how.
pub const MANIFESTS: [&str; 5] = [
    "Cargo.lock",
    "Cargo.toml",
    "experiments/Cargo.toml",
    EXCUSED,
    "results/Cargo.toml",
];
/// Stands for the locked versions of the crates that `experiments` is built from.
pub const LOCKED: &str = "Cargo.lock";
/// The list of what is compiled into a program and cannot change a result.
const EXCUSED: &str = "experiments/excused.toml";
/// The crate of the programs.
const PROGRAMS: &str = "experiments";

/// The longest source file that is read, in bytes.
const SOURCE_BYTES: u64 = 64 << 20;

/// What is compiled into a program and cannot change a result, each with the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excused {
    /// Source files by their path from the repository's root.
    pub files: BTreeMap<String, String>,
    /// Crates that others wrote, by name: neither they nor what they alone need decides.
    pub crates: BTreeMap<String, String>,
}

impl Excused {
    /// Reads the list of the repository at `root`.
    ///
    /// # Errors
    /// A file that is missing or no such list.
    pub fn read(root: &Path) -> io::Result<Excused> {
        let text = read_text(&root.join(EXCUSED), SOURCE_BYTES).map_err(named(EXCUSED))?;
        toml::from_str(&text).map_err(|error| named(EXCUSED)(io::Error::other(error)))
    }
}

/// The digests of all sources that are not excused, and of [`LOCKED`], by path from the repository's root `root`: of
/// the kind [`SourceDigests::CompiledTokens`].
///
/// # Errors
/// A file that cannot be read, by name.
pub fn deciding_sources(root: &Path) -> io::Result<BTreeMap<String, Digest>> {
    let excused = Excused::read(root)?;
    let mut digests = BTreeMap::new();
    for path in source_paths(root)? {
        if !excused.files.contains_key(&path) {
            let bytes = fs::read(root.join(&path)).map_err(named(&path))?;
            digests.insert(path.clone(), token_digest(&path, bytes));
        }
    }
    let locked = locked::digest(root, PROGRAMS, &excused).map_err(named(LOCKED))?;
    digests.insert(LOCKED.to_owned(), locked);
    Ok(digests)
}

/// Every file of [`SOURCES`], excused or not, by its path from the repository's root `root`.
///
/// # Errors
/// A folder that cannot be read.
pub fn source_paths(root: &Path) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for place in SOURCES.iter().map(|place| root.join(place)) {
        for entry in WalkDir::new(&place).into_iter().filter(|_| place.exists()) {
            let entry = entry?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.file_type().is_file() && !hidden {
                let path = entry.path().strip_prefix(root).expect("below the root");
                paths.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// The present digest of a source that a record names, by its path from the repository's root `root`, as its `kind`
/// takes it; none where the file is gone.
pub fn present_digest(root: &Path, path: &str, kind: SourceDigests) -> Option<Digest> {
    // The paths stand in records, which may come from anywhere.
    let read = || read_file(&root.join(path), SOURCE_BYTES).ok();
    match kind {
        SourceDigests::ListedBytes => read().map(Digest::of),
        SourceDigests::CompiledTokens if path == LOCKED => {
            let excused = Excused::read(root).ok()?;
            locked::digest(root, PROGRAMS, &excused).ok()
        }
        SourceDigests::CompiledTokens => Some(token_digest(path, read()?)),
    }
}

/// The digest of a file's tokens, where its name ends as one of Rust, C++ or CUDA; else of its bytes.
fn token_digest(path: &str, bytes: Vec<u8>) -> Digest {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Digest::of(error.into_bytes()),
    };
    let extension = Path::new(path).extension().unwrap_or_default();
    match extension.to_string_lossy().as_ref() {
        "rs" => Digest::of(rust::tokens(&text)),
        "c" | "cc" | "cpp" | "cu" | "cuh" | "h" | "hpp" => Digest::of(cpp::tokens(&text)),
        _ => Digest::of(text),
    }
}

fn named(path: &str) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("`{path}`: {error}"))
}
