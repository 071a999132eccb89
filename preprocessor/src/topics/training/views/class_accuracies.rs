//! The accuracy of each class over its number of test images.

use super::class_names::ClassNames;
use super::run_curves::find;
use crate::catalogue::{Facts, RunFacts};
use crate::escape::code;
use crate::evidence::Quantity;
use crate::evidence::unit::titled;
use crate::topics::training::recorded::trained;
use crate::views::Figure;
use crate::views::plot::{Axis, Identity, Note, Plot, Points, Range, Rule, Side};
use crate::views::shown::{Shown, pending, percent};
use results::Predictions;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The run whose record has predictions.
    run: String,
    /// The table with the classes' names.
    names: String,
}

/// A class with test images.
struct Class {
    name: String,
    images: f64,
    accuracy: f64,
}

/// One point for each class, a rule at the share of all images and one at the mean over the classes.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let run = find(&arguments.run, facts)?;
    let names = ClassNames::of(&arguments.names, facts)?;
    let quantity = |leaf: &str| {
        let quantity = facts.catalogue.quantity(&format!("{}.{leaf}", run.name()));
        quantity.cloned().map_err(|error| error.to_string())
    };
    let (of_images, of_classes) = (quantity("test_accuracy")?, quantity("mean_per_class")?);
    let classes = predictions(run).map(|it| classes(it, &names));
    let inputs = vec![of_images.clone(), of_classes.clone()];
    let figure = match (classes, of_images.known().zip(of_classes.known())) {
        (Some(classes), Some(means)) => Figure::plot(plot(&classes, means)?),
        _ => match keeps_none(run) {
            Some(reason) => Figure::because(&reason),
            None => pending(&of_classes),
        },
    };
    let inputs: Vec<Arc<Quantity>> = inputs.into_iter().chain(names.inputs).collect();
    Ok(Shown::new(figure, inputs))
}

/// The predictions of a run, where its record keeps them.
pub(super) fn predictions(run: &RunFacts) -> Option<Predictions<'_>> {
    trained(run)?.predictions()
}

/// What is said of a complete run whose record keeps no predictions, as older ones do not.
pub(super) fn keeps_none(run: &RunFacts) -> Option<String> {
    let without = trained(run)?.test.is_some() && predictions(run).is_none();
    without.then(|| format!("the record of {} keeps no predictions", code(&run.id)))
}

fn classes(predictions: Predictions, names: &ClassNames) -> Vec<Class> {
    let both = predictions.images().zip(predictions.accuracies());
    let class = |(number, (images, accuracy)): (u64, (usize, Option<f64>))| {
        Some(Class {
            name: names.name(number),
            images: images as f64,
            accuracy: accuracy?,
        })
    };
    (1..).zip(both).filter_map(class).collect()
}

fn plot(classes: &[Class], (of_images, of_classes): (f64, f64)) -> Result<Plot, String> {
    let worst = classes
        .iter()
        .min_by(|a, b| a.accuracy.total_cmp(&b.accuracy));
    let largest = classes.iter().max_by(|a, b| a.images.total_cmp(&b.images));
    let (Some(worst), Some(largest)) = (worst, largest) else {
        return Err("no class has test images".to_owned());
    };
    let told = |class: &Class| -> Result<String, String> {
        let share = percent(class.accuracy, 1)?;
        Ok(format!(
            "{share} of the {} images of {}",
            class.images, class.name
        ))
    };
    let description = format!(
        "Of all test images {} are right, in the mean over the {} classes {}. The worst class has {}, the \
         largest {}.",
        percent(of_images, 1)?,
        classes.len(),
        percent(of_classes, 1)?,
        told(worst)?,
        told(largest)?
    );
    let points: Vec<_> = classes.iter().map(|it| (it.images, it.accuracy)).collect();
    let mut plot = Plot::new(
        "Accuracy of each class",
        &description,
        Axis::linear("Test images of the class").over(Range::WithZero),
        Axis::linear(&titled("Right", "%"))
            .over(Range::WithZero)
            .in_percent(),
    );
    let note = |class: &Class, side| Note::new(&class.name, class.images, class.accuracy, side);
    let style = plot.style_of(Identity::new("measure", "accuracy"));
    let mut plot = plot
        .with(Points::plain("one class", &points, style))
        .with(Rule::horizontal("mean over the classes", of_classes))
        .with(Rule::horizontal("all images", of_images))
        .with(note(worst, Side::Below));
    if largest.name != worst.name {
        plot = plot.with(note(largest, Side::Left));
    }
    Ok(plot)
}
