//! Text, tables and plots from data. Pure: no input, no output.

pub mod numbers;
pub mod palette;
mod csv;
pub mod plot;
pub mod table;

mod beta_over_depth;
mod class_histogram;
mod counted_network;
mod flops_share;
mod flops_table;
mod layer_sums;
mod layer_times;
mod loss_fit;
mod loss_models;
mod loss_regression;
mod measured_rows;
mod names;
mod parameter_server_curves;
mod percent_of_peak;
mod pivot;
mod prediction;
mod quoted_curve;
mod rows_bars;
mod rows_histogram;
mod rows_plot;
mod run_curves;
mod run_settings;
mod run_table;
mod sample_images;
mod shown;

pub use shown::EvidenceMark;

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use plot::Plot;
use serde::de::DeserializeOwned;
use shown::Shown;
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
    Pending {
        /// What mends that, usually a command.
        remedy: String,
    },
}

impl Figure {
    fn plot(plot: Plot) -> Figure {
        Figure::Plot(Box::new(plot))
    }
}

type Arguments = serde_json::Map<String, serde_json::Value>;

type TableView = fn(Arguments, &Facts, EvidenceMark) -> Result<Shown<Table>, String>;
type FigureView = fn(Arguments, &Facts) -> Result<Shown<Figure>, String>;

/// The views that make tables.
const TABLES: &[(&str, TableView)] = &[
    ("flops_by_layer", |arguments, facts, mark| {
        flops_table::by_layer(&parse(arguments)?, facts, mark)
    }),
    ("flops_by_kind", |arguments, facts, mark| {
        flops_table::by_kind(&parse(arguments)?, facts, mark)
    }),
    ("layer_times", |arguments, facts, mark| {
        let NoArguments {} = parse(arguments)?;
        layer_times::times(facts, mark)
    }),
    ("layer_speeds", |arguments, facts, mark| {
        let NoArguments {} = parse(arguments)?;
        layer_times::speeds(facts, mark)
    }),
    ("loss_models", |arguments, facts, mark| {
        let NoArguments {} = parse(arguments)?;
        loss_models::table(facts, mark)
    }),
    ("loss_regression", |arguments, facts, mark| {
        let NoArguments {} = parse(arguments)?;
        loss_regression::table(facts, mark)
    }),
    ("pivot", |arguments, facts, mark| {
        pivot::table(parse(arguments)?, facts, mark)
    }),
    ("runs_of", |arguments, facts, mark| {
        run_table::table(&parse(arguments)?, facts, mark)
    }),
    ("throughput_sources", |arguments, facts, mark| {
        percent_of_peak::sources(&parse(arguments)?, facts, mark)
    }),
];

/// The views that make figures.
const FIGURES: &[(&str, FigureView)] = &[
    ("bars", |arguments, facts| {
        rows_bars::figure(parse(arguments)?, facts)
    }),
    ("beta_over_depth", |arguments, facts| {
        beta_over_depth::figure(&parse(arguments)?, facts)
    }),
    ("class_histogram", |arguments, facts| {
        let NoArguments {} = parse(arguments)?;
        class_histogram::figure(facts)
    }),
    ("curves", |arguments, facts| {
        run_curves::figure(&parse(arguments)?, facts)
    }),
    ("flops_share", |arguments, facts| {
        flops_share::figure(&parse(arguments)?, facts)
    }),
    ("histogram", |arguments, facts| {
        rows_histogram::figure(parse(arguments)?, facts)
    }),
    ("layer_sum_against_full_pass", |arguments, facts| {
        layer_sums::figure(&parse(arguments)?, facts)
    }),
    ("loss_fit", |arguments, facts| {
        loss_fit::figure(&parse(arguments)?, facts)
    }),
    ("loss_residuals", |arguments, facts| {
        loss_fit::residuals(&parse(arguments)?, facts)
    }),
    ("plot", |arguments, facts| {
        rows_plot::figure(parse(arguments)?, facts)
    }),
    ("ppp_by_gpu", |arguments, facts| {
        let NoArguments {} = parse(arguments)?;
        percent_of_peak::by_gpu(facts)
    }),
    ("prediction", |arguments, facts| {
        prediction::figure(&parse(arguments)?, facts)
    }),
    ("quoted_curve", |arguments, facts| {
        quoted_curve::figure(&parse(arguments)?, facts)
    }),
    ("sample_images", |arguments, facts| {
        sample_images::figure(&parse(arguments)?, facts)
    }),
    ("speed_over_workers", |arguments, facts| {
        parameter_server_curves::speed_over_workers(&parse(arguments)?, facts)
    }),
    ("epoch_time_over_workers", |arguments, facts| {
        parameter_server_curves::epoch_time_over_workers(&parse(arguments)?, facts)
    }),
    ("time_to_accuracy", |arguments, facts| {
        parameter_server_curves::time_to_accuracy(&parse(arguments)?, facts)
    }),
];

/// The arguments of a view that has none.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NoArguments {}

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
    let (function, view) = (call(name, &arguments), find(name, TABLES, "table")?);
    exhibit(function, view(arguments, facts, mark))
}

/// The figure that the view `name` makes.
///
/// # Errors
/// As [`table()`].
pub fn figure(name: &str, arguments: Arguments, facts: &Facts) -> Result<Exhibit<Figure>, String> {
    let (function, view) = (call(name, &arguments), find(name, FIGURES, "figure")?);
    exhibit(function, view(arguments, facts))
}

fn find<View: Copy>(name: &str, views: &[(&str, View)], what: &str) -> Result<View, String> {
    let found = views.iter().find(|(known, _)| *known == name);
    found.map(|(_, view)| *view).ok_or_else(|| {
        let known: Vec<_> = views
            .iter()
            .map(|(known, _)| format!("`{known}`"))
            .collect();
        format!(
            "no view named `{name}` makes a {what}; expected one of {}",
            known.join(", ")
        )
    })
}

fn exhibit<T>(function: String, shown: Result<Shown<T>, String>) -> Result<Exhibit<T>, String> {
    let Shown {
        content,
        inputs,
        note,
    } = shown.map_err(|error| format!("view `{function}`: {error}"))?;
    Ok(Exhibit {
        content,
        function,
        inputs,
        note,
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

fn parse<T: DeserializeOwned>(arguments: Arguments) -> Result<T, String> {
    serde_json::from_value(arguments.into()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod loss_tests;
#[cfg(test)]
mod rows_tests;
#[cfg(test)]
mod tests;
