//! Two timings of which the layers are made up so that the constants are round.

use super::*;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use crate::topics::operations::quantities::checked::check;
use crate::topics::operations::quantities::layer_times;
use crate::topics::operations::quantities::timed_layers::batch;
use crate::topics::synthetic_runs::{layer_spans, record_mut, timed_mut, timed_run, timing_mut};
use results::{Arithmetic, DeviceKind, TimedSpan};
use std::sync::Arc;

/// FLOP/s and bytes/s of the made-up device.
const SPEED: f64 = 1e12;
const BANDWIDTH: f64 = 1e11;

/// A timing of the network with one image in which each layer takes what the device needs times
/// `factor(kind)`, and the pass their sum without the factors, times `whole`.
fn run(network: &str, whole: f64, factor: impl Fn(LayerKind) -> f64, kind: DeviceKind) -> RunFacts {
    run_of(1, network, whole, factor, kind)
}

/// As [`run`], with so many images.
fn run_of(
    images: u64,
    network: &str,
    whole: f64,
    factor: impl Fn(LayerKind) -> f64,
    kind: DeviceKind,
) -> RunFacts {
    let list = by_name(network).expect("it is known");
    let timed = |kind: LayerKind| !matches!(kind, LayerKind::Dropout | LayerKind::Softmax);
    let nodes: Vec<_> = { list.nodes().iter() }
        .filter(|it| timed(it.layer.kind()))
        .collect();
    let seconds = |work: Work| work.bytes() as f64 / BANDWIDTH + work.flops as f64 / SPEED;
    let works: Vec<_> = { nodes.iter() }
        .map(|node| {
            (
                node.layer.kind(),
                Work::of(node, batch(images, Arithmetic::Bf16)),
            )
        })
        .collect();
    let total: f64 = works.iter().map(|(_, work)| seconds(*work)).sum();
    let mut run = timed_run("device");
    run.id = match images {
        1 => format!("layer-time-{network}"),
        _ => format!("layer-time-{network}-{images}"),
    };
    run.planned.id = run.id.clone();
    timing_mut(&mut run).network = network.to_owned();
    timing_mut(&mut run).batch_size = images;
    record_mut(&mut run).environment.device_kind = kind;
    let layers: Vec<_> = { nodes.iter() }
        .map(|node| (written(node.layer.kind()), node.output.elements()))
        .collect();
    let timed = timed_mut(&mut run);
    timed.timed_spans.retain(|span| span.batch_size == images);
    for span in &mut timed.timed_spans {
        span.seconds = vec![whole * total * span.iterations as f64; 6];
    }
    layer_spans(timed, images, &layers, |index| {
        let (kind, work) = works[index];
        vec![factor(kind) * seconds(work); 6]
    });
    let full = |span: &TimedSpan| span.span != TimedSpan::SYNCHRONISED_LAYER;
    assert_eq!(
        timed.timed_spans.iter().filter(|span| full(span)).count(),
        2
    );
    run
}

fn written(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Convolution => "convolution",
        LayerKind::FullyConnected => "fully connected",
        LayerKind::Pool => "max pooling",
        LayerKind::BatchNorm => "batch norm",
        LayerKind::Add => "addition",
        LayerKind::LocalResponseNorm => "local response normalisation",
        LayerKind::Concat => "concatenation",
        _ => "relu",
    }
}

fn catalogue(runs: &[RunFacts]) -> Catalogue {
    let mut catalogue = Catalogue::default();
    layer_times::add(&mut catalogue, runs);
    add(&mut catalogue, runs);
    catalogue
}

/// As the bandwidth comes from layers that took just their bytes and operations, it is a little below
/// the device's.
#[test]
fn constants_without_a_data_sheet() {
    let catalogue = catalogue(&[run("resnet50", 1.0, |_| 1.0, DeviceKind::Cpu)]);
    let prefix = "runs.layer_time_resnet50.batch_1.paleo";
    let value = |leaf: &str| {
        let quantity = catalogue.quantity(&format!("{prefix}.{leaf}"));
        quantity.expect("it was added").known().expect("a value")
    };
    assert!((0.9..1.0).contains(&(value("bandwidth") / BANDWIDTH)));
    assert!(
        (0.99..1.2).contains(&(value("speed") / SPEED)),
        "{}",
        value("speed")
    );
    check(&catalogue, &format!("{prefix}.percent_of_peak"), None);
    check(&catalogue, &format!("{prefix}.ratio"), Some(1.0));
}

/// What is known of runs on a board of the data sheet.
fn with_data_sheet(mut runs: Vec<RunFacts>) -> Catalogue {
    for run in &mut runs {
        let record = Arc::make_mut(&mut run.record.as_mut().expect("it is complete").1);
        record.environment.device = "NVIDIA H200".to_owned();
    }
    let mut catalogue = Catalogue::default();
    for (leaf, unit, value) in [
        ("peak_bf16", Unit::FlopPerSecond, 4.0 * SPEED),
        ("memory_bandwidth", Unit::BytePerSecond, BANDWIDTH),
    ] {
        let name = format!("device.h200_sxm.{leaf}");
        catalogue.add(Quantity::exact(name, unit, value, "a test"));
    }
    layer_times::add(&mut catalogue, &runs);
    add(&mut catalogue, &runs);
    catalogue
}

/// On a board of the data sheet the bandwidth is quoted, and the speed is the made-up one.
#[test]
fn constants_with_a_data_sheet() {
    let catalogue = with_data_sheet(vec![run("resnet50", 1.0, |_| 1.0, DeviceKind::Cuda)]);
    let prefix = "runs.layer_time_resnet50.batch_1.paleo";
    check(&catalogue, &format!("{prefix}.bandwidth"), Some(BANDWIDTH));
    check(&catalogue, &format!("{prefix}.speed"), Some(SPEED));
    check(&catalogue, &format!("{prefix}.percent_of_peak"), Some(0.25));
}

/// ResNet-50 sets the constants. VGG-16 then takes twice as long as predicted, its convolutions three
/// times as long and its fully connected layers half as long.
#[test]
fn errors_of_another_network() {
    let factor = |kind| match kind {
        LayerKind::Convolution => 3.0,
        LayerKind::FullyConnected => 0.5,
        _ => 1.0,
    };
    let calibration = run("resnet50", 1.0, |_| 1.0, DeviceKind::Cuda);
    let platform = {
        let known = catalogue(std::slice::from_ref(&calibration));
        let value = |leaf: &str| {
            let name = format!("runs.layer_time_resnet50.batch_1.paleo.{leaf}");
            known
                .quantity(&name)
                .expect("it was added")
                .known()
                .expect("a value")
        };
        (value("speed"), value("bandwidth"))
    };
    let vgg16 = run("vgg16", 2.0, factor, DeviceKind::Cuda);
    let catalogue = catalogue(&[calibration, vgg16]);
    let list = by_name("vgg16").expect("it is known");
    let seconds = |(speed, bandwidth): (f64, f64), kinds: &dyn Fn(LayerKind) -> bool| {
        let nodes = list.nodes().iter().filter(|node| {
            let kind = node.layer.kind();
            kinds(kind) && !matches!(kind, LayerKind::Dropout | LayerKind::Softmax)
        });
        let works = nodes.map(|node| Work::of(node, batch(1, Arithmetic::Bf16)));
        let all: Work = works.sum();
        all.bytes() as f64 / bandwidth + all.flops as f64 / speed
    };
    let made_up = (SPEED, BANDWIDTH);
    let ratio = seconds(platform, &|_| true) / (2.0 * seconds(made_up, &|_| true));
    let of_kind = |kind: LayerKind, factor: f64| {
        let only = move |it: LayerKind| it == kind;
        seconds(platform, &only) / (factor * seconds(made_up, &only))
    };
    let prefix = "runs.layer_time_vgg16.batch_1.paleo";
    check(&catalogue, &format!("{prefix}.ratio"), Some(ratio));
    let convolution = of_kind(LayerKind::Convolution, 3.0);
    check(
        &catalogue,
        &format!("{prefix}.kind.convolution"),
        Some(convolution),
    );
    let mean = "runs.layer_time_resnet50.batch_1.paleo.mean.convolution";
    check(&catalogue, mean, Some(convolution));
    let fully_connected = of_kind(LayerKind::FullyConnected, 0.5);
    check(
        &catalogue,
        &format!("{prefix}.kind.fully_connected"),
        Some(fully_connected),
    );
    check(&catalogue, "own_paleo.gpu_one_image.compared", Some(1.0));
    check(
        &catalogue,
        "own_paleo.gpu_one_image.worst_factor",
        Some(1.0 / ratio),
    );
    check(
        &catalogue,
        "own_paleo.gpu_one_image.typical_factor",
        Some(1.0 / ratio),
    );
    assert!(catalogue.flag("own_paleo.gpu_one_image.worst_is_below"));
    let text = |leaf: &str| catalogue.text(&format!("own_paleo.gpu_one_image.{leaf}"));
    assert_eq!(text("worst_of"), Some("VGG-16 in bf16"));
    assert_eq!(text("farthest_kind.name"), Some("convolution"));
    assert!(!catalogue.flag("own_paleo.one_image_is_worse"));
    check(&catalogue, "own_paleo.cpu.compared", Some(0.0));
    check(&catalogue, "own_paleo.gpu_batch.worst_factor", None);
}

/// VGG-16 takes twice as long as predicted, VGG-19 an eighth: factors of 2 and 8, whose geometric mean
/// is 4, and ratios of ½ and 8, whose geometric mean is 2. With two images the factor is 2.
#[test]
fn errors_of_several_networks_are_geometric_means() {
    let run = |images, network, factor: f64| {
        run_of(images, network, factor, |_| factor, DeviceKind::Cuda)
    };
    let catalogue = with_data_sheet(vec![
        run(1, "resnet50", 1.0),
        run(1, "vgg16", 2.0),
        run(1, "vgg19", 1.0 / 8.0),
        run(2, "resnet50", 1.0),
        run(2, "vgg16", 2.0),
    ]);
    let check = |leaf: &str, expect| check(&catalogue, &format!("own_paleo.{leaf}"), Some(expect));
    check("gpu_one_image.compared", 2.0);
    check("gpu_one_image.typical_factor", 4.0);
    check("gpu_one_image.worst_factor", 8.0);
    check("gpu_one_image.mean.convolution", 2.0);
    check("gpu_batch.typical_factor", 2.0);
    assert!(!catalogue.flag("own_paleo.gpu_one_image.worst_is_below"));
    assert!(catalogue.flag("own_paleo.one_image_is_worse"));
}

/// A first trial that takes ten times as long as the others does not move the median.
#[test]
fn kinds_of_layer_take_the_median_of_their_trials() {
    let mut vgg16 = run("vgg16", 1.0, |_| 1.0, DeviceKind::Cuda);
    for span in &mut timed_mut(&mut vgg16).timed_spans {
        span.seconds[0] *= 10.0;
    }
    let runs = vec![run("resnet50", 1.0, |_| 1.0, DeviceKind::Cuda), vgg16];
    let name = "runs.layer_time_vgg16.batch_1.paleo.kind.convolution";
    check(&with_data_sheet(runs), name, Some(1.0));
}

/// Constants of another device or another arithmetic say nothing.
#[test]
fn a_network_without_constants_of_its_own_is_not_predicted() {
    let mut device = run("resnet50", 1.0, |_| 1.0, DeviceKind::Cuda);
    record_mut(&mut device).environment.device = "another".to_owned();
    let mut arithmetic = run("resnet50", 1.0, |_| 1.0, DeviceKind::Cuda);
    timing_mut(&mut arithmetic).arithmetic = Arithmetic::Fp32;
    for other in [device, arithmetic] {
        let vgg16 = run("vgg16", 1.0, |_| 1.0, DeviceKind::Cuda);
        let catalogue = catalogue(&[other, vgg16]);
        let name = "runs.layer_time_vgg16.batch_1.paleo.ratio";
        check(&catalogue, name, None);
        assert!(!catalogue.flag("own_paleo.gpu_one_image.measured"));
    }
}

#[test]
fn what_was_not_timed_has_names_without_values() {
    let runs = ["resnet50", "vgg16"].map(|network| {
        let mut run = run(network, 1.0, |_| 1.0, DeviceKind::Cuda);
        run.record = None;
        run
    });
    let catalogue = catalogue(&runs);
    for name in [
        "runs.layer_time_resnet50.batch_1.paleo.speed",
        "runs.layer_time_resnet50.batch_1.paleo.bandwidth",
        "runs.layer_time_resnet50.batch_1.paleo.mean.convolution",
        "runs.layer_time_vgg16.batch_1.paleo.kind.pooling",
        "own_paleo.cpu.farthest_kind.ratio",
    ] {
        check(&catalogue, name, None);
    }
}
