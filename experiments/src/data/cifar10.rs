//! CIFAR-10 (Krizhevsky 2009) from the official binary files: 50,000 training and 10,000 test images of 32 px.

use std::path::Path;

use anyhow::{Result, ensure};
use results::Digest;
use tch::{Device, Kind, Tensor};

use super::{Normalisation, Split, read};

/// Classes.
pub const CLASSES: i64 = 10;
/// Side of the images, in pixels.
pub const SIDE: i64 = 32;
/// Images of the training split.
pub const TRAIN_IMAGES: u64 = 50_000;
/// Channel statistics of the training split.
pub const NORMALISATION: Normalisation = Normalisation {
    mean: [0.4914, 0.4822, 0.4465],
    deviation: [0.2470, 0.2435, 0.2616],
};

/// Its name in the plan.
pub(super) const NAME: &str = "cifar10";
/// Its folder in the data folder.
pub(super) const FOLDER: &str = "cifar-10-batches-bin";
const TRAIN_FILES: [&str; 5] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
];
const TEST_FILE: &str = "test_batch.bin";
/// One byte of class, then the planes red, green and blue.
const RECORD_BYTES: usize = 1 + 3 * 32 * 32;
/// Where it can be had.
pub(super) const HINT: &str = "get the binary version, `cifar-10-binary.tar.gz`, from https://www.cs.toronto.edu/~kriz/cifar.html \
                    and unpack it into the data folder";

/// Both splits on the CPU, and the digest of the six files one after the other, which tells whether they are complete.
#[derive(Debug)]
pub struct Cifar10 {
    /// Those of five files, 50,000 images.
    pub train: Split,
    /// Those of the last one, 10,000 images.
    pub test: Split,
    /// SHA-256 of `data_batch_1.bin` … `data_batch_5.bin`, `test_batch.bin` joined.
    pub digest: Digest,
}

impl Cifar10 {
    /// Reads the folder `cifar-10-batches-bin` inside `data`.
    ///
    /// # Errors
    /// A file that is missing, holds no whole images, or has a class above 9.
    pub fn read(data: &Path) -> Result<Cifar10> {
        let folder = data.join(FOLDER);
        let mut bytes = Vec::new();
        for name in TRAIN_FILES {
            bytes.extend(read_records(&folder.join(name))?);
        }
        let train_bytes = bytes.len();
        bytes.extend(read_records(&folder.join(TEST_FILE))?);
        let (train, test) = bytes.split_at(train_bytes);
        Ok(Cifar10 {
            train: split(train),
            test: split(test),
            digest: Digest::of(&bytes),
        })
    }
}

fn read_records(path: &Path) -> Result<Vec<u8>> {
    let bytes = read(path, HINT)?;
    let found = bytes.len();
    ensure!(
        found > 0 && found % RECORD_BYTES == 0,
        "`{}` has {found} bytes, expected {RECORD_BYTES} for each image; hint: {HINT}",
        path.display()
    );
    let wrong = bytes
        .chunks(RECORD_BYTES)
        .position(|record| i64::from(record[0]) >= CLASSES);
    ensure!(
        wrong.is_none(),
        "`{}`: image {} has class {}, expected 0..=9; hint: {HINT}",
        path.display(),
        wrong.unwrap_or_default(),
        bytes[wrong.unwrap_or_default() * RECORD_BYTES]
    );
    Ok(bytes)
}

fn split(records: &[u8]) -> Split {
    let images = (records.len() / RECORD_BYTES) as i64;
    let shape = [images, RECORD_BYTES as i64];
    let records = Tensor::from_data_size(records, &shape, Kind::Uint8);
    let planes = records
        .narrow(1, 1, RECORD_BYTES as i64 - 1)
        .reshape([images, 3, SIDE, SIDE]);
    Split {
        pixels: planes.permute([0, 2, 3, 1]).contiguous(),
        labels: records
            .select(1, 0)
            .to_kind(Kind::Int64)
            .to_device(Device::Cpu),
    }
}
