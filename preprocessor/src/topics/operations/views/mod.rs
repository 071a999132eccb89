//! Tables and plots of operation counts.

mod counted_network;
mod flops_share;
mod flops_table;
mod layer_sums;
mod layer_times;
mod layer_waits;
mod paleo;
mod percent_of_peak;
mod roofline;

use crate::views::{Make, NoArguments, View, described, parse};

/// The views of this topic.
pub(super) const VIEWS: &[View] = &[
    View {
        name: "flops_share",
        about: "The share of each kind of layer in a network's operations",
        example: r#"networks=["vgg16", "vgg19"], convention="lu""#,
        arguments: described::<flops_share::Arguments>,
        make: Make::Figure(|arguments, facts| flops_share::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "layer_sum_against_full_pass",
        about: "Sum of the layer times over the time of the full pass",
        example: r#"platforms=["tk1_cpu", "tk1_gpu"]"#,
        arguments: described::<layer_sums::Arguments>,
        make: Make::Figure(|arguments, facts| layer_sums::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "roofline",
        about: "Layers under a board's roofline",
        example: r#"board="k80_gpu", arithmetic="fp32", batch=1, networks=["vgg19", "resnet50"]"#,
        arguments: described::<roofline::Arguments>,
        make: Make::Figure(|arguments, facts| roofline::figure(&parse(arguments)?, facts)),
    },
    View {
        name: "ppp_by_gpu",
        about: "Percent of peak of the published speeds, GPU by GPU",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Figure(|arguments, facts| {
            let NoArguments {} = parse(arguments)?;
            percent_of_peak::by_gpu(facts)
        }),
    },
    View {
        name: "flops_by_layer",
        about: "The operations of each layer of a network",
        example: r#"network="vgg19", convention="lu""#,
        arguments: described::<flops_table::ByLayer>,
        make: Make::Table(|arguments, facts, mark| {
            flops_table::by_layer(&parse(arguments)?, facts, mark)
        }),
    },
    View {
        name: "flops_by_kind",
        about: "Layers, operations and shares of each kind of layer, networks side by side",
        example: r#"networks=["vgg16", "vgg19"], convention="lu", answer="convolution""#,
        arguments: described::<flops_table::ByKind>,
        make: Make::Table(|arguments, facts, mark| {
            flops_table::by_kind(&parse(arguments)?, facts, mark)
        }),
    },
    View {
        name: "layer_times",
        about: "Sums of layer times beside the times of full passes, measured here",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            layer_times::times(facts, mark)
        }),
    },
    View {
        name: "layer_waits",
        about: "What a layer adds to the sum of the layer times, from the published ones",
        example: r#"platform="tx1_gpu""#,
        arguments: described::<layer_waits::Arguments>,
        make: Make::Table(|arguments, facts, mark| {
            layer_waits::table(&parse(arguments)?, facts, mark)
        }),
    },
    View {
        name: "layer_speeds",
        about: "Speeds of full passes in shares of the peak, measured here",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            layer_times::speeds(facts, mark)
        }),
    },
    View {
        name: "paleo_passes",
        about: "Measured passes beside those that Paleo's model predicts",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            paleo::passes(facts, mark)
        }),
    },
    View {
        name: "paleo_kinds",
        about: "Measured layer times beside those that Paleo's model predicts, by kind of layer",
        example: "",
        arguments: described::<NoArguments>,
        make: Make::Table(|arguments, facts, mark| {
            let NoArguments {} = parse(arguments)?;
            paleo::kinds(facts, mark)
        }),
    },
    View {
        name: "throughput_sources",
        about: "The published speeds on a GPU, in percent of its peak",
        example: r#"gpu="k80""#,
        arguments: described::<percent_of_peak::Sources>,
        make: Make::Table(|arguments, facts, mark| {
            percent_of_peak::sources(&parse(arguments)?, facts, mark)
        }),
    },
];

#[cfg(test)]
mod tests;
