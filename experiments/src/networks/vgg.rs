//! VGG (Simonyan and Zisserman 2015), configurations D (16) and E (19), with torchvision's names.
//!
//! First weights as torchvision: convolutions He normal (fan-out), fully connected layers normal with deviation 0.01.

use tch::Tensor;

use super::{Architecture, Network, architecture};
use crate::layers::{Conv2d, ConvInitial, ConvShape, Linear, max_pool, relu};
use crate::pass::Pass;

/// One entry of the list `features`, whose index is its name.
#[derive(Debug)]
enum Feature {
    Convolution(Conv2d),
    Relu(String),
    MaxPool(String),
}

#[derive(Debug)]
struct Vgg {
    features: Vec<Feature>,
    classifier: [Linear; 3],
}

impl Network for Vgg {
    fn features(&self, images: &Tensor, pass: &Pass) -> Tensor {
        let mut xs = images.shallow_clone(); // [batch, 3, 224, 224]
        for feature in &self.features {
            xs = match feature {
                Feature::Convolution(conv) => conv.forward(&xs, pass),
                Feature::Relu(name) => relu(name, xs, pass),
                Feature::MaxPool(name) => max_pool(name, &xs, 2, 2, 0, false, pass),
            };
        }
        let xs = xs.flatten(1, 3); // [batch, 25088], of 512 × 7 × 7
        let xs = relu("classifier.1", self.classifier[0].forward(&xs, pass), pass); // [batch, 4096]
        let xs = xs.dropout(0.5, pass.is_training());
        let xs = relu("classifier.4", self.classifier[1].forward(&xs, pass), pass); // [batch, 4096]
        xs.dropout(0.5, pass.is_training())
    }

    fn classify(&self, features: &Tensor, pass: &Pass) -> Tensor {
        self.classifier[2].forward(features, pass) // [batch, classes]
    }
}

/// Thirteen convolutions.
pub(super) fn vgg16(classes: i64) -> Architecture {
    vgg(16, [2, 2, 3, 3, 3], classes)
}

/// Sixteen convolutions.
pub(super) fn vgg19(classes: i64) -> Architecture {
    vgg(19, [2, 2, 4, 4, 4], classes)
}

/// Five stages of 3×3 convolutions, each stage ended by pooling.
fn vgg(depth: u64, convolutions: [usize; 5], classes: i64) -> Architecture {
    architecture("classifier.6", depth, 224, |root| {
        let scope = root.sub("features");
        let mut features = Vec::new();
        let mut input = 3;
        for (count, output) in convolutions.into_iter().zip([64, 128, 256, 512, 512]) {
            for _ in 0..count {
                let conv_scope = scope.sub(features.len());
                let shape = ConvShape::new(input, output, 3);
                let conv = Conv2d::with_bias(conv_scope, shape, ConvInitial::HeFanOut);
                features.push(Feature::Convolution(conv));
                let name = scope.sub(features.len()).path().to_owned();
                features.push(Feature::Relu(name));
                input = output;
            }
            let name = scope.sub(features.len()).path().to_owned();
            features.push(Feature::MaxPool(name));
        }
        let scope = root.sub("classifier");
        let linear = |i: u64, input, output| Linear::normal(scope.sub(i), input, output, 0.01);
        let classifier = [
            linear(0, 512 * 7 * 7, 4096),
            linear(3, 4096, 4096),
            linear(6, 4096, classes),
        ];
        Vgg {
            features,
            classifier,
        }
    })
}
