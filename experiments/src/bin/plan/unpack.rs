//! Reading archives that anyone may have made: only plain files of the two known names come out, up to a limit.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Result, bail, ensure};
use experiments::part::Position;
use flate2::read::GzDecoder;
use results::RECORD_BYTES;
use tar::{Entry, EntryType};

/// Folder of the records inside an archive.
pub(crate) const RUNS: &str = "runs";
/// Folder of the checkpoints inside an archive.
pub(crate) const STATE: &str = "state";

/// The longest checkpoint in an archive, in bytes; that of ResNet-50 has 205 MB.
const CHECKPOINT_BYTES: u64 = 256 << 20;
/// All that an archive may unpack to, in bytes; `plan pack` puts 16 MB into one.
const ARCHIVE_BYTES: u64 = 1 << 30;
/// The longest name, in bytes.
const NAME_BYTES: u64 = 4096;

/// What a file of an archive is by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `runs/EXPERIMENT/RUN.json`.
    Record { experiment: String, run: String },
    /// `state/EXPERIMENT/RUN/epoch-N.safetensors` or `…/epoch-N-step-M.safetensors`.
    Checkpoint {
        experiment: String,
        run: String,
        position: Position,
    },
}

/// Hands each file of the archive at `path` to `take`, with its bytes; gives a message for each file that is refused, by
/// this or by `take`.
///
/// # Errors
/// An archive that is damaged or unpacks to more than the limit; what came before the fault was taken.
pub(crate) fn unpack(
    path: &Path,
    mut take: impl FnMut(&Kind, &[u8]) -> Result<()>,
) -> Result<Vec<String>> {
    ensure!(fs::metadata(path)?.is_file(), "it is no ordinary file");
    let limited = Limited {
        inner: GzDecoder::new(File::open(path)?),
        left: ARCHIVE_BYTES,
    };
    let mut archive = tar::Archive::new(limited);
    let (mut refused, mut long_name) = (Vec::new(), None);
    // Raw: otherwise names and extensions of any length are read into memory before this sees them.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            long_name = Some(read_name(&mut entry)?);
            continue;
        }
        let stated = entry.path_bytes().into_owned();
        let name = long_name.take().unwrap_or(stated);
        if holds_nothing(kind) {
            continue;
        }
        let name = String::from_utf8_lossy(&name).into_owned();
        let taken = match admit(&name, &entry) {
            Ok(kind) => take(&kind, &contents(&mut entry)?),
            Err(error) => Err(error),
        };
        if let Err(error) = taken {
            refused.push(format!("`{}`: {error:#}", name.escape_debug()));
        }
    }
    Ok(refused)
}

/// Folders, and remarks on the next file that other programs make, such as its date to the nanosecond.
fn holds_nothing(kind: EntryType) -> bool {
    kind.is_dir() || kind.is_pax_local_extensions() || kind.is_pax_global_extensions()
}

fn read_name(entry: &mut Entry<impl Read>) -> Result<Vec<u8>> {
    let mut name = Vec::new();
    ensure!(
        entry.size() <= NAME_BYTES,
        "a name has {} bytes, expected at most {NAME_BYTES}",
        entry.size()
    );
    entry.read_to_end(&mut name)?;
    name.retain(|&byte| byte != 0);
    Ok(name)
}

/// What a file is, by what stands before it in the archive.
fn admit(name: &str, entry: &Entry<impl Read>) -> Result<Kind> {
    let found = entry.header().entry_type();
    ensure!(
        found == EntryType::Regular,
        "it is {}, expected a plain file",
        describe(found)
    );
    let kind = kind(name)?;
    let limit = match kind {
        Kind::Record { .. } => RECORD_BYTES,
        Kind::Checkpoint { .. } => CHECKPOINT_BYTES,
    };
    let size = entry.size();
    ensure!(
        size <= limit,
        "it has {size} bytes, expected at most {limit}"
    );
    Ok(kind)
}

fn contents(entry: &mut Entry<impl Read>) -> Result<Vec<u8>> {
    // Grows with what is there: the size that the archive states may be made up.
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    ensure!(bytes.len() as u64 == entry.size(), "it ends inside a file");
    Ok(bytes)
}

fn describe(kind: EntryType) -> String {
    match kind {
        EntryType::Link | EntryType::Symlink => "a link".to_owned(),
        EntryType::Char | EntryType::Block | EntryType::Fifo => "a device or FIFO".to_owned(),
        other => format!("an entry of type `{}`", other.as_byte().escape_ascii()),
    }
}

/// What a file is by its name, of which every part must be plain.
fn kind(name: &str) -> Result<Kind> {
    let parts: Vec<&str> = name.split('/').collect();
    let named = |name: &str| results::is_plain_name(name).then(|| name.to_owned());
    let kind = match parts[..] {
        [RUNS, experiment, file] => file.strip_suffix(".json").and_then(|run| {
            let (experiment, run) = (named(experiment)?, named(run)?);
            Some(Kind::Record { experiment, run })
        }),
        [STATE, experiment, run, file] => Position::of_file(file).and_then(|position| {
            let (experiment, run) = (named(experiment)?, named(run)?);
            Some(Kind::Checkpoint {
                experiment,
                run,
                position,
            })
        }),
        _ => None,
    };
    match kind {
        Some(kind) => Ok(kind),
        None => bail!(
            "expected `{RUNS}/EXPERIMENT/RUN.json` or `{STATE}/EXPERIMENT/RUN/epoch-N.safetensors`"
        ),
    }
}

/// A reader that ends with an error at a limit.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let problem = format!("it unpacks to more than the limit of {ARCHIVE_BYTES} bytes");
            io::Error::new(io::ErrorKind::FileTooLarge, problem)
        })?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |name: &str, expect: &str| {
            let found = match kind(name) {
                Ok(Kind::Record { experiment, run }) => format!("{experiment} {run}"),
                Ok(Kind::Checkpoint {
                    experiment,
                    run,
                    position,
                }) => format!("{experiment} {run} {position}"),
                Err(_) => "refused".to_owned(),
            };
            assert_eq!(found, expect, "{name}");
        };
        check("runs/a/b-1.2.json", "a b-1.2");
        check("state/a/b/epoch-000012.safetensors", "a b epoch 12");
        let part = "state/a/b/epoch-000012-step-000007.safetensors";
        check(part, "a b epoch 12 and 7 steps");
        for refused in [
            "",
            "/runs/a/b.json",
            "./runs/a/b.json",
            "runs/../b.json",
            "runs/a/../b.json",
            "runs/a/...json",
            "runs/a/.json",
            "runs/a/b.JSON",
            "runs/A/b.json",
            "runs//b.json",
            "runs/a/b\n.json",
            "runs/a/b.json/",
            "state/a/b/lock",
            "state/a/b/epoch-.safetensors",
            "state/a/b/epoch-+1.safetensors",
            "state/a/b/epoch-99999999999999999999.safetensors",
            "state/a/../epoch-1.safetensors",
            "state/a/b/c/epoch-1.safetensors",
            "other/a/b.json",
        ] {
            check(refused, "refused");
        }
    }
}
