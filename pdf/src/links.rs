//! Where a link leads.

use crate::anchors::Anchors;
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

/// A path as written in a chapter, as a path in the source folder without `.` and `..`;
/// what would leave the folder keeps its `..`.
pub(crate) fn beside(chapter: &str, path: &str) -> String {
    let folder = chapter.rsplit_once('/').map_or("", |(folder, _)| folder);
    let joined = match path.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None => format!("{folder}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Resolves `%20` and its like; a sequence that is no UTF-8 stays as written.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{beside, has_scheme, percent_decoded};

    #[test]
    fn paths_lead_from_the_chapter() {
        assert_eq!(beside("a/b.md", "c.md"), "a/c.md");
        assert_eq!(beside("a/b.md", "../c.md"), "c.md");
        assert_eq!(beside("a/b.md", "/c.md"), "c.md");
        assert_eq!(beside("a.md", "../c.md"), "../c.md");
        assert_eq!(percent_decoded("a%20b%zz"), "a b%zz");
    }

    #[test]
    fn schemes_are_told_from_paths() {
        assert!(has_scheme("https://x.org") && has_scheme("mailto:a@b.c"));
        assert!(!has_scheme("a.md#b:c") && !has_scheme("C.md"));
    }
}
