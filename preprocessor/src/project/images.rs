//! The files that lie beside the chapters.

use super::Project;
use parsers::settable::{IMAGE_FORMATS, format_of, image_fault};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use walkdir::{DirEntry, WalkDir};

/// Folders that are nested deeper are not looked into.
const DEEPEST: usize = 8;

impl Project {
    /// The paths of the files in the folder of the chapters, with `/`, but for generated ones.
    pub(super) fn files(&self) -> BTreeSet<String> {
        let root = self.root.join(&self.source);
        let is_own = |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0
                || !(name.starts_with('.')
                    || (entry.depth() == 1 && name == *self.layout.generated))
        };
        // What cannot be read is not there, and a chapter that shows it is told so.
        let files = WalkDir::new(&root)
            .max_depth(DEEPEST)
            .into_iter()
            .filter_entry(is_own);
        let path = |entry: DirEntry| {
            let path = entry.path().strip_prefix(&root).ok()?.to_str()?;
            (entry.file_type().is_file()).then(|| path.replace('\\', "/"))
        };
        files.filter_map(Result::ok).filter_map(path).collect()
    }

    /// Those of the images beside the chapters that are none or break off: what is wrong, and a hint.
    pub(super) fn broken(
        &self,
        images: &BTreeSet<String>,
    ) -> BTreeMap<String, (String, &'static str)> {
        let root = self.root.join(&self.source);
        let fault = |path: &String| match fs::read(root.join(path)) {
            Ok(content) => image_fault(&format_of(path), &content),
            Err(error) => Some((error.to_string(), "make the file readable")),
        };
        let broken = images
            .iter()
            .filter_map(|path| Some((path.clone(), fault(path)?)));
        broken.collect()
    }
}

/// The images among `files`.
pub(super) fn among(files: &BTreeSet<String>) -> BTreeSet<String> {
    let is_image = |path: &&String| IMAGE_FORMATS.contains(&format_of(path).as_str());
    files.iter().filter(is_image).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_the_chapters_are_found() {
        let root = tempfile::tempdir().unwrap();
        let book = root.path().join("book");
        for file in [
            "a.png",
            "images/b.JPG",
            "images/c.txt",
            "generated/d.png",
            ".e/f.png",
        ] {
            let path = book.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        std::os::unix::fs::symlink("/etc", book.join("link.png")).unwrap();
        let files = Project::new(root.path(), "book").files();
        assert_eq!(
            among(&files).into_iter().collect::<Vec<_>>(),
            ["a.png", "images/b.JPG"]
        );
        assert_eq!(
            files.into_iter().collect::<Vec<_>>(),
            ["a.png", "images/b.JPG", "images/c.txt"]
        );
    }
}
