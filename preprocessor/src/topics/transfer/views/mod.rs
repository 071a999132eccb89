//! Plots and tables of the data set, and of what the settings reached.

mod accuracy_over_cost;
mod class_histogram;
mod class_table;

use crate::views::{Make, NoArguments, View, described, parse};

/// The views of this topic.
pub(super) const VIEWS: &[View] = &[
    View {
        name: "accuracy_over_cost",
        about: "Test accuracies of the settings over what their training costs",
        example: r#"x="operations""#,
        arguments: described::<accuracy_over_cost::Arguments>,
        make: Make::Figure(|arguments, facts| {
            accuracy_over_cost::figure(&parse(arguments)?, facts)
        }),
    },
    View {
        name: "class_histogram",
        about: "Test images of each class",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Figure(|arguments, facts| {
            let NoArguments {} = parse(arguments)?;
            class_histogram::figure(facts)
        }),
    },
    View {
        name: "classes",
        about: "Number, name and test images of each class",
        example: r#"names="flower_classes""#,
        arguments: described::<class_table::Arguments>,
        make: Make::Table(|arguments, facts, mark| {
            class_table::table(&parse(arguments)?, facts, mark)
        }),
    },
];
