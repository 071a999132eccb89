//! Whether our kernels compute on this device what libtorch's operations compute: ten training steps of ResNet-20 from
//! one state, with them and without. In fp32 this is a strict question. In bf16, which our convolutions are for, losses
//! hardly tell, so the change of each layer's weights is compared, too: a gradient that is wrong turns it elsewhere.

use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::{Result, ensure};
use results::{Arithmetic, Trainable};
use tch::{Kind, Tensor};

use crate::device::Computer;
use crate::kernels::Kernels;
use crate::model::Model;
use crate::random;
use crate::sgd::Sgd;

const NETWORK: &str = "resnet20";
const CLASSES: i64 = 10;
const STEPS: i64 = 10;
const SEED: u64 = 1;
/// So small that differences by rounding do not grow from step to step.
const LEARNING_RATE: f64 = 3e-4;
const MOMENTUM: f64 = 0.9;
const WEIGHT_DECAY: f64 = 5e-4;

/// The farthest that losses in fp32 may be from each other, in parts of the loss.
const ALLOWED_FP32: f64 = 1e-5;
/// How far losses in bf16 may be from those in fp32 where libtorch's own are the same, in nats.
const ALLOWED_BF16: f64 = 1e-3;
/// How far a layer's change in bf16 may be from that in fp32 where libtorch's own is the same, in parts of it.
const ALLOWED_CHANGE: f64 = 0.02;

/// The images of a step.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// How many.
    pub images: i64,
    /// Their side, in pixels.
    pub side: i64,
}

/// What ten steps from one state come to.
#[derive(Debug)]
pub struct Steps {
    /// The losses, in nats.
    pub losses: Vec<f64>,
    /// How the weights changed, by name: those of whole matrices, for a few numbers are noise.
    pub changes: BTreeMap<String, Tensor>,
}

/// The same ten steps in two number formats.
#[derive(Debug)]
pub struct Ways {
    /// In fp32.
    pub fp32: Steps,
    /// In bf16.
    pub bf16: Steps,
}

impl Ways {
    /// Takes the steps on `computer`, which must not use TF32: by libtorch, or by `kernels`.
    ///
    /// # Errors
    /// None that are not faults of the program.
    pub fn measure(
        computer: &Computer,
        kernels: Option<&Rc<Kernels>>,
        batch: Batch,
    ) -> Result<Ways> {
        let (images, labels) = drawn(batch);
        let (images, labels) = (
            images.to_device(computer.device),
            labels.to_device(computer.device),
        );
        let steps = |arithmetic| steps(computer, arithmetic, kernels, &images, &labels);
        Ok(Ways {
            fp32: steps(Arithmetic::Fp32)?,
            bf16: steps(Arithmetic::Bf16)?,
        })
    }

    /// Refuses steps of our kernels that are not those of libtorch, `plain`. In fp32 the loss of a step may differ by what the
    /// order of sums explains; in bf16 the losses of all steps by twice what libtorch's own rounding does, and the change of a
    /// layer's weights by a quarter more than libtorch's.
    ///
    /// # Errors
    /// The losses, or the layer and how far its changes are from each other.
    pub fn check(&self, plain: &Ways) -> Result<()> {
        let losses = plain.fp32.losses.iter().zip(&self.fp32.losses);
        for (step, (plain, fused)) in (1..).zip(losses) {
            ensure!(
                (fused - plain).abs() <= ALLOWED_FP32 * plain.abs(),
                "step {step} in fp32: our kernels give a loss of {fused}, libtorch gives {plain}"
            );
        }
        let [own, fused] =
            [plain, self].map(|ways| distance(&ways.bf16.losses, &plain.fp32.losses));
        ensure!(
            fused <= 2.0 * own + ALLOWED_BF16,
            "in bf16 the losses of our kernels are {fused} from those in fp32, libtorch's own are {own}"
        );
        let [own, fused] = [plain, self].map(|ways| ways.bf16.distances(&plain.fp32));
        for (name, fused) in fused {
            let own = own[&name];
            ensure!(
                fused <= 1.25 * own + ALLOWED_CHANGE,
                "in bf16 the change of `{name}` by our kernels is {fused} of it from that in fp32, libtorch's own is {own}"
            );
        }
        Ok(())
    }
}

impl Steps {
    /// How far each change is from that in `others`, in parts of it.
    pub fn distances(&self, others: &Steps) -> BTreeMap<String, f64> {
        let distance = |(name, change): (&String, &Tensor)| {
            let other = &others.changes[name];
            let distance = (change - other).norm() / other.norm();
            (name.clone(), distance.double_value(&[]))
        };
        self.changes.iter().map(distance).collect()
    }
}

/// The root of the mean square of the differences.
fn distance(losses: &[f64], others: &[f64]) -> f64 {
    let differences = losses.iter().zip(others).map(|(a, b)| a - b);
    let squares: f64 = differences.map(|difference| difference * difference).sum();
    (squares / losses.len() as f64).sqrt()
}

/// Takes the steps, each on images of its own.
fn steps(
    computer: &Computer,
    arithmetic: Arithmetic,
    kernels: Option<&Rc<Kernels>>,
    images: &Tensor,
    labels: &Tensor,
) -> Result<Steps> {
    let device = computer.device;
    let model = Model::new(NETWORK, CLASSES, Trainable::All, arithmetic, SEED, device)?;
    let model = match kernels {
        Some(kernels) => model.fused(kernels)?,
        None => model,
    };
    let weights = model.weights.leaves().all();
    let matrices = || {
        let named = model.weights.named().into_iter();
        named.filter(|(_, tensor)| tensor.dim() > 1)
    };
    let before: Vec<Tensor> = matrices().map(|(_, tensor)| tensor.copy()).collect();
    let mut sgd = Sgd::new(weights, MOMENTUM, WEIGHT_DECAY, computer.shim.as_ref());
    sgd.set_rate(LEARNING_RATE);
    let step = |number: i64| {
        let images = images.get(number).permute([0, 3, 1, 2]); // channels last
        let logits = model.training_logits(&images.to_kind(model.kind()));
        let loss = logits.cross_entropy_for_logits(&labels.get(number));
        let leaves = model.weights.leaves();
        sgd.step(leaves, leaves.gradients_of(&loss));
        loss.double_value(&[])
    };
    let losses = (0..STEPS).map(step).collect();
    let changes = matrices()
        .zip(&before)
        .map(|((name, after), before)| (name, after - before));
    Ok(Steps {
        losses,
        changes: changes.collect(),
    })
}

/// Images `[steps, batch, side, side, 3]` of noise around a brightness that grows with the class, and classes `[steps, batch]`.
fn drawn(Batch { images, side }: Batch) -> (Tensor, Tensor) {
    let noise = random::seeded(SEED, || {
        Tensor::randn(
            [STEPS, images, side, side, 3],
            (Kind::Float, tch::Device::Cpu),
        )
    });
    let labels = Tensor::arange(STEPS * images, (Kind::Int64, tch::Device::Cpu));
    let labels = labels.remainder(CLASSES).reshape([STEPS, images]);
    let brightness = labels.to_kind(Kind::Float) * 0.2 - 0.9;
    (noise + brightness.reshape([STEPS, images, 1, 1, 1]), labels)
}
