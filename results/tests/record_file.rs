//! Writing is all or nothing; reading a folder finds every record and every error.

#[allow(dead_code, unreachable_pub)] // each test file uses a part
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Random, complete, record};
use expect_test::expect;
use results::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_refused_record_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = record_path(folder.path(), "loss_curve", "a");
    record().write(&path).unwrap();
    let old = fs::read(&path).unwrap();
    let mut broken = record();
    broken.epochs[0].train_loss = f64::NAN;
    broken.write(&path).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), old);
    complete().write(&path).unwrap();
    assert_eq!(
        Record::read(&path).unwrap().completion,
        Completion::Complete
    );
    assert_eq!(names(path.parent().unwrap()), ["a.json"]);
}

#[test]
fn a_write_that_cannot_end_leaves_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    fs::create_dir(&path).unwrap();
    let error = record().write(&path).unwrap_err();
    assert!(
        matches!(error.problems[..], [Problem::Unwritable(_)]),
        "{error}"
    );
    assert_eq!(names(folder.path()), ["run.json"]);
}

#[test]
fn a_reader_beside_a_writer_sees_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    record().write(&path).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut random = Random(3);
            for _ in 0..50 {
                random.record().write(&path).unwrap();
            }
        });
        while !writer.is_finished() {
            Record::read(&path).unwrap();
        }
    });
}

#[test]
fn a_missing_and_an_empty_folder_hold_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for runs in [folder.path().to_owned(), folder.path().join("absent")] {
        let (records, errors) = read_all(&runs);
        assert!(records.is_empty() && errors.is_empty());
    }
}

#[test]
fn a_folder_is_read_in_order_with_all_errors() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path();
    for run in ["b", "a", "c"] {
        record()
            .write(&record_path(runs, "loss_curve", run))
            .unwrap();
    }
    record().write(&record_path(runs, "a", "z")).unwrap();
    fs::write(runs.join("loss_curve/a.json"), "{").unwrap();
    fs::write(runs.join("loss_curve/d.json"), "[]").unwrap();
    fs::write(runs.join("loss_curve/left-over.tmp"), "{").unwrap();
    let (records, errors) = read_all(runs);
    let paths: Vec<_> = records
        .iter()
        .map(|(path, _)| path.strip_prefix(runs).unwrap())
        .collect();
    assert_eq!(
        paths,
        ["a/z.json", "loss_curve/b.json", "loss_curve/c.json"].map(Path::new)
    );
    let errors: Vec<_> = errors.iter().map(RecordError::to_string).collect();
    expect![[r#"
        runs/loss_curve/a.json: the file ends in line 1, inside the record; hint: restore the file from its commit, or delete it and run the experiment again
        runs/loss_curve/d.json: `record`: invalid length 0, expected struct Record with 12 elements; hint: restore the file from its commit, or delete it and run the experiment again"#]].assert_eq(&errors.join("\n").replace(runs.to_str().unwrap(), "runs"));
}

#[test]
fn every_committed_record_is_sound_and_in_its_place() {
    let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("runs");
    let (records, errors) = read_all(&runs);
    let errors: Vec<_> = errors.iter().map(RecordError::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    for (path, record) in records {
        assert_eq!(path, record_path(&runs, &record.experiment, &record.run));
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            record.to_text().unwrap(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn digests_of_sources() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.rs"), "").unwrap();
    let digests = source_digests(folder.path(), &["empty.rs"]).unwrap();
    // SHA-256 of the empty text, FIPS 180-4.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(digests["empty.rs"].as_str(), empty);
    assert_eq!(Digest::of_reader(&b""[..]).unwrap(), digests["empty.rs"]);
    let error = source_digests(folder.path(), &["absent.rs"]).unwrap_err();
    assert!(error.to_string().starts_with("`absent.rs`: "), "{error}");
}

#[test]
fn the_place_of_a_record() {
    let expected = PathBuf::from("results/runs/loss_curve/resnet20.json");
    assert_eq!(
        record_path(Path::new("results/runs"), "loss_curve", "resnet20"),
        expected
    );
}
