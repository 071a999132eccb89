//! One program for one run: a lock on a file in the run's state folder, which the end of the program frees.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{fmt, process};

use anyhow::{Context, Result, ensure};

use crate::say;

/// The exit status of a program whose run is in work elsewhere, `EX_TEMPFAIL` of `sysexits.h`.
pub const IN_WORK_STATUS: u8 = 75;
/// How long a program waits for another one that only looks.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two tries.
const TRY_EVERY: Duration = Duration::from_millis(20);

/// Locks that a program holds until its end or until a session takes them over.
static HELD: Mutex<BTreeMap<PathBuf, RunLock>> = Mutex::new(BTreeMap::new());

/// The right to change a run's record and checkpoints, until it is dropped.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    _file: File,
}

/// Another program makes the run.
#[derive(Debug)]
pub struct InWork {
    run: String,
    holder: String,
    path: PathBuf,
}

impl RunLock {
    /// Takes the lock `STATE/EXPERIMENT/RUN/lock`.
    ///
    /// # Errors
    /// [`InWork`] where another program holds it; a folder or lock file that is a link; what the file system refuses.
    pub fn take(state: &Path, experiment: &str, run: &str) -> Result<RunLock> {
        let path = own_folder(state, &[experiment, run])?.join("lock");
        let mut file = open(&path).with_context(|| format!("`{}`", path.display()))?;
        let patience = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < patience => sleep(TRY_EVERY),
                Err(TryLockError::WouldBlock) => {
                    let (run, holder) = (run.to_owned(), holder(&path));
                    return Err(InWork { run, holder, path }.into());
                }
                Err(TryLockError::Error(error)) => {
                    say::note(&format!(
                        "`{}` cannot be locked: {error}; see to it that no other program makes this run",
                        path.display()
                    ));
                    break;
                }
            }
        }
        // What an earlier holder wrote is of no interest: its lock ended with it.
        file.set_len(0)
            .and_then(|()| writeln!(file, "process {} on `{}`", process::id(), host()))
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        Ok(RunLock { path, _file: file })
    }

    /// The lock that this program holds already, or else a new one.
    ///
    /// # Errors
    /// As [`RunLock::take`].
    pub fn held_or_new(state: &Path, experiment: &str, run: &str) -> Result<RunLock> {
        let path = state.join(experiment).join(run).join("lock");
        match held().remove(&path) {
            Some(lock) => Ok(lock),
            None => RunLock::take(state, experiment, run),
        }
    }

    /// Holds the lock until this program ends or takes it back by [`RunLock::held_or_new`].
    pub fn hold(self) {
        held().insert(self.path.clone(), self);
    }
}

fn held() -> std::sync::MutexGuard<'static, BTreeMap<PathBuf, RunLock>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The folder `ROOT/NAME/NAME…`, made where it is missing. `root` may be a link; what lies in it may not, since others
/// could have put one there that leads elsewhere.
///
/// # Errors
/// A name that is there and no folder; what the file system refuses.
pub fn own_folder(root: &Path, names: &[&str]) -> Result<PathBuf> {
    fs::create_dir_all(root).with_context(|| format!("`{}` cannot be made", root.display()))?;
    let mut folder = root.to_owned();
    for name in names {
        folder.push(name);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (),
            made => made.with_context(|| format!("`{}` cannot be made", folder.display()))?,
        }
        ensure!(
            fs::symlink_metadata(&folder)?.is_dir(),
            "`{}` is a link or a file, expected a folder; hint: link `{}` if it is to lie elsewhere",
            folder.display(),
            root.display()
        );
    }
    Ok(folder)
}

fn open(path: &Path) -> Result<File> {
    if let Ok(found) = fs::symlink_metadata(path) {
        ensure!(found.is_file(), "it is no ordinary file");
    }
    // Not truncated: until the lock is taken the text is another's.
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    Ok(opened)
}

/// What the holder wrote of itself.
fn holder(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    match text.trim() {
        "" => "another program".to_owned(),
        text => text.to_owned(),
    }
}

fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

impl std::error::Error for InWork {}

impl fmt::Display for InWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "run `{}` is in work: {} holds `{}`",
            self.run,
            self.holder,
            self.path.display()
        )
    }
}
