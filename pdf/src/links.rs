//! Where a link leads.

use crate::anchors::Anchors;
use parsers::addresses::{PDF_FILE, beside, percent_decoded};
use parsers::ids;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// What an address begins with that leads to a file of the project, by its path from the root; the
/// preprocessor writes it.
const PROJECT_FILE: &str = "project:";

/// The target of a link in the PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A place in the book, by its Typst label.
    Label(String),
    /// An address outside the book.
    Address(String),
    /// A file of the project, by its path from the project's root: the PDF carries it.
    File(PathBuf),
    /// What this PDF does not hold: a chapter that it leaves out, or itself.
    LeftOut,
}

/// What links can lead to.
pub(crate) struct Guide<'a> {
    /// Chapters, headings and elements with an id.
    pub anchors: &'a Anchors,
    /// The chapters that this PDF leaves out, by path.
    pub left_out: &'a BTreeSet<String>,
    /// The project's root.
    pub project: &'a Path,
    /// The folder of the chapters, from the project's root.
    pub source: &'a Path,
}

impl Guide<'_> {
    /// Resolves the target of a link in the chapter at `chapter`.
    ///
    /// # Errors
    /// A message and a hint, when it leads to nothing.
    pub(crate) fn resolve(&self, url: &str, chapter: &str) -> Result<Target, (String, String)> {
        if let Some(path) = url.strip_prefix(PROJECT_FILE) {
            let path = PathBuf::from(percent_decoded(path));
            return match self.is_file(&path) {
                true => Ok(Target::File(path)),
                false => {
                    let path = path.display();
                    let message = format!("link to `{path}`: the project has no such file");
                    Err((message, "correct the path".into()))
                }
            };
        }
        self.resolve_written(url, chapter)
    }

    /// The same for an address as an author writes it.
    fn resolve_written(&self, url: &str, chapter: &str) -> Result<Target, (String, String)> {
        if has_scheme(url) || url.starts_with("//") {
            return Ok(Target::Address(url.to_owned()));
        }
        let (path, id) = url.split_once('#').unwrap_or((url, ""));
        let path = percent_decoded(path.split('?').next().unwrap_or(path));
        let id = percent_decoded(id);
        let path = if path.is_empty() {
            chapter.to_owned()
        } else {
            beside(chapter, &path)
        };
        match self.anchors.chapter(&path) {
            Some((path, _)) if self.left_out.contains(path) => Ok(Target::LeftOut),
            Some((path, _)) if id.is_empty() => Ok(Target::Label(path.to_owned())),
            Some((path, _)) => self
                .anchors
                .label(path, &id)
                .map(Target::Label)
                .ok_or_else(|| {
                    (
                        format!("link to `{url}`: `{path}` has no `#{id}`"),
                        ids::hint(self.anchors.ids(path), &id),
                    )
                }),
            None if path == PDF_FILE => Ok(Target::LeftOut),
            None => {
                let file = normal(&self.source.join(&path));
                match file.filter(|file| self.is_file(file) && !path.ends_with(".md")) {
                    Some(file) => Ok(Target::File(file)),
                    None => Err((
                        format!("link to `{url}`: the book has no chapter or file `{path}`"),
                        "list the chapter in SUMMARY.md or correct the path".into(),
                    )),
                }
            }
        }
    }

    /// Whether the project has a file at this path from its root.
    fn is_file(&self, path: &Path) -> bool {
        normal(path).is_some_and(|path| self.project.join(path).is_file())
    }
}

/// The path without `.` and `..`; none where it leaves the folder that it starts from.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            Component::Normal(part) => normal.push(part),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}

fn has_scheme(url: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.len() > 1
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    url.split_once(':')
        .is_some_and(|(scheme, _)| is_scheme(scheme))
}

#[cfg(test)]
mod tests {
    use super::{has_scheme, normal};
    use std::path::{Path, PathBuf};

    #[test]
    fn schemes_are_told_from_paths() {
        assert!(has_scheme("https://x.org") && has_scheme("mailto:a@b.c"));
        assert!(!has_scheme("a.md#b:c") && !has_scheme("C.md"));
    }

    #[test]
    fn no_path_leaves_the_project() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(
                normal(Path::new(path)),
                expected.map(PathBuf::from),
                "{path}"
            );
        };
        check("book/../results/./a.json", Some("results/a.json"));
        check("book/../../a", None);
        check("/etc/passwd", None);
    }
}
