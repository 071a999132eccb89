//! The networks, by name.

mod alexnet;
mod googlenet;
mod residual_block;
mod resnet;
mod vgg;

use anyhow::{Result, bail};
use tch::Tensor;

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

/// Names that [`build`] knows.
pub const NAMES: [&str; 14] = [
    "resnet20",
    "resnet32",
    "resnet44",
    "resnet50-6n2",
    "resnet56",
    "resnet18",
    "resnet50-bottleneck",
    "alexnet",
    "alexnet-torchvision",
    "vgg16",
    "vgg19",
    "googlenet",
    "resnet50",
    "resnet50-v1",
];

/// Builds the network `name` for `classes` classes.
///
/// # Errors
/// An unknown name, with those that are known.
pub fn build(name: &str, classes: i64) -> Result<Architecture> {
    Ok(match name {
        "resnet20" => resnet::cifar(3, classes),
        "resnet32" => resnet::cifar(5, classes),
        "resnet44" => resnet::cifar(7, classes),
        "resnet50-6n2" => resnet::cifar(8, classes),
        "resnet56" => resnet::cifar(9, classes),
        "resnet18" => resnet::resnet18_cifar(classes),
        "resnet50-bottleneck" => resnet::resnet50_cifar(classes),
        "resnet50" => resnet::resnet50(classes, resnet::StrideIn::ThreeByThree),
        "resnet50-v1" => resnet::resnet50(classes, resnet::StrideIn::FirstOneByOne),
        "alexnet" => alexnet::caffe(classes),
        "alexnet-torchvision" => alexnet::torchvision(classes),
        "vgg16" => vgg::vgg16(classes),
        "vgg19" => vgg::vgg19(classes),
        "googlenet" => googlenet::googlenet(classes),
        _ => bail!(
            "network `{name}` is unknown; expected one of {}",
            NAMES.join(", ")
        ),
    })
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
