//! The networks, by name.

mod alexnet;
mod googlenet;
mod residual_block;
mod resnet;
mod vgg;

use results::{NETWORKS, UnknownNetwork, known_network};
use tch::Tensor;

use self::resnet::StrideIn;

use crate::parameters::{Declared, Scope};
use crate::pass::Pass;

/// A network that ends in one fully connected layer, its classifier.
pub trait Network {
    /// From images `[batch, 3, side, side]` to the classifier's input `[batch, features]`.
    fn features(&self, images: &Tensor, pass: &Pass) -> Tensor;

    /// From the classifier's input to logits `[batch, classes]`.
    fn classify(&self, features: &Tensor, pass: &Pass) -> Tensor;

    /// From images to logits.
    fn forward(&self, images: &Tensor, pass: &Pass) -> Tensor {
        self.classify(&self.features(images, pass), pass)
    }
}

/// A network with what the record says of it.
pub struct Architecture {
    /// The network itself.
    pub network: Box<dyn Network>,
    /// Its parameters and statistics.
    pub declared: Declared,
    /// Prefix of the names of the classifier's parameters, such as `fc`.
    pub classifier: &'static str,
    /// Layers with weights along the longest path.
    pub depth: u64,
    /// Side of the input that it was made for, in pixels.
    pub image_px: u64,
}

type Builder = fn(classes: i64) -> Architecture;

/// How each of [`NETWORKS`] is built, in their order.
const BUILDERS: [(&str, Builder); NETWORKS.len()] = [
    ("alexnet", alexnet::caffe),
    ("alexnet-torchvision", alexnet::torchvision),
    ("vgg16", vgg::vgg16),
    ("vgg19", vgg::vgg19),
    ("googlenet", googlenet::googlenet),
    ("resnet50", |classes| {
        resnet::resnet50(classes, StrideIn::ThreeByThree)
    }),
    ("resnet50-v1", |classes| {
        resnet::resnet50(classes, StrideIn::FirstOneByOne)
    }),
    ("resnet20", |classes| resnet::cifar(3, classes)),
    ("resnet32", |classes| resnet::cifar(5, classes)),
    ("resnet44", |classes| resnet::cifar(7, classes)),
    ("resnet50-6n2", |classes| resnet::cifar(8, classes)),
    ("resnet56", |classes| resnet::cifar(9, classes)),
    ("resnet18", resnet::resnet18_cifar),
    ("resnet50-bottleneck", resnet::resnet50_cifar),
];

/// Builds the network `name` for `classes` classes.
///
/// # Errors
/// An unknown name, with those that are known.
pub fn build(name: &str, classes: i64) -> Result<Architecture, UnknownNetwork> {
    let known = known_network(name)?;
    let (_, builder) = BUILDERS
        .iter()
        .find(|(name, _)| *name == known.name)
        .expect("the test `every_known_network_is_built` compares the lists");
    Ok(builder(classes))
}

/// Declares a network and puts it together with its facts.
fn architecture<N: Network + 'static>(
    classifier: &'static str,
    depth: u64,
    image_px: u64,
    build: impl FnOnce(&Scope) -> N,
) -> Architecture {
    let (network, declared) = Scope::declare(build);
    Architecture {
        network: Box::new(network),
        declared,
        classifier,
        depth,
        image_px,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_network_is_built() {
        let built = BUILDERS.map(|(name, _)| name);
        let known: Vec<&str> = NETWORKS.iter().map(|network| network.name).collect();
        assert_eq!(built, *known);
        for known in NETWORKS {
            let built = build(known.name, known.task.classes() as i64).unwrap();
            assert_eq!(
                (built.depth, built.image_px),
                (known.depth, known.made_for_px()),
                "{}",
                known.name
            );
        }
    }
}
