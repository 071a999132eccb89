//! VGG: Simonyan, Zisserman 2015. Five stages of 3 × 3 convolutions, each halved by pooling.

use crate::topics::operations::analysis::layers::{
    Convolution, Layer, Network, NetworkBuilder, NetworkError, Pool, Shape,
};

const STAGE_FILTERS: [u64; 5] = [64, 128, 256, 512, 512];

/// Configuration D: 13 convolutions and 3 fully connected layers.
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn vgg16() -> Result<Network, NetworkError> {
    vgg("vgg16", [2, 2, 3, 3, 3])
}

/// Configuration E: 16 convolutions and 3 fully connected layers.
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn vgg19() -> Result<Network, NetworkError> {
    vgg("vgg19", [2, 2, 4, 4, 4])
}

fn vgg(name: &str, stage_convolutions: [u64; 5]) -> Result<Network, NetworkError> {
    let mut net = NetworkBuilder::new(name, Shape::square(3, 224));
    for (stage, (filters, count)) in (1..).zip(STAGE_FILTERS.into_iter().zip(stage_convolutions)) {
        for i in 1..=count {
            net.then(
                &format!("conv{stage}_{i}"),
                Convolution::new(filters, 3).padding(1),
            );
            net.then(&format!("relu{stage}_{i}"), Layer::Relu);
        }
        net.then(&format!("pool{stage}"), Pool::maximum(2, 2));
    }
    for i in [6, 7] {
        net.then(&format!("fc{i}"), Layer::FullyConnected { outputs: 4096 });
        net.then(&format!("relu{i}"), Layer::Relu)
            .then(&format!("drop{i}"), Layer::Dropout);
    }
    net.then("fc8", Layer::FullyConnected { outputs: 1000 })
        .then("prob", Layer::Softmax);
    net.build()
}
