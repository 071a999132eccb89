//! Writing is all or nothing; reading a folder finds every record and every error.

#[allow(dead_code, unreachable_pub)] // each test file uses a part
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Random, complete, record, trained};
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
    trained(&mut broken).epochs[0].train_loss = f64::NAN;
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
        runs/loss_curve/d.json: `record`: invalid type: sequence, expected a record; hint: restore the file from its commit, or delete it and run the experiment again"#]].assert_eq(&errors.join("\n").replace(runs.to_str().unwrap(), "runs"));
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
fn the_place_of_a_record() {
    let expected = PathBuf::from("results/runs/loss_curve/resnet20.json");
    assert_eq!(
        record_path(Path::new("results/runs"), "loss_curve", "resnet20"),
        expected
    );
}

/// The error of reading a folder of one file, without the folder's name.
fn only_error(runs: &Path) -> String {
    let (records, errors) = read_all(runs);
    let [error] = &errors[..] else {
        panic!("{} records, {errors:?}", records.len())
    };
    error.to_string().replace(runs.to_str().unwrap(), "runs")
}

#[cfg(unix)]
#[test]
fn what_is_no_ordinary_file_is_named_and_not_waited_for() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    use std::process::Command;

    let check = |make: &dyn Fn(&Path), expect: &str| {
        let folder = tempfile::tempdir().unwrap();
        make(&folder.path().join("x.json"));
        assert_eq!(
            only_error(folder.path()),
            format!("runs/x.json: cannot be read: {expect}")
        );
    };
    let special = "it is a FIFO, a socket or a device, expected a file";
    let fifo = |path: &Path| {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    check(&fifo, special);
    check(&|path| drop(UnixListener::bind(path).unwrap()), special);
    check(&|path| symlink("/dev/zero", path).unwrap(), special);
    check(
        &|path| fs::create_dir(path).unwrap(),
        "it is a folder, expected a file",
    );
    check(
        &|path| symlink(path, path).unwrap(),
        "Too many levels of symbolic links (os error 40)",
    );
    let enormous = |path: &Path| fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
    let limit = "it is longer than the limit of 16777216 bytes";
    check(&enormous, limit);
    check(
        &|path| fs::write(path, [0xff, b'{']).unwrap(),
        "invalid utf-8 sequence of 1 bytes from index 0",
    );
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let (runs, outside) = (folder.path().join("runs"), folder.path().join("outside"));
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(runs.join("a")).unwrap();
    fs::write(outside.join("kept"), "theirs").unwrap();

    symlink(&outside, runs.join("loss_curve")).unwrap();
    let error = record()
        .write(&record_path(&runs, "loss_curve", "x"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("is a link, and nothing is written through it"),
        "{error}"
    );
    assert_eq!(names(&outside), ["kept"]);

    let path = record_path(&runs, "a", "x");
    symlink(outside.join("kept"), &path).unwrap();
    record().write(&path).unwrap();
    assert_eq!(fs::read(outside.join("kept")).unwrap(), b"theirs");
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
}

#[test]
fn what_a_killed_program_left_is_cleared_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let others = [
        ".a.b.json.Xy12zZ.tmp",
        ".a.json.b.json.Xy12zZ.tmp",
        "a.json",
        "a.tmp",
    ];
    for name in others.iter().chain(&[".a.json.Xy12zZ.tmp"]) {
        fs::write(folder.path().join(name), "").unwrap();
    }
    files::remove_unfinished(&folder.path().join("a.json")).unwrap();
    assert_eq!(names(folder.path()), others);
    files::remove_unfinished(&folder.path().join("absent/a.json")).unwrap();
}

#[test]
fn half_written_files_that_are_shared_go_when_they_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let now = std::time::SystemTime::now();
    let hour = std::time::Duration::from_secs(3600);
    for (name, time) in [
        (".a.abc123.tmp", now - 2 * hour),
        (".b.abc123.tmp", now),
        (".c.abc123.tmp", now + 2 * hour),
        ("d", now - 2 * hour),
    ] {
        let file = fs::File::create(inner.join(name)).unwrap();
        file.set_modified(time).unwrap();
    }
    files::remove_abandoned(folder.path()).unwrap();
    assert_eq!(names(&inner), [".b.abc123.tmp", ".c.abc123.tmp", "d"]);
    files::remove_abandoned(&folder.path().join("absent")).unwrap();
}

#[test]
fn what_is_set_aside_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    for text in ["1", "2", "3"] {
        fs::write(&path, text).unwrap();
        let aside = files::set_aside(&path, "before").unwrap();
        assert_eq!(fs::read_to_string(aside).unwrap(), text);
    }
    assert_eq!(
        names(folder.path()),
        ["a.json.before", "a.json.before-2", "a.json.before-3"]
    );
}

#[test]
fn damage_is_told_from_what_a_newer_program_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let sound = record().to_text().unwrap();
    let check = |bytes: &[u8], expect: bool| {
        fs::write(&path, bytes).unwrap();
        let error = Record::read(&path).unwrap_err();
        assert_eq!(error.is_damage(), expect, "{error}");
    };
    check(b"", true);
    check(&[0xff], true);
    check(&sound.as_bytes()[..200], true);
    check(sound.replace("0.25", "0.5").as_bytes(), true);
    check(
        sound
            .replace("\"schema_version\": 1", "\"schema_version\": 2")
            .as_bytes(),
        false,
    );
    fs::remove_file(&path).unwrap();
    assert!(!Record::read(&path).unwrap_err().is_damage());
}
