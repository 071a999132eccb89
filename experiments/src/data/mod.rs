//! Data sets: read from a folder, checked, kept as bytes on the device.

pub mod augmentation;
pub mod cifar10;
pub mod flowers;

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use results::{Configuration, Digest};
use tch::{Device, Kind, Tensor};

use crate::pretrained;

/// Images of one split with their classes.
#[derive(Debug)]
pub struct Split {
    /// Bytes `[images, side, side, 3]` in the order red, green, blue.
    pub pixels: Tensor,
    /// Class numbers `[images]`, from 0.
    pub labels: Tensor,
}

impl Split {
    /// Number of images.
    pub fn len(&self) -> u64 {
        self.labels.size()[0] as u64
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Images of each class.
    pub fn images_per_class(&self, classes: i64) -> Vec<u64> {
        let counts = self
            .labels
            .to_device(Device::Cpu)
            .bincount(None::<Tensor>, classes);
        let counts = Vec::<i64>::try_from(counts).expect("one count per class");
        counts.into_iter().map(|count| count as u64).collect()
    }

    /// The same on `device`.
    pub fn to_device(&self, device: Device) -> Split {
        Split {
            pixels: self.pixels.to_device(device),
            labels: self.labels.to_device(device),
        }
    }
}

/// Mean and standard deviation of each channel, of values in 0..1.
#[derive(Debug, Clone, Copy)]
pub struct Normalisation {
    /// Means of red, green and blue.
    pub mean: [f64; 3],
    /// Standard deviations of red, green and blue.
    pub deviation: [f64; 3],
}

/// Turns bytes into the network's input.
#[derive(Debug)]
pub struct Normaliser {
    scale: Tensor,
    shift: Tensor,
    kind: Kind,
}

impl Normaliser {
    /// A normaliser to `kind` on `device`.
    pub fn new(normalisation: Normalisation, kind: Kind, device: Device) -> Normaliser {
        let Normalisation { mean, deviation } = normalisation;
        let scale = deviation.map(|d| (1.0 / (255.0 * d)) as f32);
        let shift: [f32; 3] = std::array::from_fn(|c| (-mean[c] / deviation[c]) as f32);
        Normaliser {
            scale: Tensor::from_slice(&scale).to_device(device),
            shift: Tensor::from_slice(&shift).to_device(device),
            kind,
        }
    }

    /// From bytes `[batch, side, side, 3]` to (value/255 − mean)/deviation `[batch, 3, side, side]`, channels last.
    pub fn apply(&self, pixels: &Tensor) -> Tensor {
        let values = self
            .shift
            .addcmul(&pixels.to_kind(Kind::Float), &self.scale);
        values.to_kind(self.kind).permute([0, 3, 1, 2])
    }
}

/// The folder that holds the data: `given`, or what `MEASURED_DATA` names.
///
/// # Errors
/// Neither is set, or the folder is not there.
pub fn folder(given: Option<&Path>) -> Result<PathBuf> {
    let folder = given
        .map(Path::to_path_buf)
        .or_else(|| env::var_os("MEASURED_DATA").map(PathBuf::from));
    let Some(folder) = folder else {
        bail!("no data folder is given; hint: pass `--data FOLDER` or set MEASURED_DATA");
    };
    ensure!(
        folder.is_dir(),
        "`{}` is not a folder, expected the data folder",
        folder.display()
    );
    Ok(folder)
}

/// Why what `configuration` reads is not in the folder that is `given` or named by `MEASURED_DATA`, and where it can be
/// had; none where it is there, whatever it holds.
pub fn missing(configuration: &Configuration, given: Option<&Path>) -> Option<String> {
    let configuration = configuration.as_training()?;
    let (name, hint) = match configuration.data.name.as_str() {
        cifar10::NAME => (cifar10::FOLDER, cifar10::HINT),
        flowers::NAME => (flowers::FOLDER, flowers::HINT),
        other => return Some(format!("no program reads the data set `{other}`")),
    };
    let folder = match folder(given) {
        Ok(folder) => folder,
        Err(error) => return Some(format!("{error:#}; {hint}")),
    };
    let (path, weights) = (folder.join(name), configuration.initial_weights.as_ref());
    if !path.is_dir() {
        return Some(format!("`{}` is not there; hint: {hint}", path.display()));
    }
    let weights = weights.map(|weights| (pretrained::path(&folder, &weights.name), &weights.name));
    let (path, weights) = weights.filter(|(path, _)| !path.exists())?;
    Some(format!(
        "`{}` is not there; hint: it holds the weights `{weights}`",
        path.display()
    ))
}

/// Reads a file of the data set; `hint` says where it can be had.
fn read(path: &Path, hint: &str) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("`{}` cannot be read; hint: {hint}", path.display()))
}

/// Refuses a data set whose content is not the expected one.
///
/// # Errors
/// Another digest than `expected`.
pub fn check_digest(name: &str, folder: &Path, found: &Digest, expected: &Digest) -> Result<()> {
    ensure!(
        found == expected,
        "`{}`: the content of `{name}` has SHA-256 {}…, expected {}…; hint: unpack or download it again, or correct \
         the plan if this is another edition",
        folder.display(),
        found.short(),
        expected.short()
    );
    Ok(())
}
