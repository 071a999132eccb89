//! The place of a run's record: a session fills it, and loses nothing that lies there already.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use results::files::{remove_unfinished, set_aside};
use results::{Completion, PlannedRun, Record, record_path, replacement};

use crate::lock::own_folder;
use crate::options::Options;
use crate::sources;

/// Where a session's record goes.
pub(crate) struct RecordPlace {
    path: PathBuf,
    run: PlannedRun,
    /// A record that was there before and is there still.
    present: Option<Record>,
    /// Whether the run is made anew: then what is there, sound or not, is set aside first.
    again: bool,
}

impl RecordPlace {
    /// The place of the record of `run`, for the holder of the run's lock.
    ///
    /// # Errors
    /// A record that cannot be read, unless `--again` is given; what the file system refuses.
    pub(crate) fn open(options: &Options, run: &PlannedRun) -> Result<RecordPlace> {
        own_folder(&options.runs, &[&run.experiment])?;
        let path = record_path(&options.runs, &run.experiment, &run.id);
        remove_unfinished(&path).with_context(|| format!("beside `{}`", path.display()))?;
        let present = match options.again || !path.exists() {
            true => None,
            false => Some(Record::read(&path).context("hint: `--again` makes the run anew")?),
        };
        Ok(RecordPlace {
            path,
            run: run.clone(),
            present,
            again: options.again,
        })
    }

    /// Whether the run still has to be made.
    ///
    /// # Errors
    /// A record that failed, or that was made with another configuration than the plan's.
    pub(crate) fn is_unmade(&self) -> Result<bool> {
        let Some(record) = &self.present else {
            return Ok(true);
        };
        let file = self.path.display();
        if let Completion::Failed { reason } = &record.completion {
            bail!("`{file}`: the run failed before: {reason}; hint: `--again` makes it anew");
        }
        ensure!(
            record.configuration == self.run.configuration,
            "`{file}` was made with another configuration than the plan's; hint: `--again` makes the run anew"
        );
        Ok(record.completion != Completion::Complete)
    }

    /// That the run is made.
    pub(crate) fn complete(&self) -> String {
        format!("`{}` is complete", self.path.display())
    }

    /// What to tell at the start of a session that goes on after `done` epochs, where the record there has more.
    pub(crate) fn longer_record(&self, done: u64) -> Option<String> {
        let there = self.present.as_ref()?.done();
        let from = match done {
            0 => "no checkpoint was found: the run begins with epoch 1".to_owned(),
            _ => format!("the newest checkpoint is of epoch {done}: the run goes on there"),
        };
        (there > done).then(|| {
            format!(
                "{from}; `{}` has {there} epochs and stays until there are more",
                self.path.display()
            )
        })
    }

    /// Writes the record of an unfinished run, unless the one that is there is better.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn write_partial(&mut self, record: &Record) -> Result<()> {
        if self.stays(record) {
            return Ok(());
        }
        self.write(record)
    }

    /// Writes a record to which nothing will be added; one that is better stays under another name, which is given.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn write_last(&mut self, record: &Record) -> Result<Option<String>> {
        let aside = self.stays(record).then(|| self.set_aside()).transpose()?;
        self.write(record)?;
        Ok(aside.flatten())
    }

    /// Gives what is there another name, for a run that is made anew; what is there from now on is the run's own.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn make_room(&mut self) -> Result<Option<String>> {
        self.again = false;
        self.set_aside()
    }

    /// Whether what is there belongs to an earlier run that is made anew.
    pub(crate) fn is_to_be_cleared(&self) -> bool {
        self.again
    }

    fn stays(&self, record: &Record) -> bool {
        let stays =
            |present| !replacement(record, present, Some(&self.run), sources::present_digest).takes;
        self.present.as_ref().is_some_and(stays)
    }

    fn set_aside(&self) -> Result<Option<String>> {
        if self.path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let aside = set_aside(&self.path, "before")
            .with_context(|| format!("`{}` cannot be set aside", self.path.display()))?;
        Ok(Some(format!(
            "`{}` is kept as `{}`",
            self.path.display(),
            aside.display()
        )))
    }

    fn write(&mut self, record: &Record) -> Result<()> {
        record.write(&self.path)?;
        self.present = None;
        Ok(())
    }
}
