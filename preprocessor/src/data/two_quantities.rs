//! The named derivations of two quantities.

use super::name::of_two;
use crate::evidence::{Origin, Quantity};
use std::sync::Arc;

/// `a / b`.
///
/// # Errors
/// Where `b` is 0 or no float holds the quotient.
pub fn ratio(a: &Arc<Quantity>, b: &Arc<Quantity>) -> Result<Arc<Quantity>, String> {
    if b.value == Some(0.0) {
        return Err(format!("`{}` is 0, and nothing is divided by it", b.name));
    }
    let quotient = of("ratio", "a / b", (a, b), a.unit.over(b.unit), |a, b| a / b)?;
    // Across zero the quotients of an interval are no interval.
    Ok(
        match b
            .interval
            .is_some_and(|(low, high)| low <= 0.0 && high >= 0.0)
        {
            true => quotient,
            false => with_interval(quotient, (a, b), |a, b| a / b),
        },
    )
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
    let difference = of("difference", "a − b", (a, b), a.unit, |a, b| a - b)?;
    Ok(with_interval(difference, (a, b), |a, b| a - b))
}

type Two<'a> = (&'a Arc<Quantity>, &'a Arc<Quantity>);

fn of(
    function: &str,
    formula: &str,
    (a, b): Two,
    unit: crate::evidence::unit::Unit,
    compute: fn(f64, f64) -> f64,
) -> Result<Arc<Quantity>, String> {
    let name = of_two(function, &a.name, &b.name);
    let text = format!("{function}: {formula}");
    let found = Quantity::derived(&*name, unit, text, [a, b], |[a, b]| compute(a, b));
    match found.value.is_none_or(f64::is_finite) {
        true => Ok(found),
        false => Err(format!("`{name}` is too large for a number")),
    }
}

/// The value with the interval that follows where one of the two has one and the other is exact.
///
/// Where both have one none follows: how far the two err together is not known.
fn with_interval(found: Arc<Quantity>, (a, b): Two, compute: fn(f64, f64) -> f64) -> Arc<Quantity> {
    let is_exact = |quantity: &Quantity| matches!(quantity.origin, Origin::Exact { .. });
    let ends = match ((a.interval, a.value), (b.interval, b.value)) {
        ((Some((low, high)), _), (None, Some(b_value))) if is_exact(b) => {
            [compute(low, b_value), compute(high, b_value)]
        }
        ((None, Some(a_value)), (Some((low, high)), _)) if is_exact(a) => {
            [compute(a_value, low), compute(a_value, high)]
        }
        _ => return found,
    };
    let [one, other] = ends;
    match one.is_finite() && other.is_finite() {
        true => found.with_interval(one.min(other), one.max(other)),
        false => found,
    }
}
