//! Checkpoints: all that a later session needs to go on, in one safetensors file, the last two kept.
//!
//! The tensors are the parameters and statistics that training changes, under torchvision's names, and `sgd.velocity`.
//! The metadata holds the record so far and a digest of everything.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use results::{Digest, Record};
use safetensors::tensor::{Dtype, SafeTensors, View, serialize};
use sha2::{Digest as _, Sha256};
use tch::{Device, Kind, Tensor};

/// Checkpoints that are kept: the last one, and the one before should that be damaged.
const KEPT: usize = 2;

/// The folder of one run's checkpoints.
#[derive(Debug, Clone)]
pub struct Checkpoints {
    folder: PathBuf,
}

/// What a checkpoint holds.
#[derive(Debug)]
pub struct Checkpoint {
    /// The record at that time; its last epoch is the one after which the state was saved.
    pub record: Record,
    /// Tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
}

impl Checkpoints {
    /// Those of a run: `STATE/EXPERIMENT/RUN`.
    pub fn new(state: &Path, experiment: &str, run: &str) -> Checkpoints {
        Checkpoints {
            folder: state.join(experiment).join(run),
        }
    }

    /// Saves the state, wholly or not at all, and removes all but the last two, and what a killed program left behind.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn save(&self, record: &Record, tensors: &BTreeMap<String, Tensor>) -> Result<()> {
        let path = self
            .folder
            .join(format!("epoch-{:06}.safetensors", record.epochs.len()));
        let text = record
            .to_text()
            .map_err(|problems| anyhow!("the record is unsound: {problems:?}"))?;
        let saved: BTreeMap<&String, Saved> = tensors
            .iter()
            .map(|(name, tensor)| (name, Saved::new(tensor)))
            .collect();
        let digest = digest(
            &text,
            saved
                .iter()
                .map(|(name, s)| (name.as_str(), &s.shape[..], &s.bytes[..])),
        );
        let metadata = HashMap::from([
            ("record".to_owned(), text),
            ("digest".to_owned(), digest.to_string()),
        ]);
        let bytes = serialize(saved, Some(metadata))?;
        for unfinished in self.files("tmp")? {
            fs::remove_file(&unfinished)
                .with_context(|| format!("`{}` cannot be removed", unfinished.display()))?;
        }
        replace_file(&path, &bytes)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        for old in self.paths()?.iter().rev().skip(KEPT) {
            fs::remove_file(old)
                .with_context(|| format!("`{}` cannot be removed", old.display()))?;
        }
        Ok(())
    }

    /// The newest sound checkpoint, and a message for each newer one that was refused.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn newest(&self) -> Result<(Option<Checkpoint>, Vec<String>)> {
        let mut refused = Vec::new();
        for path in self.paths()?.iter().rev() {
            match Checkpoint::read(path) {
                Ok(checkpoint) => return Ok((Some(checkpoint), refused)),
                Err(error) => refused.push(format!("`{}` is refused: {error:#}", path.display())),
            }
        }
        Ok((None, refused))
    }

    /// Removes all checkpoints of the run.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn remove(&self) -> Result<()> {
        for path in self.paths()? {
            fs::remove_file(&path)
                .with_context(|| format!("`{}` cannot be removed", path.display()))?;
        }
        Ok(())
    }

    /// The files, oldest first.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn paths(&self) -> Result<Vec<PathBuf>> {
        self.files("safetensors")
    }

    /// The files of the folder with this extension, sorted.
    fn files(&self, extension: &str) -> Result<Vec<PathBuf>> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(&self.folder)
            .with_context(|| format!("`{}` cannot be read", self.folder.display()))?;
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        paths.retain(|path| path.extension().is_some_and(|found| found == extension));
        paths.sort();
        Ok(paths)
    }
}

impl Checkpoint {
    /// Reads and checks a checkpoint.
    ///
    /// # Errors
    /// A file that is truncated, altered, or no checkpoint.
    pub fn read(path: &Path) -> Result<Checkpoint> {
        let bytes = fs::read(path)?;
        let (_, header) = SafeTensors::read_metadata(&bytes)?;
        let field = |name: &str| {
            let fields = header.metadata().as_ref();
            fields
                .and_then(|fields| fields.get(name))
                .ok_or_else(|| anyhow!("`{name}` is missing in its metadata"))
        };
        let (text, stated) = (field("record")?, field("digest")?);
        let views: BTreeMap<String, _> = SafeTensors::deserialize(&bytes)?
            .tensors()
            .into_iter()
            .collect();
        let found = digest(
            text,
            views
                .iter()
                .map(|(name, v)| (name.as_str(), v.shape(), v.data())),
        );
        ensure!(
            found.as_str() == stated,
            "its content has digest {}…, expected {:.12}…",
            found.short(),
            stated
        );
        let record = Record::parse(text)
            .map_err(|problems| anyhow!("its record is unsound: {problems:?}"))?;
        let tensor = |(name, view): (String, safetensors::tensor::TensorView)| {
            let shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
            (
                name,
                Tensor::from_data_size(view.data(), &shape, Kind::Float),
            )
        };
        Ok(Checkpoint {
            record,
            tensors: views.into_iter().map(tensor).collect(),
        })
    }
}

/// A tensor's content on the CPU.
struct Saved {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Saved {
    fn new(tensor: &Tensor) -> Saved {
        let tensor = tensor
            .to_device(Device::Cpu)
            .to_kind(Kind::Float)
            .contiguous();
        let mut bytes = vec![0; tensor.numel() * 4];
        tensor.copy_data_u8(&mut bytes, tensor.numel());
        Saved {
            shape: tensor.size().iter().map(|&side| side as usize).collect(),
            bytes,
        }
    }
}

impl View for Saved {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// SHA-256 over the record's text and, in the order of their names, each tensor's name, shape and bytes.
fn digest<'a>(
    record: &str,
    tensors: impl Iterator<Item = (&'a str, &'a [usize], &'a [u8])>,
) -> Digest {
    let mut hash = Sha256::new();
    hash.update(record);
    for (name, shape, bytes) in tensors {
        hash.update(format!("\n{name} {shape:?}\n"));
        hash.update(bytes);
    }
    Digest::parse(&format!("{:x}", hash.finalize())).expect("64 hexadecimal digits")
}

/// Replaces the file at `path`, wholly or not at all, even when the machine stops in between.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().expect("a file in a folder");
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .suffix(".tmp")
        .make_in(folder, |path| File::create_new(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(File::open(folder)?.sync_all()?)
}
