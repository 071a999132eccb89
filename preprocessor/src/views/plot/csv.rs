//! A plot's data in long form, to download.

use super::{Axis, Direction, Mark, Plot};
use crate::views::csv::write_record;
use crate::views::table::csv_number;
use std::borrow::Cow;

/// The data of every series as `series,x,y,low,high`, one line a point; categories by their names.
/// A rule is a line with one coordinate; notes have no data.
#[must_use]
pub fn to_csv(plot: &Plot) -> String {
    let mut csv = String::new();
    write_record(&mut csv, ["series", "x", "y", "low", "high"]);
    for mark in &plot.marks {
        let series = Cow::Borrowed(mark.name());
        each_point(plot, mark, |[x, y, low, high]| {
            write_record(&mut csv, [series.clone(), x, y, low, high]);
        });
    }
    csv
}

/// Hands on each point of a mark: x, y, and the ends of its interval.
fn each_point<'a>(plot: &'a Plot, mark: &Mark, mut take: impl FnMut([Cow<'a, str>; 4])) {
    const NONE: Cow<str> = Cow::Borrowed("");
    let (x, y) = (|value| field(&plot.x, value), |value| field(&plot.y, value));
    let number = |value| Cow::Owned(csv_number(value));
    match mark {
        Mark::Line(line) => {
            for &(a, b) in &line.points {
                take([x(a), y(b), NONE, NONE]);
            }
        }
        Mark::Points(points) => {
            for point in &points.points {
                let (low, high) = point.interval.unzip();
                let [low, high] = [low, high].map(|end| end.map_or(NONE, number));
                take([x(point.x), y(point.y), low, high]);
            }
        }
        Mark::Band(band) => {
            for &(a, low, high) in &band.points {
                take([x(a), NONE, number(low), number(high)]);
            }
        }
        Mark::Bars(bars) => {
            let lying = plot.y.names().is_some();
            for (index, &value) in bars.values.iter().enumerate() {
                let (a, b) = match lying {
                    true => (value, index as f64),
                    false => (index as f64, value),
                };
                take([x(a), y(b), NONE, NONE]);
            }
        }
        Mark::Rule(rule) => match rule.direction {
            Direction::Horizontal => take([NONE, y(rule.at), NONE, NONE]),
            Direction::Vertical => take([x(rule.at), NONE, NONE, NONE]),
        },
        Mark::Note(_) => {}
    }
}

/// A number, or the name of the category that it belongs to: points may stand beside the middle of
/// theirs.
fn field(axis: &Axis, value: f64) -> Cow<'_, str> {
    let index = value.round();
    let name = axis
        .names()
        .filter(|_| index >= 0.0)
        .and_then(|names| names.get(index as usize));
    match name {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(csv_number(value)),
    }
}
