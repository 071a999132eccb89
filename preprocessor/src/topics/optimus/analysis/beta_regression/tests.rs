//! Known dependences on depth and hardware found again.

use super::*;
use crate::topics::optimus::analysis::loss_model::LossModel;

const DEPTHS: [u64; 5] = [18, 20, 32, 44, 56];

fn models(hardware: &[&str]) -> Vec<TrainedModel> {
    let of = |depth: u64| {
        hardware.iter().map(move |name| TrainedModel {
            family: if depth == 18 {
                Family::Other
            } else {
                Family::SixNPlusTwo
            },
            depth,
            hardware: (*name).to_owned(),
            model: LossModel {
                beta0: 0.0,
                beta1: 0.0,
                beta2: 0.0,
            },
        })
    };
    DEPTHS.into_iter().flat_map(of).collect()
}

fn choose_for(
    hardware: &[&str],
    beta: impl Fn(&TrainedModel) -> f64,
) -> (Vec<AssessedCandidate>, BetaRegression) {
    let models = models(hardware);
    let observe = |trained| Observation {
        trained,
        beta: beta(trained),
    };
    let observations: Vec<Observation> = models.iter().map(observe).collect();
    let (assessed, chosen) = choose(&observations);
    (assessed, chosen.unwrap())
}

fn check(beta: impl Fn(&TrainedModel) -> f64, form: Form, scope: Scope, at_50: f64) {
    let (assessed, chosen) = choose_for(&["bf16", "fp32"], beta);
    assert_eq!(chosen.candidate, Candidate { form, scope }, "{assessed:?}");
    let found = chosen.predict(50, "fp32").unwrap();
    assert!((found / at_50 - 1.0).abs() < 1e-9, "{found}");
    let interval = chosen.interval(50, "fp32").unwrap();
    assert!(interval.low <= found && found <= interval.high);
}

fn offset(trained: &TrainedModel) -> f64 {
    if trained.hardware == "fp32" { 0.5 } else { 0.0 }
}

#[test]
fn a_linear_law_within_the_family() {
    let beta = |m: &TrainedModel| {
        if m.depth == 18 {
            9.0
        } else {
            2.0 + 0.1 * m.depth as f64 + offset(m)
        }
    };
    check(beta, Form::Linear, Scope::SixNPlusTwo, 7.5);
}

#[test]
fn a_power_law_of_all_depths() {
    // On exact data both scopes predict to rounding; noise on one left-out depth tells them apart.
    let beta = |m: &TrainedModel| 3.0 * (m.depth as f64).powf(-0.7);
    let (_, chosen) = choose_for(&["bf16"], beta);
    assert_eq!(chosen.candidate.form, Form::LogLog);
    let found = chosen.predict(50, "bf16").unwrap();
    assert!((found / (3.0 * 50_f64.powf(-0.7)) - 1.0).abs() < 1e-9);
}

#[test]
fn a_constant_beats_forms_that_chase_scatter() {
    let scatter =
        |depth| [0.0, 0.02, -0.02, -0.02, 0.02][DEPTHS.iter().position(|d| *d == depth).unwrap()];
    let (_, chosen) = choose_for(&["bf16"], |m| 1.0 + scatter(m.depth));
    assert_eq!(chosen.candidate.form, Form::Constant);
}

#[test]
fn a_zero_has_no_logarithm() {
    let (assessed, chosen) = choose_for(&["bf16"], |m| if m.depth == 32 { 0.0 } else { 0.1 });
    let log = assessed.iter().filter(|a| a.candidate.form == Form::LogLog);
    assert!(log.clone().count() == 2 && { log }.all(|a| a.leave_one_out_error.is_none()));
    assert_ne!(chosen.candidate.form, Form::LogLog);
    assert!(chosen.interval(50, "bf16").unwrap().low >= 0.0);
}

#[test]
fn unknown_hardware_is_not_predicted() {
    let (_, chosen) = choose_for(&["bf16"], |m| m.depth as f64);
    assert_eq!(chosen.predict(50, "K80"), None);
    assert_eq!(chosen.interval(50, "K80"), None);
}

#[test]
fn intervals_cover_a_new_depth() {
    let mut random = crate::statistics::random::SplitMix64::new(5);
    let mut covered = 0;
    for _ in 0..400 {
        let models = models(&["bf16", "fp32", "tf32"]);
        let law = |depth: u64| 1.0 + 0.02 * depth as f64;
        let observations: Vec<Observation> = models
            .iter()
            .map(|trained| Observation {
                trained,
                beta: law(trained.depth) + 0.05 * random.normal(),
            })
            .collect();
        let candidate = Candidate::new(Form::Linear, Scope::AllFamilies);
        let fit = BetaRegression::fit(candidate, &observations).unwrap();
        let new = law(50) + 0.05 * random.normal();
        covered += u32::from(fit.interval(50, "tf32").unwrap().contains(new));
    }
    assert!((370..=392).contains(&covered), "{covered} of 400");
}
