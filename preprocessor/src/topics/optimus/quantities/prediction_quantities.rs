//! The predictions of ResNet-50 on every hardware, and how far they lie from what was measured.

use super::epochs_to_target::{Link, Reached};
use super::logs::{self, Logs};
use super::loss_models::{BETAS, with_interval};
use super::loss_runs::{Hardware, LossFit};
use super::prediction::{Fitting, Predictions, hardware, sources, targets, training};
use crate::catalogue::{ABSENT, Catalogue, Entry, Members};
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity, Statistic};
use crate::statistics::mean::mean;
use crate::topics::optimus::analysis::loss_regression::PredictedLossModel;
use crate::topics::optimus::analysis::prediction::PredictedRun;
use crate::topics::optimus::analysis::prediction_error::PredictionError;
use results::Arithmetic;
use std::sync::Arc;

/// Adds the predictions on every hardware and the one that the book puts first.
pub(crate) fn add(
    catalogue: &mut Catalogue,
    fits: &[LossFit],
    predictions: &Predictions,
    link: &Link,
    logs: &Logs,
) {
    let members = Members::Recorded("kind of hardware".to_owned());
    catalogue.add_group("prediction.on", members);
    let fitting = add_held_out(catalogue, fits, predictions);
    let all: Vec<_> = hardware(fits)
        .into_iter()
        .map(|hardware| PredictionOn::new(hardware, fits, predictions, link))
        .collect();
    for prediction in &all {
        prediction.add(catalogue, predictions, link);
    }
    add_headline(catalogue, &all, fitting, fits, logs);
}

/// The mean held-out errors of both kinds of models, and which kind is better.
///
/// The choice rests on the runs that are fitted to, so that no ResNet-50 takes part in it.
fn add_held_out(catalogue: &mut Catalogue, fits: &[LossFit], predictions: &Predictions) -> Fitting {
    let mut runs: Vec<_> = training(fits).collect();
    if runs.is_empty() {
        runs = fits
            .iter()
            .filter(|fit| fit.run.is_expected() && !fit.run.is_target())
            .collect();
    }
    let [whole, staged] = Fitting::ALL.map(|(_, name)| {
        let error = |fit: &&LossFit| {
            catalogue.known(&format!("loss_model.{}.held_out.{name}", fit.run.name()))
        };
        let errors = runs.iter().filter_map(error).collect();
        let name = format!("prediction.held_out.{name}");
        Statistic::MEAN.over("the runs that are fitted to", errors, name, Unit::One)
    });
    let is_better = staged
        .known()
        .zip(whole.known())
        .is_some_and(|(staged, whole)| staged < whole);
    let fitting = match is_better && predictions.regression(Fitting::PerStage).is_ok() {
        true => Fitting::PerStage,
        false => Fitting::WholeRun,
    };
    catalogue.add(whole);
    catalogue.add(staged);
    catalogue.insert(
        "prediction.staged",
        Entry::Flag(fitting == Fitting::PerStage),
    );
    fitting
}

/// ResNet-50 on one hardware: predicted and measured.
struct PredictionOn<'a> {
    hardware: Hardware,
    prefix: String,
    sources: Vec<Arc<Quantity>>,
    targets: Vec<&'a LossFit>,
    predicted: [Result<PredictedRun, String>; 2],
    measured_epochs: Reached,
}

impl<'a> PredictionOn<'a> {
    fn new(
        hardware: Hardware,
        fits: &'a [LossFit],
        predictions: &Predictions,
        link: &Link,
    ) -> Self {
        let targets: Vec<_> = targets(fits, &hardware).collect();
        let prefix = format!("prediction.on.{}", hardware.identifier());
        PredictionOn {
            sources: sources(fits, Some(&hardware)),
            predicted: Fitting::ALL.map(|(fitting, _)| predictions.run_on(&hardware, fitting)),
            measured_epochs: link.measured(format!("{prefix}.measured_epochs_to_92"), &targets),
            targets,
            prefix,
            hardware,
        }
    }

    fn add(&self, catalogue: &mut Catalogue, predictions: &Predictions, link: &Link) {
        let name = |leaf: &str| format!("{}.{leaf}", self.prefix);
        catalogue.insert(name("title"), Entry::Text(self.hardware.to_string()));
        catalogue.insert(name("predicted"), Entry::Flag(self.is_predicted()));
        let is_measured = self.targets.iter().any(|target| target.fit.is_ok());
        catalogue.insert(name("measured"), Entry::Flag(is_measured));
        let model = predictions.model_on(&self.hardware);
        add_betas(catalogue, &self.prefix, model.as_ref(), &self.sources);
        for ((_, fitting), predicted) in std::iter::zip(Fitting::ALL, &self.predicted) {
            self.add_errors(catalogue, fitting, predicted);
            let name = name(&format!("{fitting}.epochs_to_92"));
            link.predicted(name, predicted, &self.sources)
                .add(catalogue);
        }
        self.measured_epochs.add(catalogue);
    }

    /// How far the predicted curve lies from the measured ones, on average where several seeds
    /// were run.
    fn add_errors(
        &self,
        catalogue: &mut Catalogue,
        fitting: &str,
        predicted: &Result<PredictedRun, String>,
    ) {
        type Part = fn(PredictionError) -> f64;
        let parts: [(&str, &str, Part); 2] = [
            (
                "percentage_error",
                "mean of |predicted − measured| / measured over the run",
                |error| error.mean_absolute,
            ),
            (
                "percentage_error_at_end",
                "(predicted − measured) / measured in the last epoch",
                |error| error.last,
            ),
        ];
        for (leaf, function, part) in parts {
            let error = predicted
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|predicted| {
                    let measured = self
                        .targets
                        .iter()
                        .filter_map(|target| target.fit.as_ref().ok());
                    let errors: Vec<_> = measured
                        .map(|fit| part(predicted.error_against(&fit.measured)))
                        .collect();
                    match errors.is_empty() {
                        true => Err("no ResNet-50 is measured".to_owned()),
                        false => Ok(mean(&errors)),
                    }
                });
            let name = format!("{}.{fitting}.{leaf}", self.prefix);
            catalogue.add(Quantity::computed(
                name,
                Unit::One,
                function,
                self.all_sources(),
                error.map_err(Missing::from),
            ));
        }
    }

    /// The runs that are predicted from, and those that are predicted.
    fn all_sources(&self) -> Vec<Arc<Quantity>> {
        let targets = self.targets.iter().map(|target| target.points.clone());
        self.sources.iter().cloned().chain(targets).collect()
    }

    fn is_predicted(&self) -> bool {
        self.predicted.iter().any(Result::is_ok)
    }

    fn is_measured(&self) -> bool {
        self.targets.iter().any(|target| target.run.is_complete())
    }

    /// Hardware on which ResNet-50 is measured comes first, and fp32 before others.
    fn rank(&self) -> (bool, bool, &Hardware) {
        let is_fp32 = self.hardware.arithmetic == Arithmetic::Fp32;
        (!self.is_measured(), !is_fp32, &self.hardware)
    }
}

/// β₀, β₁ and β₂ of the whole run that is predicted for depth 50.
pub(super) fn add_betas(
    catalogue: &mut Catalogue,
    prefix: &str,
    model: Result<&PredictedLossModel, &String>,
    sources: &[Arc<Quantity>],
) {
    for (index, (leaf, unit)) in BETAS.into_iter().enumerate() {
        let value = model.map(|model| model.model.betas()[index]);
        let beta = Quantity::computed(
            format!("{prefix}.{leaf}"),
            unit,
            "analysis::loss_regression at depth 50",
            sources.to_vec(),
            value.map_err(|reason| reason.as_str().into()),
        );
        let interval = model.ok().map(|model| model.intervals[index]);
        catalogue.add(with_interval(beta, interval));
    }
}

/// The prediction that the book puts first, under names without the hardware.
fn add_headline(
    catalogue: &mut Catalogue,
    all: &[PredictionOn],
    fitting: Fitting,
    fits: &[LossFit],
    logs: &Logs,
) {
    let first = first_that(all, PredictionOn::is_predicted);
    let measured = first.or_else(|| first_that(all, PredictionOn::is_measured));
    let kind = Fitting::ALL[usize::from(fitting == Fitting::PerStage)].1;
    catalogue.insert("prediction.predicted", Entry::Flag(first.is_some()));
    let title = first.map_or(ABSENT.to_owned(), |first| first.hardware.to_string());
    catalogue.insert("prediction.hardware", Entry::Text(title));
    let from_logs = match first {
        Some(_) => None,
        None => first_of_logs(catalogue, logs),
    };
    catalogue.insert(
        "prediction.from_published",
        Entry::Flag(from_logs.is_some()),
    );
    let [recipe, on] = match &from_logs {
        Some(of) => [of.recipe.to_owned(), of.hardware.to_owned()],
        None => [ABSENT.to_owned(), ABSENT.to_owned()],
    };
    let by_loss = from_logs.as_ref().is_none_or(|of| of.by_loss);
    catalogue.insert("prediction.by_loss", Entry::Flag(by_loss));
    catalogue.insert("prediction.published_recipe", Entry::Text(recipe));
    catalogue.insert("prediction.published_hardware", Entry::Text(on));
    let leaf = |of: Option<&PredictionOn>, leaf: &str| of.map(|of| format!("{}.{leaf}", of.prefix));
    let error = leaf(first, &format!("{kind}.percentage_error"));
    let is_compared = error.as_ref().and_then(|error| catalogue.known(error));
    let is_compared = Entry::Flag(is_compared.is_some_and(|error| error.value.is_ok()));
    catalogue.insert("prediction.compared", is_compared);
    let epochs = leaf(first, &format!("{kind}.epochs_to_92"));
    let epochs = epochs.or_else(|| from_logs.map(|of| of.epochs));
    let measured_epochs = leaf(measured, "measured_epochs_to_92");
    for (name, unit, source) in [
        ("percentage_error", Unit::One, error),
        ("epochs_to_92.predicted", Unit::Epoch, epochs),
        ("epochs_to_92.measured", Unit::Epoch, measured_epochs),
    ] {
        let name = format!("prediction.{name}");
        let found = source.as_ref().and_then(|source| catalogue.known(source));
        let quantity = match found {
            Some(found) => copied(&name, &found),
            None => awaited(&name, unit, fits),
        };
        if unit == Unit::Epoch {
            let never = source.is_some_and(|source| catalogue.flag(&format!("{source}_never")));
            Reached {
                epochs: quantity,
                never,
            }
            .add(catalogue);
        } else {
            catalogue.add(quantity);
        }
    }
}

/// A prediction from training logs that reaches the target.
struct FromLogs<'a> {
    recipe: &'a str,
    hardware: &'a str,
    /// The name of its number of epochs.
    epochs: String,
    /// Whether they follow from the predicted loss, not from a line over depth.
    by_loss: bool,
}

/// The first prediction from training logs that reaches the target, recipe by recipe, by the predicted
/// loss where one does.
fn first_of_logs<'a>(catalogue: &Catalogue, logs: &'a Logs) -> Option<FromLogs<'a>> {
    let all = { logs.sets.iter() }.flat_map(|set| {
        let of_set = set.predicted.keys();
        of_set.map(|hardware| (set.recipe.as_str(), hardware.as_str()))
    });
    let by = |index: usize| {
        let epochs = move |(recipe, hardware)| FromLogs {
            recipe,
            hardware,
            epochs: logs::epochs_names(recipe, hardware)[index].clone(),
            by_loss: index == 0,
        };
        all.clone().map(epochs)
    };
    let is_known = |of: &FromLogs| {
        let epochs = catalogue.known(&of.epochs);
        epochs.is_some_and(|epochs| epochs.value.is_ok())
    };
    by(0).chain(by(1)).find(is_known)
}

fn first_that<'a, 'b>(
    all: &'a [PredictionOn<'b>],
    holds: fn(&PredictionOn<'b>) -> bool,
) -> Option<&'a PredictionOn<'b>> {
    let candidates = all.iter().filter(|prediction| holds(prediction));
    candidates.min_by_key(|prediction| prediction.rank())
}

fn copied(name: &str, source: &Arc<Quantity>) -> Arc<Quantity> {
    let function = "of the first hardware whose ResNet-50 is predicted and measured, fp32 first; where \
                    none is predicted, of the first training logs";
    source.chosen(name, function)
}

/// What no run allows to be computed yet: it waits for all of them.
fn awaited(name: &str, unit: Unit, fits: &[LossFit]) -> Arc<Quantity> {
    let targets = { fits.iter() }.filter(|fit| fit.run.is_target() && fit.run.is_expected());
    let targets = targets.map(|fit| fit.points.clone());
    let sources = sources(fits, None).into_iter().chain(targets).collect();
    let reason = "no hardware has enough complete runs".to_owned();
    Quantity::computed(name, unit, "", sources, Err(reason.into()))
}
