//! Sample images of a data set, from the reader's own copy of it.

use crate::evidence::{Concern, SourceId};
use serde::Deserialize;

/// Which images a book shows, from `[preprocessor.measured.samples.NAME]` in `book.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SampleSettings {
    /// The folder of the split inside the data folder; it has a folder for each class.
    pub folder: String,
    /// The classes' folders; none where `confused-by` chooses the classes.
    #[serde(default)]
    pub classes: Vec<String>,
    /// A run that keeps its predictions: the classes are the two of which it takes one for the other
    /// most often. The order of the folders' names is that of the classes' numbers.
    #[serde(default)]
    pub confused_by: Option<String>,
    /// How many images of each class, the first by name.
    pub images_per_class: usize,
}

/// One image file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleImage {
    /// The class's folder.
    pub class: String,
    /// The file's name.
    pub file: String,
    /// The extension of its format: `jpg` or `png`.
    pub extension: &'static str,
    /// The file's content.
    pub content: Vec<u8>,
}

/// The samples of one data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Samples {
    /// The name that views use: letters, digits, `-` and `_`.
    pub name: String,
    /// The images, class by class; empty where the data folder does not have them.
    pub images: Vec<SampleImage>,
    /// How to get the images.
    pub remedy: String,
}

impl Samples {
    /// What keeps them from being shown.
    pub(crate) fn concern(&self) -> Option<Concern> {
        self.images.is_empty().then(|| Concern {
            source: SourceId::Images(self.name.clone()),
            state: "missing".to_owned(),
            remedy: self.remedy.clone(),
            accepted: false,
        })
    }
}
