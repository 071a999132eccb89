//! Tells the program which sources it is made of: see `src/memo.rs`.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Result;
use std::path::{Path, PathBuf};

/// What decides the outcome of a computation that is kept, from this crate's folder.
const SOURCES: [&str; 4] = ["src", "../parsers/src", "../results/src", "../Cargo.lock"];

fn main() -> Result<()> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        for file in files(Path::new(source))? {
            (&file, fs::read(&file)?).hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=MEASURED_SOURCES={:016x}", hasher.finish());
    Ok(())
}

/// The file at `path`, or every file under that folder, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<Result<_>>()?;
    entries.sort();
    let files: Vec<_> = entries
        .iter()
        .map(|entry| files(entry))
        .collect::<Result<_>>()?;
    Ok(files.concat())
}
