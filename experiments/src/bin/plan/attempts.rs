//! Starts of a run that led nowhere: what starts programs again by itself is not to do so for ever.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};
use experiments::checkpoint::Checkpoints;
use experiments::lock::own_folder;
use experiments::part::Position;
use results::PlannedRun;
use results::files::replace_file;

use crate::Places;

/// The file `starts` of a run's state: how often it was started from one position, and the position.
pub(crate) struct Attempts<'a> {
    places: &'a Places,
    run: &'a PlannedRun,
}

impl<'a> Attempts<'a> {
    pub(crate) fn of(run: &'a PlannedRun, places: &'a Places) -> Attempts<'a> {
        Attempts { places, run }
    }

    /// Notes a start; an error where there were `most` in a row before it that got no further.
    ///
    /// # Errors
    /// That, and what the file system refuses.
    pub(crate) fn note(&self, most: u32) -> Result<Result<(), String>> {
        let position = self.position();
        let before = fs::read_to_string(self.path()).unwrap_or_default();
        let before = before.trim().split_once(" from ");
        let before = before.filter(|(_, from)| *from == position);
        let count = before
            .and_then(|(count, _)| count.parse().ok())
            .unwrap_or(0);
        if count >= most {
            let id = &self.run.id;
            return Ok(Err(format!(
                "run `{id}` began {count} times from {position} and ended each time before it got further; hint: its \
                 logs say why, or it needs more time at once; `scripts/plan run {id}` tries again"
            )));
        }
        own_folder(&self.places.state, &[&self.run.experiment, &self.run.id])?;
        let text = format!("{} from {position}\n", count + 1);
        replace_file(&self.path(), text.as_bytes())
            .with_context(|| format!("`{}`", self.path().display()))?;
        Ok(Ok(()))
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

    fn path(&self) -> PathBuf {
        let folder = self.places.state.join(&self.run.experiment);
        folder.join(&self.run.id).join("starts")
    }

    /// That of the newest checkpoint.
    fn position(&self) -> String {
        let checkpoints = Checkpoints::new(&self.places.state, &self.run.experiment, &self.run.id);
        let newest = checkpoints.paths().ok().and_then(|mut paths| paths.pop());
        let name = newest.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        let position = name.and_then(|name| Position::of_file(&name));
        position.unwrap_or_default().to_string()
    }
}
