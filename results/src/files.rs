//! Files of a folder that others write into too: read up to a limit, replaced wholly or not at all, never through a link.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use walkdir::WalkDir;

/// Ends the name of a file that is not written to its end yet.
const UNFINISHED: &str = ".tmp";
/// Nobody writes a file for so long.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Reads an ordinary file of at most `limit` bytes. Nothing else is opened: a FIFO would be waited for for ever.
///
/// # Errors
/// A folder, FIFO, socket or device; a longer file; what the operating system refuses, such as a loop of links.
pub fn read_file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        let kind = match found.is_dir() {
            true => "a folder",
            false => "a FIFO, a socket or a device",
        };
        return Err(io::Error::other(format!("it is {kind}, expected a file")));
    }
    let mut bytes = Vec::new();
    if found.len() <= limit {
        bytes.reserve_exact(usize::try_from(found.len()).unwrap_or(0) + 1); // the one finds the end
        // A file that grows, or one of `/proc` that states no length, ends here.
        File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    }
    if found.len() > limit || bytes.len() as u64 > limit {
        let problem = format!("it is longer than the limit of {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(bytes)
}

/// Reads an ordinary file of UTF-8 text, as [`read_file`] does.
///
/// # Errors
/// As [`read_file`], and what is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read_file(path, limit)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}

/// Replaces the file at `path` by `bytes`, wholly or not at all, even when the machine stops in between.
///
/// The bytes go to `.NAME.??????.tmp` beside it, which is synchronised and then renamed. Folders that are missing are made.
///
/// # Errors
/// A folder that is a link, which could lead anywhere; what the file system refuses.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    if fs::symlink_metadata(folder)?.is_symlink() {
        let problem = format!(
            "`{}` is a link, and nothing is written through it; hint: link the folder that all others lie in",
            folder.display()
        );
        return Err(io::Error::other(problem));
    }
    // `File::create_new` gives the usual permissions; tempfile's own default hides the file from other users.
    let mut file = tempfile::Builder::new()
        .prefix(&unfinished_prefix(path))
        .suffix(UNFINISHED)
        .make_in(folder, |path| File::create_new(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

/// Removes what programs left behind that were killed while they replaced the file at `path`. Only for one who knows
/// that nobody writes it now.
///
/// # Errors
/// What the file system refuses.
pub fn remove_unfinished(path: &Path) -> io::Result<()> {
    let prefix = unfinished_prefix(path);
    let entries = match fs::read_dir(folder_of(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let drawn = name
            .strip_prefix(&prefix)
            .and_then(|rest| rest.strip_suffix(UNFINISHED));
        // What is drawn has no dot: the file of a run whose name begins with this one's has.
        if drawn.is_some_and(|drawn| !drawn.contains('.')) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Removes what killed programs left half written anywhere in `folder`, which several share: files that are an hour old,
/// where writing takes seconds.
///
/// # Errors
/// What the file system refuses.
pub fn remove_abandoned(folder: &Path) -> io::Result<()> {
    for entry in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
        let unfinished = entry.file_name().to_string_lossy().ends_with(UNFINISHED);
        if unfinished && entry.file_type().is_file() && is_abandoned(&entry.metadata()?) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_abandoned(file: &Metadata) -> bool {
    // A time in the future, by a clock that was set back, is no age.
    let age = file.modified().ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > ABANDONED)
}

/// Renames the file at `path` to `PATH.WORD`, or to `PATH.WORD-2` and so on where that is there already; gives the name.
///
/// # Errors
/// What the file system refuses.
pub fn set_aside(path: &Path, word: &str) -> io::Result<PathBuf> {
    let named = |number: u64| {
        let mut name = OsString::from(path);
        name.push(match number {
            1 => format!(".{word}"),
            _ => format!(".{word}-{number}"),
        });
        PathBuf::from(name)
    };
    let free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
    let aside = (1..).map(named).find(free).expect("numbers do not end");
    fs::rename(path, &aside)?;
    Ok(aside)
}

fn unfinished_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    format!(".{}.", name.to_string_lossy())
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
