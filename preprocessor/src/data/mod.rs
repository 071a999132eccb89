//! Tables of one's own measurements: `data.toml` declares them, CSV and JSON files hold them.
//!
//! The way of the data: [`read_declarations`] reads what is declared, [`Table::read`] the bytes of a
//! file, `select` finds the rows that a template names, [`Tables::pick`] makes a quantity of them,
//! and [`ratio`] and [`difference`] one of two quantities. Pure: no input, no output.

mod content;
mod csv;
mod declaration;
mod document;
mod json;
mod name;
mod number;
mod pick;
mod seal;
mod select;
mod separator;
mod sheet;
mod table;
mod text;
mod two_quantities;

pub use content::{Cells, Content, Places, Wanted, as_identifier};
pub(crate) use csv::Fault;
pub use declaration::{Cites, Decimal, Declaration, Declared, read_declarations};
pub use name::{Call, parse_name};
pub(crate) use number::{Hints, NumberReader};
pub use seal::{Sealed, seal};
pub use select::{Filters, filters};
pub use separator::Separator;
pub(crate) use sheet::{Expected, Sheet};
pub use table::{State, Table, Tables};
pub(crate) use text::decoded;
pub use two_quantities::{difference, ratio};

#[cfg(test)]
mod reading_tests;
#[cfg(test)]
mod tests;
