//! Why there is no value.

use std::sync::Arc;

/// Why a quantity has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// It was not measured, or what it is computed from was not.
    #[error("not measured")]
    NotMeasured,
    /// It cannot be computed, for this reason.
    #[error("{0}")]
    Because(Arc<str>),
}

impl From<String> for Missing {
    fn from(reason: String) -> Missing {
        Missing::Because(reason.into())
    }
}

impl From<&str> for Missing {
    fn from(reason: &str) -> Missing {
        Missing::Because(reason.into())
    }
}
