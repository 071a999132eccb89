//! What runs of networks have in common, whether they train one or take its time.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeTable;

use crate::networks::{NETWORKS, known_network};
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

/// What a configuration says of the network and of what goes through it.
#[derive(Debug, Clone, Copy)]
pub(super) struct NetworkChoice<'a> {
    pub(super) network: &'a str,
    pub(super) depth: u64,
    pub(super) image_px: u64,
    pub(super) batch_size: u64,
}

impl NetworkChoice<'_> {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        checks.name("configuration.network", self.network);
        checks.at_least_one("configuration.depth", self.depth);
        checks.at_least_one("configuration.image_px", self.image_px);
        checks.at_least_one("configuration.batch_size", self.batch_size);
    }

    /// What the network's name says against the rest, each with its key.
    pub(super) fn faults(&self) -> Vec<(&'static str, String)> {
        let known = match known_network(self.network) {
            Ok(known) => known,
            Err(unknown) => return vec![("configuration.network", unknown.to_string())],
        };
        let (name, mut faults) = (known.name, Vec::new());
        if self.depth != known.depth {
            let problem = format!(
                "`configuration.depth` is {}, expected {}, the depth of `{name}`; hint: leave it out",
                self.depth, known.depth
            );
            faults.push(("configuration.depth", problem));
        }
        if !known.image_px.contains(&self.image_px) {
            let (least, most) = known.image_px.clone().into_inner();
            let expected = match least == most {
                true => format!("{least}"),
                false => format!("{least} to {most}"),
            };
            let problem = format!(
                "`configuration.image_px` is {}, expected {expected}, which `{name}` takes",
                self.image_px
            );
            faults.push(("configuration.image_px", problem));
        }
        faults
    }
}

/// Writes the depth that follows from the network's name into a planned configuration that says none.
///
/// # Errors
/// A name that no network has, and where it stands.
pub(super) fn complete(configuration: &mut DeTable<'_>) -> Result<(), (Range<usize>, String)> {
    let Some(network) = configuration.get("network") else {
        return Ok(());
    };
    let Some(name) = network.get_ref().as_str() else {
        return Ok(());
    };
    let known = known_network(name).map_err(|unknown| (network.span(), unknown.to_string()))?;
    let key = Spanned::new(network.span(), "depth".into());
    let depth = &DEPTHS[known.name];
    configuration.entry(key).or_insert_with(|| depth.clone());
    Ok(())
}

/// The networks' depths as a plan would write them.
static DEPTHS: LazyLock<DeTable<'static>> = LazyLock::new(|| {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let depths = NETWORKS.iter();
        let depths = depths.map(|network| format!("{} = {}\n", network.name, network.depth));
        depths.collect()
    });
    let depths = DeTable::parse(&TEXT);
    depths.expect("plain names and numbers").into_inner()
});
