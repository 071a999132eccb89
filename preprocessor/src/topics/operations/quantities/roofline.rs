//! The least time that a forward pass can take where both the peak and the bandwidth of a board are
//! limits, and how much of it memory decides.

use super::flops::identifier;
use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::topics::operations::analysis::networks::by_name;
use crate::topics::operations::analysis::paleo::{Batch, Work};
use crate::topics::operations::analysis::roofline::{Roofline, intensity};
use std::sync::Arc;

/// The networks of Problem 3's answers.
const NETWORKS: [&str; 4] = ["vgg16", "vgg19", "googlenet", "resnet50-v1"];

/// The boards of Problem 3's answers.
const BOARDS: [&str; 2] = ["k80_gpu", "h200_sxm"];

/// One image in fp32.
const ONE_IMAGE: Batch = Batch {
    images: 1,
    bytes_per_number: 4,
};

/// Adds for each board and network, for one image in fp32: the least time, how many of the layers that
/// do anything memory limits, and their part of the operations and of the time.
pub(crate) fn add(catalogue: &mut Catalogue) {
    let networks = NETWORKS.map(|name| (name, works(name)));
    for board in BOARDS {
        let data = ["peak_fp32", "memory_bandwidth"];
        let data = data.map(|leaf| catalogue.known(&format!("device.{board}.{leaf}")));
        let [Some(peak), Some(bandwidth)] = data else {
            continue;
        };
        let roof = peak.known().zip(bandwidth.known());
        let Some(roof) = roof.and_then(|(peak, bandwidth)| Roofline::new(peak, bandwidth).ok())
        else {
            continue;
        };
        for (network, works) in &networks {
            let name = format!("roofline.{board}.{}", identifier(network));
            add_network(
                catalogue,
                &name,
                works,
                roof,
                &[peak.clone(), bandwidth.clone()],
            );
        }
    }
}

/// The work of each layer that does anything.
fn works(network: &str) -> Vec<Work> {
    let network = by_name(network).expect("the name is a network's");
    let works = network.nodes().iter().map(|node| Work::of(node, ONE_IMAGE));
    works.filter(|work| work.flops > 0).collect()
}

fn add_network(
    catalogue: &mut Catalogue,
    prefix: &str,
    works: &[Work],
    roof: Roofline,
    inputs: &[Arc<Quantity>],
) {
    let is_limited = |work: &&Work| intensity(**work).is_some_and(|it| it < roof.ridge());
    let limited: Vec<Work> = works.iter().filter(is_limited).copied().collect();
    let seconds = |works: &[Work]| works.iter().map(|work| roof.seconds(*work)).sum::<f64>();
    let flops = |works: &[Work]| works.iter().map(|work| work.flops).sum::<u64>() as f64;
    let computed = |leaf: &str, unit: Unit, function: &str, value: f64| {
        let name = format!("{prefix}.{leaf}");
        Quantity::computed(name, unit, function, inputs.to_vec(), Ok(value))
    };
    let least = "Σ max(FLOPs / peak, bytes / bandwidth) over the layers";
    let time = computed("time", Unit::Second, least, seconds(works));
    let below = computed(
        "time_below_ridge",
        Unit::Second,
        "Σ bytes / bandwidth over the layers below the ridge",
        seconds(&limited),
    );
    let share = Formula::of("time below the ridge", &below) / Formula::of("time", &time);
    catalogue.add(share.quantity(format!("{prefix}.time_share_below_ridge"), Unit::One));
    let counts = [
        (
            "layers",
            "count of the layers that compute",
            works.len() as f64,
        ),
        (
            "below_ridge",
            "count of the layers below the ridge",
            limited.len() as f64,
        ),
        (
            "operations_below_ridge",
            "part of the operations in the layers below the ridge",
            flops(&limited) / flops(works),
        ),
    ];
    for (leaf, function, value) in counts {
        catalogue.add(computed(leaf, Unit::One, function, value));
    }
    catalogue.add(time);
    catalogue.add(below);
}

#[cfg(test)]
#[path = "roofline_tests.rs"]
mod tests;
