//! Packing: archives that carry records and resumable states to another machine.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use experiments::checkpoint::Checkpoints;
use experiments::say;
use flate2::Compression;
use flate2::write::GzEncoder;
use results::Record;

use crate::Places;
use crate::unpack::{RUNS, STATE};

/// What an archive holds before compression, which checkpoints hardly profit from.
const LIMIT_BYTES: u64 = 16_000_000;

/// Where to put the archives.
#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// Folder for `measured-1.tar.gz`, `measured-2.tar.gz`, …
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
}

/// Packs every record, and the newest sound checkpoint of every run that has one.
pub(crate) fn pack(places: &Places, pack: &Pack) -> Result<()> {
    let mut archives: Vec<Vec<(PathBuf, String)>> = vec![Vec::new()];
    let mut held = 0;
    for (path, name) in files(places)? {
        let bytes = fs::metadata(&path)?.len();
        if bytes > LIMIT_BYTES {
            say::line(&format!(
                "`{}` is left out: {bytes} bytes, an archive holds {LIMIT_BYTES}",
                path.display()
            ));
            continue;
        }
        if held + bytes > LIMIT_BYTES {
            archives.push(Vec::new());
            held = 0;
        }
        held += bytes;
        archives.last_mut().expect("never empty").push((path, name));
    }
    fs::create_dir_all(&pack.out)?;
    for (number, files) in archives
        .iter()
        .enumerate()
        .filter(|(_, files)| !files.is_empty())
    {
        let path = pack.out.join(format!("measured-{}.tar.gz", number + 1));
        write(&path, files).with_context(|| format!("`{}` cannot be written", path.display()))?;
        say::line(&format!("`{}`: {} files", path.display(), files.len()));
    }
    Ok(())
}

/// The files to pack, with their names in the archive.
fn files(places: &Places) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for (path, record) in places.read_records() {
        let Record {
            experiment, run, ..
        } = &*record;
        files.push((path, format!("{RUNS}/{experiment}/{run}.json")));
        let newest = Checkpoints::new(&places.state, experiment, run).newest(None)?;
        for (path, error) in &newest.refused {
            say::note(&format!("`{}` is left out: {error:#}", path.display()));
        }
        if let Some((path, checkpoint)) = newest.found {
            let epoch = checkpoint.record.done();
            let name = format!("{STATE}/{experiment}/{run}/epoch-{epoch:06}.safetensors");
            files.push((path, name));
        }
    }
    Ok(files)
}

fn write(path: &Path, files: &[(PathBuf, String)]) -> Result<()> {
    let mut archive =
        tar::Builder::new(GzEncoder::new(File::create(path)?, Compression::default()));
    for (path, name) in files {
        archive.append_path_with_name(path, name)?;
    }
    Ok(archive.into_inner()?.finish()?.flush()?)
}
