//! The crates that a program is built from, as `Cargo.lock` has them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::{Excused, LOCKED, SOURCE_BYTES};
use crate::digest::Digest;
use crate::files::read_text;

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// Absent in a crate of this repository.
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// The digest of names, versions and checksums of all crates that `program`, a crate of the repository at `root`, is
/// built from; the repository's own, whose sources have digests, and the excused ones are left out.
///
/// # Errors
/// A file that cannot be read, or is no lock file.
pub(super) fn digest(root: &Path, program: &str, excused: &Excused) -> io::Result<Digest> {
    let text = read_text(&root.join(LOCKED), SOURCE_BYTES)?;
    let lock: Lock = toml::from_str(&text).map_err(io::Error::other)?;
    let crates = crates(&lock, root, program, excused)?;
    let line = |package: &&Package| {
        let checksum = package.checksum.as_deref().unwrap_or_default();
        format!("{} {} {checksum}\n", package.name, package.version)
    };
    let mut lines: Vec<String> = crates.iter().map(line).collect();
    lines.sort();
    Ok(Digest::of(lines.concat()))
}

/// The crates, reached from `program`.
fn crates<'a>(
    lock: &'a Lock,
    root: &Path,
    program: &str,
    excused: &Excused,
) -> io::Result<Vec<&'a Package>> {
    let mut by_name = BTreeMap::<&str, Vec<&Package>>::new();
    for package in &lock.package {
        by_name.entry(&package.name).or_default().push(package);
    }
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut open = vec![program.to_owned()];
    while let Some(dependency) = open.pop() {
        // `NAME`, `NAME VERSION` where there are several, or `NAME VERSION (SOURCE)`.
        let mut words = dependency.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        let named = by_name.get(name).into_iter().flatten();
        for package in named.filter(|it| version.is_none_or(|version| version == it.version)) {
            let is_excused = excused.crates.contains_key(name);
            if is_excused || !seen.insert((name.to_owned(), &package.version)) {
                continue;
            }
            let tests = match package.source {
                Some(_) => BTreeSet::new(),
                None => only_for_tests(root, name)?,
            };
            let needed = package.dependencies.iter();
            open.extend(needed.filter(|it| !tests.contains(*it)).cloned());
            found.extend(package.source.is_some().then_some(*package));
        }
    }
    Ok(found)
}

/// Crates that only the tests of `member` are built from.
fn only_for_tests(root: &Path, member: &str) -> io::Result<BTreeSet<String>> {
    let text = read_text(&root.join(member).join("Cargo.toml"), SOURCE_BYTES)?;
    let manifest: Table = toml::from_str(&text).map_err(io::Error::other)?;
    let names = |section: &str| manifest.get(section).and_then(Value::as_table);
    let mut tests: BTreeSet<String> = { names("dev-dependencies").into_iter().flatten() }
        .map(|(name, _)| name.clone())
        .collect();
    for section in ["dependencies", "build-dependencies"] {
        for (name, _) in names(section).into_iter().flatten() {
            tests.remove(name);
        }
    }
    Ok(tests)
}
