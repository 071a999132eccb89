//! What tables of operations fold together in the page and keep apart in their data.

use crate::catalogue::{Facts, RunFacts};
use crate::evidence::Quantity;
use crate::topics::operations::analysis::layers::LayerKind;
use crate::topics::operations::analysis::networks::by_name;
use crate::topics::synthetic_runs::{facts_of, layer_spans, timed_mut, timed_run, timing_mut};
use crate::views::plot::to_csv;
use crate::views::{Figure, figure, table};
use results::TimedSpan;
use serde_json::{Value, json};

const QUOTED: &str = include_str!("../../../../../book/quoted.toml");
const SPEEDS: &str = "source,location,version,network,dataset,gpu,batch_size,precision,framework,images_per_second,note
stanford-futuredata/gavel (MIT),a,1,ResNet-50,ImageNet,K80,128,FP32,PyTorch,40,
tensorflow/docs,a,1,ResNet-50,ImageNet,K80,64,FP32,TensorFlow,60,
stanford-futuredata/gavel (MIT),a,1,ResNet-50,ImageNet,K80,16,FP32,PyTorch,30,
stanford-futuredata/gavel (MIT),a,1,ResNet-50,ImageNet,K80,64,FP32,PyTorch,50,
";

/// The lines of the page and of the data.
fn lines(view: &str, arguments: Value, facts: &Facts) -> (Vec<String>, Vec<String>) {
    let arguments = arguments.as_object().expect("arguments are named").clone();
    let plain = |_: &Quantity, text: &str| text.to_owned();
    let made = table(view, arguments, facts, &plain).expect("the view makes a table");
    let own = |text: String| text.lines().map(ToOwned::to_owned).collect();
    (own(made.content.to_markdown()), own(made.content.to_csv()))
}

fn facts() -> Facts {
    facts_of(QUOTED, Vec::new(), SPEEDS)
}

/// 16 convolutions, 3 fully connected layers, 5 poolings, 18 ReLUs, 2 dropouts and a softmax.
#[test]
fn the_data_have_every_layer() {
    let arguments = json!({"network": "vgg19", "convention": "lu"});
    let (page, data) = lines("flops_by_layer", arguments, &facts());
    assert_eq!(page.len(), 2 + 16 + 3 + 4 + 1, "{page:#?}");
    assert_eq!(data.len(), 1 + 45 + 1, "{data:#?}");
    let relus = "| 18 layers | ReLU |  | 0 | 14,860,288 | 0.08 |";
    assert!(page.iter().any(|line| line == relus), "{page:#?}");
    let first = "relu1_1,ReLU,64 × 224 × 224,0,3211264,";
    assert!(data[2].starts_with(first), "{}", data[2]);
}

#[test]
fn speeds_at_several_batches_are_one_row() {
    let (page, data) = lines("throughput_sources", json!({"gpu": "k80"}), &facts());
    let (rows, median) = page[2..].split_at(2);
    let folded =
        "| K80 | ResNet-50 | ImageNet | 16 to 128 | PyTorch | 30.0 to 50.0 | 16.7 to 27.8 |";
    assert!(rows[0].ends_with(folded), "{page:#?}");
    assert!(
        rows[1].contains("| 64 | TensorFlow | 60.0 | 33.4 |"),
        "{page:#?}"
    );
    assert!(median[0].starts_with("| **median"), "{page:#?}");
    assert_eq!(data.len(), 1 + 4 + 1, "{data:#?}");
    assert!(data[3].contains("16,PyTorch,30,"), "{data:#?}");
}

#[test]
fn the_row_that_answers_is_set_apart() {
    let of = |answer: Value| {
        let mut arguments = json!({"networks": ["vgg19"], "convention": "lu"});
        arguments["answer"] = answer;
        let (page, _) = lines("flops_by_kind", arguments, &facts());
        page.into_iter()
            .filter(|line| line.contains("**"))
            .collect::<Vec<_>>()
    };
    let [convolution] = &of(json!("convolution"))[..] else {
        panic!("one row answers");
    };
    assert!(
        convolution.starts_with("| **convolution** |"),
        "{convolution}"
    );
    assert!(of(Value::Null)[0].starts_with("| **total** |"));
}

/// Lu et al., Tables 1, 2, 3, 5 and 6: 1.18, 0.25, 0.82 and 2.47 ms for each layer of AlexNet, VGG-16,
/// GoogLeNet and ResNet-50, here in the order of their layers; our own two layers take 1.25 ms beyond
/// the pass.
#[test]
fn waits_for_each_layer() {
    let facts = facts_of(QUOTED, vec![timed_run("NVIDIA H200")], SPEEDS);
    let (page, _) = lines("layer_waits", json!({"platform": "tx1_gpu"}), &facts);
    let expect = [
        "| AlexNet | TX1 GPU | 20 | 23.50 | 1,175.0 |",
        "| VGG-16 | TX1 GPU | 36 | 8.90 | 247.2 |",
        "| GoogLeNet | TX1 GPU | 140 | 114.20 | 815.7 |",
        "| ResNet-50 v1 | TX1 GPU | 227 | 560.30 | 2,468.3 |",
        "| ResNet-50 | NVIDIA H200, bf16 | 2 | 1.25 | 625.0 |",
    ];
    assert_eq!(page[2..], expect);
}

/// The figure as its data: one line for each point.
fn points(arguments: Value, facts: &Facts) -> Vec<String> {
    let arguments = arguments.as_object().expect("arguments are named").clone();
    let made = figure("roofline", arguments, facts).expect("the view makes a figure");
    match made.content {
        Figure::Plot(plot) => to_csv(&plot).lines().map(ToOwned::to_owned).collect(),
        other => vec![format!("{other:?}")],
    }
}

fn roofline(measured: bool) -> Value {
    json!({
        "board": "h200_sxm", "arithmetic": "bf16", "batch": 2, "networks": ["vgg16"],
        "measured": measured,
    })
}

/// A ReLU reads and writes 2 bytes for each of its operations, so it reaches a quarter of 4,800 GB/s.
/// The first convolution of VGG-16 is left of the ridge, 989.4 / 4.8 = 206.1 FLOP/byte, the second right.
#[test]
fn layers_stand_on_the_roof() {
    let found = points(roofline(false), &facts());
    let has = |line: &str| assert!(found.iter().any(|it| it == line), "{line}: {found:#?}");
    has("\"VGG-16, others\",0.25,1200,,");
    has("roof,206.125,989400,,");
    let convolutions: Vec<_> = { found.iter() }
        .filter(|line| line.starts_with("\"VGG-16, convolution\""))
        .collect();
    assert_eq!(convolutions.len(), 13);
    assert!(
        !convolutions[0].ends_with(",989400,,"),
        "{}",
        convolutions[0]
    );
    assert!(
        convolutions[1].ends_with(",989400,,"),
        "{}",
        convolutions[1]
    );
}

/// Left of the ridge are the first convolution, 3 fully connected layers, 15 ReLUs and 5 poolings.
#[test]
fn layers_left_of_the_ridge_are_counted() {
    let arguments = roofline(false);
    let arguments = arguments.as_object().expect("arguments are named").clone();
    let made = figure("roofline", arguments, &facts()).expect("the view makes a figure");
    let Figure::Plot(plot) = made.content else {
        panic!("the roof is known");
    };
    let told = "Left of this ridge stand 24 of 36 layers of VGG-16.";
    assert!(plot.description.ends_with(told), "{}", plot.description);
}

/// Layers that all take a millisecond stand at their operations over it: two images' second
/// convolution of VGG-16 does 2 · 2 · 1,849,688,064.
#[test]
fn layers_stand_at_their_measured_speed() {
    let mut run = timed_run("NVIDIA H200");
    timing_mut(&mut run).network = "vgg16".to_owned();
    let list = by_name("vgg16").expect("it is known");
    let kind = |kind: LayerKind| match kind {
        LayerKind::Convolution => Some("convolution"),
        LayerKind::Relu => Some("relu"),
        LayerKind::Pool => Some("max pooling"),
        LayerKind::FullyConnected => Some("fully connected"),
        _ => None,
    };
    let layers = list.nodes().iter();
    let layers: Vec<_> = layers
        .filter_map(|node| Some((kind(node.layer.kind())?, node.output.elements())))
        .collect();
    layer_spans(timed_mut(&mut run), 2, &layers, |_| vec![1e-3; 3]);
    let mut begun = run.clone();
    let facts = facts_of(QUOTED, vec![run], SPEEDS);
    let found = points(roofline(true), &facts);
    let second = found
        .iter()
        .filter(|line| line.contains("convolution"))
        .nth(1);
    let second = second.expect("it has thirteen");
    let speed = 2.0 * 2.0 * 1_849_688_064.0 / 1e-3 / 1e9;
    assert!(second.ends_with(&format!(",{speed},,")), "{second}");
    // A run that has begun has spans without a trial.
    let spans = timed_mut(&mut begun).timed_spans.iter_mut();
    spans.for_each(|span| span.seconds.clear());
    let waiting = points(roofline(true), &facts_of(QUOTED, vec![begun], SPEEDS));
    assert!(waiting[0].starts_with("Pending("), "{waiting:?}");
}

#[test]
fn a_figure_of_layers_waits_for_its_run() {
    let mut run = timed_run("NVIDIA H200");
    timing_mut(&mut run).network = "vgg16".to_owned();
    let other_layers = points(roofline(true), &facts_of(QUOTED, vec![run.clone()], SPEEDS));
    assert!(
        other_layers[0].contains("2 layers were timed, `vgg16` has 36"),
        "{other_layers:?}"
    );
    run.record = None;
    let waiting = points(roofline(true), &facts_of(QUOTED, vec![run], SPEEDS));
    assert!(waiting[0].starts_with("Pending("), "{waiting:?}");
    let not_planned = points(roofline(true), &facts());
    assert!(
        not_planned[0].contains("no run is planned that times `vgg16`"),
        "{not_planned:?}"
    );
}

/// A timing whose one layer and whose pass, with one image, took so many seconds in each trial.
fn trials(id: &str, network: &str, layer: [f64; 3], pass: [f64; 3]) -> RunFacts {
    let mut run = timed_run("NVIDIA H200");
    run.id = id.to_owned();
    run.planned.id = id.to_owned();
    timing_mut(&mut run).network = network.to_owned();
    timing_mut(&mut run).batch_size = 1;
    let timed = timed_mut(&mut run);
    timed.timed_spans.retain(|span| span.batch_size == 1);
    layer_spans(timed, 1, &[("convolution", 1)], |_| layer.to_vec());
    let full = timed.timed_spans.iter_mut();
    full.filter(|span| span.span == TimedSpan::FULL_PASS)
        .for_each(|span| span.seconds = pass.to_vec());
    run
}

/// The ratios 3, 0.8 and 10 / 6 have the median 10 / 6, the medians 4 and 5 the ratio 0.8, which is half
/// of it; the ratios 10, 1.5 and 0.4 and the medians 4 and 2 are a third apart.
#[test]
fn the_row_is_told_whose_medians_have_another_ratio() {
    let runs = vec![
        trials("a", "vgg16", [10.0, 3.0, 4.0], [1.0, 2.0, 10.0]),
        trials("b", "vgg19", [3.0, 4.0, 10.0], [1.0, 5.0, 6.0]),
    ];
    let facts = facts_of(QUOTED, runs, SPEEDS);
    let plain = |_: &Quantity, text: &str| text.to_owned();
    let made = table("layer_times", Default::default(), &facts, &plain);
    let note = made.expect("the view makes a table").note;
    let told = "farthest from it is that of VGG-19 on NVIDIA H200, bf16 with a batch of 1, 0.800.";
    assert!(note.contains(told), "{note}");
}
