//! How many test images each class of the flowers has.

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::views::Figure;
use crate::views::plot::{Axis, Bars, Fill, Identity, Plot, Rule};
use crate::views::shown::Shown;
use std::sync::Arc;

/// The quoted curve of test images over the class numbers.
const TEST_IMAGES: &str = "flowers.test_images.i";
/// Images of every class in the two balanced splits.
const BALANCED: [&str; 2] = ["flowers.train_per_class", "flowers.validation_per_class"];

/// One bar for each class, and a rule at the images of each class in the other splits.
pub(crate) fn figure(facts: &Facts) -> Result<Shown<Figure>, String> {
    let classes = classes(facts)?;
    let [train, validation] = BALANCED.map(|name| {
        let found = facts.catalogue.quantity(name).cloned();
        found.map_err(|error| error.to_string())
    });
    let (train, validation) = (train?, validation?);
    let images: Vec<f64> = classes
        .iter()
        .map(|(_, quantity)| value(quantity))
        .collect();
    let names = classes.iter().map(|(class, _)| class.to_string());
    let mut plot = Plot::new(
        "Test images of each class",
        &describe(&classes, value(&train), value(&validation)),
        Axis::categories("Class", names),
        Axis::linear("Test images"),
    );
    let style = plot.style_of(Identity::new("data", "test images"));
    plot = plot.with(Bars::new("test images", images, style.colour).filled(Fill::Tint));
    let plot = rules(value(&train), value(&validation))
        .into_iter()
        .fold(plot, Plot::with)
        .sized(640, 300);
    let quantities = classes.into_iter().map(|(_, quantity)| quantity);
    Ok(Shown::new(
        Figure::plot(plot),
        quantities.chain([train, validation]).collect(),
    ))
}

fn rules(train: f64, validation: f64) -> Vec<Rule> {
    if train == validation {
        return vec![Rule::horizontal("training, validation", train)];
    }
    vec![
        Rule::horizontal("training", train),
        Rule::horizontal("validation", validation),
    ]
}

/// The classes in the order of their numbers, with their test images.
pub(super) fn classes(facts: &Facts) -> Result<Vec<(u64, Arc<Quantity>)>, String> {
    let mut classes: Vec<(u64, Arc<Quantity>)> = facts
        .catalogue
        .quantities(TEST_IMAGES)
        .filter_map(|quantity| {
            let class = quantity.name[TEST_IMAGES.len()..].parse().ok()?;
            Some((class, quantity.clone()))
        })
        .collect();
    if classes.is_empty() {
        return Err("no class is quoted; hint: quote the curve `flowers.test_images`".to_owned());
    }
    classes.sort_by_key(|(class, _)| *class);
    Ok(classes)
}

fn value(quantity: &Quantity) -> f64 {
    quantity.known().unwrap_or(f64::NAN)
}

fn describe(classes: &[(u64, Arc<Quantity>)], train: f64, validation: f64) -> String {
    let by_images =
        |a: &&(u64, Arc<Quantity>), b: &&(u64, Arc<Quantity>)| value(&a.1).total_cmp(&value(&b.1));
    let (Some(least), Some(most)) = (
        classes.iter().min_by(by_images),
        classes.iter().max_by(by_images),
    ) else {
        return String::new();
    };
    format!(
        "The {} classes have between {} test images (class {}) and {} (class {}). Each has {train} \
         images for training and {validation} for validation.",
        classes.len(),
        value(&least.1),
        least.0,
        value(&most.1),
        most.0
    )
}
