//! Records with other results: what was found the other way round.

use crate::states::Situation;
use results::{Completion, Evaluation, Plan, Record, TimedSpan};
use std::ops::RangeBounds;
use std::sync::Arc;

/// The runs of the repository, to be altered.
pub(crate) struct Altered(pub(crate) Situation);

impl Altered {
    /// The plan.
    pub(crate) fn plan(&mut self) -> &mut Plan {
        &mut self.0.plan
    }

    /// Changes the record of one run.
    pub(crate) fn change(&mut self, run: &str, change: impl FnOnce(&mut Record)) -> &mut Self {
        let mut records = self.0.records.iter_mut();
        let record = records.find(|(_, record)| record.run == run);
        let (_, record) = record.unwrap_or_else(|| panic!("no record of `{run}`"));
        change(Arc::make_mut(record));
        // What a program could not have written proves nothing.
        let told = |problems| panic!("`{run}`: {problems:?}");
        record.to_text().unwrap_or_else(told);
        self
    }

    /// Leaves of each run that trains the first three epochs.
    pub(crate) fn begin_only(&mut self) {
        for (_, record) in &mut self.0.records {
            let record = Arc::make_mut(record);
            if record.configuration.training.is_some() {
                let (done, planned) = (3, record.planned());
                record.epochs.truncate(done as usize);
                record.test = None;
                record.completion = Completion::Partial { done, planned };
            }
        }
    }

    /// Changes the records of all seeds of a setting, which is named by its first.
    pub(crate) fn change_all(
        &mut self,
        setting: &str,
        mut change: impl FnMut(&mut Record, u64),
    ) -> &mut Self {
        for seed in 1..=3 {
            self.change(&seed_of(setting, seed), |record| change(record, seed));
        }
        self
    }

    /// Gives each of two settings the results of the other one, seed by seed.
    pub(crate) fn exchange(&mut self, one: &str, other: &str) -> &mut Self {
        let results = |records: &mut Self, setting: &str| {
            let mut results = Vec::new();
            records.change_all(setting, |record, _| {
                results.push((record.epochs.clone(), record.test.clone()));
            });
            results
        };
        let (of_one, of_other) = (results(self, one), results(self, other));
        for (setting, results) in [(one, of_other), (other, of_one)] {
            let mut results = results.into_iter();
            self.change_all(setting, |record, _| {
                let training = record.configuration.training.as_ref();
                let schedule = training.expect("a run that trains").learning_rate.clone();
                (record.epochs, record.test) = results.next().expect("one for each seed");
                for row in &mut record.epochs {
                    row.learning_rate = schedule.at(row.epoch);
                }
            });
        }
        self
    }

    /// Multiplies the times of the synchronised layers of one run, in batches of such sizes.
    pub(crate) fn scale_layers(
        &mut self,
        run: &str,
        batches: impl RangeBounds<u64>,
        by: f64,
    ) -> &mut Self {
        let is_scaled = |span: &&mut TimedSpan| {
            span.span == TimedSpan::SYNCHRONISED_LAYER && batches.contains(&span.batch_size)
        };
        self.change(run, |record| {
            let spans = record.timed_spans.iter_mut().filter(is_scaled);
            spans
                .flat_map(|span| &mut span.seconds)
                .for_each(|seconds| *seconds *= by);
        })
    }
}

/// The run of a setting with this seed.
pub(crate) fn seed_of(setting: &str, seed: u64) -> String {
    match seed {
        1 => setting.to_owned(),
        _ => format!("{setting}-seed{seed}"),
    }
}

/// Sets the accuracy on the test images.
pub(crate) fn set_test(record: &mut Record, accuracy: f64) {
    record.test.as_mut().expect("it is tested").accuracy = accuracy;
}

/// Lets the first so many of the test images of each class be right, and the others wrong.
pub(crate) fn set_predictions(record: &mut Record, accuracy: f64) {
    let test = record.test.as_mut().expect("it is tested");
    let rows = test.predictions.as_mut().expect("predictions are kept");
    let (classes, mut hits) = (rows.len() as u64, 0);
    for (class, row) in (0..).zip(rows) {
        let right = (accuracy * row.len() as f64).round() as usize;
        hits += right;
        row[..right].fill(class);
        row[right..].fill((class + 1) % classes);
    }
    test.accuracy = hits as f64 / test.images as f64;
}

/// Changes what was found on the validation images after the last epoch.
pub(crate) fn set_last(record: &mut Record, set: impl FnOnce(&mut Evaluation)) {
    let last = record.epochs.last_mut().expect("epochs");
    set(last.validation.as_mut().expect("it is validated"));
}
