//! The check that a physical quantity is a finite number above 0.

/// A value that should be finite and above 0.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("`{what}` is `{value}`; expected a finite number above 0")]
pub struct NotPositive {
    /// The quantity's name, with its unit.
    pub what: &'static str,
    /// Its value.
    pub value: f64,
}

/// Hands `value` back if it is finite and above 0.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, NotPositive> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(NotPositive { what, value })
    }
}
