//! GoogLeNet (Szegedy et al. 2015, Table 1) in Caffe's form: biases, no BatchNorm, no auxiliary classifiers.
//!
//! First weights: PyTorch's default for convolutions and the fully connected layer, biases of convolutions 0.

use tch::Tensor;

use super::alexnet::local_response_norm;
use super::{Architecture, Network, architecture};
use crate::layers::{Conv2d, ConvInitial, ConvShape, Linear, global_average_pool, max_pool, relu};
use crate::parameters::Scope;
use crate::pass::Pass;

/// Name, input channels, and the widths of the branches: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection.
const INCEPTIONS: [(&str, i64, [i64; 6]); 9] = [
    ("inception3a", 192, [64, 96, 128, 16, 32, 32]),
    ("inception3b", 256, [128, 128, 192, 32, 96, 64]),
    ("inception4a", 480, [192, 96, 208, 16, 48, 64]),
    ("inception4b", 512, [160, 112, 224, 24, 64, 64]),
    ("inception4c", 512, [128, 128, 256, 24, 64, 64]),
    ("inception4d", 512, [112, 144, 288, 32, 64, 64]),
    ("inception4e", 528, [256, 160, 320, 32, 128, 128]),
    ("inception5a", 832, [256, 160, 320, 32, 128, 128]),
    ("inception5b", 832, [384, 192, 384, 48, 128, 128]),
];

/// A convolution followed by ReLU.
#[derive(Debug)]
struct ConvRelu {
    conv: Conv2d,
    relu: String,
}

impl ConvRelu {
    fn new(root: &Scope, name: &str, shape: ConvShape) -> ConvRelu {
        let scope = root.sub(name);
        ConvRelu {
            relu: scope.sub("relu").path().to_owned(),
            conv: Conv2d::with_bias(scope, shape, ConvInitial::PyTorchDefault),
        }
    }

    fn forward(&self, xs: &Tensor, pass: &Pass) -> Tensor {
        relu(&self.relu, self.conv.forward(xs, pass), pass)
    }
}

/// Four branches side by side.
#[derive(Debug)]
struct Inception {
    name: &'static str,
    one: ConvRelu,
    three: [ConvRelu; 2],
    five: [ConvRelu; 2],
    pool: ConvRelu,
}

impl Inception {
    fn new(root: &Scope, name: &'static str, input: i64, widths: [i64; 6]) -> Inception {
        let [one, reduce3, three, reduce5, five, pool] = widths;
        let scope = root.sub(name);
        let conv = |branch, input, output, kernel| {
            ConvRelu::new(&scope, branch, ConvShape::new(input, output, kernel))
        };
        Inception {
            name,
            one: conv("branch1", input, one, 1),
            three: [
                conv("branch2.0", input, reduce3, 1),
                conv("branch2.1", reduce3, three, 3),
            ],
            five: [
                conv("branch3.0", input, reduce5, 1),
                conv("branch3.1", reduce5, five, 5),
            ],
            pool: conv("branch4.1", input, pool, 1),
        }
    }

    fn forward(&self, xs: &Tensor, pass: &Pass) -> Tensor {
        let one = self.one.forward(xs, pass);
        let three = self.three[1].forward(&self.three[0].forward(xs, pass), pass);
        let five = self.five[1].forward(&self.five[0].forward(xs, pass), pass);
        let pooled = max_pool(&format!("{}.branch4.0", self.name), xs, 3, 1, 1, true, pass);
        let pool = self.pool.forward(&pooled, pass);
        pass.layer(&format!("{}.concat", self.name), "concatenation", || {
            Tensor::cat(&[one, three, five, pool], 1)
        })
    }
}

#[derive(Debug)]
struct GoogLeNet {
    conv1: ConvRelu,
    conv2: ConvRelu,
    conv3: ConvRelu,
    inceptions: Vec<Inception>,
    fc: Linear,
}

impl Network for GoogLeNet {
    fn features(&self, images: &Tensor, pass: &Pass) -> Tensor {
        let xs = self.conv1.forward(images, pass); // [batch, 64, 112, 112]
        let xs = max_pool("maxpool1", &xs, 3, 2, 0, true, pass); // [batch, 64, 56, 56]
        let xs = local_response_norm("norm1", &xs, pass);
        let xs = self.conv3.forward(&self.conv2.forward(&xs, pass), pass); // [batch, 192, 56, 56]
        let xs = local_response_norm("norm2", &xs, pass);
        let mut xs = max_pool("maxpool2", &xs, 3, 2, 0, true, pass); // [batch, 192, 28, 28]
        for inception in &self.inceptions {
            xs = inception.forward(&xs, pass);
            xs = match inception.name {
                "inception3b" => max_pool("maxpool3", &xs, 3, 2, 0, true, pass), // [batch, 480, 14, 14]
                "inception4e" => max_pool("maxpool4", &xs, 3, 2, 0, true, pass), // [batch, 832, 7, 7]
                _ => xs,
            };
        }
        let xs = global_average_pool("avgpool", &xs, pass); // [batch, 1024]
        xs.dropout(0.4, pass.is_training())
    }

    fn classify(&self, features: &Tensor, pass: &Pass) -> Tensor {
        self.fc.forward(features, pass) // [batch, classes]
    }
}

/// 22 layers with weights on the longest path; 6,998,552 parameters for 1,000 classes.
pub(super) fn googlenet(classes: i64) -> Architecture {
    architecture("fc", 22, 224, |root| GoogLeNet {
        conv1: ConvRelu::new(root, "conv1", ConvShape::new(3, 64, 7).stride(2)),
        conv2: ConvRelu::new(root, "conv2", ConvShape::new(64, 64, 1)),
        conv3: ConvRelu::new(root, "conv3", ConvShape::new(64, 192, 3)),
        inceptions: INCEPTIONS
            .iter()
            .map(|&(name, input, widths)| Inception::new(root, name, input, widths))
            .collect(),
        fc: Linear::new(root.sub("fc"), 1024, classes),
    })
}
