//! The blocks of residual networks (He et al. 2015, Deep Residual Learning, Sec. 3).

use tch::Tensor;

use crate::layers::{BatchNorm2d, Conv2d, ConvInitial, ConvNorm, ConvShape};
use crate::parameters::Scope;
use crate::pass::Pass;

/// How a block's input reaches its output.
#[derive(Debug)]
pub(super) enum Shortcut {
    /// Unchanged.
    Identity,
    /// Every second pixel, missing channels filled with zeros on both sides: the paper's option A, no parameters.
    SubsampleAndPad { name: String, added: i64 },
    /// A 1×1 convolution and BatchNorm: option B.
    Projection(ConvNorm),
}

impl Shortcut {
    /// Option B where the shape changes, as in torchvision's `downsample`.
    pub(super) fn projection(scope: &Scope, input: i64, output: i64, stride: i64) -> Shortcut {
        if stride == 1 && input == output {
            return Shortcut::Identity;
        }
        let scope = scope.sub("downsample");
        let shape = ConvShape::new(input, output, 1).stride(stride);
        let conv = Conv2d::without_bias(scope.sub(0), shape, ConvInitial::HeFanOut);
        Shortcut::Projection(ConvNorm::new(conv, BatchNorm2d::new(scope.sub(1), output)))
    }

    /// Option A where the shape changes.
    pub(super) fn subsample(scope: &Scope, input: i64, output: i64, stride: i64) -> Shortcut {
        if stride == 1 && input == output {
            return Shortcut::Identity;
        }
        Shortcut::SubsampleAndPad {
            name: scope.sub("shortcut").path().to_owned(),
            added: output - input,
        }
    }

    fn forward(&self, xs: &Tensor, pass: &Pass) -> Tensor {
        match self {
            Shortcut::Identity => xs.shallow_clone(),
            Shortcut::SubsampleAndPad { name, added } => pass.layer(name, "shortcut", || {
                let half = added / 2;
                xs.slice(2, None, None, 2)
                    .slice(3, None, None, 2)
                    .constant_pad_nd([0, 0, 0, 0, half, added - half])
            }),
            Shortcut::Projection(projection) => projection.forward(xs, pass),
        }
    }
}

/// A residual block of convolutions, each followed by BatchNorm, with ReLU between them and after the sum.
#[derive(Debug)]
pub(super) struct Block {
    name: String,
    before: Vec<ConvNorm>,
    last: ConvNorm,
    shortcut: Shortcut,
}

impl Block {
    /// `shapes` are the convolutions in order; names are `conv1`, `bn1`, `conv2`, …
    pub(super) fn new(
        scope: &Scope,
        shapes: &[ConvShape],
        rule: ConvInitial,
        shortcut: impl FnOnce(&Scope) -> Shortcut,
    ) -> Block {
        let convolution = |(i, shape): (usize, &ConvShape)| {
            let number = i + 1;
            ConvNorm::new(
                Conv2d::without_bias(scope.sub(format!("conv{number}")), *shape, rule),
                BatchNorm2d::new(scope.sub(format!("bn{number}")), shape.output),
            )
        };
        let mut convolutions: Vec<_> = shapes.iter().enumerate().map(convolution).collect();
        let last = convolutions.pop().expect("a block has convolutions");
        Block {
            name: scope.path().to_owned(),
            before: convolutions,
            last,
            shortcut: shortcut(scope),
        }
    }

    pub(super) fn forward(&self, input: &Tensor, pass: &Pass) -> Tensor {
        let mut xs = input.shallow_clone();
        for (i, conv) in self.before.iter().enumerate() {
            let name = format!("{}.relu{}", self.name, i + 1);
            xs = conv.forward_relu(&xs, &name, pass);
        }
        let shortcut = || self.shortcut.forward(input, pass);
        let names = ["add", "relu"].map(|layer| format!("{}.{layer}", self.name));
        let names = names.each_ref().map(String::as_str);
        self.last.forward_add_relu(&xs, shortcut, names, pass)
    }
}
