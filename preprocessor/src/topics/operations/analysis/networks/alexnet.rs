//! AlexNet: Krizhevsky, Sutskever, Hinton 2012.

use crate::topics::operations::analysis::layers::{
    Convolution, Layer, Network, NetworkBuilder, NetworkError, Pool, Shape,
};

/// Caffe's `bvlc_alexnet`: 227 px, the second, fourth and fifth convolution in two groups (once
/// for two GPUs), local response normalisation. Lu et al. count this one (Table 2).
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn alexnet() -> Result<Network, NetworkError> {
    let mut net = NetworkBuilder::new("alexnet", Shape::square(3, 227));
    net.then("conv1", Convolution::new(96, 11).stride(4))
        .then("relu1", Layer::Relu);
    net.then("norm1", Layer::LocalResponseNorm)
        .then("pool1", Pool::maximum(3, 2).ceil());
    net.then("conv2", Convolution::new(256, 5).padding(2).groups(2))
        .then("relu2", Layer::Relu);
    net.then("norm2", Layer::LocalResponseNorm)
        .then("pool2", Pool::maximum(3, 2).ceil());
    net.then("conv3", Convolution::new(384, 3).padding(1))
        .then("relu3", Layer::Relu);
    net.then("conv4", Convolution::new(384, 3).padding(1).groups(2))
        .then("relu4", Layer::Relu);
    net.then("conv5", Convolution::new(256, 3).padding(1).groups(2))
        .then("relu5", Layer::Relu);
    net.then("pool5", Pool::maximum(3, 2).ceil());
    net.then("fc6", Layer::FullyConnected { outputs: 4096 })
        .then("relu6", Layer::Relu);
    net.then("drop6", Layer::Dropout);
    net.then("fc7", Layer::FullyConnected { outputs: 4096 })
        .then("relu7", Layer::Relu);
    net.then("drop7", Layer::Dropout);
    net.then("fc8", Layer::FullyConnected { outputs: 1000 })
        .then("prob", Layer::Softmax);
    net.build()
}

/// torchvision's `alexnet`: 224 px, one group throughout, fewer filters, no normalisation
/// (Krizhevsky 2014). Its adaptive pooling to 6 × 6 is the identity at this size and left out.
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn alexnet_torchvision() -> Result<Network, NetworkError> {
    let mut net = NetworkBuilder::new("alexnet-torchvision", Shape::square(3, 224));
    net.then("conv1", Convolution::new(64, 11).stride(4).padding(2))
        .then("relu1", Layer::Relu);
    net.then("pool1", Pool::maximum(3, 2));
    net.then("conv2", Convolution::new(192, 5).padding(2))
        .then("relu2", Layer::Relu);
    net.then("pool2", Pool::maximum(3, 2));
    net.then("conv3", Convolution::new(384, 3).padding(1))
        .then("relu3", Layer::Relu);
    net.then("conv4", Convolution::new(256, 3).padding(1))
        .then("relu4", Layer::Relu);
    net.then("conv5", Convolution::new(256, 3).padding(1))
        .then("relu5", Layer::Relu);
    net.then("pool5", Pool::maximum(3, 2))
        .then("drop6", Layer::Dropout);
    net.then("fc6", Layer::FullyConnected { outputs: 4096 })
        .then("relu6", Layer::Relu);
    net.then("drop7", Layer::Dropout);
    net.then("fc7", Layer::FullyConnected { outputs: 4096 })
        .then("relu7", Layer::Relu);
    net.then("fc8", Layer::FullyConnected { outputs: 1000 });
    net.build()
}
