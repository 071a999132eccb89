//! Paleo: the time of a pass from the operations and the bytes of its layers.
//!
//! Qi, Sparks, Talwalkar, *Paleo: A Performance Model for Deep Neural Networks*, ICLR 2017. A layer
//! takes T = R + C + W (Eq. 1): reading its inputs and weights, computing, writing its output; a
//! network that runs one layer after another takes their sum. Convolutions are matrix products: the
//! paper's FFT variant and its choice of an algorithm are left out.

use super::flops::{elementwise_operations, forward_macs};
use super::layers::{Node, Shape};
use super::positive::{NotPositive, positive};
use std::iter::Sum;
use std::ops::Add;

/// What passes through a network at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Images.
    pub images: u64,
    /// Bytes of one number: 4 in fp32, 2 in bf16.
    pub bytes_per_number: u64,
}

/// What a layer moves and computes in a forward pass of a batch; sums are those of several layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Operations, 2 per MAC; layers without a matrix product as Lu et al. count them.
    pub flops: u64,
    /// Bytes of the inputs and the weights, each read once.
    pub read_bytes: u64,
    /// Bytes of the output, written once.
    pub written_bytes: u64,
}

impl Work {
    /// The work of a layer in the forward pass of a batch.
    pub fn of(node: &Node, batch: Batch) -> Work {
        let inputs: u64 = node.inputs.iter().copied().map(Shape::elements).sum();
        let bytes = |numbers: u64| numbers * batch.bytes_per_number;
        Work {
            flops: batch.images * (2 * forward_macs(node) + elementwise_operations(node)),
            read_bytes: bytes(inputs * batch.images + node.parameters()),
            written_bytes: bytes(node.output.elements() * batch.images),
        }
    }

    /// Bytes moved.
    pub const fn bytes(self) -> u64 {
        self.read_bytes + self.written_bytes
    }
}

impl Add for Work {
    type Output = Work;

    fn add(self, other: Work) -> Work {
        Work {
            flops: self.flops + other.flops,
            read_bytes: self.read_bytes + other.read_bytes,
            written_bytes: self.written_bytes + other.written_bytes,
        }
    }
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Work>>(works: I) -> Work {
        works.fold(Work::default(), Work::add)
    }
}

/// A device as the model knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platform {
    /// Its peak times the platform percent of peak, at 2 FLOPs per MAC.
    pub flops_per_second: f64,
    /// Its memory bandwidth.
    pub bytes_per_second: f64,
}

impl Platform {
    /// T = R + C + W.
    pub fn seconds(self, work: Work) -> f64 {
        let read = work.read_bytes as f64 / self.bytes_per_second;
        let compute = work.flops as f64 / self.flops_per_second;
        let write = work.written_bytes as f64 / self.bytes_per_second;
        read + compute + write
    }

    /// The platform of this bandwidth whose time for `work` is `seconds`: the speed is what the time
    /// leaves to C.
    ///
    /// # Errors
    /// A bandwidth or a time that is 0, negative or not finite, and a time that reading and writing
    /// alone take up.
    pub fn fitted(
        work: Work,
        seconds: f64,
        bytes_per_second: f64,
    ) -> Result<Platform, PlatformError> {
        let seconds = positive("seconds", seconds)?;
        let moving = work.bytes() as f64 / positive("bytes_per_second", bytes_per_second)?;
        if moving >= seconds {
            return Err(PlatformError::NothingLeft { seconds, moving });
        }
        Ok(Platform {
            flops_per_second: work.flops as f64 / (seconds - moving),
            bytes_per_second,
        })
    }
}

/// Why no platform can be fitted.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum PlatformError {
    /// A time or a bandwidth is no positive number.
    #[error(transparent)]
    NotPositive(#[from] NotPositive),
    /// Reading and writing take the whole time.
    #[error(
        "reading and writing take `{moving}` s of the `{seconds}` s; nothing is left to compute"
    )]
    NothingLeft {
        /// What was measured.
        seconds: f64,
        /// What the bytes take.
        moving: f64,
    },
}

#[cfg(test)]
mod tests;
