//! The time of one forward pass at a device's peak, for every quoted device and printed count.
//!
//! *printed* divides the operations as Lu et al. print them by the peak. *corrected* doubles them
//! first: they count a multiply-accumulate as one operation, the vendors as two.

use crate::catalogue::Catalogue;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use std::sync::Arc;

pub(crate) fn add(catalogue: &mut Catalogue) {
    for device in catalogue.groups("device") {
        let Some(peak) = catalogue.known(&format!("device.{device}.peak_fp32")) else {
            continue;
        };
        for network in catalogue.groups("lu") {
            if let Some(printed) = catalogue.known(&format!("lu.{network}.total")) {
                let prefix = format!("inference.{device}.{network}");
                add_times(catalogue, &prefix, &printed, &peak);
            }
        }
        if let Some(bandwidth) = catalogue.known(&format!("device.{device}.memory_bandwidth")) {
            catalogue.add(Quantity::derived(
                format!("machine_balance.{device}"),
                Unit::One,
                "peak / memory bandwidth, FLOP per byte",
                [&peak, &bandwidth],
                |[peak, bandwidth]| peak / bandwidth,
            ));
        }
    }
}

fn add_times(
    catalogue: &mut Catalogue,
    prefix: &str,
    printed: &Arc<Quantity>,
    peak: &Arc<Quantity>,
) {
    for (leaf, formula, factor) in [
        ("printed", "FLOPs as printed / peak", 1.0),
        ("corrected", "2 × FLOPs as printed / peak", 2.0),
    ] {
        let time = Quantity::derived(
            format!("{prefix}.{leaf}.time"),
            Unit::Second,
            formula,
            [printed, peak],
            |[flops, peak]| factor * flops / peak,
        );
        catalogue.add(Quantity::derived(
            format!("{prefix}.{leaf}.throughput"),
            Unit::ImagePerSecond,
            "1 / time",
            [&time],
            |[seconds]| 1.0 / seconds,
        ));
        catalogue.add(time);
    }
}
