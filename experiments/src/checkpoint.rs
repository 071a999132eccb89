//! Checkpoints: all that a later session needs to go on, in one safetensors file, the last two kept.
//!
//! The tensors are the parameters and statistics that training changes, under torchvision's names, and `sgd.velocity`.
//! The metadata holds the record so far, how far the epoch after it is, and a digest of everything. A file counts when it was read and found sound; one
//! that is refused is set aside under another name.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow, ensure};
use results::files::{read_file, set_aside};
use results::{Digest, Record};
use safetensors::tensor::{Dtype, Metadata, SafeTensors, View, serialize};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tch::{Device, Kind, Tensor};

use crate::expected::Expected;
use crate::part::{Part, Position, Reached};

pub(crate) use results::files::replace_file;

/// Checkpoints that are kept: the last one, and the one before should that be damaged.
const KEPT: usize = 2;
/// The longest checkpoint that is read, in bytes; one of VGG-19, the largest network here, has 1.1 GB.
const LONGEST_BYTES: u64 = 4 << 30;
/// The longest header, in bytes: names and shapes of the tensors, and the record.
const HEADER_BYTES: u64 = results::RECORD_BYTES;
/// The field of the metadata that says how far the epoch after the record is.
const PART: &str = "part";
/// Ends the name of an earlier run's checkpoint that `--again` set aside.
const BEFORE: &str = "before";

/// The folder of one run's checkpoints. Only the holder of the run's lock changes it.
#[derive(Debug, Clone)]
pub struct Checkpoints {
    folder: PathBuf,
    experiment: String,
    run: String,
    /// Positions of the checkpoints that were read and found sound, or written, in order.
    sound: Vec<Position>,
}

/// What a checkpoint holds.
#[derive(Debug)]
pub struct Checkpoint {
    /// The record at that time; its last epoch is the last one that was finished.
    pub record: Record,
    /// What was done of the next one.
    pub part: Part,
    /// Tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
}

/// The newest sound checkpoint.
#[derive(Debug, Default)]
pub struct Newest {
    /// It and its file; none where there is none.
    pub found: Option<(PathBuf, Checkpoint)>,
    /// Newer ones that are not sound, and why.
    pub refused: Vec<(PathBuf, Error)>,
}

impl Checkpoints {
    /// Those of a run: `STATE/EXPERIMENT/RUN`.
    pub fn new(state: &Path, experiment: &str, run: &str) -> Checkpoints {
        Checkpoints {
            folder: state.join(experiment).join(run),
            experiment: experiment.to_owned(),
            run: run.to_owned(),
            sound: Vec::new(),
        }
    }

    /// Saves the state, wholly or not at all, and removes older ones than the last two that are sound.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn save(
        &mut self,
        record: &Record,
        part: &Part,
        tensors: &BTreeMap<String, Tensor>,
    ) -> Result<()> {
        let text = record
            .to_text()
            .map_err(|problems| anyhow!("the record is unsound: {problems:?}"))?;
        let saved: BTreeMap<&String, Saved> = tensors
            .iter()
            .map(|(name, tensor)| (name, Saved::new(tensor)))
            .collect();
        let part_text = match part.steps {
            0 => String::new(), // as before there were parts
            _ => serde_json::to_string(part)?,
        };
        let digest = digest(
            [&text, &part_text],
            saved
                .iter()
                .map(|(name, s)| (name.as_str(), &s.shape[..], &s.bytes[..])),
        );
        let mut metadata = HashMap::from([
            ("record".to_owned(), text),
            ("digest".to_owned(), digest.to_string()),
        ]);
        if !part_text.is_empty() {
            metadata.insert(PART.to_owned(), part_text);
        }
        let position = position(record, part);
        self.put(position, &serialize(saved, Some(metadata))?)
    }

    /// Puts the bytes of a sound checkpoint of this position into the folder, and removes older ones than the last two.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn put(&mut self, position: Position, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(position.file());
        replace_file(&path, bytes)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        self.sound.retain(|&known| known < position);
        self.sound.push(position);
        let surplus = self.sound.len().saturating_sub(KEPT);
        self.sound.drain(..surplus);
        for (number, old) in self.numbered()? {
            if number < position && !self.sound.contains(&number) {
                remove(&old)?;
            }
        }
        Ok(())
    }

    /// The newest sound checkpoint, whose tensors are as `expected` if that is given; changes nothing.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn newest(&self, expected: Option<&Expected>) -> Result<Newest> {
        let mut newest = Newest::default();
        for (number, path) in self.numbered()?.into_iter().rev() {
            match self.read(number, &path, expected) {
                Ok(checkpoint) => {
                    newest.found = Some((path, checkpoint));
                    break;
                }
                Err(error) => newest.refused.push((path, error)),
            }
        }
        Ok(newest)
    }

    /// The newest sound checkpoint, as [`Checkpoints::newest`]. It counts among those that are kept; newer ones are set
    /// aside, with a message for each.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn settle(&mut self, expected: &Expected) -> Result<(Option<Checkpoint>, Vec<String>)> {
        let Newest { found, refused } = self.newest(Some(expected))?;
        let aside = |(path, error): (PathBuf, Error)| {
            let aside = set_aside(&path, "refused")
                .with_context(|| format!("`{}` cannot be set aside", path.display()))?;
            Ok(format!(
                "`{}` is refused and set aside as `{}`: {error:#}",
                path.display(),
                aside.display()
            ))
        };
        let messages = refused.into_iter().map(aside).collect::<Result<_>>()?;
        let found = found.map(|(_, checkpoint)| checkpoint);
        self.sound = found.iter().map(Checkpoint::position).collect();
        Ok((found, messages))
    }

    fn read(
        &self,
        number: Position,
        path: &Path,
        expected: Option<&Expected>,
    ) -> Result<Checkpoint> {
        let checkpoint = Checkpoint::parse(&read_file(path, LONGEST_BYTES)?, expected)?;
        checkpoint.ensure_is_of(&self.experiment, &self.run, number)?;
        Ok(checkpoint)
    }

    /// How far the newest checkpoint is, by its header alone: nothing says that it is sound. None where there is none.
    pub fn reached(&self) -> Option<Reached> {
        let (_, path) = self.numbered().ok()?.pop()?;
        let header = Header::read(&path).ok()?;
        let record = parse_record(header.metadata.get("record")?).ok()?;
        let part = parse_part(header.metadata.get(PART)).ok()?;
        Some(Reached::new(&record, &part))
    }

    /// Removes all checkpoints of the run, those of an earlier one that was made anew too.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn remove(&self) -> Result<()> {
        let earlier = |(name, path): &(String, PathBuf)| {
            let (number, word) = name.split_once(".safetensors.")?;
            let is_one = number.starts_with("epoch-") && word.starts_with(BEFORE);
            is_one.then(|| path.clone())
        };
        let earlier = self.files()?.iter().filter_map(earlier).collect::<Vec<_>>();
        let own = self.numbered()?.into_iter().map(|(_, path)| path);
        own.chain(earlier).try_for_each(|path| remove(&path))
    }

    /// Gives all checkpoints another name, with which they do not count.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn set_aside(&mut self) -> Result<()> {
        self.sound.clear();
        for (_, path) in self.numbered()? {
            set_aside(&path, BEFORE)
                .with_context(|| format!("`{}` cannot be set aside", path.display()))?;
        }
        Ok(())
    }

    /// Removes what a killed program left behind half written.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn remove_unfinished(&self) -> Result<()> {
        let mut files = self.files()?;
        files.retain(|(name, _)| name.ends_with(".tmp"));
        files.iter().try_for_each(|(_, path)| remove(path))
    }

    /// The files, oldest first.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn paths(&self) -> Result<Vec<PathBuf>> {
        Ok(self.numbered()?.into_iter().map(|(_, path)| path).collect())
    }

    /// The files that are named as checkpoints, by their positions.
    fn numbered(&self) -> Result<Vec<(Position, PathBuf)>> {
        let files = self.files()?.into_iter();
        let mut numbered: Vec<(Position, PathBuf)> = files
            .filter_map(|(name, path)| Some((Position::of_file(&name)?, path)))
            .collect();
        numbered.sort();
        Ok(numbered)
    }

    /// Everything in the folder, with its name.
    fn files(&self) -> Result<Vec<(String, PathBuf)>> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(&self.folder)
            .with_context(|| format!("`{}` cannot be read", self.folder.display()))?;
        let named = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok((name, entry.path()))
        };
        entries.map(named).collect()
    }
}

fn position(record: &Record, part: &Part) -> Position {
    Position {
        epochs: record.done(),
        steps: part.steps,
    }
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).with_context(|| format!("`{}` cannot be removed", path.display()))
}

impl Checkpoint {
    /// The record alone, of bytes whose tensors are not looked at yet.
    ///
    /// # Errors
    /// Bytes that are no checkpoint.
    pub fn record(bytes: &[u8]) -> Result<Record> {
        ensure_short_header(bytes)?;
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        parse_record(field(&header, "record")?)
    }

    /// Reads and checks the bytes of a checkpoint, whose tensors must be as `expected` if that is given.
    ///
    /// # Errors
    /// Bytes that are truncated, altered, or no checkpoint; a tensor that is not `expected`, or holds no numbers.
    pub fn parse(bytes: &[u8], expected: Option<&Expected>) -> Result<Checkpoint> {
        ensure_short_header(bytes)?;
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let (text, stated) = (field(&header, "record")?, field(&header, "digest")?);
        let views: BTreeMap<String, _> = SafeTensors::deserialize(bytes)?
            .tensors()
            .into_iter()
            .collect();
        let part_text = field(&header, PART).unwrap_or_default();
        let found = digest(
            [text, part_text],
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
        let (record, part) = (
            parse_record(text)?,
            parse_part(
                header
                    .metadata()
                    .as_ref()
                    .and_then(|fields| fields.get(PART)),
            )?,
        );
        if let Some(expected) = expected {
            let shapes = views
                .iter()
                .map(|(name, view)| (name.as_str(), view.shape()));
            expected.check(shapes)?;
        }
        let tensors = views
            .into_iter()
            .map(|(name, view)| {
                let tensor = tensor(&view).with_context(|| format!("`{name}`"))?;
                Ok((name, tensor))
            })
            .collect::<Result<_>>()?;
        Ok(Checkpoint {
            record,
            part,
            tensors,
        })
    }

    /// How far the run was.
    pub fn position(&self) -> Position {
        position(&self.record, &self.part)
    }

    /// # Errors
    /// A checkpoint of another run, or of another position than `expected`.
    pub fn ensure_is_of(&self, experiment: &str, run: &str, expected: Position) -> Result<()> {
        let record = &self.record;
        ensure!(
            (record.experiment.as_str(), record.run.as_str()) == (experiment, run),
            "it is of run `{}` of `{}`, expected `{run}` of `{experiment}`",
            record.run,
            record.experiment
        );
        let (found, planned) = (self.position(), record.planned());
        ensure!(
            found == expected && found.epochs <= planned,
            "it was made after {found} of {planned}, expected {expected} as its name says"
        );
        Ok(())
    }
}

fn field<'a>(header: &'a Metadata, name: &str) -> Result<&'a str> {
    let fields = header.metadata().as_ref();
    let field = fields.and_then(|fields| fields.get(name));
    let field = field.with_context(|| format!("`{name}` is missing in its metadata"))?;
    Ok(field)
}

/// None of the epoch in checkpoints of before there were parts.
fn parse_part(text: Option<&String>) -> Result<Part> {
    let part = text.map_or(Ok(Part::default()), |text| serde_json::from_str(text));
    part.context("what it says of the epoch")
}

/// What stands before the tensors, but for their names and shapes.
#[derive(Deserialize)]
struct Header {
    #[serde(rename = "__metadata__")]
    metadata: HashMap<String, String>,
}

impl Header {
    fn read(path: &Path) -> Result<Header> {
        let file = File::open(path)?;
        ensure!(file.metadata()?.is_file(), "it is no ordinary file");
        let mut length = Vec::new();
        let mut file = file.take(8);
        file.read_to_end(&mut length)?;
        ensure_short_header(&length)?;
        let length = length.first_chunk().context("it is too short")?;
        file.set_limit(u64::from_le_bytes(*length));
        Ok(serde_json::from_reader(BufReader::new(file))?)
    }
}

fn parse_record(text: &str) -> Result<Record> {
    Record::parse(text).map_err(|problems| anyhow!("its record is unsound: {}", problems[0]))
}

/// # Errors
/// A header whose length, which comes first, is beyond the limit: it would be parsed before its content is checked.
fn ensure_short_header(bytes: &[u8]) -> Result<()> {
    let first = bytes.first_chunk().context("it has less than 8 bytes")?;
    let length = u64::from_le_bytes(*first);
    ensure!(
        length <= HEADER_BYTES,
        "its header has {length} bytes, expected at most {HEADER_BYTES}"
    );
    Ok(())
}

/// A tensor of finite numbers in single precision.
fn tensor(view: &safetensors::tensor::TensorView) -> Result<Tensor> {
    ensure!(
        view.dtype() == Dtype::F32,
        "it has type {:?}, expected F32",
        view.dtype()
    );
    let mut values = view.data().chunks_exact(4);
    let finite =
        values.all(|value| f32::from_le_bytes(value.try_into().expect("4 bytes")).is_finite());
    ensure!(finite, "it has a value that is no finite number");
    let shape = view.shape().iter().map(|&side| Ok(i64::try_from(side)?));
    let shape = shape.collect::<Result<Vec<_>>>()?;
    Ok(Tensor::f_from_data_size(view.data(), &shape, Kind::Float)?)
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

/// SHA-256 over the texts of record and part and, in the order of their names, each tensor's name, shape and bytes.
fn digest<'a>(
    texts: [&str; 2],
    tensors: impl Iterator<Item = (&'a str, &'a [usize], &'a [u8])>,
) -> Digest {
    let mut hash = Sha256::new();
    texts.iter().for_each(|text| hash.update(text));
    for (name, shape, bytes) in tensors {
        hash.update(format!("\n{name} {shape:?}\n"));
        hash.update(bytes);
    }
    Digest::parse(&format!("{:x}", hash.finalize())).expect("64 hexadecimal digits")
}
