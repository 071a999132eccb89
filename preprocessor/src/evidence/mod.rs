//! A number and where it comes from.
//!
//! Nothing reaches a template as a bare float. A [`Quantity`] is *measured* (read from a run's
//! record or from a table), *derived* (computed from other quantities), *quoted* (taken from a publication) or
//! *exact* (true by definition, such as the batch size that a plan prescribes).

mod formula;
mod missing;
mod quantity;
mod quoted;
mod source;

pub use formula::{Formula, Statistic};
pub use missing::Missing;
pub(crate) use quantity::each_once;
pub use quantity::{Kind, Origin, Quantity, Quotation};
pub use quoted::{QuotedFact, read_quoted, read_quoted_in};
pub use source::{Concern, Measurement, Source, SourceId};
pub use writing::unit;
