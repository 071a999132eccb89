//! What the commands print, as a terminal would show it.

use super::command_line::{Command, run};
use crate::topics::optimus::analysis::loss_model::LossModel;
use crate::topics::optimus::analysis::steps::Step;
use clap::{CommandFactory, Parser};
use expect_test::{Expect, expect};
use std::path::Path;

#[derive(Parser)]
#[command(name = "mdbook-measured")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Runs a command line in which `LOG` stands for a file with `log`.
pub(super) fn run_with(log: impl AsRef<[u8]>, command_line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, log).unwrap();
    let path = path.to_str().unwrap();
    let words = command_line
        .split(' ')
        .map(|word| if word == "LOG" { path } else { word });
    let arguments = match Arguments::try_parse_from(["mdbook-measured"].into_iter().chain(words)) {
        Ok(arguments) => arguments,
        Err(error) => return error.to_string(),
    };
    let mut out = Vec::new();
    match run(arguments.command, &mut out) {
        Ok(()) => String::from_utf8(out).unwrap(),
        Err(error) => format!("{error:#}\n").replace(path, "log.csv"),
    }
}

fn check(log: impl AsRef<[u8]>, command_line: &str, expected: Expect) {
    expected.assert_eq(&run_with(log, command_line));
}

/// 24 epochs of 100 steps with a drop after epoch 12, and a row of evaluation that has no training
/// loss.
fn log_with_drop() -> String {
    let model = |beta2| LossModel {
        beta0: 0.01,
        beta1: 0.5,
        beta2,
    };
    let row = |epoch: u32| {
        let step = f64::from(epoch) * 100.0;
        let loss = match epoch {
            ..=12 => model(0.5).loss_at(Step(step)),
            _ => model(0.1).loss_at(Step(step - 1200.0)),
        };
        format!("{epoch},{step},{loss}\n")
    };
    let rows: String = (1..=24).map(row).collect();
    format!("epoch,step,train_loss\n{rows}24,2400,\n")
}

#[test]
fn fit_prints_the_whole_run_and_each_stage() {
    let command = "fit LOG --step step --loss train_loss --drop 1200 --refits 100";
    check(
        log_with_drop(),
        command,
        expect![[r#"
            log.csv: 24 points, l(k) = 1/(β0 k + β1) + β2, k as `step` counts, l as `train_loss`, in nats
            rows skipped for want of a loss: 1

            whole run: RMSE 0.1045 nat, R² 0.8372
                           fit               95 % interval   transformed    normalised
              β0     1.1765e-3      8.3594e-4 to 4.3573e-3     7.4494e-4     1.3726e-3
              β1     7.9680e-1       5.1480e-1 to 1.0558e0     8.8516e-1     9.2960e-1
              β2      0.0000e0       0.0000e0 to 3.3117e-1      0.0000e0      0.0000e0

            stage from step 0: RMSE 0.0000 nat, R² 1.0000
                           fit               95 % interval   transformed    normalised
              β0     1.0000e-2      1.0000e-2 to 1.0000e-2     1.0001e-2     1.1667e-2
              β1     5.0000e-1      5.0000e-1 to 5.0000e-1     4.9991e-1     5.8333e-1
              β2     5.0000e-1      5.0000e-1 to 5.0000e-1     5.0002e-1     4.2857e-1

            stage from step 1200: RMSE 0.0000 nat, R² 1.0000
                           fit               95 % interval   transformed    normalised
              β0     1.0000e-2      1.0000e-2 to 1.0000e-2     9.9997e-3     7.6667e-3
              β1     5.0000e-1      5.0000e-1 to 5.0000e-1     5.0003e-1     3.8333e-1
              β2     1.0000e-1      1.0000e-1 to 1.0000e-1     9.9995e-2     1.3043e-1

            mean absolute error on the held-out last fifth of each stage
              whole run  36.08 %
              per stage  0.00 %
        "#]],
    );
}

#[test]
fn fit_prints_json() {
    let command = "fit LOG --step step --loss train_loss --drop 1200 --refits 100 --json";
    let printed: serde_json::Value =
        serde_json::from_str(&run_with(log_with_drop(), command)).unwrap();
    assert_eq!(printed["points"], 24);
    assert_eq!(printed["skipped_rows"], 1);
    let stage = &printed["stages"][1];
    assert_eq!(stage["start"], 1200.0);
    assert!((stage["beta2"].as_f64().unwrap() - 0.1).abs() < 1e-9);
    assert!(stage["intervals"]["beta2"]["low"].is_number());
    assert!(
        printed["held_out_errors"]["per_stage"]["mean_absolute"]
            .as_f64()
            .unwrap()
            < 1e-6
    );
}

#[test]
fn fit_without_drops_and_refits_prints_neither() {
    let printed = run_with(
        log_with_drop(),
        "fit LOG --step step --loss train_loss --refits 0 --json",
    );
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert!(printed.get("stages").is_none() && printed.get("held_out_errors").is_none());
    assert!(printed["whole_run"].get("intervals").is_none());
}

#[test]
fn outliers_are_replaced_where_asked() {
    let log = "step,loss\n1,2.0\n2,1.5\n3,9.0\n4,1.2\n5,1.1\n6,1.0\n";
    let command = "fit LOG --step step --loss loss --refits 0 --replace-outliers";
    check(
        log,
        command,
        expect![[r#"
            log.csv: 6 points, l(k) = 1/(β0 k + β1) + β2, k as `step` counts, l as `loss`, in nats
            outliers replaced: 1

            whole run: RMSE 0.0533 nat, R² 0.9741
                           fit               95 % interval   transformed    normalised
              β0     2.4504e-1                        none     2.2708e-1     4.9007e-1
              β1     4.2751e-1                        none     4.3195e-1     8.5503e-1
              β2     4.9513e-1                        none     4.7020e-1     2.4756e-1
        "#]],
    );
}

#[test]
fn predict_continues_the_last_stage() {
    let columns = "--step step --loss train_loss --drop 1200 --refits 100";
    let check = |question, expected| {
        check(
            log_with_drop(),
            &format!("predict LOG {columns} {question}"),
            expected,
        )
    };
    check(
        "--at 6200",
        expect![[r#"
            loss at step 6200: 1.1980e-1 nat, 95 %: 1.1980e-1 to 1.1980e-1
        "#]],
    );
    check(
        "--until-loss 0.121",
        expect![[r#"
            loss 0.121 nat at step 5912, 3512 after the log's last
            95 % of refits between step 5912 and 5912
        "#]],
    );
    check(
        "--until-loss 0.15",
        expect![[r#"
        loss 0.15 nat at step 3151, 751 after the log's last
        95 % of refits between step 3151 and 3151
    "#]],
    );
    check(
        "--until-loss 2.0",
        expect![[r#"
        loss 2 nat at step 1203, within the log
        95 % of refits between step 1203 and 1203
    "#]],
    );
    check(
        "--until-loss 20",
        expect![[r#"
        loss 20 nat is reached before step 1200, where the fitted curve begins
    "#]],
    );
    check(
        "--until-loss 0.05",
        expect![[r#"
            loss 0.05 nat is never reached: the fitted asymptote is 1.0000e-1 nat
        "#]],
    );
    check(
        "--until-loss 0.121 --json",
        expect![[r#"
            {
              "loss_nats": 0.121,
              "step": 5912.0,
              "steps_after_the_log": 3512.0,
              "is_reached_before": false,
              "earliest": 5912.0,
              "latest": 5912.0
            }
        "#]],
    );
    check(
        "--at 1000",
        expect![[r#"
            `--at` is `1000`; expected a step after `1200`, where the last stage begins, up to 1e15
        "#]],
    );
    check(
        "--until-loss -1",
        expect![[r#"
            `--until-loss` is `-1`; expected a finite loss above 0
        "#]],
    );
    check(
        "--until-loss NaN",
        expect![[r#"
            `--until-loss` is `NaN`; expected a finite loss above 0
        "#]],
    );
}

#[test]
fn predict_asks_for_one_question() {
    let without = run_with(log_with_drop(), "predict LOG --step step --loss train_loss");
    assert!(
        without.contains("<--at <STEP>|--until-loss <LOSS>>"),
        "{without}"
    );
    let both = run_with(
        log_with_drop(),
        "predict LOG --step step --loss train_loss --at 1 --until-loss 2",
    );
    assert!(both.contains("cannot be used with"), "{both}");
}

#[test]
fn bad_logs_are_named_with_what_was_expected() {
    let fit = "fit LOG --step step --loss loss";
    check(
        "epoch,loss\n1,2.0\n",
        fit,
        expect![[r#"
            `log.csv`: line `1`: no column `step`; expected one of `epoch`, `loss`
        "#]],
    );
    check(
        "step,loss,loss\n1,2.0,1.0\n",
        fit,
        expect![[r#"
            `log.csv`: line `1`: column `loss` stands in the header 2 times; expected once; hint: rename the others
        "#]],
    );
    check(
        "step,loss\n1,2.0\n2,abc\n",
        fit,
        expect![[r#"
            `log.csv`: line `3`: `loss` is `abc`, expected a number; hint: leave a cell empty where nothing was measured
        "#]],
    );
    check(
        "step,loss\n1,2.0\n2\n",
        fit,
        expect![[r#"
            `log.csv`: line `3`: the row has 1 cells, expected 2; hint: a cell with a separator in it stands in quotation marks
        "#]],
    );
    check(
        "step,loss\n1,2.0\n2,1.0\n",
        fit,
        expect![[r#"
            `log.csv`: a loss curve needs at least `4` points, found `2`
        "#]],
    );
    check(
        "step,loss\n1,2.0\n2,1.0\n2,0.9\n3,0.8\n",
        fit,
        expect![[r#"
            `log.csv`: line `4`: the step of point `2` is `2` after `2`; expected steps to increase; hint: sort the log and keep one row per step
        "#]],
    );
    check(
        "step,loss\n1,2.0\n2,nan\n3,0.9\n4,0.8\n",
        fit,
        expect![[r#"
            `log.csv`: line `3`: `loss` is `nan`, expected a finite number; hint: leave a cell empty where nothing was measured
        "#]],
    );
    check(
        "step,loss\n1,2\n2,1\n3,0.9\n4,0.8\n",
        "fit LOG --step step --loss loss --drop 2",
        expect![[r#"
            `log.csv`: stage `0`, from step `0`, is no loss curve: a loss curve needs at least `4` points, found `2`
        "#]],
    );
    check(
        "",
        fit,
        expect![[r#"
            `log.csv`: it is empty; expected a row of column names
        "#]],
    );
}

#[test]
fn losses_and_steps_that_no_training_has_are_refused() {
    let fit = "fit LOG --step step --loss loss --refits 50";
    let huge = "step,loss\n1,3e300\n2,2e300\n3,1.5e300\n4,1e300\n";
    check(
        huge,
        fit,
        expect![[r#"
            `log.csv`: line `2`: the loss of point `0` is `3e300`; expected from 1e-30 to 1e30 nat
        "#]],
    );
    let tiny = "step,loss\n1,3e-320\n2,2e-320\n3,1.5e-320\n4,1e-320\n";
    check(
        tiny,
        fit,
        expect![[r#"
            `log.csv`: line `2`: the loss of point `0` is `3e-320`; expected from 1e-30 to 1e30 nat
        "#]],
    );
    let late = "step,loss\n1,3\n2,2\n3,1.5\n1e300,1\n";
    check(
        late,
        fit,
        expect![[r#"
            `log.csv`: line `5`: the step of point `3` is `1e300`; expected 0 or from 1e-6 to 1e15
        "#]],
    );
}

/// At the ends of what is read, every number that is printed is one.
#[test]
fn extreme_losses_and_steps_give_numbers() {
    for loss in [1e-29_f64, 1.0, 1e30] {
        for step in [1e-6_f64, 1.0, 1e14] {
            for shape in [[1.0, 0.5, 0.4, 0.3, 0.2], [0.9, 0.1, 0.3, 0.2, 0.1]] {
                let rows = { shape.iter().zip(1..) }.map(|(y, k)| {
                    format!(
                        "{:e},{:e}\n",
                        f64::from(k) * step,
                        (y * loss).clamp(1e-30, 1e30)
                    )
                });
                let log = format!("step,loss\n{}", rows.collect::<String>());
                for format in ["", " --json"] {
                    let command = format!("fit LOG --step step --loss loss --refits 50{format}");
                    let printed = run_with(&log, &command);
                    assert!(
                        printed.contains("beta0") || printed.contains("RMSE"),
                        "{printed}"
                    );
                    for word in ["NaN", "inf", "null"] {
                        assert!(!printed.contains(word), "{log}{printed}");
                    }
                }
            }
        }
    }
}

#[test]
fn refits_are_limited() {
    let fit = "fit LOG --step step --loss loss --refits 18446744073709551615";
    let printed = run_with("", fit);
    assert!(
        printed.contains("expected a whole number up to 1000000"),
        "{printed}"
    );
}

#[test]
fn a_missing_log_is_named() {
    let printed = run_with("", "fit nowhere/log.csv --step step --loss loss");
    assert!(printed.starts_with("`nowhere/log.csv`: "), "{printed}");
}

#[test]
fn spaces_a_byte_order_mark_and_windows_line_ends_are_read() {
    let log = "\u{feff}step , loss\r\n 1, 2.0\r\n2 ,1.0\r\n3,0.9\r\n4,0.8\r\n";
    let printed = run_with(log, "fit LOG --step step --loss loss --refits 0");
    assert!(printed.starts_with("log.csv: 4 points"), "{printed}");
}

#[test]
fn flops_prints_a_line_for_each_layer() {
    check(
        "",
        "flops alexnet --convention lu",
        expect![[r#"
            alexnet, forward operations of one image by convention lu

            layer  kind                          output        operations    parameters
            conv1  convolution             96 × 55 × 55         105705600         34944
            relu1  ReLU                    96 × 55 × 55            290400             0
            norm1  LRN                     96 × 55 × 55           1161600             0
            pool1  pooling                 96 × 27 × 27            629856             0
            conv2  convolution            256 × 27 × 27         224135424        307456
            relu2  ReLU                   256 × 27 × 27            186624             0
            norm2  LRN                    256 × 27 × 27            746496             0
            pool2  pooling                256 × 13 × 13            389376             0
            conv3  convolution            384 × 13 × 13         149585280        885120
            relu3  ReLU                   384 × 13 × 13             64896             0
            conv4  convolution            384 × 13 × 13         112205184        663936
            relu4  ReLU                   384 × 13 × 13             64896             0
            conv5  convolution            256 × 13 × 13          74803456        442624
            relu5  ReLU                   256 × 13 × 13             43264             0
            pool5  pooling                  256 × 6 × 6             82944             0
            fc6    fully connected         4096 × 1 × 1          37752832      37752832
            relu6  ReLU                    4096 × 1 × 1              4096             0
            drop6  dropout                 4096 × 1 × 1                 0             0
            fc7    fully connected         4096 × 1 × 1          16781312      16781312
            relu7  ReLU                    4096 × 1 × 1              4096             0
            drop7  dropout                 4096 × 1 × 1                 0             0
            fc8    fully connected         1000 × 1 × 1           4097000       4097000
            prob   softmax                 1000 × 1 × 1                 0             0
            all                                                 728734632      60965224
        "#]],
    );
}

#[test]
fn flops_prints_json() {
    let printed: serde_json::Value =
        serde_json::from_str(&run_with("", "flops vgg19 --json")).unwrap();
    assert_eq!(printed["parameters"], 143_667_240);
    assert_eq!(printed["convention"], "two_per_mac");
    assert_eq!(
        printed["layers"][0]["output"],
        serde_json::json!([64, 224, 224])
    );
}

#[test]
fn flops_of_an_unknown_network_lists_the_known() {
    let printed = run_with("", "flops vgg18");
    assert!(
        printed.contains("vgg18") && printed.contains("vgg19"),
        "{printed}"
    );
}

#[test]
fn every_command_has_an_example_that_parses() {
    Arguments::command().debug_assert();
    for command in Arguments::command().get_subcommands() {
        let help = command.get_after_help().expect("an example").to_string();
        let example = help.lines().nth(1).expect("a second line").trim();
        assert!(
            Arguments::try_parse_from(example.split(' ')).is_ok(),
            "{example}"
        );
        assert!(Path::new(example.split(' ').next().unwrap()).ends_with("mdbook-measured"));
    }
}
