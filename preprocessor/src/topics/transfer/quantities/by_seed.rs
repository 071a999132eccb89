//! Runs of two settings with the same seed, which are a pair.
//!
//! A seed decides the new layer's first values and the order, crops and mirroring of the images, the
//! same for all settings. What both runs of a pair share, such as the test images, falls out of
//! their difference.

use super::setting::Setting;
use crate::catalogue::RunFacts;
use results::Predictions;
use results::Record;
use std::collections::BTreeMap;

/// The records of both settings by seed, if their runs have the same seeds, each once.
pub(super) fn pairs<'a>(
    first: &Setting<'a>,
    second: &Setting<'a>,
) -> Option<Vec<(&'a Record, &'a Record)>> {
    let (first, second) = (by_seed(first)?, by_seed(second)?);
    let pair = |(seed, record): (&u64, &&'a Record)| Some((*record, *second.get(seed)?));
    let pairs = first.iter().map(pair).collect::<Option<Vec<_>>>()?;
    (first.len() == second.len()).then_some(pairs)
}

/// The records by seed; none where two runs have the same seed or one has no record.
fn by_seed<'a>(setting: &Setting<'a>) -> Option<BTreeMap<u64, &'a Record>> {
    let of_run = |run: &&'a RunFacts| {
        let (_, record) = run.record.as_ref()?;
        Some((run.planned.configuration.seed, &**record))
    };
    let found = { setting.runs.iter().map(of_run) }.collect::<Option<BTreeMap<_, _>>>()?;
    (found.len() == setting.runs.len()).then_some(found)
}

/// 1, 0 or −1 for each test image: right in the first run only, in both or neither, in the second
/// only. None where a record keeps no predictions, or of other images.
pub(super) fn hit_differences(first: &Record, second: &Record) -> Option<Vec<f64>> {
    let hits = |record| Some(Predictions::of(record)?.hits());
    let (first, second) = (hits(first)?, hits(second)?);
    let pairs = first.iter().zip(&second).map(|(a, b)| a - b);
    (first.len() == second.len()).then(|| pairs.collect())
}
