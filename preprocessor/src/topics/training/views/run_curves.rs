//! What runs measured epoch by epoch, over the epochs or over the sum of their learning rates.

use super::curve_axes::{Measure, Progress};
use super::run_settings::{factor, settings};
use crate::catalogue::{Facts, RunFacts};
use crate::views::palette::series;
use crate::views::plot::{Key, Line, Plot, Rule};
use crate::views::shown::Shown;
use crate::views::shown::listed;
use crate::views::{Awaited, Figure};
use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The ids of runs of the plan.
    runs: Vec<String>,
    /// What the horizontal axis shows.
    #[serde(default)]
    x: Progress,
    /// What the vertical axis shows.
    y: Measure,
}

/// A run with its label and its points.
struct Curve<'a> {
    run: &'a RunFacts,
    label: String,
    points: Vec<(f64, f64)>,
}

/// One line for each run that has a record; the others are named in the note.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let (progress, measure) = (arguments.x, arguments.y);
    let runs = arguments
        .runs
        .iter()
        .map(|name| find(name, facts))
        .collect::<Result<Vec<_>, _>>()?;
    let inputs = runs
        .iter()
        .filter_map(|run| {
            let name = format!("{}.{}", run.name(), measure.leaf());
            facts.catalogue.known(&name)
        })
        .collect();
    let (curves, missing): (Vec<_>, Vec<_>) = runs
        .iter()
        .zip(labels(&runs))
        .map(|(run, label)| Curve::new(run, label, progress, measure))
        .partition(|curve| !curve.points.is_empty());
    if curves.is_empty() {
        let awaited = Awaited::of_concerns(runs.iter().filter_map(|run| run.concern()));
        return Ok(Shown::new(Figure::Pending(awaited), inputs));
    }
    let missing: Vec<_> = missing.iter().map(|curve| curve.run).collect();
    let named: Vec<_> = missing.iter().map(|run| run.id.as_str()).collect();
    let plot = plot(&curves, &named, progress, measure)?;
    Ok(Shown::new(Figure::plot(plot), inputs).without(&missing))
}

/// The run of this identifier, written as in the plan or as in the names of quantities.
pub(crate) fn find<'a>(name: &str, facts: &'a Facts) -> Result<&'a RunFacts, String> {
    let named = |run: &&RunFacts| run.id == name || run.name() == format!("runs.{name}");
    facts.runs.iter().find(named).ok_or_else(|| {
        let known: Vec<_> = facts
            .runs
            .iter()
            .map(|run| format!("`{}`", run.id))
            .collect();
        format!(
            "no run `{name}` is planned; expected one of {}",
            known.join(", ")
        )
    })
}

/// What tells each run from the others: `learning rate 0.01`.
fn labels(runs: &[&RunFacts]) -> Vec<String> {
    let (differing, _) = settings(runs);
    let label = |(index, run): (usize, &&RunFacts)| {
        let texts: Vec<_> = differing
            .iter()
            .map(|setting| format!("{} {}", setting.name, setting.texts[index]))
            .collect();
        match texts.is_empty() {
            true => run.id.clone(),
            false => texts.join(", "),
        }
    };
    runs.iter().enumerate().map(label).collect()
}

impl<'a> Curve<'a> {
    fn new(run: &'a RunFacts, label: String, progress: Progress, measure: Measure) -> Curve<'a> {
        let record = run.record.as_ref().map(|(_, record)| record);
        let epochs = record.map_or(&[][..], |record| &record.epochs);
        let places = progress.of(epochs, measure).into_iter();
        let points = { places.zip(epochs) }
            .filter_map(|(x, row)| Some((x, measure.of(row)?)))
            .collect();
        let label = match run.concern() {
            Some(concern) => format!("{label} ({})", concern.state),
            None => label,
        };
        Curve { run, label, points }
    }

    fn describe(&self, progress: Progress, measure: Measure) -> Result<String, String> {
        let [(first, start), .., (last, end)] = self.points[..] else {
            return Ok(format!("The run {} has one epoch.", self.run.id));
        };
        Ok(format!(
            "With {} it goes from {} {} to {} {}.",
            self.label,
            measure.print(start)?,
            progress.place(first)?,
            measure.print(end)?,
            progress.place(last)?
        ))
    }
}

fn plot(
    curves: &[Curve],
    missing: &[&str],
    progress: Progress,
    measure: Measure,
) -> Result<Plot, String> {
    let title = format!("{} {}", measure.words(), progress.words());
    let mut sentences = vec![format!("{title}.")];
    for curve in curves {
        sentences.push(curve.describe(progress, measure)?);
    }
    if !missing.is_empty() {
        sentences.push(format!("Not measured yet: {}.", listed(missing)));
    }
    let description = sentences.join(" ");
    let mut plot = Plot::new(&title, &description, progress.axis(), measure.axis());
    let key = key(curves);
    for (index, curve) in curves.iter().enumerate() {
        let line = Line::new(&curve.label, curve.points.clone(), series(index));
        plot = plot.with(line.keyed(key));
    }
    let drops = match progress {
        Progress::Epoch => drops(curves),
        Progress::LearningRateSum => Vec::new(),
    };
    Ok(drops.into_iter().fold(plot, Plot::with))
}

/// At the lines' ends if they end together; a name inside the plot would stand on other lines.
fn key(curves: &[Curve]) -> Key {
    let ends: Vec<_> = curves
        .iter()
        .filter_map(|curve| Some(curve.points.last()?.0))
        .collect();
    match ends.windows(2).all(|pair| pair[0] == pair[1]) {
        true => Key::Direct,
        false => Key::Legend,
    }
}

/// Where the learning rate changes, if it does so at the same epochs in all runs.
fn drops(curves: &[Curve]) -> Vec<Rule> {
    let schedules: Vec<_> = curves
        .iter()
        .filter_map(|curve| curve.run.planned.configuration.training.as_ref())
        .map(|training| {
            (
                &training.learning_rate.milestones,
                training.learning_rate.factor,
            )
        })
        .collect();
    let Some(&(milestones, by)) = schedules.first() else {
        return Vec::new();
    };
    if schedules
        .iter()
        .any(|schedule| *schedule != (milestones, by))
    {
        return Vec::new();
    }
    let last = curves
        .iter()
        .filter_map(|curve| Some(curve.points.last()?.0))
        .fold(0.0, f64::max);
    milestones
        .iter()
        .map(|&milestone| milestone as f64 + 0.5)
        .filter(|at| *at < last)
        .enumerate()
        .map(|(index, at)| match index {
            0 => Rule::vertical(&format!("learning rate {}", factor(by)), at),
            _ => Rule::vertical(&factor(by), at),
        })
        .collect()
}
