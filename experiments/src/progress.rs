//! What a run tells while it goes: a bar on a terminal, lines of JSON for machines, nothing else.

use std::cell::Cell;

use indicatif::{ProgressBar, ProgressStyle};
use results::EpochRow;

use crate::say;

/// Progress of a training run.
pub(crate) struct Progress {
    bar: ProgressBar,
    json: Cell<bool>,
    epochs: u64,
}

impl Progress {
    /// For a run of `epochs` epochs of `images` images, of which `done` epochs are finished.
    pub(crate) fn new(run: &str, epochs: u64, done: u64, images: u64, json: bool) -> Progress {
        let template = "{prefix} {wide_bar} {msg}, {per_sec} images, {eta} left";
        let style = ProgressStyle::with_template(template).expect("a valid template");
        let bar = ProgressBar::new(epochs * images)
            .with_style(style)
            .with_prefix(run.to_owned());
        bar.set_position(done * images);
        bar.reset_eta();
        let json = Cell::new(json);
        Progress { bar, json, epochs }
    }

    /// A step over `images` images was issued.
    pub(crate) fn step(&self, images: u64) {
        self.bar.inc(images);
    }

    /// An epoch is finished. Once nobody reads the lines of JSON any more, there are none.
    pub(crate) fn epoch(&self, row: &EpochRow) {
        let evaluated = row.validation.or(row.test);
        let accuracy = evaluated.map_or(row.train_accuracy, |e| e.accuracy);
        self.bar.set_message(format!(
            "epoch {} of {}: loss {:.3}, accuracy {:.1} %",
            row.epoch,
            self.epochs,
            row.train_loss,
            100.0 * accuracy
        ));
        if self.json.get() {
            let text = serde_json::to_string(row).expect("a row's keys are strings");
            if !say::line(&text) {
                self.json.set(false);
                self.note("nobody reads standard output any more; the run goes on");
            }
        }
    }

    /// Says something above the bar, on standard error.
    pub(crate) fn note(&self, text: &str) {
        self.bar.suspend(|| say::note(text));
    }
}
