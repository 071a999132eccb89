//! Curves from publications: hollow points, joined by lines.

use super::Figure;
use super::measured_rows::axis_title;
use super::plot::{Axis, Identity, Key, Line, Plot, Points};
use super::shown::Shown;
use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::evidence::unit::{Unit, convert, titled};
use crate::views::numbers;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Up to so many values each has its tick on a logarithmic axis.
const MOST_TICKS: usize = 9;
const MILLION: f64 = 1e6;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The names of the curves in `quoted.toml`.
    names: Vec<String>,
    /// What the plot calls each curve.
    labels: Vec<String>,
    /// What the horizontal axis is called.
    x_label: String,
    /// What the vertical axis is called.
    y_label: String,
    /// The unit of the vertical axis: `%` for shares, else that of the curves.
    y_unit: Option<String>,
    /// The scale of the horizontal axis.
    x_scale: XScale,
    /// What the labels are, such as `machine`: a value of it has one colour in the whole book.
    #[serde(default = "curve")]
    by: String,
}

fn curve() -> String {
    "curve".to_owned()
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum XScale {
    Linear,
    Log,
}

/// A curve's quantities with their places.
struct Curve {
    /// The unit of the points' heights.
    unit: String,
    points: Vec<(f64, f64)>,
    quantities: Vec<Arc<Quantity>>,
}

/// One line with points for each quoted curve.
pub(super) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let Arguments {
        names,
        labels,
        x_label,
        y_label,
        y_unit,
        x_scale,
        by,
    } = arguments;
    if names.len() != labels.len() {
        return Err(format!(
            "{} labels for {} names; expected one for each",
            labels.len(),
            names.len()
        ));
    }
    let mut curves = names
        .iter()
        .map(|name| Curve::of(name, y_unit.as_deref(), facts))
        .collect::<Result<Vec<_>, _>>()?;
    if curves.iter().any(|curve| curve.unit != curves[0].unit) {
        return Err(
            "the curves have several units; hint: `y_unit` says in which they are drawn".to_owned(),
        );
    }
    let y_unit = curves.first().map_or("", |curve| curve.unit.as_str());
    let y_title = axis_title(y_label, y_unit, Unit::One)?;
    let sentences = labels
        .iter()
        .zip(&curves)
        .map(|(label, curve)| curve.describe(label))
        .collect::<Result<Vec<_>, _>>()?;
    let description = format!("{y_title} over {x_label}. {}", sentences.join(" "));
    let millions = curves.iter().all(Curve::is_in_millions);
    let (divisor, x_title) = match millions {
        true => (MILLION, titled(x_label, "million")),
        false => (1.0, x_label.clone()),
    };
    for curve in &mut curves {
        curve.points.iter_mut().for_each(|(x, _)| *x /= divisor);
    }
    let x = match x_scale {
        XScale::Linear => Axis::linear(&x_title),
        XScale::Log => log_axis(&x_title, &curves),
    };
    let title = format!("{y_title} over {x_label}");
    let mut plot = Plot::new(&title, &description, x, Axis::linear(&y_title));
    for (label, curve) in labels.iter().zip(&curves) {
        let style = plot.style_of(Identity::new(by, label));
        let line = curve.points.clone();
        let points = Points::plain(label, &line, style).hollow();
        plot = plot
            .with(Line::new(label, line, style))
            .with(points.keyed(Key::None));
    }
    let inputs = curves
        .into_iter()
        .flat_map(|curve| curve.quantities)
        .collect();
    Ok(Shown::new(Figure::plot(plot), inputs))
}

/// A logarithmic axis with a tick at each value where they are few.
fn log_axis(label: &str, curves: &[Curve]) -> Axis {
    let mut values: Vec<f64> = curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(|(x, _)| *x))
        .collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let axis = Axis::log(label, 10);
    match values.len() <= MOST_TICKS {
        true => axis.ticks_at(values),
        false => axis,
    }
}

impl Curve {
    /// The points `NAME.i1000`, `NAME.i70_6` and so on, from left to right.
    fn of(name: &str, y_unit: Option<&str>, facts: &Facts) -> Result<Curve, String> {
        let prefix = format!("{name}.i");
        let mut found: Vec<(f64, Arc<Quantity>)> = facts
            .catalogue
            .quantities(&prefix)
            .filter_map(|quantity| {
                let index = quantity.name[prefix.len()..].replace('_', ".");
                Some((index.parse().ok()?, quantity.clone()))
            })
            .collect();
        if found.is_empty() {
            return Err(format!(
                "no curve is named `{name}`; hint: a curve of `quoted.toml` has an `index`"
            ));
        }
        found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let unit = match (y_unit, found[0].1.unit) {
            (Some(unit), _) => unit,
            (None, Unit::One) => "%",
            (None, unit) => unit.name(),
        };
        let place = |(x, quantity): &(f64, Arc<Quantity>)| {
            let converted = convert(quantity.known().unwrap_or(f64::NAN), quantity.unit, unit);
            let fault = |error| format!("`{}`: {error}", quantity.name);
            Ok((*x, converted.map_err(fault)?.value))
        };
        Ok(Curve {
            unit: unit.to_owned(),
            points: found.iter().map(place).collect::<Result<_, String>>()?,
            quantities: found.into_iter().map(|(_, quantity)| quantity).collect(),
        })
    }

    fn is_in_millions(&self) -> bool {
        self.points.iter().all(|(x, _)| *x >= MILLION)
    }

    fn describe(&self, label: &str) -> Result<String, String> {
        let (first, last) = (self.points[0], self.points[self.points.len() - 1]);
        let higher = |most: (f64, f64), &point: &(f64, f64)| match point.1 > most.1 {
            true => point,
            false => most,
        };
        let most = self.points.iter().fold(first, higher);
        Ok(format!(
            "The curve “{label}” starts with {}, is highest with {} and ends with {}.",
            place(first)?,
            place(most)?,
            place(last)?
        ))
    }
}

/// `79.1 at 8,000`
fn place((x, y): (f64, f64)) -> Result<String, String> {
    let x = numbers::integer(x).unwrap_or_else(|_| x.to_string());
    let y = numbers::significant(y, 4).map_err(|error| error.to_string())?;
    Ok(format!("{y} at {x}"))
}
