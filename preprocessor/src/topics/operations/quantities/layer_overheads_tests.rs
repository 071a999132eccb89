use super::*;
use crate::topics::operations::quantities::checked::check;
use crate::topics::operations::quantities::{layer_sums, layer_times};
use crate::topics::synthetic_runs::{record_mut, timed_mut, timed_run};
use results::{DeviceKind, TimedSpan};

/// A timing of ResNet-50 whose layers with one image, and with two, take so many times as long as made
/// up, on a device of this kind.
fn run(id: &str, factors: [f64; 2], kind: DeviceKind) -> RunFacts {
    let mut run = timed_run("NVIDIA H200");
    run.id = id.to_owned();
    run.planned.id = id.to_owned();
    record_mut(&mut run).environment.device_kind = kind;
    for span in &mut timed_mut(&mut run).timed_spans {
        if span.span == TimedSpan::SYNCHRONISED_LAYER {
            let factor = factors[span.batch_size as usize - 1];
            span.seconds
                .iter_mut()
                .for_each(|seconds| *seconds *= factor);
        }
    }
    run
}

fn catalogue(runs: &[RunFacts]) -> Catalogue {
    let mut catalogue = Catalogue::default();
    layer_times::add(&mut catalogue, runs);
    add(&mut catalogue, runs);
    catalogue
}

/// Two layers take 3.75 ms where the pass takes 2.5 ms: 625 µs each. Twice as long, 2.5 ms each.
#[test]
fn waits_of_our_own_gpus() {
    let a = run("a", [1.0, 1.0], DeviceKind::Cuda);
    let b = run("b", [2.0, 1.0], DeviceKind::Cuda);
    let catalogue = catalogue(&[a, b]);
    check(&catalogue, "runs.a.batch_1.difference", Some(1.25e-3));
    check(
        &catalogue,
        "runs.a.batch_1.difference_per_layer",
        Some(625e-6),
    );
    check(&catalogue, "own_wait.gpu.smallest", Some(625e-6));
    check(&catalogue, "own_wait.gpu.largest", Some(2.5e-3));
    check(&catalogue, "own_wait.gpu.factor", Some(4.0));
    assert!(catalogue.flag("own_wait.gpu.measured"));
    assert!(catalogue.flag("own_wait.gpu.differs"));
    assert_eq!(
        catalogue.text("own_wait.gpu.largest_of"),
        Some("ResNet-50 in bf16")
    );
    assert_eq!(catalogue.text("own_wait.gpu.devices"), Some("NVIDIA H200"));
}

#[test]
fn equal_waits_do_not_differ() {
    let runs = ["a", "b"].map(|id| run(id, [1.0, 1.0], DeviceKind::Cuda));
    assert!(!catalogue(&runs).flag("own_wait.gpu.differs"));
}

/// 0.5 to 0.75 ms for each layer, and 0.65 to 0.975 ms.
#[test]
fn waits_whose_intervals_overlap_do_not_differ() {
    let runs = [("a", 1.0), ("b", 1.1)];
    let runs = runs.map(|(id, factor)| run(id, [factor, 1.0], DeviceKind::Cuda));
    assert!(!catalogue(&runs).flag("own_wait.gpu.differs"));
}

/// 23.5 ms over 20 layers, and 560.3 ms over 227.
#[test]
fn waits_of_published_platforms() {
    let mut catalogue = Catalogue::default();
    let exact = |name: String, unit, value| Quantity::exact(name, unit, value, "a test");
    for (network, layers, sum, pass) in [
        ("alexnet", 20.0, 52.8e-3, 29.3e-3),
        ("resnet50_v1", 227.0, 664.7e-3, 104.4e-3),
    ] {
        let time = |leaf: &str| format!("lu.time.{network}.tx1_gpu.{leaf}");
        catalogue.add(exact(format!("lu.{network}.layers"), Unit::One, layers));
        catalogue.add(exact(time("layer_sum"), Unit::Second, sum));
        catalogue.add(exact(time("forward"), Unit::Second, pass));
    }
    layer_sums::add(&mut catalogue);
    add(&mut catalogue, &[]);
    check(&catalogue, "lu_wait.tx1_gpu.smallest", Some(1.175e-3));
    check(&catalogue, "lu_wait.tx1_gpu.largest", Some(0.5603 / 227.0));
    assert_eq!(
        catalogue.text("lu_wait.tx1_gpu.largest_of"),
        Some("ResNet-50 v1")
    );
    check(&catalogue, "own_wait.gpu.largest", None);
    assert!(!catalogue.flag("own_wait.gpu.measured"));
}

#[test]
fn the_wait_fades_where_the_ratio_falls_beyond_the_intervals() {
    let runs = [
        run("fades", [2.0, 1.0], DeviceKind::Cuda),
        run("stays", [1.0, 1.0], DeviceKind::Cuda),
        run("grows", [1.0, 2.0], DeviceKind::Cuda),
        run("elsewhere", [2.0, 1.0], DeviceKind::Cpu),
    ];
    let all = catalogue(&runs);
    check(&all, "own_sum.gpu.fades", Some(1.0));
    check(&all, "own_sum.gpu.compared", Some(3.0));
    assert!(!all.flag("own_sum.gpu.all"));
    let others = "ResNet-50 in bf16 and ResNet-50 in bf16";
    assert_eq!(all.text("own_sum.gpu.not_fading"), Some(others));
    let fading = catalogue(&runs[..1]);
    assert!(fading.flag("own_sum.gpu.all"));
    assert_eq!(fading.text("own_sum.gpu.not_fading"), Some("not measured"));
}

/// The ratio of one image rises from 1.5 in the first trial to 3 in the last, that of two is 1.5.
#[test]
fn a_wait_does_not_fade_where_the_intervals_touch() {
    let mut run = run("wavers", [1.0, 1.0], DeviceKind::Cuda);
    let of_one_image =
        |span: &&mut TimedSpan| span.span == TimedSpan::SYNCHRONISED_LAYER && span.batch_size == 1;
    let spans = timed_mut(&mut run).timed_spans.iter_mut();
    for span in spans.filter(of_one_image) {
        for (trial, seconds) in span.seconds.iter_mut().enumerate() {
            *seconds *= 1.0 + trial as f64 / 5.0;
        }
    }
    let catalogue = catalogue(&[run]);
    check(&catalogue, "own_sum.gpu.compared", Some(1.0));
    check(&catalogue, "own_sum.gpu.fades", Some(0.0));
}

#[test]
fn layers_add_up_where_the_interval_of_the_ratio_holds_one() {
    let runs = [
        run("adds-up", [2.0 / 3.0, 1.0], DeviceKind::Cpu),
        run("does-not", [1.0, 1.0], DeviceKind::Cpu),
        run("takes-less", [0.5, 1.0], DeviceKind::Cpu),
        run("elsewhere", [2.0 / 3.0, 1.0], DeviceKind::Cuda),
    ];
    let catalogue = catalogue(&runs);
    // Each run was also timed with two images.
    check(&catalogue, "own_sum.cpu.adds_up", Some(1.0));
    check(&catalogue, "own_sum.cpu.compared", Some(6.0));
}

#[test]
fn without_runs_every_name_is_there() {
    let catalogue = catalogue(&[]);
    for name in ["own_sum.cpu.compared", "own_sum.gpu.compared"] {
        check(&catalogue, name, Some(0.0));
    }
    for flag in [
        "own_sum.cpu.measured",
        "own_sum.gpu.all",
        "own_wait.gpu.differs",
    ] {
        assert!(!catalogue.flag(flag), "{flag}");
    }
}
