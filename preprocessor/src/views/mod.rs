//! Text, tables and plots from data. Pure: no input, no output.

mod csv;
pub mod numbers;
pub mod palette;
pub mod plot;
pub mod table;

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use std::sync::Arc;
use table::Table;

/// What a view made, and of what.
#[derive(Debug)]
pub struct Exhibit<T> {
    /// The table or figure.
    pub content: T,
    /// The function that made it, with its arguments, for the evidence appendix.
    pub function: String,
    /// The quantities that it shows.
    pub inputs: Vec<Arc<Quantity>>,
}

/// A figure without its caption.
#[derive(Debug)]
pub enum Figure {
    /// A plot.
    Plot {
        /// For a page, whose style sheet sets colours and fonts.
        inline_svg: String,
        /// For a file that stands alone.
        file_svg: String,
        /// The data, long format.
        csv: String,
        /// What is drawn, for those who do not see it.
        description: String,
    },
    /// Nothing was measured yet.
    Pending {
        /// What mends that, usually a command.
        remedy: String,
    },
}

type Arguments = serde_json::Map<String, serde_json::Value>;

/// The table that the view `name` makes.
///
/// # Errors
/// Where no view has that name, an argument is wrong, or the view finds a fault in the data.
pub fn table(name: &str, _arguments: Arguments, _facts: &Facts) -> Result<Exhibit<Table>, String> {
    Err(format!("no view is named `{name}`"))
}

/// The figure that the view `name` makes.
///
/// # Errors
/// As [`table()`].
pub fn figure(
    name: &str,
    _arguments: Arguments,
    _facts: &Facts,
) -> Result<Exhibit<Figure>, String> {
    Err(format!("no view is named `{name}`"))
}
