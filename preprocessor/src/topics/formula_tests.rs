//! Formulas and choices against values by hand, from the tables that the book quotes.

use crate::catalogue::{Catalogue, RunFacts};
use crate::topics::synthetic_runs::{SyntheticRun, facts_of};
use results::{Arithmetic, State};

const QUOTED: &str = include_str!("../../../book/quoted.toml");
const SPEEDS: &str = "source,location,version,network,dataset,gpu,batch_size,precision,framework,images_per_second,note
tensorflow/docs,a,1,ResNet-50,ImageNet,K80,64,FP32,TensorFlow,20,
tensorflow/docs,a,1,ResNet-50,ImageNet,K80,64,FP32,TensorFlow,60,
tensorflow/docs,a,1,ResNet-50,ImageNet,K80,64,FP32,TensorFlow,10,
tensorflow/docs,a,1,ResNet-50,ImageNet,P100,64,FP32,TensorFlow,219,
tensorflow/docs,a,1,ResNet-50,ImageNet,V100,64,FP32,TensorFlow,100,
tensorflow/docs,a,1,ResNet-50,CIFAR-10,V100,64,FP32,TensorFlow,1000,
";

fn catalogue(runs: Vec<RunFacts>) -> Catalogue {
    facts_of(QUOTED, runs, SPEEDS).catalogue
}

fn check(catalogue: &Catalogue, expected: &[(&str, f64)]) {
    for (name, expect) in expected {
        let found = catalogue.known(name).and_then(|it| it.known());
        let found = found.unwrap_or_else(|| panic!("`{name}` has no value"));
        let is_near = (found - expect).abs() <= 1e-4 * expect.abs();
        assert!(is_near, "{name} is {found}, expected {expect}");
    }
}

/// Lu et al., Tables 2 and 6: AlexNet takes 729 MFLOP as printed; NVIDIA: 4.365 TFLOP/s for one of
/// the K80's two GPUs, 15.7 TFLOP/s and 900 GB/s for the V100.
#[test]
fn times_at_the_peak_and_sums_of_layers() {
    let expected = [
        ("inference.k80_gpu.alexnet.printed.time", 729e6 / 4.365e12),
        ("inference.k80_gpu.alexnet.corrected.time", 3.340_206e-4),
        ("inference.k80_gpu.alexnet.printed.throughput", 5_987.65),
        ("inference.k80_gpu.alexnet.corrected.throughput", 2_993.83),
        ("machine_balance.v100_sxm2", 17.4444),
        // 664.7 ms for the layers, 104.4 ms for the pass.
        ("lu_time.resnet50_v1.tx1_gpu.difference", 0.5603),
        ("lu_time.resnet50_v1.tx1_gpu.ratio", 6.366_858),
        // 227 layers.
        (
            "lu_time.resnet50_v1.tx1_gpu.difference_per_layer",
            2.468_28e-3,
        ),
        // 630.9 ms for the layers, 637.9 ms for the pass.
        ("lu_time.googlenet.tx1_cpu.difference", -7.0e-3),
    ];
    check(&catalogue(Vec::new()), &expected);
}

/// A training step of ResNet-50 takes 2 (3 × 4,089,184,256 − 118,013,952) FLOPs an image, that
/// of the CIFAR-10 form with as many layers 2 (3 × 1,297,829,888 − 1,769,472).
#[test]
fn percents_of_peak_of_published_speeds() {
    let expected = [
        ("ppp.k80.count", 3.0),
        ("ppp.k80.minimum", 0.055_668),
        ("ppp.k80.median", 0.111_336),
        ("ppp.k80.maximum", 0.334_008),
        ("ppp.p100.median", 0.502_028),
        ("ppp.v100.source_1", 0.154_771),
        ("ppp.v100.source_2", 0.495761),
    ];
    check(&catalogue(Vec::new()), &expected);
}

/// Peng et al., Table 2: θ = (1.02, 2.78, 4.92, 0, 0.02). With p = 2 and M = 128 a step takes
/// 38.69 s with 7 workers and 38.82 s with 8; √(1.02 × 128 / 2.46) = 7.285.
#[test]
fn the_best_number_of_workers() {
    let expected = [
        ("optimus.steps_per_epoch.m128", 391.0),
        ("optimus.p2.m128.best_workers_formula", 7.285_13),
        ("optimus.p2.m128.best_workers", 7.0),
        ("optimus.p2.m128.best_step_time", 38.691_43),
        ("optimus.p2.m128.best_speed", 0.025_845_5),
        ("optimus.p2.m128.best_epoch_time", 15_128.35),
    ];
    check(&catalogue(Vec::new()), &expected);
}

/// With half of 7 workers, 4, a step takes 32.64 + 2.78 + 9.84 + 0.04 = 45.30 s, with one worker
/// 130.56 + 2.78 + 2.46 + 0.04 = 135.84 s; an epoch has 391 of them. For four servers, half of 10
/// workers take 26.112 + 2.78 + 6.15 + 0.08 = 35.122 s, and 10 take 28.216 s.
#[test]
fn what_fewer_workers_take_and_cost() {
    let expected = [
        ("optimus.p2.m128.half_workers", 4.0),
        ("optimus.p2.m128.half_step_time", 45.30),
        ("optimus.p2.m128.half_epoch_time", 17_712.3),
        ("optimus.p2.m128.best_epoch_cost", 105_898.44),
        ("optimus.p2.m128.half_epoch_cost", 70_849.2),
        ("optimus.p2.m128.half_slowdown", 0.170_802),
        ("optimus.p2.m128.half_saving", 0.330_971),
        ("optimus.p2.m128.cheapest_workers", 1.0),
        ("optimus.p2.m128.cheapest_step_time", 135.84),
        ("optimus.p2.m128.cheapest_epoch_cost", 53_113.44),
        ("optimus.p2.m128.cheapest_slowdown", 2.510_855),
        ("optimus.p2.m128.cheapest_saving", 0.498_449),
        ("optimus.p4.m128.best_step_time", 28.216),
        ("optimus.p4.m128.half_workers", 5.0),
        ("optimus.p4.m128.half_step_time", 35.122),
        ("optimus.p4.m128.half_saving", 0.377_623),
    ];
    check(&catalogue(Vec::new()), &expected);
}

fn in_state((index, state): (usize, &State)) -> RunFacts {
    let made = SyntheticRun::new(("resnet20", 20), Arithmetic::Fp32, "Example GPU");
    let mut run = made.complete();
    run.id = format!("run-{index}");
    run.planned.experiment = "other".to_owned();
    run.state = state.clone();
    run
}

fn in_states(states: &[State]) -> Catalogue {
    catalogue(states.iter().enumerate().map(in_state).collect())
}

/// One measured run, two stale ones, three partial ones and so on.
#[test]
fn runs_are_counted_by_state() {
    let stale = State::Stale {
        changes: Vec::new(),
    };
    let states = [
        ("measured", State::Measured),
        ("stale", stale.clone()),
        (
            "partial",
            State::Partial {
                done: 1,
                planned: 2,
            },
        ),
        (
            "missing",
            State::Missing {
                command: String::new(),
            },
        ),
        (
            "failed",
            State::Failed {
                reason: String::new(),
            },
        ),
        ("no_such_card", State::NoSuchCard),
    ];
    let all = states.iter().enumerate();
    let all = all.flat_map(|(index, (_, state))| vec![state.clone(); index + 1]);
    let counted = in_states(&all.collect::<Vec<_>>());
    for (index, (name, _)) in states.iter().enumerate() {
        check(
            &counted,
            &[(&format!("runs.count.{name}"), index as f64 + 1.0)],
        );
    }
    check(&counted, &[("runs.count.planned", 21.0)]);
    for (name, state) in &states {
        let concern = in_state((0, state)).concern();
        let accepted = concern.map(|concern| concern.accepted);
        // Only the book's word that no such card is at hand excuses a run.
        let expect = (*name != "measured").then_some(*name == "no_such_card");
        assert_eq!(accepted, expect, "{name}");
    }
    let is_complete = |other: State| in_states(&[State::Measured, other]).flag("runs.complete");
    assert!(is_complete(State::NoSuchCard));
    assert!(!is_complete(stale));
}
