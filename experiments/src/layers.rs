//! The layers with parameters, and named forms of those without.
//!
//! Shapes are PyTorch's `[batch, channels, height, width]`; the memory order is channels last.

use tch::Tensor;

use crate::kernels::{BatchNorm, Kernels, Then};
use crate::parameters::{Initial, ParameterId, Role, Scope, StatisticId};
use crate::pass::Pass;

/// PyTorch's defaults of BatchNorm.
const BATCH_NORM_MOMENTUM: f64 = 0.1;
const BATCH_NORM_EPSILON: f64 = 1e-5;

/// Rule by which a convolution's first weights are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ConvInitial {
    /// Normal with standard deviation √(2 / (out · kernel²)): He et al. 2015, fan-out, as torchvision's ResNets.
    HeFanOut,
    /// Normal with standard deviation √(2 / (in · kernel²)): He et al. 2015, fan-in.
    HeFanIn,
    /// Uniform over ±1/√(in · kernel²): PyTorch's default of `Conv2d`.
    PyTorchDefault,
    /// Normal with this standard deviation.
    Normal(f64),
}

/// What a convolution is made of.
#[derive(Debug, Clone, Copy)]
pub struct ConvShape {
    /// Input channels.
    pub input: i64,
    /// Output channels.
    pub output: i64,
    /// Side of the kernel.
    pub kernel: i64,
    /// Stride.
    pub stride: i64,
    /// Zeros added on each side.
    pub padding: i64,
    /// Groups of channels that do not mix.
    pub groups: i64,
}

impl ConvShape {
    /// A convolution of stride 1 that keeps the image's size.
    pub fn new(input: i64, output: i64, kernel: i64) -> ConvShape {
        ConvShape {
            input,
            output,
            kernel,
            stride: 1,
            padding: kernel / 2,
            groups: 1,
        }
    }

    /// The same with another stride.
    pub fn stride(self, stride: i64) -> ConvShape {
        ConvShape { stride, ..self }
    }

    /// The same with another padding.
    pub fn padding(self, padding: i64) -> ConvShape {
        ConvShape { padding, ..self }
    }

    /// The same with groups.
    pub fn groups(self, groups: i64) -> ConvShape {
        ConvShape { groups, ..self }
    }

    /// Whether it is 3×3 and keeps the number of pixels and of channels, and mixes these.
    fn is_square(self) -> bool {
        let ConvShape {
            input,
            output,
            kernel,
            stride,
            padding,
            groups,
        } = self;
        (kernel, stride, padding, groups) == (3, 1, 1, 1) && input == output
    }

    fn initial(self, rule: ConvInitial) -> Initial {
        let fan_in = (self.input / self.groups * self.kernel * self.kernel) as f64;
        let fan_out = (self.output / self.groups * self.kernel * self.kernel) as f64;
        match rule {
            ConvInitial::HeFanOut => Initial::Normal((2.0 / fan_out).sqrt()),
            ConvInitial::HeFanIn => Initial::Normal((2.0 / fan_in).sqrt()),
            ConvInitial::PyTorchDefault => Initial::Uniform(fan_in.recip().sqrt()),
            ConvInitial::Normal(deviation) => Initial::Normal(deviation),
        }
    }
}

/// A two-dimensional convolution.
#[derive(Debug)]
pub struct Conv2d {
    name: String,
    weight: ParameterId,
    bias: Option<ParameterId>,
    shape: ConvShape,
}

impl Conv2d {
    /// A convolution without bias, as before a BatchNorm.
    pub fn without_bias(scope: Scope, shape: ConvShape, rule: ConvInitial) -> Conv2d {
        let sides = [
            shape.output,
            shape.input / shape.groups,
            shape.kernel,
            shape.kernel,
        ];
        let weight = scope.parameter("weight", &sides, Role::Multiplied, shape.initial(rule));
        Conv2d {
            name: scope.path().to_owned(),
            weight,
            bias: None,
            shape,
        }
    }

    /// A convolution with a bias that starts at 0.
    pub fn with_bias(scope: Scope, shape: ConvShape, rule: ConvInitial) -> Conv2d {
        let mut conv = Conv2d::without_bias(scope.clone(), shape, rule);
        let zero = Initial::Constant(0.0);
        conv.bias = Some(scope.parameter("bias", &[shape.output], Role::Multiplied, zero));
        conv
    }

    /// Applies the convolution.
    pub fn forward(&self, xs: &Tensor, pass: &Pass) -> Tensor {
        let ConvShape {
            stride,
            padding,
            groups,
            ..
        } = self.shape;
        pass.layer(&self.name, "convolution", || {
            xs.conv2d(
                pass.parameter(self.weight),
                self.bias.map(|bias| pass.parameter(bias)),
                [stride, stride],
                [padding, padding],
                [1, 1],
                groups,
            )
        })
    }
}

/// Batch normalisation over images and pixels of each channel.
#[derive(Debug)]
pub struct BatchNorm2d {
    name: String,
    scale: ParameterId,
    shift: ParameterId,
    mean: StatisticId,
    variance: StatisticId,
}

impl BatchNorm2d {
    /// Scale 1, shift 0, running mean 0, running variance 1.
    pub fn new(scope: Scope, channels: i64) -> BatchNorm2d {
        let parameter = |name, value| {
            let initial = Initial::Constant(value);
            scope.parameter(name, &[channels], Role::Normalising, initial)
        };
        BatchNorm2d {
            name: scope.path().to_owned(),
            scale: parameter("weight", 1.0),
            shift: parameter("bias", 0.0),
            mean: scope.statistic("running_mean", channels, 0.0),
            variance: scope.statistic("running_var", channels, 1.0),
        }
    }

    /// Normalises, and in training moves the running statistics.
    fn forward(&self, xs: &Tensor, pass: &Pass) -> Tensor {
        pass.layer(&self.name, "batch norm", || {
            xs.batch_norm(
                Some(pass.parameter(self.scale)),
                Some(pass.parameter(self.shift)),
                Some(pass.statistic(self.mean)),
                Some(pass.statistic(self.variance)),
                pass.is_training(),
                BATCH_NORM_MOMENTUM,
                BATCH_NORM_EPSILON,
                true,
            )
        })
    }

    /// What our kernels read of it.
    fn values<'a>(&self, pass: &'a Pass) -> BatchNorm<'a> {
        BatchNorm {
            scale: pass.parameter(self.scale),
            shift: pass.parameter(self.shift),
            running_mean: pass.statistic(self.mean),
            running_variance: pass.statistic(self.variance),
            momentum: BATCH_NORM_MOMENTUM,
            epsilon: BATCH_NORM_EPSILON,
        }
    }
}

/// A convolution and the BatchNorm behind it, which moves its running statistics in training.
#[derive(Debug)]
pub struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm2d,
}

impl ConvNorm {
    /// `norm` has as many channels as `conv` gives.
    pub fn new(conv: Conv2d, norm: BatchNorm2d) -> ConvNorm {
        ConvNorm { conv, norm }
    }

    /// Convolves and normalises.
    pub fn forward(&self, xs: &Tensor, pass: &Pass) -> Tensor {
        if let Some(kernels) = pass.kernels() {
            return self.fused(kernels, xs, Then::Nothing, pass);
        }
        self.norm.forward(&self.conv.forward(xs, pass), pass)
    }

    /// Convolves, normalises, and applies ReLU.
    pub fn forward_relu(&self, xs: &Tensor, relu_name: &str, pass: &Pass) -> Tensor {
        if let Some(kernels) = pass.kernels() {
            return self.fused(kernels, xs, Then::Relu, pass);
        }
        relu(relu_name, self.forward(xs, pass), pass)
    }

    /// Convolves, normalises, adds the output of `shortcut`, and applies ReLU.
    pub fn forward_add_relu(
        &self,
        xs: &Tensor,
        shortcut: impl FnOnce() -> Tensor,
        [add_name, relu_name]: [&str; 2],
        pass: &Pass,
    ) -> Tensor {
        if let Some(kernels) = pass.kernels() {
            return self.fused(kernels, xs, Then::AddRelu(&shortcut()), pass);
        }
        let mut ys = self.forward(xs, pass);
        let skipped = shortcut();
        let sum = pass.layer(add_name, "addition", || ys.g_add_(&skipped));
        relu(relu_name, sum, pass)
    }

    /// All of it as one operation; the convolution, where our kernels do not take it, before.
    fn fused(&self, kernels: &Kernels, xs: &Tensor, then: Then, pass: &Pass) -> Tensor {
        let norm = self.norm.values(pass);
        let is_ours = self.conv.shape.is_square() && self.conv.bias.is_none();
        let ys = match is_ours && kernels.take_convolution_of(xs) {
            true => kernels.convolution(xs, pass.parameter(self.conv.weight), norm, then),
            false => kernels.batch_norm(&self.conv.forward(xs, pass), norm, then),
        };
        ys.unwrap_or_else(|error| panic!("`{}`: {error:#}", self.conv.name))
    }
}

/// A fully connected layer.
#[derive(Debug)]
pub struct Linear {
    name: String,
    weight: ParameterId,
    bias: ParameterId,
}

impl Linear {
    /// Weights and bias uniform over ±1/√input: PyTorch's default of `Linear`.
    pub fn new(scope: Scope, input: i64, output: i64) -> Linear {
        let bound = Initial::Uniform((input as f64).recip().sqrt());
        Linear::with_initial(scope, input, output, bound, bound)
    }

    /// Weights normal with `deviation`, bias 0.
    pub fn normal(scope: Scope, input: i64, output: i64, deviation: f64) -> Linear {
        let zero = Initial::Constant(0.0);
        Linear::with_initial(scope, input, output, Initial::Normal(deviation), zero)
    }

    fn with_initial(
        scope: Scope,
        input: i64,
        output: i64,
        weight: Initial,
        bias: Initial,
    ) -> Linear {
        Linear {
            name: scope.path().to_owned(),
            weight: scope.parameter("weight", &[output, input], Role::Multiplied, weight),
            bias: scope.parameter("bias", &[output], Role::Multiplied, bias),
        }
    }

    /// Applies the layer to `[batch, input]`.
    pub fn forward(&self, xs: &Tensor, pass: &Pass) -> Tensor {
        pass.layer(&self.name, "fully connected", || {
            xs.linear(pass.parameter(self.weight), Some(pass.parameter(self.bias)))
        })
    }
}

/// Max(x, 0), in place: its input is needed by no one else.
pub fn relu(name: &str, mut xs: Tensor, pass: &Pass) -> Tensor {
    pass.layer(name, "relu", || xs.relu_())
}

/// Maximum over windows; with `ceil` the output keeps windows that start inside and end outside, as Caffe's does.
pub fn max_pool(
    name: &str,
    xs: &Tensor,
    kernel: i64,
    stride: i64,
    padding: i64,
    ceil: bool,
    pass: &Pass,
) -> Tensor {
    let (kernel, stride, padding) = ([kernel; 2], [stride; 2], [padding; 2]);
    pass.layer(name, "max pooling", || {
        xs.max_pool2d(kernel, stride, padding, [1, 1], ceil)
    })
}

/// Mean over each channel's image: `[batch, channels, height, width]` to `[batch, channels]`.
pub fn global_average_pool(name: &str, xs: &Tensor, pass: &Pass) -> Tensor {
    pass.layer(name, "average pooling", || {
        xs.adaptive_avg_pool2d([1, 1]).flatten(1, 3)
    })
}
