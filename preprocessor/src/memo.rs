//! What earlier builds worked out, kept on disk under a hash of what it was worked out from.
//!
//! A build reads every record, and most of them are those of the build before. What is found here is
//! what the same program made of the same bytes; whatever else is the matter with the folder, the
//! computation is done again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::{fs, io};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// A hash of the sources that this program was built from: another program may make something
/// else of the same input.
const PROGRAM: &str = env!("MEASURED_SOURCES");

/// A folder of results of computations.
#[derive(Debug)]
pub(crate) struct Memo {
    folder: PathBuf,
    /// The names of the files that this build read or wrote.
    used: Mutex<BTreeSet<OsString>>,
}

impl Memo {
    /// The results in `folder`, which need not exist.
    pub(crate) fn new(folder: PathBuf) -> Memo {
        Memo {
            folder,
            used: Mutex::default(),
        }
    }

    /// What `compute` makes of `input`, and of nothing else: read, or computed and kept. Errors are
    /// not kept.
    ///
    /// # Errors
    /// Those of `compute`.
    pub(crate) fn get<T: Serialize + DeserializeOwned, E>(
        &self,
        computation: &str,
        input: &str,
        compute: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut hash = Xxh3::new();
        for part in [PROGRAM, "\n", computation, "\n", input] {
            hash.update(part.as_bytes());
        }
        let name = format!("{:032x}", hash.digest128());
        self.used().insert(name.clone().into());
        if let Some(known) = self.read(&name) {
            return Ok(known);
        }
        let computed = compute(input)?;
        // Without the file the next build computes again, which is all that can go wrong.
        let _ = self.write(&name, &computed);
        Ok(computed)
    }

    /// A file holds the hash of the value's MessagePack, and then that.
    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let bytes = fs::read(self.folder.join(name)).ok()?;
        let (hash, value) = bytes.split_first_chunk()?;
        if xxh3_64(value).to_le_bytes() != *hash {
            return None;
        }
        rmp_serde::from_slice(value).ok()
    }

    fn write(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let value = rmp_serde::to_vec_named(value).map_err(io::Error::other)?;
        let bytes = [&xxh3_64(&value).to_le_bytes(), value.as_slice()].concat();
        fs::create_dir_all(&self.folder)?;
        // Another build may read at the same time.
        let unfinished = self.folder.join(format!("{name}.{}", std::process::id()));
        fs::write(&unfinished, bytes)?;
        fs::rename(unfinished, self.folder.join(name))
    }

    /// Removes what this build did not ask for.
    pub(crate) fn prune(&self) {
        let used = self.used();
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for file in files.filter(|file| !used.contains(&file.file_name())) {
            let _ = fs::remove_file(file.path());
        }
    }

    fn used(&self) -> MutexGuard<'_, BTreeSet<OsString>> {
        self.used.lock().expect("no thread panics while it inserts")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::read_quoted;
    use results::Plan;
    use std::cell::Cell;
    use std::path::Path;

    /// A memo in a folder of its own, and how often it had to compute the length of a text.
    struct Counted {
        folder: tempfile::TempDir,
        computed: Cell<u32>,
    }

    impl Counted {
        fn new() -> Counted {
            Counted {
                folder: tempfile::tempdir().unwrap(),
                computed: Cell::new(0),
            }
        }

        fn memo(&self) -> Memo {
            Memo::new(self.folder.path().join("memo"))
        }

        fn length(&self, memo: &Memo, text: &str) -> Result<f64, String> {
            memo.get("length", text, |text| {
                self.computed.set(self.computed.get() + 1);
                match text.len() {
                    0 => Err("empty".to_owned()),
                    length => Ok(length as f64 / 3.0),
                }
            })
        }

        fn files(&self) -> Vec<PathBuf> {
            let files = fs::read_dir(self.folder.path().join("memo")).unwrap();
            files.map(|file| file.unwrap().path()).collect()
        }
    }

    #[test]
    fn the_next_build_computes_nothing_again() {
        let counted = Counted::new();
        for _ in 0..2 {
            let memo = counted.memo();
            assert_eq!(counted.length(&memo, "four"), Ok(4.0 / 3.0));
            assert_eq!(counted.length(&memo, "five!"), Ok(5.0 / 3.0));
        }
        assert_eq!(counted.computed.get(), 2);
    }

    /// Records have fields that are left out where they are empty: every committed one is tried.
    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (records, errors) = results::read_all(&root.join("results/runs"));
        assert!(errors.is_empty() && records.len() > 30, "{errors:?}");
        for (path, record) in &records {
            assert_eq!(kept(&**record), **record, "{}", path.display());
        }
        let plan = Plan::read(&root.join("experiments/plan.toml")).unwrap();
        assert_eq!(kept(&plan), plan);
        let facts = fs::read_to_string(root.join("book/quoted.toml")).unwrap();
        let facts = read_quoted("quoted.toml", &facts).unwrap();
        assert_eq!(kept(&facts), facts);
    }

    /// `value` as the second build finds it.
    fn kept<T: Serialize + DeserializeOwned + Clone>(value: &T) -> T {
        let counted = Counted::new();
        let keep = counted
            .memo()
            .get("value", "", |_| Ok::<_, ()>(value.clone()));
        drop(keep.unwrap());
        let lost = |_: &str| -> Result<T, &str> { Err("computed again") };
        counted.memo().get("value", "", lost).unwrap()
    }

    #[test]
    fn errors_are_found_anew() {
        let counted = Counted::new();
        for _ in 0..2 {
            assert_eq!(counted.length(&counted.memo(), ""), Err("empty".to_owned()));
        }
        assert_eq!(counted.computed.get(), 2);
    }

    #[test]
    fn a_damaged_file_is_replaced() {
        let counted = Counted::new();
        let check = |damage: fn(Vec<u8>) -> Vec<u8>| {
            counted.length(&counted.memo(), "four").unwrap();
            let file = counted.files().pop().unwrap();
            fs::write(&file, damage(fs::read(&file).unwrap())).unwrap();
            let before = counted.computed.get();
            assert_eq!(counted.length(&counted.memo(), "four"), Ok(4.0 / 3.0));
            assert_eq!(counted.computed.get(), before + 1);
        };
        check(|_| Vec::new());
        check(|bytes| bytes[..bytes.len() - 1].to_vec());
        check(|mut bytes| {
            *bytes.last_mut().unwrap() ^= 1;
            bytes
        });
        assert_eq!(counted.files().len(), 1);
    }

    #[test]
    fn computations_of_one_input_are_kept_apart() {
        let memo = Counted::new();
        let memo = memo.memo();
        let kept = |name: &str, value: u32| memo.get(name, "x", |_| Ok::<_, ()>(value));
        assert_eq!(
            [kept("a", 1), kept("b", 2), kept("a", 3)],
            [Ok(1), Ok(2), Ok(1)]
        );
    }

    #[test]
    fn what_was_not_asked_for_is_removed() {
        let counted = Counted::new();
        counted.length(&counted.memo(), "four").unwrap();
        let memo = counted.memo();
        counted.length(&memo, "five!").unwrap();
        assert_eq!(counted.files().len(), 2);
        memo.prune();
        assert_eq!(counted.files().len(), 1);
        Memo::new(counted.folder.path().join("nowhere")).prune();
    }
}
