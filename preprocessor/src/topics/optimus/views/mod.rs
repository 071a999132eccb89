//! Tables and plots of training time.

mod accuracy_curves;
mod beta_over_depth;
mod equal_windows;
mod extrapolation;
mod log_curves;
mod log_fit;
mod log_prediction;
mod log_times;
mod loss_fit;
mod loss_grid;
mod loss_models;
mod loss_regression;
mod parameter_server_curves;
mod prediction;
mod stage_models;
mod target_and_drops;

use crate::views::{Make, NoArguments, View, described, parse};

/// The views of this topic.
pub(super) const VIEWS: &[View] = &[
    View {
        name: "beta_over_depth",
        about: "A parameter of the loss model over depth, with its regression",
        example: r#"beta=0, recipe="chenyaofo2021""#,
        arguments: described::<beta_over_depth::Arguments>,
        make: Make::Figure(|arguments, facts| beta_over_depth::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "extrapolation",
        about: "What a model of a run's first stage predicts for the rest of it",
        example: r#"run="loss-resnet20-bf16""#,
        arguments: described::<loss_fit::Arguments>,
        make: Make::Figure(|arguments, facts| extrapolation::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "log_curves",
        about: "Training logs of one network on several kinds of hardware",
        example: r#"recipe="dawnbench", network="resnet20", over="steps""#,
        arguments: described::<log_curves::Arguments>,
        make: Make::Figure(|arguments, facts| log_curves::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "log_fit",
        about: "A training log with its loss model",
        example: r#"log="logs_dawnbench_resnet56_p100""#,
        arguments: described::<log_fit::Arguments>,
        make: Make::Figure(|arguments, facts| log_fit::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "log_prediction",
        about: "The loss that a recipe's regressions predict for a depth",
        example: r#"recipe="chenyaofo2021", hardware="GTX 1080", depth=50"#,
        arguments: described::<log_prediction::Arguments>,
        make: Make::Figure(|arguments, facts| log_prediction::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "loss_fit",
        about: "A run's losses, the model of the whole run and those of its stages",
        example: r#"run="loss-resnet20-bf16""#,
        arguments: described::<loss_fit::Arguments>,
        make: Make::Figure(|arguments, facts| loss_fit::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "loss_residuals",
        about: "What the models of a run leave over",
        example: r#"run="loss-resnet20-bf16""#,
        arguments: described::<loss_fit::Arguments>,
        make: Make::Figure(|arguments, facts| loss_fit::residuals(&parse(arguments)?, facts)),
    },
    View {
        name: "prediction",
        about: "The loss that is predicted for depth 50, with its band",
        example: "",
        arguments: described::<prediction::Arguments>,
        make: Make::Figure(|arguments, facts| prediction::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "speed_over_workers",
        about: "Steps per second over the number of workers",
        example: r#"m=[128, 40]"#,
        arguments: described::<parameter_server_curves::Batches>,
        make: Make::Figure(|arguments, facts| {
            parameter_server_curves::speed_over_workers(&parse(arguments)?, facts)
        }),
    },
    View {
        name: "epoch_time_over_workers",
        about: "The time of an epoch over the number of workers",
        example: r#"m=[128, 40]"#,
        arguments: described::<parameter_server_curves::Batches>,
        make: Make::Figure(|arguments, facts| {
            parameter_server_curves::epoch_time_over_workers(&parse(arguments)?, facts)
        }),
    },
    View {
        name: "time_to_accuracy",
        about: "Time to the target accuracy over the number of workers",
        example: "",
        arguments: described::<accuracy_curves::Arguments>,
        make: Make::Figure(|arguments, facts| accuracy_curves::time(&parse(arguments)?, facts)),
    },
    View {
        name: "cost_of_accuracy",
        about: "Worker-hours to the target accuracy over the number of workers",
        example: "",
        arguments: described::<accuracy_curves::Arguments>,
        make: Make::Figure(|arguments, facts| accuracy_curves::cost(&parse(arguments)?, facts)),
    },
    View {
        name: "equal_windows",
        about: "Loss models of one window of steps, over networks or over hardware",
        example: r#"hardware="bf16_nvidia_h200""#,
        arguments: described::<equal_windows::Arguments>,
        make: Make::Table(|arguments, facts, mark| {
            equal_windows::table(&parse(arguments)?, facts, mark)
        }),
    },
    View {
        name: "log_times",
        about: "Training logs of one recipe: steps and time to a loss",
        example: r#"recipe="dawnbench""#,
        arguments: described::<log_times::Arguments>,
        make: Make::Table(|arguments, facts, mark| {
            log_times::table(&parse(arguments)?, facts, mark)
        }),
    },
    View {
        name: "loss_grid",
        about: "The runs of loss curves by depth and hardware",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            loss_grid::table(facts, mark)
        }),
    },
    View {
        name: "loss_models",
        about: "Parameters of the loss model for each run and each log",
        example: r#"of="complete""#,
        arguments: described::<loss_models::Arguments>,
        make: Make::Table(|arguments, facts, mark| {
            loss_models::table(&parse(arguments)?, facts, mark)
        }),
    },
    View {
        name: "loss_regression",
        about: "Coefficients of the regressions of the parameters over depth",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            loss_regression::table(facts, mark)
        }),
    },
    View {
        name: "stage_models",
        about: "Parameters of the loss model for each stage of the learning rate",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            stage_models::table(facts, mark)
        }),
    },
    View {
        name: "target_and_drops",
        about: "Epochs to the target accuracy beside the epochs of the drops",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            target_and_drops::table(facts, mark)
        }),
    },
];

#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod tests;
