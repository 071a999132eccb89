//! What runs of networks have in common, whether they train one or take its time.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ranges::Checks;

/// Number format in which a network multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// IEEE 754 single precision, with TF32 switched off.
    Fp32,
    /// NVIDIA's TensorFloat-32: 8 exponent and 10 mantissa bits in products, single-precision sums.
    Tf32,
    /// bfloat16 products over single-precision weights.
    Bf16,
    /// IEEE 754 half-precision products over single-precision weights.
    Fp16,
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Arithmetic::Fp32 => "fp32",
            Arithmetic::Tf32 => "tf32",
            Arithmetic::Bf16 => "bf16",
            Arithmetic::Fp16 => "fp16",
        })
    }
}

/// What libtorch and the data loader counted, to be checked against the layer lists of the analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Parameters of the network, frozen ones included, BatchNorm's running statistics excluded.
    pub parameters: u64,
    /// Output shape of each layer, in the order of the forward pass.
    pub layers: Vec<LayerShape>,
    /// Images of each class in the order of the class numbers, by split (`train`, `validation`, `test`).
    pub images_per_class: BTreeMap<String, Vec<u64>>,
}

/// The output of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerShape {
    /// Name of the layer, such as `layer1.0.conv1`.
    pub layer: String,
    /// Shape without the batch: `[channels, height, width]` or `[features]`.
    pub output: Vec<u64>,
}

/// Checks what both configurations say of the network and its input.
pub(super) fn check(
    network: &str,
    [depth, image_px, batch_size]: [u64; 3],
    checks: &mut Checks<'_>,
) {
    checks.name("configuration.network", network);
    checks.at_least_one("configuration.depth", depth);
    checks.at_least_one("configuration.image_px", image_px);
    checks.at_least_one("configuration.batch_size", batch_size);
}
