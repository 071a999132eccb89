//! Sample images in real folders.

use super::*;
use expect_test::{Expect, expect};
use std::path::PathBuf;
use tempfile::TempDir;

/// 8 × 8 grey pixels.
const JPEG: &[u8] =
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0C\0P7<F<2PFAFZUP_x\xc8\
    \x82xnnx\xf5\xaf\xb9\x91\xc8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0\xff\xc4\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\
    \0\0\0\0\0\0\xff\xc4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xda\0\x08\x01\x01\
    \0\0?\0?\xff\xd9";

/// Two pixels.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x01\x08\x02\0\0\0{@\xe8\xdd\0\0\0\x0fIDATx\
    \x9cc\xf8\xcf\xc0\xc0\xc0\xf0\x1f\0\x07\0\x01\xff~\x08\xb1\xd0\0\0\0\0IEND\xaeB`\x82";

const BOOK: &str = "[book]\ntitle = \"T\"\n\n[preprocessor.measured.samples.flowers]\n\
    folder = \"flowers/train\"\nclasses = [\n    \"a\",\n    \"b\",\n]\nimages-per-class = 2\n";

/// A project with two classes of two images.
struct Trial {
    folder: TempDir,
    settings: SampleSettings,
}

impl Trial {
    fn new() -> Trial {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("book.toml"), BOOK).expect("a file is written");
        let trial = Trial {
            folder,
            settings: SampleSettings {
                folder: "flowers/train".into(),
                classes: vec!["a".into(), "b".into()],
                confused_by: None,
                images_per_class: 2,
            },
        };
        for class in ["a", "b"] {
            fs::create_dir_all(trial.path(class)).expect("a folder is made");
            trial.write(&format!("{class}/1.jpg"), JPEG);
            trial.write(&format!("{class}/2.png"), PNG);
        }
        trial
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("data/flowers/train").join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).expect("a file is written");
    }

    fn read_as(&self, name: &str) -> (Vec<SampleImage>, String) {
        let mut faults = Vec::new();
        let all = BTreeMap::from([(name.to_owned(), self.settings.clone())]);
        let confused = |run: &str| {
            (run == "tested").then_some(Confusion {
                class: 1,
                taken_for: 0,
                images: 3,
            })
        };
        let (root, data) = (self.folder.path(), Path::new("data"));
        let samples = read(root, data, &all, &confused, &mut faults);
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let [samples] = <[Samples; 1]>::try_from(samples).expect("one data set");
        (samples.images, lines.join("\n"))
    }

    fn read(&self) -> (Vec<SampleImage>, String) {
        self.read_as("flowers")
    }

    fn names(&self) -> String {
        let (images, faults) = self.read();
        assert_eq!(faults, "");
        let name =
            |image: &SampleImage| format!("{}/{}:{}", image.class, image.file, image.extension);
        images.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check_fault(&self, expected: Expect) {
        let (images, faults) = self.read();
        assert!(images.is_empty(), "{} images", images.len());
        expected.assert_eq(&faults);
    }
}

const ALL: &str = "a/1.jpg:jpg a/2.png:png b/1.jpg:jpg b/2.png:png";

#[test]
fn images_are_read_class_by_class() {
    let trial = Trial::new();
    assert_eq!(trial.names(), ALL);
    let (images, _) = trial.read();
    assert_eq!(
        (images[0].content.as_slice(), images[1].content.as_slice()),
        (JPEG, PNG)
    );
}

/// The second class is taken for the first one most often.
#[test]
fn a_run_chooses_the_classes_that_it_confuses() {
    let mut trial = Trial::new();
    trial.settings.classes.clear();
    trial.settings.images_per_class = 1;
    trial.settings.confused_by = Some("tested".to_owned());
    assert_eq!(trial.names(), "b/1.jpg:jpg a/1.jpg:jpg");
    trial.settings.confused_by = Some("to be made".to_owned());
    assert_eq!(trial.read(), (Vec::new(), String::new()));
    trial.settings.confused_by = Some("tested".to_owned());
    fs::remove_dir_all(trial.path("b")).expect("a folder goes");
    let at = "`book.toml:4`: `preprocessor.measured.samples.flowers";
    let check =
        |trial: &Trial, expected: &str| assert_eq!(trial.read().1, format!("{at}{expected}"));
    let one = "`book.toml`: `preprocessor.measured.samples.flowers.confused-by`: `data/flowers/train` has 1 classes, and the run knows a class 2";
    assert_eq!(trial.read().1, one);
    let neither = "`: expected the folders of classes, or `confused-by` and a run instead";
    trial.settings.classes = vec!["a".to_owned()];
    check(&trial, neither);
    trial.settings.classes.clear();
    trial.settings.confused_by = None;
    check(&trial, neither);
}

#[test]
fn what_is_no_part_of_the_data_set_is_passed_over() {
    let trial = Trial::new();
    for name in [
        ".DS_Store",
        "._1.jpg",
        "Thumbs.db",
        "thumbs.db",
        "Desktop.ini",
        ".hidden.jpg",
    ] {
        trial.write(&format!("a/{name}"), b"not an image");
    }
    fs::create_dir(trial.path("a/0")).expect("a folder is made");
    trial.write("a/0/0.jpg", b"not an image");
    assert_eq!(trial.names(), ALL);
}

#[test]
fn a_data_set_that_is_not_there_is_no_fault() {
    let trial = Trial::new();
    fs::remove_dir_all(trial.folder.path().join("data")).expect("the data go");
    assert_eq!(trial.read(), (Vec::new(), String::new()));
}

#[test]
fn an_extension_may_lie_and_the_content_decides() {
    let trial = Trial::new();
    trial.write("a/1.jpg", PNG);
    assert_eq!(trial.names(), ALL.replacen("1.jpg:jpg", "1.jpg:png", 1));
}

#[test]
fn other_files_are_errors_with_file_line_and_key() {
    let check = |content: &[u8], expected: Expect| {
        let trial = Trial::new();
        trial.write("a/1.jpg", content);
        trial.check_fault(expected);
    };
    check(
        b"",
        expect![
            "`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` is no image, expected a JPEG or a PNG"
        ],
    );
    check(
        b"text",
        expect![
            "`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` is no image, expected a JPEG or a PNG"
        ],
    );
    check(
        b"GIF89a...",
        expect![
            "`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` is a GIF, expected a JPEG or a PNG"
        ],
    );
    check(
        b"RIFF....WEBP",
        expect![
            "`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` is a WebP, expected a JPEG or a PNG"
        ],
    );
    check(
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        expect![
            "`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` is no image, expected a JPEG or a PNG"
        ],
    );
}

#[test]
fn no_cut_or_altered_image_passes_for_a_whole_one() {
    for whole in [JPEG, PNG] {
        assert!(image::check(whole).is_ok());
        for length in 0..whole.len() {
            let found = image::check(&whole[..length]);
            assert!(
                found.is_err(),
                "{length} of {} bytes: {found:?}",
                whole.len()
            );
        }
    }
    let mut altered = PNG.to_vec();
    altered[45] ^= 1;
    assert!(
        image::check(&altered).is_err(),
        "the checksum does not hold"
    );
}

#[test]
fn a_huge_image_is_refused_with_the_limit() {
    let trial = Trial::new();
    let mut wide = JPEG.to_vec();
    let frame = wide
        .windows(2)
        .position(|pair| pair == b"\xff\xc0")
        .expect("a frame");
    wide[frame + 7..frame + 9].copy_from_slice(&60_000_u16.to_be_bytes());
    trial.write("a/1.jpg", &wide);
    trial.check_fault(expect!["`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` cannot be decoded: it has 60000 × 8 pixels, expected at most 2048 on each side"]);
    let mut long = JPEG.to_vec();
    long.resize(MOST_BYTES as usize + 1, 0);
    trial.write("a/1.jpg", &long);
    trial.check_fault(expect!["`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` has 4194305 bytes, expected an image of at most 4 MiB"]);
    long.truncate(MOST_BYTES as usize);
    trial.write("a/1.jpg", &long);
    assert_eq!(trial.names(), ALL);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let trial = Trial::new();
    fs::remove_file(trial.path("a/1.jpg")).expect("the file goes");
    let made = std::process::Command::new("mkfifo")
        .arg(trial.path("a/1.jpg"))
        .status();
    assert!(made.expect("mkfifo starts").success());
    trial.check_fault(expect!["`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/1.jpg` is a pipe or a device, expected an image of at most 4 MiB"]);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_data_set_is_not_published() {
    use std::os::unix::fs::symlink;
    let trial = Trial::new();
    let outside = trial.folder.path().join("secret.jpg");
    fs::write(&outside, JPEG).expect("a file is written");
    symlink(&outside, trial.path("a/0.jpg")).expect("a link is made");
    trial.check_fault(expect!["`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/0.jpg` is a link that leads out of the data set; hint: copy the file"]);
    fs::remove_file(trial.path("a/0.jpg")).expect("the link goes");
    symlink(trial.path("b/1.jpg"), trial.path("a/0.jpg")).expect("a link is made");
    assert_eq!(
        trial.names(),
        "a/0.jpg:jpg a/1.jpg:jpg b/1.jpg:jpg b/2.png:png"
    );
    fs::remove_file(trial.path("a/0.jpg")).expect("the link goes");
    symlink("nowhere", trial.path("a/0.jpg")).expect("a link is made");
    trial.check_fault(expect!["`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a/0.jpg` cannot be read: No such file or directory (os error 2)"]);
    fs::remove_dir_all(trial.path("a")).expect("the class goes");
    symlink(trial.folder.path(), trial.path("a")).expect("a link is made");
    trial.check_fault(expect!["`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/a` is a link that leads out of the data set; hint: copy the file"]);
}

#[test]
fn a_class_that_is_not_whole_is_named() {
    let trial = Trial::new();
    fs::remove_file(trial.path("b/2.png")).expect("the file goes");
    trial.check_fault(expect!["`book.toml:10`: `preprocessor.measured.samples.flowers.images-per-class`: 2, but `data/flowers/train/b` has 1 files"]);
    fs::remove_dir_all(trial.path("b")).expect("the class goes");
    trial.check_fault(expect!["`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `data/flowers/train/b` cannot be read: No such file or directory (os error 2)"]);
}

#[test]
fn settings_that_become_paths_are_checked() {
    let check = |change: fn(&mut SampleSettings), expected: Expect| {
        let mut trial = Trial::new();
        change(&mut trial.settings);
        trial.check_fault(expected);
    };
    check(
        |s| s.folder = "../flowers".into(),
        expect![
            "`book.toml:5`: `preprocessor.measured.samples.flowers.folder`: `../flowers`, expected a folder inside the data folder"
        ],
    );
    check(
        |s| s.folder = "/etc".into(),
        expect![
            "`book.toml:5`: `preprocessor.measured.samples.flowers.folder`: `/etc`, expected a folder inside the data folder"
        ],
    );
    check(
        |s| s.classes = vec!["..".into()],
        expect![
            "`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `..`, expected the name of a folder"
        ],
    );
    check(
        |s| s.classes = vec!["a/b".into()],
        expect![
            "`book.toml:6`: `preprocessor.measured.samples.flowers.classes`: `a/b`, expected the name of a folder"
        ],
    );
    check(
        |s| s.images_per_class = 0,
        expect![
            "`book.toml:10`: `preprocessor.measured.samples.flowers.images-per-class`: 0, expected 1 to 64"
        ],
    );
    let (images, faults) = Trial::new().read_as("../x");
    assert!(images.is_empty());
    expect!["`book.toml`: `preprocessor.measured.samples.../x`: `../x` becomes a folder of the book, expected letters, digits, `-` and `_`"].assert_eq(&faults);
}
