//! The networks that a plan may name: one line for each. `experiments` builds them, the book counts them.

use std::fmt;
use std::ops::RangeInclusive;

use crate::nearest::nearest_hint;

/// What a network's name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownNetwork {
    /// Its name in plans and records, such as `resnet20`.
    pub name: &'static str,
    /// What readers call it, such as `ResNet-20`.
    pub title: &'static str,
    /// Layers with weights along the longest path.
    pub depth: u64,
    /// Sides of the square images that it takes, in pixels: from the smallest of which its last stage still has
    /// 2 px × 2 px, to that which it was made for. Fully connected layers on pixels take one side alone.
    pub image_px: RangeInclusive<u64>,
    /// What it was made for.
    pub task: Task,
    /// n of a network of He et al. 2015, Sec. 4.2, whose depth is 6n + 2; none in another one.
    pub blocks_per_stage: Option<u64>,
}

/// What a network was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Photographs of 1,000 classes.
    ImageNet,
    /// CIFAR-10: images of 32 px of ten classes.
    Cifar10,
}

impl Task {
    /// Classes.
    pub fn classes(self) -> u64 {
        match self {
            Task::ImageNet => 1000,
            Task::Cifar10 => 10,
        }
    }
}

impl KnownNetwork {
    /// Side of the images that it was made for, in pixels.
    pub fn made_for_px(&self) -> u64 {
        *self.image_px.end()
    }
}

/// Every network, those for ImageNet first.
pub const NETWORKS: &[KnownNetwork] = &[
    imagenet("alexnet", "AlexNet", 8, 227..=227),
    imagenet("alexnet-torchvision", "AlexNet (torchvision)", 8, 224..=224),
    imagenet("vgg16", "VGG-16", 16, 224..=224),
    imagenet("vgg19", "VGG-19", 19, 224..=224),
    imagenet("googlenet", "GoogLeNet", 22, 64..=224),
    imagenet("resnet50", "ResNet-50", 50, 64..=224),
    imagenet("resnet50-v1", "ResNet-50 v1", 50, 64..=224),
    six_n_plus_two("resnet20", "ResNet-20", 3),
    six_n_plus_two("resnet32", "ResNet-32", 5),
    six_n_plus_two("resnet44", "ResNet-44", 7),
    six_n_plus_two("resnet50-6n2", "ResNet-50 (n = 8)", 8),
    six_n_plus_two("resnet56", "ResNet-56", 9),
    cifar10("resnet18", "ResNet-18", 18, 16..=32),
    cifar10("resnet50-bottleneck", "ResNet-50 (bottleneck)", 50, 16..=32),
];

const fn imagenet(
    name: &'static str,
    title: &'static str,
    depth: u64,
    image_px: RangeInclusive<u64>,
) -> KnownNetwork {
    KnownNetwork {
        name,
        title,
        depth,
        image_px,
        task: Task::ImageNet,
        blocks_per_stage: None,
    }
}

const fn cifar10(
    name: &'static str,
    title: &'static str,
    depth: u64,
    image_px: RangeInclusive<u64>,
) -> KnownNetwork {
    KnownNetwork {
        task: Task::Cifar10,
        ..imagenet(name, title, depth, image_px)
    }
}

const fn six_n_plus_two(name: &'static str, title: &'static str, n: u64) -> KnownNetwork {
    KnownNetwork {
        blocks_per_stage: Some(n),
        ..cifar10(name, title, 6 * n + 2, 8..=32)
    }
}

/// A name that no network has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownNetwork {
    /// The name.
    pub name: String,
}

impl std::error::Error for UnknownNetwork {}

impl fmt::Display for UnknownNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = NETWORKS.iter().map(|network| format!("`{}`", network.name));
        let names = names.collect::<Vec<_>>().join(", ");
        write!(
            f,
            "network `{}` is unknown, expected one of {names}{}",
            self.name,
            nearest_hint(&self.name, NETWORKS.iter().map(|network| network.name))
        )
    }
}

/// The network of this name.
///
/// # Errors
/// An unknown name, with those that are known.
pub fn known_network(name: &str) -> Result<&'static KnownNetwork, UnknownNetwork> {
    let found = NETWORKS.iter().find(|network| network.name == name);
    found.ok_or_else(|| UnknownNetwork {
        name: name.to_owned(),
    })
}
