//! Text, tables and plots from data. Pure: no input, no output.

mod csv;
pub mod numbers;
pub mod palette;
pub mod plot;
pub mod table;
pub mod units;
