//! Whether a program is what cargo would build now.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Files that decide a build beside the sources, in the folder of each source and those above it.
const MANIFESTS: [&str; 6] = [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    ".cargo/config",
];

/// How coarse the times of files may be.
const COARSE: Duration = Duration::from_secs(2);

/// A program that cargo builds.
pub(crate) struct Built {
    root: PathBuf,
    /// The program.
    pub(crate) program: PathBuf,
    /// The list of the sources that cargo writes beside it.
    sources: PathBuf,
    /// What the last build left: its time is when that build began, its text the program's time and
    /// length.
    stamp: PathBuf,
}

impl Built {
    /// The program `name` of the workspace in `root`, whose target folder is `target`.
    pub(crate) fn new(root: &Path, target: &Path, name: &str) -> Self {
        let folder = target.join("release");
        let in_folder = |end: &str| folder.join(format!("{name}{end}"));
        Built {
            root: root.to_owned(),
            program: in_folder(std::env::consts::EXE_SUFFIX),
            sources: in_folder(".d"),
            stamp: in_folder(".start"),
        }
    }

    /// Whether the program is the one of the last build here, and nothing that decides it was changed
    /// since that began.
    pub(crate) fn is_current(&self) -> bool {
        self.is_current_as_far_as_known().unwrap_or(false)
    }

    fn is_current_as_far_as_known(&self) -> Option<bool> {
        let begun = changed(&self.stamp)?;
        if fs::read_to_string(&self.stamp).ok()? != self.identity()? {
            return Some(false);
        }
        let list = fs::read_to_string(&self.sources).ok()?;
        let sources: Vec<_> = { sources_in(&list) }
            .into_iter()
            .map(|source| self.root.join(source))
            .collect();
        let is_older = |path: &PathBuf| changed(path).is_some_and(|time| time < begun);
        let manifests = self.manifests(&sources);
        let mut manifests = manifests.iter().filter(|path| path.exists());
        Some(!sources.is_empty() && sources.iter().all(is_older) && manifests.all(is_older))
    }

    /// The manifests that may decide what is compiled from `sources`.
    fn manifests(&self, sources: &[PathBuf]) -> BTreeSet<PathBuf> {
        let folders: BTreeSet<_> = { sources.iter() }
            .flat_map(|source| source.ancestors().skip(1))
            .filter(|folder| folder.starts_with(&self.root))
            .collect();
        let in_folder = |folder: &Path| MANIFESTS.map(|name| folder.join(name));
        folders.into_iter().flat_map(in_folder).collect()
    }

    /// Builds the program by `build`, and notes which one it is.
    ///
    /// # Errors
    /// Those of `build`.
    pub(crate) fn build_by(
        &self,
        build: impl FnOnce() -> Result<(), String>,
    ) -> Result<(), String> {
        let begun = SystemTime::now() - COARSE;
        build()?;
        // Without a stamp the next start asks cargo again.
        let _ = self.set_stamp(begun);
        Ok(())
    }

    fn set_stamp(&self, begun: SystemTime) -> Option<()> {
        let unfinished = self
            .stamp
            .with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&unfinished, self.identity()?).ok()?;
        let file = File::options().write(true).open(&unfinished).ok()?;
        file.set_modified(begun).ok()?;
        fs::rename(&unfinished, &self.stamp).ok()
    }

    /// What tells the program from one that another build made, or the same workspace elsewhere.
    fn identity(&self) -> Option<String> {
        let length = fs::metadata(&self.program).ok()?.len();
        let since = changed(&self.program)?.duration_since(SystemTime::UNIX_EPOCH);
        let (since, root) = (since.ok()?.as_nanos(), self.root.display());
        Some(format!("{since} {length} {root}\n"))
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// The sources in a list `program: source source`, where a space in a path is `\ `.
fn sources_in(list: &str) -> Vec<String> {
    let line = list.lines().next().unwrap_or_default();
    let (_, sources) = line.split_once(": ").unwrap_or_default();
    let (mut found, mut source) = (Vec::new(), String::new());
    let mut characters = sources.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&' ') => source.extend(characters.next()),
            ' ' => found.push(std::mem::take(&mut source)),
            _ => source.push(character),
        }
    }
    found.push(source);
    found.retain(|source| !source.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_earlier(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - 5 * COARSE).unwrap();
    }

    /// A workspace with a program that was built from two sources.
    fn built() -> (PathBuf, Built) {
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("start test {} {number}", std::process::id());
        let root = std::env::temp_dir().join(name);
        for (path, text) in [
            ("a/src/main.rs", ""),
            ("a/Cargo.toml", ""),
            ("Cargo.lock", ""),
            ("text.md", ""),
            ("target/release/a", "program"),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            write_earlier(&path, text);
        }
        let escaped = root.display().to_string().replace(' ', "\\ ");
        let list =
            format!("{escaped}/target/release/a: {escaped}/a/src/main.rs {escaped}/text.md\n");
        write_earlier(&root.join("target/release/a.d"), &list);
        let built = Built::new(&root, &root.join("target"), "a");
        assert!(!built.is_current());
        built.build_by(|| Ok(())).unwrap();
        assert!(built.is_current());
        (root, built)
    }

    #[test]
    fn a_change_of_whatever_decides_a_program_is_seen() {
        for path in [
            "a/src/main.rs",
            "text.md",
            "a/Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            "target/release/a",
        ] {
            let (root, built) = built();
            fs::write(root.join(path), "more of it").unwrap();
            assert!(!built.is_current(), "{path}");
            fs::remove_dir_all(root).unwrap();
        }
        for path in [
            "a/src/main.rs",
            "text.md",
            "target/release/a",
            "target/release/a.d",
        ] {
            let (root, built) = built();
            fs::remove_file(root.join(path)).unwrap();
            assert!(!built.is_current(), "{path}");
            fs::remove_dir_all(root).unwrap();
        }
    }

    #[test]
    fn what_is_saved_while_cargo_runs_is_newer_than_the_program() {
        let (root, built) = built();
        let save = || fs::write(root.join("text.md"), "b").map_err(|error| error.to_string());
        built.build_by(save).unwrap();
        assert!(!built.is_current());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_program_of_another_copy_of_the_workspace_is_another() {
        let (root, _) = built();
        let other = Built::new(&root.join("a"), &root.join("target"), "a");
        assert!(!other.is_current());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_build_that_fails_is_tried_again() {
        let (root, built) = built();
        fs::write(root.join("text.md"), "b").unwrap();
        assert!(built.build_by(|| Err("no".to_owned())).is_err());
        assert!(!built.is_current());
        fs::remove_dir_all(root).unwrap();
    }
}
