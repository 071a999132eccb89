//! The training images of one epoch: shuffled, cropped and mirrored by one gather.

use results::Augmentation;
use tch::{Device, Kind, Tensor};

use super::Split;
use crate::random;

/// What is drawn for each image of an epoch, in the order in which the images are used.
#[derive(Debug)]
pub struct Draws {
    /// Which image, `[images]`, each once.
    pub order: Tensor,
    /// Rows by which the crop starts below the padded image's top, 0..=2·padding.
    pub top: Tensor,
    /// Columns by which the crop starts right of the padded image's left edge, 0..=2·padding.
    pub left: Tensor,
    /// 1 where the image is mirrored left to right.
    pub mirrored: Tensor,
}

impl Draws {
    /// Draws for `images` from `seed`, on the CPU so that every device sees the same images.
    pub fn new(images: u64, augmentation: &Augmentation, seed: u64) -> Draws {
        let images = images as i64;
        let options = (Kind::Int64, Device::Cpu);
        let offsets = 2 * augmentation.crop_padding_px as i64 + 1;
        let mirrors = if augmentation.horizontal_flip { 2 } else { 1 };
        random::seeded(seed, || Draws {
            order: Tensor::randperm(images, options),
            top: Tensor::randint(offsets, [images], options),
            left: Tensor::randint(offsets, [images], options),
            mirrored: Tensor::randint(mirrors, [images], options),
        })
    }
}

/// A training split with zeros around its images, on the device.
#[derive(Debug)]
pub struct PaddedSplit {
    /// Bytes `[images · padded side², 3]`.
    rows: Tensor,
    labels: Tensor,
    side: i64,
    padding: i64,
}

impl PaddedSplit {
    /// Pads `split` by `padding_px` zeros on each side.
    pub fn new(split: &Split, padding_px: u64) -> PaddedSplit {
        let padding = padding_px as i64;
        let side = split.pixels.size()[1];
        let padded = split
            .pixels
            .constant_pad_nd([0, 0, padding, padding, padding, padding]);
        PaddedSplit {
            rows: padded.reshape([-1, 3]),
            labels: split.labels.shallow_clone(),
            side,
            padding,
        }
    }

    /// Number of images.
    pub fn len(&self) -> u64 {
        self.labels.size()[0] as u64
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Crops, mirrors and orders the images as drawn.
    ///
    /// Pixel (y, x) of an image is row image · padded² + (top + y) · padded + left + x′, where x′ is x, or side − 1 − x
    /// in a mirrored image.
    pub fn gather(&self, draws: &Draws) -> Split {
        let device = self.rows.device();
        let column = |draw: &Tensor| draw.to_device(device).reshape([-1, 1, 1]);
        let (order, top) = (column(&draws.order), column(&draws.top));
        let (left, mirrored) = (column(&draws.left), column(&draws.mirrored));
        let along = Tensor::arange(self.side, (Kind::Int64, device));
        let y = along.reshape([1, -1, 1]);
        let x = along.reshape([1, 1, -1]);
        let padded = self.side + 2 * self.padding;
        // Mirrored, x becomes side − 1 − x = x + (side − 1 − 2x).
        let x = left + &x + mirrored * (&x * -2 + (self.side - 1)); // [images, 1, side]
        let rows = order * (padded * padded) + (top + y) * padded; // [images, side, 1]
        let index = (rows.to_kind(Kind::Int) + x.to_kind(Kind::Int)).flatten(0, 2);
        let images = self.labels.size()[0];
        Split {
            pixels: self
                .rows
                .index_select(0, &index)
                .reshape([images, self.side, self.side, 3]),
            labels: self.labels.index_select(0, &draws.order.to_device(device)),
        }
    }
}
