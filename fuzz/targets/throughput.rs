//! `book/published/training_throughput.csv`, and the percents of peak that follow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::catalogue::Catalogue;
use mdbook_measured::evidence::Quantity;
use mdbook_measured::evidence::unit::Unit;
use mdbook_measured::topic::ReadFile;
use mdbook_measured::topics::operations::quantities::throughput::add;

fuzz_target!(|table: &str| {
    let mut catalogue = Catalogue::default();
    for network in ["resnet18", "resnet50", "resnet50_bottleneck"] {
        let name = format!("flops.{network}.training.two");
        catalogue.add(Quantity::exact(name, Unit::Flop, 1.2e10, "a count"));
    }
    for board in ["k80_gpu", "p100_sxm2", "v100_sxm2"] {
        let name = format!("device.{board}.peak_fp32");
        catalogue.add(Quantity::exact(
            name,
            Unit::FlopPerSecond,
            1e13,
            "a data sheet",
        ));
    }
    let table = ReadFile {
        path: "published.csv".to_owned(),
        text: table.to_owned(),
    };
    if add(&mut catalogue, Some(&table)).is_ok() {
        for quantity in catalogue.quantities("") {
            assert!(
                quantity.value.as_ref().is_ok_and(|value| value.is_finite()),
                "{quantity:?}"
            );
        }
    }
});
