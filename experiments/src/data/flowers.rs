//! Flowers-102 (Nilsback and Zisserman 2008) as the Visual Domain Decathlon has it: short side 72 px, a folder per class.
//!
//! An image becomes its central square of 72 px. Random crops of the training images are taken from that square with
//! zeros around it, as for CIFAR.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use rayon::prelude::*;
use results::Digest;
use tch::{Kind, Tensor};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Normalisation, Split, read};

/// Classes.
pub const CLASSES: i64 = 102;
/// Side of the squares, in pixels.
pub const SIDE: i64 = 72;
/// Channel statistics of ImageNet, on which the initial weights were trained.
pub const NORMALISATION: Normalisation = Normalisation {
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
};

/// Its name in the plan.
pub(super) const NAME: &str = "vgg-flowers-72";
/// Its folder in the data folder.
pub(super) const FOLDER: &str = "vgg-flowers-72";
/// Folder of each split and its number of images.
const SPLITS: [(&str, usize); 3] = [("train", 1_020), ("val", 1_020), ("test", 6_149)];
/// Where it can be had.
pub(super) const HINT: &str = "get `decathlon-1.0-data.tar.gz` from https://www.robots.ox.ac.uk/~vgg/decathlon/ and unpack \
                    `vgg-flowers` as `vgg-flowers-72` with folders `train`, `val` and `test` of one folder per class";

/// The three splits on the CPU, and the digest of all files.
#[derive(Debug)]
pub struct Flowers {
    /// 1,020 images, ten of each class.
    pub train: Split,
    /// 1,020 images, ten of each class.
    pub validation: Split,
    /// 6,149 images.
    pub test: Split,
    /// SHA-256 over the digests of all files in the order train, val, test, then class, then name.
    pub digest: Digest,
}

impl Flowers {
    /// Reads and decodes the folder `vgg-flowers-72` inside `data`.
    ///
    /// # Errors
    /// A missing folder, another number of classes or images, an image that cannot be decoded or is smaller than 72 px.
    pub fn read(data: &Path) -> Result<Flowers> {
        let folder = data.join(FOLDER);
        let mut digests = String::new();
        let mut read_split = |(name, images): (&str, usize)| -> Result<Split> {
            let files = files(&folder.join(name))?;
            let found = files.len();
            ensure!(
                found == images,
                "`{}` has {found} images, expected {images}; hint: {HINT}",
                folder.join(name).display()
            );
            let decoded: Vec<(Vec<u8>, Digest)> = files
                .par_iter()
                .map(|(path, _)| decode(path))
                .collect::<Result<_>>()?;
            digests.extend(decoded.iter().map(|(_, digest)| digest.as_str()));
            Ok(split(&decoded, &files))
        };
        let [train, validation, test] = SPLITS;
        let (train, validation, test) = (
            read_split(train)?,
            read_split(validation)?,
            read_split(test)?,
        );
        Ok(Flowers {
            train,
            validation,
            test,
            digest: Digest::of(digests),
        })
    }
}

/// Paths and class numbers of a split, sorted by class and name.
fn files(split: &Path) -> Result<Vec<(PathBuf, i64)>> {
    let classes = sorted_entries(split)?;
    let found = classes.len() as i64;
    ensure!(
        found == CLASSES,
        "`{}` has {found} class folders, expected {CLASSES}; hint: {HINT}",
        split.display()
    );
    let mut files = Vec::new();
    for (class, folder) in classes.iter().enumerate() {
        files.extend(
            sorted_entries(folder)?
                .into_iter()
                .map(|path| (path, class as i64)),
        );
    }
    Ok(files)
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("`{}` cannot be read; hint: {HINT}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// The central square of an image as bytes `[72, 72, 3]`, and the digest of the file.
fn decode(path: &Path) -> Result<(Vec<u8>, Digest)> {
    let bytes = read(path, HINT)?;
    let digest = Digest::of(&bytes);
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes), options);
    let decoded = decoder.decode();
    let pixels = decoded.map_err(|error| {
        anyhow!(
            "`{}` is not a readable JPEG file: {error}; hint: {HINT}",
            path.display()
        )
    })?;
    let (width, height) = decoder.dimensions().expect("known after decoding");
    let side = SIDE as usize;
    ensure!(
        width >= side && height >= side,
        "`{}` has {width} × {height} px, expected at least {side} each way; hint: {HINT}",
        path.display()
    );
    Ok((central_square(&pixels, width, height, side), digest))
}

/// The square of `side` in the middle; where the rest is odd, the right and lower margins are the larger ones.
fn central_square(pixels: &[u8], width: usize, height: usize, side: usize) -> Vec<u8> {
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let row = |y: usize| {
        let start = ((top + y) * width + left) * 3;
        &pixels[start..start + side * 3]
    };
    (0..side).flat_map(row).copied().collect()
}

fn split(decoded: &[(Vec<u8>, Digest)], files: &[(PathBuf, i64)]) -> Split {
    let pixels: Vec<u8> = decoded
        .iter()
        .flat_map(|(pixels, _)| pixels)
        .copied()
        .collect();
    let labels: Vec<i64> = files.iter().map(|&(_, class)| class).collect();
    let shape = [files.len() as i64, SIDE, SIDE, 3];
    Split {
        pixels: Tensor::from_data_size(&pixels, &shape, Kind::Uint8),
        labels: Tensor::from_slice(&labels),
    }
}
