//! The values of a network's parameters, kept in flat buffers.
//!
//! All moving parameters are one vector: one gradient, one velocity, and an SGD step of a few operations whatever the
//! network's depth. Layers see views of it. A convolution's part is stored `[out, height, width, in]`, so that its
//! view `[out, in, height, width]` is in the channels-last order that the convolution kernels are fastest in.

use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::{Result, bail, ensure};
use results::Arithmetic;
use tch::{Device, Kind, Tensor, no_grad};

use crate::kernels::Kernels;
use crate::parameters::{Declared, Initial, Parameter, Role};
use crate::random;

/// Parameters of a network in two flat vectors, those that move and those that do not, and running statistics.
pub struct Weights {
    declared: Declared,
    moving: Flat,
    leaves: Leaves,
    frozen: Flat,
    statistics: Vec<Tensor>,
}

/// What gradients are taken with respect to: the moving parameters as the network reads them.
pub enum Leaves {
    /// All in one vector in single precision.
    Whole(Tensor),
    /// Those that are multiplied, cast once and renewed by the optimiser's kernel, and those of BatchNorm.
    Split {
        /// All in one vector in single precision, which the optimiser moves.
        all: Tensor,
        /// Its beginning in the network's number format.
        multiplied: Tensor,
        /// The rest of it.
        normalising: Tensor,
        /// Ours.
        kernels: Rc<Kernels>,
    },
}

impl Leaves {
    /// The vector of all moving parameters.
    pub fn all(&self) -> &Tensor {
        match self {
            Leaves::Whole(all) | Leaves::Split { all, .. } => all,
        }
    }

    /// The kernels by which training steps are taken, where they are ours.
    pub fn kernels(&self) -> Option<&Kernels> {
        match self {
            Leaves::Whole(_) => None,
            Leaves::Split { kernels, .. } => Some(kernels),
        }
    }

    /// The gradients of `loss`, in the order of the parameters.
    pub fn gradients_of(&self, loss: &Tensor) -> Vec<Tensor> {
        match self {
            Leaves::Whole(all) => Tensor::run_backward(&[loss], &[all], false, false),
            Leaves::Split {
                multiplied,
                normalising,
                ..
            } => Tensor::run_backward(&[loss], &[multiplied, normalising], false, false),
        }
    }

    /// Takes over what was written to the vector of all parameters.
    fn renew(&self) {
        if let Leaves::Split {
            all, multiplied, ..
        } = self
        {
            let beginning = all.narrow(0, 0, multiplied.size()[0]);
            no_grad(|| multiplied.shallow_clone().copy_(&beginning));
        }
    }
}

/// Some of the parameters, one after the other in one vector: first those that are multiplied.
#[derive(Debug)]
struct Flat {
    values: Tensor,
    /// Places among the declared parameters, in the order of the vector.
    multiplied: Vec<usize>,
    normalising: Vec<usize>,
}

impl Weights {
    /// Draws first values from `seed`, on the CPU so that they do not depend on the device, and moves them to `device`.
    ///
    /// `moves` says by name which parameters are trained.
    pub fn new(
        declared: Declared,
        moves: impl Fn(&str) -> bool,
        seed: u64,
        device: Device,
    ) -> Weights {
        let drawn: Vec<Tensor> =
            random::seeded(seed, || declared.parameters.iter().map(draw).collect());
        let statistic = |(channels, initial): (i64, f64)| {
            Tensor::full([channels], initial, (Kind::Float, device))
        };
        let statistics = declared
            .statistics
            .iter()
            .map(|s| statistic((s.channels, s.initial)))
            .collect();
        let flat =
            |moving: bool| Flat::gather(&declared, &drawn, |name| moves(name) == moving, device);
        let (moving, frozen) = (flat(true), flat(false));
        let leaf = moving.values.detach().set_requires_grad(true);
        Weights {
            moving,
            leaves: Leaves::Whole(leaf),
            frozen,
            statistics,
            declared,
        }
    }

    /// The same for training by our kernels: gradients of what is multiplied are taken in `arithmetic`'s number format.
    ///
    /// # Errors
    /// Moving parameters without those of BatchNorm.
    pub fn split(self, arithmetic: Arithmetic, kernels: Rc<Kernels>) -> Result<Weights> {
        ensure!(
            !self.moving.normalising.is_empty(),
            "no BatchNorm is trained, for which our kernels are"
        );
        let all = self.moving.values.shallow_clone();
        let (multiplied, normalising) = self.moving.parts(&self.declared);
        let multiplied = multiplied.to_kind(multiplied_kind(arithmetic));
        let leaf = |part: Tensor| part.detach().set_requires_grad(true);
        let leaves = Leaves::Split {
            all,
            multiplied: leaf(multiplied),
            normalising: leaf(normalising),
            kernels,
        };
        Ok(Weights { leaves, ..self })
    }

    /// The moving parameters.
    pub fn leaves(&self) -> &Leaves {
        &self.leaves
    }

    /// All that a training step changes, each vector once.
    pub fn state(&self) -> Vec<Tensor> {
        let mut state = vec![self.moving.values.shallow_clone()];
        state.extend(self.statistics.iter().map(Tensor::shallow_clone));
        if let Leaves::Split { multiplied, .. } = &self.leaves {
            state.push(multiplied.detach());
        }
        state
    }

    /// The running statistics in the order of declaration.
    pub fn statistics(&self) -> &[Tensor] {
        &self.statistics
    }

    /// Views of all parameters in the order of declaration, those that are multiplied cast to `arithmetic`'s type.
    pub fn values(&self, arithmetic: Arithmetic) -> Vec<Tensor> {
        let kind = multiplied_kind(arithmetic);
        let prepared = |flat: &Tensor, of: &Flat| {
            let (multiplied, normalising) = of.parts_of(flat, &self.declared);
            match kind {
                // cuDNN's BatchNorm, which serves single precision only, reads its parameters 16 bytes at a time: a copy
                // begins at such an address, a part of the flat vector need not.
                Kind::Float => (multiplied, normalising.to_dtype(kind, false, true)),
                _ => (multiplied.to_kind(kind), normalising),
            }
        };
        let moving = match &self.leaves {
            Leaves::Whole(all) => prepared(all, &self.moving),
            Leaves::Split {
                multiplied,
                normalising,
                ..
            } => (multiplied.shallow_clone(), normalising.shallow_clone()),
        };
        self.views(moving, prepared(&self.frozen.values, &self.frozen))
    }

    /// Views of all parameters in the order of declaration, of the multiplied and the normalising part of those that move
    /// and of those that do not.
    fn views(&self, moving: (Tensor, Tensor), frozen: (Tensor, Tensor)) -> Vec<Tensor> {
        let mut views: Vec<Option<Tensor>> =
            self.declared.parameters.iter().map(|_| None).collect();
        self.moving.spread(&self.declared, moving, &mut views);
        self.frozen.spread(&self.declared, frozen, &mut views);
        views
            .into_iter()
            .map(|view| view.expect("every parameter moves or is frozen"))
            .collect()
    }

    /// All parameters and statistics by name, as views that can be copied from and into.
    pub fn named(&self) -> BTreeMap<String, Tensor> {
        let [moving, frozen] = [&self.moving, &self.frozen].map(|flat| flat.parts(&self.declared));
        let parameters = self.views(moving, frozen);
        let names = self.declared.parameters.iter().map(|p| &p.name);
        let statistics = self.declared.statistics.iter().map(|s| &s.name);
        let all = names.zip(parameters);
        let all = all.chain(statistics.zip(self.statistics.iter().map(Tensor::shallow_clone)));
        all.map(|(name, tensor)| (name.clone(), tensor.detach()))
            .collect()
    }

    /// Takes over `values` by name, in whatever number format they are; names that are not `wanted` are left alone.
    ///
    /// # Errors
    /// A wanted tensor that is missing, unknown, or of another shape.
    pub fn load(
        &self,
        values: &BTreeMap<String, Tensor>,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let own = self.named();
        for name in values.keys().filter(|name| wanted(name)) {
            let known = own.contains_key(name) || name.ends_with(".num_batches_tracked");
            ensure!(known, "`{name}` is not a parameter of this network");
        }
        for (name, mut place) in own.into_iter().filter(|(name, _)| wanted(name)) {
            let Some(value) = values.get(&name) else {
                bail!("`{name}` is missing");
            };
            let (found, expected) = (value.size(), place.size());
            ensure!(
                found == expected,
                "`{name}` has shape {found:?}, expected {expected:?}"
            );
            no_grad(|| place.copy_(&value.to_kind(Kind::Float)));
        }
        self.leaves.renew();
        Ok(())
    }
}

impl Flat {
    fn gather(
        declared: &Declared,
        drawn: &[Tensor],
        belongs: impl Fn(&str) -> bool,
        device: Device,
    ) -> Flat {
        let members = |role: Role| -> Vec<usize> {
            let parameters = declared.parameters.iter().enumerate();
            parameters
                .filter(|(_, p)| p.role == role && belongs(&p.name))
                .map(|(place, _)| place)
                .collect()
        };
        let (multiplied, normalising) = (members(Role::Multiplied), members(Role::Normalising));
        let places = multiplied.iter().chain(&normalising);
        let pieces: Vec<Tensor> = places.map(|&place| stored(&drawn[place])).collect();
        let values = match pieces.is_empty() {
            true => Tensor::zeros([0], (Kind::Float, device)),
            false => Tensor::cat(&pieces, 0).to_device(device),
        };
        Flat {
            values,
            multiplied,
            normalising,
        }
    }

    /// The values of those that are multiplied, and of those of BatchNorm.
    fn parts(&self, declared: &Declared) -> (Tensor, Tensor) {
        self.parts_of(&self.values, declared)
    }

    /// The same of a vector as long as the values.
    fn parts_of(&self, vector: &Tensor, declared: &Declared) -> (Tensor, Tensor) {
        let sums = [&self.multiplied, &self.normalising]
            .map(|members| lengths(members, declared).iter().sum::<i64>());
        let mut parts = vector.split_with_sizes(sums, 0).into_iter();
        let mut part = || parts.next().expect("two parts");
        (part(), part())
    }

    /// Puts a view of each member at its place in `views`.
    fn spread(
        &self,
        declared: &Declared,
        (multiplied, normalising): (Tensor, Tensor),
        views: &mut [Option<Tensor>],
    ) {
        for (members, part) in [
            (&self.multiplied, multiplied),
            (&self.normalising, normalising),
        ] {
            if members.is_empty() {
                continue;
            }
            let pieces = part.split_with_sizes(lengths(members, declared), 0);
            for (&place, piece) in members.iter().zip(pieces) {
                views[place] = Some(viewed(&piece, &declared.parameters[place]));
            }
        }
    }
}

fn lengths(members: &[usize], declared: &Declared) -> Vec<i64> {
    let count = |&place: &usize| declared.parameters[place].count();
    members.iter().map(count).collect()
}

/// The type that weights and activations have in `arithmetic`.
pub fn multiplied_kind(arithmetic: Arithmetic) -> Kind {
    match arithmetic {
        Arithmetic::Fp32 | Arithmetic::Tf32 => Kind::Float,
        Arithmetic::Bf16 => Kind::BFloat16,
        Arithmetic::Fp16 => Kind::Half,
    }
}

/// A parameter's first values, in torchvision's shape.
fn draw(parameter: &Parameter) -> Tensor {
    let shape = parameter.shape.as_slice();
    match parameter.initial {
        Initial::Constant(value) => Tensor::full(shape, value, (Kind::Float, Device::Cpu)),
        Initial::Normal(deviation) => Tensor::randn(shape, (Kind::Float, Device::Cpu)) * deviation,
        Initial::Uniform(bound) => {
            Tensor::empty(shape, (Kind::Float, Device::Cpu)).uniform_(-bound, bound)
        }
    }
}

/// From torchvision's shape to the order in the flat vector.
fn stored(value: &Tensor) -> Tensor {
    match value.dim() {
        4 => value.permute([0, 2, 3, 1]).flatten(0, 3),
        _ => value.flatten(0, -1),
    }
}

/// From a piece of the flat vector to torchvision's shape, without copying.
fn viewed(piece: &Tensor, parameter: &Parameter) -> Tensor {
    match parameter.shape[..] {
        [output, input, height, width] => piece
            .view([output, height, width, input])
            .permute([0, 3, 1, 2]),
        _ => piece.view(parameter.shape.as_slice()),
    }
}
