//! A number and where it comes from.
//!
//! Nothing reaches a template as a bare float. A [`Quantity`] is *measured* (read from a run's
//! record), *derived* (computed from other quantities), *quoted* (taken from a publication) or
//! *exact* (true by definition, such as the batch size that a plan prescribes).

mod quantity;
mod quoted;

pub use quantity::{Concern, Kind, Measurement, Origin, Quantity, Quotation, RunSource};
pub use quoted::{QuotedFact, read_quoted};
pub use writing::unit;
