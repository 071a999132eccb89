//! The time of one forward pass at a device's peak, for every quoted device and printed count.
//!
//! *printed* divides the operations as Lu et al. print them by the peak. *corrected* doubles them
//! first: they count a multiply-accumulate as one operation, the vendors as two.

use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
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
            let balance = Formula::of("peak", &peak) / Formula::of("memory bandwidth", &bandwidth);
            let unit = Unit::Flop.over(Unit::Byte);
            catalogue.add(balance.quantity(format!("machine_balance.{device}"), unit));
        }
    }
}

fn add_times(
    catalogue: &mut Catalogue,
    prefix: &str,
    printed: &Arc<Quantity>,
    peak: &Arc<Quantity>,
) {
    let printed = Formula::of("FLOPs as printed", printed);
    let peak = Formula::of("peak", peak);
    for (leaf, operations) in [("printed", printed.clone()), ("corrected", 2.0 * printed)] {
        let time =
            (operations / peak.clone()).quantity(format!("{prefix}.{leaf}.time"), Unit::Second);
        let speed = 1.0 / Formula::of("time", &time);
        let name = format!("{prefix}.{leaf}.throughput");
        catalogue.add(speed.quantity(name, Unit::ImagePerSecond));
        catalogue.add(time);
    }
}
