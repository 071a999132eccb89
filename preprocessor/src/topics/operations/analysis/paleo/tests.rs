//! Times worked out by hand on round devices, and the paper's own predictions.

use super::*;
use crate::topics::operations::analysis::layers::{Convolution, Layer, Network, NetworkBuilder};
use crate::topics::operations::analysis::networks::by_name;

fn tiny() -> Network {
    let mut net = NetworkBuilder::new("tiny", Shape::square(2, 4));
    net.then("conv", Convolution::new(3, 3).padding(1))
        .then("relu", Layer::Relu);
    net.join("add", Layer::Add, &["conv", "relu"]);
    net.build().expect("the shapes fit")
}

/// The image has 32 elements, the convolution 57 parameters, 48 outputs and 864 MACs.
#[test]
fn work_of_layers() {
    let check = |layer: usize, images, bytes_per_number, expect: (u64, u64, u64)| {
        let batch = Batch {
            images,
            bytes_per_number,
        };
        let work = Work::of(&tiny().nodes()[layer], batch);
        assert_eq!((work.read_bytes, work.flops, work.written_bytes), expect);
    };
    check(0, 1, 4, (4 * (32 + 57), 2 * 864, 4 * 48));
    check(0, 10, 2, (2 * (320 + 57), 2 * 8640, 2 * 480));
    check(1, 1, 4, (4 * 48, 48, 4 * 48));
    check(2, 1, 4, (4 * 96, 48, 4 * 48));
}

/// 6 operations at 2 a second, 10 bytes read and 5 written at 10 a second.
#[test]
fn a_layer_reads_computes_and_writes() {
    let work = Work {
        flops: 6,
        read_bytes: 10,
        written_bytes: 5,
    };
    let platform = Platform {
        flops_per_second: 2.0,
        bytes_per_second: 10.0,
    };
    assert_eq!(platform.seconds(work), 1.0 + 3.0 + 0.5);
    assert_eq!(Platform::fitted(work, 4.5, 10.0), Ok(platform));
    let error = Platform::fitted(work, 1.5, 10.0).expect_err("1.5 s are for bytes");
    assert_eq!(
        error.to_string(),
        "reading and writing take `1.5` s of the `1.5` s; nothing is left to compute"
    );
    let error = Platform::fitted(work, 4.5, 0.0).expect_err("no bandwidth");
    assert_eq!(
        error.to_string(),
        "`bytes_per_second` is `0`; expected a finite number above 0"
    );
}

/// Qi et al., Table 1, predict 45.96 ms for AlexNet and 435.46 ms for VGG-16 on a TITAN X of
/// 6.144 TFLOP/s and 336.5 GB/s. Their scripts take batches of 128 and 64 and 62 % of the peak, count
/// GB as 2³⁰ bytes, let the percent slow reading and writing as well, and leave out activations. Where
/// they pick an FFT for a convolution it costs less than the matrix product that is taken here.
#[test]
fn not_far_above_the_papers_table_1() {
    let platform = Platform {
        flops_per_second: 0.62 * 6.144e12,
        bytes_per_second: 0.62 * 336.5 * 1024_f64.powi(3),
    };
    let check = |network: &str, images: u64, expect: f64, factor: f64| {
        let batch = Batch {
            images,
            bytes_per_number: 4,
        };
        let network = by_name(network).expect("it is known");
        let layers = network.nodes().iter();
        let layers = layers.filter(|node| !matches!(node.layer, Layer::Relu | Layer::Dropout));
        let work: Work = layers.map(|node| Work::of(node, batch)).sum();
        let ratio = platform.seconds(work) * 1e3 / expect;
        assert!((1.0..factor).contains(&ratio), "{ratio} times the paper's");
    };
    check("alexnet-torchvision", 128, 45.96, 1.15);
    check("vgg16", 64, 435.46, 1.3);
}
