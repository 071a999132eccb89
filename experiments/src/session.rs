//! One session of a training run: takes up where the last one ended, keeps record and checkpoints, stops cleanly.

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use results::files::remove_abandoned;
use results::{
    Completion, Counted, Digest, EpochRow, Evaluation, Measured, PlannedRun, Record,
    SCHEMA_VERSION, Session as EarlierSession, TestResult, Trained, TrainingConfiguration,
};
use tch::no_grad;

use crate::checkpoint::{Checkpoint, Checkpoints};
use crate::device::Computer;
use crate::environment;
use crate::epoch::{TrainedEpoch, Trainer};
use crate::expected::{Expected, VELOCITY};
use crate::features::FeatureStore;
use crate::interrupt::Interrupt;
use crate::lock::RunLock;
use crate::options::Options;
use crate::part::{Onlooker, Part, Position};
use crate::progress::Progress;
use crate::record_place::RecordPlace;
use crate::say;
use crate::working_time::{Moment, WorkingTime};

/// A session of a training run.
pub struct Session {
    configuration: TrainingConfiguration,
    record: Record,
    place: RecordPlace,
    checkpoints: Checkpoints,
    saved: Position,
    saved_at: Instant,
    working: WorkingTime,
    epoch_began: Moment,
    /// What an earlier session did of the epoch in work.
    begun: Part,
    /// Time of this session that saving took within the epoch in work, in seconds.
    saving_seconds: f64,
    progress: Progress,
    interrupt: Interrupt,
    options: Options,
    _lock: RunLock,
}

impl Session {
    /// Begins a session of `run`, and puts `trainer` into the state of the newest sound checkpoint if there is one, unless
    /// `--again` is given.
    ///
    /// # Errors
    /// A checkpoint of another configuration, a record that cannot be read, unless `--again` is given; hardware that the
    /// plan excludes; another program that makes the run.
    pub fn begin(
        options: &Options,
        run: &PlannedRun,
        computer: &Computer,
        counted: Counted,
        trainer: &mut Trainer,
    ) -> Result<Session> {
        let configuration = training(run)?.clone();
        ensure!(
            run.hardware.admits_device(&computer.name, computer.kind),
            "run `{}` is planned for `{}`, this is `{}`",
            run.id,
            run.hardware,
            computer.name
        );
        let lock = RunLock::held_or_new(&options.state, &run.experiment, &run.id)?;
        let place = RecordPlace::open(options, run)?;
        let mut checkpoints = Checkpoints::new(&options.state, &run.experiment, &run.id);
        checkpoints.remove_unfinished()?;
        let (checkpoint, mut messages) = match options.again {
            true => (None, Vec::new()),
            false => checkpoints.settle(&Expected::of(trainer))?,
        };
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
            measured: Measured::Trained(Trained {
                counted,
                epochs: Vec::new(),
                test: None,
            }),
            digest: Digest::default(),
        };
        let (mut record, begun) = match checkpoint {
            Some(checkpoint) => resume(checkpoint, fresh, trainer, images)?,
            None => (fresh, Part::default()),
        };
        let (planned, done) = (record.planned(), record.done());
        messages.extend(place.longer_record(done));
        let working = WorkingTime::watch();
        let seen = images.min(begun.steps * configuration.batch_size);
        let rows = &measured(&mut record).epochs;
        let session = Session {
            configuration,
            place,
            progress: Progress::new(&run.id, planned, rows, images, seen, options.json),
            interrupt: Interrupt::listen()?,
            options: options.clone(),
            saved_at: Instant::now(),
            saved: Position {
                epochs: done,
                steps: begun.steps,
            },
            epoch_began: working.now(),
            begun,
            saving_seconds: 0.0,
            working,
            checkpoints,
            record,
            _lock: lock,
        };
        session.tell(messages);
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
        // Between epochs earlier than within one: where epochs are short, that is then never needed.
        if stop || self.is_due(0.5) {
            let begun = self.begun;
            self.save(trainer, &begun)?;
        }
        self.progress.begins_epoch();
        self.epoch_began = self.working.now();
        self.saving_seconds = 0.0;
        Ok((!stop).then_some(done + 1))
    }

    /// Takes an epoch into the record; false, with the state before its evaluation saved, when that was stopped.
    ///
    /// `evaluate` tells a function the images of each batch, and gives nothing when that says no.
    ///
    /// # Errors
    /// A loss that is not finite, which ends the run for good; what the file system refuses.
    pub fn finish_epoch(
        &mut self,
        trainer: &Trainer,
        images: u64,
        trained: TrainedEpoch,
        evaluate: impl FnOnce(&mut dyn FnMut(u64) -> bool) -> Option<Evaluations>,
    ) -> Result<bool> {
        let epoch = self.record.done() + 1;
        if !trained.loss.is_finite() {
            return self.fail(format!("the loss is {} in epoch {epoch}", trained.loss));
        }
        let part = self.whole(&trained.part);
        // The last evaluation and the test may take long, and what they are of is complete.
        if epoch == self.record.planned() || self.is_due(0.5) {
            self.save(trainer, &part)?;
        }
        let train_seconds = part.seconds;
        let trained_at = self.working.now();
        self.progress.evaluates();
        let Some(evaluations) = evaluate(&mut |images| self.pass(images)) else {
            self.save(trainer, &part)?;
            return Ok(false);
        };
        let row = EpochRow {
            epoch,
            steps: epoch * trainer.steps(images),
            train_loss: trained.loss,
            train_accuracy: trained.accuracy,
            validation: evaluations.validation,
            test: evaluations.test,
            learning_rate: trainer.learning_rate(epoch),
            train_seconds,
            evaluation_seconds: self.working.seconds_since(trained_at),
        };
        let mut losses = evaluations.losses();
        if let Some(loss) = losses.find(|loss| !loss.is_finite()) {
            return self.fail(format!("the loss is {loss} in epoch {epoch}"));
        }
        self.progress.epoch(&row);
        measured(&mut self.record).epochs.push(row);
        self.begun = Part::default();
        if epoch < self.record.planned() {
            self.write_partial()?;
        }
        Ok(true)
    }

    /// Ends the session. After the last epoch `test` is asked for the final result, the record is complete and the
    /// checkpoints, which nothing needs any more, are removed. As in [`Session::finish_epoch`] it may be stopped.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn end(
        mut self,
        test: impl FnOnce(&mut dyn FnMut(u64) -> bool) -> Option<TestResult>,
    ) -> Result<()> {
        if self.record.done() < self.record.planned() {
            self.tell_how_to_go_on();
            return Ok(());
        }
        self.progress.evaluates();
        let mut stopped = false;
        let test = test(&mut |images| {
            stopped |= !self.pass(images);
            !stopped
        });
        if stopped {
            self.tell_how_to_go_on();
            return Ok(());
        }
        measured(&mut self.record).test = test;
        self.record.completion = Completion::Complete;
        self.write_last()?;
        self.progress
            .note(&format!("{}: complete", self.record.run));
        self.checkpoints.remove()
    }

    fn tell_how_to_go_on(&self) {
        let begun_anew = self.options.again && !self.place.is_to_be_cleared();
        let same = match begun_anew {
            true => "the same command without `--again`",
            false => "the same command",
        };
        let saved = self.checkpoints.reached();
        let from = saved.map_or("the beginning".to_owned(), |saved| saved.to_string());
        self.progress.note(&format!(
            "{}: stopped; {same} goes on from {from}",
            self.record.run
        ));
    }

    /// Where the features of this run are kept.
    pub fn feature_store(&self, trainer: &Trainer) -> FeatureStore {
        // What cannot be removed only takes up room.
        let _ = remove_abandoned(&self.options.state.join("features"));
        FeatureStore::new(
            &self.options.state,
            &self.configuration,
            &self.record.environment,
            trainer.model.kind(),
        )
    }

    /// What was done of the epoch in work, of which this session did `part`, without the time of stops and of saving.
    fn whole(&self, part: &Part) -> Part {
        let seconds = self.working.without_stops(part.seconds, self.epoch_began);
        Part {
            seconds: self.begun.seconds + (seconds - self.saving_seconds).max(0.0),
            ..*part
        }
    }

    /// Whether the state was not saved for `share` of the time between two checkpoints.
    fn is_due(&self, share: f64) -> bool {
        self.saved_at.elapsed().as_secs_f64() >= share * self.options.checkpoint_seconds
    }

    /// Saves the state after the epochs that are done and `part` of the next one, unless it is saved.
    fn save(&mut self, trainer: &Trainer, part: &Part) -> Result<()> {
        let position = Position {
            epochs: self.record.done(),
            steps: part.steps,
        };
        if position == self.saved {
            return Ok(());
        }
        let began = self.working.now();
        let mut tensors = trainer.model.weights.named();
        tensors.retain(|name, _| trainer.model.changes(name));
        tensors.insert(VELOCITY.to_owned(), trainer.sgd.velocity().shallow_clone());
        self.set_partial();
        self.make_room()?;
        self.checkpoints.save(&self.record, part, &tensors)?;
        (self.saved, self.saved_at) = (position, Instant::now());
        self.saving_seconds += self.working.seconds_since(began);
        Ok(())
    }

    fn fail<T>(&mut self, reason: String) -> Result<T> {
        self.record.completion = Completion::Failed {
            reason: reason.clone(),
        };
        self.write_last()?;
        bail!("run `{}` failed: {reason}", self.record.run)
    }

    fn write_partial(&mut self) -> Result<()> {
        self.set_partial();
        self.make_room()?;
        self.record.environment.ended = Timestamp::now();
        self.place.write_partial(&self.record)
    }

    fn write_last(&mut self) -> Result<()> {
        self.make_room()?;
        self.record.environment.ended = Timestamp::now();
        let kept = self.place.write_last(&self.record)?;
        self.tell(kept);
        Ok(())
    }

    /// With `--again`, gives what an earlier run left another name, now that there is something to take its place.
    fn make_room(&mut self) -> Result<()> {
        if self.place.is_to_be_cleared() {
            self.checkpoints.set_aside()?;
            let kept = self.place.make_room()?;
            self.tell(kept);
        }
        Ok(())
    }

    fn set_partial(&mut self) {
        let (done, planned) = (self.record.done(), self.record.planned());
        self.record.completion = Completion::Partial { done, planned };
    }

    fn tell(&self, messages: impl IntoIterator<Item = String>) {
        messages
            .into_iter()
            .for_each(|message| self.progress.note(&message));
    }
}

impl Onlooker for Session {
    fn begun(&self) -> Part {
        self.begun
    }

    fn step(&mut self, trainer: &Trainer, images: u64, part: &dyn Fn() -> Part) -> Result<bool> {
        let batch_size = self.configuration.batch_size as f64;
        self.progress.step(images, || {
            let part = part();
            part.loss / (part.steps as f64 * batch_size)
        });
        let stop = self.interrupt.is_requested();
        if stop || self.is_due(1.0) {
            let part = self.whole(&part());
            if !part.loss.is_finite() {
                let epoch = self.record.done() + 1;
                return self.fail(format!("the loss is {} in epoch {epoch}", part.loss));
            }
            self.save(trainer, &part)?;
        }
        Ok(!stop)
    }

    fn pass(&mut self, images: u64) -> bool {
        self.progress.pass(images);
        !self.interrupt.is_requested()
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

/// Whether the run still has to be made: its record is not there, or not complete. Then the run's lock is held from here
/// on, until the session or the program ends.
///
/// # Errors
/// A record that cannot be read, that failed, or that does not fit the plan any more, unless `--again` is given; another
/// program that makes the run.
pub fn is_wanted(options: &Options, run: &PlannedRun) -> Result<bool> {
    let lock = RunLock::take(&options.state, &run.experiment, &run.id)?;
    let place = RecordPlace::open(options, run)?;
    let unmade = place.is_unmade()?;
    match unmade {
        true => lock.hold(),
        false => say::note(&format!(
            "{}; hint: `--again` makes the run anew",
            place.complete()
        )),
    }
    Ok(unmade)
}

/// What a run is planned to train.
///
/// # Errors
/// A plan by which it trains nothing.
pub fn training(run: &PlannedRun) -> Result<&TrainingConfiguration> {
    let configuration = run.configuration.as_training();
    configuration.context("the plan trains nothing")
}

/// What was measured so far.
fn measured(record: &mut Record) -> &mut Trained {
    let measured = record.measured.as_trained_mut();
    measured.expect("its experiment trains, or it were no record")
}

/// Puts the trainer into the checkpoint's state and joins its record with that of the new session; with what was done of
/// the next epoch over `images` images.
fn resume(
    checkpoint: Checkpoint,
    fresh: Record,
    trainer: &mut Trainer,
    images: u64,
) -> Result<(Record, Part)> {
    let Checkpoint {
        record: mut old,
        part,
        mut tensors,
    } = checkpoint;
    ensure!(
        part.steps <= trainer.steps(images),
        "the checkpoint of run `{}` is of {} steps of an epoch of {}; hint: `--again` makes the run anew",
        fresh.run,
        part.steps,
        trainer.steps(images)
    );
    ensure!(
        old.configuration == fresh.configuration,
        "the checkpoint of run `{}` was made with another configuration than the plan's; hint: `--again` makes the run anew",
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
    let environment = old.environment.clone();
    old.earlier_sessions.push(EarlierSession {
        last_epoch,
        environment,
    });
    let epochs = std::mem::take(&mut measured(&mut old).epochs);
    let mut record = Record {
        earlier_sessions: old.earlier_sessions,
        ..fresh
    };
    measured(&mut record).epochs = epochs;
    Ok((record, part))
}
