//! Layers that move a square window over the image: convolution and pooling.

use super::shape::{LayerError, Shape, at_least_one};

/// How a pooling layer treats a last window that does not fit whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Leaves it out: ⌊(side + 2·padding − kernel) / stride⌋ + 1 windows (PyTorch).
    Floor,
    /// Keeps it: ⌈(side + 2·padding − kernel) / stride⌉ + 1 windows, less the last one where it
    /// would start in the padding behind the image (Caffe, `pooling_layer.cpp`).
    Ceil,
}

/// A convolution over square windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Filters, the channels of the output.
    pub filters: u64,
    /// Side of a filter.
    pub kernel: u64,
    /// Step between windows.
    pub stride: u64,
    /// Zeros added on each side.
    pub padding: u64,
    /// Parts into which input and output channels are split; a filter sees one part.
    pub groups: u64,
    /// Whether each filter adds a learned constant.
    pub bias: bool,
}

impl Convolution {
    /// Stride 1, no padding, one group, with bias.
    pub const fn new(filters: u64, kernel: u64) -> Convolution {
        Convolution {
            filters,
            kernel,
            stride: 1,
            padding: 0,
            groups: 1,
            bias: true,
        }
    }

    /// With this step between windows.
    pub const fn stride(self, stride: u64) -> Convolution {
        Convolution { stride, ..self }
    }

    /// With so many zeros on each side.
    pub const fn padding(self, padding: u64) -> Convolution {
        Convolution { padding, ..self }
    }

    /// With channels split into so many groups.
    pub const fn groups(self, groups: u64) -> Convolution {
        Convolution { groups, ..self }
    }

    /// Without a learned constant per filter.
    pub const fn without_bias(self) -> Convolution {
        Convolution {
            bias: false,
            ..self
        }
    }

    /// Weights of one filter, the MACs of one output element: kernel² · channels / groups.
    pub const fn weights_per_filter(&self, input: Shape) -> u64 {
        self.kernel * self.kernel * (input.channels / self.groups)
    }

    pub(crate) fn output(&self, input: Shape) -> Result<Shape, LayerError> {
        at_least_one("filters", self.filters)?;
        at_least_one("kernel", self.kernel)?;
        at_least_one("groups", self.groups)?;
        for channels in [input.channels, self.filters] {
            if !channels.is_multiple_of(self.groups) {
                return Err(LayerError::Groups {
                    channels,
                    groups: self.groups,
                });
            }
        }
        let side = |side| {
            windows(
                side,
                self.kernel,
                self.stride,
                self.padding,
                Rounding::Floor,
            )
        };
        Ok(Shape {
            channels: self.filters,
            height: side(input.height)?,
            width: side(input.width)?,
        })
    }
}

/// Which value a pooling window puts out. Both cost the same in every convention here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolKind {
    /// The largest.
    Maximum,
    /// The mean.
    Average,
}

/// Pooling over square windows, each channel for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Maximum or average.
    pub kind: PoolKind,
    /// Side of a window.
    pub kernel: u64,
    /// Step between windows.
    pub stride: u64,
    /// Empty border on each side.
    pub padding: u64,
    /// What happens to a last window that does not fit whole.
    pub rounding: Rounding,
}

impl Pool {
    /// The largest value of each window; no padding, [`Rounding::Floor`].
    pub const fn maximum(kernel: u64, stride: u64) -> Pool {
        Pool {
            kind: PoolKind::Maximum,
            kernel,
            stride,
            padding: 0,
            rounding: Rounding::Floor,
        }
    }

    /// The mean of each window; no padding, [`Rounding::Floor`].
    pub const fn average(kernel: u64, stride: u64) -> Pool {
        Pool {
            kind: PoolKind::Average,
            ..Pool::maximum(kernel, stride)
        }
    }

    /// With an empty border of this width.
    pub const fn padding(self, padding: u64) -> Pool {
        Pool { padding, ..self }
    }

    /// With Caffe's rounding, [`Rounding::Ceil`].
    pub const fn ceil(self) -> Pool {
        Pool {
            rounding: Rounding::Ceil,
            ..self
        }
    }

    pub(crate) fn output(&self, input: Shape) -> Result<Shape, LayerError> {
        at_least_one("kernel", self.kernel)?;
        if self.padding >= self.kernel {
            return Err(LayerError::Padding {
                padding: self.padding,
                kernel: self.kernel,
            });
        }
        let side = |side| windows(side, self.kernel, self.stride, self.padding, self.rounding);
        Ok(Shape {
            height: side(input.height)?,
            width: side(input.width)?,
            ..input
        })
    }
}

/// Positions of a window of `extent` along a side; see [`Rounding`].
fn windows(
    side: u64,
    extent: u64,
    stride: u64,
    padding: u64,
    rounding: Rounding,
) -> Result<u64, LayerError> {
    at_least_one("stride", stride)?;
    let padded = side + 2 * padding;
    let Some(free) = padded.checked_sub(extent) else {
        return Err(LayerError::WindowLargerThanInput {
            window: extent,
            input: padded,
        });
    };
    let last = match rounding {
        Rounding::Floor => free / stride,
        Rounding::Ceil => free.div_ceil(stride),
    };
    let starts_behind_image = last * stride >= side + padding;
    Ok(if rounding == Rounding::Ceil && starts_behind_image {
        last
    } else {
        last + 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: Result<Shape, LayerError>, expect: &str) {
        assert_eq!(
            output.map_or_else(|error| error.to_string(), |shape| shape.to_string()),
            expect
        );
    }

    #[test]
    fn convolution_shapes() {
        let image = Shape::square(4, 32);
        let three = Convolution::new(8, 3);
        check(three.output(image), "8 × 30 × 30");
        check(three.padding(1).output(image), "8 × 32 × 32");
        check(three.padding(1).stride(2).output(image), "8 × 16 × 16");
        check(
            three.padding(1).output(Shape {
                channels: 4,
                height: 5,
                width: 9,
            }),
            "8 × 5 × 9",
        );
        check(three.groups(4).output(image), "8 × 30 × 30");
    }

    #[test]
    fn convolution_errors() {
        let image = Shape::square(4, 32);
        let three = Convolution::new(8, 3);
        check(
            three.groups(3).output(image),
            "`4` channels are not divisible by `3` groups",
        );
        check(
            Convolution::new(6, 3).groups(4).output(image),
            "`6` channels are not divisible by `4` groups",
        );
        check(
            Convolution::new(8, 41).output(image),
            "window of `41` is larger than the padded input of `32`",
        );
        check(
            three.stride(0).output(image),
            "`stride` is `0`; expected at least 1",
        );
        check(
            three.groups(0).output(image),
            "`groups` is `0`; expected at least 1",
        );
        check(
            Convolution::new(0, 3).output(image),
            "`filters` is `0`; expected at least 1",
        );
        check(
            Convolution::new(8, 0).output(image),
            "`kernel` is `0`; expected at least 1",
        );
    }

    #[test]
    fn pooling_rounds_as_caffe_or_as_pytorch() {
        check(
            Pool::maximum(3, 2).output(Shape::square(64, 112)),
            "64 × 55 × 55",
        );
        check(
            Pool::maximum(3, 2).ceil().output(Shape::square(64, 112)),
            "64 × 56 × 56",
        );
        check(
            Pool::maximum(3, 2)
                .padding(1)
                .output(Shape::square(64, 112)),
            "64 × 56 × 56",
        );
        // 7 rows with a border of 1: the fifth window would start at row 8, behind the image.
        check(
            Pool::maximum(2, 2)
                .padding(1)
                .ceil()
                .output(Shape::square(1, 7)),
            "1 × 4 × 4",
        );
        check(
            Pool::average(7, 1).ceil().output(Shape::square(1024, 7)),
            "1024 × 1 × 1",
        );
    }

    #[test]
    fn pooling_errors() {
        let image = Shape::square(1, 4);
        check(
            Pool::maximum(5, 1).output(image),
            "window of `5` is larger than the padded input of `4`",
        );
        check(
            Pool::average(2, 1).padding(2).output(image),
            "padding of `2` with a window of `2`; expected less than the window",
        );
        check(
            Pool::maximum(0, 1).output(image),
            "`kernel` is `0`; expected at least 1",
        );
        check(
            Pool::maximum(2, 0).output(image),
            "`stride` is `0`; expected at least 1",
        );
    }
}
