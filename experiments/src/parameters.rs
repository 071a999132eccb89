//! What a network declares: names, shapes and first values of its parameters and statistics.
//!
//! Names are torchvision's, so that weights trained elsewhere load by name.

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

/// How a parameter's first values are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initial {
    /// The same value everywhere.
    Constant(f64),
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
    /// Uniform over −bound..bound.
    Uniform(f64),
}

/// Which number format a parameter multiplies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Weight or bias of a convolution or a fully connected layer: cast to the run's arithmetic.
    Multiplied,
    /// Scale or shift of BatchNorm: single precision always.
    Normalising,
}

/// One declared parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Full name, such as `layer1.0.conv1.weight`.
    pub name: String,
    /// Shape as torchvision has it, `[out, in, height, width]` for a convolution.
    pub shape: Vec<i64>,
    /// Which number format it multiplies in.
    pub role: Role,
    /// How its first values are drawn.
    pub initial: Initial,
}

impl Parameter {
    /// Number of values.
    pub fn count(&self) -> i64 {
        self.shape.iter().product()
    }
}

/// One declared running statistic of BatchNorm.
#[derive(Debug, Clone)]
pub struct Statistic {
    /// Full name, such as `bn1.running_mean`.
    pub name: String,
    /// Number of channels.
    pub channels: i64,
    /// Value before training.
    pub initial: f64,
}

/// Place of a parameter among the declared ones.
#[derive(Debug, Clone, Copy)]
pub struct ParameterId(pub(crate) usize);

/// Place of a statistic among the declared ones.
#[derive(Debug, Clone, Copy)]
pub struct StatisticId(pub(crate) usize);

/// All parameters and statistics of a network, in the order of declaration.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Running statistics.
    pub statistics: Vec<Statistic>,
}

impl Declared {
    /// Number of parameter values, running statistics excluded.
    pub fn parameter_count(&self) -> u64 {
        self.parameters.iter().map(|p| p.count() as u64).sum()
    }
}

/// A name prefix under which a part of a network declares its parameters.
#[derive(Debug, Clone)]
pub struct Scope {
    declared: Rc<RefCell<Declared>>,
    path: String,
}

impl Scope {
    /// Runs `build` at the root and returns the network with all that it declared.
    pub fn declare<N>(build: impl FnOnce(&Scope) -> N) -> (N, Declared) {
        let root = Scope {
            declared: Rc::default(),
            path: String::new(),
        };
        let network = build(&root);
        let declared = root.declared.borrow().clone();
        (network, declared)
    }

    /// The scope `name` inside this one.
    pub fn sub(&self, name: impl Display) -> Scope {
        Scope {
            declared: Rc::clone(&self.declared),
            path: self.name(name),
        }
    }

    /// The full name of this scope, such as `layer1.0`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Declares a parameter.
    pub fn parameter(
        &self,
        name: &str,
        shape: &[i64],
        role: Role,
        initial: Initial,
    ) -> ParameterId {
        let parameters = &mut self.declared.borrow_mut().parameters;
        parameters.push(Parameter {
            name: self.name(name),
            shape: shape.to_vec(),
            role,
            initial,
        });
        ParameterId(parameters.len() - 1)
    }

    /// Declares a running statistic.
    pub fn statistic(&self, name: &str, channels: i64, initial: f64) -> StatisticId {
        let statistics = &mut self.declared.borrow_mut().statistics;
        statistics.push(Statistic {
            name: self.name(name),
            channels,
            initial,
        });
        StatisticId(statistics.len() - 1)
    }

    fn name(&self, name: impl Display) -> String {
        if self.path.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}
