//! Stages and beginnings of a made-up run, against fits by scipy's `curve_fit` with bounds of the
//! same losses, whose outliers another program replaced.

use super::*;
use crate::topics::synthetic_runs::trained_mut;

/// ResNet-18 is the first of the runs; its rate drops after epochs 17 and 28 of 40.
#[test]
fn the_stages_of_a_run() {
    let catalogue = catalogue(&complete_runs(&[Fp32], 40));
    for (stage, rmse, r2) in [
        (1, 0.009_556_674, 0.999_121_85),
        (2, 0.002_821_802, 0.997_736_81),
        (3, 0.002_371_005, 0.994_511_10),
    ] {
        let name = |leaf: &str| format!("loss_model.loss_resnet18_fp32.stage{stage}.{leaf}");
        check_value(&catalogue, &name("rmse"), rmse);
        check_value(&catalogue, &name("r2"), r2);
        let beta0 = quantity(&catalogue, &name("beta0"));
        let (low, high) = beta0.interval.expect("an interval");
        let value = beta0.known().expect("a value");
        assert!(low < value && value < high, "{low} to {high}");
    }
    let name = "loss_model.loss_resnet18_fp32.stages.least_r2";
    check_value(&catalogue, name, 0.994_511_10);
    let is_better = |run: &str| catalogue.flag(&format!("loss_model.{run}.stages.fit_better"));
    assert!(is_better("loss_resnet18_fp32"));
}

/// A model of the whole run can have the greater R²: within a stage the losses hardly differ.
#[test]
fn stages_that_fit_no_better_are_told() {
    let mut run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200").complete();
    for (index, row) in trained_mut(&mut run).epochs.iter_mut().enumerate() {
        let noise = [0.01, -0.01][index % 2];
        row.train_loss = 0.1 + 1.0 / (0.5 + 0.01 * row.steps as f64) + noise;
    }
    let catalogue = catalogue(&[run]);
    let flag = "loss_model.loss_resnet20_fp32.stages.fit_better";
    assert!(!catalogue.flag(flag));
}

#[test]
fn intervals_by_stage_are_those_of_complete_runs() {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200").recorded(39);
    let catalogue = catalogue(&[run]);
    let beta = quantity(&catalogue, "loss_model.loss_resnet20_fp32.stage1.beta0");
    assert!(beta.value.is_ok() && beta.interval.is_none());
}

/// Ten epochs say what follows; then ten epochs after the drop at 28.
#[test]
fn a_beginning_predicts_the_rest() {
    let catalogue = catalogue(&complete_runs(&[Fp32], 40));
    for (leaf, expected) in [
        ("epochs", 10.0),
        ("stage_end_epoch", 17.0),
        ("stage_end", 0.560_255_748),
        ("stage_end_measured", 0.571_735_076),
        ("stage_end_error", -0.020_078_06),
        ("run_end", 0.409_981_903),
        ("run_end_measured", 0.232_797_726),
        ("run_end_ratio", 1.761_107_85),
        ("late.epochs", 38.0),
        ("late.one_model_ratio", 1.139_126_47),
        ("late.restarted_ratio", 1.006_984_58),
    ] {
        check_value(&catalogue, &format!("extrapolation.{leaf}"), expected);
    }
    let flags = FLAGS.map(|flag| catalogue.flag(&format!("extrapolation.{flag}")));
    assert_eq!(flags, [true; 4]);
}

/// The ten epochs foretell 0.41 nat for the last epoch and 0.56 nat for the end of the first stage, where
/// the loss is twice as high: a miss below zero is a miss.
#[test]
fn the_end_of_the_run_may_be_missed_by_less_than_that_of_the_stage() {
    let mut runs = complete_runs(&[Fp32], 40);
    let epochs = &mut trained_mut(&mut runs[0]).epochs;
    (epochs[16].train_loss, epochs[39].train_loss) = (1.12, 0.4);
    let catalogue = catalogue(&runs);
    let value = |leaf: &str| quantity(&catalogue, &format!("extrapolation.{leaf}")).known();
    assert!(value("stage_end_error").is_some_and(|error| (error + 0.5).abs() < 0.01));
    assert!(value("run_end_ratio").is_some_and(|ratio| (ratio - 1.025).abs() < 0.01));
    assert!(!catalogue.flag("extrapolation.run_end_is_worse"));
}

const FLAGS: [&str; 4] = [
    "predicted",
    "run_end_is_worse",
    "late.predicted",
    "late.restart_helps",
];

fn names(catalogue: &Catalogue) -> Vec<&str> {
    let names = catalogue.entries().map(|(name, _)| name);
    names
        .filter(|name| name.starts_with("extrapolation."))
        .collect()
}

#[test]
fn without_a_complete_run_the_names_wait() {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200");
    let complete = catalogue(&[run.complete()]);
    for runs in [vec![], vec![run.missing()], vec![run.recorded(39)]] {
        let catalogue = catalogue(&runs);
        assert_eq!(names(&catalogue), names(&complete));
        let error = quantity(&catalogue, "extrapolation.stage_end_error");
        let provenance = error.provenance().to_string();
        assert_eq!(provenance, "none: no run is complete");
        assert!(
            FLAGS
                .iter()
                .all(|flag| !catalogue.flag(&format!("extrapolation.{flag}")))
        );
    }
}

/// Stages of 8, 6 and 6 epochs end before ten epochs are known.
#[test]
fn a_stage_of_few_epochs_is_not_predicted() {
    let run = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200");
    let catalogue = catalogue(&[SyntheticRun { epochs: 20, ..run }.complete()]);
    let told = |leaf: &str| {
        let name = format!("extrapolation.{leaf}");
        quantity(&catalogue, &name).provenance().to_string()
    };
    let told = told("stage_end");
    assert!(
        told.starts_with("none: no epoch is left to be predicted"),
        "{told}"
    );
    let flags = FLAGS.map(|flag| catalogue.flag(&format!("extrapolation.{flag}")));
    assert_eq!(flags, [false; 4]);
    assert!(
        quantity(&catalogue, "extrapolation.run_end_ratio")
            .known()
            .is_some()
    );
}

/// The sentences speak of the first run that is complete.
#[test]
fn the_first_complete_run() {
    let of = |network| SyntheticRun::new(network, Fp32, "NVIDIA H200");
    let runs = [
        of(NETWORKS[1]).recorded(39),
        of(NETWORKS[2]).complete(),
        of(NETWORKS[3]).complete(),
    ];
    let flags = |runs: &[RunFacts]| {
        let catalogue = catalogue(runs);
        let first = ["20", "32", "44"].map(|depth| {
            catalogue.flag(&format!(
                "loss_model.loss_resnet{depth}_fp32.first_complete"
            ))
        });
        let counts = ["some", "several", "held_out"];
        (
            first,
            counts.map(|flag| catalogue.flag(&format!("complete_runs.{flag}"))),
        )
    };
    assert_eq!(flags(&runs), ([false, true, false], [true; 3]));
    assert_eq!(
        flags(&runs[..2]),
        ([false, true, false], [true, false, true])
    );
    assert_eq!(flags(&runs[..1]), ([false; 3], [false; 3]));
    assert_eq!(flags(&[]), ([false; 3], [false; 3]));
}
