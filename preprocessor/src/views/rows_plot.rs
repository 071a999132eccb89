//! The view `plot`: a column of a table over another one.

use super::Figure;
use super::measured_rows::{Found, Numbers, Repeats, Rows, find, pending};
use super::numbers;
use super::palette::SeriesStyle;
use super::plot::{
    Axis, Band, Key, Line, Plot, Point, Points, Range, Subject, is_crowded, spans_decades,
};
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
    /// How repeats are shown beside their median: their 95 % interval as `bars` or `band`, or a band
    /// from the least to the greatest of them, `range`. Without it bars, and the range of repeats
    /// that are too few for an interval.
    intervals: Option<Intervals>,
    /// Whether the horizontal axis is logarithmic; without it where values of several decades would
    /// crowd at its beginning.
    x_log: Option<bool>,
    /// Whether the vertical axis is logarithmic; without it where values span two decades, all above
    /// zero and none a share in %.
    y_log: Option<bool>,
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

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Intervals {
    Bars,
    Band,
    Range,
    None,
}

/// One series with its points from left to right.
struct Curve {
    /// The value of `by`; empty where there is one series.
    name: String,
    points: Vec<Point>,
    /// The least and the greatest repeat at each point.
    ranges: Vec<(f64, f64)>,
    subject: Subject,
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
        let (points, ranges) =
            match arguments.marks == Marks::Points && rows.table.declaration.repeat.is_none() {
                true => each_row(&x, &y, &of_series),
                false => medians(&rows, (&x, &y), &of_series, &mut repeated)?,
            };
        let subject = rows.subject(arguments.by.as_deref(), &name, y.column);
        match points.is_empty() {
            true => absent.push(name),
            false => curves.push(Curve {
                name,
                points,
                ranges,
                subject,
            }),
        }
    }
    if curves.is_empty() {
        return Err(format!("no row has both `{}` and `{}`", x.column, y.column));
    }
    let mut points = curves.iter().flat_map(|it| &it.points);
    let has_intervals = points.any(|point| point.interval.is_some());
    let shown = arguments
        .intervals
        .unwrap_or(match repeated && !has_intervals {
            true => Intervals::Range,
            false => Intervals::Bars,
        });
    let plot = plot(&arguments, shown, (&x, &y), &curves)?;
    let inputs = rows.inputs(&[x.column, y.column]);
    let repeats = match shown {
        Intervals::Range if repeated => Repeats::Range,
        _ => Repeats::of(repeated, has_intervals && shown != Intervals::None),
    };
    Ok(Shown::new(Figure::plot(plot), inputs).noted(rows.note(repeats, &absent)))
}

/// Points, and the least and the greatest repeat at each of them.
type Ranged = (Vec<Point>, Vec<(f64, f64)>);

/// A point for each row.
fn each_row(x: &Numbers, y: &Numbers, rows: &[u32]) -> Ranged {
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
    let ranges = points.iter().map(|point| (point.y, point.y)).collect();
    (points, ranges)
}

/// A point for the repeats at each place of the horizontal axis.
fn medians(
    rows: &Rows,
    (x, y): (&Numbers, &Numbers),
    of_series: &[u32],
    repeated: &mut bool,
) -> Result<Ranged, String> {
    let mut points = Vec::new();
    for (_, at) in rows.content.groups(of_series, rows.column(x.column)?) {
        let Some((x, median)) = x.value(at[0]).zip(rows.median(y, &at)?) else {
            continue;
        };
        *repeated |= at.len() > 1;
        let values = at.iter().filter_map(|row| y.value(*row));
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        let range = values.fold(ends, |(low, high), it| (low.min(it), high.max(it)));
        let point = Point {
            x,
            y: median.value,
            interval: median.interval,
        };
        points.push((point, range));
    }
    points.sort_by(|(a, _), (b, _)| a.x.total_cmp(&b.x));
    Ok(points.into_iter().unzip())
}

fn plot(
    arguments: &Arguments,
    intervals: Intervals,
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
    let places: Vec<f64> = { curves.iter() }
        .flat_map(|curve| curve.points.iter().map(|point| point.x))
        .collect();
    let heights = { curves.iter() }
        .flat_map(|curve| curve.points.iter().zip(&curve.ranges))
        .flat_map(|(point, (low, high))| {
            let (below, above) = point.interval.unwrap_or((*low, *high));
            [below, above, *low, *high]
        });
    let is_share = y.unit() == "%";
    let has_decades = !arguments.y_zero && !is_share && spans_decades(heights);
    let x_axis = axis(&x_title, arguments.x_log.unwrap_or(is_crowded(&places)));
    let y_axis = axis(&y_title, arguments.y_log.unwrap_or(has_decades));
    let y_axis = match arguments.y_zero {
        true => y_axis.over(Range::WithZero),
        false => y_axis,
    };
    let description = describe(&title, curves)?;
    let mut plot = Plot::new(&title, &description, x_axis, y_axis);
    for curve in curves {
        let style = plot.style_of(curve.subject.clone());
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
        plot = with_curve(
            plot,
            (arguments.marks, intervals),
            (name, key),
            curve,
            style,
        );
    }
    Ok(plot)
}

/// The marks of one series, with its name at the end of its line, or in the legend.
fn with_curve(
    mut plot: Plot,
    (marks, intervals): (Marks, Intervals),
    (name, key): (&str, Key),
    curve: &Curve,
    style: SeriesStyle,
) -> Plot {
    let points = &curve.points;
    let ends = |(point, range): (&Point, &(f64, f64))| {
        let (low, high) = match intervals {
            Intervals::Range => *range,
            _ => point.interval.unwrap_or((point.y, point.y)),
        };
        (point.x, low, high)
    };
    if matches!(intervals, Intervals::Band | Intervals::Range) {
        let band: Vec<_> = points.iter().zip(&curve.ranges).map(ends).collect();
        plot = plot.with(Band::new(name, band, style.colour));
    }
    let lines = marks != Marks::Points;
    if lines {
        let places: Vec<_> = points.iter().map(|point| (point.x, point.y)).collect();
        plot = plot.with(Line::new(name, places, style).keyed(key));
    }
    if marks != Marks::Lines || intervals == Intervals::Bars {
        let interval = |point: &Point| match intervals {
            Intervals::Bars => point.interval,
            Intervals::Band | Intervals::Range | Intervals::None => None,
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
    for Curve { name, points, .. } in curves.iter().take(DESCRIBED) {
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
