//! Stochastic gradient descent with momentum and weight decay on one flat vector.

use tch::{Kind, Tensor, no_grad};

use crate::kernels::SgdStep;
use crate::shim::Shim;
use crate::weights::Leaves;

/// g ← ∇l + decay · w, v ← momentum · v + g, w ← w − rate · v: PyTorch's `SGD` without dampening or Nesterov.
pub struct Sgd<'a> {
    velocity: Tensor,
    rate: Tensor,
    negative_rate: Tensor,
    momentum: f64,
    weight_decay: f64,
    momentum_on_device: Tensor,
    weight_decay_on_device: Tensor,
    shim: Option<&'a Shim>,
}

impl<'a> Sgd<'a> {
    /// An optimiser at rest for the vector `weights`. With a shim a step is one operation, without it four.
    pub fn new(
        weights: &Tensor,
        momentum: f64,
        weight_decay: f64,
        shim: Option<&'a Shim>,
    ) -> Sgd<'a> {
        let scalar = |value: f64| Tensor::full([], value, (Kind::Float, weights.device()));
        Sgd {
            velocity: weights.detach().zeros_like(),
            rate: scalar(0.0),
            negative_rate: scalar(0.0),
            momentum,
            weight_decay,
            momentum_on_device: scalar(momentum),
            weight_decay_on_device: scalar(weight_decay),
            shim,
        }
    }

    /// Sets the learning rate, in place: a captured CUDA graph reads it from its address.
    pub fn set_rate(&mut self, rate: f64) {
        let _ = self.rate.fill_(rate);
        let _ = self.negative_rate.fill_(-rate);
    }

    /// The velocity, to be saved and restored.
    pub fn velocity(&self) -> &Tensor {
        &self.velocity
    }

    /// Moves the `weights` against their gradients, which are overwritten.
    pub fn step(&mut self, weights: &Leaves, gradients: Vec<Tensor>) {
        match (weights, &gradients[..]) {
            (Leaves::Whole(weights), [gradient]) => {
                self.step_of_one(weights, gradient.shallow_clone());
            }
            (
                Leaves::Split {
                    all,
                    multiplied,
                    kernels,
                    ..
                },
                [multiplied_gradient, normalising_gradient],
            ) => {
                let step = SgdStep {
                    weights: all,
                    velocity: &self.velocity,
                    copy: multiplied,
                    multiplied_gradient,
                    normalising_gradient,
                    rate: &self.rate,
                    momentum: self.momentum,
                    weight_decay: self.weight_decay,
                };
                kernels.sgd(step).expect("gradients are as long as weights");
            }
            _ => unreachable!("a gradient for each leaf"),
        }
    }

    fn step_of_one(&mut self, weights: &Tensor, mut gradient: Tensor) {
        let mut weights = weights.detach();
        if let Some(shim) = self.shim {
            let Sgd {
                velocity,
                rate,
                momentum,
                weight_decay,
                ..
            } = self;
            shim.fused_sgd(
                &mut weights,
                &mut gradient,
                velocity,
                rate,
                *momentum,
                *weight_decay,
            );
            return;
        }
        no_grad(|| {
            let _ = gradient.addcmul_(&weights, &self.weight_decay_on_device);
            let _ = self.velocity.g_mul_(&self.momentum_on_device);
            let _ = self.velocity.g_add_(&gradient);
            let _ = weights.addcmul_(&self.velocity, &self.negative_rate);
        });
    }
}
