//! Residual networks (He et al. 2015, Deep Residual Learning): the CIFAR family of depth 6n + 2, and the ImageNet ones.
//!
//! First weights: the 6n + 2 networks draw convolutions from the normal distribution of He et al. 2015 (fan-in), as
//! the paper and its CIFAR reimplementations do; the others from its fan-out form, as torchvision does. Fully
//! connected layers take PyTorch's default; BatchNorm starts at scale 1 and shift 0.

use tch::Tensor;

use super::residual_block::{Block, Shortcut};
use super::{Architecture, Network, architecture};
use crate::layers::{
    BatchNorm2d, Conv2d, ConvInitial, ConvNorm, ConvShape, Linear, global_average_pool, max_pool,
};
use crate::parameters::Scope;
use crate::pass::Pass;

/// Where a bottleneck block of stride 2 halves the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum StrideIn {
    /// In the 3×3 convolution: torchvision, called v1.5.
    ThreeByThree,
    /// In the first 1×1 convolution: the paper and its Caffe model.
    FirstOneByOne,
}

/// A residual network: stem, stages, pooling, classifier.
#[derive(Debug)]
struct ResNet {
    stem: ConvNorm,
    max_pool_after_stem: bool,
    stages: Vec<Vec<Block>>,
    fc: Linear,
}

impl Network for ResNet {
    // Shapes at the right: ResNet-20 on 32 px, then ResNet-50 on 224 px.
    fn features(&self, images: &Tensor, pass: &Pass) -> Tensor {
        let mut xs = self.stem.forward_relu(images, "relu", pass); // [batch, 16, 32, 32] or [batch, 64, 112, 112]
        if self.max_pool_after_stem {
            xs = max_pool("maxpool", &xs, 3, 2, 1, false, pass); // [batch, 64, 56, 56]
        }
        for block in self.stages.iter().flatten() {
            xs = block.forward(&xs, pass); // … [batch, 64, 8, 8] or [batch, 2048, 7, 7]
        }
        global_average_pool("avgpool", &xs, pass) // [batch, 64] or [batch, 2048]
    }

    fn classify(&self, features: &Tensor, pass: &Pass) -> Tensor {
        self.fc.forward(features, pass) // [batch, classes]
    }
}

/// Depth 6n + 2 on 32 px: three stages of n blocks with 16, 32 and 64 channels, option A shortcuts.
pub(super) fn cifar(n: u64, classes: i64) -> Architecture {
    architecture("fc", 6 * n + 2, 32, |root| {
        let stages = [16, 32, 64].into_iter().enumerate().map(|(stage, width)| {
            let scope = root.sub(format!("layer{}", stage + 1));
            let block = |i: u64| {
                let first = i == 0 && stage > 0;
                let (input, stride) = if first { (width / 2, 2) } else { (width, 1) };
                let shapes = basic(input, width, stride);
                Block::new(&scope.sub(i), &shapes, ConvInitial::HeFanIn, |scope| {
                    Shortcut::subsample(scope, input, width, stride)
                })
            };
            (0..n).map(block).collect()
        });
        let conv1 = ConvShape::new(3, 16, 3);
        let conv1 = Conv2d::without_bias(root.sub("conv1"), conv1, ConvInitial::HeFanIn);
        ResNet {
            stem: ConvNorm::new(conv1, BatchNorm2d::new(root.sub("bn1"), 16)),
            max_pool_after_stem: false,
            stages: stages.collect(),
            fc: Linear::new(root.sub("fc"), 64, classes),
        }
    })
}

/// ResNet-18 with 64 channels in its first stage and a 3×3 stem, for 32 px.
pub(super) fn resnet18_cifar(classes: i64) -> Architecture {
    architecture("fc", 18, 32, |root| {
        let stem = cifar_stem(root);
        let stages = stages(root, [2, 2, 2, 2], 1, |input, width, stride| {
            basic(input, width, stride).to_vec()
        });
        let fc = Linear::new(root.sub("fc"), 512, classes);
        ResNet {
            stem,
            max_pool_after_stem: false,
            stages,
            fc,
        }
    })
}

/// ResNet-50 of bottleneck blocks with a 3×3 stem, for 32 px.
pub(super) fn resnet50_cifar(classes: i64) -> Architecture {
    architecture("fc", 50, 32, |root| {
        let stem = cifar_stem(root);
        let stages = bottleneck_stages(root, StrideIn::ThreeByThree);
        let fc = Linear::new(root.sub("fc"), 2048, classes);
        ResNet {
            stem,
            max_pool_after_stem: false,
            stages,
            fc,
        }
    })
}

/// ResNet-50 for 224 px.
pub(super) fn resnet50(classes: i64, stride_in: StrideIn) -> Architecture {
    architecture("fc", 50, 224, |root| {
        let shape = ConvShape::new(3, 64, 7).stride(2);
        let conv1 = match stride_in {
            StrideIn::ThreeByThree => Conv2d::without_bias,
            StrideIn::FirstOneByOne => Conv2d::with_bias, // so in the Caffe model
        };
        let conv1 = conv1(root.sub("conv1"), shape, ConvInitial::HeFanOut);
        let stem = ConvNorm::new(conv1, BatchNorm2d::new(root.sub("bn1"), 64));
        let stages = bottleneck_stages(root, stride_in);
        let fc = Linear::new(root.sub("fc"), 2048, classes);
        ResNet {
            stem,
            max_pool_after_stem: true,
            stages,
            fc,
        }
    })
}

fn cifar_stem(root: &Scope) -> ConvNorm {
    let shape = ConvShape::new(3, 64, 3);
    let conv1 = Conv2d::without_bias(root.sub("conv1"), shape, ConvInitial::HeFanOut);
    ConvNorm::new(conv1, BatchNorm2d::new(root.sub("bn1"), 64))
}

/// Two 3×3 convolutions.
fn basic(input: i64, width: i64, stride: i64) -> [ConvShape; 2] {
    [
        ConvShape::new(input, width, 3).stride(stride),
        ConvShape::new(width, width, 3),
    ]
}

fn bottleneck_stages(root: &Scope, stride_in: StrideIn) -> Vec<Vec<Block>> {
    stages(root, [3, 4, 6, 3], 4, |input, width, stride| {
        let (first, second) = match stride_in {
            StrideIn::FirstOneByOne => (stride, 1),
            StrideIn::ThreeByThree => (1, stride),
        };
        vec![
            ConvShape::new(input, width, 1).stride(first),
            ConvShape::new(width, width, 3).stride(second),
            ConvShape::new(width, 4 * width, 1),
        ]
    })
}

/// Four stages of 64, 128, 256 and 512 channels with projections where the shape changes; a block's output is
/// `expansion` times as wide. `convolutions` takes input channels, width and stride.
fn stages(
    root: &Scope,
    blocks: [u64; 4],
    expansion: i64,
    convolutions: impl Fn(i64, i64, i64) -> Vec<ConvShape>,
) -> Vec<Vec<Block>> {
    let mut input = 64;
    let mut stages = Vec::new();
    for (stage, count) in blocks.into_iter().enumerate() {
        let width = 64 << stage;
        let scope = root.sub(format!("layer{}", stage + 1));
        let mut stage_blocks = Vec::new();
        for i in 0..count {
            let stride = if i == 0 && stage > 0 { 2 } else { 1 };
            let shapes = convolutions(input, width, stride);
            let output = width * expansion;
            let block = Block::new(&scope.sub(i), &shapes, ConvInitial::HeFanOut, |scope| {
                Shortcut::projection(scope, input, output, stride)
            });
            stage_blocks.push(block);
            input = output;
        }
        stages.push(stage_blocks);
    }
    stages
}
