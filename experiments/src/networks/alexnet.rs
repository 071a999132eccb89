//! AlexNet in its two forms: Caffe's (Krizhevsky et al. 2012, two groups, 227 px) and torchvision's one tower (224 px).
//!
//! First weights: Caffe's normal with deviation 0.01 (0.005 in the first two fully connected layers), biases 0 here;
//! torchvision's form takes PyTorch's defaults, biases of convolutions 0.

use tch::Tensor;

use super::{Architecture, Network, architecture};
use crate::layers::{Conv2d, ConvInitial, ConvShape, Linear, max_pool, relu};
use crate::parameters::Scope;
use crate::pass::Pass;

/// Both forms: five convolutions, of which the first, second and fifth are pooled, and three fully connected layers.
#[derive(Debug)]
struct AlexNet {
    convolutions: [Conv2d; 5],
    classifier: [Linear; 3],
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Caffe,
    Torchvision,
}

impl Network for AlexNet {
    // Shapes at the right: Caffe's form on 227 px.
    fn features(&self, images: &Tensor, pass: &Pass) -> Tensor {
        let [conv1, conv2, conv3, conv4, conv5] = &self.convolutions;
        let xs = relu("relu1", conv1.forward(images, pass), pass); // [batch, 96, 55, 55]
        let xs = self.normalise_and_pool(1, xs, pass); // [batch, 96, 27, 27]
        let xs = relu("relu2", conv2.forward(&xs, pass), pass); // [batch, 256, 27, 27]
        let xs = self.normalise_and_pool(2, xs, pass); // [batch, 256, 13, 13]
        let xs = relu("relu3", conv3.forward(&xs, pass), pass); // [batch, 384, 13, 13]
        let xs = relu("relu4", conv4.forward(&xs, pass), pass); // [batch, 384, 13, 13]
        let xs = relu("relu5", conv5.forward(&xs, pass), pass); // [batch, 256, 13, 13]
        let xs = max_pool("pool5", &xs, 3, 2, 0, false, pass).flatten(1, 3); // [batch, 9216]
        let xs = relu("relu6", self.classifier[0].forward(&xs, pass), pass); // [batch, 4096]
        let xs = xs.dropout(0.5, pass.is_training());
        let xs = relu("relu7", self.classifier[1].forward(&xs, pass), pass); // [batch, 4096]
        xs.dropout(0.5, pass.is_training())
    }

    fn classify(&self, features: &Tensor, pass: &Pass) -> Tensor {
        self.classifier[2].forward(features, pass) // [batch, classes]
    }
}

impl AlexNet {
    /// Caffe's form: local response normalisation over 5 channels, then pooling; the one tower has pooling alone.
    fn normalise_and_pool(&self, number: u64, xs: Tensor, pass: &Pass) -> Tensor {
        let xs = match self.form {
            Form::Caffe => local_response_norm(&format!("norm{number}"), &xs, pass),
            Form::Torchvision => xs,
        };
        max_pool(&format!("pool{number}"), &xs, 3, 2, 0, false, pass)
    }
}

/// x / (1 + 10⁻⁴ · mean of x² over 5 neighbouring channels)^0.75 (Krizhevsky et al. 2012, Sec. 3.3, Caffe's constants).
pub(super) fn local_response_norm(name: &str, xs: &Tensor, pass: &Pass) -> Tensor {
    pass.layer(name, "local response normalisation", || {
        let squares = xs.square().unsqueeze(1); // [batch, 1, channels, height, width]
        let padded = squares.constant_pad_nd([0, 0, 0, 0, 2, 2]);
        let means = padded.avg_pool3d([5, 1, 1], [1, 1, 1], [0, 0, 0], false, true, None::<i64>);
        let means = means.squeeze_dim(1); // [batch, channels, height, width]
        xs / (means * 1e-4 + 1.0).pow_tensor_scalar(0.75)
    })
}

/// Two groups in the second, fourth and fifth convolutions; 227 px; 60,965,224 parameters for 1,000 classes.
pub(super) fn caffe(classes: i64) -> Architecture {
    architecture("fc8", 8, 227, |root| {
        let shapes = [
            ConvShape::new(3, 96, 11).stride(4).padding(0),
            ConvShape::new(96, 256, 5).groups(2),
            ConvShape::new(256, 384, 3),
            ConvShape::new(384, 384, 3).groups(2),
            ConvShape::new(384, 256, 3).groups(2),
        ];
        let names = ["conv1", "conv2", "conv3", "conv4", "conv5"];
        AlexNet {
            convolutions: convolutions(root, names, shapes, ConvInitial::Normal(0.01)),
            classifier: [
                Linear::normal(root.sub("fc6"), 256 * 6 * 6, 4096, 0.005),
                Linear::normal(root.sub("fc7"), 4096, 4096, 0.005),
                Linear::normal(root.sub("fc8"), 4096, classes, 0.01),
            ],
            form: Form::Caffe,
        }
    })
}

/// One tower of 64, 192, 384, 256 and 256 channels; 224 px; torchvision's parameter names.
pub(super) fn torchvision(classes: i64) -> Architecture {
    architecture("classifier.6", 8, 224, |root| {
        let shapes = [
            ConvShape::new(3, 64, 11).stride(4).padding(2),
            ConvShape::new(64, 192, 5),
            ConvShape::new(192, 384, 3),
            ConvShape::new(384, 256, 3),
            ConvShape::new(256, 256, 3),
        ];
        let names = [
            "features.0",
            "features.3",
            "features.6",
            "features.8",
            "features.10",
        ];
        AlexNet {
            convolutions: convolutions(root, names, shapes, ConvInitial::PyTorchDefault),
            classifier: [
                Linear::new(root.sub("classifier.1"), 256 * 6 * 6, 4096),
                Linear::new(root.sub("classifier.4"), 4096, 4096),
                Linear::new(root.sub("classifier.6"), 4096, classes),
            ],
            form: Form::Torchvision,
        }
    })
}

fn convolutions(
    root: &Scope,
    names: [&str; 5],
    shapes: [ConvShape; 5],
    rule: ConvInitial,
) -> [Conv2d; 5] {
    std::array::from_fn(|i| Conv2d::with_bias(root.sub(names[i]), shapes[i], rule))
}
