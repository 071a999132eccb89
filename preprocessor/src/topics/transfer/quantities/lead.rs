//! The lead of one setting over another on the test images, seed by seed.

use super::by_seed::{hit_differences, pairs};
use super::ranking::Choice;
use super::setting::Setting;
use crate::catalogue::{Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::statistics::interval::Interval;
use crate::statistics::mean::mean_interval;
use crate::statistics::paired_difference::paired_difference;
use results::Trained;
use std::sync::Arc;

/// How much better the first of two settings is than the second.
pub(super) struct Lead<'a> {
    first: &'a Setting<'a>,
    second: &'a Setting<'a>,
    /// First − second for each seed; none unless every run has its partner.
    differences: Vec<f64>,
}

impl<'a> Lead<'a> {
    pub(super) fn new(first: &'a Setting<'a>, second: &'a Setting<'a>) -> Self {
        Lead {
            first,
            second,
            differences: differences(first, second).unwrap_or_default(),
        }
    }

    /// The difference of the means, which is the mean of the differences, with Student's interval.
    fn quantity(&self, name: String) -> Arc<Quantity> {
        let lead = Formula::of("accuracy of the first", self.first.test())
            - Formula::of("accuracy of the second", self.second.test());
        let remark = "interval by statistics::mean::mean_interval of the differences by seed";
        match self.interval() {
            Some(interval) => lead
                .noted(remark, [])
                .quantity(name, Unit::One)
                .with_interval(interval.low, interval.high),
            None => lead.quantity(name, Unit::One),
        }
    }

    /// The same difference with the interval for the choice of test images, on which the two settings are
    /// compared image by image.
    fn paired(&self, name: String) -> Arc<Quantity> {
        let accuracies = vec![self.first.test().clone(), self.second.test().clone()];
        let function =
            "statistics::paired_difference of the hits, image by image, means over the seeds";
        match per_image(self.first, self.second).and_then(|it| paired_difference(&it)) {
            Some((mean, (low, high))) => {
                let paired = Quantity::computed(name, Unit::One, function, accuracies, Ok(mean));
                paired.with_interval(low, high)
            }
            None => {
                let reason = Err("a record keeps no predictions of the test images".into());
                Quantity::computed(name, Unit::One, function, accuracies, reason)
            }
        }
    }

    fn interval(&self) -> Option<Interval> {
        mean_interval(&self.differences)
    }

    /// Whether the first is ahead in every seed.
    fn is_in_every_seed(&self) -> bool {
        !self.differences.is_empty() && self.differences.iter().all(|it| *it > 0.0)
    }

    /// Whether the seeds support that the second is ahead.
    fn is_reversed(&self) -> bool {
        let below_zero = self.interval().is_some_and(|interval| interval.high < 0.0);
        below_zero && self.differences.iter().all(|it| *it < 0.0)
    }
}

/// The differences of the test accuracies by seed, if every run has its partner.
fn differences(first: &Setting, second: &Setting) -> Option<Vec<f64>> {
    let difference = |(first, second): (&Trained, &Trained)| {
        Some(first.test.as_ref()?.accuracy - second.test.as_ref()?.accuracy)
    };
    pairs(first, second)?.into_iter().map(difference).collect()
}

/// The differences of the hits on each test image, means over the seeds, if every run has its partner and
/// keeps its predictions.
fn per_image(first: &Setting, second: &Setting) -> Option<Vec<f64>> {
    let pairs = pairs(first, second)?;
    let by_seed = pairs
        .iter()
        .map(|(first, second)| hit_differences(first, second));
    let by_seed: Vec<_> = by_seed.collect::<Option<_>>()?;
    let images = by_seed.first()?.len();
    let mean =
        |image| by_seed.iter().map(|of_seed| of_seed[image]).sum::<f64>() / by_seed.len() as f64;
    let alike = by_seed.iter().all(|of_seed| of_seed.len() == images);
    alike.then(|| (0..images).map(mean).collect())
}

impl Choice<'_> {
    /// The difference of two test accuracies, how many seeds it rests on, and whether they support
    /// its sign.
    pub(super) fn add_lead(&self, catalogue: &mut Catalogue, name: &str, lead: Option<&Lead>) {
        let prefix = &self.prefix;
        let (difference, seeds) = (format!("{prefix}.{name}"), format!("{prefix}.seeds"));
        catalogue.add(match lead {
            Some(lead) => lead.quantity(difference),
            None => self.awaited(difference, Unit::One),
        });
        catalogue.add(match lead {
            Some(lead) => Quantity::exact(
                seeds,
                Unit::One,
                lead.differences.len() as f64,
                "count of the seeds that both settings were run with",
            ),
            None => self.awaited(seeds, Unit::One),
        });
        let paired = format!("{prefix}.paired_{name}");
        let paired = match lead {
            Some(lead) => lead.paired(paired),
            None => self.awaited(paired, Unit::One),
        };
        let of_images = paired.interval;
        catalogue.add(paired);
        let interval = lead.and_then(Lead::interval);
        let in_every_seed = lead.is_some_and(Lead::is_in_every_seed);
        let excludes_zero = interval.is_some_and(|interval| interval.low > 0.0);
        for (flag, holds) in [
            ("has_interval", interval.is_some()),
            ("in_every_seed", in_every_seed),
            ("supported", excludes_zero && in_every_seed),
            ("reversed", lead.is_some_and(Lead::is_reversed)),
            ("paired", of_images.is_some()),
            (
                "paired_supported",
                of_images.is_some_and(|(low, _)| low > 0.0),
            ),
            (
                "paired_reversed",
                of_images.is_some_and(|(_, high)| high < 0.0),
            ),
        ] {
            catalogue.insert(format!("{prefix}.{flag}"), Entry::Flag(holds));
        }
    }
}
