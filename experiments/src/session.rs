//! One session of a training run: takes up where the last one ended, keeps record and checkpoints, stops cleanly.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use results::{
    Completion, Counted, Digest, EpochRow, Evaluation, PlannedRun, Record, SCHEMA_VERSION,
    Session as EarlierSession, TestResult, record_path,
};
use tch::no_grad;

use crate::checkpoint::{Checkpoint, Checkpoints};
use crate::device::Computer;
use crate::environment;
use crate::epoch::{TrainedEpoch, Trainer};
use crate::features::FeatureStore;
use crate::interrupt::Interrupt;
use crate::options::Options;
use crate::progress::Progress;

/// Name of the velocity among a checkpoint's tensors; no network has a parameter of this name.
const VELOCITY: &str = "sgd.velocity";

/// A session of a training run.
pub struct Session {
    record: Record,
    record_path: PathBuf,
    checkpoints: Checkpoints,
    saved_epochs: u64,
    saved_at: Instant,
    progress: Progress,
    interrupt: Interrupt,
    options: Options,
}

impl Session {
    /// Begins a session of `run`, and puts `trainer` into the state of the newest sound checkpoint if there is one.
    ///
    /// # Errors
    /// A checkpoint or record of another configuration, unless `--again` discards it; hardware that the plan excludes.
    pub fn begin(
        options: &Options,
        run: &PlannedRun,
        computer: &Computer,
        counted: Counted,
        trainer: &mut Trainer,
    ) -> Result<Session> {
        ensure!(
            run.hardware.admits_device(&computer.name, computer.kind),
            "run `{}` is planned for `{}`, this is `{}`",
            run.id,
            run.hardware,
            computer.name
        );
        let checkpoints = Checkpoints::new(&options.state, &run.experiment, &run.id);
        if options.again {
            checkpoints.remove()?;
        }
        let (checkpoint, refused) = checkpoints.newest()?;
        let images = counted
            .images_per_class
            .get("train")
            .map_or(0, |counts| counts.iter().sum());
        let fresh = Record {
            schema_version: SCHEMA_VERSION,
            experiment: run.experiment.clone(),
            run: run.id.clone(),
            completion: Completion::Partial {
                done: 0,
                planned: 0,
            },
            configuration: run.configuration.clone(),
            environment: environment::describe(run, computer, options)?,
            earlier_sessions: Vec::new(),
            counted,
            epochs: Vec::new(),
            timed_spans: Vec::new(),
            test: None,
            digest: Digest::default(),
        };
        let record = match checkpoint {
            Some(checkpoint) => resume(checkpoint, fresh, trainer)?,
            None => fresh,
        };
        let (planned, done) = (record.planned(), record.done());
        let session = Session {
            record_path: record_path(&options.runs, &run.experiment, &run.id),
            progress: Progress::new(&run.id, planned, done, images, options.json),
            interrupt: Interrupt::listen()?,
            options: options.clone(),
            saved_at: Instant::now(),
            saved_epochs: done,
            checkpoints,
            record,
        };
        refused
            .iter()
            .for_each(|message| session.progress.note(message));
        Ok(session)
    }

    /// The next epoch to train, counted from 1; none when all are done or it is time to stop, and then the state is saved.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn next_epoch(&mut self, trainer: &Trainer) -> Result<Option<u64>> {
        let done = self.record.done();
        if done == self.record.planned() {
            return Ok(None);
        }
        let wanted = self.options.epochs.is_none_or(|last| done < last);
        let stop = !wanted || self.interrupt.is_requested();
        let due = self.saved_at.elapsed().as_secs_f64() >= self.options.checkpoint_seconds;
        if (stop || due) && done > self.saved_epochs {
            self.save(trainer)?;
        }
        Ok((!stop).then_some(done + 1))
    }

    /// Notes a step over `images` images; whether to go on with the epoch.
    pub fn step(&self, images: u64) -> bool {
        self.progress.step(images);
        let last = self.record.epochs.last().map(|row| row.train_seconds);
        !self.interrupt.drops_epoch(last)
    }

    /// Takes an epoch into the record. Evaluations are named `validation` or `test`.
    ///
    /// # Errors
    /// A loss that is not finite, which ends the run for good; what the file system refuses.
    pub fn finish_epoch(
        &mut self,
        trainer: &Trainer,
        images: u64,
        trained: TrainedEpoch,
        evaluate: impl FnOnce() -> Evaluations,
    ) -> Result<()> {
        let epoch = self.record.done() + 1;
        let started = Instant::now();
        let evaluations = evaluate();
        let row = EpochRow {
            epoch,
            steps: epoch * trainer.steps(images),
            train_loss: trained.loss,
            train_accuracy: trained.accuracy,
            validation: evaluations.validation,
            test: evaluations.test,
            learning_rate: trainer.learning_rate(epoch),
            train_seconds: trained.seconds,
            evaluation_seconds: started.elapsed().as_secs_f64(),
        };
        let mut losses = evaluations.losses().chain([trained.loss]);
        if let Some(loss) = losses.find(|loss| !loss.is_finite()) {
            return self.fail(format!("the loss is {loss} in epoch {epoch}"));
        }
        self.progress.epoch(&row)?;
        self.record.epochs.push(row);
        if epoch < self.record.planned() {
            self.write_partial()
        } else {
            Ok(())
        }
    }

    /// Ends the session. After the last epoch `test` is asked for the final result, the record is complete and the
    /// checkpoints, which nothing needs any more, are removed.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn end(mut self, test: impl FnOnce() -> Option<TestResult>) -> Result<()> {
        if self.record.done() < self.record.planned() {
            self.progress.note(&format!(
                "{}: {} of {} epochs; the same command goes on from epoch {}",
                self.record.run,
                self.record.done(),
                self.record.planned(),
                self.saved_epochs + 1
            ));
            return Ok(());
        }
        self.record.test = test();
        self.record.completion = Completion::Complete;
        self.write()?;
        self.checkpoints.remove()
    }

    /// Where the features of this run are kept.
    pub fn feature_store(&self, trainer: &Trainer) -> FeatureStore {
        let Record {
            configuration,
            environment,
            ..
        } = &self.record;
        FeatureStore::new(
            &self.options.state,
            configuration,
            environment,
            trainer.model.kind(),
        )
    }

    fn save(&mut self, trainer: &Trainer) -> Result<()> {
        let mut tensors = trainer.model.weights.named();
        tensors.retain(|name, _| trainer.model.changes(name));
        tensors.insert(VELOCITY.to_owned(), trainer.sgd.velocity().shallow_clone());
        self.set_partial();
        self.checkpoints.save(&self.record, &tensors)?;
        self.saved_epochs = self.record.done();
        self.saved_at = Instant::now();
        Ok(())
    }

    fn fail(&mut self, reason: String) -> Result<()> {
        self.record.completion = Completion::Failed {
            reason: reason.clone(),
        };
        self.write()?;
        bail!("run `{}` failed: {reason}", self.record.run)
    }

    fn write_partial(&mut self) -> Result<()> {
        self.set_partial();
        self.write()
    }

    fn set_partial(&mut self) {
        let (done, planned) = (self.record.done(), self.record.planned());
        self.record.completion = Completion::Partial { done, planned };
    }

    fn write(&mut self) -> Result<()> {
        self.record.environment.ended = Timestamp::now();
        Ok(self.record.write(&self.record_path)?)
    }
}

/// Evaluations after an epoch, on the splits that the experiment looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evaluations {
    /// On the validation split.
    pub validation: Option<Evaluation>,
    /// On the test split.
    pub test: Option<Evaluation>,
}

impl Evaluations {
    fn losses(&self) -> impl Iterator<Item = f64> {
        [self.validation, self.test]
            .into_iter()
            .flatten()
            .map(|evaluation| evaluation.loss)
    }
}

/// Whether the run still has to be made: its record is not there, or not complete.
///
/// # Errors
/// A record that cannot be read, that failed, or that does not fit the plan any more, unless `--again` is given.
pub fn is_wanted(options: &Options, run: &PlannedRun) -> Result<bool> {
    let path = record_path(&options.runs, &run.experiment, &run.id);
    if options.again || !path.exists() {
        return Ok(true);
    }
    let record = Record::read(&path).context("hint: `--again` makes the run anew")?;
    let file = path.display();
    if let Completion::Failed { reason } = &record.completion {
        bail!("`{file}`: the run failed before: {reason}; hint: `--again` makes it anew");
    }
    ensure!(
        record.configuration == run.configuration,
        "`{file}` was made with another configuration than the plan's; hint: `--again` makes the run anew"
    );
    let complete = record.completion == Completion::Complete;
    if complete {
        eprintln!("`{file}` is complete; hint: `--again` makes the run anew");
    }
    Ok(!complete)
}

/// Puts the trainer into the checkpoint's state and joins its record with that of the new session.
fn resume(checkpoint: Checkpoint, fresh: Record, trainer: &mut Trainer) -> Result<Record> {
    let Checkpoint {
        record: mut old,
        mut tensors,
    } = checkpoint;
    ensure!(
        old.configuration == fresh.configuration,
        "the checkpoint of run `{}` was made with another configuration than the plan's; hint: `--again` discards it",
        fresh.run
    );
    let velocity = tensors
        .remove(VELOCITY)
        .context("the checkpoint has no `sgd.velocity`")?;
    trainer
        .model
        .weights
        .load(&tensors, |name| trainer.model.changes(name))
        .context("in the checkpoint")?;
    no_grad(|| trainer.sgd.velocity().shallow_clone().copy_(&velocity));
    let last_epoch = old.done();
    old.earlier_sessions.push(EarlierSession {
        last_epoch,
        environment: old.environment,
    });
    Ok(Record {
        earlier_sessions: old.earlier_sessions,
        epochs: old.epochs,
        ..fresh
    })
}
