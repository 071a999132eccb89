//! Starts of a run that led nowhere: what starts programs again by itself is not to do so for ever.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};
use experiments::lock::own_folder;
use experiments::part::Position;
use results::PlannedRun;
use results::files::replace_file;

use crate::Places;

/// The folder of all runs' starts.
const FOLDER: &str = "starts";

/// The file `STATE/starts/RUN`: how often the run was started from one position, and the position. A script sees by its
/// age whether a program began at all.
pub(crate) struct Attempts<'a> {
    places: &'a Places,
    run: &'a PlannedRun,
}

impl<'a> Attempts<'a> {
    pub(crate) fn of(run: &'a PlannedRun, places: &'a Places) -> Attempts<'a> {
        Attempts { places, run }
    }

    /// The folder of the files of all runs.
    pub(crate) fn folder(places: &Places) -> PathBuf {
        places.state.join(FOLDER)
    }

    /// Notes a start; an error where there were `most` in a row before it that got no further.
    ///
    /// # Errors
    /// That, and what the file system refuses.
    pub(crate) fn note(&self, most: u32) -> Result<Result<(), String>> {
        let position = self.position();
        let count = self.count(&position);
        if count >= most {
            let id = &self.run.id;
            return Ok(Err(format!(
                "run `{id}` began {count} times from {position} and ended each time before it got further; hint: its \
                 logs say why, or it needs more time at once; `scripts/plan run {id}` tries again"
            )));
        }
        self.write(count + 1, &position).map(Ok)
    }

    /// Takes a start back that was none, since another program makes the run.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn take_back(&self) -> Result<()> {
        let position = self.position();
        match self.count(&position) {
            0 => Ok(()),
            count => self.write(count - 1, &position),
        }
    }

    /// Begins to count anew.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn forget(&self) -> Result<()> {
        match fs::remove_file(self.path()) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.with_context(|| format!("`{}`", self.path().display())),
        }
    }

    /// The starts in a row from a position.
    fn count(&self, position: &str) -> u32 {
        let text = fs::read_to_string(self.path()).unwrap_or_default();
        let counted = text.trim().split_once(" from ");
        let counted = counted.filter(|(_, from)| *from == position);
        counted
            .and_then(|(count, _)| count.parse().ok())
            .unwrap_or(0)
    }

    fn write(&self, count: u32, position: &str) -> Result<()> {
        own_folder(&self.places.state, &[FOLDER])?;
        let text = format!("{count} from {position}\n");
        let written = replace_file(&self.path(), text.as_bytes());
        written.with_context(|| format!("`{}`", self.path().display()))
    }

    fn path(&self) -> PathBuf {
        Attempts::folder(self.places).join(&self.run.id)
    }

    /// That of the newest checkpoint.
    fn position(&self) -> String {
        let checkpoints = self.places.checkpoints(self.run);
        let newest = checkpoints.paths().ok().and_then(|mut paths| paths.pop());
        let name = newest.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        let position = name.and_then(|name| Position::of_file(&name));
        position.unwrap_or_default().to_string()
    }
}
