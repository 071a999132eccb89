//! Operations of one image's way through a network, layer by layer.
//!
//! One multiply-accumulate is 1 MAC. Manufacturers count it as 2 FLOPs; Lu et al. print it as
//! 1 FLOP. So every count here says by which convention it was made.

use super::layers::{Layer, LayerKind, Network, Node, Shape, Source};

/// How operations are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// MACs of convolutions and fully connected layers; everything else counts 0.
    MultiplyAccumulate,
    /// 2 FLOPs per MAC, otherwise as [`Convention::MultiplyAccumulate`]. This is how peak
    /// FLOP/s of devices are given, and Paleo's convention (Qi et al. 2017, Sec. 3.1.3).
    TwoPerMultiplyAccumulate,
    /// Lu et al. 2017: a matrix product of n × k by k × m counts n·m·k (Sec. 5.2). The paper
    /// gives no rule for the other layers; these reproduce Tables 2, 3, 5 and 6. Per output
    /// element: convolution and fully connected 1 more for the bias (even where there is
    /// none), pooling the area of its window, LRN 4, BatchNorm 3, ReLU, scale and add 1;
    /// concatenation, dropout and softmax 0. A BatchNorm that includes the scale counts 4.
    Lu,
}

impl Convention {
    /// All conventions.
    pub const ALL: [Convention; 3] = [
        Convention::MultiplyAccumulate,
        Convention::TwoPerMultiplyAccumulate,
        Convention::Lu,
    ];

    /// A short identifier: `mac`, `two_per_mac` or `lu`.
    pub const fn name(self) -> &'static str {
        match self {
            Convention::MultiplyAccumulate => "mac",
            Convention::TwoPerMultiplyAccumulate => "two_per_mac",
            Convention::Lu => "lu",
        }
    }

    /// The convention of this [`Convention::name`].
    ///
    /// # Errors
    /// [`UnknownConvention`] lists the known names.
    pub fn by_name(name: &str) -> Result<Convention, UnknownConvention> {
        let found = Convention::ALL
            .into_iter()
            .find(|convention| convention.name() == name);
        found.ok_or_else(|| UnknownConvention { name: name.into() })
    }

    /// Operations of one image's forward pass through a layer.
    fn forward(self, node: &Node) -> u64 {
        let macs = forward_macs(node);
        match self {
            Convention::MultiplyAccumulate => macs,
            Convention::TwoPerMultiplyAccumulate => 2 * macs,
            Convention::Lu if node.layer.kind().has_product() => macs + node.output.elements(),
            Convention::Lu => elementwise_operations(node),
        }
    }
}

/// A name that no convention has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown convention `{name}`; expected one of {}", Convention::ALL.map(|known| format!("`{}`", known.name())).join(", "))]
pub struct UnknownConvention {
    /// What was asked for.
    pub name: String,
}

/// MACs of the backward pass through one layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackwardMacs {
    /// For the gradient of the layer's input: as many as the forward pass, or 0 where nothing
    /// before the layer learns, as for the first convolution.
    pub input_gradient: u64,
    /// For the gradient of the layer's weights: as many as the forward pass.
    pub weight_gradient: u64,
}

impl BackwardMacs {
    /// Both gradients.
    pub const fn total(self) -> u64 {
        self.input_gradient + self.weight_gradient
    }
}

/// What one layer costs for one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerCount {
    /// The layer's name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// Shape of its output.
    pub output: Shape,
    /// Learned parameters.
    pub parameters: u64,
    /// Bytes of the output in fp32: 4 per element.
    pub activation_bytes: u64,
    /// Convention of `forward`.
    pub convention: Convention,
    /// Operations of the forward pass.
    pub forward: u64,
    /// MACs of the forward pass.
    pub forward_macs: u64,
    /// MACs of the backward pass.
    pub backward_macs: BackwardMacs,
}

/// What a network costs for one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkCount {
    /// The network's name.
    pub network: String,
    /// Convention of the forward counts.
    pub convention: Convention,
    /// Every layer, in the network's order.
    pub layers: Vec<LayerCount>,
}

/// What all layers of one kind cost together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KindCount {
    /// The kind.
    pub kind: LayerKind,
    /// Convention of `forward`.
    pub convention: Convention,
    /// How many layers there are.
    pub layers: u64,
    /// Their parameters.
    pub parameters: u64,
    /// Operations of their forward passes.
    pub forward: u64,
    /// `forward` over that of the whole network, 0 … 1; 0 in a network without operations.
    pub share: f64,
}

/// Counts one image's forward and backward pass.
pub fn count(network: &Network, convention: Convention) -> NetworkCount {
    let nodes = network.nodes().iter().zip(input_gradients_needed(network));
    let layers = nodes
        .map(|(node, needed)| count_layer(node, convention, needed))
        .collect();
    NetworkCount {
        network: network.name().into(),
        convention,
        layers,
    }
}

fn count_layer(node: &Node, convention: Convention, needs_input_gradient: bool) -> LayerCount {
    let macs = forward_macs(node);
    LayerCount {
        name: node.name.clone(),
        kind: node.layer.kind(),
        output: node.output,
        parameters: node.parameters(),
        activation_bytes: 4 * node.output.elements(),
        convention,
        forward: convention.forward(node),
        forward_macs: macs,
        backward_macs: BackwardMacs {
            input_gradient: if needs_input_gradient { macs } else { 0 },
            weight_gradient: macs,
        },
    }
}

/// For each layer whether the backward pass needs the gradient of its input: whether any layer
/// before it holds parameters.
fn input_gradients_needed(network: &Network) -> Vec<bool> {
    let mut learns: Vec<bool> = Vec::new(); // whether parameters lie before or in the node
    let mut needed = Vec::new();
    for node in network.nodes() {
        let upstream = |source: &Source| matches!(*source, Source::Node(i) if learns[i]);
        needed.push(node.sources.iter().any(upstream));
        learns.push(node.parameters() > 0 || needed[learns.len()]);
    }
    needed
}

impl NetworkCount {
    /// Operations of the forward pass, in the count's convention.
    pub fn forward(&self) -> u64 {
        self.sum(|layer| layer.forward)
    }

    /// MACs of the forward pass.
    pub fn forward_macs(&self) -> u64 {
        self.sum(|layer| layer.forward_macs)
    }

    /// MACs of the backward pass: gradients of inputs and of weights.
    pub fn backward_macs(&self) -> u64 {
        self.sum(|layer| layer.backward_macs.total())
    }

    /// MACs of one image's training step: forward and backward pass. Somewhat less than three forward
    /// passes, because nothing needs the gradient of the image. Normalisation, activations and the
    /// update of the weights are left out.
    pub fn training_macs(&self) -> u64 {
        self.forward_macs() + self.backward_macs()
    }

    /// Learned parameters.
    pub fn parameters(&self) -> u64 {
        self.sum(|layer| layer.parameters)
    }

    /// Bytes of all layers' outputs in fp32, each output kept apart.
    pub fn activation_bytes(&self) -> u64 {
        self.sum(|layer| layer.activation_bytes)
    }

    /// All layers of one kind together.
    pub fn of_kind(&self, kind: LayerKind) -> KindCount {
        let layers: Vec<_> = self
            .layers
            .iter()
            .filter(|layer| layer.kind == kind)
            .collect();
        let forward: u64 = layers.iter().map(|layer| layer.forward).sum();
        KindCount {
            kind,
            convention: self.convention,
            layers: layers.len() as u64,
            parameters: layers.iter().map(|layer| layer.parameters).sum(),
            forward,
            share: forward as f64 / self.forward().max(1) as f64,
        }
    }

    /// The kinds that the network has, in the order of [`LayerKind::ALL`].
    pub fn by_kind(&self) -> Vec<KindCount> {
        let kinds = LayerKind::ALL.into_iter().map(|kind| self.of_kind(kind));
        kinds.filter(|kind| kind.layers > 0).collect()
    }

    fn sum(&self, part: impl Fn(&LayerCount) -> u64) -> u64 {
        self.layers.iter().map(part).sum()
    }
}

/// Multiply-accumulates of one image: each output element of a convolution takes
/// kernel² · channels / groups, each of a fully connected layer one per input.
pub(super) fn forward_macs(node: &Node) -> u64 {
    let per_output = match (node.layer, node.inputs.as_slice()) {
        (Layer::Convolution(convolution), [input]) => convolution.weights_per_filter(*input),
        (Layer::FullyConnected { .. }, [input]) => input.elements(),
        _ => 0,
    };
    node.output.elements() * per_output
}

/// Operations of the layers without matrix product, as [`Convention::Lu`] counts them.
pub(super) fn elementwise_operations(node: &Node) -> u64 {
    let per_output = match node.layer {
        Layer::Pool(pool) => pool.kernel * pool.kernel,
        Layer::GlobalPool(_) => node
            .inputs
            .first()
            .map_or(0, |input| input.height * input.width),
        Layer::LocalResponseNorm => 4,
        Layer::BatchNorm { affine } => 3 + u64::from(affine),
        Layer::Relu | Layer::Scale => 1,
        Layer::Add => node.inputs.len() as u64 - 1,
        _ => 0,
    };
    node.output.elements() * per_output
}

#[cfg(test)]
mod tests;
