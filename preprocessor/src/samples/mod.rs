//! The sample images that a book shows, from the reader's own copy of a data set. Only this module
//! reads them.
//!
//! A class's folder may hold other things beside its images: hidden files, what file managers
//! leave, folders. They are passed over. A file that is chosen and no image that a page can show is
//! an error, and so is a link that leads out of the data set: what lies there is not the reader's
//! to publish.

mod image;

use crate::catalogue::{SampleImage, SampleSettings, Samples};
use crate::chapters::Diagnostic;
use results::Confusion;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path};
use toml::de::{DeTable, DeValue};

/// The file that names the images.
const SETTINGS: &str = "book.toml";
/// The table of the data sets in it.
const TABLE: [&str; 3] = ["preprocessor", "measured", "samples"];

/// The most images of one class.
const MOST_IMAGES: usize = 64;
/// The largest file that is published, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// Files that file managers leave in folders, in lower case.
const LEFT_BEHIND: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// What is wrong with a data set: the setting that it concerns, and a message.
type Fault = (&'static str, String);

/// What the run of this id takes for what most often; `None` where no record keeps its predictions.
pub(crate) type Confused<'a> = &'a dyn Fn(&str) -> Option<Confusion>;

/// The images of every data set, as far as the `data` folder has them; paths are given from `root`.
///
/// A data set that is not there is no fault, and no more is a run that is not: its samples are empty.
pub(crate) fn read(
    root: &Path,
    data: &Path,
    all: &BTreeMap<String, SampleSettings>,
    confused: Confused,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Samples> {
    let read = |(name, settings): (&String, &SampleSettings)| {
        let images = read_images(root, data, name, settings, confused);
        let images = images.unwrap_or_else(|(key, message)| {
            faults.push(fault(root, name, key, &message));
            Vec::new()
        });
        Samples {
            name: name.clone(),
            images,
            remedy: remedy(settings),
        }
    };
    all.iter().map(read).collect()
}

fn remedy(settings: &SampleSettings) -> String {
    let folder = &settings.folder;
    let data =
        format!("set MEASURED_DATA to the folder that holds `{folder}`, or link it as `data`");
    match &settings.confused_by {
        Some(run) => format!("{data}; the record of `{run}` says which classes"),
        None => data,
    }
}

fn read_images(
    root: &Path,
    data: &Path,
    name: &str,
    settings: &SampleSettings,
    confused: Confused,
) -> Result<Vec<SampleImage>, Fault> {
    check(name, settings)?;
    let folder = data.join(&settings.folder);
    let inside = match fs::canonicalize(root.join(&folder)) {
        Ok(inside) => inside,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(("folder", format!("`{}`: {error}", folder.display()))),
    };
    let set = DataSet { root, inside };
    let classes = match &settings.confused_by {
        Some(run) => match confused(run) {
            Some(confusion) => set.confused(&folder, &confusion)?,
            None => return Ok(Vec::new()),
        },
        None => settings.classes.clone(),
    };
    let mut images = Vec::new();
    for class in &classes {
        let class_folder = folder.join(class);
        for file in set.files(&class_folder, settings.images_per_class)? {
            let path = class_folder.join(&file);
            let of_file = |message| ("classes", format!("`{}` {message}", path.display()));
            let content = set.read(&path).map_err(of_file)?;
            images.push(SampleImage {
                class: class.clone(),
                file: file.to_string_lossy().into_owned(),
                extension: image::check(&content).map_err(of_file)?,
                content,
            });
        }
    }
    Ok(images)
}

/// Checks all that becomes a part of a path.
fn check(name: &str, settings: &SampleSettings) -> Result<(), Fault> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.chars().all(is_plain) {
        let expected = "expected letters, digits, `-` and `_`";
        return Err((
            "",
            format!("`{name}` becomes a folder of the book, {expected}"),
        ));
    }
    let is_inside = |path: &str| {
        let mut parts = Path::new(path).components();
        !path.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
    };
    if !is_inside(&settings.folder) {
        let expected = "expected a folder inside the data folder";
        return Err(("folder", format!("`{}`, {expected}", settings.folder)));
    }
    if settings.classes.is_empty() != settings.confused_by.is_some() {
        let message = "expected the folders of classes, or `confused-by` and a run instead";
        return Err(("", message.to_owned()));
    }
    let is_folder = |class: &&String| is_inside(class) && !class.contains('/');
    if let Some(class) = settings.classes.iter().find(|class| !is_folder(class)) {
        return Err((
            "classes",
            format!("`{class}`, expected the name of a folder"),
        ));
    }
    let count = settings.images_per_class;
    if !(1..=MOST_IMAGES).contains(&count) {
        let message = format!("{count}, expected 1 to {MOST_IMAGES}");
        return Err(("images-per-class", message));
    }
    Ok(())
}

/// A data set on disk.
struct DataSet<'a> {
    root: &'a Path,
    /// Its folder without links: nothing outside of it is read.
    inside: std::path::PathBuf,
}

impl DataSet<'_> {
    /// The folders of two classes, which are numbered as their folders are sorted.
    fn confused(&self, folder: &Path, confusion: &Confusion) -> Result<Vec<String>, Fault> {
        let at = |message| ("confused-by", format!("`{}` {message}", folder.display()));
        let entries = fs::read_dir(&self.inside).map_err(|error| at(error.to_string()))?;
        let folders = entries.filter_map(|entry| {
            let entry = entry.ok().filter(|entry| entry.path().is_dir())?;
            let name = entry.file_name();
            (!is_left_behind(&name)).then(|| name.to_string_lossy().into_owned())
        });
        let mut folders: Vec<String> = folders.collect();
        folders.sort();
        let number = confusion.class.max(confusion.taken_for) + 1;
        let folder = |class: usize| folders.get(class).cloned();
        let both = folder(confusion.class).zip(folder(confusion.taken_for));
        let (class, taken_for) = both.ok_or_else(|| {
            let found = folders.len();
            at(format!(
                "has {found} classes, and the run knows a class {number}"
            ))
        })?;
        Ok(vec![class, taken_for])
    }

    /// The names of the first so many files of a class.
    fn files(&self, folder: &Path, count: usize) -> Result<Vec<OsString>, Fault> {
        let at = |message| ("classes", format!("`{}` {message}", folder.display()));
        self.check_inside(folder).map_err(at)?;
        let entries =
            fs::read_dir(self.root.join(folder)).map_err(|error| at(error.to_string()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| at(error.to_string()))?;
            let is_folder = entry.path().is_dir();
            if !is_folder && !is_left_behind(&entry.file_name()) {
                names.push(entry.file_name());
            }
        }
        if names.len() < count {
            let message = format!(
                "{count}, but `{}` has {} files",
                folder.display(),
                names.len()
            );
            return Err(("images-per-class", message));
        }
        names.sort();
        names.truncate(count);
        Ok(names)
    }

    /// The content of a file of bounded size.
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        self.check_inside(path)?;
        let path = self.root.join(path);
        let failed = |error: io::Error| format!("cannot be read: {error}");
        let found = fs::metadata(&path).map_err(failed)?;
        let limit = format!("expected an image of at most {} MiB", MOST_BYTES >> 20);
        if !found.is_file() {
            return Err(format!("is a pipe or a device, {limit}"));
        }
        let mut content = Vec::new();
        let file = File::open(&path).map_err(failed)?;
        file.take(MOST_BYTES + 1)
            .read_to_end(&mut content)
            .map_err(failed)?;
        match content.len() as u64 > MOST_BYTES {
            true => Err(format!("has {} bytes, {limit}", found.len())),
            false => Ok(content),
        }
    }

    /// Checks that no link leads from `path` out of the data set.
    fn check_inside(&self, path: &Path) -> Result<(), String> {
        let target = fs::canonicalize(self.root.join(path))
            .map_err(|error| format!("cannot be read: {error}"))?;
        match target.starts_with(&self.inside) {
            true => Ok(()),
            false => {
                Err("is a link that leads out of the data set; hint: copy the file".to_owned())
            }
        }
    }
}

/// Whether a file is hidden or one that a file manager left, not a part of the data set.
fn is_left_behind(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    name.starts_with('.') || LEFT_BEHIND.contains(&name.as_str())
}

/// A fault at the setting of a data set.
fn fault(root: &Path, name: &str, key: &str, message: &str) -> Diagnostic {
    let mut keys: Vec<_> = TABLE.into_iter().chain([name]).collect();
    keys.extend((!key.is_empty()).then_some(key));
    let text = fs::read_to_string(root.join(SETTINGS)).unwrap_or_default();
    Diagnostic {
        file: SETTINGS.to_owned(),
        line: line_of(&text, &keys),
        column: None,
        message: format!("`{}`: {message}", keys.join(".")),
    }
}

/// The line of a key in TOML; none where the setting comes from the environment.
fn line_of(text: &str, keys: &[&str]) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    let mut at = None;
    for key in keys {
        let (found, value) = table.iter().find(|(known, _)| known.get_ref() == key)?;
        at = Some(found.span().start);
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    at.map(|at| text[..at].matches('\n').count() + 1)
}

#[cfg(test)]
mod tests;
