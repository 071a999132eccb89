//! A network as a graph of layers, and the builder that checks it.

use super::{Layer, LayerError, Shape};

/// The name by which a layer takes the network's input.
pub const IMAGE: &str = "image";

/// A network whose shapes fit: layers in an order in which each comes after its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    name: String,
    image: Shape,
    nodes: Vec<Node>,
}

/// One layer in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Unique within the network.
    pub name: String,
    /// What it does.
    pub layer: Layer,
    /// Where its inputs come from.
    pub sources: Vec<Source>,
    /// The inputs' shapes, in the order of `sources`.
    pub inputs: Vec<Shape>,
    /// The output's shape.
    pub output: Shape,
}

/// Where an input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The image that the network classifies.
    Image,
    /// The output of the node with this index.
    Node(usize),
}

impl Network {
    /// The name, as in [`NETWORKS`](results::NETWORKS) for a known network.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every layer, each after its inputs.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Learned parameters of all layers.
    pub fn parameters(&self) -> u64 {
        self.nodes.iter().map(Node::parameters).sum()
    }
}

impl Node {
    /// Learned parameters of this layer.
    pub fn parameters(&self) -> u64 {
        self.inputs
            .first()
            .map_or(0, |&input| self.layer.parameters(input))
    }
}

/// Writes a network down layer by layer; [`NetworkBuilder::build`] checks the whole.
///
/// A layer takes the output of the one written before it, unless [`NetworkBuilder::after`] or
/// [`NetworkBuilder::join`] names its inputs.
#[derive(Clone, Debug)]
pub struct NetworkBuilder {
    name: String,
    image: Shape,
    layers: Vec<(String, Layer, Vec<String>)>,
    last: String,
}

impl NetworkBuilder {
    /// Starts with the image of this shape, known as [`IMAGE`].
    pub fn new(name: &str, image: Shape) -> NetworkBuilder {
        NetworkBuilder {
            name: name.into(),
            image,
            layers: Vec::new(),
            last: IMAGE.into(),
        }
    }

    /// Adds a layer behind the last one.
    pub fn then(&mut self, name: &str, layer: impl Into<Layer>) -> &mut NetworkBuilder {
        let input = self.last.clone();
        self.join(name, layer, &[&input])
    }

    /// Lets the next layer follow the layer of this name.
    pub fn after(&mut self, name: &str) -> &mut NetworkBuilder {
        self.last = name.into();
        self
    }

    /// Adds a layer whose inputs are the layers of these names.
    pub fn join(
        &mut self,
        name: &str,
        layer: impl Into<Layer>,
        inputs: &[&str],
    ) -> &mut NetworkBuilder {
        let inputs = inputs.iter().map(|input| input.to_string()).collect();
        self.layers.push((name.into(), layer.into(), inputs));
        self.after(name)
    }

    /// The name of the layer that the next one would follow.
    pub fn last(&self) -> String {
        self.last.clone()
    }

    /// Infers every shape.
    ///
    /// # Errors
    /// The first layer that cannot be placed: its name is taken, an input is unknown, or
    /// the inputs do not suit it.
    pub fn build(&self) -> Result<Network, NetworkError> {
        let mut network = Network {
            name: self.name.clone(),
            image: self.image,
            nodes: Vec::new(),
        };
        for (name, layer, inputs) in &self.layers {
            let node = network
                .place(name, *layer, inputs)
                .map_err(|problem| NetworkError {
                    network: self.name.clone(),
                    layer: name.clone(),
                    problem,
                })?;
            network.nodes.push(node);
        }
        Ok(network)
    }
}

impl Network {
    fn place(&self, name: &str, layer: Layer, inputs: &[String]) -> Result<Node, NetworkProblem> {
        if name == IMAGE || self.nodes.iter().any(|node| node.name == name) {
            return Err(NetworkProblem::NameTaken);
        }
        let sources: Vec<Source> = inputs
            .iter()
            .map(|input| self.source(input))
            .collect::<Result<_, _>>()?;
        let shapes: Vec<Shape> = sources.iter().map(|&source| self.shape(source)).collect();
        let output = layer.output(&shapes)?;
        Ok(Node {
            name: name.into(),
            layer,
            sources,
            inputs: shapes,
            output,
        })
    }

    fn source(&self, name: &str) -> Result<Source, NetworkProblem> {
        if name == IMAGE {
            return Ok(Source::Image);
        }
        let index = self.nodes.iter().position(|node| node.name == name);
        index
            .map(Source::Node)
            .ok_or_else(|| NetworkProblem::UnknownInput { input: name.into() })
    }

    fn shape(&self, source: Source) -> Shape {
        match source {
            Source::Image => self.image,
            Source::Node(index) => self.nodes[index].output,
        }
    }
}

/// A layer that cannot be placed in its network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("network `{network}`, layer `{layer}`: {problem}")]
pub struct NetworkError {
    /// The network's name.
    pub network: String,
    /// The layer's name.
    pub layer: String,
    /// What is wrong.
    pub problem: NetworkProblem,
}

/// What is wrong with a layer in its network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkProblem {
    /// Another layer has the name already, or it is [`IMAGE`].
    #[error("the name is taken; expected one that no earlier layer has")]
    NameTaken,
    /// No earlier layer has the name that is given as an input.
    #[error("input `{input}` is no earlier layer; hint: the network's input is `{IMAGE}`")]
    UnknownInput {
        /// The name that was given.
        input: String,
    },
    /// The inputs do not suit the layer.
    #[error(transparent)]
    Layer(#[from] LayerError),
}

#[cfg(test)]
mod tests {
    use super::super::{Convolution, Pool};
    use super::*;

    fn check(write: impl FnOnce(&mut NetworkBuilder), expect: &str) {
        let mut builder = NetworkBuilder::new("tiny", Shape::square(3, 8));
        write(&mut builder);
        let shapes = |network: Network| {
            let line = |node: &Node| format!("{} {}", node.name, node.output);
            network
                .nodes()
                .iter()
                .map(line)
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(
            builder
                .build()
                .map_or_else(|error| error.to_string(), shapes),
            expect
        );
    }

    fn convolution(filters: u64) -> Convolution {
        Convolution::new(filters, 3).padding(1)
    }

    #[test]
    fn shapes_follow_the_graph() {
        check(
            |net| {
                net.then("a", convolution(4)).then("b", Layer::Relu);
                net.after("a")
                    .then("c", convolution(6))
                    .join("d", Layer::Concat, &["b", "c"]);
                net.then("e", Pool::maximum(2, 2))
                    .then("f", Layer::FullyConnected { outputs: 10 });
            },
            "a 4 × 8 × 8, b 4 × 8 × 8, c 6 × 8 × 8, d 10 × 8 × 8, e 10 × 4 × 4, f 10 × 1 × 1",
        );
        check(
            |net| {
                net.then(
                    "a",
                    Layer::PaddedShortcut {
                        channels: 5,
                        stride: 2,
                    },
                );
            },
            "a 5 × 4 × 4",
        );
        // Of 7 rows the first, third, fifth and seventh are kept.
        check(
            |net| {
                net.then("a", Convolution::new(3, 2)).then(
                    "b",
                    Layer::PaddedShortcut {
                        channels: 5,
                        stride: 2,
                    },
                );
            },
            "a 3 × 7 × 7, b 5 × 4 × 4",
        );
    }

    #[test]
    fn errors_name_network_and_layer() {
        check(
            |net| {
                net.after("conv1").then("a", Layer::Relu);
            },
            "network `tiny`, layer `a`: input `conv1` is no earlier layer; hint: the network's input is `image`",
        );
        check(
            |net| {
                net.then("a", Layer::Relu).then("a", Layer::Relu);
            },
            "network `tiny`, layer `a`: the name is taken; expected one that no earlier layer has",
        );
        check(
            |net| {
                net.then("a", convolution(4))
                    .join("b", Layer::Add, &["a", IMAGE]);
            },
            "network `tiny`, layer `b`: input of shape `3 × 8 × 8` beside one of `4 × 8 × 8`; expected the same shape",
        );
        check(
            |net| {
                net.then("a", Pool::maximum(2, 2))
                    .join("b", Layer::Concat, &["a", IMAGE]);
            },
            "network `tiny`, layer `b`: input of shape `3 × 8 × 8` beside one of `3 × 4 × 4`; expected the same height and width",
        );
        check(
            |net| {
                net.join("a", Layer::Add, &[IMAGE]);
            },
            "network `tiny`, layer `a`: got `1` inputs; expected two or more",
        );
        check(
            |net| {
                net.join("a", Layer::Relu, &[IMAGE, IMAGE]);
            },
            "network `tiny`, layer `a`: got `2` inputs; expected one",
        );
        check(
            |net| {
                net.then("a", Pool::maximum(9, 2));
            },
            "network `tiny`, layer `a`: window of `9` is larger than the padded input of `8`",
        );
        check(
            |net| {
                net.then(
                    "a",
                    Layer::PaddedShortcut {
                        channels: 2,
                        stride: 1,
                    },
                );
            },
            "network `tiny`, layer `a`: `2` channels out of `3`; expected at least as many as come in",
        );
    }
}
