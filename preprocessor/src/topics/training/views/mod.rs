//! Tables and plots of training runs.

mod class_accuracies;
pub(crate) mod class_names;
mod confusions;
pub(crate) mod curve_axes;
mod run_curves;
mod run_settings;
mod run_table;

use crate::views::{Make, View, described, parse};

/// The views of this topic.
pub(super) const VIEWS: &[View] = &[
    View {
        name: "curves",
        about: "Losses or accuracies of runs over their epochs",
        example: r#"runs=["finetune-lr0.01", "finetune-lr0.1"], y="validation_accuracy""#,
        arguments: described::<run_curves::Arguments>,
        make: Make::Figure(|arguments, facts| run_curves::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "class_accuracies",
        about: "The accuracy of each class over its number of test images",
        example: r#"run="feature-study-lr0.1", names="flower_classes""#,
        arguments: described::<class_accuracies::Arguments>,
        make: Make::Figure(|arguments, facts| class_accuracies::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "runs_of",
        about: "The runs of an experiment: settings, state and results",
        example: r#"experiment="loss_curve""#,
        arguments: described::<run_table::Arguments>,
        make: Make::Table(|arguments, facts, mark| {
            run_table::table(&parse(arguments)?, facts, mark)
        }),
    },
    View {
        name: "confusions",
        about: "The classes that a run takes for one another most often",
        example: r#"run="feature-study-lr0.1", names="flower_classes", rows=8"#,
        arguments: described::<confusions::Arguments>,
        make: Make::Table(|arguments, facts, _| confusions::table(&parse(arguments)?, facts)),
    },
];

#[cfg(test)]
mod prediction_tests;
