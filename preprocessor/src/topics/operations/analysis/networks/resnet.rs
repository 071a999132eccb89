//! ResNet-50 for ImageNet: He, Zhang, Ren, Sun 2016, Table 1.

use crate::topics::operations::analysis::layers::{
    Convolution, Layer, Network, NetworkBuilder, NetworkError, Pool, PoolKind, Shape,
};

/// Width of the 3 × 3 convolutions and number of blocks, stage by stage.
const STAGES: [(u64, u64); 4] = [(64, 3), (128, 4), (256, 6), (512, 3)];

/// Where a bottleneck block that halves the image does so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// In its first 1 × 1 convolution; BatchNorm and Scale are layers of their own (Caffe).
    One,
    /// In its 3 × 3 convolution; BatchNorm includes the scale (torchvision, called v1.5).
    OneAndAHalf,
}

/// torchvision's `resnet50` (v1.5) for square images of `image_side` pixels and so many classes;
/// ImageNet's are 224 and 1,000.
///
/// # Errors
/// An image side of 0, or no classes.
pub fn resnet50(image_side: u64, classes: u64) -> Result<Network, NetworkError> {
    let stem = Convolution::new(64, 7).stride(2).padding(3).without_bias();
    let mut net = NetworkBuilder::new("resnet50", Shape::square(3, image_side));
    normalised(&mut net, "conv1", stem, Version::OneAndAHalf);
    net.then("relu", Layer::Relu)
        .then("maxpool", Pool::maximum(3, 2).padding(1));
    finish(net, Version::OneAndAHalf, classes)
}

/// The authors' Caffe network `ResNet-50-deploy` at 224 px, which Lu et al. count (Table 6).
/// Its first convolution has a bias, alone of all: 64 parameters that v1.5 lacks.
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn resnet50_v1() -> Result<Network, NetworkError> {
    let mut net = NetworkBuilder::new("resnet50-v1", Shape::square(3, 224));
    normalised(
        &mut net,
        "conv1",
        Convolution::new(64, 7).stride(2).padding(3),
        Version::One,
    );
    net.then("relu", Layer::Relu)
        .then("maxpool", Pool::maximum(3, 2).ceil());
    finish(net, Version::One, 1000)
}

/// One block: 1 × 1 down to `width`, 3 × 3, 1 × 1 up to four times as much, added to a shortcut.
struct Bottleneck {
    name: String,
    width: u64,
    stride: u64,
    /// Whether the shortcut is a convolution, because input and output differ in shape.
    projects: bool,
}

fn finish(
    mut net: NetworkBuilder,
    version: Version,
    classes: u64,
) -> Result<Network, NetworkError> {
    for (stage, (width, blocks)) in (1..).zip(STAGES) {
        for block in 0..blocks {
            let (name, projects) = (format!("layer{stage}.{block}"), block == 0);
            let stride = if stage > 1 && projects { 2 } else { 1 };
            add_bottleneck(
                &mut net,
                &Bottleneck {
                    name,
                    width,
                    stride,
                    projects,
                },
                version,
            );
        }
    }
    net.then("avgpool", Layer::GlobalPool(PoolKind::Average));
    net.then("fc", Layer::FullyConnected { outputs: classes });
    if version == Version::One {
        net.then("prob", Layer::Softmax);
    }
    net.build()
}

fn add_bottleneck(net: &mut NetworkBuilder, block: &Bottleneck, version: Version) {
    let input = net.last();
    let (first_stride, second_stride) = match version {
        Version::One => (block.stride, 1),
        Version::OneAndAHalf => (1, block.stride),
    };
    let one = |filters| Convolution::new(filters, 1).without_bias();
    let three = Convolution::new(block.width, 3).padding(1).without_bias();
    let name = |part: &str| format!("{}.{part}", block.name);

    normalised(
        net,
        &name("conv1"),
        one(block.width).stride(first_stride),
        version,
    );
    net.then(&name("relu1"), Layer::Relu);
    normalised(net, &name("conv2"), three.stride(second_stride), version);
    net.then(&name("relu2"), Layer::Relu);
    let residual = normalised(net, &name("conv3"), one(4 * block.width), version);
    let shortcut = if block.projects {
        net.after(&input);
        normalised(
            net,
            &name("downsample"),
            one(4 * block.width).stride(block.stride),
            version,
        )
    } else {
        input
    };
    net.join(&name("add"), Layer::Add, &[&shortcut, &residual])
        .then(&name("relu"), Layer::Relu);
}

/// A convolution with its normalisation; returns the name of the last layer.
fn normalised(
    net: &mut NetworkBuilder,
    name: &str,
    convolution: Convolution,
    version: Version,
) -> String {
    let affine = version == Version::OneAndAHalf;
    net.then(name, convolution)
        .then(&format!("{name}.bn"), Layer::BatchNorm { affine });
    if version == Version::One {
        net.then(&format!("{name}.scale"), Layer::Scale);
    }
    net.last()
}
