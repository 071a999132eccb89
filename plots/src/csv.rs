//! A plot's data in long form, to download.

use super::{Axis, Direction, Mark, Plot};
use writing::csv::{write_field, write_number, write_record};

/// One field of a line.
#[derive(Clone, Copy)]
enum Field<'a> {
    Empty,
    Name(&'a str),
    Number(f64),
}

/// The data of every series as `series,x,y,low,high`, one line a point; categories by their names.
/// A rule is a line with one coordinate; notes have no data. Panels are told apart by a column
/// `panel` before.
#[must_use]
pub fn to_csv(plot: &Plot) -> String {
    let mut csv = String::new();
    let has_panels = !plot.panels.is_empty();
    if has_panels {
        csv.push_str("panel,");
    }
    write_record(&mut csv, ["series", "x", "y", "low", "high"]);
    let in_panels = plot.panels.iter().flat_map(|panel| {
        let y = panel.y.as_ref();
        let title = y.map_or(&panel.title, |y| &y.title).as_str();
        panel.marks.iter().map(move |mark| (title, mark))
    });
    for (panel, mark) in plot.marks.iter().map(|mark| ("", mark)).chain(in_panels) {
        each_point(plot, mark, |fields| {
            if has_panels {
                write_field(&mut csv, panel);
                csv.push(',');
            }
            write_field(&mut csv, mark.name());
            for field in fields {
                csv.push(',');
                match field {
                    Field::Empty => {}
                    Field::Name(name) => write_field(&mut csv, name),
                    Field::Number(value) => write_number(&mut csv, value),
                }
            }
            csv.push_str("\r\n");
        });
    }
    csv
}

/// Hands on each point of a mark: x, y, and the ends of its interval.
fn each_point<'a>(plot: &'a Plot, mark: &Mark, mut take: impl FnMut([Field<'a>; 4])) {
    const NONE: Field = Field::Empty;
    let (x, y) = (|value| field(&plot.x, value), |value| field(&plot.y, value));
    match mark {
        Mark::Line(line) => {
            for &(a, b) in &line.points {
                take([x(a), y(b), NONE, NONE]);
            }
        }
        Mark::Points(points) => {
            for point in &points.points {
                let (low, high) = point.interval.unzip();
                let [low, high] = [low, high].map(|end| end.map_or(NONE, Field::Number));
                take([x(point.x), y(point.y), low, high]);
            }
        }
        Mark::Band(band) => {
            for &(a, low, high) in &band.points {
                take([x(a), NONE, Field::Number(low), Field::Number(high)]);
            }
        }
        Mark::Bars(bars) => {
            let lying = plot.y.names().is_some();
            for (index, &value) in bars.values.iter().enumerate() {
                let is_absent = bars.absent.contains(&index);
                let value = if is_absent {
                    NONE
                } else {
                    Field::Number(value)
                };
                let (a, b) = match lying {
                    true => (value, y(index as f64)),
                    false => (x(index as f64), value),
                };
                let (low, high) = bars.interval(index).unzip();
                let [low, high] = [low, high].map(|end| end.map_or(NONE, Field::Number));
                take([a, b, low, high]);
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
fn field(axis: &Axis, value: f64) -> Field<'_> {
    let index = value.round();
    let name = axis
        .names()
        .filter(|_| index >= 0.0)
        .and_then(|names| names.get(index as usize));
    name.map_or(Field::Number(value), |name| Field::Name(name))
}
