//! Plots: a declaration of axes and marks, drawn as SVG and written as CSV.
//!
//! [`Plot`] says what to show, [`render`] decides where everything stands. plotters gives the
//! coordinates and the round ticks of linear axes; the SVG is written here, because plotters' own
//! backend rounds to whole pixels and knows neither dashes nor classes, and because text must be
//! laid out without a font engine. The SVG has no ids, no scripts and no background.

mod axis;
mod book_palette;
mod check;
mod csv;
mod draw;
mod draw_axes;
mod draw_bars;
mod draw_labels;
mod draw_marks;
mod end_labels;
mod equal_ticks;
mod extent;
mod layout;
mod legend;
mod lying;
mod marks;
mod narrow;
mod notes;
mod panels;
pub mod palette;
mod rules;
mod scale;
mod series;
mod simplify;
mod spread;
mod svg;
mod text;
mod ticks;

pub use self::axis::{Axis, Range, Scale, TickFormat, Ticks, is_crowded, spans_decades};
pub use self::book_palette::{BookPalette, Identity, Subject};
pub use self::csv::to_csv;
pub use self::marks::{
    Band, Bars, Direction, Fill, Key, Line, Mark, Note, Point, Points, Rule, Side,
};
pub use self::panels::Panel;
use crate::palette::{Colour, Dash, SeriesStyle, Shape};
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
    /// What is drawn, from back to front within each kind of mark; in each panel where there are some.
    pub marks: Vec<Mark>,
    /// Small multiples of one plot, which share its axes; none for a single one.
    pub panels: Vec<Panel>,
    /// What the series are about, in the order of their indices; see [`Plot::style_of`].
    pub subjects: Vec<Subject>,
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
            panels: Vec::new(),
            subjects: Vec::new(),
            width: 640,
            height: 360,
        }
    }

    /// What is drawn in any of the panels.
    pub(crate) fn all_marks(&self) -> impl Iterator<Item = &Mark> {
        let in_panels = self.panels.iter().flat_map(|panel| &panel.marks);
        self.marks.iter().chain(in_panels)
    }

    /// The same plot with one mark more.
    #[must_use]
    pub fn with(mut self, mark: impl Into<Mark>) -> Plot {
        self.marks.push(mark.into());
        self
    }

    /// The style of the series that is about `subject`: a place in the plot, for which
    /// [`BookPalette`] puts the colour that the value has in the whole book.
    pub fn style_of(&mut self, subject: impl Into<Subject>) -> SeriesStyle {
        let subject = subject.into();
        let known = self.subjects.iter().position(|known| *known == subject);
        let index = known.unwrap_or(self.subjects.len());
        if known.is_none() {
            self.subjects.push(subject);
        }
        SeriesStyle {
            colour: Colour::Series(index),
            dash: Dash::Series(index),
            shape: Shape::Series(index),
        }
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
    /// Inline in a page on a phone: another drawing, narrower, with text of the same size.
    Narrow,
    /// A file of its own, for the PDF: with its size, title and description as elements.
    File,
}

impl Target {
    fn font(self) -> &'static text::Font {
        match self {
            Target::Html | Target::Narrow => &text::PAGE,
            Target::File => &text::PRINT,
        }
    }
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
    draw::draw(&laid_out(plot, target), target)
}

/// Finds out whether `plot` can be drawn.
///
/// # Errors
/// As [`render`].
pub fn try_out(plot: &Plot, target: Target) -> Result<(), PlotError> {
    check::check(plot)?;
    draw::try_out(&laid_out(plot, target), target.font())
}

/// The plot in the width of the target, with its bars as that leaves room for their numbers.
fn laid_out(plot: &Plot, target: Target) -> Plot {
    let font = target.font();
    match target {
        Target::Narrow => narrow::narrowed(plot, font),
        Target::Html | Target::File => lying::laid(plot, font),
    }
}

#[cfg(test)]
mod drawing_tests;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
