//! How values are written: numbers with their units, fields of CSV, and text from outside that must
//! stay text.

pub mod csv;
pub mod decimal;
pub mod escape;
pub mod numbers;
pub mod unit;
