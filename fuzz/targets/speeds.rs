//! `results/speeds.csv`, and the coefficients that follow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::catalogue::Catalogue;
use mdbook_measured::topic::ReadFile;
use mdbook_measured::topics::optimus::quantities::measured_speeds::add;

fuzz_target!(|table: &str| {
    let mut catalogue = Catalogue::default();
    let table = ReadFile {
        path: "speeds.csv".to_owned(),
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
