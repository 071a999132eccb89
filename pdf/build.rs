//! Tells the program which sources it was built from, so that it doesn't keep the PDF of another.

use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// The files that decide what the program does, relative to this crate: its own sources, those of the
/// crate that reads formulas, and the versions of all crates.
const SOURCES: [&str; 3] = ["src", "../parsers/src", "../Cargo.lock"];

fn main() -> std::io::Result<()> {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        for entry in WalkDir::new(source) {
            let entry = entry?;
            files.extend(entry.file_type().is_file().then(|| entry.into_path()));
        }
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
