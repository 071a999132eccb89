//! Runs that take the time of passes through a network, over inputs that are made up.

use serde::{Deserialize, Serialize};

use super::network::{Arithmetic, Counted, NetworkChoice};
use super::{Chosen, Found};
use crate::ranges::Checks;
use crate::record::Completion;

/// What decides how times are taken besides the program and the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimingConfiguration {
    /// Name of the network, such as `resnet20` or `vgg16`.
    pub network: String,
    /// Number of layers with weights along the longest path, as the network's name counts them.
    pub depth: u64,
    /// Side of the square input image, in pixels.
    pub image_px: u64,
    /// Images per pass; passes of one image are timed too.
    pub batch_size: u64,
    /// Number format of the multiplications.
    pub arithmetic: Arithmetic,
    /// Seed from which all random numbers of the run follow.
    pub seed: u64,
    /// How often times are taken.
    pub timing: Timing,
}

/// How often a timed span is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Iterations before the first trial, not timed.
    pub warm_up_iterations: u64,
    /// Trials of each span.
    pub trials: u64,
    /// Iterations inside one trial of the span without synchronisation.
    pub iterations: u64,
}

/// What such a run counted and measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// What libtorch counted.
    pub counted: Counted,
    /// All trials of each timed span.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timed_spans: Vec<TimedSpan>,
}

/// The trials of one timed span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimedSpan {
    /// Name of the layer, or of the network where the span is a whole pass.
    pub layer: String,
    /// Kind of the layer, such as `convolution`, or `network`.
    pub kind: String,
    /// What the clock covers, such as [`TimedSpan::FULL_PASS`].
    pub span: String,
    /// Images per iteration.
    pub batch_size: u64,
    /// Iterations in one trial.
    pub iterations: u64,
    /// Time of each trial, all its iterations together, in seconds.
    pub seconds: Vec<f64>,
}

impl TimedSpan {
    /// One layer, with the device synchronised before and after it.
    pub const SYNCHRONISED_LAYER: &str = "synchronised layer";
    /// One pass through the network, with the device synchronised before and after it.
    pub const FULL_PASS: &str = "full pass";
    /// Many passes, with the device synchronised before the first and after the last.
    pub const UNSYNCHRONISED_ITERATIONS: &str = "unsynchronised iterations";
}

impl TimingConfiguration {
    fn choice(&self) -> NetworkChoice<'_> {
        NetworkChoice {
            network: &self.network,
            depth: self.depth,
            image_px: self.image_px,
            batch_size: self.batch_size,
        }
    }
}

impl Chosen for TimingConfiguration {
    fn planned(&self) -> u64 {
        self.timing.trials
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn seed_mut(&mut self) -> &mut u64 {
        &mut self.seed
    }

    fn in_brief(&self) -> String {
        format!("{}, seed {}", self.arithmetic, self.seed)
    }

    fn faults(&self) -> Vec<(&'static str, String)> {
        self.choice().faults()
    }

    fn check(&self, checks: &mut Checks<'_>) {
        self.choice().check(checks);
        checks.at_least_one("configuration.timing.trials", self.timing.trials);
        checks.at_least_one("configuration.timing.iterations", self.timing.iterations);
    }
}

impl Found for Timed {
    /// Trials that every span has.
    fn done(&self) -> u64 {
        let spans = self.timed_spans.iter();
        let trials = spans.map(|span| span.seconds.len() as u64);
        trials.min().unwrap_or(0)
    }

    fn check(&self, _: &Completion, planned: u64, checks: &mut Checks<'_>) {
        for (index, span) in self.timed_spans.iter().enumerate() {
            for (name, count) in [
                ("batch_size", span.batch_size),
                ("iterations", span.iterations),
            ] {
                checks.at_least_one(format_args!("timed_spans[{index}].{name}"), count);
            }
            let trials = span.seconds.len() as u64;
            checks.require(
                trials <= planned,
                format_args!("timed_spans[{index}].seconds"),
                format_args!("a list of {trials} trials"),
                format_args!("at most the {planned} planned"),
            );
            for (trial, &seconds) in span.seconds.iter().enumerate() {
                let key = format_args!("timed_spans[{index}].seconds[{trial}]");
                checks.seconds(key, seconds);
            }
        }
    }
}
