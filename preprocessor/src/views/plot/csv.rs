//! A plot's data in long form, to download.

use super::{Axis, Bars, Direction, Mark, Plot, Point, Rule};
use crate::views::csv::record;
use crate::views::table::csv_number;

/// One point: x, y, and the ends of its interval.
type Fields = [String; 4];

/// The data of every series as `series,x,y,low,high`, one line a point; categories by their names.
/// A rule is a line with one coordinate; notes have no data.
#[must_use]
pub fn to_csv(plot: &Plot) -> String {
    let lines = plot.marks.iter().flat_map(|mark| {
        let line = |[x, y, low, high]: Fields| record([mark.name(), &x, &y, &low, &high]);
        fields(plot, mark).into_iter().map(line)
    });
    [record(["series", "x", "y", "low", "high"])]
        .into_iter()
        .chain(lines)
        .collect()
}

fn fields(plot: &Plot, mark: &Mark) -> Vec<Fields> {
    let (x, y) = (|value| field(&plot.x, value), |value| field(&plot.y, value));
    let none = String::new;
    match mark {
        Mark::Line(line) => line
            .points
            .iter()
            .map(|&(a, b)| [x(a), y(b), none(), none()])
            .collect(),
        Mark::Points(points) => points
            .points
            .iter()
            .map(|point| point_fields(plot, point))
            .collect(),
        Mark::Band(band) => {
            let numbers = band.points.iter();
            numbers
                .map(|&(a, low, high)| [x(a), none(), csv_number(low), csv_number(high)])
                .collect()
        }
        Mark::Bars(bars) => bar_fields(plot, bars),
        Mark::Rule(Rule {
            direction: Direction::Horizontal,
            at,
            ..
        }) => vec![[none(), y(*at), none(), none()]],
        Mark::Rule(Rule {
            direction: Direction::Vertical,
            at,
            ..
        }) => vec![[x(*at), none(), none(), none()]],
        Mark::Note(_) => Vec::new(),
    }
}

fn point_fields(plot: &Plot, point: &Point) -> Fields {
    let (low, high) = point.interval.map_or_else(Default::default, |(low, high)| {
        (csv_number(low), csv_number(high))
    });
    [field(&plot.x, point.x), field(&plot.y, point.y), low, high]
}

fn bar_fields(plot: &Plot, bars: &Bars) -> Vec<Fields> {
    let lying = plot.y.names().is_some();
    let fields = |(index, &value): (usize, &f64)| {
        let (x, y) = if lying {
            (value, index as f64)
        } else {
            (index as f64, value)
        };
        [
            field(&plot.x, x),
            field(&plot.y, y),
            String::new(),
            String::new(),
        ]
    };
    bars.values.iter().enumerate().map(fields).collect()
}

/// A number, or the name of the category that it belongs to: points may stand beside the middle of
/// theirs.
fn field(axis: &Axis, value: f64) -> String {
    let index = value.round();
    let name = axis
        .names()
        .filter(|_| index >= 0.0)
        .and_then(|names| names.get(index as usize));
    name.cloned().unwrap_or_else(|| csv_number(value))
}
