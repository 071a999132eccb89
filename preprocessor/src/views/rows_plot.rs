//! The view `plot`: a column of a table over another one.

use super::Figure;
use super::measured_rows::{Found, Numbers, Rows, find, pending};
use super::numbers;
use super::palette::{SeriesStyle, series};
use super::plot::{Axis, Band, Key, Line, Plot, Point, Points, Range};
use super::shown::Shown;
use crate::catalogue::Facts;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// A table of `data.toml`.
    table: String,
    /// The column of the horizontal axis.
    x: String,
    /// The column of the vertical axis.
    y: String,
    /// The column that parts the series.
    by: Option<String>,
    /// Which rows: `{"machine": "laptop"}`; all without it.
    #[serde(default, rename = "where")]
    place: Map<String, Value>,
    /// How a series is drawn.
    #[serde(default)]
    marks: Marks,
    /// How the 95 % intervals of repeats are shown.
    #[serde(default)]
    intervals: Intervals,
    /// Whether the horizontal axis is logarithmic.
    #[serde(default)]
    x_log: bool,
    /// Whether the vertical axis is logarithmic.
    #[serde(default)]
    y_log: bool,
    /// Whether the vertical axis begins at zero.
    #[serde(default)]
    y_zero: bool,
    /// What the horizontal axis is called; its column without it.
    x_label: Option<String>,
    /// What the vertical axis is called; its column without it.
    y_label: Option<String>,
    /// The unit of the horizontal axis; that of the column without it.
    x_unit: Option<String>,
    /// The unit of the vertical axis; that of the column without it.
    y_unit: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Marks {
    Points,
    Lines,
    #[default]
    LinesAndPoints,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Intervals {
    #[default]
    Bars,
    Band,
    None,
}

/// One series with its points from left to right.
struct Curve {
    /// The value of `by`; empty where there is one series.
    name: String,
    points: Vec<Point>,
}

/// Lines, points and intervals, one series for each value of `by`.
pub(super) fn figure(arguments: Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let Arguments {
        table, x, y, place, ..
    } = &arguments;
    let rows = match find(facts, table, place.clone())? {
        Found::Rows(rows) => rows,
        Found::Missing(table) => {
            let inputs = table.rows_shown(table.number_column(y)?, &[]);
            return Ok(Shown::new(pending(table), inputs));
        }
    };
    let x = rows.numbers(x, arguments.x_unit.as_deref())?;
    let y = rows.numbers(y, arguments.y_unit.as_deref())?;
    let mut repeated = false;
    let (mut curves, mut absent) = (Vec::new(), Vec::new());
    for (name, of_series) in rows.series(arguments.by.as_deref())? {
        let points =
            match arguments.marks == Marks::Points && rows.table.declaration.repeat.is_none() {
                true => each_row(&x, &y, &of_series),
                false => medians(&rows, (&x, &y), &of_series, &mut repeated)?,
            };
        match points.is_empty() {
            true => absent.push(name),
            false => curves.push(Curve { name, points }),
        }
    }
    if curves.is_empty() {
        return Err(format!("no row has both `{}` and `{}`", x.column, y.column));
    }
    let intervals = curves
        .iter()
        .flat_map(|it| &it.points)
        .any(|point| point.interval.is_some());
    let intervals = intervals && arguments.intervals != Intervals::None;
    let plot = plot(&arguments, (&x, &y), &curves)?;
    let inputs = rows.inputs(&[x.column, y.column]);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(rows.note(repeated, intervals, &absent)))
}

/// A point for each row.
fn each_row(x: &Numbers, y: &Numbers, rows: &[u32]) -> Vec<Point> {
    let point = |row: &u32| {
        let (x, y) = x.value(*row).zip(y.value(*row))?;
        Some(Point {
            x,
            y,
            interval: None,
        })
    };
    let mut points: Vec<Point> = rows.iter().filter_map(point).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points
}

/// A point for the repeats at each place of the horizontal axis.
fn medians(
    rows: &Rows,
    (x, y): (&Numbers, &Numbers),
    of_series: &[u32],
    repeated: &mut bool,
) -> Result<Vec<Point>, String> {
    let mut points = Vec::new();
    for (_, at) in rows.content.groups(of_series, rows.column(x.column)?) {
        let Some((x, median)) = x.value(at[0]).zip(rows.median(y, &at)?) else {
            continue;
        };
        *repeated |= at.len() > 1;
        points.push(Point {
            x,
            y: median.value,
            interval: median.interval,
        });
    }
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    Ok(points)
}

fn plot(
    arguments: &Arguments,
    (x, y): (&Numbers, &Numbers),
    curves: &[Curve],
) -> Result<Plot, String> {
    let (x_title, y_title) = (
        x.title(arguments.x_label.as_deref())?,
        y.title(arguments.y_label.as_deref())?,
    );
    let title = format!("{y_title} over {x_title}");
    let axis = |title: &str, log: bool| match log {
        true => Axis::log(title, 10),
        false => Axis::linear(title),
    };
    let y_axis = axis(&y_title, arguments.y_log);
    let y_axis = match arguments.y_zero {
        true => y_axis.over(Range::WithZero),
        false => y_axis,
    };
    let description = describe(&title, curves)?;
    let mut plot = Plot::new(
        &title,
        &description,
        axis(&x_title, arguments.x_log),
        y_axis,
    );
    for (index, curve) in curves.iter().enumerate() {
        let key = if curve.name.is_empty() {
            Key::None
        } else {
            Key::Direct
        };
        let name = if curve.name.is_empty() {
            y.column
        } else {
            &curve.name
        };
        plot = with_curve(plot, arguments, (name, key), &curve.points, series(index));
    }
    Ok(plot)
}

/// The marks of one series, with its name at the end of its line, or in the legend.
fn with_curve(
    mut plot: Plot,
    arguments: &Arguments,
    (name, key): (&str, Key),
    points: &[Point],
    style: SeriesStyle,
) -> Plot {
    if arguments.intervals == Intervals::Band {
        let band: Vec<_> = { points.iter() }
            .map(|point| {
                let (low, high) = point.interval.unwrap_or((point.y, point.y));
                (point.x, low, high)
            })
            .collect();
        plot = plot.with(Band::new(name, band, style.colour));
    }
    let lines = arguments.marks != Marks::Points;
    if lines {
        let places: Vec<_> = points.iter().map(|point| (point.x, point.y)).collect();
        plot = plot.with(Line::new(name, places, style).keyed(key));
    }
    if arguments.marks != Marks::Lines || arguments.intervals == Intervals::Bars {
        let interval = |point: &Point| match arguments.intervals {
            Intervals::Bars => point.interval,
            Intervals::Band | Intervals::None => None,
        };
        let points = points.iter().map(|point| Point {
            interval: interval(point),
            ..*point
        });
        let key = if lines || key == Key::None {
            Key::None
        } else {
            Key::Legend
        };
        let points = Points::new(name, points.collect::<Vec<_>>(), style).keyed(key);
        plot = plot.with(points);
    }
    plot
}

fn describe(title: &str, curves: &[Curve]) -> Result<String, String> {
    const DESCRIBED: usize = 8;
    let mut sentences = vec![format!("{title}.")];
    for Curve { name, points } in curves.iter().take(DESCRIBED) {
        let what = match name.is_empty() {
            true => "It".to_owned(),
            false => format!("The series “{name}”"),
        };
        let (first, last) = (points[0], points[points.len() - 1]);
        sentences.push(match points.len() {
            1 => format!("{what} is {}.", place(first)?),
            _ => format!("{what} goes from {} to {}.", place(first)?, place(last)?),
        });
    }
    if curves.len() > DESCRIBED {
        sentences.push(format!(
            "{} more series are shown.",
            curves.len() - DESCRIBED
        ));
    }
    Ok(sentences.join(" "))
}

/// `0.0035 at 1,000`
fn place(point: Point) -> Result<String, String> {
    let print = |value| numbers::significant(value, 4).map_err(|error| error.to_string());
    let x = numbers::integer(point.x).or_else(|_| print(point.x))?;
    Ok(format!("{} at {x}", print(point.y)?))
}
