//! What runs measured epoch by epoch, over the epochs or over the sum of their learning rates.

use super::curve_axes::{Measure, Progress};
use super::run_settings::{factor, settings};
use crate::catalogue::{Facts, RunFacts};
use crate::topics::training::recorded::epochs;
use crate::views::plot::{Band, Identity, Key, Line, Plot, Rule};
use crate::views::shown::Shown;
use crate::views::shown::listed;
use crate::views::{Awaited, Figure};
use results::PlannedRun;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The ids of runs of the plan.
    runs: Vec<String>,
    /// Whether each stands for all runs of the plan that differ from it in nothing but their seeds.
    #[serde(default)]
    seeds: bool,
    /// What the horizontal axis shows.
    #[serde(default)]
    x: Progress,
    /// What the vertical axis shows.
    y: Measure,
}

/// Runs that differ in nothing but their seeds, with their label and their points.
struct Curve<'a> {
    runs: Vec<&'a RunFacts>,
    label: String,
    identity: Identity,
    /// (x, median, least, greatest) of the runs.
    points: Vec<(f64, f64, f64, f64)>,
}

/// One line for each setting that has a record, with a band where there are several seeds; runs
/// without a record are named in the note.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let (progress, measure) = (arguments.x, arguments.y);
    let named = arguments.runs.iter().map(|name| find(name, facts));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    let mut runs: Vec<&RunFacts> = match arguments.seeds {
        true => named.iter().flat_map(|run| seeds_of(run, facts)).collect(),
        false => named,
    };
    let mut known = BTreeSet::new();
    runs.retain(|run| known.insert(&run.id)); // two may stand for the same seeds
    let inputs = runs
        .iter()
        .filter_map(|run| {
            let name = format!("{}.{}", run.name(), measure.leaf());
            facts.catalogue.known(&name)
        })
        .collect();
    let (there, missing): (Vec<&RunFacts>, Vec<&RunFacts>) =
        { runs.iter() }.partition(|run| !points(run, progress, measure).is_empty());
    let curves: Vec<_> = by_setting(&runs)
        .into_iter()
        .map(|setting| Curve::new(setting, progress, measure))
        .filter(|curve| !curve.points.is_empty())
        .collect();
    if curves.is_empty() {
        let awaited = Awaited::of_concerns(runs.iter().filter_map(|run| run.concern()));
        return Ok(Shown::new(Figure::Pending(awaited), inputs));
    }
    let named: Vec<_> = missing.iter().map(|run| run.id.as_str()).collect();
    let plot = plot(&curves, &named, progress, measure)?;
    let note = match curves.iter().any(|curve| curve.runs.len() > 1) {
        true => seeds(&curves, there.len()),
        false => String::new(),
    };
    let shown = Shown::new(Figure::plot(plot), inputs).noted(note);
    Ok(shown.without(&missing))
}

/// What the caption says of bands.
fn seeds(curves: &[Curve], runs: usize) -> String {
    let most = curves.iter().map(|curve| curve.runs.len()).max();
    let each = match most {
        Some(most) if most * curves.len() == runs => format!("{most} seeds each"),
        _ => "several seeds".to_owned(),
    };
    format!("Lines are medians of {each}, and bands reach from the least to the greatest.")
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

/// The planned runs that do what `run` does on the hardware it may use, with any seed; it among them.
fn seeds_of<'a>(run: &RunFacts, facts: &'a Facts) -> Vec<&'a RunFacts> {
    let without_seed = |planned: &PlannedRun| planned.configuration.clone().with_seed(0);
    let (wanted, setting) = (&run.planned, without_seed(&run.planned));
    let is_of_it = |other: &&RunFacts| {
        let planned = &other.planned;
        (&planned.experiment, &planned.hardware) == (&wanted.experiment, &wanted.hardware)
            && without_seed(planned) == setting
    };
    facts.runs.iter().filter(is_of_it).collect()
}

/// Runs of one setting, what the setting is called, and what it is.
struct OfSetting<'a> {
    runs: Vec<&'a RunFacts>,
    label: String,
    identity: Identity,
}

/// Runs that differ in nothing but their seeds belong together; what tells the settings apart is
/// their label, such as `learning rate 0.01`.
fn by_setting<'a>(runs: &[&'a RunFacts]) -> Vec<OfSetting<'a>> {
    const SEED: &str = "seed";
    let (differing, _) = settings(runs);
    let differing: Vec<_> = differing.iter().filter(|it| it.name != SEED).collect();
    let names: Vec<_> = differing.iter().map(|setting| setting.name).collect();
    let mut all: Vec<OfSetting> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let texts: Vec<_> = { differing.iter() }
            .map(|setting| setting.texts[index].as_str())
            .collect();
        let words = names.iter().zip(&texts);
        let words: Vec<_> = words.map(|(name, text)| format!("{name} {text}")).collect();
        let (label, identity) = match texts.is_empty() {
            true => (run.id.clone(), Identity::new("run", &runs[0].id)),
            false => {
                let identity = Identity::new(&names.join(", "), &texts.join(", "));
                (words.join(", "), identity)
            }
        };
        match all.iter_mut().find(|setting| setting.identity == identity) {
            Some(setting) => setting.runs.push(run),
            None => all.push(OfSetting {
                runs: vec![run],
                label,
                identity,
            }),
        }
    }
    all
}

/// What a run measured, from left to right; nothing without a record.
fn points(run: &RunFacts, progress: Progress, measure: Measure) -> Vec<(f64, f64)> {
    let epochs = epochs(run);
    let places = progress.of(epochs, measure).into_iter();
    let points = places.zip(epochs);
    points
        .filter_map(|(x, row)| Some((x, measure.of(row)?)))
        .collect()
}

/// At each place the median of the runs that came so far, the least and the greatest.
fn medians(of_runs: &[Vec<(f64, f64)>]) -> Vec<(f64, f64, f64, f64)> {
    let longest = of_runs.iter().max_by_key(|points| points.len());
    let places = longest.into_iter().flatten().enumerate();
    let at = |(index, (x, _)): (usize, &(f64, f64))| {
        let mut values: Vec<f64> = { of_runs.iter() }
            .filter_map(|points| points.get(index).map(|(_, y)| *y))
            .collect();
        values.sort_by(f64::total_cmp);
        let (first, last) = (values[0], values[values.len() - 1]);
        let middle = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        (*x, f64::midpoint(middle.0, middle.1), first, last)
    };
    places.map(at).collect()
}

impl<'a> Curve<'a> {
    fn new(setting: OfSetting<'a>, progress: Progress, measure: Measure) -> Curve<'a> {
        let OfSetting {
            mut runs,
            label,
            identity,
        } = setting;
        runs.retain(|run| !points(run, progress, measure).is_empty());
        let of_runs: Vec<_> = { runs.iter() }
            .map(|run| points(run, progress, measure))
            .collect();
        let states: BTreeSet<_> = { runs.iter() }
            .filter_map(|run| Some(run.concern()?.state))
            .collect();
        let label = match (states.len(), states.first()) {
            (_, None) => label,
            (1, Some(state)) => format!("{label} ({state})"),
            _ => format!("{label} (several not as planned)"),
        };
        Curve {
            runs,
            label,
            identity,
            points: medians(&of_runs),
        }
    }

    fn line(&self) -> Vec<(f64, f64)> {
        self.points.iter().map(|(x, y, ..)| (*x, *y)).collect()
    }

    fn band(&self) -> Option<Vec<(f64, f64, f64)>> {
        let ends = self
            .points
            .iter()
            .map(|(x, _, low, high)| (*x, *low, *high));
        (self.runs.len() > 1).then(|| ends.collect())
    }

    fn describe(&self, progress: Progress, measure: Measure) -> Result<String, String> {
        let [(first, start, ..), .., (last, end, ..)] = self.points[..] else {
            return Ok(format!("The run {} has one epoch.", self.runs[0].id));
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
    let values = curves.iter().flat_map(|curve| &curve.points);
    let values = values.flat_map(|(_, _, low, high)| [*low, *high]);
    let axis = measure.axis_of(values);
    let mut plot = Plot::new(&title, &description, progress.axis(), axis);
    let key = key(curves);
    for curve in curves {
        let style = plot.style_of(curve.identity.clone());
        if let Some(band) = curve.band() {
            plot = plot.with(Band::new(&curve.label, band, style.colour));
        }
        plot = plot.with(Line::new(&curve.label, curve.line(), style).keyed(key));
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
        .flat_map(|curve| &curve.runs)
        .filter_map(|run| run.planned.configuration.as_training())
        .map(|configuration| {
            let rate = &configuration.training.learning_rate;
            (&rate.milestones, rate.factor)
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
