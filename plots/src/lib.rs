//! Plots: a declaration of axes and marks, drawn as SVG and written as CSV.
//!
//! [`Plot`] says what to show, [`render`] decides where everything stands. plotters gives the
//! coordinates and the round ticks of linear axes; the SVG is written here, because plotters' own
//! backend rounds to whole pixels and knows neither dashes nor classes, and because text must be
//! laid out without a font engine. The SVG has no ids, no scripts and no background.

mod axis;
mod check;
mod csv;
mod draw;
mod draw_axes;
mod draw_bars;
mod draw_labels;
mod draw_marks;
mod end_labels;
mod extent;
mod layout;
mod legend;
mod marks;
pub mod palette;
mod rules;
mod scale;
mod series;
mod spread;
mod svg;
mod text;
mod ticks;

pub use self::axis::{Axis, Range, Scale, TickFormat, Ticks};
pub use self::csv::to_csv;
pub use self::marks::{
    Band, Bars, Direction, Fill, Key, Line, Mark, Note, Point, Points, Rule, Side,
};
use thiserror::Error;
use writing::numbers::NumberError;

/// The colours that plots have in mdBook's five themes and in print.
pub const STYLE_SHEET: &str = include_str!("../plots.css");

/// What a plot shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The name that a screen reader says.
    pub title: String,
    /// What the plot shows, for who cannot see it.
    pub description: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, from back to front within each kind of mark.
    pub marks: Vec<Mark>,
    /// Width of the view box.
    pub width: u32,
    /// Height of the view box.
    pub height: u32,
}

impl Plot {
    /// An empty plot of 640 × 360 units.
    pub fn new(title: &str, description: &str, x: Axis, y: Axis) -> Plot {
        let (title, description) = (title.to_owned(), description.to_owned());
        Plot {
            title,
            description,
            x,
            y,
            marks: Vec::new(),
            width: 640,
            height: 360,
        }
    }

    /// The same plot with one mark more.
    #[must_use]
    pub fn with(mut self, mark: impl Into<Mark>) -> Plot {
        self.marks.push(mark.into());
        self
    }

    /// The same plot in another size.
    #[must_use]
    pub fn sized(self, width: u32, height: u32) -> Plot {
        Plot {
            width,
            height,
            ..self
        }
    }
}

/// Where the SVG will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Inline in a page: as wide as its place, title and description as attributes.
    Html,
    /// A file of its own, for the PDF: with its size, title and description as elements.
    File,
}

/// Why a plot cannot be drawn.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PlotError {
    /// No mark, or only marks without points.
    #[error("plot `{title}` has no data")]
    NoData {
        /// The plot's title.
        title: String,
    },
    /// A mark without points.
    #[error("series `{series}` has no points")]
    EmptySeries {
        /// The series' name.
        series: String,
    },
    /// NaN or an infinity among the data.
    #[error("series `{series}`: point {index} holds `{value}`, expected a finite number")]
    NotFinite {
        /// The series' name.
        series: String,
        /// The point's index, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A value that a logarithmic axis has no place for.
    #[error(
        "series `{series}`: point {index} is `{value}` on the logarithmic {axis} axis, expected more than 0"
    )]
    NotPositive {
        /// The series' name.
        series: String,
        /// The point's index, from 0.
        index: usize,
        /// The value.
        value: f64,
        /// `x` or `y`.
        axis: char,
    },
    /// An interval whose ends are in the wrong order.
    #[error("series `{series}`: the interval of point {index} runs from `{low}` to `{high}`")]
    IntervalOrder {
        /// The series' name.
        series: String,
        /// The point's index, from 0.
        index: usize,
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// A fixed range without extent, or one that the axis has no place for.
    #[error("range from `{low}` to `{high}` does not suit the {axis} axis")]
    Range {
        /// `x` or `y`.
        axis: char,
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Bars without categories, with too few or too many values, or on a logarithmic axis.
    #[error("bars `{series}`: {problem}")]
    Bars {
        /// The series' name.
        series: String,
        /// What is wrong.
        problem: String,
    },
    /// Labels leave no room for the data.
    #[error("plot `{title}` of {width} x {height} leaves no room for the data beside its labels")]
    TooSmall {
        /// The plot's title.
        title: String,
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// A tick that cannot be printed.
    #[error(transparent)]
    Number(#[from] NumberError),
}

/// Draws `plot` as SVG: lines of text without a blank one, so that it can stand in Markdown.
///
/// # Errors
/// [`PlotError`] if there is nothing to draw, or something that cannot be drawn.
pub fn render(plot: &Plot, target: Target) -> Result<String, PlotError> {
    check::check(plot)?;
    let layout = layout::Layout::new(plot)?;
    Ok(draw::draw(plot, &layout, target))
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
