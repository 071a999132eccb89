//! Which tensors a run's checkpoint holds, by name and shape: what training changes, and the velocity.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use results::{Trainable, TrainingConfiguration};

use crate::epoch::Trainer;
use crate::networks;

/// Name of the velocity among a checkpoint's tensors; no network has a parameter of this name.
pub(crate) const VELOCITY: &str = "sgd.velocity";

/// Shapes by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(BTreeMap<String, Vec<i64>>);

impl Expected {
    /// Those of `trainer`.
    pub fn of(trainer: &Trainer) -> Expected {
        let named = trainer.model.weights.named().into_iter();
        let changing = named.filter(|(name, _)| trainer.model.changes(name));
        let velocity = (VELOCITY.to_owned(), trainer.sgd.velocity().size());
        Expected(
            changing
                .map(|(name, tensor)| (name, tensor.size()))
                .chain([velocity])
                .collect(),
        )
    }

    /// Those of a run that trains with `configuration` on `classes` classes, as declared: no memory is taken for them.
    ///
    /// # Errors
    /// An unknown network.
    pub fn planned(configuration: &TrainingConfiguration, classes: u64) -> Result<Expected> {
        let all = configuration.training.trainable == Trainable::All;
        let architecture = networks::build(&configuration.network, i64::try_from(classes)?)?;
        let changes = |name: &str| all || name.starts_with(architecture.classifier);
        let declared = &architecture.declared;
        let parameters = declared.parameters.iter().filter(|p| changes(&p.name));
        let velocity = parameters.clone().map(|parameter| parameter.count()).sum();
        let parameters = parameters.map(|p| (p.name.clone(), p.shape.clone()));
        let statistics = declared.statistics.iter().filter(|s| changes(&s.name));
        let statistics = statistics.map(|s| (s.name.clone(), vec![s.channels]));
        let velocity = (VELOCITY.to_owned(), vec![velocity]);
        Ok(Expected(
            parameters.chain(statistics).chain([velocity]).collect(),
        ))
    }

    /// # Errors
    /// A tensor that is missing, unknown or of another shape.
    pub(crate) fn check<'a>(
        &self,
        found: impl Iterator<Item = (&'a str, &'a [usize])>,
    ) -> Result<()> {
        let found: BTreeMap<&str, &[usize]> = found.collect();
        for name in found.keys() {
            ensure!(
                self.0.contains_key(*name),
                "`{name}` is not a parameter of this network"
            );
        }
        for (name, shape) in &self.0 {
            let found = found
                .get(name.as_str())
                .with_context(|| format!("`{name}` is missing"))?;
            let equal = found.len() == shape.len()
                && found
                    .iter()
                    .zip(shape)
                    .all(|(&f, &s)| i64::try_from(f) == Ok(s));
            ensure!(equal, "`{name}` has shape {found:?}, expected {shape:?}");
        }
        Ok(())
    }
}
