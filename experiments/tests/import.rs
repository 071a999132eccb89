//! What comes in an archive is checked file by file: hostile ones change nothing, and the sound ones beside them come in.

mod common;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use common::PLAN;
use common::tiny_run::{self, names, record_path, run, state};
use experiments::checkpoint::Checkpoint;
use experiments::expected::Expected;
use experiments::lock::RunLock;
use flate2::Compression;
use flate2::write::GzEncoder;
use results::{Digest, Record, Trained};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use sha2::{Digest as _, Sha256};
use tar::EntryType;
use tempfile::TempDir;

/// The program that makes what is packed.
#[test]
#[ignore = "started by the tests of this file"]
fn one_run() {
    tiny_run::make();
}

const RECORD: &str = "runs/loss_curve/tiny.json";
const CHECKPOINT: &str = "state/loss_curve/tiny/epoch-000003.safetensors";

/// Record and checkpoint after three epochs, and the record of the whole run, made once.
struct Made {
    record: Vec<u8>,
    checkpoint: Vec<u8>,
    complete: Vec<u8>,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    assert!(run(folder.path(), "", "--epochs 3").0);
    let record = fs::read(record_path(folder.path())).unwrap();
    let checkpoint = fs::read(folder.path().join(CHECKPOINT)).unwrap();
    assert!(run(folder.path(), "", "").0);
    let complete = fs::read(record_path(folder.path())).unwrap();
    Made {
        record,
        checkpoint,
        complete,
    }
});

/// A folder with a plan, records and state.
struct Here(TempDir);

impl Here {
    fn new() -> Here {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("plan.toml"), PLAN).unwrap();
        Here(folder)
    }

    /// Imports an archive of `entries`; what the program says, on both outputs, and whether it succeeds.
    fn import(&self, entries: &[(&str, EntryType, &[u8])]) -> (bool, String) {
        self.import_bytes(&archive(entries))
    }

    fn import_bytes(&self, bytes: &[u8]) -> (bool, String) {
        let path = self.0.path().join("packed.tar.gz");
        fs::write(&path, bytes).unwrap();
        self.import_from(&path)
    }

    fn import_from(&self, path: &Path) -> (bool, String) {
        let output = self.plan(&["import", path.to_str().unwrap()]);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains("panicked"), "{said}");
        assert!(output.status.code().is_some(), "killed: {said}");
        (output.status.success(), said)
    }

    fn plan(&self, arguments: &[&str]) -> std::process::Output {
        tiny_run::plan(self.0.path(), arguments).output().unwrap()
    }

    fn record(&self) -> PathBuf {
        record_path(self.0.path())
    }

    /// Puts a record where the run's belongs.
    fn put(&self, bytes: &[u8]) {
        fs::create_dir_all(self.record().parent().unwrap()).unwrap();
        fs::write(self.record(), bytes).unwrap();
    }
}

fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        let linked = kind.is_symlink() || kind.is_hard_link();
        if linked {
            header.set_link_name_literal(bytes).unwrap();
        }
        let bytes = if linked { &[] } else { *bytes };
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, bytes).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

fn plain<'a>(name: &'a str, bytes: &'a [u8]) -> (&'a str, EntryType, &'a [u8]) {
    (name, EntryType::Regular, bytes)
}

#[test]
fn what_pack_packed_comes_in_and_goes_on() {
    let there = Here::new();
    let folder = there.0.path();
    assert!(run(folder, "", "--epochs 3").0);
    // Of a damaged newer checkpoint nothing is packed.
    fs::write(state(folder).join("epoch-000007.safetensors"), "damaged").unwrap();
    assert!(
        there
            .plan(&["pack", "--out", folder.to_str().unwrap()])
            .status
            .success()
    );
    let here = Here::new();
    let (success, said) = here.import_from(&folder.join("measured-1.tar.gz"));
    assert!(success, "{said}");
    assert!(said.contains("tiny: record of 3 of 30 taken in"), "{said}");
    assert!(
        said.contains("tiny: checkpoint of epoch 3 taken in"),
        "{said}"
    );
    let (success, said) = here.import_from(&folder.join("measured-1.tar.gz"));
    assert!(success, "{said}");
    assert!(
        said.contains("tiny: the record here stays: it is the one here"),
        "{said}"
    );
    assert!(
        said.contains("tiny: the checkpoint here is as good or better"),
        "{said}"
    );
    assert!(run(here.0.path(), "", "").0);
    let record = Record::read(&here.record()).unwrap();
    assert_eq!((record.done(), record.earlier_sessions.len()), (30, 1));
}

#[test]
fn names_links_and_devices_are_refused_and_the_rest_comes_in() {
    let here = Here::new();
    let outside = here.0.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let target = outside.to_str().unwrap().as_bytes();
    let record = &MADE.record[..];
    let absolute = format!("{}/a.json", outside.display());
    let (success, said) = here.import(&[
        plain("../outside/a.json", record),
        plain("runs/../../outside/a.json", record),
        plain("state/../runs/loss_curve/tiny.json", record),
        plain(&absolute, record),
        plain("./runs/loss_curve/tiny.json", record),
        plain("runs/loss_curve/tiny.txt", record),
        plain("runs/loss_curve/other.json", record),
        plain("runs/loss_curve/\u{1b}[2J.json", record),
        ("runs", EntryType::Symlink, target),
        ("runs/loss_curve", EntryType::Symlink, target),
        (RECORD, EntryType::Symlink, b"/etc/passwd"),
        (RECORD, EntryType::Link, b"/etc/passwd"),
        ("runs/loss_curve/fifo.json", EntryType::Fifo, b""),
        ("runs/loss_curve/zero.json", EntryType::Char, b""),
        ("runs/loss_curve/sda.json", EntryType::Block, b""),
        ("runs/loss_curve/", EntryType::Directory, b""),
        plain(RECORD, record),
    ]);
    assert!(!success, "{said}");
    assert!(said.contains("tiny: record of 3 of 30 taken in"), "{said}");
    assert!(said.contains("15 files are refused"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    for (name, expect) in [
        ("../outside/a.json", "expected `runs/EXPERIMENT/RUN.json`"),
        (&absolute, "expected `runs/EXPERIMENT/RUN.json`"),
        (
            "runs/loss_curve/other.json",
            "it is the record of run `tiny` of `loss_curve`",
        ),
        (RECORD, "it is a link, expected a plain file"),
        (
            "runs/loss_curve/fifo.json",
            "it is a device or FIFO, expected a plain file",
        ),
        (
            "runs/loss_curve/zero.json",
            "it is a device or FIFO, expected a plain file",
        ),
    ] {
        assert!(
            said.contains(&format!(": `{name}`: {expect}")),
            "{name}\n{said}"
        );
    }
    assert_eq!(names(&outside), [""; 0]);
    assert_eq!(names(&here.0.path().join("runs")), ["loss_curve"]);
    assert_eq!(names(here.record().parent().unwrap()), ["tiny.json"]);
    assert_eq!(fs::read(here.record()).unwrap(), MADE.record);
}

#[test]
fn links_of_ours_are_not_written_through() {
    for link in [
        "runs/loss_curve",
        "state/loss_curve",
        "state/loss_curve/tiny",
    ] {
        let here = Here::new();
        let (outside, link) = (here.0.path().join("outside"), here.0.path().join(link));
        fs::create_dir(&outside).unwrap();
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&outside, &link).unwrap();
        let (success, said) = here.import(&[
            plain(RECORD, &MADE.record),
            plain(CHECKPOINT, &MADE.checkpoint),
        ]);
        assert!(!success, "{said}");
        assert!(
            said.contains(&format!("`{}` is a link", link.display())),
            "{said}"
        );
        assert_eq!(names(&outside), [""; 0], "{said}");
    }
    let here = Here::new();
    let outside = here.0.path().join("outside");
    here.put(b"");
    fs::remove_file(here.record()).unwrap();
    symlink(&outside, here.record()).unwrap();
    here.import(&[plain(RECORD, &MADE.record)]);
    assert!(!outside.exists());
}

#[test]
fn bombs_are_stopped_early() {
    let here = Here::new();
    let check = |bytes: &[u8], expect: &str| {
        assert!(bytes.len() < 20_000_000, "{}", bytes.len());
        let began = Instant::now();
        let (success, said) = here.import_bytes(bytes);
        assert!(!success, "{said}");
        assert!(said.contains(expect), "{said}");
        let took = began.elapsed();
        assert!(took < Duration::from_secs(20), "{took:?}");
        println!("{} bytes: {took:?}", bytes.len());
    };
    let zeros = vec![0; 64 << 20];
    check(
        &archive(&[plain(RECORD, &zeros)]),
        "it has 67108864 bytes, expected at most 16777216",
    );
    let many: Vec<_> = (0..17).map(|_| plain(CHECKPOINT, &zeros[..])).collect();
    check(
        &archive(&many),
        "it unpacks to more than the limit of 1073741824 bytes",
    );
    let name = ("././@LongLink", EntryType::GNULongName, &zeros[..]);
    check(
        &archive(&[name, plain(RECORD, &MADE.record)]),
        "a name has 67108864 bytes, expected at most 4096",
    );
    let extension = ("x", EntryType::XHeader, &zeros[..]);
    let (success, said) = here.import(&[extension, plain(RECORD, &MADE.record)]);
    assert!(success && said.contains("taken in"), "{said}");
}

#[test]
fn a_long_name_is_a_name() {
    let here = Here::new();
    let run = "a".repeat(120);
    let mut record = Record::parse(std::str::from_utf8(&MADE.record).unwrap()).unwrap();
    record.run.clone_from(&run);
    let name = format!("runs/loss_curve/{run}.json\0");
    let (success, said) = here.import(&[
        ("././@LongLink", EntryType::GNULongName, name.as_bytes()),
        plain(&name[..100], record.to_text().unwrap().as_bytes()),
    ]);
    assert!(success, "{said}");
    assert!(here.0.path().join(name.trim_end_matches('\0')).exists());
}

#[test]
fn a_truncated_archive_gives_what_is_whole() {
    let here = Here::new();
    let mut bytes = archive(&[
        plain(RECORD, &MADE.record),
        plain(CHECKPOINT, &MADE.checkpoint),
    ]);
    bytes.truncate(bytes.len() / 2);
    let (success, said) = here.import_bytes(&bytes);
    assert!(!success);
    assert!(said.contains("tiny: record of 3 of 30 taken in"), "{said}");
    assert!(said.contains(", or the rest of it: "), "{said}");
    assert!(!here.import_bytes(b"no archive").0);
    let fifo = here.0.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let (success, said) = here.import_from(&fifo);
    assert!(
        !success && said.contains("it is no ordinary file"),
        "{said}"
    );
}

/// A checkpoint of the record's text and tensors, with a right digest.
fn sealed(text: &str, tensors: &BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(text);
    for (name, (_, shape, bytes)) in tensors {
        hash.update(format!("\n{name} {shape:?}\n"));
        hash.update(bytes);
    }
    let digest = format!("{:x}", hash.finalize());
    let metadata = HashMap::from([
        ("record".to_owned(), text.to_owned()),
        ("digest".to_owned(), digest),
    ]);
    let views = tensors.iter().map(|(name, (kind, shape, bytes))| {
        (name, TensorView::new(*kind, shape.clone(), bytes).unwrap())
    });
    serialize(views, Some(metadata)).unwrap()
}

type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn taken_apart() -> (String, Tensors) {
    let bytes = &MADE.checkpoint[..];
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let text = header.metadata().as_ref().unwrap()["record"].clone();
    let tensors = SafeTensors::deserialize(bytes).unwrap().tensors();
    let tensors = tensors
        .into_iter()
        .map(|(name, view)| {
            (
                name,
                (view.dtype(), view.shape().to_vec(), view.data().to_vec()),
            )
        })
        .collect();
    (text, tensors)
}

#[test]
fn forged_checkpoints_are_refused() {
    let here = Here::new();
    let check = |bytes: &[u8], expect: &str| {
        let (success, said) = here.import(&[plain(CHECKPOINT, bytes)]);
        assert!(!success, "{said}");
        let expect = format!("`{CHECKPOINT}`: {expect}");
        assert!(said.contains(&expect), "{expect}\n{said}");
        assert!(
            !state(here.0.path())
                .join("epoch-000003.safetensors")
                .exists()
        );
    };
    let forge = |change: &dyn Fn(&mut Tensors)| {
        let (text, mut tensors) = taken_apart();
        change(&mut tensors);
        sealed(&text, &tensors)
    };
    let weight = "conv1.weight";
    let of = |tensors: &mut Tensors, name: &str| tensors.remove(name).unwrap();
    check(
        &forge(&|tensors| {
            let (_, shape, bytes) = of(tensors, weight);
            tensors.insert(weight.to_owned(), (Dtype::I32, shape, bytes));
        }),
        "`conv1.weight`: it has type I32, expected F32",
    );
    check(
        &forge(&|tensors| {
            let (_, shape, bytes) = of(tensors, weight);
            let half = bytes[..bytes.len() / 2].to_vec();
            tensors.insert(weight.to_owned(), (Dtype::F16, shape, half));
        }),
        "`conv1.weight`: it has type F16, expected F32",
    );
    check(
        &forge(&|tensors| {
            let (kind, shape, bytes) = of(tensors, weight);
            let flat = vec![shape.iter().product()];
            tensors.insert(weight.to_owned(), (kind, flat, bytes));
        }),
        "`conv1.weight` has shape [432], expected [16, 3, 3, 3]",
    );
    check(
        &forge(&|tensors| {
            tensors.insert("huge".to_owned(), (Dtype::F32, vec![1 << 63, 0], vec![]));
        }),
        "`huge` is not a parameter of this network",
    );
    check(
        &forge(&|tensors| drop(of(tensors, "sgd.velocity"))),
        "`sgd.velocity` is missing",
    );
    check(
        &forge(&|tensors| drop(of(tensors, "bn1.running_var"))),
        "`bn1.running_var` is missing",
    );
    for value in [f32::NAN, f32::INFINITY] {
        check(
            &forge(&|tensors| {
                let velocity = &mut tensors.get_mut("sgd.velocity").unwrap().2;
                velocity[40..44].copy_from_slice(&value.to_le_bytes());
            }),
            "`sgd.velocity`: it has a value that is no finite number",
        );
    }
    let mut long = MADE.checkpoint.clone();
    long[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    check(
        &long,
        "its header has 18446744073709551615 bytes, expected at most 16777216",
    );
    // Shapes and offsets that do not agree with the bytes.
    let claimed = String::from_utf8_lossy(&MADE.checkpoint)
        .find("[16,3,3,3]")
        .unwrap();
    let mut shape = MADE.checkpoint.clone();
    shape[claimed + 1] = b'9';
    check(&shape, "");
    check(&MADE.checkpoint[..MADE.checkpoint.len() - 4], "");
    check(b"", "it has less than 8 bytes");
    check(&[0; 8], "");

    let (text, tensors) = taken_apart();
    let with = |change: &dyn Fn(&mut Record)| {
        let mut record = Record::parse(&text).unwrap();
        change(&mut record);
        record.digest = Digest::default();
        sealed(&record.to_text().unwrap(), &tensors)
    };
    check(
        &with(&|record| {
            trained(record).epochs.pop();
            record.completion = results::Completion::Partial {
                done: 2,
                planned: 30,
            };
        }),
        "it was made after epoch 2 of 30, expected epoch 3 as its name says",
    );
    check(
        &with(&|record| record.run = "other".to_owned()),
        "it is of run `other` of `loss_curve`, expected `tiny` of `loss_curve`",
    );
    check(
        &with(&|record| *record = with_seed(record, 8)),
        "it was made with another configuration than the plan's",
    );
    check(
        &with(&|record| trained(record).counted.images_per_class.clear()),
        "its record counts no training images",
    );
    check(
        &with(&|record| {
            drop(
                trained(record)
                    .counted
                    .images_per_class
                    .insert("train".to_owned(), vec![1; 200_000]),
            )
        }),
        "`fc.bias` has shape [10], expected [200000]",
    );
    let no_run = "state/loss_curve/unplanned/epoch-000003.safetensors";
    let (success, said) = here.import(&[plain(no_run, &MADE.checkpoint)]);
    assert!(
        !success && said.contains("the plan has no such run"),
        "{said}"
    );
    // The sound one comes in.
    let (success, said) = here.import(&[plain(CHECKPOINT, &MADE.checkpoint)]);
    assert!(success, "{said}");
}

fn trained(record: &mut Record) -> &mut Trained {
    record.measured.as_trained_mut().unwrap()
}

fn with_seed(record: &Record, seed: u64) -> Record {
    let configuration = record.configuration.clone().with_seed(seed);
    Record {
        configuration,
        ..record.clone()
    }
}

#[test]
fn what_is_expected_is_what_a_trainer_holds() {
    let all = common::planned(&[]);
    for run in [all.clone(), common::frozen(all)] {
        let trainer = common::trainer(&run);
        let planned =
            Expected::planned(common::configuration(&run), common::CLASSES as u64).unwrap();
        assert_eq!(Expected::of(&trainer), planned);
    }
    Checkpoint::parse(&MADE.checkpoint, None).unwrap();
}

#[test]
fn a_damaged_record_of_ours_is_set_aside_for_a_sound_one() {
    let here = Here::new();
    let damaged = [&b"{"[..], &[0xff; 40], &MADE.complete[..500]];
    for (index, bytes) in damaged.iter().enumerate() {
        here.put(bytes);
        let (success, said) = here.import(&[plain(RECORD, &MADE.record)]);
        assert!(success, "{said}");
        assert!(
            said.contains("tiny: the record here is damaged and kept as `"),
            "{said}"
        );
        let aside = match index {
            0 => "tiny.json.damaged".to_owned(),
            _ => format!("tiny.json.damaged-{}", index + 1),
        };
        assert_eq!(
            fs::read(here.record().with_file_name(aside)).unwrap(),
            *bytes
        );
        assert_eq!(fs::read(here.record()).unwrap(), MADE.record);
    }
    // A damaged record that arrives leaves a sound one, and a damaged one, where it is.
    for bytes in [&MADE.record[..], b"{"] {
        here.put(bytes);
        let (success, said) = here.import(&[plain(RECORD, &MADE.complete[..500])]);
        assert!(!success, "{said}");
        assert_eq!(fs::read(here.record()).unwrap(), *bytes);
    }
}

#[test]
fn what_cannot_be_read_or_is_newer_stays() {
    let newer = String::from_utf8(MADE.record.clone()).unwrap();
    let newer = newer.replace("\"schema_version\": 1", "\"schema_version\": 2");
    let here = Here::new();
    here.put(newer.as_bytes());
    let (success, said) = here.import(&[plain(RECORD, &MADE.complete)]);
    assert!(!success && said.contains("what is here stays: "), "{said}");
    assert_eq!(fs::read(here.record()).unwrap(), newer.as_bytes());

    let here = Here::new();
    here.put(b"");
    fs::remove_file(here.record()).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(here.record())
            .status()
            .unwrap()
            .success()
    );
    let (success, said) = here.import(&[plain(RECORD, &MADE.complete)]);
    assert!(
        !success && said.contains("a FIFO, a socket or a device"),
        "{said}"
    );
}

#[test]
fn the_better_record_stays() {
    let here = Here::new();
    let check = |arriving: &[u8], present: &[u8], expect: &str, stays: bool| {
        here.put(present);
        let (success, said) = here.import(&[plain(RECORD, arriving)]);
        assert!(success && said.contains(expect), "{said}");
        let expect = if stays { present } else { arriving };
        assert_eq!(fs::read(here.record()).unwrap(), expect);
    };
    let Made {
        record, complete, ..
    } = &*MADE;
    check(complete, record, "is replaced: it is complete", false);
    check(record, complete, "stays: the one here is complete", true);
    let mut other = Record::parse(std::str::from_utf8(complete).unwrap()).unwrap();
    other = with_seed(&other, 99);
    other.environment.ended = "2099-01-01T00:00:00Z".parse().unwrap();
    let other = other.to_text().unwrap();
    let expect = "stays: it has another configuration and fits the plan no better";
    check(other.as_bytes(), complete, expect, true);
    check(other.as_bytes(), record, expect, true);
}

#[test]
fn a_run_in_work_is_not_replaced() {
    let here = Here::new();
    here.put(&MADE.record);
    let _lock = RunLock::take(&here.0.path().join("state"), "loss_curve", "tiny").unwrap();
    let (success, said) = here.import(&[
        plain(RECORD, &MADE.complete),
        plain(CHECKPOINT, &MADE.checkpoint),
    ]);
    assert!(!success, "{said}");
    let expect = format!("run `tiny` is in work: process {} on `", std::process::id());
    assert_eq!(said.matches(&expect).count(), 2, "{said}");
    assert_eq!(fs::read(here.record()).unwrap(), MADE.record);
}
