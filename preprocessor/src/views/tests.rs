//! Every view on a few facts: tables as Markdown, figures as files.

use super::*;
use crate::catalogue::{Catalogue, RunFacts};
use crate::evidence::read_quoted;
use expect_test::{Expect, expect, expect_file};
use serde_json::{Value, json};

const QUOTED: &str = include_str!("fixtures/quoted.toml");
const THROUGHPUT: &str = include_str!("fixtures/training_throughput.csv");

fn facts_with(runs: Vec<RunFacts>) -> Facts {
    let quoted = read_quoted("quoted.toml", QUOTED).expect("valid facts");
    let (catalogue, throughput) = Catalogue::of(quoted, &runs, THROUGHPUT).expect("valid inputs");
    Facts {
        catalogue,
        runs,
        throughput,
        ..Facts::default()
    }
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
                Figure::Plot {
                    inline_svg,
                    description,
                    ..
                } => {
                    expect_file![format!("snapshots/{name}.svg")].assert_eq(&inline_svg);
                    description
                }
                Figure::Images { images } => format!("{} images", images.len()),
                Figure::Pending { remedy } => format!("pending: {remedy}"),
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
    check_table(
        "flops",
        json!({}),
        &facts(),
        expect![
            "no view named `flops` makes a table; expected one of `flops_by_layer`, `flops_by_kind`, `throughput_sources`"
        ],
    );
    check_figure(
        "flops_by_kind",
        json!({}),
        &facts(),
        expect![
            "no view named `flops_by_kind` makes a figure; expected one of `flops_share`, `layer_sum_against_full_pass`, `ppp_by_gpu`, `sample_images`, `speed_over_workers`, `epoch_time_over_workers`, `time_to_accuracy`"
        ],
    );
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
            r#"view `flops_by_layer(convention="lu", network="vgg20")`: unknown network `vgg20`; expected one of `alexnet`, `alexnet-torchvision`, `vgg16`, `vgg19`, `googlenet`, `resnet50`, `resnet50-v1`, `resnet20`, `resnet32`, `resnet44`, `resnet50-6n2`, `resnet56`, `resnet18`, `resnet50-bottleneck`"#
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
            | relu1 | ReLU | 96 × 55 × 55 | 0 | 290,400 | 0.04 |
            | norm1 | LRN | 96 × 55 × 55 | 0 | 1,161,600 | 0.16 |
            | pool1 | pooling | 96 × 27 × 27 | 0 | 629,856 | 0.09 |
            | conv2 | convolution | 256 × 27 × 27 | 307,456 | 224,135,424 | 30.76 |
            | relu2 | ReLU | 256 × 27 × 27 | 0 | 186,624 | 0.03 |
            | norm2 | LRN | 256 × 27 × 27 | 0 | 746,496 | 0.10 |
            | pool2 | pooling | 256 × 13 × 13 | 0 | 389,376 | 0.05 |
            | conv3 | convolution | 384 × 13 × 13 | 885,120 | 149,585,280 | 20.53 |
            | relu3 | ReLU | 384 × 13 × 13 | 0 | 64,896 | 0.01 |
            | conv4 | convolution | 384 × 13 × 13 | 663,936 | 112,205,184 | 15.40 |
            | relu4 | ReLU | 384 × 13 × 13 | 0 | 64,896 | 0.01 |
            | conv5 | convolution | 256 × 13 × 13 | 442,624 | 74,803,456 | 10.26 |
            | relu5 | ReLU | 256 × 13 × 13 | 0 | 43,264 | 0.01 |
            | pool5 | pooling | 256 × 6 × 6 | 0 | 82,944 | 0.01 |
            | fc6 | fully connected | 4096 × 1 × 1 | 37,752,832 | 37,752,832 | 5.18 |
            | relu6 | ReLU | 4096 × 1 × 1 | 0 | 4,096 | 0.00 |
            | drop6 | dropout | 4096 × 1 × 1 | 0 | 0 | 0.00 |
            | fc7 | fully connected | 4096 × 1 × 1 | 16,781,312 | 16,781,312 | 2.30 |
            | relu7 | ReLU | 4096 × 1 × 1 | 0 | 4,096 | 0.00 |
            | drop7 | dropout | 4096 × 1 × 1 | 0 | 0 | 0.00 |
            | fc8 | fully connected | 1000 × 1 × 1 | 4,097,000 | 4,097,000 | 0.56 |
            | prob | softmax | 1000 × 1 × 1 | 0 | 0 | 0.00 |
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
            | BatchNorm | 0 | [0](flops.vgg16.lu.batch_norm) | 0.00 | 53 | [31,761,408](flops.resnet50_v1.lu.batch_norm) | 0.81 |
            | ReLU | 15 | [13,555,712](flops.vgg16.lu.relu) | 0.09 | 49 | [9,081,856](flops.resnet50_v1.lu.relu) | 0.23 |
            | scale | 0 | [0](flops.vgg16.lu.scale) | 0.00 | 53 | [10,587,136](flops.resnet50_v1.lu.scale) | 0.27 |
            | add | 0 | [0](flops.vgg16.lu.eltwise) | 0.00 | 16 | [5,519,360](flops.resnet50_v1.lu.eltwise) | 0.14 |
            | fully connected | 3 | [123,642,856](flops.vgg16.lu.fully_connected) | [0.80](flops.vgg16.lu.fully_connected_share) | 1 | [2,049,000](flops.resnet50_v1.lu.fully_connected) | [0.05](flops.resnet50_v1.lu.fully_connected_share) |
            | dropout | 2 | 0 | 0.00 | 0 | 0 | 0.00 |
            | softmax | 1 | 0 | 0.00 | 1 | 0 | 0.00 |
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
            | **median** |  |  |  |  |  |  | **[38.8](ppp.k80.median)** |
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

/// Facts with a prediction of the number of epochs, or with one that still wants a run.
fn predicted(epochs: Option<f64>) -> Facts {
    use crate::evidence::unit::Unit;
    use crate::evidence::{Concern, Measurement, Origin};
    let mut facts = facts();
    let run = Arc::new(Quantity {
        name: "runs.a.final_train_loss".to_owned(),
        value: epochs,
        interval: None,
        unit: Unit::Nat,
        origin: Origin::Measured(Measurement {
            run: "a".to_owned(),
            file: None,
            key: "epochs".to_owned(),
            circumstances: String::new(),
            concern: epochs.is_none().then(|| Concern {
                run: "a".to_owned(),
                state: "missing".to_owned(),
                remedy: "cargo run -- --run a".to_owned(),
                accepted: false,
            }),
        }),
    });
    let name = "prediction.epochs_to_92.predicted";
    let prediction = Quantity::derived(name, Unit::Epoch, "prediction", [&run], |[epochs]| epochs);
    let prediction = match epochs {
        Some(epochs) => prediction.with_interval(epochs - 10.0, epochs + 20.0),
        None => prediction,
    };
    facts.catalogue.add(prediction);
    facts
}

#[test]
fn time_to_accuracy_waits_for_the_prediction() {
    check_figure(
        "time_to_accuracy",
        json!({}),
        &predicted(Some(155.0)),
        expect![[r#"
            time_to_accuracy()
            Each line falls to its fastest number of workers and then rises. With 2 parameter servers and M = 128 it is fastest with 7 workers, at 27.1 days. With 4 parameter servers and M = 128 it is fastest with 10 workers, at 19.8 days.

            optimus.synchronous.t0 optimus.synchronous.t1 optimus.synchronous.t2 optimus.synchronous.t3 optimus.synchronous.t4 cifar10.train prediction.epochs_to_92.predicted
        "#]],
    );
    check_figure(
        "time_to_accuracy",
        json!({}),
        &predicted(None),
        expect![[r#"
            time_to_accuracy()
            pending: cargo run -- --run a

            optimus.synchronous.t0 optimus.synchronous.t1 optimus.synchronous.t2 optimus.synchronous.t3 optimus.synchronous.t4 cifar10.train prediction.epochs_to_92.predicted
        "#]],
    );
    check_figure(
        "time_to_accuracy",
        json!({}),
        &facts(),
        expect![
            "view `time_to_accuracy()`: no quantity is named `prediction.epochs_to_92.predicted`; hint: the names begin with the top-level tables of quoted.toml, `flops`, `runs` and so on"
        ],
    );
}
