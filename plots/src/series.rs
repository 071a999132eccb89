//! Which series are named, and where: at the ends of their lines or in the legend.

use super::extent::Ranges;
use super::{Key, Mark, Plot};
use crate::palette::Colour;

/// More lines than this are named in the legend, not at their ends.
const MOST_DIRECT: usize = 5;

/// A named series and all marks that share the name.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    pub(super) marks: Vec<&'a Mark>,
}

impl Series<'_> {
    /// Where the series asks to be named: the most prominent wish of its marks.
    fn key(&self) -> Key {
        let wishes = || self.marks.iter().map(|mark| mark.key());
        let wished = |key: &Key| wishes().any(|wish| wish == *key);
        [Key::Direct, Key::Legend]
            .into_iter()
            .find(wished)
            .unwrap_or(Key::None)
    }

    /// The colour of its first mark.
    pub(super) fn colour(&self) -> Colour {
        self.marks.first().map_or(Colour::Ink, |mark| mark.colour())
    }

    /// Its last point that can be seen.
    pub(super) fn end(&self, ranges: &Ranges) -> Option<(f64, f64)> {
        self.marks.iter().find_map(|mark| last_seen(mark, ranges))
    }
}

fn last_seen(mark: &Mark, ranges: &Ranges) -> Option<(f64, f64)> {
    let seen = |&(x, y): &(f64, f64)| ranges.contain(x, y);
    match mark {
        Mark::Line(line) => line.points.iter().copied().rfind(seen),
        Mark::Points(points) => points.points.iter().map(|p| (p.x, p.y)).rfind(seen),
        Mark::Band(band) => band
            .points
            .iter()
            .map(|&(x, low, high)| (x, f64::midpoint(low, high)))
            .rfind(seen),
        Mark::Bars(_) | Mark::Rule(_) | Mark::Note(_) => None,
    }
}

impl Mark {
    fn key(&self) -> Key {
        match self {
            Mark::Line(line) => line.key,
            Mark::Points(points) => points.key,
            Mark::Band(band) => band.key,
            Mark::Bars(bars) => bars.key,
            Mark::Rule(_) | Mark::Note(_) => Key::None,
        }
    }

    pub(super) fn colour(&self) -> Colour {
        match self {
            Mark::Line(line) => line.colour,
            Mark::Points(points) => points.colour,
            Mark::Band(band) => band.colour,
            Mark::Bars(bars) => bars.colour,
            Mark::Rule(_) => Colour::Grey,
            Mark::Note(note) => note.colour,
        }
    }
}

/// The series to be named at their ends and those to be named in the legend.
///
/// With `direct` false all go to the legend. A legend of a single series beside no other name is
/// left out: the plot's titles say what it is.
pub(super) fn named<'a>(
    plot: &'a Plot,
    ranges: &Ranges,
    direct: bool,
) -> (Vec<Series<'a>>, Vec<Series<'a>>) {
    let wanted: Vec<Series> = all(plot)
        .into_iter()
        .filter(|s| s.key() != Key::None)
        .collect();
    let at_end = |s: &Series| s.key() == Key::Direct && s.end(ranges).is_some();
    let direct = direct && wanted.iter().filter(|s| at_end(s)).count() <= MOST_DIRECT;
    let (ends, legend): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|s| direct && at_end(s));
    let alone = ends.is_empty() && legend.len() == 1;
    (ends, if alone { Vec::new() } else { legend })
}

fn all(plot: &Plot) -> Vec<Series<'_>> {
    let mut all: Vec<Series> = Vec::new();
    for mark in plot.marks.iter().filter(|mark| !mark.name().is_empty()) {
        match all.iter_mut().find(|series| series.name == mark.name()) {
            Some(series) => series.marks.push(mark),
            None => all.push(Series {
                name: mark.name(),
                marks: vec![mark],
            }),
        }
    }
    all
}
