//! Archives that carry records and resumable states from one machine to another.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use experiments::checkpoint::{Checkpoint, Checkpoints};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use results::{Record, better, changes, record_path};

use crate::{Places, source};

/// What an archive may hold before compression, which checkpoints hardly profit from.
const LIMIT_BYTES: u64 = 16_000_000;
/// Folder of the records inside an archive.
const RUNS: &str = "runs";
/// Folder of the checkpoints inside an archive.
const STATE: &str = "state";

/// Where to put the archives.
#[derive(Debug, Args)]
pub(crate) struct Pack {
    /// Folder for `measured-1.tar.gz`, `measured-2.tar.gz`, …
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
}

/// What to take in.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Archives that `plan pack` made
    #[arg(required = true)]
    archives: Vec<PathBuf>,
}

/// Packs every record, and the newest checkpoint of every run that has one.
pub(crate) fn pack(places: &Places, pack: &Pack) -> Result<()> {
    let mut archives: Vec<Vec<(PathBuf, String)>> = vec![Vec::new()];
    let mut held = 0;
    for (path, name) in files(places)? {
        let bytes = fs::metadata(&path)?.len();
        if bytes > LIMIT_BYTES {
            println!(
                "`{}` is left out: {bytes} bytes, an archive holds {LIMIT_BYTES}",
                path.display()
            );
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
        println!("`{}`: {} files", path.display(), files.len());
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
        if let Some(newest) = Checkpoints::new(&places.state, experiment, run)
            .paths()?
            .pop()
        {
            let file = newest
                .file_name()
                .expect("a file")
                .to_string_lossy()
                .into_owned();
            files.push((newest, format!("{STATE}/{experiment}/{run}/{file}")));
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

/// Unpacks each archive beside the records, checks every file, and moves in those that are better than what is there.
pub(crate) fn import(places: &Places, import: &Import) -> Result<()> {
    for path in &import.archives {
        fs::create_dir_all(&places.state)?;
        let unpacked = tempfile::tempdir_in(&places.state)?;
        let file = File::open(path).with_context(|| format!("`{}`", path.display()))?;
        let mut archive = tar::Archive::new(GzDecoder::new(file));
        // `unpack` refuses names that lead out of the folder.
        archive.unpack(unpacked.path()).with_context(|| {
            format!(
                "`{}` is damaged or no archive of `plan pack`",
                path.display()
            )
        })?;
        import_folder(places, unpacked.path())?;
    }
    Ok(())
}

fn import_folder(places: &Places, folder: &Path) -> Result<()> {
    let (records, errors) = results::read_all(&folder.join(RUNS));
    errors
        .iter()
        .for_each(|error| eprintln!("refused: {error}"));
    for (_, record) in &records {
        import_record(places, record)?;
        import_state(places, folder, record)?;
    }
    ensure!(errors.is_empty(), "{} records are refused", errors.len());
    Ok(())
}

fn import_record(places: &Places, record: &Record) -> Result<()> {
    let plan = places.read_plan()?;
    let path = record_path(&places.runs, &record.experiment, &record.run);
    let stale = |record: &Record| {
        plan.run(&record.run)
            .is_some_and(|run| !changes(run, record, source).is_empty())
    };
    if path.exists() && !better(record, &Record::read(&path)?, stale) {
        println!("{}: the record here is as good or better", record.run);
        return Ok(());
    }
    record.write(&path)?;
    println!(
        "{}: record of {} of {} taken in",
        record.run,
        record.done(),
        record.planned()
    );
    Ok(())
}

fn import_state(places: &Places, folder: &Path, record: &Record) -> Result<()> {
    let Record {
        experiment, run, ..
    } = record;
    let packed = Checkpoints::new(&folder.join(STATE), experiment, run);
    let Some(path) = packed.paths()?.pop() else {
        return Ok(());
    };
    let new = match Checkpoint::read(&path) {
        Ok(checkpoint) => checkpoint.record,
        Err(error) => {
            eprintln!("refused: checkpoint of `{run}`: {error:#}");
            return Ok(());
        }
    };
    let (known, _) = Checkpoints::new(&places.state, experiment, run).newest()?;
    if known.is_some_and(|known| known.record.done() >= new.done()) {
        println!("{run}: the checkpoint here is as good or better");
        return Ok(());
    }
    let to = places.state.join(experiment).join(run);
    fs::create_dir_all(&to)?;
    fs::rename(&path, to.join(path.file_name().expect("a file")))?;
    println!("{run}: checkpoint of epoch {} taken in", new.done());
    Ok(())
}
