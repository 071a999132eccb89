//! How long layers and whole passes take in our own runs, and what part of the peak they reach.

use super::flops::identifier;
use crate::catalogue::{Catalogue, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Missing, Quantity};
use crate::statistics::median_interval::{Median, median};
use crate::topics::names::readable;
use crate::topics::operations::analysis::platform_percent_of_peak::{
    Workload, fit_percent_of_peak,
};
use results::{Arithmetic, DeviceKind, Hardware, Timed, TimedSpan, TimingConfiguration};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The boards whose peaks are quoted, by the names that the driver gives the devices.
const BOARDS: [(&str, &str); 2] = [
    ("NVIDIA H100 80GB HBM3", "h100_sxm"),
    ("NVIDIA H200", "h200_sxm"),
];

/// What a measured layer costs beyond its part of the pass, by the end of its name.
pub(crate) const PER_LAYER: &str = "difference_per_layer";

/// The passes of one planned run with one batch size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimedPasses<'a> {
    pub(crate) run: &'a RunFacts,
    /// What is planned for it.
    pub(crate) configuration: &'a TimingConfiguration,
    pub(crate) batch: u64,
}

impl<'a> TimedPasses<'a> {
    /// All that is planned, in the plan's order: a run takes one image, and its batch.
    pub(crate) fn all(runs: &'a [RunFacts]) -> impl Iterator<Item = TimedPasses<'a>> {
        let timed =
            { runs.iter() }.filter_map(|run| Some((run, run.planned.configuration.as_timing()?)));
        timed.flat_map(|(run, configuration)| {
            let mut batches = vec![1, configuration.batch_size];
            batches.dedup();
            batches.into_iter().map(move |batch| TimedPasses {
                run,
                configuration,
                batch,
            })
        })
    }

    /// As `runs.layer_time_resnet50_bf16.batch_64`.
    pub(crate) fn name(&self) -> String {
        format!("{}.batch_{}", self.run.name(), self.batch)
    }

    pub(crate) fn network(&self) -> &'a str {
        &self.configuration.network
    }

    /// As `ResNet-50 in bf16`.
    pub(crate) fn title(&self) -> String {
        format!("{} in {}", readable(self.network()), self.arithmetic())
    }

    /// The time of a pass among many, which [`add`] adds.
    pub(crate) fn pass_time(&self, catalogue: &Catalogue) -> Arc<Quantity> {
        self.added("back_to_back", catalogue)
    }

    /// The sum of the layers' times, which [`add`] adds.
    pub(crate) fn layer_sum(&self, catalogue: &Catalogue) -> Arc<Quantity> {
        self.added("layer_sum", catalogue)
    }

    fn added(&self, leaf: &str, catalogue: &Catalogue) -> Arc<Quantity> {
        let known = catalogue.known(&format!("{}.{leaf}", self.name()));
        known.expect("`add` adds the times of all planned passes")
    }

    /// The device of the record with the arithmetic, as `NVIDIA H200, bf16`; what the plan asks for
    /// where there is no record.
    pub(crate) fn hardware(&self) -> String {
        let device = self.device().map_or_else(
            || self.run.planned.hardware.to_string(),
            std::borrow::ToOwned::to_owned,
        );
        format!("{device}, {}", self.arithmetic())
    }

    /// Whether the run is made on a GPU: where there is no record, whether it is to be.
    pub(crate) fn is_on_gpu(&self) -> bool {
        match &self.run.record {
            Some((_, record)) => record.environment.device_kind == DeviceKind::Cuda,
            None => matches!(
                self.run.planned.hardware,
                Hardware::Cuda | Hardware::Card(_)
            ),
        }
    }

    pub(crate) fn device(&self) -> Option<&'a str> {
        let (_, record) = self.run.record.as_ref()?;
        Some(&record.environment.device)
    }

    pub(crate) fn arithmetic(&self) -> Arithmetic {
        self.configuration.arithmetic
    }

    /// The board that made the run, where its data are quoted.
    pub(crate) fn board(&self) -> Option<&'static str> {
        let device = self.device()?;
        let found = BOARDS.iter().find(|(name, _)| *name == device);
        found.map(|(_, board)| *board)
    }

    /// The boards whose peak in this arithmetic is quoted.
    fn quoted_boards(&self, catalogue: &Catalogue) -> impl Iterator<Item = &'static str> {
        let boards = BOARDS.iter().map(|(_, board)| *board);
        boards.filter(|board| catalogue.known(&self.peak_of(board)).is_some())
    }

    /// The name of the peak of `board` in this arithmetic.
    pub(crate) fn peak_of(&self, board: &str) -> String {
        format!("device.{board}.peak_{}", self.arithmetic())
    }

    /// As `h200_sxm.bf16.batch_64`.
    fn constant(&self, board: &str) -> String {
        format!("{board}.{}.batch_{}", self.arithmetic(), self.batch)
    }

    /// What the record holds.
    pub(crate) fn timed(&self) -> Option<&'a Timed> {
        let (_, record) = self.run.record.as_ref()?;
        record.measured.as_timed()
    }

    /// The spans of this name with this batch.
    pub(crate) fn spans(&self, name: &str) -> impl Iterator<Item = &'a TimedSpan> {
        let spans = self.timed().map_or(&[][..], |timed| &timed.timed_spans);
        let batch = self.batch;
        let name = name.to_owned();
        spans
            .iter()
            .filter(move |span| span.batch_size == batch && span.span == name)
    }

    /// Seconds of one iteration, trial by trial, summed over the spans of this name.
    fn trials(&self, name: &str) -> Vec<f64> {
        let mut sums = Vec::new();
        for span in self.spans(name) {
            sums.resize(span.seconds.len(), 0.0);
            for (sum, seconds) in sums.iter_mut().zip(&span.seconds) {
                *sum += seconds / span.iterations as f64;
            }
        }
        sums
    }

    fn time(&self, leaf: &str, key: &str, trials: &[f64]) -> Arc<Quantity> {
        let time = median(trials);
        let key = format!("median over the trials of {key}");
        let leaf = format!("batch_{}.{leaf}", self.batch);
        let value = time.map(|time| time.value);
        let quantity = self.run.reader().measured(&leaf, Unit::Second, &key, value);
        with_interval(quantity, time)
    }

    fn layer_count(&self) -> Arc<Quantity> {
        let count = self.spans(TimedSpan::SYNCHRONISED_LAYER).count();
        let leaf = format!("batch_{}.layers", self.batch);
        let key = "number of timed_spans[] of layers";
        let value = (count > 0).then_some(count as f64);
        self.run.reader().measured(&leaf, Unit::One, key, value)
    }
}

fn with_interval(quantity: Arc<Quantity>, median: Option<Median>) -> Arc<Quantity> {
    match median.and_then(|median| median.interval) {
        Some((low, high)) => quantity.with_interval(low, high),
        None => quantity,
    }
}

/// Adds times, ratios, speeds and percents of peak of every planned timing, and one constant for
/// each board whose peak is quoted, arithmetic and batch.
pub(crate) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    let mut fractions: BTreeMap<String, Vec<Arc<Quantity>>> = BTreeMap::new();
    for passes in TimedPasses::all(runs) {
        let back_to_back = add_times(catalogue, &passes);
        for board in passes.quoted_boards(catalogue) {
            fractions.entry(passes.constant(board)).or_default();
        }
        let Some(speed) = add_speed(catalogue, &passes, &back_to_back) else {
            continue;
        };
        let (board, fraction) = percent_of_peak(catalogue, &passes, &speed);
        if let Some(board) = board {
            let of_board = fractions.entry(passes.constant(board)).or_default();
            of_board.push(fraction.clone());
        }
        catalogue.add(fraction);
        catalogue.add(speed);
    }
    for (constant, fractions) in fractions {
        catalogue.add(fitted(&constant, fractions));
    }
}

/// Adds the three times and what they differ by; gives the time of a pass among many.
fn add_times(catalogue: &mut Catalogue, passes: &TimedPasses) -> Arc<Quantity> {
    let layers = passes.trials(TimedSpan::SYNCHRONISED_LAYER);
    let full = passes.trials(TimedSpan::FULL_PASS);
    let many = passes.trials(TimedSpan::UNSYNCHRONISED_ITERATIONS);
    let sum = passes.time("layer_sum", "Σ seconds of the synchronised layers", &layers);
    let pass = passes.time("full_pass", "seconds of the full pass", &full);
    let back_to_back = passes.time(
        "back_to_back",
        "seconds / iterations of the unsynchronised iterations",
        &many,
    );
    // Trial by trial, as what slows the machine slows both.
    let trial_by_trial = |leaf: &str, unit, what: &str, compute: fn(f64, f64) -> f64| {
        let trials: Vec<f64> = { layers.iter().zip(&full) }
            .map(|(sum, pass)| compute(*sum, *pass))
            .collect();
        let median = median(&trials);
        let value = median
            .map(|median| median.value)
            .ok_or(Missing::NotMeasured);
        let name = format!("{}.{leaf}", passes.name());
        let function = format!("median over the trials of layer sum {what} full pass");
        let inputs = vec![sum.clone(), pass.clone()];
        with_interval(
            Quantity::computed(name, unit, function, inputs, value),
            median,
        )
    };
    let ratio = trial_by_trial("ratio", Unit::One, "/", |sum, pass| sum / pass);
    let difference = trial_by_trial("difference", Unit::Second, "−", |sum, pass| sum - pass);
    let of_medians = Formula::of("layer sum", &sum) / Formula::of("full pass", &pass);
    let of_medians = of_medians.quantity(format!("{}.ratio_of_medians", passes.name()), Unit::One);
    let layer_count = passes.layer_count();
    let per_layer = Formula::of("difference", &difference) / Formula::of("layers", &layer_count);
    let name = format!("{}.{PER_LAYER}", passes.name());
    catalogue.add(per_layer.quantity_with_interval(name, Unit::Second));
    for quantity in [ratio, difference, of_medians, layer_count] {
        catalogue.add(quantity);
    }
    catalogue.add(sum);
    catalogue.add(pass);
    catalogue.add(back_to_back.clone());
    back_to_back
}

/// Operations per second of passes that do not wait for each other.
fn add_speed(
    catalogue: &mut Catalogue,
    passes: &TimedPasses,
    time: &Arc<Quantity>,
) -> Option<Arc<Quantity>> {
    let batch = Formula::known("batch", passes.batch as f64, Unit::Image);
    let time = Formula::of("time of a pass among many", time);
    let name = format!("{}.images_per_second", passes.name());
    catalogue.add((batch.clone() / time.clone()).quantity(name, Unit::ImagePerSecond));
    let network = identifier(passes.network());
    let operations = catalogue.known(&format!("flops.{network}.two.total"))?;
    let speed = batch * Formula::of("FLOPs per image", &operations) / time;
    Some(speed.quantity(format!("{}.speed", passes.name()), Unit::FlopPerSecond))
}

/// The share of the peak of the board that made the run; no board, and no value, where its peak is
/// not quoted.
fn percent_of_peak(
    catalogue: &Catalogue,
    passes: &TimedPasses,
    speed: &Arc<Quantity>,
) -> (Option<&'static str>, Arc<Quantity>) {
    let name = format!("{}.percent_of_peak", passes.name());
    let quoted = passes.board().and_then(|board| {
        let peak = catalogue.known(&passes.peak_of(board))?;
        Some((board, peak))
    });
    match quoted {
        Some((board, peak)) => {
            let share = Formula::of("speed", speed) / Formula::of("peak", &peak);
            (Some(board), share.quantity(name, Unit::One))
        }
        None => {
            let reason = format!("no peak of `{}` is quoted", passes.hardware());
            let inputs = vec![speed.clone()];
            let share = Quantity::computed(name, Unit::One, "", inputs, Err(reason.into()));
            (None, share)
        }
    }
}

/// One constant for all networks.
fn fitted(constant: &str, fractions: Vec<Arc<Quantity>>) -> Arc<Quantity> {
    let workload = |fraction: &Arc<Quantity>| {
        let seconds_at_peak = fraction.known()?;
        Some(Workload {
            seconds_at_peak,
            measured_seconds: 1.0,
        })
    };
    let workloads: Vec<_> = fractions.iter().filter_map(workload).collect();
    let fitted = fit_percent_of_peak(&workloads).map(|fitted| fitted.fraction);
    let name = format!("ppp_measured.{constant}");
    let function = "analysis::platform_percent_of_peak::fit_percent_of_peak";
    let fitted = fitted.map_err(|error| error.to_string().into());
    Quantity::computed(name, Unit::One, function, fractions, fitted)
}

#[cfg(test)]
#[path = "layer_times_tests.rs"]
mod tests;
