//! Paleo: the time of a pass from the operations and bytes of its layers.
//!
//! Qi, Sparks, Talwalkar, *Paleo: A Performance Model for Deep Neural Networks*, ICLR 2017.
//! A layer takes T = R + C + W (Eq. 1): reading its inputs and weights, computing, writing its
//! output. Convolutions are taken as matrix products; the paper's FFT variant and choice of
//! algorithm are left out.

use super::flops::{elementwise_operations, forward_macs, input_gradients_needed};
use super::layers::{LayerKind, Network, Node, Shape, Source};
use super::positive::{NotPositive, positive};

/// A device by its data sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    name: String,
    peak_flops_per_second: f64,
    bytes_per_second: f64,
}

impl Device {
    /// A device of this peak, in the arithmetic that the work uses and at 2 FLOPs per MAC, and
    /// this memory bandwidth.
    ///
    /// # Errors
    /// A peak or bandwidth that is 0, negative or not finite.
    pub fn new(
        name: &str,
        peak_flops_per_second: f64,
        bytes_per_second: f64,
    ) -> Result<Device, NotPositive> {
        Ok(Device {
            name: name.into(),
            peak_flops_per_second: positive("peak_flops_per_second", peak_flops_per_second)?,
            bytes_per_second: positive("bytes_per_second", bytes_per_second)?,
        })
    }

    /// The device's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Which times the platform percent of peak divides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// C alone: the paper's words, relative to peak FLOP/s (Sec. 3.3).
    Computation,
    /// R, C and W: what the published code does (`flops_profiler.py`, `ppp_comp`).
    ComputationAndMemory,
}

/// The platform percent of peak, and what it slows down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PercentOfPeak {
    fraction: f64,
    scope: Scope,
}

impl PercentOfPeak {
    /// At peak: every time is the data sheet's.
    pub const PEAK: PercentOfPeak = PercentOfPeak {
        fraction: 1.0,
        scope: Scope::ComputationAndMemory,
    };

    /// This fraction of peak.
    ///
    /// # Errors
    /// A fraction that is 0, negative or not finite.
    pub fn new(fraction: f64, scope: Scope) -> Result<PercentOfPeak, NotPositive> {
        Ok(PercentOfPeak {
            fraction: positive("platform percent of peak", fraction)?,
            scope,
        })
    }

    fn memory_fraction(self) -> f64 {
        match self.scope {
            Scope::Computation => 1.0,
            Scope::ComputationAndMemory => self.fraction,
        }
    }
}

/// What passes through the network at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Images.
    pub images: u64,
    /// Bytes of one number: 4 in fp32, 2 in bf16 and fp16.
    pub bytes_per_number: u64,
}

/// Direction of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// From image to classes.
    Forward,
    /// Gradients of inputs and weights. A layer with a matrix product makes two: the gradient
    /// of its input from the output's gradient and the weights, and the gradient of its weights
    /// from the output's gradient and its input. Other layers read their inputs and the output's
    /// gradient, compute as much as forward and write the gradient of their inputs.
    Backward,
}

/// What one layer moves and computes in one pass of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Bytes read.
    pub read_bytes: u64,
    /// Operations, 2 per MAC; layers without matrix product as Lu et al. count them.
    pub flops: u64,
    /// Bytes written.
    pub written_bytes: u64,
}

/// Time of one layer in one pass of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTime {
    /// The layer's name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// What it moves and computes.
    pub work: Work,
    /// R.
    pub read_seconds: f64,
    /// C.
    pub compute_seconds: f64,
    /// W.
    pub write_seconds: f64,
}

impl LayerTime {
    /// T = R + C + W.
    pub fn seconds(&self) -> f64 {
        self.read_seconds + self.compute_seconds + self.write_seconds
    }
}

/// Time of one pass of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct PassTime {
    /// Every layer, in the network's order.
    pub layers: Vec<LayerTime>,
    /// All layers one after another; the upper bound where branches could run side by side.
    pub sequential_seconds: f64,
    /// The longest way through the graph, as if branches ran side by side without slowing each
    /// other: the lower bound, max over each set of parallel branches (Sec. 3.1.2).
    pub longest_branch_seconds: f64,
}

/// Time of one pass of a batch through a network.
pub fn pass_time(
    network: &Network,
    device: &Device,
    batch: Batch,
    pass: Pass,
    percent_of_peak: PercentOfPeak,
) -> PassTime {
    let nodes = network.nodes().iter().zip(input_gradients_needed(network));
    let layer = |(node, input_gradient): (&Node, bool)| {
        let work = match pass {
            Pass::Forward => forward_work(node, batch),
            Pass::Backward => backward_work(node, batch, input_gradient),
        };
        layer_time(node, work, device, percent_of_peak)
    };
    let layers: Vec<LayerTime> = nodes.map(layer).collect();
    PassTime {
        sequential_seconds: layers.iter().map(LayerTime::seconds).sum(),
        longest_branch_seconds: longest_branch_seconds(network, &layers),
        layers,
    }
}

fn layer_time(node: &Node, work: Work, device: &Device, peak: PercentOfPeak) -> LayerTime {
    let memory_rate = device.bytes_per_second * peak.memory_fraction();
    LayerTime {
        name: node.name.clone(),
        kind: node.layer.kind(),
        work,
        read_seconds: work.read_bytes as f64 / memory_rate,
        compute_seconds: work.flops as f64 / (device.peak_flops_per_second * peak.fraction),
        write_seconds: work.written_bytes as f64 / memory_rate,
    }
}

fn forward_work(node: &Node, batch: Batch) -> Work {
    Work {
        read_bytes: input_bytes(node, batch) + weight_bytes(node, batch),
        flops: batch.images * (2 * forward_macs(node) + elementwise_operations(node)),
        written_bytes: output_bytes(node, batch),
    }
}

fn backward_work(node: &Node, batch: Batch, input_gradient: bool) -> Work {
    let none = Work::default();
    let of_input = if input_gradient {
        input_gradient_work(node, batch)
    } else {
        none
    };
    let of_weights = if forward_macs(node) > 0 {
        weight_gradient_work(node, batch)
    } else {
        none
    };
    Work {
        read_bytes: of_input.read_bytes + of_weights.read_bytes,
        flops: of_input.flops + of_weights.flops,
        written_bytes: of_input.written_bytes + of_weights.written_bytes,
    }
}

fn input_gradient_work(node: &Node, batch: Batch) -> Work {
    let has_product = forward_macs(node) > 0;
    let factor = if has_product {
        weight_bytes(node, batch)
    } else {
        input_bytes(node, batch)
    };
    Work {
        read_bytes: output_bytes(node, batch) + factor,
        flops: forward_work(node, batch).flops,
        written_bytes: input_bytes(node, batch),
    }
}

fn weight_gradient_work(node: &Node, batch: Batch) -> Work {
    Work {
        read_bytes: input_bytes(node, batch) + output_bytes(node, batch),
        flops: batch.images * 2 * forward_macs(node),
        written_bytes: weight_bytes(node, batch),
    }
}

fn input_bytes(node: &Node, batch: Batch) -> u64 {
    let elements: u64 = node.inputs.iter().copied().map(Shape::elements).sum();
    elements * batch.images * batch.bytes_per_number
}

fn output_bytes(node: &Node, batch: Batch) -> u64 {
    node.output.elements() * batch.images * batch.bytes_per_number
}

fn weight_bytes(node: &Node, batch: Batch) -> u64 {
    node.parameters() * batch.bytes_per_number
}

fn longest_branch_seconds(network: &Network, layers: &[LayerTime]) -> f64 {
    let mut ends: Vec<f64> = Vec::new();
    for (node, layer) in network.nodes().iter().zip(layers) {
        let end = |source: &Source| match *source {
            Source::Image => 0.0,
            Source::Node(index) => ends[index],
        };
        let start = node.sources.iter().map(end).fold(0.0, f64::max);
        ends.push(start + layer.seconds());
    }
    ends.into_iter().fold(0.0, f64::max)
}

/// How workers bring their gradients together (Sec. 3.2), all equivalent to one worker's SGD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Communication {
    /// One master takes all gradients and sends all weights: 2·K·T.
    OneToAll,
    /// Up a binary tree and down again: 2·log₂K·T.
    TreeAllReduce,
    /// Exchange with a different partner in each round: log₂K·T.
    ButterflyAllReduce,
}

impl Communication {
    /// Seconds to bring `bytes` together over K `workers`, where one link takes
    /// T = bytes / bandwidth. The paper's formulas as printed: log₂K is not rounded, and the
    /// master of [`Communication::OneToAll`] is no worker (the published code rounds up and
    /// counts K − 1).
    ///
    /// # Errors
    /// No workers, or a bandwidth that is 0, negative or not finite.
    pub fn seconds(
        self,
        bytes: u64,
        workers: u64,
        bytes_per_second: f64,
    ) -> Result<f64, NotPositive> {
        let link_seconds = bytes as f64 / positive("bytes_per_second", bytes_per_second)?;
        let workers = positive("workers", workers as f64)?;
        let links = match self {
            Communication::OneToAll => 2.0 * workers,
            Communication::TreeAllReduce => 2.0 * workers.log2(),
            Communication::ButterflyAllReduce => workers.log2(),
        };
        Ok(links * link_seconds)
    }
}

#[cfg(test)]
mod tests;
