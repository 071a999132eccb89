//! Runs of two settings with the same seed, which are a pair.
//!
//! A seed decides the new layer's first values and the order, crops and mirroring of the images, the
//! same for all settings. What both runs of a pair share, such as the test images, falls out of
//! their difference.

use super::setting::Setting;
use crate::catalogue::RunFacts;
use crate::topics::training::recorded::trained;
use results::Trained;
use std::collections::BTreeMap;

/// What the runs of both settings measured, by seed, if their runs have the same seeds, each once.
pub(super) fn pairs<'a>(
    first: &Setting<'a>,
    second: &Setting<'a>,
) -> Option<Vec<(&'a Trained, &'a Trained)>> {
    let (first, second) = (by_seed(first)?, by_seed(second)?);
    let pair = |(seed, of_first): (&u64, &&'a Trained)| Some((*of_first, *second.get(seed)?));
    let pairs = first.iter().map(pair).collect::<Option<Vec<_>>>()?;
    (first.len() == second.len()).then_some(pairs)
}

/// The same of one setting; none where two runs have the same seed or one has no record.
fn by_seed<'a>(setting: &Setting<'a>) -> Option<BTreeMap<u64, &'a Trained>> {
    let of_run = |run: &&'a RunFacts| Some((run.planned.configuration.seed(), trained(run)?));
    let found = { setting.runs.iter().map(of_run) }.collect::<Option<BTreeMap<_, _>>>()?;
    (found.len() == setting.runs.len()).then_some(found)
}

/// 1, 0 or −1 for each test image: right in the first run only, in both or neither, in the second
/// only. None where a record keeps no predictions, or of other images.
pub(super) fn hit_differences(first: &Trained, second: &Trained) -> Option<Vec<f64>> {
    let hits = |trained: &Trained| Some(trained.predictions()?.hits());
    let (first, second) = (hits(first)?, hits(second)?);
    let pairs = first.iter().zip(&second).map(|(a, b)| a - b);
    (first.len() == second.len()).then(|| pairs.collect())
}
