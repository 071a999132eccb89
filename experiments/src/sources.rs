//! The sources that this program was compiled from, and their commit.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use results::sources::{MANIFESTS, SOURCES};
use results::{Digest, SourceDigests};

/// Paths and digests of everything in this crate that decides a result, taken when it was compiled.
const COMPILED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Where the programs lie among the sources.
const PROGRAMS: &str = "experiments/src/bin/";

/// The digests of all that was compiled into the program `experiment` and decides its results, by path from the
/// repository's root: of the kind [`SourceDigests::CompiledTokens`].
pub fn compiled_into(experiment: &str) -> BTreeMap<String, Digest> {
    let digest = |digest: &str| Digest::parse(digest).expect("written by the build script");
    COMPILED
        .iter()
        .filter(|(path, _)| program_of(path).is_none_or(|program| program == experiment))
        .map(|&(path, of)| (path.to_owned(), digest(of)))
        .collect()
}

/// Whether a program of this crate makes `experiment`.
pub fn is_program(experiment: &str) -> bool {
    let mut programs = COMPILED.iter().filter_map(|(path, _)| program_of(path));
    programs.any(|program| program == experiment)
}

/// The program that alone has the file at `path`, `PROGRAM.rs` or one of the folder `PROGRAM`; none of what all have.
fn program_of(path: &str) -> Option<&str> {
    let program = path.strip_prefix(PROGRAMS)?.split('/').next()?;
    Some(program.strip_suffix(".rs").unwrap_or(program))
}

/// The present digest of a source that a record names, from the repository's root, where programs run.
pub fn present_digest(path: &str, kind: SourceDigests) -> Option<Digest> {
    results::present_digest(Path::new("."), path, kind)
}

/// The commit of the working tree, and whether what the programs are built from differs from it.
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
    let changes = ["status", "--porcelain", "--"];
    let changes = [&changes[..], &SOURCES, &MANIFESTS].concat();
    match (git(&["rev-parse", "HEAD"]), git(&changes)) {
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
