//! The views of loss models and predictions on made-up runs.

use crate::catalogue::{Facts, RunFacts};
use crate::evidence::Quantity;
use crate::topics::synthetic_runs::{NETWORKS, SyntheticRun, complete_runs, facts_of};
use crate::views::plot::to_csv;
use crate::views::*;
use expect_test::{Expect, expect};
use results::Arithmetic::{Bf16, Fp32};
use serde_json::{Value, json};

mod own_runs;

const QUOTED: &str = include_str!("../../../../../book/quoted.toml");
const THROUGHPUT: &str = include_str!("../../../../../book/published/training_throughput.csv");

fn facts(runs: Vec<RunFacts>) -> Facts {
    facts_of(QUOTED, runs, THROUGHPUT)
}

fn check_table(name: &str, runs: Vec<RunFacts>, expect: Expect) {
    check_table_of(name, json!({}), runs, expect);
}

fn check_table_of(name: &str, of: Value, runs: Vec<RunFacts>, expect: Expect) {
    let mark = |quantity: &Quantity, text: &str| match quantity.concerns().first() {
        Some(concern) if quantity.value.is_ok() => format!("{text} ({})", concern.state),
        _ => text.to_owned(),
    };
    let arguments = of.as_object().expect("arguments are named").clone();
    let made = match table(name, arguments, &facts(runs), &mark) {
        Ok(exhibit) => format!("{}{}\n", exhibit.content.to_markdown(), exhibit.note),
        Err(error) => error,
    };
    let plain = |c: char| !matches!(c, '\u{2007}' | '\u{2008}' | '\u{2060}');
    expect.assert_eq(&made.chars().filter(|c| plain(*c)).collect::<String>());
}

/// The figure's description, or what it waits for, and its note; how many marks of each series.
fn check_figure(name: &str, of: Value, runs: Vec<RunFacts>, expect: Expect) {
    let arguments = of.as_object().expect("arguments are named").clone();
    let made = match figure(name, arguments, &facts(runs)) {
        Ok(exhibit) => match exhibit.content {
            Figure::Plot(plot) => format!(
                "{}\n{}\n{}\n",
                plot.description,
                exhibit.note,
                series_of(&to_csv(&plot))
            ),
            Figure::Pending(awaited) => {
                format!("pending: {}\n{}\n", awaited.to_markdown(None), exhibit.note)
            }
            Figure::Images { .. } => "images".to_owned(),
        },
        Err(error) => error,
    };
    expect.assert_eq(&made);
}

fn series_of(csv: &str) -> String {
    let mut counts: Vec<(String, u32)> = Vec::new();
    for row in csv.lines().skip(1) {
        let name = row.rsplitn(5, ',').last().unwrap_or_default();
        match counts.iter_mut().find(|(known, _)| known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name.to_owned(), 1)),
        }
    }
    let counts = counts
        .iter()
        .map(|(name, count)| format!("{name}: {count}"));
    counts.collect::<Vec<_>>().join("; ")
}

#[test]
fn parameters_of_every_run() {
    let mut runs = complete_runs(&[Fp32], 40);
    runs[2] = SyntheticRun::new(NETWORKS[2], Fp32, "NVIDIA H200").recorded(3);
    runs[3] = SyntheticRun::new(NETWORKS[3], Fp32, "NVIDIA H200").recorded(20);
    runs[4] = SyntheticRun::new(NETWORKS[4], Fp32, "").missing();
    for network in [NETWORKS[1], NETWORKS[5]] {
        runs.push(SyntheticRun::new(network, Fp32, "").without_card("K80"));
    }
    check_table_of(
        "loss_models",
        json!({"of": "partial"}),
        runs.clone(),
        expect![[r#"
            | Network | Hardware | Curve | 10³ β₀ | β₁ | β₂ | RMSE | R² |
            | :--- | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
            | ResNet-32 | NVIDIA H200, fp32 | partial, 3 of 40 | – | – | – | – | – |
            | ResNet-44 | NVIDIA H200, fp32 | partial, 20 of 40 | 0.485 (0.433 to 0.550) | 0.524 (0.505 to 0.539) | 0.189 (0.155 to 0.229) | 0.0138 | 0.9980 |
            Units: β₀ in 1/(nat·step), β₁ in 1/nat, β₂ in nat and RMSE in nat.
        "#]],
    );
    check_table(
        "loss_models",
        runs,
        expect![[r#"
            | Network | Hardware | Curve | 10³ β₀ | β₁ | β₂ | RMSE | R² |
            | :--- | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
            | ResNet-18 | NVIDIA H200, fp32 | measured | 0.239 (0.200 to 0.306) | 0.513 (0.426 to 0.571) | 0.0247 (0 to 0.100) | 0.0340 | 0.9903 |
            | ResNet-20 | NVIDIA H200, fp32 | measured | 0.258 (0.205 to 0.335) | 0.512 (0.429 to 0.577) | 0.0403 (0 to 0.110) | 0.0345 | 0.9897 |
            | ResNet-50 (n = 8) | NVIDIA H200, fp32 | measured | 0.384 (0.322 to 0.449) | 0.529 (0.495 to 0.562) | 0.0905 (0.0470 to 0.139) | 0.0241 | 0.9936 |
            Units: β₀ in 1/(nat·step), β₁ in 1/nat, β₂ in nat and RMSE in nat.
        "#]],
    );
    check_table(
        "loss_models",
        Vec::new(),
        expect![[r#"
            | Network | Hardware | Curve | 10³ β₀ | β₁ | β₂ | RMSE | R² |
            | :--- | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
            | not measured | – | – | – | – | – | – | – |
            Planned runs without a record: 0.
        "#]],
    );
}

#[test]
fn a_run_with_its_models() {
    let runs = || complete_runs(&[Fp32], 40);
    let of = json!({"run": "loss_resnet20_fp32"});
    check_figure(
        "loss_fit",
        of.clone(),
        runs(),
        expect![[r#"
            Training loss of ResNet-20, NVIDIA H200, fp32, seed 1 after each of 40 epochs, with the models fitted to it. The model of the whole run misses the points by 0.035 nats, root mean square.

            measured: 40; model of the whole run: 40; models of the stages: 120; learning rate drops: 1; : 1
        "#]],
    );
    check_figure(
        "loss_residuals",
        of.clone(),
        runs(),
        expect![[r#"
            Measured less modelled loss after each epoch. Where many points in a row lie on one side of zero, the model does not follow the run.

            ,: 2; ,learning rate drops: 1; model of the whole run,model of the whole run: 40; models of the stages,models of the stages: 40
        "#]],
    );
    let partial = SyntheticRun::new(NETWORKS[1], Fp32, "NVIDIA H200").recorded(19);
    check_figure(
        "loss_fit",
        of.clone(),
        vec![partial],
        expect![[r#"
            Training loss of ResNet-20, NVIDIA H200, fp32, seed 1 after each of 19 epochs, with the models fitted to it. The model of the whole run misses the points by 0.014 nats, root mean square.
            The run is partial, 19 of 40.
            measured: 19; model of the whole run: 40; learning rate drops: 1
        "#]],
    );
    let missing = SyntheticRun::new(NETWORKS[1], Fp32, "").missing();
    check_figure(
        "loss_fit",
        of,
        vec![missing],
        expect![[r#"
            pending: 1 run: `loss-resnet20-fp32`

        "#]],
    );
    check_figure(
        "loss_fit",
        json!({"run": "x"}),
        runs(),
        expect![[
            r#"view `loss_fit(run="x")`: no loss curve `x` is planned; expected one of `loss_resnet18_fp32`, `loss_resnet20_fp32`, `loss_resnet32_fp32`, `loss_resnet44_fp32`, `loss_resnet56_fp32`, `loss_resnet50_6n2_fp32`"#
        ]],
    );
}

#[test]
fn resnet_50_predicted_and_measured() {
    let runs = || complete_runs(&[Fp32, Bf16], 40);
    check_figure(
        "prediction",
        json!({}),
        runs(),
        expect![[r#"
            The prediction from the other depths with its band, beside what was measured.

            measured: 40; predicted by stage: 240; predicted as a whole: 80; learning rate drops: 1; : 1
        "#]],
    );
    let of = json!({"hardware": "bf16_nvidia_h200"});
    check_figure(
        "prediction",
        of,
        runs(),
        expect![[r#"
            The prediction from the other depths with its band, beside what was measured.

            measured: 40; predicted by stage: 240; predicted as a whole: 80; learning rate drops: 1; : 1
        "#]],
    );
    check_figure(
        "prediction",
        json!({"hardware": "k80"}),
        runs(),
        expect![[
            r#"view `prediction(hardware="k80")`: no run is planned on `k80`; expected one of `fp32_nvidia_h200`, `bf16_nvidia_h200`"#
        ]],
    );
    check_figure(
        "prediction",
        json!({}),
        Vec::new(),
        expect![[r#"
            pending: Not measured: no hardware has enough complete runs

        "#]],
    );
    let missing = NETWORKS.map(|network| SyntheticRun::new(network, Fp32, "").missing());
    check_figure(
        "prediction",
        json!({}),
        missing.to_vec(),
        expect![[r#"
            pending: 6 runs: `loss-resnet18-fp32`, `loss-resnet20-fp32`, `loss-resnet32-fp32` and 3 more

        "#]],
    );
    let mut without = runs();
    without[5] = SyntheticRun::new(NETWORKS[5], Fp32, "").missing();
    let of = json!({"hardware": "fp32_nvidia_h200"});
    check_figure(
        "prediction",
        of,
        without,
        expect![[r#"
            The prediction from the other depths with its band, beside what was measured.
            Runs behind it that are not as planned: `loss-resnet50-6n2-fp32` (missing).
            predicted by stage: 240; predicted as a whole: 80; learning rate drops: 1; : 1
        "#]],
    );
}

#[test]
fn a_parameter_over_depth() {
    let runs = || complete_runs(&[Fp32, Bf16], 40);
    check_figure(
        "beta_over_depth",
        json!({"beta": 2}),
        runs(),
        expect![[r#"
            Each point is a run with its interval; each line is the regression on one kind of hardware. ResNet-18 is a triangle and ResNet-50, to which no line was fitted, a square.

            "NVIDIA H200, fp32": 43; "ResNet-18, NVIDIA H200, fp32": 1; "ResNet-50, NVIDIA H200, fp32": 1; "NVIDIA H200, bf16": 43; "ResNet-18, NVIDIA H200, bf16": 1; "ResNet-50, NVIDIA H200, bf16": 1
        "#]],
    );
    check_figure(
        "beta_over_depth",
        json!({"beta": 3}),
        runs(),
        expect!["view `beta_over_depth(beta=3)`: `beta` is `3`; expected 0, 1 or 2"],
    );
    let missing = NETWORKS.map(|network| SyntheticRun::new(network, Fp32, "").missing());
    check_figure(
        "beta_over_depth",
        json!({"beta": 0}),
        missing.to_vec(),
        expect![[r#"
            pending: 5 runs: `loss-resnet18-fp32`, `loss-resnet20-fp32`, `loss-resnet32-fp32` and 2 more

        "#]],
    );
}

#[test]
fn coefficients_of_the_regressions() {
    let runs = complete_runs(&[Fp32, Bf16], 40);
    check_table(
        "loss_regression",
        runs,
        expect![[r#"
        | Parameter | Form | Coefficient | Estimate |
        | :--- | :--- | :--- | ---: |
        | β₀ | logarithms, all depths | intercept | −9.69 (−9.81 to −9.56) |
        | β₀ | logarithms, all depths | offset of NVIDIA H200, fp32 | −0.0101 (−0.0420 to 0.0217) |
        | β₀ | logarithms, all depths | slope over depth | 0.468 (0.432 to 0.505) |
        | β₁ | constant, all depths | intercept | 0.520 (0.510 to 0.529) |
        | β₁ | constant, all depths | offset of NVIDIA H200, fp32 | 0.00395 (−0.00984 to 0.0177) |
        | β₂ | linear, all depths | intercept | −0.00275 (−0.0215 to 0.0160) |
        | β₂ | linear, all depths | offset of NVIDIA H200, fp32 | −0.00171 (−0.0153 to 0.0119) |
        | β₂ | linear, all depths | slope over depth | 0.00191 (0.00144 to 0.00238) |

    "#]],
    );
    check_table(
        "loss_regression",
        Vec::new(),
        expect![[r#"
        | Parameter | Form | Coefficient | Estimate |
        | :--- | :--- | :--- | ---: |
        | β₀ | – | – | not measured |
        | β₁ | – | – | not measured |
        | β₂ | – | – | not measured |

    "#]],
    );
}
