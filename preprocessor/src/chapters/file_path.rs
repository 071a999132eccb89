//! Paths of generated files.

use std::fmt;

/// The path of a file in the folder of generated files, such as `data/tbl-time.csv`.
///
/// It leads to no other folder, needs no escaping in a link or in Markdown, and names neither a
/// hidden file nor Markdown, which mdBook does not publish.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(String);

impl FilePath {
    /// The path that `text` writes.
    ///
    /// # Errors
    /// Where a part of it is not made of ASCII letters, digits, `-`, `_` and inner dots, or it ends
    /// in `.md`.
    pub fn new(text: impl Into<String>) -> Result<Self, String> {
        let text = text.into();
        if text.split('/').all(is_plain_name) && !text.ends_with(".md") {
            return Ok(FilePath(text));
        }
        Err(format!(
            "`{text}` is no path of a generated file; hint: ASCII letters, digits, `-`, `_` and \
             inner dots, with `/` between folders"
        ))
    }

    /// The path, with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders that lead to the file, the outermost first.
    pub(crate) fn folders(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with('.') && !name.ends_with('.') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_its_folder() {
        for good in [
            "a.csv",
            "data/tbl-a.csv",
            "fonts/NewCM_Math-Book.otf",
            "a/b/c",
        ] {
            assert_eq!(FilePath::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "", ".", "..", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a/.b", "a.", "a\\b",
            "C:a", "a b", "a\nb", "ä", "a)", "a<b", "a.md",
        ] {
            let error = FilePath::new(bad).unwrap_err();
            assert!(error.starts_with(&format!("`{bad}` is no path")), "{error}");
        }
    }

    #[test]
    fn folders_lead_to_the_file() {
        let path = FilePath::new("a/b/c.csv").unwrap();
        assert_eq!(path.folders().collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(FilePath::new("c").unwrap().folders().count(), 0);
    }
}
