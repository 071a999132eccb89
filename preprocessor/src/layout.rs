//! Where the files of a book are, and its pages.

use std::collections::{BTreeMap, BTreeSet};

/// Where the files of a book are, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The plan of the runs, from the root of the project.
    pub plan: String,
    /// The folder of their records, from the root of the project.
    pub runs: String,
    /// The quoted facts, from the root of the project.
    pub quoted: String,
    /// The name of the folder of generated files, which is in the folder of the chapters.
    pub generated: String,
}

impl Default for Layout {
    fn default() -> Self {
        Layout {
            plan: "experiments/plan.toml".to_owned(),
            runs: "results/runs".to_owned(),
            quoted: "book/quoted.toml".to_owned(),
            generated: "generated".to_owned(),
        }
    }
}

/// What the renderers make pages of, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// Whether quotes, dashes and dots become curly, long and one: `smart-punctuation`.
    pub smart_punctuation: bool,
    /// Whether the page of a `README.md` is that of its folder.
    pub renames_readme: bool,
    /// Whether no other program may add to the chapters.
    pub are_whole: bool,
    /// The files beside the chapters, from their folder, with `/`.
    pub files: BTreeSet<String>,
    /// The images among them that are none or break off: what is wrong, and a hint.
    pub broken_images: BTreeMap<String, (String, &'static str)>,
    /// The pages of the HTML that no chapter makes, and the PDF beside them.
    pub others: BTreeSet<String>,
    /// Whether the book is set as a PDF, too.
    pub has_pdf: bool,
    /// Whether the pages of the HTML have what Markdown cannot say, such as heads of rows.
    pub are_typeset: bool,
}

impl Pages {
    /// The path that the page of the chapter at `path` is named after.
    pub fn page_of(&self, path: &str) -> String {
        let (folder, name) = match path.rfind('/') {
            Some(slash) => path.split_at(slash + 1),
            None => ("", path),
        };
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        match self.renames_readme && stem.eq_ignore_ascii_case("readme") {
            true => format!("{folder}index.md"),
            false => path.to_owned(),
        }
    }
}
