//! BatchNorm and what follows it, against libtorch in double precision.

use experiments::kernels::{BatchNorm, Kernels, Then};
use tch::{Device, Kind, Tensor};

const MOMENTUM: f64 = 0.1;
const EPSILON: f64 = 0.02;

/// What follows BatchNorm.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Followed {
    Nothing,
    Relu,
    AddRelu,
}

/// Values in channels-last order, the same for each call with the same arguments.
pub(crate) fn values(seed: i64, shape: [i64; 4], kind: Kind) -> Tensor {
    let [images, channels, height, width] = shape;
    let count = shape.iter().product::<i64>();
    let angles = Tensor::arange(count, (Kind::Double, Device::Cpu)) * 0.7 + seed as f64;
    // The sine of a large number is as good as drawn.
    let drawn = (angles.square() * 1.37).sin() * 2.0;
    drawn
        .reshape([images, height, width, channels])
        .to_kind(kind)
        .permute([0, 3, 1, 2])
}

pub(crate) fn of_channels(seed: i64, channels: i64, from: f64, to: f64) -> Tensor {
    let drawn = values(seed, [1, channels, 1, 1], Kind::Double).reshape([channels]);
    ((drawn + 2.0) * ((to - from) / 4.0) + from).to_kind(Kind::Float)
}

/// Output, running statistics and gradients of a layer.
pub(crate) struct Layer {
    pub(crate) y: Tensor,
    pub(crate) running: [Tensor; 2],
    /// Of x, scale, shift and what was added.
    pub(crate) gradients: Vec<Tensor>,
}

pub(crate) struct Case {
    pub(crate) x: Tensor,
    added: Tensor,
    d_y: Tensor,
    scale: Tensor,
    shift: Tensor,
    pub(crate) running: [Tensor; 2],
    pub(crate) followed: Followed,
}

impl Case {
    /// The means of the channels lie as far from 0 as `offset`.
    pub(crate) fn new(shape: [i64; 4], kind: Kind, followed: Followed, offset: f64) -> Case {
        let means = of_channels(5, shape[1], -offset, offset).reshape([1, -1, 1, 1]);
        Case::of(
            (values(1, shape, Kind::Double) + means).to_kind(kind),
            followed,
        )
    }

    /// That of a layer behind `x`.
    pub(crate) fn of(x: Tensor, followed: Followed) -> Case {
        let kind = x.kind();
        let shape = <[i64; 4]>::try_from(x.size()).expect("images");
        let channels = shape[1];
        let mut case = Case {
            x,
            added: values(2, shape, kind),
            d_y: values(3, shape, kind),
            scale: of_channels(6, channels, 0.5, 1.5),
            shift: of_channels(7, channels, -0.3, 0.3),
            running: [
                of_channels(8, channels, -1.0, 1.0),
                of_channels(9, channels, 0.5, 1.5),
            ],
            followed,
        };
        // Where ReLU's input is next to 0, rounding decides whether a gradient passes: there is none.
        let sum = case.plain(Kind::Double, false).y;
        case.d_y = case
            .d_y
            .where_self(&sum.abs().gt(1e-3), &case.d_y.zeros_like());
        case
    }

    /// Copies whose gradients are taken: x, scale, shift, what is added.
    pub(crate) fn leaves(&self, kind: Kind, normalising: Kind) -> [Tensor; 4] {
        let leaf = |tensor: &Tensor, kind| tensor.to_kind(kind).copy().set_requires_grad(true);
        [
            leaf(&self.x, kind),
            leaf(&self.scale, normalising),
            leaf(&self.shift, normalising),
            leaf(&self.added, kind),
        ]
    }

    pub(crate) fn layer(&self, leaves: &[Tensor], y: Tensor, running: [Tensor; 2]) -> Layer {
        let leaves = match self.followed {
            Followed::AddRelu => leaves,
            _ => &leaves[..3],
        };
        let loss = (&y * self.d_y.to_kind(y.kind())).sum(None);
        Layer {
            gradients: Tensor::run_backward(&[loss], leaves, false, false),
            y: y.detach(),
            running,
        }
    }

    /// By libtorch, with arithmetic of `kind`.
    pub(crate) fn plain(&self, kind: Kind, relu: bool) -> Layer {
        let leaves = self.leaves(kind, kind);
        let [x, scale, shift, added] = &leaves;
        let running = self.running.each_ref().map(|of| of.to_kind(kind).copy());
        let [mean, variance] = &running;
        let mut y = x.batch_norm(
            Some(scale),
            Some(shift),
            Some(mean),
            Some(variance),
            true,
            MOMENTUM,
            EPSILON,
            false,
        );
        if matches!(self.followed, Followed::AddRelu) {
            y = &y + added;
        }
        if relu && !matches!(self.followed, Followed::Nothing) {
            y = y.relu();
        }
        self.layer(&leaves, y, running)
    }

    pub(crate) fn then<'a>(&self, added: &'a Tensor) -> Then<'a> {
        match self.followed {
            Followed::Nothing => Then::Nothing,
            Followed::Relu => Then::Relu,
            Followed::AddRelu => Then::AddRelu(added),
        }
    }

    /// By our kernels.
    pub(crate) fn fused(&self, kernels: &Kernels) -> Layer {
        let leaves = self.leaves(self.x.kind(), Kind::Float);
        let [x, scale, shift, added] = &leaves;
        let running = self.running.each_ref().map(Tensor::copy);
        let norm = norm(scale, shift, &running);
        let y = kernels.batch_norm(x, norm, self.then(added)).unwrap();
        self.layer(&leaves, y, running)
    }
}

pub(crate) fn norm<'a>(
    scale: &'a Tensor,
    shift: &'a Tensor,
    [running_mean, running_variance]: &'a [Tensor; 2],
) -> BatchNorm<'a> {
    BatchNorm {
        scale,
        shift,
        running_mean,
        running_variance,
        momentum: MOMENTUM,
        epsilon: EPSILON,
    }
}

/// Each number within a rounding of its format, and of the sums in single precision.
pub(crate) fn close(what: &str, found: &Tensor, expected: &Tensor) {
    close_within(what, found, expected, 0.0);
}

/// The same, or as far away as `slack` beyond.
pub(crate) fn close_within(what: &str, found: &Tensor, expected: &Tensor, slack: f64) {
    let relative = match found.kind() {
        Kind::BFloat16 => 2.0_f64.powi(-8),
        _ => 1e-5,
    };
    let expected = expected.to_kind(Kind::Double);
    let allowed = expected.abs() * relative + expected.abs().max() * 1e-5 + slack;
    let excess = (found.to_kind(Kind::Double) - &expected).abs() - allowed;
    let excess = excess.max().double_value(&[]);
    assert!(excess <= 0.0, "{what}: {excess} too far");
}

fn check_batch_norm(
    kernels: &Kernels,
    shape: [i64; 4],
    kind: Kind,
    followed: Followed,
    offset: f64,
) {
    let case = Case::new(shape, kind, followed, offset);
    let (found, expected) = (case.fused(kernels), case.plain(Kind::Double, true));
    let of = |what: &str| format!("{what} of {shape:?} in {kind:?}, {followed:?}, offset {offset}");
    close(&of("output"), &found.y, &expected.y);
    for (name, (found, expected)) in ["running mean", "running variance"]
        .into_iter()
        .zip(found.running.iter().zip(&expected.running))
    {
        close(&of(name), found, expected);
    }
    let names = ["x", "scale", "shift", "shortcut"];
    for (name, (found, expected)) in names
        .into_iter()
        .zip(found.gradients.iter().zip(&expected.gradients))
    {
        close(&of(&format!("gradient of {name}")), found, expected);
    }
}

/// Every width of the networks, widths that do not fill a block, images of odd sides, means far from 0.
pub(crate) fn check_all_batch_norms(kernels: &Kernels) {
    let shapes = [
        [4, 16, 16, 16],
        [3, 32, 7, 5],
        [4, 64, 16, 16],
        [2, 128, 3, 3],
        [9, 256, 1, 1],
        [5, 512, 2, 1],
        [3, 24, 5, 5],
        [4, 72, 16, 9],
        [2, 136, 3, 5],
        [2, 8, 9, 1],
    ];
    for kind in [Kind::Float, Kind::BFloat16] {
        for followed in [Followed::Nothing, Followed::Relu, Followed::AddRelu] {
            for shape in shapes {
                check_batch_norm(kernels, shape, kind, followed, 0.5);
            }
        }
    }
    check_batch_norm(kernels, [16, 16, 9, 9], Kind::Float, Followed::Relu, 30.0);
    check_batch_norm(
        kernels,
        [16, 16, 9, 9],
        Kind::BFloat16,
        Followed::AddRelu,
        8.0,
    );
}
