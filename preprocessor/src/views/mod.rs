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
mod view;

pub use awaited::Awaited;
pub use plots::{self as plot, palette};
pub use shown::EvidenceMark;
pub use view::{Argument, Arguments, Make, View};
pub(crate) use view::{NoArguments, described, parse};
pub use writing::numbers;

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use plot::Plot;
use results::nearest;
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

/// The views of any book.
pub(crate) const VIEWS: &[View] = &[
    View {
        name: "plot",
        about: "One column of a table over another, as points and lines",
        example: r#"table="times", x="n", y="seconds", by="program", x_log=true, y_log=true, y_unit="ms""#,
        arguments: described::<rows_plot::Arguments>,
        make: Make::Figure(|arguments, facts| rows_plot::figure(parse(arguments)?, facts)),
    },
    View {
        name: "bars",
        about: "One column of a table for each value of another, as bars",
        example: r#"table="times", x="n", y="seconds", by="program", y_unit="ms", lying=true"#,
        arguments: described::<rows_bars::Arguments>,
        make: Make::Figure(|arguments, facts| rows_bars::figure(parse(arguments)?, facts)),
    },
    View {
        name: "histogram",
        about: "How often the values of a column of a table occur",
        example: r#"table="times", x="seconds", x_unit="ms", bins=6, where={"program": "sorted"}"#,
        arguments: described::<rows_histogram::Arguments>,
        make: Make::Figure(|arguments, facts| rows_histogram::figure(parse(arguments)?, facts)),
    },
    View {
        name: "pivot",
        about: "One column of a table in rows and columns",
        example: r#"table="times", value="seconds", rows="n", columns="program", unit="ms", interval=true"#,
        arguments: described::<pivot::Arguments>,
        make: Make::Table(|arguments, facts, mark| pivot::table(parse(arguments)?, facts, mark)),
    },
    View {
        name: "quoted_curve",
        about: "Curves of `quoted.toml`: facts with `value` and `index` as lists",
        example: r#"names=["published.sorting"], labels=["as published"], x_label="Keys", y_label="Time", x_scale="log""#,
        arguments: described::<quoted_curve::Arguments>,
        make: Make::Figure(|arguments, facts| quoted_curve::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "sample_images",
        about: "Images of a data set, as `[preprocessor.measured.samples]` in `book.toml` chooses them",
        example: r#"data_set="animals""#,
        arguments: described::<sample_images::Arguments>,
        make: Make::Figure(|arguments, facts| sample_images::figure(&parse(arguments)?, facts)),
    },
];

/// The views that a chapter may ask for: those of any book, and those of the book's topics.
pub fn views(facts: &Facts) -> impl Iterator<Item = &'static View> {
    VIEWS
        .iter()
        .chain(facts.topics.iter().flat_map(|topic| topic.views()))
}

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
    let make = |view: &View| match view.make {
        Make::Table(make) => Some(make),
        Make::Figure(_) => None,
    };
    let (function, make) = (call(name, &arguments), find(name, facts, ("table", make))?);
    exhibit(function, make(arguments, facts, mark))
}

/// The figure that the view `name` makes.
///
/// # Errors
/// As [`table()`].
pub fn figure(name: &str, arguments: Arguments, facts: &Facts) -> Result<Exhibit<Figure>, String> {
    let make = |view: &View| match view.make {
        Make::Figure(make) => Some(make),
        Make::Table(_) => None,
    };
    let (function, make) = (call(name, &arguments), find(name, facts, ("figure", make))?);
    exhibit(function, make(arguments, facts))
}

/// What makes the view `name`, of those that make `what`.
fn find<T>(
    name: &str,
    facts: &Facts,
    (what, make): (&str, impl Fn(&View) -> Option<T>),
) -> Result<T, String> {
    let mut known = Vec::new();
    for view in views(facts) {
        match make(view) {
            Some(make) if view.name == name => return Ok(make),
            Some(_) => known.push(view.name),
            None if view.name == name => {
                let other = if what == "table" { "figure" } else { "table" };
                return Err(format!(
                    "the view `{name}` makes no {what}; hint: `filter {other}`"
                ));
            }
            None => {}
        }
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

#[cfg(test)]
mod rows_drawing_tests;
#[cfg(test)]
mod rows_tests;
