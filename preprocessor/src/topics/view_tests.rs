//! Every view on a few facts: tables as Markdown, figures as files.

use crate::catalogue::{Facts, RunFacts};
use crate::evidence::Quantity;
use crate::topics::synthetic_runs::{facts_of, timed_run, trained_mut, training_mut};
use crate::topics::training::recorded::epochs;
use crate::views::plot::{Target, render};
use crate::views::*;
use expect_test::{Expect, expect, expect_file};
use results::{Hardware, Plan, PlannedRun, State};
use serde_json::{Value, json};
use std::sync::Arc;

const QUOTED: &str = include_str!("fixtures/quoted.toml");
const THROUGHPUT: &str = include_str!("fixtures/training_throughput.csv");

fn facts_with(runs: Vec<RunFacts>) -> Facts {
    facts_of(QUOTED, runs, THROUGHPUT)
}

/// Two runs that train, of which the first has a record in this state, and one that is not to be.
fn planned(first: State) -> Facts {
    let plan = Plan::parse(include_str!("fixtures/plan.toml"), "plan.toml").expect("a valid plan");
    let record = || serde_json::from_str(include_str!("fixtures/record.json")).expect("a record");
    let missing = |run: &PlannedRun| State::Missing {
        command: run.command(),
    };
    let run = |(index, planned): (usize, PlannedRun)| RunFacts {
        id: planned.id.clone(),
        command: planned.command(),
        state: match (index, &planned.hardware) {
            (0, _) => first.clone(),
            (_, Hardware::Card(_)) => State::NoSuchCard,
            _ => missing(&planned),
        },
        record: (index == 0 && !matches!(first, State::Missing { .. }))
            .then(|| ("results/runs/a.json".to_owned(), Arc::new(record()))),
        planned,
    };
    facts_with(plan.runs.into_iter().enumerate().map(run).collect())
}

fn facts() -> Facts {
    facts_with(Vec::new())
}

fn arguments(value: Value) -> Arguments {
    value.as_object().expect("arguments are named").clone()
}

/// Marks a quantity by its name, so that snapshots show which cells carry which evidence.
fn by_name(quantity: &Quantity, text: &str) -> String {
    format!("[{text}]({})", quantity.name)
}

fn inputs(inputs: &[Arc<Quantity>]) -> String {
    let names: Vec<_> = inputs.iter().map(|input| input.name.as_str()).collect();
    names.join(" ")
}

/// The table with its function, its note and its inputs.
fn check_table(name: &str, of: Value, facts: &Facts, expect: Expect) {
    let made = match table(name, arguments(of), facts, &by_name) {
        Ok(exhibit) => format!(
            "{}\n{}{}\n{}\n",
            exhibit.function,
            exhibit.content.to_markdown(),
            exhibit.note,
            inputs(&exhibit.inputs)
        ),
        Err(error) => error,
    };
    let plain = |c: char| !matches!(c, '\u{2007}' | '\u{2008}' | '\u{2060}');
    expect.assert_eq(&made.chars().filter(|c| plain(*c)).collect::<String>());
}

/// The figure's function, inputs, note and description; the drawing goes to a file.
fn check_figure(name: &str, of: Value, facts: &Facts, expect: Expect) {
    let made = match figure(name, arguments(of), facts) {
        Ok(exhibit) => {
            let shown = match exhibit.content {
                Figure::Plot(plot) => {
                    let svg = render(&plot, Target::Html).unwrap();
                    expect_file![format!("snapshots/{name}.svg")].assert_eq(&svg);
                    plot.description
                }
                Figure::Images { images } => format!("{} images", images.len()),
                Figure::Pending(awaited) => format!("pending: {}", awaited.to_markdown(None)),
            };
            let inputs = inputs(&exhibit.inputs);
            format!(
                "{}\n{shown}\n{}\n{inputs}\n",
                exhibit.function, exhibit.note
            )
        }
        Err(error) => error,
    };
    expect.assert_eq(&made);
}

#[test]
fn a_view_that_is_not_there_is_answered_with_those_that_are() {
    let error = table("flops", Arguments::new(), &facts(), &by_name).unwrap_err();
    let known = "no view named `flops` makes a table; expected one of ";
    assert!(error.starts_with(known), "{error}");
    assert!(error.contains("`flops_by_kind`, "), "{error}");
    let error = figure("flops", Arguments::new(), &facts()).unwrap_err();
    let known =
        "no view named `flops` makes a figure; expected one of `accuracy_over_cost`, `bars`, ";
    assert!(error.starts_with(known), "{error}");
    let error = figure("runs_of", Arguments::new(), &facts()).unwrap_err();
    let hint = "the view `runs_of` makes no figure; hint: `filter table`";
    assert_eq!(error, hint);
}

#[test]
fn arguments_that_do_not_suit_are_named() {
    let facts = facts();
    check_table(
        "flops_by_layer",
        json!({"network": "vgg19", "convention": "lu", "colour": "blue"}),
        &facts,
        expect![[
            r#"view `flops_by_layer(colour="blue", convention="lu", network="vgg19")`: unknown field `colour`, expected `network` or `convention`"#
        ]],
    );
    check_table(
        "flops_by_layer",
        json!({"network": "vgg19"}),
        &facts,
        expect![[r#"view `flops_by_layer(network="vgg19")`: missing field `convention`"#]],
    );
    check_table(
        "flops_by_layer",
        json!({"network": "vgg20", "convention": "lu"}),
        &facts,
        expect![[
            r#"view `flops_by_layer(convention="lu", network="vgg20")`: network `vgg20` is unknown, expected one of `alexnet`, `alexnet-torchvision`, `vgg16`, `vgg19`, `googlenet`, `resnet50`, `resnet50-v1`, `resnet20`, `resnet32`, `resnet44`, `resnet50-6n2`, `resnet56`, `resnet18`, `resnet50-bottleneck`; hint: `vgg16`"#
        ]],
    );
    check_table(
        "flops_by_kind",
        json!({"networks": ["vgg16"], "convention": "macs"}),
        &facts,
        expect![[
            r#"view `flops_by_kind(convention="macs", networks=["vgg16"])`: unknown convention `macs`; expected one of `mac`, `two`, `lu`"#
        ]],
    );
    check_figure(
        "ppp_by_gpu",
        json!({"gpu": "k80"}),
        &facts,
        expect![[r#"view `ppp_by_gpu(gpu="k80")`: unknown field `gpu`, there are no fields"#]],
    );
    check_table(
        "throughput_sources",
        json!({"gpu": "a100"}),
        &facts,
        expect![[
            r#"view `throughput_sources(gpu="a100")`: no training speed is published on `a100`; hint: there are some on k80 and v100"#
        ]],
    );
    check_figure(
        "layer_sum_against_full_pass",
        json!({"platforms": ["tk1_gpu", "tx1_gpu"]}),
        &facts,
        expect![[
            r#"view `layer_sum_against_full_pass(platforms=["tk1_gpu","tx1_gpu"])`: no quantity is named `lu_time.alexnet.tx1_gpu.ratio`; hint: `lu_time.alexnet` has tk1_cpu, tk1_gpu"#
        ]],
    );
    check_figure(
        "speed_over_workers",
        json!({"m": [0]}),
        &facts,
        expect![
            "view `speed_over_workers(m=[0])`: `workers` is `0`; expected a finite number above 0"
        ],
    );
}

#[test]
fn runs_and_curves_that_are_not_there_are_named() {
    let facts = planned(State::Measured);
    check_table(
        "runs_of",
        json!({"experiment": "prune"}),
        &facts,
        expect![[
            r#"view `runs_of(experiment="prune")`: no run of the experiment `prune` is planned; hint: the plan has runs of finetune and layer_time"#
        ]],
    );
    check_figure(
        "curves",
        json!({"runs": ["finetune-lr1"], "y": "train_loss"}),
        &facts,
        expect![[
            r#"view `curves(runs=["finetune-lr1"], y="train_loss")`: no run `finetune-lr1` is planned; expected one of `finetune-lr0.01`, `finetune-lr0.1`, `layers`"#
        ]],
    );
    check_figure(
        "curves",
        json!({"runs": [], "y": "loss"}),
        &facts,
        expect![[
            r#"view `curves(runs=[], y="loss")`: unknown variant `loss`, expected one of `train_loss`, `train_accuracy`, `validation_loss`, `validation_accuracy`, `test_loss`, `test_accuracy`"#
        ]],
    );
    let curve = |names: &[&str], scale: &str| {
        let (x, y) = ("K", "Accuracy");
        json!({"names": names, "labels": ["a"], "x_label": x, "y_label": y, "x_scale": scale})
    };
    check_figure(
        "quoted_curve",
        curve(&["curve.pupil"], "log"),
        &facts,
        expect![[
            r#"view `quoted_curve(labels=["a"], names=["curve.pupil"], x_label="K", x_scale="log", y_label="Accuracy")`: no curve is named `curve.pupil`; hint: a curve of `quoted.toml` has an `index`"#
        ]],
    );
    check_figure(
        "quoted_curve",
        curve(&[], "log"),
        &facts,
        expect![[
            r#"view `quoted_curve(labels=["a"], names=[], x_label="K", x_scale="log", y_label="Accuracy")`: 1 labels for 0 names; expected one for each"#
        ]],
    );
    check_figure(
        "quoted_curve",
        curve(&["curve.student"], "log2"),
        &facts,
        expect![[
            r#"view `quoted_curve(labels=["a"], names=["curve.student"], x_label="K", x_scale="log2", y_label="Accuracy")`: unknown variant `log2`, expected `linear` or `log`; hint: `log`"#
        ]],
    );
}

#[test]
fn operations_by_layer() {
    check_table(
        "flops_by_layer",
        json!({"network": "alexnet", "convention": "lu"}),
        &facts(),
        expect![[r#"
            flops_by_layer(convention="lu", network="alexnet")
            | Layer | Kind | Output | Parameters | Operations (FLOP) | Share (%) |
            | :--- | :--- | :--- | ---: | ---: | ---: |
            | conv1 | convolution | 96 × 55 × 55 | 34,944 | 105,705,600 | 14.51 |
            | conv2 | convolution | 256 × 27 × 27 | 307,456 | 224,135,424 | 30.76 |
            | conv3 | convolution | 384 × 13 × 13 | 885,120 | 149,585,280 | 20.53 |
            | conv4 | convolution | 384 × 13 × 13 | 663,936 | 112,205,184 | 15.40 |
            | conv5 | convolution | 256 × 13 × 13 | 442,624 | 74,803,456 | 10.26 |
            | fc6 | fully connected | 4096 × 1 × 1 | 37,752,832 | 37,752,832 | 5.18 |
            | fc7 | fully connected | 4096 × 1 × 1 | 16,781,312 | 16,781,312 | 2.30 |
            | fc8 | fully connected | 1000 × 1 × 1 | 4,097,000 | 4,097,000 | 0.56 |
            | 3 layers | pooling |  | 0 | 1,102,176 | 0.15 |
            | 2 layers | LRN |  | 0 | 1,908,096 | 0.26 |
            | 7 layers | ReLU |  | 0 | 658,272 | 0.09 |
            | 2 layers | dropout |  | 0 | 0 | 0 |
            | prob | softmax | 1000 × 1 × 1 | 0 | 0 | 0 |
            | **total** |  |  | **[60,965,224](flops.alexnet.parameters)** | **[728,734,632](flops.alexnet.lu.total)** | **100.00** |

            flops.alexnet.lu.total flops.alexnet.parameters
        "#]],
    );
}

#[test]
fn operations_by_kind() {
    check_table(
        "flops_by_kind",
        json!({"networks": ["vgg16", "resnet50-v1"], "convention": "lu"}),
        &facts(),
        expect![[r#"
            flops_by_kind(convention="lu", networks=["vgg16","resnet50-v1"])
            | Kind | VGG-16, layers | VGG-16, FLOP | VGG-16, share (%) | ResNet-50 v1, layers | ResNet-50 v1, FLOP | ResNet-50 v1, share (%) |
            | :--- | ---: | ---: | ---: | ---: | ---: | ---: |
            | convolution | 13 | [15,360,178,176](flops.vgg16.lu.convolution) | [99.08](flops.vgg16.lu.convolution_share) | 53 | [3,866,512,384](flops.resnet50_v1.lu.convolution) | [98.45](flops.resnet50_v1.lu.convolution_share) |
            | pooling | 5 | [6,121,472](flops.vgg16.lu.pooling) | 0.04 | 2 | [1,906,688](flops.resnet50_v1.lu.pooling) | 0.05 |
            | BatchNorm | 0 | [0](flops.vgg16.lu.batch_norm) | 0 | 53 | [31,761,408](flops.resnet50_v1.lu.batch_norm) | 0.81 |
            | ReLU | 15 | [13,555,712](flops.vgg16.lu.relu) | 0.09 | 49 | [9,081,856](flops.resnet50_v1.lu.relu) | 0.23 |
            | scale | 0 | [0](flops.vgg16.lu.scale) | 0 | 53 | [10,587,136](flops.resnet50_v1.lu.scale) | 0.27 |
            | add | 0 | [0](flops.vgg16.lu.eltwise) | 0 | 16 | [5,519,360](flops.resnet50_v1.lu.eltwise) | 0.14 |
            | fully connected | 3 | [123,642,856](flops.vgg16.lu.fully_connected) | [0.80](flops.vgg16.lu.fully_connected_share) | 1 | [2,049,000](flops.resnet50_v1.lu.fully_connected) | [0.05](flops.resnet50_v1.lu.fully_connected_share) |
            | dropout | 2 | 0 | 0 | 0 | 0 | 0 |
            | softmax | 1 | 0 | 0 | 1 | 0 | 0 |
            | **total** | **39** | **[15,503,498,216](flops.vgg16.lu.total)** | **100.00** | **228** | **[3,927,417,832](flops.resnet50_v1.lu.total)** | **100.00** |

            flops.vgg16.lu.convolution flops.vgg16.lu.convolution_share flops.resnet50_v1.lu.convolution flops.resnet50_v1.lu.convolution_share flops.vgg16.lu.pooling flops.resnet50_v1.lu.pooling flops.vgg16.lu.batch_norm flops.resnet50_v1.lu.batch_norm flops.vgg16.lu.relu flops.resnet50_v1.lu.relu flops.vgg16.lu.scale flops.resnet50_v1.lu.scale flops.vgg16.lu.eltwise flops.resnet50_v1.lu.eltwise flops.vgg16.lu.fully_connected flops.vgg16.lu.fully_connected_share flops.resnet50_v1.lu.fully_connected flops.resnet50_v1.lu.fully_connected_share flops.vgg16.lu.total flops.resnet50_v1.lu.total
        "#]],
    );
}

#[test]
fn shares_of_operations() {
    check_figure(
        "flops_share",
        json!({"networks": ["vgg16", "vgg19"], "convention": "lu"}),
        &facts(),
        expect![[r#"
            flops_share(convention="lu", networks=["vgg16","vgg19"])
            Shares in the operations of VGG-16: convolution 99.08 %, pooling 0.04 %, ReLU 0.09 % and fully connected 0.80 %. Shares in the operations of VGG-19: convolution 99.26 %, pooling 0.03 %, ReLU 0.08 % and fully connected 0.63 %.

            flops.vgg16.lu.total flops.vgg16.lu.convolution flops.vgg16.lu.pooling flops.vgg16.lu.relu flops.vgg16.lu.fully_connected flops.vgg19.lu.total flops.vgg19.lu.convolution flops.vgg19.lu.pooling flops.vgg19.lu.relu flops.vgg19.lu.fully_connected
        "#]],
    );
}

#[test]
fn layer_sums_over_full_passes() {
    check_figure(
        "layer_sum_against_full_pass",
        json!({"platforms": ["tk1_cpu", "tk1_gpu"]}),
        &facts(),
        expect![[r#"
            layer_sum_against_full_pass(platforms=["tk1_cpu","tk1_gpu"])
            Bars show how often the time of the full pass fits into the sum of the layer times. On the TK1 CPU the ratio is 1.00 for AlexNet and 1.00 for VGG-16. On the TK1 GPU the ratio is 1.34 for AlexNet and 1.06 for VGG-16.

            lu_time.alexnet.tk1_cpu.ratio lu_time.alexnet.tk1_gpu.ratio lu.alexnet.layers lu_time.vgg16.tk1_cpu.ratio lu_time.vgg16.tk1_gpu.ratio lu.vgg16.layers
        "#]],
    );
}

#[test]
fn percent_of_peak_by_gpu_and_by_source() {
    check_figure(
        "ppp_by_gpu",
        json!({}),
        &facts(),
        expect![[r#"
            ppp_by_gpu()
            On the K80, 2 published speeds give 28.5 % to 49.0 % of the peak, with a median of 38.8 %. On the V100, one published speed gives 56.4 % of the peak.

            ppp.k80.source_1 ppp.k80.source_2 ppp.v100.source_1 ppp.k80.count ppp.k80.minimum ppp.k80.median ppp.k80.maximum ppp.v100.count ppp.v100.minimum ppp.v100.median ppp.v100.maximum
        "#]],
    );
    check_table(
        "throughput_sources",
        json!({"gpu": "k80"}),
        &facts(),
        expect![[r#"
            throughput_sources(gpu="k80")
            | Source | Card | Network | Data | Batch | Framework | Images/s | PPP (%) |
            | :--- | :--- | :--- | :--- | :--- | :--- | ---: | ---: |
            | [@tensorflow_benchmarks] | K80 (Google Cloud) | ResNet-50 | ImageNet real data | 64 | TensorFlow | [51.2](published.throughput.line2) | [28.5](ppp.k80.source_1) |
            | [@gavel2020] | K80 | ResNet-18 | CIFAR-10 | 256 | PyTorch | [642.5](published.throughput.line3) | [49.0](ppp.k80.source_2) |
            | **median of all speeds** |  |  |  |  |  |  | **[38.8](ppp.k80.median)** |
            The peak is that of one GPU of a K80 board, [4.365 TFLOP/s](device.k80_gpu.peak_fp32).
            ppp.k80.source_1 ppp.k80.source_2 ppp.k80.count ppp.k80.minimum ppp.k80.median ppp.k80.maximum
        "#]],
    );
}

#[test]
fn speed_and_time_over_workers() {
    let m = || json!({"m": [128, 40]});
    check_figure(
        "speed_over_workers",
        m(),
        &facts(),
        expect![[r#"
        speed_over_workers(m=[128,40])
        Each line rises to its fastest number of workers and then falls slowly. With 2 parameter servers and M = 128 it is fastest with 7 workers, at 0.0258 steps/s. With 4 parameter servers and M = 128 it is fastest with 10 workers, at 0.0354 steps/s. With 2 parameter servers and M = 40 it is fastest with 4 workers, at 0.0437 steps/s. With 4 parameter servers and M = 40 it is fastest with 6 workers, at 0.0587 steps/s.

        optimus.synchronous.t0 optimus.synchronous.t1 optimus.synchronous.t2 optimus.synchronous.t3 optimus.synchronous.t4
    "#]],
    );
    check_figure(
        "epoch_time_over_workers",
        m(),
        &facts(),
        expect![[r#"
        epoch_time_over_workers(m=[128,40])
        Each line falls to its fastest number of workers and then rises. With 2 parameter servers and M = 128 it is fastest with 7 workers, at 4.20 h. With 4 parameter servers and M = 128 it is fastest with 10 workers, at 3.06 h. With 2 parameter servers and M = 40 it is fastest with 4 workers, at 7.94 h. With 4 parameter servers and M = 40 it is fastest with 6 workers, at 5.92 h.

        optimus.synchronous.t0 optimus.synchronous.t1 optimus.synchronous.t2 optimus.synchronous.t3 optimus.synchronous.t4 cifar10.train
    "#]],
    );
}

#[test]
fn runs_with_settings_state_and_results() {
    let of = || json!({"experiment": "finetune"});
    check_table(
        "runs_of",
        of(),
        &planned(State::Measured),
        expect![[r#"
            runs_of(experiment="finetune")
            | Run | Training loss (nats) | Validation (%) | Test (%) | Training (min) | Images/s |
            | :--- | ---: | ---: | ---: | ---: | ---: |
            | finetune-lr0.01 | [0.750](runs.finetune_lr0_01.final_train_loss) | [68.0](runs.finetune_lr0_01.final_validation_accuracy) | [65.0](runs.finetune_lr0_01.test_accuracy) | [0.8](runs.finetune_lr0_01.training_time) | [2](runs.finetune_lr0_01.images_per_second) |
            Settings: network ResNet-50; image side 72 px; arithmetic fp32; batch 64; epochs 4; learning rate 0.01; schedule ÷ 10 after epochs 2 and 3; momentum 0.9; weight decay 0.0001; augmentation crops from 4 px of padding and mirroring; data vgg-flowers-72; initial weights ImageNet; seed 1; hardware any CUDA GPU; all measured on Example GPU. Not measured yet: `finetune-lr0.1`.
            runs.finetune_lr0_01.final_train_loss runs.finetune_lr0_01.final_validation_accuracy runs.finetune_lr0_01.test_accuracy runs.finetune_lr0_01.training_time runs.finetune_lr0_01.images_per_second
        "#]],
    );
    let missing = State::Missing {
        command: String::new(),
    };
    check_table(
        "runs_of",
        of(),
        &planned(missing),
        expect![[r#"
            runs_of(experiment="finetune")
            | Run | Learning rate | State |
            | :--- | :--- | :--- |
            | finetune-lr0.01 | 0.01 | not measured |
            | finetune-lr0.1 | 0.1 | not measured |
            The same in all runs: network ResNet-50; image side 72 px; arithmetic fp32; batch 64; epochs 4; schedule ÷ 10 after epochs 2 and 3; momentum 0.9; weight decay 0.0001; augmentation crops from 4 px of padding and mirroring; data vgg-flowers-72; initial weights ImageNet; seed 1; hardware any CUDA GPU.
            runs.finetune_lr0_01.final_train_loss runs.finetune_lr0_1.final_train_loss runs.finetune_lr0_01.final_validation_accuracy runs.finetune_lr0_1.final_validation_accuracy runs.finetune_lr0_01.test_accuracy runs.finetune_lr0_1.test_accuracy runs.finetune_lr0_01.training_time runs.finetune_lr0_1.training_time runs.finetune_lr0_01.images_per_second runs.finetune_lr0_1.images_per_second
        "#]],
    );
    let stopped = State::Partial {
        done: 4,
        planned: 9,
    };
    check_table(
        "runs_of",
        of(),
        &planned(stopped),
        expect![[r#"
            runs_of(experiment="finetune")
            | Run | State |
            | :--- | :--- |
            | finetune-lr0.01 | partial, 4 of 9 |
            Settings: network ResNet-50; image side 72 px; arithmetic fp32; batch 64; epochs 4; learning rate 0.01; schedule ÷ 10 after epochs 2 and 3; momentum 0.9; weight decay 0.0001; augmentation crops from 4 px of padding and mirroring; data vgg-flowers-72; initial weights ImageNet; seed 1; hardware any CUDA GPU; made on Example GPU. Not measured yet: `finetune-lr0.1`.
            runs.finetune_lr0_01.final_train_loss runs.finetune_lr0_01.final_validation_accuracy runs.finetune_lr0_01.test_accuracy runs.finetune_lr0_01.training_time runs.finetune_lr0_01.images_per_second
        "#]],
    );
    let timing = json!({"experiment": "layer_time"});
    check_table(
        "runs_of",
        timing,
        &planned(State::Measured),
        expect![[r#"
            runs_of(experiment="layer_time")
            | Run | State |
            | :--- | :--- |
            | layers | not measured: no such card |
            Settings: network VGG-16; image side 224 px; arithmetic fp32; batch 1; trials 20; iterations 100; seed 1; hardware V100.

        "#]],
    );
}

#[test]
fn times_of_layers() {
    let missing = State::Missing {
        command: String::new(),
    };
    check_table(
        "layer_times",
        json!({}),
        &planned(missing),
        expect![[r#"
            layer_times()
            | Network | Hardware | Batch | Layers | Sum of layers (ms) | Full pass (ms) | Among many (ms) | Ratio, trial by trial |
            | :--- | :--- | ---: | ---: | ---: | ---: | ---: | ---: |
            | not measured | – | – | – | – | – | – | – |
            Not measured yet: `layers`.

        "#]],
    );
    let timed = facts_with(vec![timed_run("NVIDIA H200")]);
    check_table(
        "layer_times",
        json!({}),
        &timed,
        expect![[r#"
            layer_times()
            | Network | Hardware | Batch | Layers | Sum of layers (ms) | Full pass (ms) | Among many (ms) | Ratio, trial by trial |
            | :--- | :--- | ---: | ---: | ---: | ---: | ---: | ---: |
            | ResNet-50 | NVIDIA H200, bf16 | 1 | [2](runs.layer_time_resnet50_bf16.batch_1.layers) | [3.75](runs.layer_time_resnet50_bf16.batch_1.layer_sum) | [2.50](runs.layer_time_resnet50_bf16.batch_1.full_pass) | [1.25](runs.layer_time_resnet50_bf16.batch_1.back_to_back) | [1.5000000000000000 (1.5000000000000000 to 1.5000000000000002)](runs.layer_time_resnet50_bf16.batch_1.ratio) |
            | ResNet-50 | NVIDIA H200, bf16 | 2 | [2](runs.layer_time_resnet50_bf16.batch_2.layers) | [7.50](runs.layer_time_resnet50_bf16.batch_2.layer_sum) | [5.00](runs.layer_time_resnet50_bf16.batch_2.full_pass) | [2.50](runs.layer_time_resnet50_bf16.batch_2.back_to_back) | [1.5000000000000000 (1.5000000000000000 to 1.5000000000000002)](runs.layer_time_resnet50_bf16.batch_2.ratio) |
            The ratio is the median of the ratios in each trial, since what slows the machine slows both times of a trial. The two medians beside it need not have the same ratio: farthest from it is that of ResNet-50 on NVIDIA H200, bf16 with a batch of 2, [1.50](runs.layer_time_resnet50_bf16.batch_2.ratio_of_medians).
            runs.layer_time_resnet50_bf16.batch_1.layers runs.layer_time_resnet50_bf16.batch_1.layer_sum runs.layer_time_resnet50_bf16.batch_1.full_pass runs.layer_time_resnet50_bf16.batch_1.back_to_back runs.layer_time_resnet50_bf16.batch_1.ratio runs.layer_time_resnet50_bf16.batch_2.layers runs.layer_time_resnet50_bf16.batch_2.layer_sum runs.layer_time_resnet50_bf16.batch_2.full_pass runs.layer_time_resnet50_bf16.batch_2.back_to_back runs.layer_time_resnet50_bf16.batch_2.ratio runs.layer_time_resnet50_bf16.batch_2.ratio_of_medians
        "#]],
    );
    check_table(
        "layer_speeds",
        json!({}),
        &timed,
        expect![[r#"
        layer_speeds()
        | Network | Hardware | Batch | Images/s | Speed (GFLOP/s) | Share of peak (%) |
        | :--- | :--- | ---: | ---: | ---: | ---: |
        | ResNet-50 | NVIDIA H200, bf16 | 1 | [800.0](runs.layer_time_resnet50_bf16.batch_1.images_per_second) | [6,543](runs.layer_time_resnet50_bf16.batch_1.speed) | – |
        | ResNet-50 | NVIDIA H200, bf16 | 2 | [800.0](runs.layer_time_resnet50_bf16.batch_2.images_per_second) | [6,543](runs.layer_time_resnet50_bf16.batch_2.speed) | – |

        runs.layer_time_resnet50_bf16.batch_1.images_per_second runs.layer_time_resnet50_bf16.batch_1.speed runs.layer_time_resnet50_bf16.batch_2.images_per_second runs.layer_time_resnet50_bf16.batch_2.speed
    "#]],
    );
}

#[test]
fn curves_of_runs() {
    let of = |y: &str| json!({"runs": ["finetune-lr0.01", "finetune_lr0_1"], "y": y});
    let measured = planned(State::Measured);
    check_figure(
        "curves",
        of("validation_accuracy"),
        &measured,
        expect![[r#"
            curves(runs=["finetune-lr0.01","finetune_lr0_1"], y="validation_accuracy")
            Validation accuracy over the epochs. With learning rate 0.01 it goes from 12.0 % after epoch 1 to 68.0 % after epoch 4. Not measured yet: finetune-lr0.1.
            Not measured yet: `finetune-lr0.1`.
            runs.finetune_lr0_01.final_validation_accuracy runs.finetune_lr0_1.final_validation_accuracy
        "#]],
    );
    let missing = State::Missing {
        command: String::new(),
    };
    check_figure(
        "curves",
        of("train_loss"),
        &planned(missing),
        expect![[r#"
            curves(runs=["finetune-lr0.01","finetune_lr0_1"], y="train_loss")
            pending: 2 runs: `finetune-lr0.01` and `finetune-lr0.1`

            runs.finetune_lr0_01.final_train_loss runs.finetune_lr0_1.final_train_loss
        "#]],
    );
}

/// Three seeds at one rate and one run at another: a line in a band, and a line.
#[test]
fn seeds_of_a_setting_are_a_median_in_a_band() {
    let mut facts = planned(State::Measured);
    let run = |id: &str, seed: u64, rate: f64, shift: f64| {
        let mut run = facts.runs[0].clone();
        run.id = id.to_owned();
        run.planned.id = id.to_owned();
        let planned = training_mut(&mut run);
        (planned.seed, planned.training.learning_rate.base) = (seed, rate);
        for epoch in &mut trained_mut(&mut run).epochs {
            epoch.train_loss += shift;
        }
        run
    };
    let mut elsewhere = run("elsewhere", 4, 0.01, 2.0);
    elsewhere.planned.hardware = Hardware::Card("K80".to_owned());
    let mut of_another = run("of-another", 5, 0.01, 2.0);
    of_another.planned.experiment = "another".to_owned();
    let runs = vec![
        run("slow-1", 1, 0.01, 0.0),
        run("slow-2", 2, 0.01, 0.5),
        run("slow-3", 3, 0.01, 0.125),
        run("fast-1", 1, 0.1, 1.0),
        elsewhere,
        of_another,
    ];
    let first = epochs(&facts.runs[0])[0].train_loss;
    facts.runs = runs;
    let of = json!({"runs": ["slow-1", "slow-2", "slow-3", "fast-1"], "y": "train_loss"});
    let shown = figure("curves", arguments(of.clone()), &facts).expect("they have records");
    expect!["Lines are medians of several seeds, and bands reach from the least to the greatest."]
        .assert_eq(&shown.note);
    let Figure::Plot(plot) = shown.content else {
        panic!("they have records");
    };
    let csv = crate::views::plot::to_csv(&plot).replace('\r', "");
    let rows: Vec<_> = csv.lines().collect();
    let at = |x: f64| {
        rows.iter()
            .filter(move |row| row.contains(&format!(",{x},")))
            .copied()
    };
    let (median, least, most) = (first + 0.125, first, first + 0.5);
    assert_eq!(
        at(1.0).collect::<Vec<_>>(),
        [
            format!("learning rate 0.01,1,,{least},{most}"),
            format!("learning rate 0.01,1,{median},,"),
            format!("learning rate 0.1,1,{},,", first + 1.0),
        ]
    );
    // One of them stands for all, but for none of another setting, card or experiment.
    let twice = ["slow-2", "slow-1", "fast-1", "fast-1"];
    for named in [&["slow-2", "fast-1"][..], &twice] {
        let short = json!({"runs": named, "seeds": true, "y": "train_loss"});
        let shown = figure("curves", arguments(short), &facts).expect("they have records");
        let Figure::Plot(same) = shown.content else {
            panic!("they have records");
        };
        assert_eq!(crate::views::plot::to_csv(&same).replace('\r', ""), csv);
    }
    // One seed that is not as planned is told, and that several are not alike.
    let partial = |done| State::Partial { done, planned: 9 };
    for (states, told) in [
        (
            vec![partial(4)],
            "With learning rate 0.01 (partial, 4 of 9) it",
        ),
        (
            vec![partial(4), partial(3)],
            "With learning rate 0.01 (several not as planned) it",
        ),
    ] {
        for (run, state) in facts.runs.iter_mut().skip(1).zip(states) {
            run.state = state;
        }
        let shown = figure("curves", arguments(of.clone()), &facts).expect("they have records");
        let Figure::Plot(plot) = shown.content else {
            panic!("they have records");
        };
        assert!(plot.description.contains(told), "{}", plot.description);
    }
}

/// Four epochs of 16 steps, two at 0.01, one at 0.001 and one at 0.0001. The training loss is a mean
/// over the epoch, the validation loss is that at its end.
#[test]
fn curves_over_the_sum_of_learning_rates() {
    let check = |y: &str, described: &str, points: &[&str]| {
        let of = json!({"runs": ["finetune-lr0.01"], "x": "learning_rate_sum", "y": y});
        let exhibit = figure("curves", arguments(of), &planned(State::Measured)).unwrap();
        let Figure::Plot(plot) = exhibit.content else {
            panic!("the run has a record");
        };
        assert!(plot.description.contains(described), "{}", plot.description);
        let csv = crate::views::plot::to_csv(&plot);
        let found: Vec<_> = csv.lines().skip(1).collect();
        let expected: Vec<_> = { points.iter() }
            .map(|point| format!("finetune-lr0.01,{point},,"))
            .collect();
        assert_eq!(found, expected);
    };
    check(
        "train_loss",
        "from 4.200 nats at a sum of 0.0800 to 0.750 nats at a sum of 0.337.",
        &["0.08,4.2", "0.24,2.1", "0.328,0.9", "0.3368,0.75"],
    );
    check(
        "validation_loss",
        "from 3.900 nats at a sum of 0.160 to 1.350 nats at a sum of 0.338.",
        &["0.16,3.9", "0.32,2.2", "0.336,1.4", "0.3376,1.35"],
    );
}

#[test]
fn curves_of_publications() {
    let of = json!({
        "names": ["curve.student", "curve.supervised"],
        "labels": ["with a teacher", "without"],
        "x_label": "K",
        "y_label": "Accuracy",
        "x_scale": "log",
    });
    check_figure(
        "quoted_curve",
        of,
        &facts(),
        expect![[r#"
            quoted_curve(labels=["with a teacher","without"], names=["curve.student","curve.supervised"], x_label="K", x_scale="log", y_label="Accuracy")
            Accuracy (%) over K. The curve “with a teacher” starts with 71.00 at 1,000, is highest with 78.00 at 4,000 and ends with 78.00 at 4,000. The curve “without” starts with 74.00 at 1,000, is highest with 74.00 at 1,000 and ends with 74.00 at 4,000.

            curve.student.i1000 curve.student.i2000_5 curve.student.i4000 curve.supervised.i1000 curve.supervised.i4000
        "#]],
    );
}

#[test]
fn images_of_each_class() {
    check_figure(
        "class_histogram",
        json!({}),
        &facts(),
        expect![[r#"
        class_histogram()
        The 4 classes have between 20 test images (class 1) and 238 (class 10). Each has 10 images for training and 10 for validation.

        flowers.test_images.i1 flowers.test_images.i2 flowers.test_images.i3 flowers.test_images.i10 flowers.train_per_class flowers.validation_per_class
    "#]],
    );
}

#[test]
fn accuracy_over_cost() {
    check_figure(
        "accuracy_over_cost",
        json!({"x": "operations"}),
        &planned(State::Measured),
        expect![[r#"
            accuracy_over_cost(x="operations")
            Test accuracy over the operations of the training. With fine-tuning: 65.0 % at 0.01 for 0.245 TFLOP.
            Runs behind it that are not as planned: `finetune-lr0.1` (missing).
            transfer.finetune.lr0_01.training_operations transfer.finetune.lr0_01.test_accuracy transfer.finetune.lr0_1.training_operations transfer.finetune.lr0_1.test_accuracy
        "#]],
    );
    let missing = State::Missing {
        command: String::new(),
    };
    check_figure(
        "accuracy_over_cost",
        json!({"x": "time"}),
        &planned(missing),
        expect![[r#"
            accuracy_over_cost(x="time")
            pending: 2 runs: `finetune-lr0.01` and `finetune-lr0.1`

            transfer.finetune.lr0_01.training_time transfer.finetune.lr0_01.test_accuracy transfer.finetune.lr0_1.training_time transfer.finetune.lr0_1.test_accuracy
        "#]],
    );
}
