//! Layers of convolutional networks: what each does to the shape of one image's activations and
//! how many parameters it holds; and networks as graphs of such layers.
//!
//! Shapes are of one image, `[channels, height, width]`; the batch is a factor that whoever
//! counts puts in front. Windows and strides are square, as in all networks of the book.

mod kind;
mod network;
mod shape;
mod windows;

pub use kind::LayerKind;
pub use network::{IMAGE, Network, NetworkBuilder, NetworkError, NetworkProblem, Node, Source};
pub use shape::{LayerError, Shape};
pub use windows::{Convolution, Pool, PoolKind, Rounding};

use shape::at_least_one;

/// One step of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// See [`Convolution`].
    Convolution(Convolution),
    /// Every output is a weighted sum of all inputs plus a bias.
    FullyConnected {
        /// Number of sums.
        outputs: u64,
    },
    /// See [`Pool`].
    Pool(Pool),
    /// One value per channel, from all of its elements.
    GlobalPool(PoolKind),
    /// max(0, x).
    Relu,
    /// Local response normalisation across neighbouring channels (Krizhevsky et al. 2012).
    LocalResponseNorm,
    /// Normalisation by mean and variance per channel.
    BatchNorm {
        /// Whether a learned factor and constant per channel follow, as in PyTorch. Caffe puts
        /// them into a [`Layer::Scale`] of their own.
        affine: bool,
    },
    /// A learned factor and constant per channel (Caffe).
    Scale,
    /// Element-wise sum of all inputs.
    Add,
    /// Inputs one behind the other along the channels.
    Concat,
    /// He et al.'s option A, the identity where shapes differ: keeps every `stride`-th row and
    /// column and appends channels of zeros up to `channels`. No parameters, no arithmetic.
    PaddedShortcut {
        /// Channels of the output.
        channels: u64,
        /// Step between the elements that are kept.
        stride: u64,
    },
    /// Zeroes random elements while training.
    Dropout,
    /// Exponentials, normalised to sum 1.
    Softmax,
}

impl From<Convolution> for Layer {
    fn from(convolution: Convolution) -> Layer {
        Layer::Convolution(convolution)
    }
}

impl From<Pool> for Layer {
    fn from(pool: Pool) -> Layer {
        Layer::Pool(pool)
    }
}

impl Layer {
    /// What sort of layer this is, for sums by kind.
    pub const fn kind(&self) -> LayerKind {
        match self {
            Layer::Convolution(_) => LayerKind::Convolution,
            Layer::FullyConnected { .. } => LayerKind::FullyConnected,
            Layer::Pool(_) | Layer::GlobalPool(_) => LayerKind::Pool,
            Layer::Relu => LayerKind::Relu,
            Layer::LocalResponseNorm => LayerKind::LocalResponseNorm,
            Layer::BatchNorm { .. } => LayerKind::BatchNorm,
            Layer::Scale => LayerKind::Scale,
            Layer::Add => LayerKind::Add,
            Layer::Concat => LayerKind::Concat,
            Layer::PaddedShortcut { .. } => LayerKind::PaddedShortcut,
            Layer::Dropout => LayerKind::Dropout,
            Layer::Softmax => LayerKind::Softmax,
        }
    }

    /// The output's shape for these inputs.
    ///
    /// # Errors
    /// [`LayerError`] where the layer cannot work on such inputs.
    pub fn output(&self, inputs: &[Shape]) -> Result<Shape, LayerError> {
        match *self {
            Layer::Add => sum(inputs),
            Layer::Concat => concatenation(inputs),
            _ => self.output_of_one(only(inputs)?),
        }
    }

    fn output_of_one(&self, input: Shape) -> Result<Shape, LayerError> {
        match *self {
            Layer::Convolution(convolution) => convolution.output(input),
            Layer::FullyConnected { outputs } => {
                at_least_one("outputs", outputs)?;
                Ok(Shape::vector(outputs))
            }
            Layer::Pool(pool) => pool.output(input),
            Layer::GlobalPool(_) => Ok(Shape::vector(input.channels)),
            Layer::PaddedShortcut { channels, stride } => shortcut(input, channels, stride),
            _ => Ok(input),
        }
    }

    /// Learned parameters, for an input of this shape. Running means and variances of a
    /// BatchNorm are not learned and do not count.
    pub const fn parameters(&self, input: Shape) -> u64 {
        match self {
            Layer::Convolution(c) => c.filters * (c.weights_per_filter(input) + c.bias as u64),
            Layer::FullyConnected { outputs } => *outputs * (input.elements() + 1),
            Layer::Scale | Layer::BatchNorm { affine: true } => 2 * input.channels,
            _ => 0,
        }
    }
}

fn only(inputs: &[Shape]) -> Result<Shape, LayerError> {
    match inputs {
        [input] => Ok(*input),
        _ => Err(LayerError::InputCount {
            found: inputs.len(),
            expected: "one",
        }),
    }
}

fn first_of_several(inputs: &[Shape]) -> Result<Shape, LayerError> {
    match inputs {
        [first, _, ..] => Ok(*first),
        _ => Err(LayerError::InputCount {
            found: inputs.len(),
            expected: "two or more",
        }),
    }
}

fn sum(inputs: &[Shape]) -> Result<Shape, LayerError> {
    let first = first_of_several(inputs)?;
    match inputs.iter().find(|other| **other != first) {
        Some(&other) => Err(LayerError::ShapeMismatch {
            first,
            other,
            expected: "shape",
        }),
        None => Ok(first),
    }
}

fn concatenation(inputs: &[Shape]) -> Result<Shape, LayerError> {
    let first = first_of_several(inputs)?;
    let sides = |shape: &Shape| (shape.height, shape.width);
    match inputs.iter().find(|other| sides(other) != sides(&first)) {
        Some(&other) => Err(LayerError::ShapeMismatch {
            first,
            other,
            expected: "height and width",
        }),
        None => Ok(Shape {
            channels: inputs.iter().map(|shape| shape.channels).sum(),
            ..first
        }),
    }
}

fn shortcut(input: Shape, channels: u64, stride: u64) -> Result<Shape, LayerError> {
    at_least_one("stride", stride)?;
    if channels < input.channels {
        return Err(LayerError::FewerChannels {
            channels,
            input: input.channels,
        });
    }
    let side = |side: u64| side.div_ceil(stride);
    Ok(Shape {
        channels,
        height: side(input.height),
        width: side(input.width),
    })
}
