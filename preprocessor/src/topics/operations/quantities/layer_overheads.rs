//! What waiting for each layer costs: a layer's share of what the layers take beyond the pass, on
//! the platforms of Lu et al. and on our own devices, and whether it fades in a large batch.

use super::layer_times::{PER_LAYER, TimedPasses};
use crate::catalogue::{ABSENT, Catalogue, Entry, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity, Statistic};
use crate::topics::names::readable;
use crate::views::shown::listed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds the least and the largest wait of each platform of Lu et al. and of our own GPUs, in how many
/// of our networks the layers add up on a CPU, and in how many the wait fades on a GPU.
pub(crate) fn add(catalogue: &mut Catalogue, runs: &[RunFacts]) {
    add_of_platforms(catalogue);
    let passes: Vec<_> = TimedPasses::all(runs).collect();
    add_of_own_gpus(catalogue, &passes);
    add_of_own_cpus(catalogue, &passes);
    add_batches(catalogue, &passes);
}

/// A quantity of one network, which sentences name.
struct Named {
    name: String,
    quantity: Arc<Quantity>,
}

fn add_of_platforms(catalogue: &mut Catalogue) {
    let mut of_platform: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for network in catalogue.groups("lu_time") {
        for platform in catalogue.groups(&format!("lu_time.{network}")) {
            let name = format!("lu_time.{network}.{platform}.{PER_LAYER}");
            if let Some(quantity) = catalogue.known(&name) {
                let name = readable(&network).to_owned();
                let named = Named { name, quantity };
                of_platform.entry(platform).or_default().push(named);
            }
        }
    }
    for (platform, waits) in of_platform {
        add_range(
            catalogue,
            &format!("lu_wait.{platform}"),
            "the networks",
            waits,
        );
    }
}

fn add_of_own_gpus(catalogue: &mut Catalogue, passes: &[TimedPasses]) {
    let of_one_image = passes.iter().filter(|it| it.is_on_gpu() && it.batch == 1);
    let waits: Vec<Named> = measured(catalogue, of_one_image.clone(), PER_LAYER).collect();
    let intervals: Vec<_> = waits.iter().filter_map(|it| it.quantity.interval).collect();
    let lowest_end = intervals
        .iter()
        .map(|it| it.1)
        .fold(f64::INFINITY, f64::min);
    let highest_start = intervals
        .iter()
        .map(|it| it.0)
        .fold(f64::NEG_INFINITY, f64::max);
    let differ = lowest_end < highest_start;
    let mut devices: Vec<_> = of_one_image.filter_map(|it| it.device()).collect();
    devices.sort_unstable();
    devices.dedup();
    catalogue.insert("own_wait.gpu.devices", named(&devices));
    catalogue.insert("own_wait.gpu.measured", Entry::Flag(!waits.is_empty()));
    catalogue.insert("own_wait.gpu.differs", Entry::Flag(differ));
    add_range(
        catalogue,
        "own_wait.gpu",
        "the networks timed with one image",
        waits,
    );
}

/// The least and the largest of several waits, how many times the one the other is, and of which
/// network it is.
fn add_range(catalogue: &mut Catalogue, prefix: &str, over: &str, waits: Vec<Named>) {
    let largest_of = waits.iter().max_by(|a, b| {
        let [a, b] = [a, b].map(|it| it.quantity.known().unwrap_or(f64::NAN));
        a.total_cmp(&b)
    });
    let largest_of = largest_of.map_or(ABSENT, |it| it.name.as_str()).to_owned();
    let inputs = || waits.iter().map(|it| it.quantity.clone()).collect();
    let of = |statistic: Statistic, leaf: &str| {
        statistic.over(over, inputs(), format!("{prefix}.{leaf}"), Unit::Second)
    };
    let smallest = of(Statistic::SMALLEST, "smallest");
    let largest = of(Statistic::LARGEST, "largest");
    let factor = Formula::of("largest", &largest) / Formula::of("smallest", &smallest);
    catalogue.add(factor.quantity(format!("{prefix}.factor"), Unit::One));
    catalogue.add(smallest);
    catalogue.add(largest);
    catalogue.insert(format!("{prefix}.largest_of"), Entry::Text(largest_of));
}

/// In how many networks the interval of the ratio holds one on a CPU.
fn add_of_own_cpus(catalogue: &mut Catalogue, passes: &[TimedPasses]) {
    let on_cpu = passes.iter().filter(|it| !it.is_on_gpu());
    let ratios: Vec<Named> = measured(catalogue, on_cpu, "ratio").collect();
    let adds_up = |named: &&Named| {
        let interval = named.quantity.interval;
        interval.is_some_and(|(low, high)| (low..=high).contains(&1.0))
    };
    let (some, all) = (ratios.iter().filter(adds_up).count(), ratios.len());
    let inputs: Vec<_> = ratios.iter().map(|it| it.quantity.clone()).collect();
    let function = "count of the ratios whose interval holds one";
    add_counts(
        catalogue,
        "own_sum.cpu",
        ("adds_up", function, some),
        all,
        inputs,
    );
}

/// On how many networks and arithmetics of a GPU the ratio is larger for one image than for the larger
/// batch, beyond the intervals of both.
fn add_batches(catalogue: &mut Catalogue, passes: &[TimedPasses]) {
    let ratio = |of: &TimedPasses| catalogue.known(&format!("{}.ratio", of.name()));
    let larger_batch = |one: &TimedPasses| {
        let same_run = |it: &&TimedPasses| it.run.id == one.run.id && it.batch != 1;
        passes.iter().find(same_run).and_then(ratio)
    };
    let (mut inputs, mut fading, mut others) = (Vec::new(), 0, Vec::new());
    for one in passes.iter().filter(|it| it.is_on_gpu() && it.batch == 1) {
        let pair = ratio(one).zip(larger_batch(one));
        let known = pair.filter(|(a, b)| a.value.is_ok() && b.value.is_ok());
        let Some((of_one, of_batch)) = known else {
            continue;
        };
        match is_above(&of_one, &of_batch) {
            true => fading += 1,
            false => others.push(one.title()),
        }
        inputs.extend([of_one, of_batch]);
    }
    let all = inputs.len() / 2;
    let function = "count of the ratios that are larger for one image than for the larger batch, beyond \
                    their intervals";
    add_counts(
        catalogue,
        "own_sum.gpu",
        ("fades", function, fading),
        all,
        inputs,
    );
    catalogue.insert("own_sum.gpu.not_fading", named(&others));
}

/// The names in a sentence; no text is empty.
fn named<S: AsRef<str>>(names: &[S]) -> Entry {
    Entry::Text(match names.is_empty() {
        true => ABSENT.to_owned(),
        false => listed(names),
    })
}

/// Whether `a` is larger than `b` beyond the intervals of both.
fn is_above(a: &Quantity, b: &Quantity) -> bool {
    matches!((a.interval, b.interval), (Some((low, _)), Some((_, high))) if low > high)
}

/// A count among `all`, that number, and whether there are some and it is all of them.
fn add_counts(
    catalogue: &mut Catalogue,
    prefix: &str,
    (leaf, function, some): (&str, &str, usize),
    all: usize,
    inputs: Vec<Arc<Quantity>>,
) {
    let counted = |leaf: &str, function: &str, count: usize| {
        let name = format!("{prefix}.{leaf}");
        Quantity::computed(name, Unit::One, function, inputs.clone(), Ok(count as f64))
    };
    catalogue.add(counted(leaf, function, some));
    catalogue.add(counted("compared", "count of what is compared", all));
    catalogue.insert(format!("{prefix}.measured"), Entry::Flag(all > 0));
    let is_all = Entry::Flag(all > 0 && some == all);
    catalogue.insert(format!("{prefix}.all"), is_all);
}

/// The quantities of this leaf that have a value, each with its network and arithmetic.
fn measured<'a>(
    catalogue: &'a Catalogue,
    passes: impl Iterator<Item = &'a TimedPasses<'a>>,
    leaf: &'a str,
) -> impl Iterator<Item = Named> {
    passes.filter_map(move |passes| {
        let quantity = catalogue.known(&format!("{}.{leaf}", passes.name()))?;
        let name = passes.title();
        quantity.value.is_ok().then_some(Named { name, quantity })
    })
}

#[cfg(test)]
#[path = "layer_overheads_tests.rs"]
mod tests;
