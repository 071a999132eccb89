//! `results/speeds.csv`, and the coefficients that follow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::catalogue::Catalogue;

fuzz_target!(|table: &str| {
    let mut catalogue = Catalogue::default();
    if catalogue.add_measured_speeds(Some(table)).is_ok() {
        for quantity in catalogue.quantities("") {
            assert!(quantity.value.is_some_and(f64::is_finite), "{quantity:?}");
        }
    }
});
