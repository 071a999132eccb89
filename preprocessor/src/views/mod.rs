//! Text, tables and plots from data. Pure: no input, no output.

pub mod table;

mod awaited;
mod measured_rows;
pub(crate) mod number_column;
mod pivot;
mod quoted_curve;
mod rows_bars;
mod rows_histogram;
mod rows_plot;
mod sample_images;
pub(crate) mod shown;

pub use awaited::Awaited;
pub use plots::{self as plot, palette};
pub use shown::EvidenceMark;
pub use writing::numbers;

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::nearest::{nearest, with_nearest};
use plot::Plot;
use serde::de::DeserializeOwned;
pub use shown::Shown;
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
    /// A sentence that belongs to the caption, as Markdown; empty where there is none.
    pub note: String,
    /// What else it would show if it were there, as the note says.
    pub awaited: Awaited,
}

/// A figure without its caption.
#[derive(Debug)]
pub enum Figure {
    /// A plot, to be drawn for a page or for a file.
    Plot(Box<Plot>),
    /// Images side by side.
    Images {
        /// For each its path in the folder of generated files, what it shows, and its content.
        images: Vec<(String, String, Vec<u8>)>,
    },
    /// Nothing was measured yet.
    Pending(Awaited),
}

impl Figure {
    pub(crate) fn plot(plot: Plot) -> Figure {
        Figure::Plot(Box::new(plot))
    }

    /// A figure that cannot be drawn, for a reason that no run mends.
    pub(crate) fn because(reason: &str) -> Figure {
        Figure::Pending(Awaited {
            reason: reason.to_owned(),
            ..Awaited::default()
        })
    }
}

/// What a template gives a view, by name.
pub type Arguments = serde_json::Map<String, serde_json::Value>;

/// Makes a table, its quantities written by the mark.
pub type TableView = fn(Arguments, &Facts, EvidenceMark) -> Result<Shown<Table>, String>;
/// Makes a figure.
pub type FigureView = fn(Arguments, &Facts) -> Result<Shown<Figure>, String>;

/// The views of any book that make tables.
const TABLES: &[(&str, TableView)] = &[("pivot", |arguments, facts, mark| {
    pivot::table(parse(arguments)?, facts, mark)
})];

/// The views of any book that make figures.
const FIGURES: &[(&str, FigureView)] = &[
    ("bars", |arguments, facts| {
        rows_bars::figure(parse(arguments)?, facts)
    }),
    ("histogram", |arguments, facts| {
        rows_histogram::figure(parse(arguments)?, facts)
    }),
    ("plot", |arguments, facts| {
        rows_plot::figure(parse(arguments)?, facts)
    }),
    ("quoted_curve", |arguments, facts| {
        quoted_curve::figure(&parse(arguments)?, facts)
    }),
    ("sample_images", |arguments, facts| {
        sample_images::figure(&parse(arguments)?, facts)
    }),
];

/// The arguments of a view that has none.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoArguments {}

/// The table that the view `name` makes, its quantities written by `mark`.
///
/// # Errors
/// Where no view has that name, an argument is wrong, or the view finds a fault in the data.
pub fn table(
    name: &str,
    arguments: Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Exhibit<Table>, String> {
    let (function, view) = (
        call(name, &arguments),
        find(
            name,
            TABLES.iter().copied().chain(facts.table_views()),
            "table",
        )?,
    );
    exhibit(function, view(arguments, facts, mark))
}

/// The figure that the view `name` makes.
///
/// # Errors
/// As [`table()`].
pub fn figure(name: &str, arguments: Arguments, facts: &Facts) -> Result<Exhibit<Figure>, String> {
    let views = FIGURES.iter().copied().chain(facts.figure_views());
    let (function, view) = (call(name, &arguments), find(name, views, "figure")?);
    exhibit(function, view(arguments, facts))
}

fn find<View>(
    name: &str,
    views: impl Iterator<Item = (&'static str, View)>,
    what: &str,
) -> Result<View, String> {
    let mut known = Vec::new();
    for (other, view) in views {
        if other == name {
            return Ok(view);
        }
        known.push(other);
    }
    known.sort_unstable();
    let hint = match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("`{nearest}`"),
        None => "`topics` in book.toml switches views on".to_owned(),
    };
    let known: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
    Err(format!(
        "no view named `{name}` makes a {what}; expected one of {}; hint: {hint}",
        known.join(", ")
    ))
}

fn exhibit<T>(function: String, shown: Result<Shown<T>, String>) -> Result<Exhibit<T>, String> {
    let Shown {
        content,
        inputs,
        note,
        awaited,
    } = shown.map_err(|error| format!("view `{function}`: {error}"))?;
    Ok(Exhibit {
        content,
        function,
        inputs,
        note,
        awaited,
    })
}

/// A view with its arguments as a template writes them, in the order of their names.
fn call(name: &str, arguments: &Arguments) -> String {
    let mut arguments: Vec<_> = arguments
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    arguments.sort_unstable();
    format!("{name}({})", arguments.join(", "))
}

/// The arguments as the view wants them.
pub(crate) fn parse<T: DeserializeOwned>(arguments: Arguments) -> Result<T, String> {
    serde_json::from_value(arguments.into()).map_err(|error| with_nearest(error.to_string()))
}

#[cfg(test)]
mod rows_tests;
