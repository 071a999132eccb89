//! Whether our kernels compute on this device what libtorch's operations compute: ten training steps of ResNet-20 from
//! one state, with them and without.

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

/// The images of a step.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// How many.
    pub images: i64,
    /// Their side, in pixels.
    pub side: i64,
}

/// Losses of the same ten steps, in nats.
#[derive(Debug, Clone)]
pub struct Losses {
    /// By libtorch in fp32.
    pub plain_fp32: Vec<f64>,
    /// By our kernels in fp32.
    pub fused_fp32: Vec<f64>,
    /// By libtorch in bf16.
    pub plain_bf16: Vec<f64>,
    /// By our kernels in bf16.
    pub fused_bf16: Vec<f64>,
}

impl Losses {
    /// Takes the steps on `computer`, which must not use TF32.
    ///
    /// # Errors
    /// None that are not faults of the program.
    pub fn measure(computer: &Computer, kernels: &Rc<Kernels>, batch: Batch) -> Result<Losses> {
        let (images, labels) = drawn(batch);
        let (images, labels) = (
            images.to_device(computer.device),
            labels.to_device(computer.device),
        );
        let losses = |arithmetic, kernels| losses(computer, arithmetic, kernels, &images, &labels);
        Ok(Losses {
            plain_fp32: losses(Arithmetic::Fp32, None)?,
            fused_fp32: losses(Arithmetic::Fp32, Some(kernels))?,
            plain_bf16: losses(Arithmetic::Bf16, None)?,
            fused_bf16: losses(Arithmetic::Bf16, Some(kernels))?,
        })
    }

    /// Refuses losses of our kernels that are not those of libtorch: in fp32 in a step by more than the order of sums
    /// explains, in bf16 over all steps by more than twice what libtorch's own rounding does.
    ///
    /// # Errors
    /// The losses.
    pub fn check(&self) -> Result<()> {
        for (step, (plain, fused)) in (1..).zip(self.plain_fp32.iter().zip(&self.fused_fp32)) {
            ensure!(
                (fused - plain).abs() <= ALLOWED_FP32 * plain.abs(),
                "step {step} in fp32: our kernels give a loss of {fused}, libtorch gives {plain}"
            );
        }
        let [plain, fused] =
            [&self.plain_bf16, &self.fused_bf16].map(|of| self.distance_to_fp32(of));
        ensure!(
            fused <= 2.0 * plain + ALLOWED_BF16,
            "in bf16 the losses of our kernels are {fused} from those in fp32, libtorch's own are {plain}"
        );
        Ok(())
    }

    /// The root of the mean square of the differences from libtorch's losses in fp32.
    fn distance_to_fp32(&self, losses: &[f64]) -> f64 {
        let differences = losses.iter().zip(&self.plain_fp32).map(|(a, b)| a - b);
        let squares: f64 = differences.map(|difference| difference * difference).sum();
        (squares / losses.len() as f64).sqrt()
    }
}

/// The losses of the steps, each on images of its own.
fn losses(
    computer: &Computer,
    arithmetic: Arithmetic,
    kernels: Option<&Rc<Kernels>>,
    images: &Tensor,
    labels: &Tensor,
) -> Result<Vec<f64>> {
    let device = computer.device;
    let model = Model::new(NETWORK, CLASSES, Trainable::All, arithmetic, SEED, device)?;
    let model = match kernels {
        Some(kernels) => model.fused(kernels)?,
        None => model,
    };
    let weights = model.weights.leaves().all();
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
    Ok((0..STEPS).map(step).collect())
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
