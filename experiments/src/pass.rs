//! One pass through a network: the values that its layers read, and whoever watches the layers.

use std::borrow::Borrow;

use tch::Tensor;

use crate::kernels::Kernels;
use crate::parameters::{ParameterId, StatisticId};

/// Sees every layer of a pass go by: to time it, or to note its output's shape.
pub trait Watch {
    /// Called before the layer computes.
    fn before(&self) {}
    /// Called after the layer's operations have been issued.
    fn after(&self, layer: &str, kind: &'static str, output: &Tensor);
}

/// Whether BatchNorm normalises with the batch's statistics, and dropout drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Statistics of the batch, which also move the running ones.
    Training,
    /// Stored running statistics.
    Evaluation,
}

/// The values of all parameters and statistics during one pass.
pub struct Pass<'a> {
    parameters: Vec<Tensor>,
    statistics: &'a [Tensor],
    mode: Mode,
    watch: Option<&'a dyn Watch>,
    kernels: Option<&'a Kernels>,
}

impl<'a> Pass<'a> {
    /// A pass that reads `parameters` and `statistics`, both in the order of declaration.
    pub fn new(parameters: Vec<Tensor>, statistics: &'a [Tensor], mode: Mode) -> Pass<'a> {
        Pass {
            parameters,
            statistics,
            mode,
            watch: None,
            kernels: None,
        }
    }

    /// The same pass with several operations of a training step taken as one.
    pub fn fused(self, kernels: Option<&'a Kernels>) -> Pass<'a> {
        Pass { kernels, ..self }
    }

    /// The same pass with `watch` told of every layer.
    pub fn watched(mut self, watch: &'a dyn Watch) -> Pass<'a> {
        self.watch = Some(watch);
        self
    }

    /// Whether BatchNorm and dropout behave as in training.
    pub fn is_training(&self) -> bool {
        self.mode == Mode::Training
    }

    pub(crate) fn parameter(&self, id: ParameterId) -> &Tensor {
        &self.parameters[id.0]
    }

    pub(crate) fn statistic(&self, id: StatisticId) -> &Tensor {
        &self.statistics[id.0]
    }

    /// The kernels for several operations of a training step as one, where there are.
    pub fn kernels(&self) -> Option<&'a Kernels> {
        self.kernels.filter(|_| self.is_training())
    }

    /// Computes one layer under the eyes of the watch.
    pub fn layer<T: Borrow<Tensor>>(
        &self,
        name: &str,
        kind: &'static str,
        compute: impl FnOnce() -> T,
    ) -> T {
        let Some(watch) = self.watch else {
            return compute();
        };
        watch.before();
        let output = compute();
        watch.after(name, kind, output.borrow());
        output
    }
}
