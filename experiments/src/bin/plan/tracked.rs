//! Whether a file would lie among those that git looks after.

use std::fs;
use std::path::{Path, absolute};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Refuses a place inside a repository that git does not ignore.
///
/// # Errors
/// Such a place, and how to name another one.
pub(crate) fn ensure_is_untracked(path: &Path) -> Result<()> {
    let path = absolute(path)?;
    // A link leads to where the file would really lie.
    let folder = { path.ancestors().skip(1) }
        .find(|folder| folder.is_dir())
        .context("no folder above it is there")?;
    let real = folder.canonicalize()?;
    let Some(root) = real.ancestors().find(|it| it.join(".git").exists()) else {
        return Ok(());
    };
    let file = real.join(path.strip_prefix(folder).expect("an ancestor"));
    match git_ignores(&file, &real).unwrap_or_else(|| is_listed(&file, root)) {
        true => Ok(()),
        false => bail!(
            "`{}` lies in the repository `{}`, where git does not ignore it; hint: `--out` with a folder outside, or \
             below `state` or `target`",
            path.display(),
            root.display()
        ),
    }
}

/// What git says; none where there is no git, or where it refuses to look.
fn git_ignores(file: &Path, folder: &Path) -> Option<bool> {
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(folder)
        .args(["check-ignore", "--quiet", "--"]);
    match git.arg(file).output().ok()?.status.code()? {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    }
}

/// Whether the list at `root` ignores a folder around `file` by its whole name: all that is understood without git.
fn is_listed(file: &Path, root: &Path) -> bool {
    let list = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let mut folders = list.lines().filter_map(|line| line.strip_prefix('/'));
    folders.any(|folder| file.starts_with(root.join(folder.trim_end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_git_whole_names_of_the_list_count() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        fs::create_dir(root.join(".git")).unwrap(); // which is none, so that git refuses to look
        fs::write(root.join(".gitignore"), "/state\n*.tmp\n/target\n").unwrap();
        let check = |place: &str, expect: bool| {
            assert_eq!(
                ensure_is_untracked(&root.join(place)).is_ok(),
                expect,
                "{place}"
            );
        };
        check("state/packed/a.tar.gz", true);
        check("target/a.tar.gz", true);
        check("a.tar.gz", false);
        check("states/a.tar.gz", false);
        check("book/state/a.tar.gz", false);
    }
}
