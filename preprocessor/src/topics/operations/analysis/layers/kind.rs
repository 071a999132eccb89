//! Sorts of layers.

/// Sorts of layers, in the order in which tables list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerKind {
    /// [`Layer::Convolution`](super::Layer::Convolution).
    Convolution,
    /// [`Layer::Pool`](super::Layer::Pool) and [`Layer::GlobalPool`](super::Layer::GlobalPool).
    Pool,
    /// [`Layer::LocalResponseNorm`](super::Layer::LocalResponseNorm).
    LocalResponseNorm,
    /// [`Layer::BatchNorm`](super::Layer::BatchNorm).
    BatchNorm,
    /// [`Layer::Relu`](super::Layer::Relu).
    Relu,
    /// [`Layer::Scale`](super::Layer::Scale).
    Scale,
    /// [`Layer::Add`](super::Layer::Add).
    Add,
    /// [`Layer::Concat`](super::Layer::Concat).
    Concat,
    /// [`Layer::PaddedShortcut`](super::Layer::PaddedShortcut).
    PaddedShortcut,
    /// [`Layer::FullyConnected`](super::Layer::FullyConnected).
    FullyConnected,
    /// [`Layer::Dropout`](super::Layer::Dropout).
    Dropout,
    /// [`Layer::Softmax`](super::Layer::Softmax).
    Softmax,
}

impl LayerKind {
    /// All kinds, in the order of tables.
    pub const ALL: [LayerKind; 12] = [
        LayerKind::Convolution,
        LayerKind::Pool,
        LayerKind::LocalResponseNorm,
        LayerKind::BatchNorm,
        LayerKind::Relu,
        LayerKind::Scale,
        LayerKind::Add,
        LayerKind::Concat,
        LayerKind::PaddedShortcut,
        LayerKind::FullyConnected,
        LayerKind::Dropout,
        LayerKind::Softmax,
    ];

    /// Whether such a layer is a matrix product: where nearly all operations and weights are.
    pub const fn has_product(self) -> bool {
        matches!(self, LayerKind::Convolution | LayerKind::FullyConnected)
    }

    /// The name that readers see.
    pub const fn name(self) -> &'static str {
        match self {
            LayerKind::Convolution => "convolution",
            LayerKind::Pool => "pooling",
            LayerKind::LocalResponseNorm => "LRN",
            LayerKind::BatchNorm => "BatchNorm",
            LayerKind::Relu => "ReLU",
            LayerKind::Scale => "scale",
            LayerKind::Add => "add",
            LayerKind::Concat => "concat",
            LayerKind::PaddedShortcut => "padded shortcut",
            LayerKind::FullyConnected => "fully connected",
            LayerKind::Dropout => "dropout",
            LayerKind::Softmax => "softmax",
        }
    }
}
