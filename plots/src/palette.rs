//! The colours of plots: those of Okabe and Ito (<https://jfly.uni-koeln.de/color/>), which stay
//! distinct to the colour-blind, each with a second cue for grey print.
//!
//! Plots carry the colours for white paper as presentation attributes; `plots.css` replaces
//! them by attribute selectors where the page is dark.

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
    /// Okabe and Ito's blue.
    Blue,
    /// Okabe and Ito's vermillion.
    Vermillion,
    /// Okabe and Ito's bluish green.
    BluishGreen,
    /// Okabe and Ito's reddish purple.
    ReddishPurple,
    /// Okabe and Ito's orange.
    Orange,
    /// Okabe and Ito's sky blue.
    SkyBlue,
    /// A grey for what is only there to compare with.
    Grey,
    /// The ink of the text.
    Ink,
}

impl Colour {
    /// Every colour, in the order in which series take them.
    pub const ALL: [Colour; 8] = [
        Colour::Blue,
        Colour::Vermillion,
        Colour::BluishGreen,
        Colour::ReddishPurple,
        Colour::Orange,
        Colour::SkyBlue,
        Colour::Grey,
        Colour::Ink,
    ];

    /// The colour of lines and areas on white paper.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Colour::Blue => "#0072b2",
            Colour::Vermillion => "#d55e00",
            Colour::BluishGreen => "#009e73",
            Colour::ReddishPurple => "#cc79a7",
            Colour::Orange => "#e69f00",
            Colour::SkyBlue => "#56b4e9",
            Colour::Grey => "#8a8a8a",
            Colour::Ink => INK,
        }
    }

    /// The same hue, dark enough for text on white paper (contrast 4.5 to 1 or more).
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Colour::Blue => "#00629a",
            Colour::Vermillion => "#b04e00",
            Colour::BluishGreen => "#007a59",
            Colour::ReddishPurple => "#a34f7f",
            Colour::Orange => "#8f6300",
            Colour::SkyBlue => "#22729f",
            Colour::Grey => MUTED,
            Colour::Ink => INK,
        }
    }
}

/// The pattern of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dashes and dots in turn.
    DashDotted,
}

impl Dash {
    /// The value of `stroke-dasharray`, none for an unbroken line.
    #[must_use]
    pub fn pattern(self) -> Option<&'static str> {
        match self {
            Dash::Solid => None,
            Dash::Dashed => Some("7 4"),
            Dash::Dotted => Some("1.5 3.5"),
            Dash::DashDotted => Some("8 3 1.5 3"),
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

/// The style of the series with this index, from 0. After the eighth the colours come again with
/// other dashes and shapes.
#[must_use]
pub fn series(index: usize) -> SeriesStyle {
    const DASHES: [Dash; 4] = [Dash::Solid, Dash::Dashed, Dash::DashDotted, Dash::Dotted];
    const SHAPES: [Shape; 4] = [
        Shape::Circle,
        Shape::Square,
        Shape::Triangle,
        Shape::Diamond,
    ];
    let cue = index + index / Colour::ALL.len();
    SeriesStyle {
        colour: Colour::ALL[index % Colour::ALL.len()],
        dash: DASHES[cue % DASHES.len()],
        shape: SHAPES[cue % SHAPES.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(hex: &str) -> f64 {
        let channel = |range: std::ops::Range<usize>| {
            let byte = u8::from_str_radix(&hex[range], 16).expect("two hexadecimal digits");
            let share = f64::from(byte) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1..3) + 0.7152 * channel(3..5) + 0.0722 * channel(5..7)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn labels_are_legible_on_paper() {
        for colour in Colour::ALL {
            let contrast = contrast(colour.label(), PAPER);
            assert!(contrast >= 4.5, "{colour:?} has {contrast:.2}");
        }
    }

    #[test]
    fn the_style_sheet_knows_every_colour() {
        let series = Colour::ALL
            .iter()
            .flat_map(|colour| [colour.mark(), colour.label()]);
        for colour in series.chain([INK, MUTED, GRID, PAPER]) {
            assert!(
                crate::STYLE_SHEET.contains(colour),
                "`plots.css` lacks `{colour}`"
            );
        }
    }

    #[test]
    fn neighbouring_series_differ_in_every_cue() {
        for index in 0..16 {
            let (a, b) = (super::series(index), super::series(index + 1));
            assert!(
                a.colour != b.colour && a.dash != b.dash && a.shape != b.shape,
                "{index}"
            );
        }
    }
}
