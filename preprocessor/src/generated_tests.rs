//! The folder of generated files among what else may lie there.

use super::*;
use std::os::unix::fs::symlink;
use std::sync::Barrier;

/// A project with a folder `generated` in `book`, and a folder `elsewhere` that is not of the project.
struct Trial {
    root: tempfile::TempDir,
}

impl Trial {
    fn new() -> Trial {
        let root = tempfile::tempdir().unwrap();
        for folder in ["project/book", "elsewhere"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        Trial { root }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn in_folder(&self, path: &str) -> PathBuf {
        self.path("project/book/generated").join(path)
    }

    fn generated(&self) -> Generated {
        let folder = self.path("project/book/generated");
        Generated::new(folder, self.path("project"))
    }

    fn write(&self, files: &[(&str, &str)]) -> Result<(), String> {
        self.write_part(files, Obsolete::Remove)
    }

    fn write_part(&self, files: &[(&str, &str)], obsolete: Obsolete) -> Result<(), String> {
        self.generated()
            .write(&files_of(files), obsolete)
            .map_err(|error| {
                error
                    .to_string()
                    .replace(self.root.path().to_str().unwrap(), "")
            })
    }

    /// Every file under the root with its content, but the manifest.
    fn found(&self) -> Vec<(String, String)> {
        let entries = walkdir::WalkDir::new(self.root.path()).sort_by_file_name();
        let files = entries.into_iter().map(Result::unwrap).filter(|entry| {
            entry.file_type().is_file() && entry.file_name() != OsStr::new(MANIFEST)
        });
        let name = |path: &Path| {
            let path = path.strip_prefix(self.root.path()).unwrap();
            path.to_str()
                .unwrap()
                .replace("project/book/generated", "@")
        };
        files
            .map(|entry| {
                let content = fs::read_to_string(entry.path()).unwrap();
                (name(entry.path()), content)
            })
            .collect()
    }

    fn check(&self, expected: &[(&str, &str)]) {
        let found = self.found();
        let found: Vec<_> = found.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(found, expected);
    }
}

fn files_of<'a>(files: &[(&str, &'a str)]) -> Files<'a> {
    let file = |(path, content): &(&str, &'a str)| {
        let path = FilePath::new(*path).unwrap();
        (path, Cow::Borrowed(content.as_bytes()))
    };
    files.iter().map(file).collect()
}

#[test]
fn what_a_build_does_not_make_any_more_is_removed() {
    let trial = Trial::new();
    trial
        .write(&[("a.css", "1"), ("data/b.csv", "2"), ("data/c.csv", "3")])
        .unwrap();
    trial
        .write(&[("a.css", "new"), ("data/c.csv", "3")])
        .unwrap();
    trial.check(&[("@/a.css", "new"), ("@/data/c.csv", "3")]);
    trial.write(&[("a.css", "new")]).unwrap();
    assert!(!trial.in_folder("data").exists());
    trial.write(&[]).unwrap();
    trial.check(&[]);
}

#[test]
fn no_empty_folder_stays() {
    let trial = Trial::new();
    let image = ("samples/flowers/a.png", "1");
    trial.write(&[image, ("data/b.csv", "2")]).unwrap();
    trial.write(&[("data/b.csv", "2")]).unwrap();
    assert!(!trial.in_folder("samples").exists());
    trial.write(&[image]).unwrap();
    fs::write(trial.in_folder("samples/own.png"), "3").unwrap();
    trial.write(&[]).unwrap();
    trial.check(&[("@/samples/own.png", "3")]);
}

#[test]
fn a_build_that_is_not_whole_removes_nothing() {
    let trial = Trial::new();
    trial.write(&[("a", "1"), ("b", "1")]).unwrap();
    trial
        .write_part(&[("a", "2"), ("c", "2")], Obsolete::Keep)
        .unwrap();
    trial.check(&[("@/a", "2"), ("@/b", "1"), ("@/c", "2")]);
    trial.write(&[("a", "2")]).unwrap();
    trial.check(&[("@/a", "2")]);
}

#[test]
fn what_is_none_of_a_builds_business_stays_and_can_be_read() {
    let trial = Trial::new();
    trial
        .write(&[("a", "1"), ("b", "1"), ("fonts/c", "1")])
        .unwrap();
    let fonts = Obsolete::RemoveBut(|path| path.as_str().starts_with("fonts/"));
    trial.write_part(&[("a", "2")], fonts).unwrap();
    trial.check(&[("@/a", "2"), ("@/fonts/c", "1")]);
    let read = |path| trial.generated().earlier(&FilePath::new(path).unwrap());
    assert_eq!(read("fonts/c").as_deref(), Some(&b"1"[..]));
    assert_eq!((read("b"), read("fonts")), (None, None));
    trial.write(&[("a", "2")]).unwrap();
    trial.check(&[("@/a", "2")]);
}

#[test]
fn a_file_whose_content_stays_is_not_touched() {
    let trial = Trial::new();
    let state = |path: &str| {
        let found = fs::metadata(trial.in_folder(path)).unwrap();
        (
            found.modified().unwrap(),
            std::os::unix::fs::MetadataExt::ino(&found),
        )
    };
    trial.write(&[("a", "1")]).unwrap();
    let before = [state("a"), state(MANIFEST)];
    trial.write(&[("a", "1")]).unwrap();
    assert_eq!([state("a"), state(MANIFEST)], before);
}

#[test]
fn the_authors_own_files_stay() {
    let trial = Trial::new();
    trial.write(&[("data/a.csv", "1")]).unwrap();
    for own in ["mine.txt", "data/mine.csv", "data/deep/mine.csv"] {
        let path = trial.in_folder(own);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    trial.write(&[]).unwrap();
    let own = [
        ("@/data/deep/mine.csv", "mine"),
        ("@/data/mine.csv", "mine"),
        ("@/mine.txt", "mine"),
    ];
    trial.check(&own);
    let error = trial.write(&[("mine.txt", "generated")]).unwrap_err();
    assert_eq!(
        error,
        "`/project/book/generated/mine.txt` is in the way: no build wrote it; hint: move it out of \
         the folder of generated files"
    );
    trial.check(&own);
    // What a build would write is as good as written by it.
    trial.write(&[("mine.txt", "mine")]).unwrap();
}

#[test]
fn a_folder_in_the_way_stays() {
    let trial = Trial::new();
    fs::create_dir_all(trial.in_folder("a")).unwrap();
    let error = trial.write(&[("a", "1")]).unwrap_err();
    assert!(
        error.starts_with("`/project/book/generated/a` is in the way"),
        "{error}"
    );
    fs::write(trial.in_folder("b"), "mine").unwrap();
    let error = trial.write(&[("b/c", "1")]).unwrap_err();
    assert!(
        error.starts_with("`/project/book/generated/b` is in the way"),
        "{error}"
    );
}

/// Whatever of the way to a file is a link: nothing behind it is written or removed.
#[test]
fn no_link_is_followed() {
    let files = [("data/a.csv", "1"), ("data/b.csv", "1")];
    let outside = [
        ("elsewhere/a.csv", "mine"),
        ("elsewhere/data/a.csv", "mine"),
    ];
    for (linked, to) in [
        ("", "elsewhere"),
        ("data", "elsewhere"),
        ("data/a.csv", "elsewhere/a.csv"),
        (MANIFEST, "elsewhere/a.csv"),
    ] {
        let trial = Trial::new();
        fs::create_dir_all(trial.path("elsewhere/data")).unwrap();
        for (path, content) in outside {
            fs::write(trial.path(path), content).unwrap();
        }
        trial.write(&files).unwrap();
        let kept = fs::read(trial.in_folder(MANIFEST)).unwrap();
        let at = trial.in_folder(linked);
        let at = at.to_str().unwrap().trim_end_matches('/');
        match Path::new(at).is_dir() {
            true => fs::remove_dir_all(at).unwrap(),
            false => fs::remove_file(at).unwrap(),
        }
        symlink(trial.path(to), at).unwrap();
        if linked.is_empty() {
            // Even a manifest on the other side does not make its files ours.
            fs::write(trial.path("elsewhere").join(MANIFEST), kept).unwrap();
        }
        let error = trial.write(&files).unwrap_err();
        assert!(error.contains(" is a link, expected"), "{linked}: {error}");
        let removed = trial.write(&[]);
        assert_eq!(removed.is_ok(), linked.starts_with("data"), "{removed:?}");
        let found = trial.found();
        for (path, content) in outside {
            let file = (path.to_owned(), content.to_owned());
            assert!(found.contains(&file), "{linked}: {found:?}");
        }
        assert!(fs::symlink_metadata(at).unwrap().is_symlink(), "{linked}");
    }
}

#[test]
fn a_manifest_that_is_none_stops_the_build() {
    let check = |text: &str, expected: &str| {
        let trial = Trial::new();
        fs::create_dir_all(trial.in_folder("")).unwrap();
        fs::write(trial.in_folder(MANIFEST), text).unwrap();
        fs::write(trial.path("project/book/chapter.md"), "mine").unwrap();
        let error = trial.write(&[("a", "1")]).unwrap_err();
        let (place, _) = error
            .split_once(", expected a file that a build wrote")
            .unwrap();
        assert_eq!(place.replace("/project/book/generated/", ""), expected);
        trial.check(&[("project/book/chapter.md", "mine")]);
    };
    check("My notes", "`README.md:1`: found `My notes`");
    check(
        &format!("{HEAD}- `a`\n- `../chapter.md`\n"),
        "`README.md:6`: found `- `../chapter.md``",
    );
    check(
        &format!("{HEAD}- `/etc/passwd`\n"),
        "`README.md:5`: found `- `/etc/passwd``",
    );
    check(
        &format!("{HEAD}remember the milk\n"),
        "`README.md:5`: found `remember the milk`",
    );
}

/// Two builds of the same sources beside a third that copies the folder, as mdBook does.
#[test]
fn builds_at_once_do_not_collide() {
    const ROUNDS: usize = 200;
    let trial = Trial::new();
    let long = "x".repeat(100_000);
    let files = [("a", "1"), ("data/b.csv", &*long), ("data/c.csv", "3")];
    trial.write(&files).unwrap();
    let start = Barrier::new(3);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                start.wait();
                for round in 0..ROUNDS {
                    let changed = ["1", "2"][round % 2];
                    let files = [("a", changed), files[1], files[2]];
                    trial.write(&files).unwrap();
                }
            });
        }
        start.wait();
        for _ in 0..ROUNDS {
            for entry in walkdir::WalkDir::new(trial.in_folder("")) {
                let path = entry.unwrap().into_path();
                if path.is_file() && path.file_name() != Some(OsStr::new(MANIFEST)) {
                    let length = fs::read(&path).unwrap().len();
                    assert!(
                        [1, long.len()].contains(&length),
                        "{}: {length}",
                        path.display()
                    );
                }
            }
        }
    });
    assert_eq!(trial.found().len(), 3, "{:?}", trial.found());
}

#[test]
fn what_a_killed_build_wrote_is_known_to_the_next() {
    let trial = Trial::new();
    trial.write(&[("a", "1")]).unwrap();
    // The manifest is written before the files; a build that was killed then has written some.
    let mut manifest = Manifest::open(&trial.in_folder("")).unwrap();
    let names = ["a", "b", "c"].map(|name| FilePath::new(name).unwrap());
    manifest.set(names.into()).unwrap();
    drop(manifest);
    fs::write(trial.in_folder("b"), "half").unwrap();
    trial.write(&[("a", "1"), ("b", "2")]).unwrap();
    trial.check(&[("@/a", "1"), ("@/b", "2")]);
    let manifest = fs::read_to_string(trial.in_folder(MANIFEST)).unwrap();
    assert_eq!(manifest, format!("{HEAD}- `a`\n- `b`\n"));
}
