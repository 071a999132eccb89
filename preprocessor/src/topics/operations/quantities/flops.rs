//! Operations and parameters of every network that the analysis knows.

use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::topics::operations::analysis::flops::{Convention, NetworkCount, count};
use crate::topics::operations::analysis::layers::{LayerKind, Network};
use crate::topics::operations::analysis::networks::{by_name, resnet50};
use rayon::prelude::*;
use results::{KnownNetwork, NETWORKS};
use std::sync::Arc;

/// The conventions by the names that templates use.
pub(crate) const CONVENTIONS: [(&str, Convention, Unit); 3] = [
    (
        "mac",
        Convention::MultiplyAccumulate,
        Unit::MultiplyAccumulate,
    ),
    ("two", Convention::TwoPerMultiplyAccumulate, Unit::Flop),
    ("lu", Convention::Lu, Unit::Flop),
];

/// The kinds of layer by the names that templates use.
pub(crate) const KINDS: [(&str, LayerKind); 8] = [
    ("convolution", LayerKind::Convolution),
    ("pooling", LayerKind::Pool),
    ("lrn", LayerKind::LocalResponseNorm),
    ("batch_norm", LayerKind::BatchNorm),
    ("relu", LayerKind::Relu),
    ("scale", LayerKind::Scale),
    ("eltwise", LayerKind::Add),
    ("fully_connected", LayerKind::FullyConnected),
];

/// A network's name as templates write it.
pub(crate) fn identifier(network: &str) -> String {
    network.replace('-', "_")
}

pub(crate) fn add(catalogue: &mut Catalogue) {
    let of_known = |KnownNetwork { name, .. }: &KnownNetwork| {
        let network = by_name(name).expect("every known name is a network");
        of_network(&identifier(name), &network)
    };
    let known: Vec<_> = NETWORKS.par_iter().with_max_len(1).map(of_known).collect();
    // The network of the transfer experiments: 72 px images of 102 classes.
    let flowers = resnet50(72, 102).expect("72 px suffice for ResNet-50");
    let flowers = of_network("resnet50_flowers", &flowers);
    for quantity in known.into_iter().flatten().chain(flowers) {
        catalogue.add(quantity);
    }
    add_differences(catalogue);
    add_last_layer_training(catalogue, "resnet50_flowers");
}

fn of_network(name: &str, network: &Network) -> Vec<Arc<Quantity>> {
    let counts = CONVENTIONS.map(|(key, convention, unit)| (key, unit, count(network, convention)));
    let (_, _, macs) = &counts[0];
    let counted = |leaf: &str, unit: Unit, value: f64| {
        Quantity::computed(
            format!("flops.{name}.{leaf}"),
            unit,
            format!("analysis::flops::count({})", network.name()),
            Vec::new(),
            Ok(value),
        )
    };
    let training = 2 * macs.training_macs();
    let training = counted("training.two", Unit::Flop, training as f64);
    let mut quantities = vec![
        counted("parameters", Unit::Parameter, macs.parameters() as f64),
        counted("layers", Unit::One, macs.layers.len() as f64),
        counted(
            "activation_bytes",
            Unit::Byte,
            macs.activation_bytes() as f64,
        ),
        training.clone(),
    ];
    quantities.extend(largest_layers(name, macs));
    for (key, unit, count) in &counts {
        let totals = totals(name, key, *unit, count);
        if *key == "two" {
            let forward = Formula::of("forward pass", &totals[0]);
            let passes = Formula::of("training step", &training) / forward;
            let name = format!("flops.{name}.training.forward_passes");
            quantities.push(passes.quantity(name, Unit::One));
        }
        quantities.extend(totals);
    }
    quantities
}

/// The multiply-accumulates of the most expensive layer, how many layers take as many, and what share
/// of all these layers take together.
fn largest_layers(name: &str, macs: &NetworkCount) -> [Arc<Quantity>; 3] {
    let layers = macs.layers.iter().map(|layer| layer.forward);
    let most = layers.clone().max().unwrap_or(0);
    let equal = layers.filter(|forward| *forward == most).count();
    let total = macs.forward();
    let counted = |leaf: &str, unit: Unit, value: f64| {
        let name = format!("flops.{name}.mac.{leaf}");
        let function = format!("analysis::flops::count({})", macs.network);
        Quantity::computed(name, unit, function, Vec::new(), Ok(value))
    };
    let most = counted("largest_layer", Unit::MultiplyAccumulate, most as f64);
    let equal = counted("largest_layers", Unit::One, equal as f64);
    let total = Formula::known(
        "all multiply-accumulates",
        total as f64,
        Unit::MultiplyAccumulate,
    );
    let share = Formula::of("layers", &equal) * Formula::of("largest layer", &most) / total;
    let share = share.quantity(format!("flops.{name}.mac.largest_layers_share"), Unit::One);
    [most, equal, share]
}

/// The total of one convention, each kind's part and the convolutions' share.
fn totals(name: &str, key: &str, unit: Unit, count: &NetworkCount) -> Vec<Arc<Quantity>> {
    let function = format!(
        "analysis::flops::count({}, {})",
        count.network,
        count.convention.name()
    );
    let part = |leaf: &str, value: u64| {
        Quantity::computed(
            format!("flops.{name}.{key}.{leaf}"),
            unit,
            function.clone(),
            Vec::new(),
            Ok(value as f64),
        )
    };
    let total = part("total", count.forward());
    let mut quantities = vec![total.clone()];
    for (leaf, kind) in KINDS {
        let of_kind = part(leaf, count.of_kind(kind).forward);
        if leaf == "convolution" || leaf == "fully_connected" {
            let share = Formula::of("part", &of_kind) / Formula::of("total", &total);
            let name = format!("flops.{name}.{key}.{leaf}_share");
            quantities.push(share.quantity(name, Unit::One));
        }
        quantities.push(of_kind);
    }
    quantities
}

/// A step that trains the last layer alone, a fully connected one: a forward pass and the gradient of
/// that layer's weights, which takes as many operations as the layer.
fn add_last_layer_training(catalogue: &mut Catalogue, network: &str) {
    let of = |symbol: &str, leaf: &str| {
        let known = catalogue.known(&format!("flops.{network}.{leaf}"));
        Formula::of(symbol, &known.expect("the network was counted"))
    };
    let last_layer = of("forward pass", "two.total")
        + of(
            "gradient of the last layer’s weights",
            "two.fully_connected",
        );
    let name = |leaf: &str| format!("flops.{network}.training.{leaf}");
    let last_layer = last_layer.quantity(name("last_layer_only"), Unit::Flop);
    let ratio =
        of("training step", "training.two") / Formula::of("of the last layer alone", &last_layer);
    catalogue.add(ratio.quantity(name("over_last_layer_only"), Unit::One));
    catalogue.add(last_layer);
}

/// What the three further convolutions of VGG-19 add to VGG-16, and the bias of its first convolution
/// to Caffe's ResNet-50.
fn add_differences(catalogue: &mut Catalogue) {
    let differences = [
        (
            ("VGG-19", "vgg19.mac.convolution"),
            ("VGG-16", "vgg16.mac.convolution"),
            "vgg19.mac.convolution_beyond_vgg16",
        ),
        (
            ("Caffe’s ResNet-50", "resnet50_v1.parameters"),
            ("torchvision’s ResNet-50", "resnet50.parameters"),
            "resnet50_v1.parameters_beyond_resnet50",
        ),
    ];
    let of = |catalogue: &Catalogue, (symbol, leaf): (&str, &str)| {
        let known = catalogue.known(&format!("flops.{leaf}"));
        Formula::of(symbol, &known.expect("both networks were counted"))
    };
    for (more, less, name) in differences {
        let difference = of(catalogue, more) - of(catalogue, less);
        let unit = difference.unit();
        catalogue.add(difference.quantity(format!("flops.{name}"), unit));
    }
}

#[cfg(test)]
#[path = "flops_tests.rs"]
mod tests;
