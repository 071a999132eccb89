//! The view `bars`: a column of a table for each value of another one.

use super::Figure;
use super::measured_rows::{Found, Numbers, Repeats, Rows, find, pending, quoted};
use super::numbers;
use super::plot::{Axis, Bars, Key, Mark, Plot, Subject};
use super::shown::Shown;
use crate::catalogue::Facts;
use crate::statistics::median_interval::Median;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// More bars than these have no numbers at their ends.
const MOST_LABELS: usize = 48;
/// More bars than these are not told apart.
const MOST_BARS: usize = 200;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// A table of `data.toml`.
    table: String,
    /// The column whose values stand side by side.
    x: String,
    /// The column that the bars show.
    y: String,
    /// The column that parts the series.
    by: Option<String>,
    /// Which rows: `{"machine": "laptop"}`; all without it.
    #[serde(default, rename = "where")]
    place: Map<String, Value>,
    /// Whether the bars lie, which suits long names.
    #[serde(default)]
    lying: bool,
    /// What the axis of the names is called; its column without it.
    x_label: Option<String>,
    /// What the axis of the values is called; its column without it.
    y_label: Option<String>,
    /// The unit of the values; that of the column without it.
    y_unit: Option<String>,
    /// The significant digits of the numbers at the bars' ends.
    digits: Option<usize>,
}

/// A series: its name, the value of each category, and what it is about.
type Series = (String, Vec<Option<Median>>, Subject);

/// Bars with intervals, one series for each value of `by`.
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
    let y = rows.numbers(y, arguments.y_unit.as_deref())?;
    let x = rows.column(x)?;
    let categories: Vec<_> = { rows.content.groups(&rows.rows, x) }
        .into_iter()
        .map(|(category, _)| category)
        .collect();
    let mut repeated = false;
    let (mut all, mut absent) = (Vec::new(), Vec::new());
    for (name, of_series) in rows.series(arguments.by.as_deref())? {
        let values = values(&rows, &y, x, &of_series, &categories, &mut repeated)?;
        match values.iter().any(Option::is_some) {
            true => {
                let subject = rows.subject(arguments.by.as_deref(), &name, y.column);
                all.push((name, values, subject));
            }
            false => absent.push(name),
        }
    }
    if all.len() * categories.len() > MOST_BARS {
        return Err(format!(
            "{} bars are more than {MOST_BARS}; hint: choose some by `where`, or use `plot`",
            all.len() * categories.len()
        ));
    }
    let medians = || all.iter().flat_map(|(_, values, _)| values).flatten();
    if medians().next().is_none() {
        return Err(format!("no row has a value in `{}`", y.column));
    }
    let intervals = medians().any(|median| median.interval.is_some());
    let repeats = Repeats::of(repeated, intervals);
    let mut plot = plot(&arguments, &rows.content.heads[x], &y, &categories, &all)?;
    if arguments.by.is_none() {
        let subjects = categories.iter().map(|it| rows.category(x, it, y.column));
        colour_each(&mut plot, subjects.collect());
    }
    let inputs = rows.inputs(&[y.column]);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(rows.note(repeats, &absent)))
}

/// Gives each bar of the only series the colour of its category.
fn colour_each(plot: &mut Plot, subjects: Vec<Subject>) {
    plot.subjects.clear();
    let colours: Vec<_> = { subjects.into_iter() }
        .map(|subject| plot.style_of(subject).colour)
        .collect();
    for mark in &mut plot.marks {
        if let Mark::Bars(bars) = mark {
            bars.colour = colours[0];
            bars.colours.clone_from(&colours);
        }
    }
}

/// The median of a series in each category.
fn values(
    rows: &Rows,
    y: &Numbers,
    x: usize,
    of_series: &[u32],
    categories: &[String],
    repeated: &mut bool,
) -> Result<Vec<Option<Median>>, String> {
    let mut values = vec![None; categories.len()];
    for (category, at) in rows.content.groups(of_series, x) {
        let place = categories.iter().position(|known| *known == category);
        if let Some(place) = place {
            *repeated |= at.len() > 1;
            values[place] = rows.median(y, &at)?;
        }
    }
    Ok(values)
}

fn plot(
    arguments: &Arguments,
    x: &str,
    y: &Numbers,
    categories: &[String],
    all: &[Series],
) -> Result<Plot, String> {
    let x_title = arguments.x_label.as_deref().unwrap_or(x);
    let y_title = y.title(arguments.y_label.as_deref())?;
    let (of_names, of_values) = (
        Axis::categories(x_title, categories),
        Axis::linear(&y_title),
    );
    let title = format!("{y_title} by {x_title}");
    let description = describe(&title, categories, all)?;
    let mut plot = match arguments.lying {
        true => Plot::new(&title, &description, of_values, of_names),
        false => Plot::new(&title, &description, of_names, of_values),
    };
    let labelled = all.len() * categories.len() <= MOST_LABELS;
    let digits = arguments.digits.unwrap_or(3);
    for (name, values, subject) in all {
        let colour = plot.style_of(subject.clone()).colour;
        let label = |median: &Option<Median>| match median {
            None => Ok("–".to_owned()),
            Some(_) if !labelled => Ok(String::new()),
            Some(median) => print(median.value, digits),
        };
        let labels = values.iter().map(label).collect::<Result<Vec<_>, _>>()?;
        let heights: Vec<f64> = values
            .iter()
            .map(|it| it.map_or(0.0, |it| it.value))
            .collect();
        let intervals: Vec<_> = values
            .iter()
            .map(|it| it.and_then(|it| it.interval))
            .collect();
        let bars = Bars::new(name, heights, colour).with_intervals(intervals);
        let absent = (0..values.len()).filter(|index| values[*index].is_none());
        let bars = bars.without(absent.collect::<Vec<_>>());
        let key = if name.is_empty() {
            Key::None
        } else {
            Key::Legend
        };
        plot = plot.with(bars.labelled(labels).keyed(key));
    }
    Ok(plot)
}

fn describe(title: &str, categories: &[String], all: &[Series]) -> Result<String, String> {
    const DESCRIBED: usize = 12;
    let mut sentences = vec![format!("{title}.")];
    let names: Vec<&str> = all.iter().map(|(name, ..)| name.as_str()).collect();
    if names != [""] {
        sentences.push(format!("The series are {}.", quoted(&names)));
    }
    let pairs = all.iter().flat_map(|(name, values, _)| {
        let of_category = categories.iter().zip(values);
        of_category.map(move |(category, value)| (name, category, value))
    });
    for (name, category, value) in pairs.take(DESCRIBED) {
        let value = match value {
            Some(median) => print(median.value, 4)?,
            None => "not measured".to_owned(),
        };
        let of = if name.is_empty() {
            String::new()
        } else {
            format!("{name}, ")
        };
        sentences.push(format!("{of}{category}: {value}."));
    }
    Ok(sentences.join(" "))
}

fn print(value: f64, digits: usize) -> Result<String, String> {
    numbers::significant(value, digits).map_err(|error| error.to_string())
}
