//! Every crop and both mirrors are drawn equally often, and the gather does what was drawn.

use experiments::data::Split;
use experiments::data::augmentation::{Draws, PaddedSplit};
use experiments::shim::Shim;
use results::Augmentation;
use tch::{Device, Kind, Tensor};

const SIDE: i64 = 12;
const PADDING: i64 = 4;
const AUGMENTATION: Augmentation = Augmentation {
    crop_padding_px: PADDING as u64,
    horizontal_flip: true,
};

/// Red is the column and green the row, both from 1, so that an output pixel tells where it came from.
fn coordinates(images: i64) -> Split {
    let along = Tensor::arange_start(1, SIDE + 1, (Kind::Uint8, Device::Cpu));
    let columns = along
        .reshape([1, 1, SIDE])
        .expand([images, SIDE, SIDE], false);
    let rows = along
        .reshape([1, SIDE, 1])
        .expand([images, SIDE, SIDE], false);
    Split {
        pixels: Tensor::stack(&[&columns, &rows, &columns], 3),
        labels: Tensor::arange(images, (Kind::Int64, Device::Cpu)),
    }
}

/// Which of the 81 crops and 2 mirrors an output image is, from two pixels in its middle.
fn cell(image: &Tensor) -> usize {
    let middle = SIDE / 2;
    let byte = |y, x, channel| image.int64_value(&[y, x, channel]);
    let mirrored = byte(middle, middle, 0) > byte(middle, middle + 1, 0);
    let column = if mirrored { SIDE - 1 - middle } else { middle };
    let left = byte(middle, middle, 0) - 1 - column + PADDING;
    let top = byte(middle, middle, 1) - 1 - middle + PADDING;
    (((top * 9) + left) * 2 + i64::from(mirrored)) as usize
}

#[test]
fn all_offsets_and_mirrors_are_equally_likely() {
    let images = 162 * 40;
    let split = PaddedSplit::new(&coordinates(images), PADDING as u64);
    let gathered = split.gather(&Draws::new(images as u64, &AUGMENTATION, 3));
    let mut counts = [0u64; 162];
    (0..images).for_each(|i| counts[cell(&gathered.pixels.get(i))] += 1);
    let chi_square: f64 = counts
        .iter()
        .map(|&count| (count as f64 - 40.0).powi(2) / 40.0)
        .sum();
    // 161 degrees of freedom: 95 of 100 samples lie in 128.0..198.0 (two-sided).
    assert!((128.0..198.0).contains(&chi_square), "{chi_square}");
}

#[test]
fn each_image_is_used_once_and_keeps_its_label() {
    let images = 50;
    let split = coordinates(images);
    // The third channel carries the label.
    let marked = split
        .labels
        .to_kind(Kind::Uint8)
        .reshape([-1, 1, 1, 1])
        .expand([images, SIDE, SIDE, 1], false);
    let pixels = Tensor::cat(&[split.pixels.narrow(3, 0, 2), marked], 3);
    let split = PaddedSplit::new(
        &Split {
            pixels,
            labels: split.labels,
        },
        PADDING as u64,
    );
    let gathered = split.gather(&Draws::new(images as u64, &AUGMENTATION, 5));
    let middle = gathered
        .pixels
        .select(1, SIDE / 2)
        .select(1, SIDE / 2)
        .select(1, 2)
        .to_kind(Kind::Int64);
    assert_eq!(middle, gathered.labels);
    let mut labels = Vec::<i64>::try_from(gathered.labels).unwrap();
    assert!(!labels.is_sorted());
    labels.sort();
    assert_eq!(labels, (0..images).collect::<Vec<_>>());
}

#[test]
fn what_lies_outside_is_zero() {
    let draw = |value: i64| Tensor::from_slice(&[value]);
    let draws = Draws {
        order: draw(0),
        top: draw(0),
        left: draw(8),
        mirrored: draw(1),
    };
    let image = PaddedSplit::new(&coordinates(1), PADDING as u64)
        .gather(&draws)
        .pixels
        .get(0);
    let rows: Vec<i64> = (0..SIDE)
        .map(|y| image.int64_value(&[y, SIDE - 1, 1]))
        .collect();
    assert_eq!(rows, [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let columns: Vec<i64> = (0..SIDE)
        .map(|x| image.int64_value(&[SIDE - 1, x, 0]))
        .collect();
    assert_eq!(columns, [0, 0, 0, 0, 12, 11, 10, 9, 8, 7, 6, 5]);
}

#[test]
fn the_seed_decides() {
    let order = |seed| Vec::<i64>::try_from(Draws::new(20, &AUGMENTATION, seed).order).unwrap();
    assert_eq!(order(1), order(1));
    assert_ne!(order(1), order(2));
}

/// The order, both offsets and the mirrors, one after the other.
fn numbers(draws: Draws) -> Vec<i64> {
    let Draws {
        order,
        top,
        left,
        mirrored,
    } = draws;
    Vec::try_from(Tensor::cat(&[order, top, left, mirrored], 0)).unwrap()
}

/// A generator of their own gives the same as the one of all threads.
#[test]
fn draws_with_the_shim_are_the_same() {
    let shim = Shim::open(false).expect("g++ builds the shim");
    let unmirrored = Augmentation {
        horizontal_flip: false,
        ..AUGMENTATION
    };
    for augmentation in [AUGMENTATION, unmirrored] {
        for (images, seed) in [(1, 0), (100, 7), (50_000, 1), (50_000, u64::MAX)] {
            let with_shim = Draws::with_shim(&shim, images, &augmentation, seed);
            let without = Draws::new(images, &augmentation, seed);
            let same = numbers(with_shim) == numbers(without);
            assert!(same, "{images} images, seed {seed}");
        }
    }
}

#[test]
fn threads_do_not_disturb_each_other() {
    let shim = Shim::open(false).expect("g++ builds the shim");
    let draw = |seed: u64| match seed % 2 {
        0 => numbers(Draws::new(5000, &AUGMENTATION, seed)),
        _ => numbers(Draws::with_shim(&shim, 5000, &AUGMENTATION, seed)),
    };
    let alone: Vec<_> = (0..400).map(draw).collect();
    let draw = |seeds: std::ops::Range<u64>| seeds.map(draw).collect::<Vec<_>>();
    let together = std::thread::scope(|scope| {
        let halves = [0..200, 200..400].map(|seeds| scope.spawn(|| draw(seeds)));
        halves.map(|half| half.join().unwrap()).concat()
    });
    assert!(alone == together);
}
