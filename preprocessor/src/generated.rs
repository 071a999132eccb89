//! The folder of generated files: what a build writes there, and what it may remove.
//!
//! The folder lies among the author's own files. So a build removes only what an earlier one wrote,
//! which a manifest in the folder lists, and never goes through a link. mdBook may copy the folder
//! for another build meanwhile: every file is there wholly, in its old or in its new form.

use crate::chapters::FilePath;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// The manifest's name. mdBook publishes all files of a book but Markdown.
const MANIFEST: &str = "README.md";
/// What stands before the names in the manifest.
const HEAD: &str = "# Generated files\n\n\
                    A build makes the files below anew, and removes those that it does not need any \
                    more. It leaves other files alone.\n\n";

/// The files of a build by their paths.
pub type Files<'a> = BTreeMap<FilePath, Cow<'a, [u8]>>;

/// Which files of earlier builds stay.
#[derive(Debug, Clone, Copy)]
pub enum Obsolete {
    /// All: this build is not whole.
    Keep,
    /// Those alone that this build writes too.
    Remove,
    /// Those that this build writes too, and what is none of its business.
    RemoveBut(fn(&FilePath) -> bool),
}

/// A folder of generated files.
#[derive(Debug)]
pub struct Generated {
    folder: PathBuf,
    /// Where files lie until they are whole: on the same disk, and where mdBook copies nothing.
    workshop: PathBuf,
}

impl Generated {
    /// The generated files in `folder`; `workshop` is an existing folder on the same disk.
    pub fn new(folder: PathBuf, workshop: PathBuf) -> Self {
        Generated { folder, workshop }
    }

    /// Writes `files`, and removes those that an earlier build wrote and that are not among them.
    ///
    /// A file whose content stays is not touched, so that nothing that watches it wakes up.
    ///
    /// # Errors
    /// A link on the way to a file, a file in the way that no build wrote, a manifest that is none;
    /// what the file system refuses. Each message names the path.
    pub fn write(&self, files: &Files, obsolete: Obsolete) -> io::Result<()> {
        self.make_folders(files.keys())?;
        let mut manifest = Manifest::open(&self.folder)?;
        let written: BTreeSet<_> = files.keys().cloned().collect();
        let earlier = manifest.names.clone();
        // Should this build be killed, the next one still knows what was written.
        manifest.set(earlier.union(&written).cloned().collect())?;
        files
            .par_iter()
            .try_for_each(|(path, content)| self.write_file(path, content, &earlier))?;
        let stays = |path: &FilePath| match obsolete {
            Obsolete::Keep => true,
            Obsolete::Remove => written.contains(path),
            Obsolete::RemoveBut(stays) => written.contains(path) || stays(path),
        };
        for path in earlier.iter().filter(|path| !stays(path)) {
            self.remove(path)?;
        }
        let kept = earlier.into_iter().filter(stays).chain(written.clone());
        manifest.set(kept.collect())
    }

    /// The content of a file that an earlier build wrote here, if there is one.
    pub fn earlier(&self, path: &FilePath) -> Option<Vec<u8>> {
        let file = self.folder.join(path.as_str());
        let is_file = kind(&file).ok()? == Kind::File;
        is_file.then(|| fs::read(file).ok()).flatten()
    }

    /// Makes the folders of `paths`, each a real one.
    fn make_folders<'a>(&self, paths: impl Iterator<Item = &'a FilePath>) -> io::Result<()> {
        let mut folders = BTreeSet::from([self.folder.clone()]);
        for path in paths {
            let folders_of = path.folders().map(|folder| self.folder.join(folder));
            folders.extend(folders_of);
        }
        // In their order, a folder comes before those in it.
        folders.iter().try_for_each(|folder| make_folder(folder))
    }

    fn write_file(
        &self,
        path: &FilePath,
        content: &[u8],
        earlier: &BTreeSet<FilePath>,
    ) -> io::Result<()> {
        let file = self.folder.join(path.as_str());
        match kind(&file)? {
            Kind::File if has_content(&file, content)? => return Ok(()),
            Kind::File if !earlier.contains(path) => return Err(in_the_way(&file)),
            Kind::Other => return Err(in_the_way(&file)),
            Kind::Link => return Err(link(&file)),
            Kind::File | Kind::Nothing => {}
        }
        self.replace(&file, content)
            .map_err(|error| at(&file, error))
    }

    fn replace(&self, file: &Path, content: &[u8]) -> io::Result<()> {
        // `File::create_new` gives the usual permissions; tempfile's own hide the file from others.
        let mut unfinished = tempfile::Builder::new()
            .prefix(".measured-")
            .suffix(".tmp")
            .make_in(&self.workshop, |path| File::create_new(path))?;
        unfinished.write_all(content)?;
        unfinished.persist(file)?;
        Ok(())
    }

    /// Removes a file that an earlier build wrote, and its folders where they are empty then.
    fn remove(&self, path: &FilePath) -> io::Result<()> {
        for folder in path.folders() {
            // Behind a link nothing is ours.
            if kind(&self.folder.join(folder))? != Kind::Other {
                return Ok(());
            }
        }
        let file = self.folder.join(path.as_str());
        if kind(&file)? == Kind::File {
            fs::remove_file(&file).map_err(|error| at(&file, error))?;
        }
        for folder in path.folders().rev() {
            // It stays where the author or another build has files in it.
            let _ = fs::remove_dir(self.folder.join(folder));
        }
        Ok(())
    }
}

/// The list of the files that builds wrote, which one build at a time may have open.
struct Manifest {
    file: File,
    path: PathBuf,
    names: BTreeSet<FilePath>,
}

impl Manifest {
    /// Opens the manifest in `folder`, and waits until no other build has it open.
    fn open(folder: &Path) -> io::Result<Manifest> {
        let path = folder.join(MANIFEST);
        match kind(&path)? {
            Kind::Link => return Err(link(&path)),
            Kind::Other => return Err(in_the_way(&path)),
            Kind::File | Kind::Nothing => {}
        }
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let read = || -> io::Result<(File, String)> {
            let mut file = options.open(&path)?;
            file.lock()?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok((file, text))
        };
        let (file, text) = read().map_err(|error| at(&path, error))?;
        let names = read_names(&path, &text)?;
        Ok(Manifest { file, path, names })
    }

    fn set(&mut self, names: BTreeSet<FilePath>) -> io::Result<()> {
        if names == self.names {
            return Ok(());
        }
        let lines = names.iter().map(|name| format!("- `{}`\n", name.as_str()));
        let text = HEAD.to_owned() + &lines.collect::<String>();
        let mut write = || -> io::Result<()> {
            self.file.rewind()?;
            self.file.write_all(text.as_bytes())?;
            self.file.set_len(text.len() as u64)
        };
        write().map_err(|error| at(&self.path, error))?;
        self.names = names;
        Ok(())
    }
}

fn read_names(path: &Path, text: &str) -> io::Result<BTreeSet<FilePath>> {
    let refuse = |line: usize, found: &str| {
        let message = format!(
            "`{}:{line}`: found `{found}`, expected a file that a build wrote; hint: move your own \
             files out of the folder and delete it, a build makes it anew",
            path.display()
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    if text.is_empty() {
        return Ok(BTreeSet::new()); // it was made a moment ago
    }
    let first_line = HEAD.lines().count() + 1;
    let names = text
        .strip_prefix(HEAD)
        .ok_or_else(|| refuse(1, text.lines().next().unwrap_or_default()))?;
    let read = |(line, entry): (usize, &str)| {
        let name = entry
            .strip_prefix("- `")
            .and_then(|it| it.strip_suffix('`'));
        name.and_then(|name| FilePath::new(name).ok())
            .ok_or_else(|| refuse(line, entry))
    };
    (first_line..).zip(names.lines()).map(read).collect()
}

/// What stands at a path; a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    File,
    Link,
    /// A folder, a pipe, a device.
    Other,
}

fn kind(path: &Path) -> io::Result<Kind> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Ok(Kind::Link),
        Ok(found) if found.is_file() => Ok(Kind::File),
        Ok(_) => Ok(Kind::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kind::Nothing),
        Err(error) => Err(at(path, error)),
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(at(folder, error)),
        _ => match fs::symlink_metadata(folder) {
            Ok(found) if found.is_symlink() => Err(link(folder)),
            Ok(found) if !found.is_dir() => Err(in_the_way(folder)),
            Ok(_) => Ok(()),
            Err(error) => Err(at(folder, error)),
        },
    }
}

/// Whether the file at `path` holds `content`, compared piece by piece.
fn has_content(path: &Path, content: &[u8]) -> io::Result<bool> {
    let compare = || -> io::Result<bool> {
        let mut file = File::open(path)?;
        if file.metadata()?.len() != content.len() as u64 {
            return Ok(false);
        }
        let mut piece = [0; 1 << 15];
        for expected in content.chunks(piece.len()) {
            let piece = &mut piece[..expected.len()];
            file.read_exact(piece)?;
            if piece != expected {
                return Ok(false);
            }
        }
        Ok(true)
    };
    compare().map_err(|error| at(path, error))
}

fn at(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

fn link(path: &Path) -> io::Error {
    let name = path.file_name().unwrap_or(OsStr::new(""));
    let message = format!(
        "`{}` is a link, expected a file or folder that a build wrote; hint: remove the link `{}`, \
         a build neither writes nor removes what lies behind it",
        path.display(),
        name.display()
    );
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

fn in_the_way(path: &Path) -> io::Error {
    let message = format!(
        "`{}` is in the way: no build wrote it; hint: move it out of the folder of generated files",
        path.display()
    );
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

#[cfg(test)]
#[path = "generated_tests.rs"]
mod tests;
