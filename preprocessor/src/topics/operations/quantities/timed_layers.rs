//! The layers that a record timed, each with the work that the network's layer list gives it.

use super::layer_times::TimedPasses;
use crate::statistics::median_interval::median;
use crate::topics::operations::analysis::layers::{LayerKind, Network, Node};
use crate::topics::operations::analysis::paleo::{Batch, Work};
use results::{Arithmetic, TimedSpan};

/// A layer with its work and how long it took by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimedLayer<'a> {
    pub(crate) kind: LayerKind,
    pub(crate) work: Work,
    /// Each trial's seconds, with the device synchronised before and after the layer.
    pub(crate) trials: &'a [f64],
}

impl TimedLayer<'_> {
    /// The median over the trials.
    pub(crate) fn seconds(&self) -> Option<f64> {
        median(self.trials).map(|median| median.value)
    }
}

/// What the passes let through the network at once.
fn batch_of(passes: &TimedPasses) -> Batch {
    batch(passes.batch, passes.arithmetic())
}

/// So many images with the numbers that the arithmetic keeps.
pub(crate) fn batch(images: u64, arithmetic: Arithmetic) -> Batch {
    let bytes_per_number = match arithmetic {
        Arithmetic::Fp32 | Arithmetic::Tf32 => 4,
        Arithmetic::Bf16 | Arithmetic::Fp16 => 2,
    };
    Batch {
        images,
        bytes_per_number,
    }
}

/// The timed layers of the record. What does nothing in a forward pass is timed by no program, and the
/// softmax behind the last layer is not part of the timed networks.
///
/// # Errors
/// Where the record's layers are not those of the list, in number, kind or shape.
pub(crate) fn timed_layers<'a>(
    passes: &TimedPasses<'a>,
    network: &Network,
) -> Result<Vec<TimedLayer<'a>>, String> {
    let untimed = [LayerKind::Dropout, LayerKind::Softmax];
    let nodes = network.nodes().iter();
    let nodes: Vec<&Node> = nodes
        .filter(|node| !untimed.contains(&node.layer.kind()))
        .collect();
    let spans: Vec<&TimedSpan> = passes.spans(TimedSpan::SYNCHRONISED_LAYER).collect();
    let shapes = passes.timed().map(|timed| &timed.counted.layers);
    let shapes = shapes.filter(|shapes| shapes.len() == spans.len() && spans.len() == nodes.len());
    let Some(shapes) = shapes else {
        return Err(format!(
            "{} layers were timed, `{}` has {}",
            spans.len(),
            network.name(),
            nodes.len()
        ));
    };
    let of_one = |((node, span), shape): ((&Node, &'a TimedSpan), &results::LayerShape)| {
        let kind = node.layer.kind();
        let elements = shape.output.iter().product::<u64>();
        match kind_of(&span.kind) == Some(kind) && elements == node.output.elements() {
            true => Ok(TimedLayer {
                kind,
                work: Work::of(node, batch_of(passes)),
                trials: &span.seconds,
            }),
            false => Err(format!(
                "`{}` ({}, {elements} numbers) was timed where `{}` has `{}`",
                span.layer,
                span.kind,
                network.name(),
                node.name
            )),
        }
    };
    nodes
        .into_iter()
        .zip(spans)
        .zip(shapes)
        .map(of_one)
        .collect()
}

/// The kind that the programs write down by this name.
fn kind_of(written: &str) -> Option<LayerKind> {
    Some(match written {
        "convolution" => LayerKind::Convolution,
        "fully connected" => LayerKind::FullyConnected,
        "max pooling" | "average pooling" => LayerKind::Pool,
        "relu" => LayerKind::Relu,
        "local response normalisation" => LayerKind::LocalResponseNorm,
        "batch norm" => LayerKind::BatchNorm,
        "addition" => LayerKind::Add,
        "concatenation" => LayerKind::Concat,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "timed_layers_tests.rs"]
mod tests;
