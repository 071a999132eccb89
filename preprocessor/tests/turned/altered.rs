//! Records with other results: what was found the other way round.

use crate::states::Situation;
use results::{Completion, Evaluation, Plan, Record, TimedSpan, Trained};
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
            let (done, planned) = (3, record.planned());
            if let Some(trained) = record.measured.as_trained_mut() {
                trained.epochs.truncate(done as usize);
                trained.test = None;
                record.completion = Completion::Partial { done, planned };
            }
        }
    }

    /// Changes what one run measured that trains.
    pub(crate) fn retrain(&mut self, run: &str, change: impl FnOnce(&mut Trained)) -> &mut Self {
        self.change(run, |record| {
            change(record.measured.as_trained_mut().expect("it trains"));
        })
    }

    /// Changes what the runs of all seeds of a setting measured, which is named by its first.
    pub(crate) fn retrain_all(
        &mut self,
        setting: &str,
        mut change: impl FnMut(&mut Trained, u64),
    ) -> &mut Self {
        for seed in 1..=3 {
            self.retrain(&seed_of(setting, seed), |trained| change(trained, seed));
        }
        self
    }

    /// Gives each of two settings the results of the other one, seed by seed.
    pub(crate) fn exchange(&mut self, one: &str, other: &str) -> &mut Self {
        let results = |records: &mut Self, setting: &str| {
            let mut results = Vec::new();
            records.retrain_all(setting, |trained, _| {
                results.push((trained.epochs.clone(), trained.test.clone()));
            });
            results
        };
        let (of_one, of_other) = (results(self, one), results(self, other));
        for (setting, results) in [(one, of_other), (other, of_one)] {
            let mut results = results.into_iter();
            self.retrain_all(setting, |trained, _| {
                let rates = trained.epochs.iter().map(|row| row.learning_rate);
                let rates: Vec<f64> = rates.collect();
                (trained.epochs, trained.test) = results.next().expect("one for each seed");
                for (row, rate) in trained.epochs.iter_mut().zip(rates) {
                    row.learning_rate = rate;
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
            let timed = record.measured.as_timed_mut().expect("it takes times");
            let spans = timed.timed_spans.iter_mut().filter(is_scaled);
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
pub(crate) fn set_test(trained: &mut Trained, accuracy: f64) {
    trained.test.as_mut().expect("it is tested").accuracy = accuracy;
}

/// Lets the first so many of the test images of each class be right, and the others wrong.
pub(crate) fn set_predictions(trained: &mut Trained, accuracy: f64) {
    let test = trained.test.as_mut().expect("it is tested");
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
pub(crate) fn set_last(trained: &mut Trained, set: impl FnOnce(&mut Evaluation)) {
    let last = trained.epochs.last_mut().expect("epochs");
    set(last.validation.as_mut().expect("it is validated"));
}
