//! Convolutions and the BatchNorm behind them, against libtorch in double precision.
//!
//! Values and weights are small integers, so their convolution is exact in bf16, and so is all that BatchNorm makes of it but
//! for its own rounding. What it hands back to the convolution's gradients is rounded once, in rare cases the other way.

use experiments::kernels::Kernels;
use tch::{Kind, Tensor};

use crate::layer::{Case, Followed, Layer, close, close_within, norm, values};

/// A convolution, and its BatchNorm's part.
pub(crate) struct Convolution {
    x: Tensor,
    /// In channels-last order, as the network has it.
    weight: Tensor,
    behind: Case,
}

impl Convolution {
    pub(crate) fn new(shape: [i64; 4], followed: Followed) -> Convolution {
        let channels = shape[1];
        let integers = |seed, shape, bound: i64| {
            (values(seed, shape, Kind::Double) * 1.3)
                .round()
                .clamp(-bound, bound)
        };
        Convolution::of(
            integers(11, shape, 2),
            integers(12, [channels, channels, 3, 3], 1),
            followed,
        )
    }

    /// The means lie a hundred deviations from 0.
    fn far_from_0(shape: [i64; 4]) -> Convolution {
        let of_pixel = values(13, shape, Kind::Double).sign();
        let weight = Tensor::zeros([shape[1], shape[1], 3, 3], (Kind::Double, tch::Device::Cpu));
        let _ = weight
            .narrow(1, 3, 8)
            .narrow(2, 1, 1)
            .narrow(3, 1, 1)
            .fill_(1.0);
        let weight = weight
            .permute([0, 2, 3, 1])
            .contiguous()
            .permute([0, 3, 1, 2]);
        let mut convolution = Convolution::of(of_pixel + 25.0, weight, Followed::Relu);
        let _ = convolution.behind.running[0].g_add_scalar_(200.0);
        convolution
    }

    fn of(x: Tensor, weight: Tensor, followed: Followed) -> Convolution {
        let result = convolved(&x, &weight);
        let [x, weight, result] = [x, weight, result].map(|tensor| tensor.to_kind(Kind::BFloat16));
        Convolution {
            x,
            weight,
            behind: Case::of(result, followed),
        }
    }

    /// By our kernels; gradients of x, weights, scale, shift and what is added.
    pub(crate) fn fused(&self, kernels: &Kernels) -> Layer {
        let [_, scale, shift, added] = self.behind.leaves(Kind::BFloat16, Kind::Float);
        let [x, weight] = [&self.x, &self.weight].map(|of| of.copy().set_requires_grad(true));
        let running = self.behind.running.each_ref().map(Tensor::copy);
        let (norm, then) = (norm(&scale, &shift, &running), self.behind.then(&added));
        let y = kernels.convolution(&x, &weight, norm, then).unwrap();
        let leaves = [x, weight, scale, shift, added];
        self.behind.layer(&leaves, y, running)
    }

    /// By libtorch in double precision.
    fn plain(&self) -> (Layer, Tensor) {
        let mut layer = self.behind.plain(Kind::Double, true);
        let leaf = |of: &Tensor| of.to_kind(Kind::Double).set_requires_grad(true);
        let leaves = [&self.x, &self.weight].map(leaf);
        let result = convolved(&leaves[0], &leaves[1]);
        let before = layer
            .gradients
            .remove(0)
            .to_kind(Kind::BFloat16)
            .to_kind(Kind::Double);
        let mut gradients =
            Tensor::run_backward(&[(result * &before).sum(None)], &leaves, false, false);
        gradients.append(&mut layer.gradients);
        (Layer { gradients, ..layer }, before)
    }
}

fn convolved(x: &Tensor, weight: &Tensor) -> Tensor {
    x.conv2d(weight, None::<Tensor>, 1, 1, 1, 1)
}

fn check(kernels: &Kernels, what: &str, convolution: &Convolution) {
    let found = convolution.fused(kernels);
    let (expected, before) = convolution.plain();
    let of = |name: &str| {
        let followed = convolution.behind.followed;
        format!("{name} of {what} {:?}, {followed:?}", convolution.x.size())
    };
    close(&of("output"), &found.y, &expected.y);
    for (name, i) in [("running mean", 0), ("running variance", 1)] {
        close(&of(name), &found.running[i], &expected.running[i]);
    }
    // A number or two before, rounded the other way.
    let largest = |of: &Tensor| of.abs().max().double_value(&[]);
    let rounding = largest(&before) / 128.0;
    let slack = [
        rounding * largest(&convolution.weight),
        rounding * largest(&convolution.x),
        0.0,
        0.0,
        0.0,
    ];
    let names = ["x", "weights", "scale", "shift", "shortcut"];
    for (i, (found, expected)) in found.gradients.iter().zip(&expected.gradients).enumerate() {
        close_within(
            &of(&format!("gradient of {}", names[i])),
            found,
            expected,
            slack[i],
        );
    }
}

/// Blocks that take several times pixels, images that begin and end within a block, images smaller than the kernel, means far
/// from 0.
pub(crate) fn check_all_convolutions(kernels: &Kernels) {
    let shapes = [
        [5, 16, 7, 9],
        [3, 32, 5, 11],
        [3, 64, 3, 4],
        [2, 16, 1, 1],
        [5, 32, 1, 2],
        [3, 64, 2, 1],
        [1, 64, 3, 64],
        [7, 16, 32, 32],
        [7, 32, 16, 16],
        [13, 64, 8, 8],
    ];
    for (shape, followed) in shapes.into_iter().zip(
        [Followed::AddRelu, Followed::Relu, Followed::Nothing]
            .into_iter()
            .cycle(),
    ) {
        check(kernels, "convolution", &Convolution::new(shape, followed));
    }
    for shape in [[3, 16, 9, 9], [3, 32, 9, 9], [3, 64, 9, 9]] {
        check(
            kernels,
            "convolution far from 0",
            &Convolution::far_from_0(shape),
        );
    }
}
