//! What tests ask of a catalogue.

use crate::catalogue::Catalogue;

/// Checks a value to nine digits, or that there is none.
pub(super) fn check(catalogue: &Catalogue, name: &str, expect: Option<f64>) {
    let found = catalogue.quantity(name).expect("it was added").known();
    let same = match (found, expect) {
        (Some(found), Some(expect)) => (found - expect).abs() <= 1e-9 * expect.abs(),
        (found, expect) => found == expect,
    };
    assert!(same, "{name} is {found:?}, expected {expect:?}");
}
