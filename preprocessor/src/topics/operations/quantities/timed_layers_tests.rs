use super::*;
use crate::catalogue::RunFacts;
use crate::topics::operations::analysis::layers::{Convolution, Layer, NetworkBuilder, Shape};
use crate::topics::synthetic_runs::{layer_spans, timed_mut, timed_run};

/// A convolution, its ReLU, and what no program times.
fn tiny() -> Network {
    let mut net = NetworkBuilder::new("tiny", Shape::square(2, 4));
    net.then("conv", Convolution::new(3, 3).padding(1))
        .then("relu", Layer::Relu)
        .then("drop", Layer::Dropout)
        .then("prob", Layer::Softmax);
    net.build().expect("the shapes fit")
}

/// A run whose record has these layers: kind and numbers of the output.
fn run(layers: &[(&str, u64)]) -> RunFacts {
    let mut run = timed_run("NVIDIA H200");
    let seconds = |layer: usize| vec![1.0 + layer as f64; 3];
    layer_spans(timed_mut(&mut run), 2, layers, seconds);
    run
}

fn timed(run: &RunFacts) -> Result<Vec<(LayerKind, Work, Option<f64>)>, String> {
    let passes = TimedPasses::all(std::slice::from_ref(run)).find(|passes| passes.batch == 2);
    let passes = passes.expect("it is planned");
    let layers = timed_layers(&passes, &tiny())?.into_iter();
    Ok(layers
        .map(|layer| (layer.kind, layer.work, layer.seconds()))
        .collect())
}

/// Two images in bf16: 2 × 32 numbers of the images and 57 weights in, 2 × 48 out, 2 × 2 × 864
/// operations.
#[test]
fn layers_have_the_work_of_the_list_and_the_times_of_the_record() {
    let run = run(&[("convolution", 48), ("relu", 48)]);
    let convolution = Work {
        flops: 2 * 2 * 864,
        read_bytes: 2 * (64 + 57),
        written_bytes: 2 * 96,
    };
    let relu = Work {
        flops: 96,
        read_bytes: 2 * 96,
        written_bytes: 2 * 96,
    };
    let expect = vec![
        (LayerKind::Convolution, convolution, Some(1.0)),
        (LayerKind::Relu, relu, Some(2.0)),
    ];
    assert_eq!(timed(&run), Ok(expect));
}

#[test]
fn other_layers_than_those_of_the_list_are_told() {
    let check = |layers: &[(&str, u64)], expect: &str| {
        assert_eq!(timed(&run(layers)), Err(expect.to_owned()));
    };
    check(&[("convolution", 48)], "1 layers were timed, `tiny` has 2");
    check(
        &[("convolution", 48), ("addition", 48)],
        "`layer1` (addition, 48 numbers) was timed where `tiny` has `relu`",
    );
    check(
        &[("convolution", 47), ("relu", 48)],
        "`layer0` (convolution, 47 numbers) was timed where `tiny` has `conv`",
    );
}

/// TF32 is a format of multiplications; the numbers stay fp32 in memory.
#[test]
fn bytes_of_a_number() {
    let bytes = |arithmetic| batch(1, arithmetic).bytes_per_number;
    let of_four = [Arithmetic::Fp32, Arithmetic::Tf32].map(bytes);
    let of_two = [Arithmetic::Bf16, Arithmetic::Fp16].map(bytes);
    assert_eq!((of_four, of_two), ([4, 4], [2, 2]));
}
