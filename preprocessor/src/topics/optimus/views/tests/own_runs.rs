//! The views of what one's own runs say: stages, beginnings, targets and equal windows.

use super::*;
use crate::topics::synthetic_runs::{record_mut, trained_mut, training_mut};
use crate::views::plot::Mark;

const H200: &str = "NVIDIA H200";

fn of(index: usize) -> SyntheticRun {
    SyntheticRun::new(NETWORKS[index], Fp32, H200)
}

#[test]
fn parameters_by_stage() {
    let runs = vec![of(1).complete(), of(2).recorded(39), of(3).complete()];
    check_table(
        "stage_models",
        runs,
        expect![[r#"
            | Run | Epochs | 10³ β₀ (1/(nat·step)) | β₁ (1/nat) | β₂ (nat) | RMSE (nat) | R² |
            | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
            | ResNet-20, NVIDIA H200, fp32, seed 1 | 1 to 17 | 0.523 (0.495 to 0.555) | 0.489 (0.481 to 0.501) | 0.310 (0.292 to 0.327) | 0.0064 | 1.000 |
            |  | 18 to 28 | 0.283 (0.274 to 0.471) | 1.84 (1.83 to 2.15) | 0 (0 to 0.0885) | 0.0028 | 0.998 |
            |  | 29 to 40 | 0.340 (0.330 to 0.600) | 2.85 (2.83 to 3.57) | 0 (0 to 0.0710) | 0.0019 | 0.997 |
            |  | 1 to 40, one model | 0.258 (0.205 to 0.335) | 0.512 (0.429 to 0.577) | 0.0403 (0 to 0.110) | 0.0345 | 0.990 |
            | ResNet-44, NVIDIA H200, fp32, seed 1 | 1 to 17 | 0.452 (0.430 to 0.473) | 0.525 (0.518 to 0.533) | 0.161 (0.145 to 0.177) | 0.0059 | 1.000 |
            |  | 18 to 28 | 0.731 (0.433 to 1.01) | 2.37 (2.07 to 2.55) | 0.110 (0.0325 to 0.150) | 0.0041 | 0.995 |
            |  | 29 to 40 | 0.602 (0.393 to 0.799) | 3.57 (3.09 to 3.93) | 0.0534 (0.00701 to 0.0809) | 0.0023 | 0.995 |
            |  | 1 to 40, one model | 0.350 (0.288 to 0.410) | 0.539 (0.504 to 0.568) | 0.0765 (0.0283 to 0.128) | 0.0236 | 0.994 |

        "#]],
    );
    check_table(
        "stage_models",
        vec![of(2).recorded(39)],
        expect![[r#"
        | Run | Epochs | 10³ β₀ (1/(nat·step)) | β₁ (1/nat) | β₂ (nat) | RMSE (nat) | R² |
        | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
        | not measured | – | – | – | – | – | – |

    "#]],
    );
}

/// A record of another plan, whose rate dropped twice where the plan now has no drop.
#[test]
fn stages_that_are_not_planned_have_no_row() {
    let mut run = of(1).complete();
    let training = &mut training_mut(&mut run).training;
    training.learning_rate.milestones.clear();
    check_table(
        "stage_models",
        vec![run],
        expect![[r#"
            | Run | Epochs | 10³ β₀ (1/(nat·step)) | β₁ (1/nat) | β₂ (nat) | RMSE (nat) | R² |
            | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
            | ResNet-20, NVIDIA H200, fp32, seed 1 | 1 to 17 | 0.523 (0.495 to 0.555) | 0.489 (0.481 to 0.501) | 0.310 (0.292 to 0.327) | 0.0064 | 1.000 |
            |  | 1 to 40, one model | 0.258 (0.205 to 0.335) | 0.512 (0.429 to 0.577) | 0.0403 (0 to 0.110) | 0.0345 | 0.990 |

        "#]],
    );
}

#[test]
fn the_target_and_the_drops() {
    let mut never = of(3).complete();
    for row in &mut trained_mut(&mut never).epochs {
        row.test.as_mut().expect("a test").accuracy = 0.5;
    }
    let runs = vec![of(1).complete(), of(2).recorded(39), never];
    check_table(
        "target_and_drops",
        runs,
        expect![[r#"
            | Run | Epochs to the target | Epochs since the drop before it | Best test accuracy before that drop (%) | Best of the run (%) |
            | :--- | ---: | ---: | ---: | ---: |
            | ResNet-20, NVIDIA H200, fp32, seed 1 | 34 | 6 | 90.3 | 94.3 |
            | ResNet-44, NVIDIA H200, fp32, seed 1 | – | – | – | 50.0 |

        "#]],
    );
    check_table(
        "target_and_drops",
        Vec::new(),
        expect![[r#"
            | Run | Epochs to the target | Epochs since the drop before it | Best test accuracy before that drop (%) | Best of the run (%) |
            | :--- | ---: | ---: | ---: | ---: |
            | not measured | – | – | – | – |

        "#]],
    );
}

#[test]
fn networks_over_equal_windows() {
    let on = || json!({"hardware": "fp32_nvidia_h200"});
    let runs = || {
        vec![
            of(1).complete(),
            of(2).recorded(10),
            of(3).recorded(7),
            of(4).recorded(3),
        ]
    };
    check_table_of(
        "equal_windows",
        on(),
        runs(),
        expect![[r#"
        | Network | Seed | Training loss (nat) | 10³ β₀ (1/(nat·step)) | β₁ (1/nat) | β₂ (nat) | Best test accuracy (%) |
        | :--- | ---: | ---: | ---: | ---: | ---: | ---: |
        | ResNet-20 | 1 | 0.815 | 0.489 | 0.488 | 0.277 | 73.8 |
        | ResNet-32; partial, 10 of 40 | 1 | 0.765 | 0.415 | 0.509 | 0.153 | 75.4 |
        | ResNet-44; partial, 7 of 40 | 1 | 0.721 | 0.413 | 0.523 | 0.121 | 76.9 |
        With too few epochs to be compared: `loss-resnet56-fp32`.
    "#]],
    );
    let mut complete = runs();
    complete[1] = of(2).complete();
    check_table_of(
        "equal_windows",
        on(),
        complete,
        expect![[r#"
        | Network | Seed | Training loss (nat) | 10³ β₀ (1/(nat·step)) | β₁ (1/nat) | β₂ (nat) | Best test accuracy (%) |
        | :--- | ---: | ---: | ---: | ---: | ---: | ---: |
        | ResNet-20 | 1 | 0.221 | 0.523 | 0.489 | 0.310 | 94.3 |
        | ResNet-32 | 1 | 0.219 | 0.472 | 0.514 | 0.214 | 94.4 |
        With too few epochs to be compared: `loss-resnet44-fp32` and `loss-resnet56-fp32`.
    "#]],
    );
    check_table_of(
        "equal_windows",
        on(),
        vec![of(1).complete()],
        expect![[r#"
            | Network | Seed | Training loss (nat) | Best test accuracy (%) |
            | :--- | ---: | ---: | ---: |
            | not measured | – | – | – |

        "#]],
    );
}

#[test]
fn hardware_over_equal_windows() {
    let run = |arithmetic, device| SyntheticRun::new(NETWORKS[1], arithmetic, device);
    let runs = || {
        vec![
            run(Bf16, H200).complete(),
            run(Fp32, "AMD EPYC").recorded(3),
        ]
    };
    let of = json!({"network": "resnet20"});
    check_table_of(
        "equal_windows",
        of,
        runs(),
        expect![[r#"
        | Hardware | Seed | Training loss (nat) | Best test accuracy (%) |
        | :--- | ---: | ---: | ---: |
        | NVIDIA H200, bf16 | 1 | 1.226 | 59.3 |
        | AMD EPYC, fp32; partial, 3 of 40 | 1 | 1.217 | 59.4 |

    "#]],
    );
    let both = json!({"network": "resnet20", "hardware": "bf16_nvidia_h200"});
    check_table_of(
        "equal_windows",
        both,
        runs(),
        expect![[
            r#"view `equal_windows(hardware="bf16_nvidia_h200", network="resnet20")`: expected one of `hardware` and `network`"#
        ]],
    );
    let other = json!({"network": "resnet21"});
    check_table_of(
        "equal_windows",
        other,
        runs(),
        expect![[
            r#"view `equal_windows(network="resnet21")`: no run is planned of `resnet21`; expected one of `resnet20`"#
        ]],
    );
}

#[test]
fn errors_over_what_is_known() {
    let of_run = || json!({"run": "loss_resnet20_fp32"});
    check_figure(
        "extrapolation",
        of_run(),
        vec![of(1).complete()],
        expect![[r#"
            How far the loss of the last epoch is missed by models of the epochs that are known. With all 40 epochs known, one model since the start misses it by 17.5 %. With all 40 epochs known, the model restarted at each drop misses it by 1.5 %.

            one model since the start: 28; restarted at each drop: 24; learning rate drops: 1; : 1
        "#]],
    );
    check_figure(
        "extrapolation",
        of_run(),
        vec![of(1).recorded(39)],
        expect![[r#"
            pending: 1 run: `loss-resnet20-fp32`

        "#]],
    );
}

fn plot_of(run: RunFacts) -> plot::Plot {
    let arguments = json!({"run": "loss_resnet20_fp32"});
    let arguments = arguments.as_object().expect("arguments are named").clone();
    let exhibit = figure("extrapolation", arguments, &facts(vec![run])).expect("a figure");
    match exhibit.content {
        Figure::Plot(plot) => *plot,
        _ => panic!("expected a plot"),
    }
}

/// After each drop, at epochs 17 and 28 of 40, three epochs are too few.
#[test]
fn the_restarted_line_has_gaps() {
    let plot = plot_of(of(1).complete());
    let ends = plot.marks.iter().filter_map(|mark| match mark {
        Mark::Line(line) => {
            let epoch = |point: Option<&(f64, f64)>| (point.expect("a point").0 * 40.0).round();
            Some((epoch(line.points.first()), epoch(line.points.last())))
        }
        _ => None,
    });
    let ends: Vec<_> = ends.collect();
    let restarted = [(4.0, 17.0), (21.0, 28.0), (32.0, 40.0)];
    assert_eq!(ends[0], (4.0, 40.0));
    assert_eq!(ends[1..], restarted);
}

/// The axis of logarithms has no place for an error of zero, and a run of four epochs none for a
/// line.
#[test]
fn a_run_that_is_predicted_exactly() {
    let mut run = SyntheticRun { epochs: 4, ..of(1) }.complete();
    let configuration = &mut record_mut(&mut run).configuration;
    configuration
        .as_training_mut()
        .expect("it trains")
        .training
        .learning_rate
        .milestones
        .clear();
    for (row, loss) in trained_mut(&mut run)
        .epochs
        .iter_mut()
        .zip([1.0, 0.5, 1.0 / 3.0, 0.25])
    {
        row.train_loss = loss;
    }
    let plot = plot_of(run);
    plot::render(&plot, plot::Target::Html).expect("a drawing");
    let csv = to_csv(&plot);
    assert!(csv.contains("one model since the start,1,0.0001"), "{csv}");
}
