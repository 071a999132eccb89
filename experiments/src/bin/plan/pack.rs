//! Packing: archives that carry records and resumable states to another machine.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use experiments::checkpoint::Checkpoints;
use experiments::say;
use flate2::Compression;
use flate2::write::GzEncoder;
use results::record_path;
use tempfile::NamedTempFile;

use crate::Places;
use crate::tracked::ensure_is_untracked;
use crate::unpack::{RUNS, STATE};

/// What an archive holds before compression, which checkpoints hardly profit from.
const LIMIT_BYTES: u64 = 16_000_000;

/// Where to put the archives.
#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// Folder for `measured-1.tar.gz`, `measured-2.tar.gz`, …; `packed` in the folder of the checkpoints if not given
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Replace the archives that are there
    #[arg(long)]
    replace: bool,
}

/// Packs every record, and the newest sound checkpoint of every run that has one.
pub(crate) fn pack(places: &Places, pack: &Pack) -> Result<()> {
    let default = places.state.join("packed");
    let out = pack.out.as_ref().unwrap_or(&default);
    ensure_is_untracked(&out.join(name(1)))?;
    let before = present(out)?;
    if let (Some(path), false) = (before.first(), pack.replace) {
        let path = path.display();
        bail!("`{path}` is there already; hint: `--replace`, or another `--out FOLDER`");
    }
    let archives = archives(files(places)?)?;
    if archives.is_empty() {
        say::line("nothing to pack: there are no records and no states");
        return Ok(());
    }
    fs::create_dir_all(out).with_context(|| format!("`{}` cannot be made", out.display()))?;
    // All or none: each takes its name when the last one is written.
    let write = |files: &Vec<(PathBuf, String)>| {
        write(out, files).with_context(|| format!("`{}` cannot be written to", out.display()))
    };
    let written = archives.iter().map(write).collect::<Result<Vec<_>>>()?;
    for path in before {
        fs::remove_file(&path).with_context(|| format!("`{}`", path.display()))?;
    }
    for (number, (archive, files)) in (1..).zip(written.into_iter().zip(&archives)) {
        let path = out.join(name(number));
        let kept = archive.persist_noclobber(&path);
        kept.with_context(|| format!("`{}`", path.display()))?;
        say::line(&format!("`{}`: {} files", path.display(), files.len()));
    }
    Ok(())
}

fn name(number: usize) -> String {
    format!("measured-{number}.tar.gz")
}

/// The archives in a folder.
fn present(folder: &Path) -> Result<Vec<PathBuf>> {
    if folder.symlink_metadata().is_err() {
        return Ok(Vec::new());
    }
    let is_archive = |name: &str| {
        let number = name
            .strip_prefix("measured-")
            .and_then(|it| it.strip_suffix(".tar.gz"));
        number.is_some_and(|number| number.parse::<usize>().is_ok())
    };
    let entries = fs::read_dir(folder).with_context(|| format!("`{}`", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<Result<Vec<_>>>()?;
    paths.retain(|path| {
        path.file_name()
            .and_then(|it| it.to_str())
            .is_some_and(is_archive)
    });
    paths.sort();
    Ok(paths)
}

/// Files, with their names in the archive, in archives of up to the limit.
fn archives(files: Vec<(PathBuf, String)>) -> Result<Vec<Vec<(PathBuf, String)>>> {
    let (mut archives, mut held) = (Vec::<Vec<_>>::new(), LIMIT_BYTES);
    for (path, name) in files {
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
        archives.last_mut().expect("not empty").push((path, name));
    }
    Ok(archives)
}

/// The files to pack, with their names in the archive. A run that was stopped in its first epoch has a state alone.
fn files(places: &Places) -> Result<Vec<(PathBuf, String)>> {
    let plan = places.read_plan()?;
    let planned = plan.runs.into_iter().map(|run| (run.experiment, run.id));
    let records = places.read_records().into_iter();
    let sound: BTreeSet<(String, String)> = records
        .map(|(_, record)| (record.experiment.clone(), record.run.clone()))
        .collect();
    let mut files = Vec::new();
    for (experiment, run) in planned.chain(sound.clone()).collect::<BTreeSet<_>>() {
        if sound.contains(&(experiment.clone(), run.clone())) {
            let path = record_path(&places.runs, &experiment, &run);
            files.push((path, format!("{RUNS}/{experiment}/{run}.json")));
        }
        let newest = Checkpoints::new(&places.state, &experiment, &run).newest(None)?;
        for (path, error) in &newest.refused {
            say::note(&format!("`{}` is left out: {error:#}", path.display()));
        }
        if let Some((path, checkpoint)) = newest.found {
            let file = checkpoint.position().file();
            files.push((path, format!("{STATE}/{experiment}/{run}/{file}")));
        }
    }
    Ok(files)
}

/// An archive of `files` in the folder `out`, which is gone with what is returned unless that is given a name.
fn write(out: &Path, files: &[(PathBuf, String)]) -> Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(".measured-")
        .suffix(".tmp")
        .tempfile_in(out)?;
    let mut archive = tar::Builder::new(GzEncoder::new(&mut file, Compression::default()));
    for (path, name) in files {
        archive.append_path_with_name(path, name)?;
    }
    archive.into_inner()?.finish()?.flush()?;
    file.as_file().sync_all()?;
    Ok(file)
}
