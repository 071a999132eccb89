//! Where the files of a book are.

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
