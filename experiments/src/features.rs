//! Features of a frozen network, kept on disk: runs that differ in the learning rate alone see the same ones.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use results::{Digest, Environment, TrainingConfiguration};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use tch::{Device, Kind, Tensor};

use crate::checkpoint::replace_file;

/// The classifier's inputs of one epoch.
#[derive(Debug)]
pub struct Features {
    /// `[images, features]`, in the order in which the images are used.
    pub values: Tensor,
    /// Class numbers `[images]`.
    pub labels: Tensor,
    /// Time that augmentation and forward passes took, in seconds.
    pub seconds: f64,
}

/// A folder of features whose name is the digest of all that decides them.
#[derive(Debug)]
pub struct FeatureStore {
    folder: PathBuf,
    kind: Kind,
}

impl FeatureStore {
    /// The store, inside the folder of checkpoints, for runs of this configuration and machine, of features in the type
    /// `kind`. Learning rate, momentum, weight decay and number of epochs do not decide features; everything else does,
    /// the program's sources included.
    pub fn new(
        state: &Path,
        configuration: &TrainingConfiguration,
        environment: &Environment,
        kind: Kind,
    ) -> FeatureStore {
        let c = configuration;
        let training = (&c.training.augmentation, c.training.frozen_batch_norm);
        let decides = serde_json::json!({
            "run": (&c.network, c.image_px, c.batch_size, c.arithmetic, c.seed),
            "inputs": (&c.data, &c.initial_weights, training),
            "machine": (&environment.device, &environment.libtorch, environment.threads),
            "sources": environment.sources,
        });
        let digest = Digest::of(decides.to_string());
        FeatureStore {
            folder: state.join("features").join(digest.short()),
            kind,
        }
    }

    /// The features of `epoch` on `device`; none where there are none, or where the file is damaged.
    pub fn read(&self, epoch: u64, device: Device) -> Option<Features> {
        self.read_file(&self.path(epoch), device)
    }

    /// Those of the first images of `epoch`, whole batches, as [`FeatureStore::read`].
    pub fn read_begun(&self, epoch: u64, device: Device) -> Option<Features> {
        self.read_file(&self.path_of_begun(epoch), device)
    }

    fn read_file(&self, path: &Path, device: Device) -> Option<Features> {
        let bytes = fs::read(path).ok()?;
        let (_, header) = SafeTensors::read_metadata(&bytes).ok()?;
        let fields = header.metadata().as_ref()?;
        let tensors = SafeTensors::deserialize(&bytes).ok()?;
        let (values, labels) = (
            tensors.tensor("values").ok()?,
            tensors.tensor("labels").ok()?,
        );
        if fields.get("digest")? != digest(values.data(), labels.data()).as_str() {
            return None;
        }
        Some(Features {
            values: tensor(&values, Kind::Float)
                .to_device(device)
                .to_kind(self.kind),
            labels: tensor(&labels, Kind::Int64).to_device(device),
            seconds: fields.get("seconds")?.parse().ok()?,
        })
    }

    /// Keeps the features of `epoch`.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn write(&self, epoch: u64, features: &Features) -> Result<()> {
        write(&self.path(epoch), features)?;
        // What is left of it takes up room and no more.
        let _ = fs::remove_file(self.path_of_begun(epoch));
        Ok(())
    }

    /// Keeps those of the first images of `epoch`, whole batches.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn write_begun(&self, epoch: u64, features: &Features) -> Result<()> {
        write(&self.path_of_begun(epoch), features)
    }

    fn path(&self, epoch: u64) -> PathBuf {
        self.folder.join(format!("epoch-{epoch:06}.safetensors"))
    }

    fn path_of_begun(&self, epoch: u64) -> PathBuf {
        let name = format!("epoch-{epoch:06}-begun.safetensors");
        self.folder.join(name)
    }
}

fn write(path: &Path, features: &Features) -> Result<()> {
    // Every narrower type goes into single precision and back without a change.
    let (values, labels) = (
        bytes(&features.values, Kind::Float),
        bytes(&features.labels, Kind::Int64),
    );
    let metadata = HashMap::from([
        ("digest".to_owned(), digest(&values, &labels).to_string()),
        ("seconds".to_owned(), features.seconds.to_string()),
    ]);
    let shape = |tensor: &Tensor| tensor.size().iter().map(|&side| side as usize).collect();
    let views = [
        (
            "values",
            TensorView::new(Dtype::F32, shape(&features.values), &values)?,
        ),
        (
            "labels",
            TensorView::new(Dtype::I64, shape(&features.labels), &labels)?,
        ),
    ];
    replace_file(path, &serialize(views, Some(metadata))?)
        .with_context(|| format!("`{}` cannot be written", path.display()))
}

fn digest(values: &[u8], labels: &[u8]) -> Digest {
    Digest::of([values, labels].concat())
}

fn bytes(tensor: &Tensor, kind: Kind) -> Vec<u8> {
    let tensor = tensor.to_device(Device::Cpu).to_kind(kind).contiguous();
    let mut bytes = vec![0; tensor.numel() * kind.elt_size_in_bytes()];
    tensor.copy_data_u8(&mut bytes, tensor.numel());
    bytes
}

fn tensor(view: &TensorView, kind: Kind) -> Tensor {
    let shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
    Tensor::from_data_size(view.data(), &shape, kind)
}
