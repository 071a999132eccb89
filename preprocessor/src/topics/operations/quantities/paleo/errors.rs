//! How far predictions lie from what was measured: of kinds of layer, and of whole passes.

use super::GROUPS;
use super::calibration::Calibration;
use super::prediction::Predicted;
use crate::catalogue::{ABSENT, Catalogue, Entry};
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity};
use crate::statistics::mean::mean;
use crate::topics::operations::quantities::layer_times::TimedPasses;
use std::sync::Arc;

/// Passes that sentences sum up, by a name.
type Scope = (&'static str, fn(&TimedPasses) -> bool);

const SCOPES: [Scope; 3] = [
    ("gpu_one_image", |it| it.is_on_gpu() && it.batch == 1),
    ("gpu_batch", |it| it.is_on_gpu() && it.batch != 1),
    ("cpu", |it| !it.is_on_gpu()),
];

/// Adds for each calibration the mean ratios of the kinds of layer, and for each scope how many passes
/// of other networks are predicted, how far off they are, and which kinds of layer are worst and best.
pub(super) fn add(
    catalogue: &mut Catalogue,
    calibrations: &[Calibration],
    predicted: &[Predicted],
) {
    let tests: Vec<&Predicted> = predicted.iter().filter(|it| it.is_test()).collect();
    for Calibration { timed, .. } in calibrations {
        let like = tests.iter().filter(|it| timed.is_like(it.timed));
        let like: Vec<_> = like.copied().collect();
        for (leaf, ..) in GROUPS {
            catalogue.add(mean_ratio(timed.name(&format!("mean.{leaf}")), leaf, &like));
        }
    }
    let mut typical = Vec::new();
    for (scope, admits) in SCOPES {
        let of_scope = tests.iter().filter(|it| admits(&it.timed.passes));
        let of_scope: Vec<_> = of_scope.copied().collect();
        typical.push(add_passes(catalogue, scope, &of_scope));
        add_kinds(catalogue, scope, &of_scope);
    }
    let worse = matches!(typical[..], [Some(one), Some(batch), _] if one > batch);
    catalogue.insert("own_paleo.one_image_is_worse", Entry::Flag(worse));
}

/// The geometric mean over the networks that have such layers of predicted over measured time.
fn mean_ratio(name: String, leaf: &str, tests: &[&Predicted]) -> Arc<Quantity> {
    let ratios = tests.iter().filter_map(|it| it.groups.get(leaf));
    let inputs: Vec<_> = ratios.filter(|it| it.value.is_ok()).cloned().collect();
    let values: Vec<f64> = inputs.iter().filter_map(|it| it.known()).collect();
    let value = geometric_mean(values.into_iter()).ok_or(Missing::NotMeasured);
    let function = "geometric mean over the other networks";
    Quantity::computed(name, Unit::One, function, inputs, value)
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let logs: Vec<f64> = values.map(f64::ln).collect();
    (!logs.is_empty()).then(|| mean(&logs).exp())
}

/// The larger of predicted and measured over the smaller.
fn factor(ratio: f64) -> f64 {
    ratio.ln().abs().exp()
}

/// Adds the number of predictions, and the typical and the largest factor between one and its
/// measurement; gives the typical one.
fn add_passes(catalogue: &mut Catalogue, scope: &str, tests: &[&Predicted]) -> Option<f64> {
    let known = { tests.iter() }.filter_map(|it| Some((*it, it.ratio.known()?)));
    let known: Vec<_> = known.collect();
    let inputs: Vec<_> = known.iter().map(|(it, _)| it.ratio.clone()).collect();
    let worst = { known.iter() }.max_by(|a, b| factor(a.1).total_cmp(&factor(b.1)));
    let typical = geometric_mean(known.iter().map(|(_, ratio)| factor(*ratio)));
    let function = |statistic: &str| {
        format!(
            "{statistic} over the networks of the larger of predicted and measured over the smaller"
        )
    };
    for (leaf, function, value) in [
        (
            "compared",
            "count of the predictions".to_owned(),
            Some(known.len() as f64),
        ),
        ("typical_factor", function("geometric mean"), typical),
        (
            "worst_factor",
            function("largest"),
            worst.map(|(_, ratio)| factor(*ratio)),
        ),
    ] {
        let name = format!("own_paleo.{scope}.{leaf}");
        let value = value.ok_or(Missing::NotMeasured);
        let inputs = inputs.clone();
        catalogue.add(Quantity::computed(name, Unit::One, function, inputs, value));
    }
    let worst_of = worst.map_or_else(|| ABSENT.to_owned(), |(it, _)| it.timed.passes.title());
    let is_below = worst.is_some_and(|(_, ratio)| *ratio < 1.0);
    for (leaf, entry) in [
        ("measured", Entry::Flag(!known.is_empty())),
        ("worst_is_below", Entry::Flag(is_below)),
        ("worst_of", Entry::Text(worst_of)),
    ] {
        catalogue.insert(format!("own_paleo.{scope}.{leaf}"), entry);
    }
    typical
}

/// Adds the mean ratio of each kind of layer, and which lies nearest to one and farthest from it.
fn add_kinds(catalogue: &mut Catalogue, scope: &str, tests: &[&Predicted]) {
    let mut known = Vec::new();
    for (leaf, head, _) in GROUPS {
        let ratio = mean_ratio(format!("own_paleo.{scope}.mean.{leaf}"), leaf, tests);
        known.extend(ratio.known().map(|it| (factor(it), head, ratio.clone())));
        catalogue.add(ratio);
    }
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (leaf, found) in [
        ("nearest_kind", known.first()),
        ("farthest_kind", known.last()),
    ] {
        let name = format!("own_paleo.{scope}.{leaf}");
        let (ratio, head) = match found {
            Some((_, head, ratio)) => {
                let chosen = ratio.chosen(format!("{name}.ratio"), "the kind of layer");
                (chosen, head.to_lowercase())
            }
            None => {
                let missing = Err(Missing::NotMeasured);
                let name = format!("{name}.ratio");
                let ratio = Quantity::computed(name, Unit::One, "", Vec::new(), missing);
                (ratio, ABSENT.to_owned())
            }
        };
        catalogue.add(ratio);
        catalogue.insert(format!("{name}.name"), Entry::Text(head));
    }
}
