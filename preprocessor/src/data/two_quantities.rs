//! The named derivations of two quantities.

use super::name::of_two;
use crate::evidence::{Formula, Origin, Quantity};
use std::sync::Arc;

/// `a / b`.
///
/// # Errors
/// Where `b` is 0 or no float holds the quotient.
pub fn ratio(a: &Arc<Quantity>, b: &Arc<Quantity>) -> Result<Arc<Quantity>, String> {
    if b.known() == Some(0.0) {
        return Err(format!("`{}` is 0, and nothing is divided by it", b.name));
    }
    // Across zero the quotients of an interval are no interval.
    let spans_zero = { b.interval }.is_some_and(|(low, high)| low <= 0.0 && high >= 0.0);
    let has_interval = !spans_zero && one_is_exact(a, b);
    let quotient = Formula::of("a", a) / Formula::of("b", b);
    named(quotient, &of_two("ratio", &a.name, &b.name), has_interval)
}

/// `a − b`.
///
/// # Errors
/// Where their units differ or no float holds the difference.
pub fn difference(a: &Arc<Quantity>, b: &Arc<Quantity>) -> Result<Arc<Quantity>, String> {
    if a.unit != b.unit {
        return Err(format!(
            "`{}` is in `{}` and `{}` in `{}`, expected one unit",
            a.name, a.unit, b.name, b.unit
        ));
    }
    let difference = Formula::of("a", a) - Formula::of("b", b);
    let name = of_two("difference", &a.name, &b.name);
    named(difference, &name, one_is_exact(a, b))
}

/// Whether the interval of the other one is that of the whole.
fn one_is_exact(a: &Quantity, b: &Quantity) -> bool {
    let is_exact = |quantity: &Quantity| {
        matches!(quantity.origin, Origin::Exact { .. }) && quantity.interval.is_none()
    };
    is_exact(a) || is_exact(b)
}

fn named(formula: Formula, name: &str, has_interval: bool) -> Result<Arc<Quantity>, String> {
    let unit = formula.unit();
    let found = match has_interval {
        true => formula.quantity_with_interval(name, unit),
        false => formula.quantity(name, unit),
    };
    let ends = found.interval.map_or([0.0; 2], |(low, high)| [low, high]);
    let mut numbers = found.known().into_iter().chain(ends);
    match numbers.all(f64::is_finite) {
        true => Ok(found),
        false => Err(format!("`{name}` is too large for a number")),
    }
}
