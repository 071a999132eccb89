//! Importing: records and resumable states come out of archives where they are better than what is here.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use experiments::checkpoint::{Checkpoint, Checkpoints};
use experiments::expected::Expected;
use experiments::lock::{RunLock, own_folder};
use experiments::part::Position;
use experiments::say;
use experiments::session::training;
use experiments::sources::present_digest;
use results::files::{remove_unfinished, set_aside};
use results::{Plan, PlannedRun, Record, RecordError, record_path, replacement};

use crate::Places;
use crate::unpack::{Kind, unpack};

/// What to take in.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Archives that `plan pack` made
    #[arg(required = true)]
    archives: Vec<PathBuf>,
}

/// Checks every file of each archive, and takes in those that are better than what is there. A file or archive that is
/// refused does not keep the others out.
pub(crate) fn import(places: &Places, import: &Import) -> Result<()> {
    let importing = Importing {
        places,
        plan: places.read_plan()?,
    };
    let mut refused = 0;
    for path in &import.archives {
        let file = path.display();
        match unpack(path, |kind, bytes| importing.take(kind, bytes)) {
            Ok(messages) => {
                refused += messages.len();
                let refuse = |message: &String| say::note(&format!("refused: {file}: {message}"));
                messages.iter().for_each(refuse);
            }
            Err(error) => {
                refused += 1;
                say::note(&format!(
                    "refused: `{file}`, or the rest of it: {error:#}; hint: only archives of `plan pack` are taken in"
                ));
            }
        }
    }
    ensure!(refused == 0, "{refused} files are refused");
    Ok(())
}

struct Importing<'a> {
    places: &'a Places,
    plan: Plan,
}

impl Importing<'_> {
    fn take(&self, kind: &Kind, bytes: &[u8]) -> Result<()> {
        match kind {
            Kind::Record { experiment, run } => self.record(experiment, run, bytes),
            Kind::Checkpoint {
                experiment,
                run,
                position,
            } => self.checkpoint(experiment, run, *position, bytes),
        }
    }

    fn planned(&self, experiment: &str, run: &str) -> Option<&PlannedRun> {
        let planned = self.plan.run(run);
        planned.filter(|planned| planned.experiment == experiment)
    }

    fn record(&self, experiment: &str, run: &str, bytes: &[u8]) -> Result<()> {
        let path = record_path(&self.places.runs, experiment, run);
        let record = Record::parse(std::str::from_utf8(bytes)?).map_err(|problems| {
            let path = format!("{experiment}/{run}.json").into();
            RecordError { path, problems }
        })?;
        ensure!(
            (record.experiment.as_str(), record.run.as_str()) == (experiment, run),
            "it is the record of run `{}` of `{}`",
            record.run,
            record.experiment
        );
        let _lock = RunLock::take(&self.places.state, experiment, run)?;
        own_folder(&self.places.runs, &[experiment])?;
        remove_unfinished(&path)?;
        if !self.takes_place(&record, &path)? {
            return Ok(());
        }
        record.write(&path)?;
        say::line(&format!(
            "{run}: record of {} of {} taken in",
            record.done(),
            record.planned()
        ));
        Ok(())
    }

    /// Whether `record` may be written to `path`, where one that is damaged is set aside for it.
    fn takes_place(&self, record: &Record, path: &std::path::Path) -> Result<bool> {
        let run = &record.run;
        // A link that leads nowhere is there too.
        if path.symlink_metadata().is_err() {
            return Ok(true);
        }
        let present = match Record::read(path) {
            Ok(present) => present,
            Err(error) if error.is_damage() => {
                let aside = set_aside(path, "damaged")?;
                say::note(&format!(
                    "{error}\n{run}: the record here is damaged and kept as `{}`",
                    aside.display()
                ));
                return Ok(true);
            }
            Err(error) => return Err(anyhow!("what is here stays: {error}")),
        };
        let planned = self.planned(&record.experiment, run);
        let decision = replacement(record, &present, planned, present_digest);
        let outcome = match decision.takes {
            true => "the record here is replaced",
            false => "the record here stays",
        };
        say::line(&format!("{run}: {outcome}: {}", decision.reason));
        Ok(decision.takes)
    }

    fn checkpoint(
        &self,
        experiment: &str,
        run: &str,
        position: Position,
        bytes: &[u8],
    ) -> Result<()> {
        let planned = self
            .planned(experiment, run)
            .context("the plan has no such run")?;
        let expected = checked(planned, position, bytes)?;
        let _lock = RunLock::take(&self.places.state, experiment, run)?;
        let mut checkpoints = Checkpoints::new(&self.places.state, experiment, run);
        let (known, messages) = checkpoints.settle(&expected)?;
        messages.iter().for_each(|message| say::note(message));
        let known = known.filter(|known| known.record.configuration == planned.configuration);
        if known.is_some_and(|known| known.position() >= position) {
            say::line(&format!("{run}: the checkpoint here is as good or better"));
            return Ok(());
        }
        checkpoints.put(position, bytes)?;
        say::line(&format!("{run}: checkpoint of {position} taken in"));
        Ok(())
    }
}

/// What the checkpoints of the planned run `run` hold, of which `bytes` is a sound one.
fn checked(run: &PlannedRun, position: Position, bytes: &[u8]) -> Result<Expected> {
    // First without the tensors' names and shapes: how many classes there are is in the record.
    let record = Checkpoint::record(bytes)?;
    ensure!(
        record.configuration == run.configuration,
        "it was made with another configuration than the plan's"
    );
    let counted = { record.measured.as_trained() }.map(|trained| &trained.counted);
    let classes = counted.and_then(|counted| counted.images_per_class.get("train"));
    let classes = classes.context("its record counts no training images")?;
    let expected = Expected::planned(training(run)?, classes.len() as u64)?;
    let checkpoint = Checkpoint::parse(bytes, Some(&expected))?;
    checkpoint.ensure_is_of(&run.experiment, &run.id, position)?;
    Ok(expected)
}
