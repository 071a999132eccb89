//! Records with other results: what was found the other way round.

use results::{Record, TimedSpan};
use std::collections::BTreeMap;
use std::ops::RangeBounds;

/// The records of the repository by their runs, to be altered.
pub(crate) struct Altered(pub(super) BTreeMap<String, Record>);

impl Altered {
    /// The record of a run.
    pub(crate) fn record(&mut self, run: &str) -> &mut Record {
        let record = self.0.get_mut(run);
        record.unwrap_or_else(|| panic!("no record of `{run}`"))
    }

    /// Gives each of two settings the results of the other one, seed by seed: all but what was chosen
    /// before the runs.
    pub(crate) fn exchange(&mut self, one: &str, other: &str) -> &mut Self {
        for seed in ["", "-seed2", "-seed3"] {
            let runs = [one, other].map(|setting| format!("{setting}{seed}"));
            let [mut first, mut second] = runs.each_ref().map(|run| self.record(run).clone());
            std::mem::swap(&mut first.epochs, &mut second.epochs);
            std::mem::swap(&mut first.test, &mut second.test);
            for (run, mut record) in runs.into_iter().zip([first, second]) {
                let training = record.configuration.training.as_ref();
                let schedule = training.expect("a run that trains").learning_rate.clone();
                for row in &mut record.epochs {
                    row.learning_rate = schedule.at(row.epoch);
                }
                self.0.insert(run, record);
            }
        }
        self
    }

    /// Changes the accuracy on the test images of one run by so much.
    pub(crate) fn shift_test(&mut self, run: &str, by: f64) -> &mut Self {
        let test = self.record(run).test.as_mut();
        test.expect("a run that is tested").accuracy += by;
        self
    }

    /// Multiplies the losses of training in one setting, seed by seed.
    pub(crate) fn scale_train_loss(&mut self, setting: &str, by: f64) -> &mut Self {
        for seed in ["", "-seed2", "-seed3"] {
            let record = self.record(&format!("{setting}{seed}"));
            { record.epochs.iter_mut() }.for_each(|row| row.train_loss *= by);
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
        let spans = self.record(run).timed_spans.iter_mut();
        let layers = spans.filter(|span| {
            span.span == TimedSpan::SYNCHRONISED_LAYER && batches.contains(&span.batch_size)
        });
        { layers.flat_map(|span| &mut span.seconds) }.for_each(|seconds| *seconds *= by);
        self
    }
}
