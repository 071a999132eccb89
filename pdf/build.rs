//! Tells the program which sources it was built from, so that it doesn't keep the PDF of another.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The files that decide what the program does, relative to this crate: its own sources, those of the
/// crate that reads formulas, and the versions of all crates.
const SOURCES: [&str; 3] = ["src", "../parsers/src", "../Cargo.lock"];

fn main() -> std::io::Result<()> {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        collect(Path::new(source), &mut files)?;
    }
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(Sha256::digest(file.to_string_lossy().as_bytes()));
        digest.update(Sha256::digest(std::fs::read(file)?));
    }
    println!("cargo::rustc-env=PROGRAM_DIGEST={:x}", digest.finalize());
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
