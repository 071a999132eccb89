//! What can be drawn between the axes.

use crate::palette::{Colour, Dash, SeriesStyle, Shape};

/// One thing drawn between the axes.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points: a model.
    Line(Line),
    /// Single points: measurements, or hollow ones for quoted values.
    Points(Points),
    /// An area between two curves: an interval.
    Band(Band),
    /// Bars from zero, one for each category.
    Bars(Bars),
    /// A straight line across the plot.
    Rule(Rule),
    /// Words beside a place.
    Note(Note),
}

/// Where a series is named. A name that several marks share is printed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// At the end of its line, or in the legend where too many lines end.
    Direct,
    /// In the legend above the plot.
    Legend,
    /// Nowhere: another mark or the caption says it.
    None,
}

/// A line through points.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The series' name.
    pub name: String,
    /// (x, y), in the order in which they are joined.
    pub points: Vec<(f64, f64)>,
    /// The colour.
    pub colour: Colour,
    /// The pattern.
    pub dash: Dash,
    /// Where the name is printed.
    pub key: Key,
}

impl Line {
    /// A line named at its end.
    pub fn new(name: &str, points: impl Into<Vec<(f64, f64)>>, style: SeriesStyle) -> Line {
        let (colour, dash) = (style.colour, style.dash);
        Line {
            name: name.to_owned(),
            points: points.into(),
            colour,
            dash,
            key: Key::Direct,
        }
    }

    /// The same line with its name elsewhere.
    #[must_use]
    pub fn keyed(self, key: Key) -> Line {
        Line { key, ..self }
    }
}

/// A point with the interval that holds its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Horizontal value, or the index of a category.
    pub x: f64,
    /// Vertical value, or the index of a category.
    pub y: f64,
    /// Lower and upper end, along x if the vertical axis has categories, else along y.
    pub interval: Option<(f64, f64)>,
}

/// Single points.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// The series' name.
    pub name: String,
    /// The points.
    pub points: Vec<Point>,
    /// The colour.
    pub colour: Colour,
    /// The shape.
    pub shape: Shape,
    /// Filled for measured and derived values, hollow for quoted ones.
    pub filled: bool,
    /// Where the name is printed.
    pub key: Key,
}

impl Points {
    /// Filled points named in the legend.
    pub fn new(name: &str, points: impl Into<Vec<Point>>, style: SeriesStyle) -> Points {
        Points {
            name: name.to_owned(),
            points: points.into(),
            colour: style.colour,
            shape: style.shape,
            filled: true,
            key: Key::Legend,
        }
    }

    /// Filled points without intervals, named in the legend.
    pub fn plain(name: &str, points: &[(f64, f64)], style: SeriesStyle) -> Points {
        let point = |&(x, y): &(f64, f64)| Point {
            x,
            y,
            interval: None,
        };
        Points::new(name, points.iter().map(point).collect::<Vec<_>>(), style)
    }

    /// The same points, hollow.
    #[must_use]
    pub fn hollow(self) -> Points {
        Points {
            filled: false,
            ..self
        }
    }

    /// The same points with their name elsewhere.
    #[must_use]
    pub fn keyed(self, key: Key) -> Points {
        Points { key, ..self }
    }
}

/// An area between two curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The series' name.
    pub name: String,
    /// (x, low, high), in order of x.
    pub points: Vec<(f64, f64, f64)>,
    /// The colour.
    pub colour: Colour,
    /// Where the name is printed.
    pub key: Key,
}

impl Band {
    /// A band without a name in the plot.
    pub fn new(name: &str, points: impl Into<Vec<(f64, f64, f64)>>, colour: Colour) -> Band {
        Band {
            name: name.to_owned(),
            points: points.into(),
            colour,
            key: Key::None,
        }
    }

    /// The same band with its name elsewhere.
    #[must_use]
    pub fn keyed(self, key: Key) -> Band {
        Band { key, ..self }
    }
}

/// The inside of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The full colour.
    Solid,
    /// A light tint with an outline.
    Tint,
    /// The page's colour with an outline, for quoted values.
    Hollow,
}

/// Bars from zero. Several of them in one plot stand side by side in their order.
///
/// They stand upright if the horizontal axis has the categories and lie if the vertical one has.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// The series' name.
    pub name: String,
    /// One value for each category.
    pub values: Vec<f64>,
    /// The categories, by index, that have no bar; their values count for nothing.
    pub absent: Vec<usize>,
    /// The interval that holds each value, where there is one; empty for none at all.
    pub intervals: Vec<Option<(f64, f64)>>,
    /// What is printed at the end of each bar; empty for nothing at all.
    pub labels: Vec<String>,
    /// The colour.
    pub colour: Colour,
    /// The colours of the single bars, where each category has its own; empty for one of all.
    pub colours: Vec<Colour>,
    /// The inside.
    pub fill: Fill,
    /// Where the name is printed.
    pub key: Key,
}

impl Bars {
    /// Solid bars named in the legend.
    pub fn new(name: &str, values: impl Into<Vec<f64>>, colour: Colour) -> Bars {
        Bars {
            name: name.to_owned(),
            values: values.into(),
            absent: Vec::new(),
            intervals: Vec::new(),
            labels: Vec::new(),
            colour,
            colours: Vec::new(),
            fill: Fill::Solid,
            key: Key::Legend,
        }
    }

    /// The same bars without those of some categories.
    #[must_use]
    pub fn without(self, absent: impl Into<Vec<usize>>) -> Bars {
        let absent = absent.into();
        Bars { absent, ..self }
    }

    /// The same bars with the intervals that hold their values.
    #[must_use]
    pub fn with_intervals(self, intervals: impl Into<Vec<Option<(f64, f64)>>>) -> Bars {
        let intervals = intervals.into();
        Bars { intervals, ..self }
    }

    /// The interval of the bar with this index.
    pub(super) fn interval(&self, index: usize) -> Option<(f64, f64)> {
        self.intervals.get(index).copied().flatten()
    }

    /// The same bars with text at their ends.
    #[must_use]
    pub fn labelled(self, labels: impl Into<Vec<String>>) -> Bars {
        Bars {
            labels: labels.into(),
            ..self
        }
    }

    /// The same bars, each in a colour of its own.
    #[must_use]
    pub fn coloured(self, colours: impl Into<Vec<Colour>>) -> Bars {
        let colours = colours.into();
        Bars { colours, ..self }
    }

    /// The colour of the bar with this index.
    pub(super) fn colour(&self, index: usize) -> Colour {
        self.colours.get(index).copied().unwrap_or(self.colour)
    }

    /// The same bars with their name elsewhere.
    #[must_use]
    pub fn keyed(self, key: Key) -> Bars {
        Bars { key, ..self }
    }

    /// The same bars with another inside.
    #[must_use]
    pub fn filled(self, fill: Fill) -> Bars {
        Bars { fill, ..self }
    }
}

/// The direction of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right, at a value of the vertical axis.
    Horizontal,
    /// From bottom to top, at a value of the horizontal axis.
    Vertical,
}

/// A straight line across the plot: a limit, a change of the learning rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What it means: above a vertical rule, right of a horizontal one. May be empty.
    pub label: String,
    /// Its direction.
    pub direction: Direction,
    /// Where it crosses the axis.
    pub at: f64,
}

impl Rule {
    /// A rule at a value of the horizontal axis.
    pub fn vertical(label: &str, at: f64) -> Rule {
        Rule {
            label: label.to_owned(),
            direction: Direction::Vertical,
            at,
        }
    }

    /// A rule at a value of the vertical axis.
    pub fn horizontal(label: &str, at: f64) -> Rule {
        Rule {
            label: label.to_owned(),
            direction: Direction::Horizontal,
            at,
        }
    }
}

/// On which side of its place a note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Centred above.
    Above,
    /// Centred below.
    Below,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// Words beside a place in the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The words.
    pub text: String,
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
    /// Where the words stand; the other side if they would leave the plot.
    pub side: Side,
    /// The colour of the series that it belongs to.
    pub colour: Colour,
}

impl Note {
    /// A note in the colour of the text.
    pub fn new(text: &str, x: f64, y: f64, side: Side) -> Note {
        Note {
            text: text.to_owned(),
            x,
            y,
            side,
            colour: Colour::Ink,
        }
    }

    /// The same note in the colour of a series.
    #[must_use]
    pub fn coloured(self, colour: Colour) -> Note {
        Note { colour, ..self }
    }
}

impl Mark {
    /// The same mark, which the legend above the panels names.
    pub(super) fn unnamed(&self) -> Mark {
        match self.clone() {
            Mark::Line(line) => line.keyed(Key::None).into(),
            Mark::Points(points) => points.keyed(Key::None).into(),
            Mark::Band(band) => band.keyed(Key::None).into(),
            Mark::Bars(bars) => bars.keyed(Key::None).into(),
            other => other,
        }
    }
}

macro_rules! marks {
    ($($kind:ident),*) => {
        $(impl From<$kind> for Mark {
            fn from(mark: $kind) -> Mark {
                Mark::$kind(mark)
            }
        })*
    };
}

marks!(Line, Points, Band, Bars, Rule, Note);
