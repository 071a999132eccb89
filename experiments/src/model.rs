//! A network with its weights, and the two ways of training it.

use anyhow::Result;
use results::{Arithmetic, LayerShape, Trainable};
use std::cell::RefCell;
use std::rc::Rc;
use tch::{Device, Kind, Tensor, no_grad};

use crate::kernels::Kernels;
use crate::networks::{self, Architecture, Network};
use crate::pass::{Mode, Pass, Watch};
use crate::weights::{Weights, multiplied_kind};

/// A network and its weights on a device.
pub struct Model {
    architecture: Architecture,
    /// Parameters and running statistics.
    pub weights: Weights,
    arithmetic: Arithmetic,
    trainable: Trainable,
    /// The mode of a training step's pass through all layers.
    training_mode: Mode,
    device: Device,
}

impl Model {
    /// Builds the network `name` for `classes` classes with first values drawn from `seed`.
    ///
    /// # Errors
    /// An unknown network.
    pub fn new(
        name: &str,
        classes: i64,
        trainable: Trainable,
        arithmetic: Arithmetic,
        seed: u64,
        device: Device,
    ) -> Result<Model> {
        let architecture = networks::build(name, classes)?;
        let moves = |name: &str| match trainable {
            Trainable::All => true,
            Trainable::ClassifierOnly => name.starts_with(architecture.classifier),
        };
        let weights = Weights::new(architecture.declared.clone(), moves, seed, device);
        Ok(Model {
            architecture,
            weights,
            arithmetic,
            trainable,
            training_mode: Mode::Training,
            device,
        })
    }

    /// The same, whose training steps take several operations as one.
    ///
    /// # Errors
    /// A network in which no BatchNorm is trained.
    pub fn fused(self, kernels: &Rc<Kernels>) -> Result<Model> {
        let weights = self.weights.split(self.arithmetic, Rc::clone(kernels))?;
        Ok(Model { weights, ..self })
    }

    /// The same, whose BatchNorm layers keep their statistics while all layers are trained: they normalise with the
    /// stored ones in training as in evaluation.
    #[must_use]
    pub fn with_kept_statistics(self) -> Model {
        Model {
            training_mode: Mode::Evaluation,
            ..self
        }
    }

    /// Layers with weights along the longest path.
    pub fn depth(&self) -> u64 {
        self.architecture.depth
    }

    /// Whether `name` is a parameter of the classifier.
    pub fn is_classifier(&self, name: &str) -> bool {
        name.starts_with(self.architecture.classifier)
    }

    /// Whether training changes the parameter or statistic `name`.
    pub fn changes(&self, name: &str) -> bool {
        !self.is_frozen() || self.is_classifier(name)
    }

    /// Number of parameters, frozen ones included, running statistics excluded.
    pub fn parameter_count(&self) -> u64 {
        self.architecture.declared.parameter_count()
    }

    /// The device that the weights are on.
    pub fn device(&self) -> Device {
        self.device
    }

    /// The type that images and activations have.
    pub fn kind(&self) -> Kind {
        multiplied_kind(self.arithmetic)
    }

    /// Whether everything before the classifier is frozen.
    pub fn is_frozen(&self) -> bool {
        self.trainable == Trainable::ClassifierOnly
    }

    /// Logits `[batch, classes]` of a training step from images, in single precision, with their graph.
    pub fn training_logits(&self, images: &Tensor) -> Tensor {
        let logits = self
            .architecture
            .network
            .forward(images, &self.pass(self.training_mode));
        logits.to_kind(Kind::Float)
    }

    /// Logits `[batch, classes]` of the classifier's training step from features, in single precision, with their graph.
    pub fn training_classify(&self, features: &Tensor) -> Tensor {
        let logits = self
            .architecture
            .network
            .classify(features, &self.pass(Mode::Training));
        logits.to_kind(Kind::Float)
    }

    /// The model under its present weights, for as many batches as are wanted before they move again.
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator {
            network: self.architecture.network.as_ref(),
            pass: no_grad(|| self.pass(Mode::Evaluation)),
        }
    }

    /// Moves BatchNorm's running statistics towards those of a batch of images; no parameter changes.
    pub fn move_statistics(&self, images: &Tensor) {
        no_grad(|| {
            let pass = self.pass(Mode::Training);
            let _ = self.architecture.network.features(images, &pass);
        });
    }

    /// One whole pass in evaluation mode, watched layer by layer.
    pub fn watched_forward(&self, images: &Tensor, watch: &dyn Watch) -> Tensor {
        let pass = self.pass(Mode::Evaluation).watched(watch);
        no_grad(|| self.architecture.network.forward(images, &pass))
    }

    /// Output shape of every layer for one image of `image_px`.
    pub fn layer_shapes(&self, image_px: u64) -> Vec<LayerShape> {
        let side = image_px as i64;
        let image = Tensor::zeros([1, 3, side, side], (self.kind(), self.device));
        let shapes = Shapes::default();
        let _ = self.watched_forward(&image, &shapes);
        shapes.0.into_inner()
    }

    fn pass(&self, mode: Mode) -> Pass<'_> {
        Pass::new(
            self.weights.values(self.arithmetic),
            self.weights.statistics(),
            mode,
        )
        .fused(self.weights.leaves().kernels())
    }
}

/// A model in evaluation mode, its weights cast once: BatchNorm uses its stored statistics, and nothing moves.
pub struct Evaluator<'a> {
    network: &'a dyn Network,
    pass: Pass<'a>,
}

impl Evaluator<'_> {
    /// The classifier's input `[batch, features]` from images.
    pub fn features(&self, images: &Tensor) -> Tensor {
        no_grad(|| self.network.features(images, &self.pass))
    }

    /// Logits `[batch, classes]` in single precision, from features.
    pub fn classify(&self, features: &Tensor) -> Tensor {
        no_grad(|| self.network.classify(features, &self.pass)).to_kind(Kind::Float)
    }
}

/// Notes the shape of every layer's output.
#[derive(Default)]
struct Shapes(RefCell<Vec<LayerShape>>);

impl Watch for Shapes {
    fn after(&self, layer: &str, _kind: &'static str, output: &Tensor) {
        let sides = output.size();
        self.0.borrow_mut().push(LayerShape {
            layer: layer.to_owned(),
            output: sides[1..].iter().map(|&side| side as u64).collect(),
        });
    }
}
