//! A book to begin with: one of each thing that a chapter can have.

use crate::project::Project;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The files by their paths from the root of the new project.
const FILES: [(&str, &str); 9] = [
    (".gitignore", include_str!("init/gitignore")),
    ("book.toml", include_str!("init/book.toml")),
    ("book/SUMMARY.md", include_str!("init/book/SUMMARY.md")),
    ("book/sorting.md", include_str!("init/book/sorting.md")),
    ("book/sources.md", include_str!("init/book/sources.md")),
    ("book/quoted.toml", include_str!("init/book/quoted.toml")),
    (
        "book/references.bib",
        include_str!("init/book/references.bib"),
    ),
    ("data/measure.py", include_str!("init/data/measure.py")),
    ("data/times.csv", include_str!("init/data/times.csv")),
];

/// Its digests are written last, as those of the files that are there.
const DECLARATIONS: (&str, &str) = ("book/data.toml", include_str!("init/book/data.toml"));

/// Writes a book into the folder `root`, and tells `out` of each file.
///
/// # Errors
/// Where one of its files is there already, and then nothing is written; where one cannot be written.
pub fn init(root: &Path, out: &mut dyn Write) -> Result<()> {
    let files = || FILES.iter().chain([&DECLARATIONS]);
    let there = files().filter(|(path, _)| fs::symlink_metadata(root.join(path)).is_ok());
    let there: Vec<_> = there.map(|(path, _)| format!("`{path}`")).collect();
    ensure!(
        there.is_empty(),
        "{} would be overwritten, and nothing was written; hint: begin in an empty folder",
        there.join(", ")
    );
    for (path, text) in files() {
        write_new(&root.join(path), text).with_context(|| format!("`{path}`"))?;
        writeln!(out, "{path}")?;
    }
    Project::in_folder(root.to_owned())?.seal(&[], &mut io::sink())?;
    Ok(writeln!(
        out,
        "hint: `mdbook build` makes the book in target/book"
    )?)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create_new(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chapters::contract::Renderer;
    use crate::chapters::{Chapter, Filled, fill_book};
    use mdbook_preprocessor::config::Config;

    fn fill(root: &Path, renderer: Renderer) -> Filled {
        let known = Project::in_folder(root.to_owned()).unwrap().read();
        let known = known.unwrap_or_else(|faults| panic!("{faults:?}"));
        let chapters = ["sorting.md", "sources.md"].map(|path| Chapter {
            path: path.to_owned(),
            file: format!("book/{path}"),
            source: fs::read_to_string(root.join("book").join(path)).unwrap(),
        });
        fill_book(&chapters, known.facts, &known.bibliography, renderer)
    }

    /// In strict mode, too: there is no shortcoming.
    #[test]
    fn a_new_book_fills_without_a_fault() {
        let root = tempfile::tempdir().unwrap();
        init(root.path(), &mut io::sink()).unwrap();
        for renderer in [Renderer::Html, Renderer::Pdf] {
            let filled = fill(root.path(), renderer);
            let faults: Vec<_> = [&filled.faults, &filled.shortcomings, &filled.absences]
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect();
            assert_eq!(faults, [""; 0]);
            for part in [
                "fig-time",
                "tbl-time",
                "eq-comparisons",
                "times.csv",
                "si2019",
            ] {
                assert!(
                    filled.chapters.values().any(|text| text.contains(part)),
                    "{part}"
                );
            }
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        for (path, _) in FILES.iter().chain([&DECLARATIONS]) {
            let root = tempfile::tempdir().unwrap();
            write_new(&root.path().join(path), "mine").unwrap();
            let error = init(root.path(), &mut io::sink()).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("`{path}` would be overwritten")),
                "{error}"
            );
            assert_eq!(fs::read_to_string(root.path().join(path)).unwrap(), "mine");
            let files = walkdir::WalkDir::new(root.path()).into_iter();
            let files = files.filter(|entry| entry.as_ref().unwrap().file_type().is_file());
            assert_eq!(files.count(), 1, "{path}");
        }
    }

    /// mdBook empties the folder that it builds into.
    #[test]
    fn the_build_folder_is_not_the_folder_of_the_chapters() {
        let config: Config = include_str!("init/book.toml").parse().unwrap();
        assert_ne!(config.build.build_dir, config.book.src);
    }
}
