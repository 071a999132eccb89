//! The colours of plots, each with a second cue for grey print.
//!
//! The hues are about those of Okabe and Ito (<https://jfly.uni-koeln.de/color/>), whose orange, sky
//! blue and purple are too light for lines on white and on beige paper. These were searched for by a
//! program: on the paper of each theme lines have a contrast of 3 to 1 or more and names of 4.5 to 1,
//! and any two colours differ by ΔE₀₀ = 9 or more, to the colour-blind too.
//!
//! Plots carry the colours for white and beige paper as presentation attributes; `plots.css`
//! replaces them by attribute selectors where the page is dark.

/// Text.
pub const INK: &str = "#1a1a1a";
/// Tick labels, axes and other furniture.
pub const MUTED: &str = "#595959";
/// Grid lines.
pub const GRID: &str = "#dcdcdc";
/// The page; fills hollow markers and surrounds text that crosses lines.
pub const PAPER: &str = "#ffffff";

/// The colour of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// Blue.
    Blue,
    /// Vermillion.
    Vermillion,
    /// Green.
    Green,
    /// Purple.
    Purple,
    /// Ochre.
    Ochre,
    /// Sky blue.
    SkyBlue,
    /// A grey for what is only there to compare with.
    Grey,
    /// The ink of the text.
    Ink,
    /// That of the plot's series with this index, from 0, until the book's palette says which.
    Series(usize),
}

impl Colour {
    /// The colours of series, in the order in which they take them. Grey is none of them.
    pub const OF_SERIES: [Colour; 7] = [
        Colour::Blue,
        Colour::Vermillion,
        Colour::Green,
        Colour::Purple,
        Colour::Ochre,
        Colour::SkyBlue,
        Colour::Ink,
    ];

    /// The colour of lines and areas on white and on beige paper.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Colour::Blue => "#004998",
            Colour::Vermillion => "#ac4641",
            Colour::Green => "#055f0e",
            Colour::Purple => "#b25999",
            Colour::Ochre => "#908004",
            Colour::SkyBlue => "#3182d2",
            Colour::Grey => "#757575",
            Colour::Ink => INK,
            Colour::Series(index) => series(index).colour.mark(),
        }
    }

    /// The same hue, dark enough for text there (contrast 4.5 to 1 or more).
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Colour::Blue => "#004998",
            Colour::Vermillion => "#a5433e",
            Colour::Green => "#055f0f",
            Colour::Purple => "#92497d",
            Colour::Ochre => "#706403",
            Colour::SkyBlue => "#2665a4",
            Colour::Grey => MUTED,
            Colour::Ink => INK,
            Colour::Series(index) => series(index).colour.label(),
        }
    }
}

/// The pattern of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dashes and dots in turn.
    DashDotted,
    /// Long dashes.
    LongDashed,
    /// Dashes with two dots between them.
    DashDoubleDotted,
    /// Short dashes.
    ShortDashed,
    /// That of the plot's series with this index, as [`Colour::Series`].
    Series(usize),
}

impl Dash {
    /// The patterns of series, in the order in which they take them.
    const OF_SERIES: [Dash; 7] = [
        Dash::Solid,
        Dash::Dashed,
        Dash::DashDotted,
        Dash::Dotted,
        Dash::LongDashed,
        Dash::DashDoubleDotted,
        Dash::ShortDashed,
    ];

    /// The value of `stroke-dasharray`, none for an unbroken line.
    #[must_use]
    pub fn pattern(self) -> Option<&'static str> {
        match self {
            Dash::Solid => None,
            Dash::Dashed => Some("7 4"),
            Dash::Dotted => Some("1.5 3.5"),
            Dash::DashDotted => Some("8 3 1.5 3"),
            Dash::LongDashed => Some("15 4"),
            Dash::DashDoubleDotted => Some("8 3 1.5 3 1.5 3"),
            Dash::ShortDashed => Some("3.5 2.5"),
            Dash::Series(index) => series(index).dash.pattern(),
        }
    }
}

/// The shape of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle that points up.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle that points down.
    TriangleDown,
    /// Two bars that cross upright.
    Plus,
    /// Two bars that cross aslant.
    Cross,
    /// That of the plot's series with this index, as [`Colour::Series`].
    Series(usize),
}

impl Shape {
    /// The shapes of series, in the order in which they take them.
    const OF_SERIES: [Shape; 7] = [
        Shape::Circle,
        Shape::Square,
        Shape::Triangle,
        Shape::Diamond,
        Shape::TriangleDown,
        Shape::Plus,
        Shape::Cross,
    ];
}

/// A colour with the cues that tell it from the others without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesStyle {
    /// The colour.
    pub colour: Colour,
    /// The pattern of the series' line.
    pub dash: Dash,
    /// The shape of the series' markers.
    pub shape: Shape,
}

/// The style at this place of the palette, from 0. The first seven differ in each cue; behind them
/// the colours come again with other dashes and shapes.
#[must_use]
pub fn series(index: usize) -> SeriesStyle {
    const COLOURS: usize = Colour::OF_SERIES.len();
    let cue = (index + index / COLOURS) % COLOURS;
    SeriesStyle {
        colour: Colour::OF_SERIES[index % COLOURS],
        dash: Dash::OF_SERIES[cue],
        shape: Shape::OF_SERIES[cue],
    }
}

#[cfg(test)]
#[path = "palette_tests.rs"]
mod tests;
