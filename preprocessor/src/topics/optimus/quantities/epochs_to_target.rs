//! When runs reach the target accuracy, measured and predicted, and whether hardware matters.

use super::loss_runs::{LossFit, LossRun};
use super::prediction::{hardware, training};
use crate::catalogue::{ABSENT, Catalogue, Entry, Members};
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity};
use crate::statistics::mean::mean;
use crate::topics::optimus::analysis::accuracy_link::{AccuracyLink, AccuracyRun, LinkForm};
use crate::topics::optimus::analysis::hardware_independence::{
    EpochsToTarget, Independence, PermutationTest, SIGNIFICANCE, test_independence,
};
use crate::topics::optimus::analysis::prediction::PredictedRun;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::analysis::training_set::Family;
use std::sync::Arc;

/// The accuracy to be reached, which is 92 %.
pub(crate) const TARGET_ACCURACY: &str = "assignment.loss_curves.target_accuracy";

/// The seed of the relabellings.
const SEED: u64 = 1;

/// From a training loss to the target accuracy.
pub(crate) struct Link<'a> {
    accuracy: f64,
    /// The training loss that goes with the accuracy.
    quantity: Arc<Quantity>,
    /// A complete run, by whose rows steps are turned into epochs.
    clock: Option<&'a LossRun>,
}

/// A number of epochs, and whether it has no value because the target is never reached.
pub(crate) struct Reached {
    pub(crate) epochs: Arc<Quantity>,
    pub(crate) never: bool,
}

/// From the steps of a run to its epochs.
pub(crate) struct Clock<EpochOf> {
    /// The last step of the run.
    pub(crate) last: Step,
    /// The epoch in which a step is made.
    pub(crate) epoch_of: EpochOf,
}

impl Reached {
    /// The epoch in which a predicted loss comes down to `loss`.
    pub(crate) fn predicted(
        name: String,
        predicted: Result<&PredictedRun, String>,
        loss: &Arc<Quantity>,
        clock: Option<Clock<impl Fn(Step) -> f64>>,
        sources: &[Arc<Quantity>],
    ) -> Reached {
        let found = predicted.map_err(Missing::from).and_then(|predicted| {
            let loss = loss.value.clone()?;
            let clock = clock.ok_or("no run tells the epochs of its steps")?;
            Ok((predicted.steps_reaching(loss, clock.last), clock.epoch_of))
        });
        let never = matches!(&found, Ok((steps, _)) if steps.predicted.is_none());
        let interval = { found.as_ref().ok() }
            .and_then(|(steps, epoch)| Some((epoch(steps.earliest?), epoch(steps.latest?))));
        let value = found.and_then(|(steps, epoch)| {
            let reached = steps.predicted.map(epoch);
            reached.ok_or_else(|| "the predicted loss stays above that of the target".into())
        });
        let epochs = Quantity::computed(
            name,
            Unit::Epoch,
            "first epoch whose predicted loss is at most that of the target",
            sources.iter().chain([loss]).cloned().collect(),
            value,
        );
        let epochs = match interval.filter(|_| !never) {
            Some((low, high)) => epochs.with_interval(low, high),
            None => epochs,
        };
        Reached { epochs, never }
    }

    pub(crate) fn add(&self, catalogue: &mut Catalogue) {
        let flags = [
            ("never", self.never),
            ("reached", self.epochs.value.is_ok()),
        ];
        for (flag, holds) in flags {
            catalogue.insert(format!("{}_{flag}", self.epochs.name), Entry::Flag(holds));
        }
        catalogue.add(self.epochs.clone());
    }
}

impl<'a> Link<'a> {
    /// Fits the link to the networks of depth 6n + 2 that may be fitted to, all their epochs, and
    /// adds it.
    pub(crate) fn add(
        catalogue: &mut Catalogue,
        fits: &'a [LossFit],
        target: &Arc<Quantity>,
    ) -> Self {
        let accuracy = target.known().unwrap_or(f64::NAN);
        let family = training(fits).filter(|fit| fit.run.family() == Family::SixNPlusTwo);
        let runs: Vec<AccuracyRun> = family.map(|fit| fit.run.accuracies()).collect();
        let link = AccuracyLink::fit(&runs).map_err(|error| error.to_string());
        let loss = link.clone().and_then(|link| {
            let loss = link.loss_reaching(accuracy);
            loss.ok_or_else(|| "no training loss goes with the target accuracy".to_owned())
        });
        let error = link.as_ref().map(AccuracyLink::error).map_err(Clone::clone);
        let mut inputs = super::prediction::sources(fits, None);
        inputs.push(target.clone());
        catalogue.insert("accuracy_link.fitted", Entry::Flag(link.is_ok()));
        let form = link.map_or(ABSENT, |link| form_name(link.form));
        catalogue.insert("accuracy_link.form", Entry::Text(form.to_owned()));
        let function = "leave-one-run-out error of analysis::accuracy_link, root mean square";
        let name = "accuracy_link.error";
        catalogue.add(Quantity::computed(
            name,
            Unit::One,
            function,
            inputs.clone(),
            error.map_err(Missing::from),
        ));
        let function = "largest training loss at the target by analysis::accuracy_link";
        let name = "accuracy_link.loss";
        catalogue.insert("accuracy_link.reaches_target", Entry::Flag(loss.is_ok()));
        let quantity = Quantity::computed(
            name,
            Unit::Nat,
            function,
            inputs,
            loss.map_err(Missing::from),
        );
        catalogue.add(quantity.clone());
        Link {
            accuracy,
            quantity,
            clock: training(fits).next().map(|fit| &fit.run),
        }
    }

    /// The epoch in which the predicted loss comes down to that of the target.
    pub(crate) fn predicted(
        &self,
        name: String,
        predicted: &Result<PredictedRun, String>,
        sources: &[Arc<Quantity>],
    ) -> Reached {
        let clock = self.clock.and_then(|run| {
            let last = Step(run.epochs().last()?.steps as f64);
            let epoch_of = |step| run.epoch_of(step) as f64;
            Some(Clock { last, epoch_of })
        });
        let predicted = predicted.as_ref().map_err(Clone::clone);
        Reached::predicted(name, predicted, &self.quantity, clock, sources)
    }

    /// The first epoch at which the `targets` reach the accuracy, on average where several seeds
    /// were run.
    pub(crate) fn measured(&self, name: String, targets: &[&LossFit]) -> Reached {
        let quantity = |target: &&LossFit| target.run.epochs_to_target(self.accuracy);
        let inputs: Vec<_> = targets.iter().map(quantity).collect();
        let has_ended =
            |target: &LossFit, epochs: &Quantity| target.run.is_complete() || epochs.value.is_ok();
        let ended = std::iter::zip(targets, &inputs)
            .filter(|(target, epochs)| has_ended(target, epochs))
            .map(|(_, epochs)| epochs.known());
        let ended: Vec<Option<f64>> = ended.collect();
        let reached: Option<Vec<f64>> = ended.iter().copied().collect();
        let value = match reached {
            Some(reached) if reached.is_empty() => Err("no ResNet-50 is measured".to_owned()),
            Some(reached) => Ok(mean(&reached)),
            None => Err("the target is never reached".to_owned()),
        };
        Reached {
            epochs: Quantity::computed(
                name,
                Unit::Epoch,
                "mean over seeds",
                inputs,
                value.map_err(Missing::from),
            ),
            never: ended.contains(&None),
        }
    }
}

/// The form in words.
pub(crate) fn form_name(form: LinkForm) -> &'static str {
    match form {
        LinkForm::Linear => "linear in the training loss",
        LinkForm::Logarithmic => "linear in the logarithm of the training loss",
        LinkForm::Isotonic => "any function that does not rise with the training loss",
    }
}

/// Adds each run's epochs to the target, and the test of whether they depend on the hardware.
pub(crate) fn add_independence(catalogue: &mut Catalogue, fits: &[LossFit], target: f64) {
    let mut inputs = Vec::new();
    let mut compared = Vec::new();
    for LossFit { run, .. } in fits {
        let epochs = run.epochs_to_target(target);
        catalogue.add(epochs.clone());
        let value = epochs.known().filter(|_| run.is_complete());
        compared.extend(
            value
                .filter(|_| run.has_common_recipe)
                .map(|epochs| EpochsToTarget {
                    network: run.configuration.network.clone(),
                    hardware: run.hardware.to_string(),
                    epochs,
                }),
        );
        inputs.extend(run.is_expected().then_some(epochs));
    }
    let test = match test_independence(&compared, SEED) {
        Independence::Tested(test) => Ok(test),
        Independence::NotTestable { reason } => Err(reason),
    };
    add_test(catalogue, &test, inputs, fits);
}

fn add_test(
    catalogue: &mut Catalogue,
    test: &Result<PermutationTest, String>,
    inputs: Vec<Arc<Quantity>>,
    fits: &[LossFit],
) {
    let rejected = test.as_ref().is_ok_and(|test| test.p_value < SIGNIFICANCE);
    let reason = test.as_ref().err().map_or("none", String::as_str);
    for (leaf, entry) in [
        ("tested", Entry::Flag(test.is_ok())),
        ("rejected", Entry::Flag(rejected)),
        ("reason", Entry::Text(reason.to_owned())),
    ] {
        catalogue.insert(format!("hardware_independence.{leaf}"), entry);
    }
    type Part = fn(&PermutationTest) -> f64;
    let parts: [(&str, Part); 3] = [
        ("p_value", |test| test.p_value),
        ("smallest_p", |test| test.smallest_p),
        ("runs", |test| test.runs as f64),
    ];
    let add = |catalogue: &mut Catalogue, leaf: &str, unit, value: Result<f64, String>| {
        let name = format!("hardware_independence.{leaf}");
        let function = "analysis::hardware_independence, permutation test";
        catalogue.add(Quantity::computed(
            name,
            unit,
            function,
            inputs.clone(),
            value.map_err(Missing::from),
        ));
    };
    for (leaf, part) in parts {
        add(
            catalogue,
            leaf,
            Unit::One,
            test.as_ref().map(part).map_err(Clone::clone),
        );
    }
    let members = Members::Recorded("kind of hardware".to_owned());
    catalogue.add_group("hardware_independence.excess", members);
    for hardware in hardware(fits) {
        let excess = test.as_ref().map_err(Clone::clone).and_then(|test| {
            let excess = test.mean_excess_epochs.get(&hardware.to_string()).copied();
            excess.ok_or_else(|| "no run on it is compared".to_owned())
        });
        add(
            catalogue,
            &format!("excess.{}", hardware.identifier()),
            Unit::Epoch,
            excess,
        );
    }
}
