//! Names at the right ends of lines and of horizontal rules, in a column beside the frame.

use super::extent::Ranges;
use super::layout::{Frame, LABEL_SIZE, LINE_HEIGHT, vertical};
use super::rules::horizontal_rules;
use super::scale::Coordinates;
use super::series::Series;
use super::spread::spread;
use super::text::Font;
use super::{Plot, Rule};
use crate::palette::Colour;

/// As small as text is on a phone.
const SMALLEST_SIZE: f64 = 12.0;
/// The column takes at most this share of the width, and less of a narrow drawing.
const MOST_SHARE: f64 = 0.36;
const MOST_NARROW_SHARE: f64 = 0.28;
const NARROW: u32 = 500;
/// Between the right side of the frame and names inside of it.
const INSIDE_GAP: f64 = 4.0;
/// Lines that end in the last part of the horizontal axis are named in the column.
const BESIDE_FRAME: f64 = 0.95;
/// Between the end of a line and its name, and where thin lines have to join them.
const GAP: f64 = 8.0;
const LEADER_GAP: f64 = 18.0;
/// About the share of a plot's height that the frame takes.
const FRAME_SHARE: f64 = 0.7;
/// Names may reach so far above and below the frame.
const OVERHANG: f64 = 8.0;

/// A name at its place.
pub(super) struct Label {
    pub(super) text: String,
    pub(super) colour: Colour,
    /// Where the line ends.
    pub(super) anchor: (f64, f64),
    /// Where the text begins; its vertical centre.
    pub(super) place: (f64, f64),
}

/// The names before the frame is known.
pub(super) struct Ends<'a> {
    ends: Vec<End<'a>>,
    /// Font size.
    pub(super) size: f64,
    gap: f64,
    font: &'a Font,
    /// Whether there is a column; without it the names of rules stand on them, inside the frame.
    has_column: bool,
    /// That of the plot.
    width: f64,
}

struct End<'a> {
    name: &'a str,
    colour: Colour,
    at: (f64, f64),
    /// Height of the end within the frame, 0 to 1.
    height: f64,
    /// In the column, not inside the frame.
    beside: bool,
}

impl<'a> Ends<'a> {
    /// Names for these series and for the plot's horizontal rules, in a size that fits.
    pub(super) fn new(
        plot: &'a Plot,
        ranges: &Ranges,
        series: Vec<Series<'a>>,
        (font, has_column): (&'a Font, bool),
    ) -> Ends<'a> {
        let of_series = series.iter().filter_map(|series| {
            Some(End::new(
                plot,
                ranges,
                series.name,
                series.colour(),
                series.end(ranges)?,
            ))
        });
        let (right, (low, high)) = (ranges.x.1, ranges.y);
        let seen = |rule: &&Rule| (low..=high).contains(&rule.at);
        let of_rules = horizontal_rules(plot)
            .filter(seen)
            .map(|rule| End::new(plot, ranges, &rule.label, Colour::Grey, (right, rule.at)));
        let ends: Vec<End> = of_series.chain(of_rules).collect();
        let room = f64::from(plot.height) * FRAME_SHARE;
        let size = room / (ends.len().max(1) as f64 * LINE_HEIGHT);
        let size = size.clamp(SMALLEST_SIZE, LABEL_SIZE);
        let gap = if crowded(&ends, size * LINE_HEIGHT / room) {
            LEADER_GAP
        } else {
            GAP
        };
        Ends {
            ends,
            size,
            gap,
            font,
            has_column,
            width: f64::from(plot.width),
        }
    }

    /// The room that the column needs; nothing if that is too much of the plot's width.
    pub(super) fn margin(&self, plot: &Plot) -> Option<f64> {
        if !self.has_column {
            return Some(0.0);
        }
        let beside = self.ends.iter().filter(|end| end.beside);
        let widest = beside
            .map(|end| self.font.width(end.name, self.size))
            .fold(0.0, f64::max);
        let margin = if widest > 0.0 {
            widest + self.gap + 2.0
        } else {
            0.0
        };
        let most = match plot.width {
            0..NARROW => MOST_NARROW_SHARE,
            _ => MOST_SHARE,
        };
        (widest <= most * f64::from(plot.width)).then_some(margin)
    }

    /// The names at their places; nothing if they do not fit one below the other.
    pub(super) fn place(
        &self,
        frame: &Frame,
        x: &Coordinates,
        y: &Coordinates,
    ) -> Option<Vec<Label>> {
        let anchor = |end: &End| (x.place(end.at.0), y.place(end.at.1));
        let above = match self.has_column {
            true => 0.0,
            false => 0.6 * self.size * LINE_HEIGHT,
        };
        let wanted: Vec<f64> = self.beside().map(|end| anchor(end).1 - above).collect();
        let heights = vec![self.size * LINE_HEIGHT; wanted.len()];
        let centres = spread(
            &wanted,
            &heights,
            frame.top - OVERHANG,
            frame.bottom + OVERHANG,
        )?;
        let start = |end: &End| match self.has_column {
            true => frame.right + self.gap,
            false => frame.right - INSIDE_GAP - self.font.width(end.name, self.size),
        };
        let beside = self
            .beside()
            .zip(centres)
            .map(|(end, centre)| (end, (start(end), centre)));
        let inside = self.ends.iter().filter(|end| !end.beside);
        let inside = inside.map(|end| (end, self.behind(end, anchor(end))));
        let label = |(end, place): (&End, (f64, f64))| Label {
            text: end.name.to_owned(),
            colour: end.colour,
            anchor: anchor(end),
            place,
        };
        Some(beside.chain(inside).map(label).collect())
    }

    /// Where a name begins whose line ends inside the frame: behind the end, or above it where the
    /// plot has no room for it there.
    fn behind(&self, end: &End, (x, y): (f64, f64)) -> (f64, f64) {
        let last = self.width - self.font.width(end.name, self.size);
        match x + GAP <= last {
            true => (x + GAP, y),
            false => (last, y - 0.7 * self.size),
        }
    }

    fn beside(&self) -> impl Iterator<Item = &End<'a>> {
        self.ends.iter().filter(|end| end.beside)
    }
}

impl<'a> End<'a> {
    fn new(plot: &Plot, ranges: &Ranges, name: &'a str, colour: Colour, at: (f64, f64)) -> End<'a> {
        let unit = Frame {
            left: 0.0,
            top: 0.0,
            right: 1.0,
            bottom: 1.0,
        };
        let along = Coordinates::new(&plot.x, ranges.x, unit.left, unit.right).place(at.0);
        let height = vertical(&plot.y, ranges.y, unit).place(at.1);
        End {
            name,
            colour,
            at,
            height,
            beside: along > BESIDE_FRAME,
        }
    }
}

/// Whether names in the column have to leave their lines' heights to keep `distance`.
fn crowded(ends: &[End], distance: f64) -> bool {
    let mut heights: Vec<f64> = ends
        .iter()
        .filter(|end| end.beside)
        .map(|end| end.height)
        .collect();
    heights.sort_by(f64::total_cmp);
    heights.windows(2).any(|pair| pair[1] - pair[0] < distance)
}
