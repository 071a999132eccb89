//! The lead of one setting over another on the test images, seed by seed.
//!
//! A seed decides the new layer's first values and the order, crops and mirroring of the images, the
//! same for all settings. So two runs with the same seed are a pair, and what all pairs share,
//! such as the test images, falls out of their difference.

use super::{Choice, Setting};
use crate::catalogue::{Catalogue, Entry, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::statistics::interval::Interval;
use crate::statistics::mean::mean_interval;
use std::collections::BTreeMap;
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

    fn interval(&self) -> Option<Interval> {
        mean_interval(&self.differences)
    }

    fn is_in_every_seed(&self) -> bool {
        !self.differences.is_empty() && self.differences.iter().all(|it| *it > 0.0)
    }
}

/// The differences of the test accuracies by seed, if the runs of both settings have the same
/// seeds, each once.
fn differences(first: &Setting, second: &Setting) -> Option<Vec<f64>> {
    let (first, second) = (by_seed(first)?, by_seed(second)?);
    let of_seed = |(seed, accuracy): (&u64, &f64)| Some(accuracy - second.get(seed)?);
    let differences = first.iter().map(of_seed).collect::<Option<Vec<_>>>()?;
    (first.len() == second.len()).then_some(differences)
}

/// Test accuracies by seed; none where two runs have the same seed or one has no test.
fn by_seed(setting: &Setting) -> Option<BTreeMap<u64, f64>> {
    let of_run = |run: &&RunFacts| {
        let (_, record) = run.record.as_ref()?;
        Some((run.planned.configuration.seed, record.test?.accuracy))
    };
    let found = { setting.runs.iter().map(of_run) }.collect::<Option<BTreeMap<_, _>>>()?;
    (found.len() == setting.runs.len()).then_some(found)
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
        let interval = lead.and_then(Lead::interval);
        let in_every_seed = lead.is_some_and(Lead::is_in_every_seed);
        let excludes_zero = interval.is_some_and(|interval| interval.low > 0.0);
        for (flag, holds) in [
            ("has_interval", interval.is_some()),
            ("in_every_seed", in_every_seed),
            ("supported", excludes_zero && in_every_seed),
        ] {
            catalogue.insert(format!("{prefix}.{flag}"), Entry::Flag(holds));
        }
    }
}
