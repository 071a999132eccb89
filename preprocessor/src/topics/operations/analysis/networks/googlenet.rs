//! GoogLeNet: Szegedy et al. 2015, as Caffe's `bvlc_googlenet` deploys it, without the two
//! auxiliary classifiers that only training uses.

use crate::topics::operations::analysis::layers::{
    Convolution, Layer, Network, NetworkBuilder, NetworkError, Pool, Shape,
};

/// Filters of one inception module, by branch.
struct Inception {
    name: &'static str,
    one: u64,
    three_reduce: u64,
    three: u64,
    five_reduce: u64,
    five: u64,
    pool_projection: u64,
}

/// The modules of Szegedy et al., Table 1; columns as there.
const INCEPTIONS: [Inception; 9] = [
    inception("3a", [64, 96, 128, 16, 32, 32]),
    inception("3b", [128, 128, 192, 32, 96, 64]),
    inception("4a", [192, 96, 208, 16, 48, 64]),
    inception("4b", [160, 112, 224, 24, 64, 64]),
    inception("4c", [128, 128, 256, 24, 64, 64]),
    inception("4d", [112, 144, 288, 32, 64, 64]),
    inception("4e", [256, 160, 320, 32, 128, 128]),
    inception("5a", [256, 160, 320, 32, 128, 128]),
    inception("5b", [384, 192, 384, 48, 128, 128]),
];

const fn inception(name: &'static str, filters: [u64; 6]) -> Inception {
    let [one, three_reduce, three, five_reduce, five, pool_projection] = filters;
    Inception {
        name,
        one,
        three_reduce,
        three,
        five_reduce,
        five,
        pool_projection,
    }
}

/// The network at 224 px.
///
/// # Errors
/// None for this layer list; the signature is that of every constructor.
pub fn googlenet() -> Result<Network, NetworkError> {
    let mut net = NetworkBuilder::new("googlenet", Shape::square(3, 224));
    convolution(
        &mut net,
        "conv1/7x7_s2",
        Convolution::new(64, 7).stride(2).padding(3),
    );
    net.then("pool1/3x3_s2", Pool::maximum(3, 2).ceil());
    net.then("pool1/norm1", Layer::LocalResponseNorm);
    convolution(&mut net, "conv2/3x3_reduce", Convolution::new(64, 1));
    convolution(&mut net, "conv2/3x3", Convolution::new(192, 3).padding(1));
    net.then("conv2/norm2", Layer::LocalResponseNorm);
    net.then("pool2/3x3_s2", Pool::maximum(3, 2).ceil());
    for module in &INCEPTIONS {
        add_inception(&mut net, module);
        if matches!(module.name, "3b" | "4e") {
            let stage = if module.name == "3b" { 3 } else { 4 };
            net.then(&format!("pool{stage}/3x3_s2"), Pool::maximum(3, 2).ceil());
        }
    }
    net.then("pool5/7x7_s1", Pool::average(7, 1).ceil())
        .then("pool5/drop_7x7_s1", Layer::Dropout);
    net.then("loss3/classifier", Layer::FullyConnected { outputs: 1000 });
    net.then("prob", Layer::Softmax);
    net.build()
}

/// Four branches from one input, concatenated.
fn add_inception(net: &mut NetworkBuilder, module: &Inception) {
    let input = net.last();
    let name = |part: &str| format!("inception_{}/{part}", module.name);
    let one = convolution(net, &name("1x1"), Convolution::new(module.one, 1));

    net.after(&input);
    convolution(
        net,
        &name("3x3_reduce"),
        Convolution::new(module.three_reduce, 1),
    );
    let three = convolution(
        net,
        &name("3x3"),
        Convolution::new(module.three, 3).padding(1),
    );

    net.after(&input);
    convolution(
        net,
        &name("5x5_reduce"),
        Convolution::new(module.five_reduce, 1),
    );
    let five = convolution(
        net,
        &name("5x5"),
        Convolution::new(module.five, 5).padding(2),
    );

    net.after(&input)
        .then(&name("pool"), Pool::maximum(3, 1).padding(1).ceil());
    let pool = convolution(
        net,
        &name("pool_proj"),
        Convolution::new(module.pool_projection, 1),
    );

    net.join(
        &name("output"),
        Layer::Concat,
        &[&one, &three, &five, &pool],
    );
}

/// A convolution and its ReLU; returns the name of the latter.
fn convolution(net: &mut NetworkBuilder, name: &str, convolution: Convolution) -> String {
    net.then(name, convolution)
        .then(&format!("{name}/relu"), Layer::Relu)
        .last()
}
