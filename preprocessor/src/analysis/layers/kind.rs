//! Sorts of layers.

/// Sorts of layers, in the order in which tables list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerKind {
    /// [`Layer::Convolution`].
    Convolution,
    /// [`Layer::Pool`] and [`Layer::GlobalPool`].
    Pool,
    /// [`Layer::LocalResponseNorm`].
    LocalResponseNorm,
    /// [`Layer::BatchNorm`].
    BatchNorm,
    /// [`Layer::Relu`].
    Relu,
    /// [`Layer::Scale`].
    Scale,
    /// [`Layer::Add`].
    Add,
    /// [`Layer::Concat`].
    Concat,
    /// [`Layer::PaddedShortcut`].
    PaddedShortcut,
    /// [`Layer::FullyConnected`].
    FullyConnected,
    /// [`Layer::Dropout`].
    Dropout,
    /// [`Layer::Softmax`].
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
