//! The training images of one epoch: shuffled, cropped and mirrored by one gather.

use results::Augmentation;
use tch::{Device, Kind, Tensor};

use super::Split;
use crate::random;
use crate::shim::Shim;

const NUMBERS: (Kind, Device) = (Kind::Int64, Device::Cpu);

/// How many offsets a crop may have in each direction, and how many mirrors.
fn choices(augmentation: &Augmentation) -> (i64, i64) {
    let offsets = 2 * augmentation.crop_padding_px as i64 + 1;
    (offsets, if augmentation.horizontal_flip { 2 } else { 1 })
}

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
        let (offsets, mirrors) = choices(augmentation);
        random::seeded(seed, || Draws {
            order: Tensor::randperm(images, NUMBERS),
            top: Tensor::randint(offsets, [images], NUMBERS),
            left: Tensor::randint(offsets, [images], NUMBERS),
            mirrored: Tensor::randint(mirrors, [images], NUMBERS),
        })
    }

    /// The same, bit for bit, from a generator of their own: threads that draw do not wait for each other.
    pub fn with_shim(shim: &Shim, images: u64, augmentation: &Augmentation, seed: u64) -> Draws {
        let (offsets, mirrors) = choices(augmentation);
        let [mut order, mut top, mut left, mut mirrored] =
            [(); 4].map(|()| Tensor::empty([images as i64], NUMBERS));
        let below = [
            (&mut top, offsets),
            (&mut left, offsets),
            (&mut mirrored, mirrors),
        ];
        shim.draw(seed, &mut order, below);
        Draws {
            order,
            top,
            left,
            mirrored,
        }
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
    pub fn gather(&self, draws: &Draws) -> Split {
        let shape = [self.labels.size()[0], self.side, self.side, 3];
        let gathered = Split {
            pixels: Tensor::empty(shape, (Kind::Uint8, self.rows.device())),
            labels: self.labels.empty_like(),
        };
        self.gather_into(draws, &gathered);
        gathered
    }

    /// The same, into the place of `gathered`, a split of as many images.
    ///
    /// Pixel (y, x) of an image is row image · padded² + (top + y) · padded + left + x′, where x′ is x, or side − 1 − x
    /// in a mirrored image.
    pub(crate) fn gather_into(&self, draws: &Draws, gathered: &Split) {
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
        let pixels = gathered.pixels.view([-1, 3]);
        let _ = self.rows.index_select_out(&pixels, 0, &index);
        let order = draws.order.to_device(device);
        let _ = self.labels.index_select_out(&gathered.labels, 0, &order);
    }
}
