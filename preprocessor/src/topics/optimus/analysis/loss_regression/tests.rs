//! Known laws of depth and hardware predicted at depth 50.

use super::*;
use crate::topics::optimus::analysis::steps::Step;

fn law(depth: u64, hardware: &str) -> LossModel {
    let depth = depth as f64;
    let offset = if hardware == "fp32" { 0.05 } else { 0.0 };
    LossModel {
        beta0: 1e-3 * (depth / 20.0).powf(0.3),
        beta1: 0.4 + 0.002 * depth + offset,
        beta2: 0.08 - 0.0005 * depth,
    }
}

fn models(depths: &[u64], scatter: f64) -> TrainingSet {
    let mut random = SplitMix64::new(3);
    let mut scattered = |beta: f64| beta * (1.0 + scatter * random.normal());
    let mut models = Vec::new();
    for &depth in depths {
        for hardware in ["bf16", "fp32"] {
            let model = law(depth, hardware);
            models.push(TrainedModel {
                family: if depth == 18 {
                    Family::Other
                } else {
                    Family::SixNPlusTwo
                },
                depth,
                hardware: hardware.to_owned(),
                model: LossModel {
                    beta0: scattered(model.beta0),
                    beta1: scattered(model.beta1),
                    beta2: scattered(model.beta2),
                },
            });
        }
    }
    TrainingSet::new(models).unwrap()
}

const RESAMPLING: Resampling = Resampling {
    refits: 500,
    seed: 1,
};

#[test]
fn an_exact_law_is_predicted() {
    let regression = LossRegression::fit(&models(&[18, 20, 32, 44, 56], 0.0)).unwrap();
    let found = regression.predict(50, "fp32", RESAMPLING).unwrap();
    let expected = law(50, "fp32");
    let step = Step(5000.0);
    assert!(
        (found.model.loss_at(step) / expected.loss_at(step) - 1.0).abs() < 1e-3,
        "{found:?}"
    );
    assert!((found.model.beta1 / expected.beta1 - 1.0).abs() < 1e-9);
    assert_eq!(regression.hardware(), ["bf16", "fp32"]);
}

#[test]
fn scattered_models_give_intervals_that_hold_the_law() {
    let regression = LossRegression::fit(&models(&[18, 20, 32, 44, 56], 0.02)).unwrap();
    let found = regression.predict(50, "bf16", RESAMPLING).unwrap();
    let expected = law(50, "bf16");
    let truth = [expected.beta0, expected.beta1, expected.beta2];
    for (interval, beta) in std::iter::zip(found.intervals, truth) {
        assert!(interval.contains(beta), "{interval:?} {beta}");
    }
    let of_draws =
        Interval::of_draws(found.draws.iter().map(|model| model.beta1).collect()).unwrap();
    let widths = [of_draws, found.intervals[1]].map(|interval| interval.high - interval.low);
    assert!((widths[0] / widths[1] - 1.0).abs() < 0.2, "{widths:?}");
    assert_eq!(found, regression.predict(50, "bf16", RESAMPLING).unwrap());
}

fn check_error(depths: &[u64], expected: &str) {
    let error = LossRegression::fit(&models(depths, 0.01)).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn too_few_models_are_an_error() {
    let hint = "expected at least `3`; hint: train ResNet-20, 32, 44 and 56";
    check_error(
        &[20],
        &format!("found models of `1` depths of the form 6n + 2 among `2`, {hint}"),
    );
    check_error(
        &[18, 20, 32],
        &format!("found models of `2` depths of the form 6n + 2 among `6`, {hint}"),
    );
    check_error(
        &[],
        &format!("found models of `0` depths of the form 6n + 2 among `0`, {hint}"),
    );
}

#[test]
fn more_effects_than_models_are_an_error() {
    let lonely = [20, 32, 44].map(|depth| TrainedModel {
        family: Family::SixNPlusTwo,
        depth,
        hardware: format!("card {depth}"),
        model: law(depth, "bf16"),
    });
    let error = LossRegression::fit(&TrainingSet::new(lonely.to_vec()).unwrap()).unwrap_err();
    assert_eq!(error, RegressionError::NoCandidate { beta: 0 });
}

#[test]
fn unknown_hardware_is_an_error() {
    let regression = LossRegression::fit(&models(&[20, 32, 44], 0.01)).unwrap();
    let error = regression.predict(50, "K80", RESAMPLING).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no model was trained on `K80`; expected one of `bf16`, `fp32`"
    );
}

/// The regression of β₂ may be one of fewer models than those of β₀ and β₁.
#[test]
fn hardware_that_one_parameter_lacks_is_not_known() {
    let mut regression = LossRegression::fit(&models(&[20, 32, 44], 0.01)).unwrap();
    regression.betas[2].hardware = vec!["bf16".to_owned()];
    assert_eq!(regression.hardware(), ["bf16"]);
}

#[test]
fn betas_that_fall_to_zero_are_no_prediction() {
    let model = |depth: u64, hardware: &str| TrainedModel {
        family: Family::SixNPlusTwo,
        depth,
        hardware: hardware.to_owned(),
        model: LossModel {
            beta0: 1e-3 * (44 - depth) as f64,
            beta1: 0.02 * (44 - depth) as f64,
            beta2: 0.1,
        },
    };
    let models = [20, 32, 44].map(|depth| [model(depth, "bf16"), model(depth, "fp32")]);
    let regression = LossRegression::fit(&TrainingSet::new(models.concat()).unwrap()).unwrap();
    let error = regression.predict(50, "fp32", RESAMPLING).unwrap_err();
    assert!(
        matches!(error, RegressionError::NoLoss { depth: 50, .. }),
        "{error}"
    );
    assert!(regression.predict(38, "fp32", RESAMPLING).is_ok());
}
