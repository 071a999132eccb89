//! The settings: `[output.measured-pdf]`, and those of `[output.html]` that change the text.

use crate::problems::{Problem, Problems};
use mdbook_renderer::config::Config;
use serde::Deserialize;

/// The table `[output.measured-pdf]` of `book.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Program that mdBook starts; read by mdBook.
    pub command: Option<String>,
    /// Whether a missing program is no error; read by mdBook.
    pub optional: bool,
    /// Whether the PDF is made under `mdbook serve` too.
    pub while_serving: bool,
    /// Paper, as Typst names it: `a4`, `us-letter`, …
    pub paper: String,
    /// Subtitle on the title page.
    pub subtitle: Option<String>,
    /// Line under the authors on the title page: a course, a place.
    pub note: Option<String>,
    /// The date on the title page, as text: no clock is asked.
    pub date: Option<String>,
    /// Path of the chapter, from the book's source folder, behind which the contents stand; without
    /// one they stand behind the title page.
    pub contents_behind: Option<String>,
    /// Paths of chapters, from the book's source folder, that the PDF leaves out.
    pub leave_out: Vec<String>,
    /// Further font files, relative to the book's source folder, for scripts that the
    /// embedded fonts lack.
    pub fonts: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            command: None,
            optional: false,
            while_serving: false,
            paper: "a4".into(),
            subtitle: None,
            note: None,
            date: None,
            contents_behind: None,
            leave_out: Vec::new(),
            fonts: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads the settings of this backend.
    ///
    /// # Errors
    /// An unknown key, or a value of another type.
    pub fn read(config: &Config) -> Result<Self, Problems> {
        let table = config.get::<Self>("output.measured-pdf");
        table.map(Option::unwrap_or_default).map_err(|error| {
            let message = format!("book.toml: `[output.measured-pdf]`: {}", error.root_cause());
            Problems(vec![Problem::of_book(message.trim_end(), "")])
        })
    }
}

/// Whether `mdbook serve` started this build: it alone sets the live reload endpoint.
pub fn is_serving(config: &Config) -> bool {
    matches!(
        config.get::<String>("output.html.live-reload-endpoint"),
        Ok(Some(_))
    )
}
