//! What follows from a setting's means.

use super::setting::Setting;
use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use results::Trainable;
use std::sync::Arc;

/// What is derived of a setting.
pub(super) struct Derived {
    /// The last part of the name.
    pub(super) leaf: &'static str,
    pub(super) unit: Unit,
    pub(super) make: fn(&Setting, &Catalogue, String) -> Arc<Quantity>,
}

pub(super) const DERIVED: [Derived; 4] = [
    Derived {
        leaf: "below_best",
        unit: Unit::One,
        make: below_best,
    },
    Derived {
        leaf: "validation_minus_test",
        unit: Unit::One,
        make: validation_minus_test,
    },
    Derived {
        leaf: "epochs_of_gain",
        unit: Unit::Epoch,
        make: epochs_of_gain,
    },
    Derived {
        leaf: "training_operations",
        unit: Unit::Flop,
        make: training_operations,
    },
];

/// How far the last epoch is below the best one.
fn below_best(setting: &Setting, _: &Catalogue, name: String) -> Arc<Quantity> {
    let best = setting.formula("best validation accuracy", "best_validation_accuracy");
    let last = setting.formula("final validation accuracy", "validation_accuracy");
    (best - last).quantity(name, Unit::One)
}

fn validation_minus_test(setting: &Setting, _: &Catalogue, name: String) -> Arc<Quantity> {
    let validation = setting.formula("validation accuracy", "validation_accuracy");
    let test = setting.formula("test accuracy", "test_accuracy");
    (validation - test).quantity(name, Unit::One)
}

/// How many epochs at the pace before the first drop would have brought what came after it.
fn epochs_of_gain(setting: &Setting, _: &Catalogue, name: String) -> Arc<Quantity> {
    let slope = &setting.told["validation_slope"];
    if slope.known().is_some_and(|slope| slope <= 0.0) {
        let reason = "the validation accuracy was not rising before the first drop";
        return Quantity::computed(
            name,
            Unit::Epoch,
            "",
            vec![slope.clone()],
            Err(reason.into()),
        );
    }
    let gain = setting.formula("gain after the first drop", "validation_gain_after_drop");
    (gain / Formula::of("slope before it", slope)).quantity(name, Unit::Epoch)
}

/// The operations of all training epochs, without evaluation.
///
/// Frozen layers need a forward pass only. The gradient of the last layer, a thousandth of it, is
/// neglected.
fn training_operations(setting: &Setting, catalogue: &Catalogue, name: String) -> Arc<Quantity> {
    let (symbol, per_image) = match setting.trainable() {
        Some(Trainable::All) | None => {
            ("operations of a training step on one image", "training.two")
        }
        Some(Trainable::ClassifierOnly) => {
            ("operations of a forward pass of one image", "two.total")
        }
    };
    let known = catalogue.known(&format!("flops.resnet50_flowers.{per_image}"));
    let per_image = known.expect("the topic `operations` counts this network");
    let images = setting.formula("training images", "train_images");
    let epochs = setting.formula("epochs", "epochs");
    (Formula::of(symbol, &per_image) * images * epochs).quantity(name, Unit::Flop)
}
