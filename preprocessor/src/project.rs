//! The files that a build reads and writes. Only this module and `main.rs` touch the disk.

use crate::catalogue::{
    Catalogue, Facts, Question, RunFacts, SampleImage, SampleSettings, Samples, read_questions,
};
use crate::chapters::contract::GENERATED;
use crate::chapters::{Bibliography, Diagnostic};
use crate::evidence::{QuotedFact, read_quoted};
use crate::memo::Memo;
use rayon::prelude::*;
use results::{Digest, Plan, Record, read_all_by, states};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The plan of the runs, from the root of the project.
const PLAN: &str = "experiments/plan.toml";
/// The records of the runs, from the root of the project.
const RUNS: &str = "results/runs";
/// What earlier builds worked out, from the root of the project.
const MEMO: &str = "target/memo";
/// Training speeds that the reader measured, from the root of the project.
const SPEEDS: &str = "results/speeds.csv";

/// A project on disk.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
    source: PathBuf,
    data: PathBuf,
    memo: Arc<Memo>,
    samples: BTreeMap<String, SampleSettings>,
}

/// What a build knows before it fills the chapters.
#[derive(Debug)]
pub struct Inputs {
    /// All facts.
    pub facts: Facts,
    /// The works that may be cited.
    pub bibliography: Bibliography,
}

/// What is read beside the records.
struct Others {
    quoted: Vec<QuotedFact>,
    questions: Vec<Question>,
    throughput: String,
    plan: Option<Plan>,
}

impl Project {
    /// The project in `root`, whose chapters are in the folder `source` of it.
    pub fn new(root: impl Into<PathBuf>, source: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Project {
            memo: Arc::new(Memo::new(root.join(MEMO))),
            root,
            source: source.into(),
            data: PathBuf::new(),
            samples: BTreeMap::new(),
        }
    }

    /// The same project, which shows `samples` from the folder `data`.
    #[must_use]
    pub fn with_samples(self, data: PathBuf, samples: BTreeMap<String, SampleSettings>) -> Self {
        Project {
            data,
            samples,
            ..self
        }
    }

    /// A path in the folder of the chapters, from the root of the project, with `/`.
    pub fn in_source(&self, name: &str) -> String {
        let path = self.source.join(name);
        path.to_string_lossy().replace('\\', "/")
    }

    /// Reads all that is not a chapter.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn read(&self) -> Result<Inputs, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let read_others = || Others {
            quoted: self.read_quoted(&mut faults),
            questions: self.read_source("questions.toml", &mut faults, |file, text| {
                read_questions(file, text)
            }),
            throughput: self.read_source(
                "published/training_throughput.csv",
                &mut faults,
                |_, text| Ok(text.to_owned()),
            ),
            plan: self.read_plan(&mut faults),
        };
        let ((records, of_records), others) = rayon::join(|| self.read_records(), read_others);
        faults.extend(of_records);
        // The works are not needed for the catalogue.
        let make_facts = || match faults.is_empty() {
            true => self.facts(&records, others),
            false => Err(faults),
        };
        let (facts, bibliography) = rayon::join(make_facts, || self.read_bibliography());
        self.memo.prune();
        match (facts, bibliography) {
            (Ok(facts), Ok(bibliography)) => Ok(Inputs {
                facts,
                bibliography,
            }),
            (facts, bibliography) => {
                let faults = [facts.err(), bibliography.err()];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    }

    fn facts(
        &self,
        records: &[(PathBuf, Arc<Record>)],
        others: Others,
    ) -> Result<Facts, Vec<Diagnostic>> {
        let plan = others.plan.as_ref();
        let runs = plan.map_or_else(Vec::new, |plan| self.runs(plan, records));
        let speeds = self.read_speeds()?;
        let (catalogue, throughput) =
            Catalogue::of(others.quoted, &runs, &others.throughput, speeds.as_deref())?;
        Ok(Facts {
            catalogue,
            runs,
            questions: others.questions,
            throughput,
            samples: self.read_samples(),
        })
    }

    /// The planned runs with their states.
    fn runs(&self, plan: &Plan, records: &[(PathBuf, Arc<Record>)]) -> Vec<RunFacts> {
        let source = |path: &str| fs::read(self.root.join(path)).ok().map(Digest::of);
        states(plan, records, source)
            .into_iter()
            .map(|state| RunFacts::new(state, &self.root))
            .collect()
    }

    /// Reads a file beside the chapters; a project may do without it.
    fn read_source<T: Default>(
        &self,
        name: &str,
        faults: &mut Vec<Diagnostic>,
        parse: impl FnOnce(&str, &str) -> Result<T, Vec<Diagnostic>>,
    ) -> T {
        let file = self.in_source(name);
        let text = match fs::read_to_string(self.root.join(&file)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return T::default(),
            Err(error) => {
                faults.push(Diagnostic::of_file(file, error.to_string()));
                return T::default();
            }
        };
        parse(&file, &text).unwrap_or_else(|mut of_file| {
            faults.append(&mut of_file);
            T::default()
        })
    }

    /// The table of the reader's own speeds, where there is one.
    fn read_speeds(&self) -> Result<Option<String>, Vec<Diagnostic>> {
        match fs::read_to_string(self.root.join(SPEEDS)) {
            Ok(table) => Ok(Some(table)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(vec![Diagnostic::of_file(SPEEDS, error.to_string())]),
        }
    }

    fn read_quoted(&self, faults: &mut Vec<Diagnostic>) -> Vec<QuotedFact> {
        self.read_source("quoted.toml", faults, |file, text| {
            let read = |text: &str| read_quoted(file, text);
            self.memo.get(&format!("facts of {file}"), text, read)
        })
    }

    fn read_bibliography(&self) -> Result<Bibliography, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let text = self.read_source("references.bib", &mut faults, |_, text| Ok(text.to_owned()));
        let file = self.in_source("references.bib");
        let parse = |text: &str| Bibliography::parse(&file, text);
        match self.memo.get(&format!("works of {file}"), &text, parse) {
            Ok(bibliography) if faults.is_empty() => Ok(bibliography),
            Ok(_) => Err(faults),
            Err(of_file) => Err(of_file),
        }
    }

    fn read_records(&self) -> (Vec<(PathBuf, Arc<Record>)>, Vec<Diagnostic>) {
        let (records, errors) = read_all_by(&self.root.join(RUNS), |paths| {
            let read = |path: &PathBuf| {
                Record::read_by(path, |text| self.memo.get("record", text, Record::parse))
            };
            paths.par_iter().with_max_len(1).map(read).collect()
        });
        let mut faults = Vec::new();
        for error in errors {
            let file = self.relative(&error.path);
            let problems = error.problems.iter().map(ToString::to_string);
            faults.extend(problems.map(|problem| Diagnostic::of_file(&file, problem)));
        }
        (records, faults)
    }

    /// The plan; a project may do without one.
    fn read_plan(&self, faults: &mut Vec<Diagnostic>) -> Option<Plan> {
        let text = match fs::read_to_string(self.root.join(PLAN)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                faults.push(Diagnostic::of_file(PLAN, error.to_string()));
                return None;
            }
        };
        let place = |(line, message)| Diagnostic {
            file: PLAN.to_owned(),
            line,
            column: None,
            message,
        };
        let plan = self.memo.get("plan", &text, |text| Plan::parse(text, PLAN));
        match plan {
            Ok(plan) => Some(plan),
            Err(error) => {
                faults.extend(error.problems.into_iter().map(place));
                None
            }
        }
    }

    /// The sample images, as far as the reader's data folder has them.
    fn read_samples(&self) -> Vec<Samples> {
        let read = |(name, settings): (&String, &SampleSettings)| Samples {
            name: name.clone(),
            images: self.read_images(settings).unwrap_or_default(),
            remedy: format!(
                "set MEASURED_DATA to the folder that holds `{}`, or link it as `data`",
                settings.folder
            ),
        };
        self.samples.iter().map(read).collect()
    }

    fn read_images(&self, settings: &SampleSettings) -> io::Result<Vec<SampleImage>> {
        let mut images = Vec::new();
        for class in &settings.classes {
            let folder = self
                .root
                .join(&self.data)
                .join(&settings.folder)
                .join(class);
            let mut files: Vec<_> = fs::read_dir(folder)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<_, _>>()?;
            files.sort();
            for path in files.iter().take(settings.images_per_class) {
                images.push(SampleImage {
                    class: class.clone(),
                    file: path
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned(),
                    content: fs::read(path)?,
                });
            }
        }
        Ok(images)
    }

    fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }

    /// Writes the generated files, and removes those of an earlier build that are not among them.
    ///
    /// A file whose content stays is not touched, so that nothing that watches it wakes up.
    ///
    /// # Errors
    /// Where a file cannot be written; the path stands in the message.
    pub fn write_generated(&self, files: &BTreeMap<String, Cow<[u8]>>) -> io::Result<()> {
        let folder = self.root.join(&self.source).join(GENERATED);
        files
            .par_iter()
            .try_for_each(|(name, content)| write_where_new(&folder.join(name), content))?;
        for entry in walk(&folder)? {
            let name = entry.strip_prefix(&folder).unwrap_or(&entry);
            if !files.contains_key(&name.to_string_lossy().replace('\\', "/")) {
                fs::remove_file(&entry)?;
            }
        }
        Ok(())
    }
}

/// Writes a file unless it has this content already.
fn write_where_new(path: &Path, content: &[u8]) -> io::Result<()> {
    if has_content(path, content).unwrap_or(false) {
        return Ok(());
    }
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, content))
        .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))
}

/// Whether the file at `path` holds `content`, compared piece by piece.
fn has_content(path: &Path, content: &[u8]) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() != content.len() as u64 {
        return Ok(false);
    }
    let mut piece = [0; 1 << 15];
    for expected in content.chunks(piece.len()) {
        let piece = &mut piece[..expected.len()];
        file.read_exact(piece)?;
        if piece != expected {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every file under `folder`.
fn walk(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    Ok(files)
}
