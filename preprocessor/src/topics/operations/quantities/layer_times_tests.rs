use super::*;
use crate::topics::synthetic_runs::timed_run;

fn catalogue(run: RunFacts) -> Catalogue {
    let mut catalogue = Catalogue::default();
    let exact = |name: &str, unit, value| Quantity::exact(name, unit, value, "a test");
    catalogue.add(exact("flops.resnet50.two.total", Unit::Flop, 8e9));
    catalogue.add(exact(
        "device.h200_sxm.peak_bf16",
        Unit::FlopPerSecond,
        1e14,
    ));
    add(&mut catalogue, &[run]);
    catalogue
}

fn check(catalogue: &Catalogue, leaf: &str, value: f64, interval: Option<(f64, f64)>) {
    let name = format!("runs.layer_time_resnet50_bf16.{leaf}");
    let quantity = catalogue.quantity(&name).expect("it was added");
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
    let found = quantity.known().expect("it has a value");
    assert!(near(found, value), "{name} is {found}, expected {value}");
    let found = quantity.interval;
    let same = match (found, interval) {
        (Some(a), Some(b)) => near(a.0, b.0) && near(a.1, b.1),
        (None, None) => true,
        _ => false,
    };
    assert!(same, "{name} has {found:?}, expected {interval:?}");
}

#[test]
fn times_are_medians_of_trials() {
    let catalogue = catalogue(timed_run("NVIDIA H200"));
    check(&catalogue, "batch_1.layers", 2.0, None);
    check(
        &catalogue,
        "batch_1.layer_sum",
        3.75e-3,
        Some((3e-3, 4.5e-3)),
    );
    check(&catalogue, "batch_1.full_pass", 2.5e-3, Some((2e-3, 3e-3)));
    check(
        &catalogue,
        "batch_2.back_to_back",
        2.5e-3,
        Some((2e-3, 3e-3)),
    );
    // In every trial the layers take half as long again as the pass.
    check(&catalogue, "batch_2.ratio", 1.5, Some((1.5, 1.5)));
}

#[test]
fn speeds_are_those_of_passes_that_do_not_wait() {
    let catalogue = catalogue(timed_run("NVIDIA H200"));
    check(&catalogue, "batch_2.images_per_second", 800.0, None);
    check(&catalogue, "batch_2.speed", 6.4e12, None);
    check(&catalogue, "batch_2.percent_of_peak", 0.064, None);
    let fitted = catalogue.quantity("ppp_measured.h200_sxm.bf16.batch_2");
    let fitted = fitted.expect("one network was timed").known().expect("so");
    assert!((fitted - 0.064).abs() < 1e-12, "{fitted}");
}

#[test]
fn a_device_without_a_quoted_peak_has_no_percent_of_it() {
    let catalogue = catalogue(timed_run("NVIDIA H200 NVL"));
    check(&catalogue, "batch_1.speed", 6.4e12, None);
    for name in [
        "runs.layer_time_resnet50_bf16.batch_1.percent_of_peak",
        "ppp_measured.h200_sxm.bf16.batch_1",
    ] {
        assert_eq!(
            catalogue.quantity(name).expect("a name").known(),
            None,
            "{name}"
        );
    }
}

#[test]
fn what_was_not_timed_has_names_without_values() {
    let mut run = timed_run("NVIDIA H200");
    run.record = None;
    let catalogue = catalogue(run);
    let name = "runs.layer_time_resnet50_bf16.batch_1.ratio";
    assert_eq!(
        catalogue.quantity(name).expect("it is planned").known(),
        None
    );
}

#[test]
fn a_run_that_waits_is_on_a_gpu_where_the_plan_asks_for_one() {
    let is_on_gpu = |hardware: Hardware| {
        let mut run = timed_run("NVIDIA H200");
        run.planned.hardware = hardware;
        run.record = None;
        let runs = [run];
        let passes = TimedPasses::all(&runs).next();
        passes.expect("one image").is_on_gpu()
    };
    let gpus = [Hardware::Cuda, Hardware::Card("V100".to_owned())];
    assert_eq!(gpus.map(is_on_gpu), [true; 2]);
    assert_eq!([Hardware::Any, Hardware::Cpu].map(is_on_gpu), [false; 2]);
}
