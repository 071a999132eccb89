//! What accuracy each setting of transfer learning reached at which cost of training.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::evidence::unit::{convert, titled};
use crate::topics::transfer::quantities::APPROACHES;
use crate::views::palette::SeriesStyle;
use crate::views::plot::{Axis, Identity, Note, Plot, Point, Points, Side};
use crate::views::shown::{Shown, listed, not_as_planned, percent};
use crate::views::{Awaited, Figure, numbers};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// What the horizontal axis shows.
    x: Cost,
}

/// What the training of a setting costs.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Cost {
    /// Operations that its networks need.
    Operations,
    /// Seconds that it took.
    Time,
}

impl Cost {
    /// The last part of the quantity's name.
    fn leaf(self) -> &'static str {
        match self {
            Cost::Operations => "training_operations",
            Cost::Time => "training_time",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Cost::Operations => "TFLOP",
            Cost::Time => "s",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Cost::Operations => "Operations of the training",
            Cost::Time => "Time of the training",
        }
    }
}

/// One setting: its accuracy at its cost.
struct Reached {
    rate: String,
    cost: Arc<Quantity>,
    accuracy: Arc<Quantity>,
    /// The cost in the axis's unit and the accuracy; none while one of them is not measured.
    place: Option<(f64, f64)>,
}

/// One series for each approach, each point named by its learning rate.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let cost = arguments.x;
    let mut approaches = Vec::new();
    for (experiment, approach) in APPROACHES {
        approaches.push((approach, reached(&facts.catalogue, experiment, cost)?));
    }
    let all = approaches.iter().flat_map(|(_, all)| all);
    let inputs: Vec<_> = { all.clone() }
        .flat_map(|it| [it.cost.clone(), it.accuracy.clone()])
        .collect();
    let shown: Vec<_> = all.filter(|it| it.place.is_some()).collect();
    if shown.is_empty() {
        return Ok(Shown::new(Figure::Pending(Awaited::of(&inputs)), inputs));
    }
    let title = format!("Test accuracy over the {}", cost.words().to_lowercase());
    let mut sentences = vec![format!("{title}.")];
    for (approach, all) in &approaches {
        sentences.extend(describe(approach, all, cost)?);
    }
    let plot = Plot::new(
        &title,
        &sentences.join(" "),
        Axis::log(&titled(cost.words(), cost.unit()), 10),
        Axis::linear("Test accuracy").in_percent(),
    )
    .sized(640, 320);
    let plot = approaches.iter().fold(plot, |mut plot, (approach, all)| {
        let style = plot.style_of(Identity::new("approach", approach));
        with_series(plot, approach, all, style)
    });
    let note = not_as_planned(&inputs);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
}

/// The settings of an approach, by the names of their rates.
fn reached(catalogue: &Catalogue, experiment: &str, cost: Cost) -> Result<Vec<Reached>, String> {
    let group = format!("transfer.{experiment}");
    let mut all = Vec::new();
    for setting in catalogue.groups(&group) {
        if !setting.starts_with("lr") {
            continue;
        }
        let quantity = |leaf: &str| {
            let found = catalogue.quantity(&format!("{group}.{setting}.{leaf}"));
            found.cloned().map_err(|error| error.to_string())
        };
        let rate = quantity("learning_rate")?;
        all.push(Reached::new(
            &rate,
            quantity(cost.leaf())?,
            quantity("test_accuracy")?,
            cost,
        )?);
    }
    Ok(all)
}

impl Reached {
    fn new(
        rate: &Quantity,
        cost: Arc<Quantity>,
        accuracy: Arc<Quantity>,
        of: Cost,
    ) -> Result<Self, String> {
        let rate = numbers::significant(rate.known().unwrap_or_default(), 1);
        let place = match cost.known().zip(accuracy.known()) {
            Some((known, accuracy)) => {
                let converted = convert(known, cost.unit, of.unit());
                Some((
                    converted.map_err(|error| error.to_string())?.value,
                    accuracy,
                ))
            }
            None => None,
        };
        Ok(Reached {
            rate: rate.map_err(|error| error.to_string())?,
            cost,
            accuracy,
            place,
        })
    }
}

fn with_series(plot: Plot, approach: &str, all: &[Reached], style: SeriesStyle) -> Plot {
    let point = |it: &Reached| {
        let (x, y) = it.place?;
        let interval = it.accuracy.interval;
        Some(Point { x, y, interval })
    };
    let points: Vec<_> = all.iter().filter_map(point).collect();
    if points.is_empty() {
        return plot;
    }
    let notes = all.iter().filter_map(|it| {
        let (x, y) = it.place?;
        Some(Note::new(&it.rate, x, y, Side::Right))
    });
    notes.fold(plot.with(Points::new(approach, points, style)), Plot::with)
}

/// What an approach reached at its rates.
fn describe(approach: &str, all: &[Reached], cost: Cost) -> Result<Option<String>, String> {
    let mut places = Vec::new();
    for it in all {
        if let Some((x, y)) = it.place {
            let x = numbers::significant(x, 3).map_err(|error| error.to_string())?;
            let (rate, unit) = (&it.rate, cost.unit());
            places.push(format!("{} at {rate} for {x} {unit}", percent(y, 1)?));
        }
    }
    let sentence = || format!("With {approach}: {}.", listed(&places));
    Ok((!places.is_empty()).then(sentence))
}
