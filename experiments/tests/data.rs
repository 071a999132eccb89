//! What a reader says of a data folder that is not as it should be.

use std::fs;
use std::path::Path;

use experiments::data;
use experiments::data::cifar10::Cifar10;
use experiments::data::flowers::Flowers;
use tempfile::TempDir;

const RECORD_BYTES: usize = 3073;
const CIFAR_HINT: &str = "hint: get the binary version, `cifar-10-binary.tar.gz`, from \
                          https://www.cs.toronto.edu/~kriz/cifar.html and unpack it into the data folder";
const FLOWERS_HINT: &str = "hint: get `decathlon-1.0-data.tar.gz` from https://www.robots.ox.ac.uk/~vgg/decathlon/ and \
                            unpack `vgg-flowers` as `vgg-flowers-72` with folders `train`, `val` and `test` of one \
                            folder per class";

/// `expect` may name the data folder as `DATA`.
fn check<T>(data: &Path, found: anyhow::Result<T>, expect: &str) {
    let error = format!("{:#}", found.err().expect("an error"));
    assert_eq!(error.replace(&data.display().to_string(), "DATA"), expect);
}

#[test]
fn cifar10() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let file = data.join("cifar-10-batches-bin/data_batch_1.bin");
    check(
        data,
        Cifar10::read(data),
        &format!(
            "`DATA/cifar-10-batches-bin/data_batch_1.bin` cannot be read; {CIFAR_HINT}: No such file or directory (os error 2)"
        ),
    );
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, vec![0; RECORD_BYTES - 1]).unwrap();
    check(
        data,
        Cifar10::read(data),
        &format!(
            "`DATA/cifar-10-batches-bin/data_batch_1.bin` has 3072 bytes, expected 3073 for each image; {CIFAR_HINT}"
        ),
    );
    let mut images = vec![0; 10_000 * RECORD_BYTES];
    images[7 * RECORD_BYTES] = 10;
    fs::write(&file, &images).unwrap();
    check(
        data,
        Cifar10::read(data),
        &format!(
            "`DATA/cifar-10-batches-bin/data_batch_1.bin`: image 7 has class 10, expected 0..=9; {CIFAR_HINT}"
        ),
    );
}

#[test]
fn flowers() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    check(
        data,
        Flowers::read(data),
        &format!(
            "`DATA/vgg-flowers-72/train` cannot be read; {FLOWERS_HINT}: No such file or directory (os error 2)"
        ),
    );
    for class in 1..=102 {
        fs::create_dir_all(data.join(format!("vgg-flowers-72/train/{class:03}"))).unwrap();
    }
    check(
        data,
        Flowers::read(data),
        &format!("`DATA/vgg-flowers-72/train` has 0 images, expected 1020; {FLOWERS_HINT}"),
    );
    fs::remove_dir(data.join("vgg-flowers-72/train/102")).unwrap();
    check(
        data,
        Flowers::read(data),
        &format!("`DATA/vgg-flowers-72/train` has 101 class folders, expected 102; {FLOWERS_HINT}"),
    );
}

#[test]
fn the_folder() {
    let missing = Path::new("no-such-folder");
    let expect = "`no-such-folder` is not a folder, expected the data folder";
    check(Path::new("DATA"), data::folder(Some(missing)), expect);
}
