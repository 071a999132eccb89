//! Operations and parameters of every network that the analysis knows.

use crate::catalogue::Catalogue;
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::topics::operations::analysis::flops::{Convention, NetworkCount, count};
use crate::topics::operations::analysis::layers::{LayerKind, Network};
use crate::topics::operations::analysis::networks::{NAMES, by_name, resnet50};
use rayon::prelude::*;
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
    let of_known = |name: &&str| {
        let network = by_name(name).expect("every name of NAMES is a network");
        of_network(&identifier(name), &network)
    };
    let known: Vec<_> = NAMES.par_iter().with_max_len(1).map(of_known).collect();
    // The network of the transfer experiments: 72 px images of 102 classes.
    let flowers = resnet50(72, 102).expect("72 px suffice for ResNet-50");
    let flowers = of_network("resnet50_flowers", &flowers);
    for quantity in known.into_iter().flatten().chain(flowers) {
        catalogue.add(quantity);
    }
    add_difference(catalogue);
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
    let mut quantities = vec![
        counted("parameters", Unit::Parameter, macs.parameters() as f64),
        counted("layers", Unit::One, macs.layers.len() as f64),
        counted(
            "activation_bytes",
            Unit::Byte,
            macs.activation_bytes() as f64,
        ),
        counted("training.two", Unit::Flop, training as f64),
    ];
    for (key, unit, count) in &counts {
        quantities.extend(totals(name, key, *unit, count));
    }
    quantities
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

/// What the three further convolutions of VGG-19 add to VGG-16.
fn add_difference(catalogue: &mut Catalogue) {
    let of = |network: &str| {
        catalogue
            .known(&format!("flops.{network}.mac.convolution"))
            .expect("both networks were counted")
    };
    let difference = Formula::of("VGG-19", &of("vgg19")) - Formula::of("VGG-16", &of("vgg16"));
    let name = "flops.vgg19.mac.convolution_beyond_vgg16";
    let difference = difference.quantity(name, Unit::MultiplyAccumulate);
    catalogue.add(difference);
}
