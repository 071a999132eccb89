//! The view `histogram`: how often the values of a column occur.

use super::Figure;
use super::measured_rows::{Found, Numbers, Repeats, find, pending};
use super::numbers;
use super::plot::{Axis, Band, Key, Line, Plot, Range, Subject};
use super::shown::Shown;
use crate::catalogue::Facts;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

const MOST_BINS: usize = 200;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// A table of `data.toml`.
    table: String,
    /// The column whose values are counted.
    x: String,
    /// Which rows: `{"machine": "laptop"}`; all without it.
    #[serde(default, rename = "where")]
    place: Map<String, Value>,
    /// About how many bins; their edges are round numbers.
    bins: Option<usize>,
    /// What the horizontal axis is called; its column without it.
    x_label: Option<String>,
    /// The unit of the horizontal axis; that of the column without it.
    x_unit: Option<String>,
}

/// How many rows have a value in each bin.
#[derive(Debug, PartialEq)]
struct Bins {
    first: f64,
    width: f64,
    counts: Vec<u64>,
}

/// One outline with the number of rows in each bin.
pub(super) fn figure(arguments: Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let Arguments {
        table, x, place, ..
    } = &arguments;
    let rows = match find(facts, table, place.clone())? {
        Found::Rows(rows) => rows,
        Found::Missing(table) => {
            let inputs = table.rows_shown(table.number_column(x)?, &[]);
            return Ok(Shown::new(pending(table), inputs));
        }
    };
    let x = rows.numbers(x, arguments.x_unit.as_deref())?;
    let mut values: Vec<f64> = rows.rows.iter().filter_map(|row| x.value(*row)).collect();
    values.sort_by(f64::total_cmp);
    if values.is_empty() {
        return Err(format!("no row has a value in `{}`", x.column));
    }
    let wanted = arguments.bins.unwrap_or_else(|| usual_bins(&values));
    if !(1..=MOST_BINS).contains(&wanted) {
        return Err(format!("`bins` is {wanted}, expected 1 to {MOST_BINS}"));
    }
    let subject = rows.subject(None, "", x.column);
    let plot = plot(&arguments, &x, &values, &Bins::of(&values, wanted), subject)?;
    let inputs = rows.inputs(&[x.column]);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(rows.note(Repeats::None, &[])))
}

/// The number of bins by the rule of Freedman and Diaconis 1981, from sorted values.
fn usual_bins(values: &[f64]) -> usize {
    let quartile = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
    let width = 2.0 * (quartile(0.75) - quartile(0.25)) / (values.len() as f64).cbrt();
    let bins = (values[values.len() - 1] - values[0]) / width;
    match bins.is_finite() {
        true => (bins.ceil() as usize).clamp(5, 60),
        false => 10,
    }
}

impl Bins {
    /// About `wanted` bins whose edges are round numbers, from sorted values.
    fn of(values: &[f64], wanted: usize) -> Bins {
        let (low, high) = (values[0], values[values.len() - 1]);
        let width = match high > low {
            true => round((high - low) / wanted as f64),
            false => round(low.abs().max(1.0) / 10.0),
        };
        // 0.3 / 0.1 is a little less than 3.
        let edge = |value: f64| (value / width + 1e-9).floor();
        let first = edge(low);
        // The highest value may stand on the last edge.
        let count = (edge(high) - first) as usize + 1;
        let mut counts = vec![0; count.min(2 * MOST_BINS + 2)];
        for value in values {
            let bin = (edge(*value) - first) as usize;
            let last = counts.len() - 1;
            counts[bin.min(last)] += 1;
        }
        Bins {
            first: first * width,
            width,
            counts,
        }
    }

    fn edge(&self, index: usize) -> f64 {
        self.first + index as f64 * self.width
    }

    /// The outline from left to right: each bin's count at both of its edges.
    fn outline(&self) -> impl Iterator<Item = (f64, f64)> {
        let bins = self.counts.iter().enumerate();
        bins.flat_map(|(index, count)| {
            let count = *count as f64;
            [(self.edge(index), count), (self.edge(index + 1), count)]
        })
    }
}

/// The next of 1, 2, 5, 10, … and their tenths.
fn round(width: f64) -> f64 {
    let power = 10f64.powf(width.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = steps
        .into_iter()
        .find(|step| step * power >= width * (1.0 - 1e-9));
    step.unwrap_or(10.0) * power
}

fn plot(
    arguments: &Arguments,
    x: &Numbers,
    values: &[f64],
    bins: &Bins,
    subject: Subject,
) -> Result<Plot, String> {
    let x_title = x.title(arguments.x_label.as_deref())?;
    let title = format!("Distribution of {x_title}");
    let print = |value| numbers::significant(value, 4).map_err(|error| error.to_string());
    let most = bins
        .counts
        .iter()
        .enumerate()
        .max_by_key(|(index, count)| (**count, usize::MAX - index));
    let (index, count) = most.map_or((0, 0), |(index, count)| (index, *count));
    let description = format!(
        "{title}: {} values from {} to {}, half of them below {}. The fullest bin, {} to {}, has {count}.",
        values.len(),
        print(values[0])?,
        print(values[values.len() - 1])?,
        print(values[values.len() / 2])?,
        print(bins.edge(index))?,
        print(bins.edge(index + 1))?
    );
    let y = Axis::linear("Rows").over(Range::WithZero);
    let mut plot = Plot::new(&title, &description, Axis::linear(&x_title), y);
    let style = plot.style_of(subject);
    let area: Vec<_> = bins.outline().map(|(x, count)| (x, 0.0, count)).collect();
    let line = Line::new("rows", bins.outline().collect::<Vec<_>>(), style).keyed(Key::None);
    Ok(plot.with(Band::new("", area, style.colour)).with(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_round_and_every_value_is_counted() {
        let check = |values: &[f64], wanted, first: f64, width: f64, counts: &[u64]| {
            let found = Bins::of(values, wanted);
            assert_eq!(found.counts, counts, "{values:?}");
            assert!(
                (found.first - first).abs() < 1e-12 && (found.width - width).abs() < 1e-12,
                "{found:?}"
            );
        };
        check(
            &[0.0, 1.0, 2.0, 3.0, 10.0],
            5,
            0.0,
            2.0,
            &[2, 2, 0, 0, 0, 1],
        );
        check(&[1.0, 1.1, 1.29], 3, 1.0, 0.1, &[1, 1, 1]);
        check(&[0.1, 0.2, 0.3, 0.4], 3, 0.1, 0.1, &[1, 1, 1, 1]);
        check(&[7.0, 7.0], 5, 7.0, 1.0, &[2]);
        check(&[-3.0, -1.0, 0.5], 4, -3.0, 1.0, &[1, 0, 1, 1]);
    }
}
