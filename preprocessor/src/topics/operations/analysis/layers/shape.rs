//! Shapes of activations, and what can be wrong with a layer's input.

use std::fmt;

/// The shape of one image's activations, `[channels, height, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Feature maps.
    pub channels: u64,
    /// Rows of each map.
    pub height: u64,
    /// Columns of each map.
    pub width: u64,
}

impl Shape {
    /// `[channels, side, side]`.
    pub const fn square(channels: u64, side: u64) -> Shape {
        Shape {
            channels,
            height: side,
            width: side,
        }
    }

    /// `[channels, 1, 1]`: what a fully connected layer puts out.
    pub const fn vector(channels: u64) -> Shape {
        Shape::square(channels, 1)
    }

    /// channels · height · width.
    pub const fn elements(self) -> u64 {
        self.channels * self.height * self.width
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} × {} × {}", self.channels, self.height, self.width)
    }
}

/// Why a layer cannot work on its inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the message names every field
pub enum LayerError {
    #[error("got `{found}` inputs; expected {expected}")]
    InputCount {
        found: usize,
        expected: &'static str,
    },
    #[error("input of shape `{other}` beside one of `{first}`; expected the same {expected}")]
    ShapeMismatch {
        first: Shape,
        other: Shape,
        expected: &'static str,
    },
    #[error("window of `{window}` is larger than the padded input of `{input}`")]
    WindowLargerThanInput { window: u64, input: u64 },
    #[error("`{channels}` channels are not divisible by `{groups}` groups")]
    Groups { channels: u64, groups: u64 },
    #[error("padding of `{padding}` with a window of `{kernel}`; expected less than the window")]
    Padding { padding: u64, kernel: u64 },
    #[error("`{channels}` channels out of `{input}`; expected at least as many as come in")]
    FewerChannels { channels: u64, input: u64 },
    #[error("`{what}` is `0`; expected at least 1")]
    Zero { what: &'static str },
}

pub(crate) fn at_least_one(what: &'static str, value: u64) -> Result<(), LayerError> {
    if value == 0 {
        Err(LayerError::Zero { what })
    } else {
        Ok(())
    }
}
