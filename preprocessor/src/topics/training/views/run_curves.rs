//! What runs measured epoch by epoch.

use super::run_settings::{factor, settings};
use crate::catalogue::{Facts, RunFacts};
use crate::views::palette::series;
use crate::views::plot::{Axis, Key, Line, Plot, Range, Rule};
use crate::views::shown::listed;
use crate::views::shown::{Shown, fixed, percent};
use crate::views::{Awaited, Figure};
use results::EpochRow;
use serde::Deserialize;

/// The arguments of [`figure`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    runs: Vec<String>,
    y: Measure,
}

/// What is drawn over the epochs.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Measure {
    TrainLoss,
    TrainAccuracy,
    ValidationLoss,
    ValidationAccuracy,
    TestLoss,
    TestAccuracy,
}

impl Measure {
    fn of(self, row: &EpochRow) -> Option<f64> {
        match self {
            Measure::TrainLoss => Some(row.train_loss),
            Measure::TrainAccuracy => Some(row.train_accuracy),
            Measure::ValidationLoss => row.validation.map(|v| v.loss),
            Measure::ValidationAccuracy => row.validation.map(|v| v.accuracy),
            Measure::TestLoss => row.test.map(|t| t.loss),
            Measure::TestAccuracy => row.test.map(|t| t.accuracy),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Measure::TrainLoss => "Training loss",
            Measure::TrainAccuracy => "Training accuracy",
            Measure::ValidationLoss => "Validation loss",
            Measure::ValidationAccuracy => "Validation accuracy",
            Measure::TestLoss => "Test loss",
            Measure::TestAccuracy => "Test accuracy",
        }
    }

    /// The quantity of a run that stands for its curve in the evidence.
    fn leaf(self) -> &'static str {
        match self {
            Measure::TrainLoss => "final_train_loss",
            Measure::TrainAccuracy => "final_train_accuracy",
            Measure::ValidationAccuracy => "final_validation_accuracy",
            Measure::TestAccuracy => "test_accuracy",
            Measure::ValidationLoss | Measure::TestLoss => "epochs_done",
        }
    }

    fn is_loss(self) -> bool {
        use Measure::{TestLoss, TrainLoss, ValidationLoss};
        matches!(self, TrainLoss | ValidationLoss | TestLoss)
    }

    fn axis(self) -> Axis {
        match self.is_loss() {
            true => Axis::linear(&format!("{} (nats)", self.words())).over(Range::WithZero),
            false => Axis::linear(self.words()).in_percent(),
        }
    }

    fn print(self, value: f64) -> Result<String, String> {
        match self.is_loss() {
            true => Ok(format!("{} nats", fixed(value, 3)?)),
            false => percent(value, 1),
        }
    }
}

/// A run with its label and its points.
struct Curve<'a> {
    run: &'a RunFacts,
    label: String,
    points: Vec<(f64, f64)>,
}

/// One line for each run that has a record; the others are named in the note.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let measure = arguments.y;
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
        .map(|(run, label)| Curve::new(run, label, measure))
        .partition(|curve| !curve.points.is_empty());
    if curves.is_empty() {
        let awaited = Awaited::of_concerns(runs.iter().filter_map(|run| run.concern()));
        return Ok(Shown::new(Figure::Pending(awaited), inputs));
    }
    let missing: Vec<_> = missing.iter().map(|curve| curve.run).collect();
    let named: Vec<_> = missing.iter().map(|run| run.id.as_str()).collect();
    let plot = plot(&curves, &named, measure)?;
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
    fn new(run: &'a RunFacts, label: String, measure: Measure) -> Curve<'a> {
        let epochs = run.record.iter().flat_map(|(_, record)| &record.epochs);
        let points = epochs
            .filter_map(|row| Some((row.epoch as f64, measure.of(row)?)))
            .collect();
        let label = match run.concern() {
            Some(concern) => format!("{label} ({})", concern.state),
            None => label,
        };
        Curve { run, label, points }
    }

    fn describe(&self, measure: Measure) -> Result<String, String> {
        let [(first, start), .., (last, end)] = self.points[..] else {
            return Ok(format!("The run {} has one epoch.", self.run.id));
        };
        Ok(format!(
            "With {} it goes from {} after epoch {first} to {} after epoch {last}.",
            self.label,
            measure.print(start)?,
            measure.print(end)?
        ))
    }
}

fn plot(curves: &[Curve], missing: &[&str], measure: Measure) -> Result<Plot, String> {
    let mut sentences = vec![format!("{} over the epochs.", measure.words())];
    for curve in curves {
        sentences.push(curve.describe(measure)?);
    }
    if !missing.is_empty() {
        sentences.push(format!("Not measured yet: {}.", listed(missing)));
    }
    let title = format!("{} over the epochs", measure.words());
    let x = Axis::linear("Epoch");
    let mut plot = Plot::new(&title, &sentences.join(" "), x, measure.axis());
    let key = key(curves);
    for (index, curve) in curves.iter().enumerate() {
        let line = Line::new(&curve.label, curve.points.clone(), series(index));
        plot = plot.with(line.keyed(key));
    }
    Ok(drops(curves).into_iter().fold(plot, Plot::with))
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
