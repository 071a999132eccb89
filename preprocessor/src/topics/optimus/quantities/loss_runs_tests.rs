//! The epochs of steps, and which runs may be fitted to.

use super::*;
use crate::topics::synthetic_runs::{NETWORKS, SyntheticRun, record_mut};
use results::Arithmetic::Fp32;

/// Epochs of 391 steps: epoch 17 ends with step 6,647.
#[test]
fn a_step_belongs_to_the_epoch_that_it_ends() {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200").complete();
    let fits = LossFit::all(&[run]);
    for (step, epoch) in [
        (1.0, 1),
        (391.0, 1),
        (6_647.0, 17),
        (6_648.0, 18),
        (1e6, 40),
    ] {
        assert_eq!(fits[0].run.epoch_of(Step(step)), epoch, "{step}");
    }
}

#[test]
fn runs_that_may_be_fitted_to() {
    let of = |network| SyntheticRun::new(network, Fp32, "NVIDIA H200");
    let longer = SyntheticRun {
        epochs: 50,
        ..of(NETWORKS[2])
    };
    let mut larger_batch = of(NETWORKS[2]).complete();
    let configuration = &mut record_mut(&mut larger_batch).configuration;
    configuration
        .as_training_mut()
        .expect("it trains")
        .batch_size = 256;
    let cases = [
        (
            "the first, which sets the recipe",
            of(NETWORKS[1]).complete(),
            true,
        ),
        ("another", of(NETWORKS[2]).complete(), true),
        ("more epochs", longer.complete(), false),
        ("larger batches", larger_batch, false),
        ("incomplete", of(NETWORKS[2]).recorded(39), false),
        ("the target", of(NETWORKS[5]).complete(), false),
        (
            "of its depth",
            of(("resnet50-bottleneck", 50)).complete(),
            false,
        ),
    ];
    let fits = LossFit::all(&cases.clone().map(|(_, run, _)| run));
    for ((case, _, expect), fit) in std::iter::zip(cases, fits) {
        assert_eq!(fit.run.is_training(), expect, "{case}");
    }
}
