//! Where a link leads.

use crate::anchors::Anchors;
use parsers::addresses::{beside, percent_decoded};
use parsers::ids;
use std::path::Path;

/// The target of a link in the PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A place in the book, by its Typst label.
    Label(String),
    /// An address outside the book.
    Address(String),
    /// A file beside the book, which the PDF does not hold.
    File(String),
}

/// Resolves the target of a link in the chapter at `chapter`.
///
/// # Errors
/// A message and a hint, when it leads to nothing.
pub(crate) fn resolve(
    url: &str,
    chapter: &str,
    anchors: &Anchors,
    root: &Path,
) -> Result<Target, (String, String)> {
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
    match anchors.chapter(&path) {
        Some((path, _)) if id.is_empty() => Ok(Target::Label(path.to_owned())),
        Some((path, _)) => anchors.label(path, &id).map(Target::Label).ok_or_else(|| {
            (
                format!("link to `{url}`: `{path}` has no `#{id}`"),
                ids::hint(anchors.ids(path), &id),
            )
        }),
        None if root.join(&path).is_file() && !path.ends_with(".md") => Ok(Target::File(path)),
        None => Err((
            format!("link to `{url}`: the book has no chapter or file `{path}`"),
            "list the chapter in SUMMARY.md or correct the path".into(),
        )),
    }
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
    use super::has_scheme;

    #[test]
    fn schemes_are_told_from_paths() {
        assert!(has_scheme("https://x.org") && has_scheme("mailto:a@b.c"));
        assert!(!has_scheme("a.md#b:c") && !has_scheme("C.md"));
    }
}
