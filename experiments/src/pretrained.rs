//! Weights that were trained elsewhere, from a safetensors file with torchvision's names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use results::{Digest, InitialWeights};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use tch::{Kind, Tensor};

/// The weights of Martinez et al. 2021 (Permute, Quantize, and Fine-tune), 72.18 % top-1 on ImageNet.
const PRODUCT_QUANTISED: &str = "ImageNet ResNet-50, product-quantised, 72.18 % top-1";

/// Where the weights called `name` lie in the data folder: `resnet50/resnet50.f16.safetensors`, or, for weights that the
/// user brings, `NAME/NAME.safetensors`.
pub fn path(data: &Path, name: &str) -> PathBuf {
    match name {
        PRODUCT_QUANTISED => data.join("resnet50/resnet50.f16.safetensors"),
        _ => data.join(name).join(format!("{name}.safetensors")),
    }
}

/// Reads every tensor of the file that the plan's `expected` weights are in.
///
/// # Errors
/// A file that is missing, has another digest than planned, or holds a number format that is not floating point.
pub fn read(path: &Path, expected: &InitialWeights) -> Result<BTreeMap<String, Tensor>> {
    let bytes = fs::read(path).with_context(|| {
        format!(
            "`{}` cannot be read; hint: it holds the weights `{}`",
            path.display(),
            expected.name
        )
    })?;
    let found = Digest::of(&bytes);
    ensure!(
        found == expected.digest,
        "`{}` has SHA-256 {}…, expected {}… for `{}`; hint: plan other weights under their own name and digest",
        path.display(),
        found.short(),
        expected.digest.short(),
        expected.name
    );
    let tensors = SafeTensors::deserialize(&bytes)
        .with_context(|| format!("`{}` is not a safetensors file", path.display()))?;
    let named = tensors.tensors().into_iter();
    named
        .map(|(name, view)| Ok((name.clone(), tensor(&name, &view)?)))
        .collect()
}

fn tensor(name: &str, view: &TensorView) -> Result<Tensor> {
    let kind = match view.dtype() {
        Dtype::F16 => Kind::Half,
        Dtype::BF16 => Kind::BFloat16,
        Dtype::F32 => Kind::Float,
        Dtype::F64 => Kind::Double,
        // `num_batches_tracked`, which nothing here reads.
        Dtype::I64 => Kind::Int64,
        other => bail!("`{name}` holds {other:?}, expected floating-point numbers"),
    };
    let shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
    Ok(Tensor::from_data_size(view.data(), &shape, kind))
}
