//! ResNets for the 32 px images of CIFAR-10, ten classes.
//!
//! Two families share the name. He et al. 2016, Sec. 4.2, build 6n+2 layers of 16, 32 and 64
//! filters; the widely used repository `kuangliu/pytorch-cifar` shrinks the ImageNet nets
//! instead: 64 to 512 filters, a 3 × 3 stem without pooling.

use crate::topics::operations::analysis::layers::{
    Convolution, Layer, Network, NetworkBuilder, NetworkError, PoolKind, Shape,
};

const IMAGE: Shape = Shape::square(3, 32);
const CLASSES: u64 = 10;

/// He et al.'s network of 6n+2 layers: three stages of n blocks of two 3 × 3 convolutions, with
/// shortcuts of option A, which hold no parameters. `name` is what the network will be called.
///
/// # Errors
/// None for any n; the signature is that of every constructor.
pub fn resnet_6n_plus_2(name: &str, n: u64) -> Result<Network, NetworkError> {
    let mut net = NetworkBuilder::new(name, IMAGE);
    add_stem(&mut net, 16);
    for (stage, width) in (1..).zip([16, 32, 64]) {
        for block in 0..n {
            let stride = if stage > 1 && block == 0 { 2 } else { 1 };
            let input = net.last();
            let residual = add_residual(&mut net, stage, block, &basic(width, stride));
            let shortcut = if stride == 2 {
                let skip = format!("layer{stage}.{block}.shortcut");
                let padded = Layer::PaddedShortcut {
                    channels: width,
                    stride,
                };
                net.after(&input).then(&skip, padded).last()
            } else {
                input
            };
            add_sum(&mut net, stage, block, &shortcut, &residual);
        }
    }
    add_classifier(net)
}

/// Four stages of two basic blocks, 64 to 512 filters: 18 layers with parameters, shortcut
/// convolutions aside.
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn resnet18() -> Result<Network, NetworkError> {
    wide("resnet18", [2, 2, 2, 2], 1, basic)
}

/// Four stages of 3, 4, 6 and 3 bottleneck blocks, as ResNet-50 for ImageNet has them.
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn resnet50_bottleneck() -> Result<Network, NetworkError> {
    wide("resnet50-bottleneck", [3, 4, 6, 3], 4, bottleneck)
}

/// The `kuangliu` family: a block's output has `expansion` times its stage's width, and a
/// shortcut that changes shape is a 1 × 1 convolution.
fn wide(
    name: &str,
    stage_blocks: [u64; 4],
    expansion: u64,
    convolutions: fn(u64, u64) -> Vec<Convolution>,
) -> Result<Network, NetworkError> {
    let mut net = NetworkBuilder::new(name, IMAGE);
    add_stem(&mut net, 64);
    let mut channels = 64;
    for (stage, (width, blocks)) in (1..).zip([64, 128, 256, 512].into_iter().zip(stage_blocks)) {
        for block in 0..blocks {
            let stride = if stage > 1 && block == 0 { 2 } else { 1 };
            let input = net.last();
            let residual = add_residual(&mut net, stage, block, &convolutions(width, stride));
            let shortcut = if stride == 2 || channels != expansion * width {
                let projection = Convolution::new(expansion * width, 1).stride(stride);
                net.after(&input);
                normalised(
                    &mut net,
                    &format!("layer{stage}.{block}.shortcut"),
                    projection,
                )
            } else {
                input
            };
            add_sum(&mut net, stage, block, &shortcut, &residual);
            channels = expansion * width;
        }
    }
    add_classifier(net)
}

fn basic(width: u64, stride: u64) -> Vec<Convolution> {
    let three = Convolution::new(width, 3).padding(1);
    vec![three.stride(stride), three]
}

fn bottleneck(width: u64, stride: u64) -> Vec<Convolution> {
    let three = Convolution::new(width, 3).padding(1).stride(stride);
    vec![
        Convolution::new(width, 1),
        three,
        Convolution::new(4 * width, 1),
    ]
}

fn add_stem(net: &mut NetworkBuilder, filters: u64) {
    normalised(net, "conv1", Convolution::new(filters, 3).padding(1));
    net.then("relu1", Layer::Relu);
}

/// Convolutions with normalisation, a ReLU between them; returns the name of the last layer.
fn add_residual(
    net: &mut NetworkBuilder,
    stage: u64,
    block: u64,
    convolutions: &[Convolution],
) -> String {
    for (i, &convolution) in (1..).zip(convolutions) {
        normalised(net, &format!("layer{stage}.{block}.conv{i}"), convolution);
        if i < convolutions.len() {
            net.then(&format!("layer{stage}.{block}.relu{i}"), Layer::Relu);
        }
    }
    net.last()
}

fn add_sum(net: &mut NetworkBuilder, stage: u64, block: u64, shortcut: &str, residual: &str) {
    net.join(
        &format!("layer{stage}.{block}.add"),
        Layer::Add,
        &[shortcut, residual],
    );
    net.then(&format!("layer{stage}.{block}.relu"), Layer::Relu);
}

fn add_classifier(mut net: NetworkBuilder) -> Result<Network, NetworkError> {
    net.then("avgpool", Layer::GlobalPool(PoolKind::Average));
    net.then("fc", Layer::FullyConnected { outputs: CLASSES })
        .build()
}

/// A convolution without bias and its BatchNorm; returns the name of the latter.
fn normalised(net: &mut NetworkBuilder, name: &str, convolution: Convolution) -> String {
    net.then(name, convolution.without_bias());
    net.then(&format!("{name}.bn"), Layer::BatchNorm { affine: true })
        .last()
}
