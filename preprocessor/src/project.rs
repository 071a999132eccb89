//! The files that a build reads. Only this module, `samples`, `generated` and `main.rs` touch the disk.

mod images;
mod pages;
mod tables;
mod without_cards;

use crate::catalogue::{
    AnsweredOn, DeclaredRuns, Facts, Question, RunFacts, SampleSettings, Samples, Topics,
    read_questions,
};
use crate::chapters::{Bibliography, Diagnostic};
use crate::data::{Declared, Tables};
use crate::evidence::unit::Units;
use crate::evidence::{QuotedFact, read_quoted_in};
use crate::generated::Generated;
use crate::layout::{Layout, Pages};
use crate::samples;
use crate::settings::Settings;
use crate::topic::{Inputs, ReadFile, Topic, TopicFile};
use crate::topics;
use anyhow::{Context, anyhow, bail};
use mdbook_preprocessor::config::Config;
use parsers::maths::{DEFINITIONS, Definitions};
use rayon::prelude::*;
use results::files::read_text;
use results::{Plan, Record, present_digest, read_all_by, states};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What makes a folder the root of a project.
const CONFIGURATION: &str = "book.toml";

/// The facts taken from publications, from the folder of the chapters.
const QUOTED: &str = "quoted.toml";

/// The longest file that is read beside the records, in bytes.
const TEXT_BYTES: u64 = 64 << 20;

/// A project on disk.
#[derive(Clone)]
pub struct Project {
    root: PathBuf,
    source: PathBuf,
    data: PathBuf,
    samples: BTreeMap<String, SampleSettings>,
    topics: Vec<&'static dyn Topic>,
    layout: Layout,
    strict: bool,
    appendix: Option<String>,
    answered_on: DeclaredRuns,
    without_cards: Vec<String>,
    pages: Option<Pages>,
}

/// What a build knows before it fills the chapters.
pub struct Known {
    /// All facts.
    pub facts: Facts,
    /// The works that may be cited.
    pub bibliography: Bibliography,
}

/// What is read beside the records.
struct Others {
    quoted: Vec<QuotedFact>,
    questions: Vec<Question>,
    of_topics: BTreeMap<TopicFile, ReadFile>,
    plan: Option<Plan>,
    tables: Tables,
    definitions: Definitions,
}

/// What helps where the folder `root` is not that of a project.
fn where_to_look(root: &Path) -> String {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let above = root.ancestors().skip(1);
    match { above }.find(|folder| folder.join(CONFIGURATION).exists()) {
        Some(folder) => format!("hint: the project is above: `--root {}`", folder.display()),
        None => {
            "hint: `--root FOLDER` names the folder of a book; `mdbook-measured init` begins one"
                .to_owned()
        }
    }
}

impl Project {
    /// The project in `root`, whose chapters are in the folder `source` of it.
    pub fn new(root: impl Into<PathBuf>, source: impl Into<PathBuf>) -> Self {
        let mut project = Project {
            root: root.into(),
            source: source.into(),
            data: PathBuf::new(),
            samples: BTreeMap::new(),
            topics: Vec::new(),
            layout: Layout::default(),
            strict: false,
            appendix: None,
            answered_on: DeclaredRuns::new(),
            without_cards: Vec::new(),
            pages: None,
        };
        project.layout.quoted = project.in_source(QUOTED);
        project
    }

    /// The project in `root` as its `book.toml` describes it; the reader's data folder is
    /// `MEASURED_DATA`, else `data` in the root.
    ///
    /// # Errors
    /// A key of `[preprocessor.measured]` that does not hold what is expected.
    pub fn of(root: PathBuf, config: &Config) -> anyhow::Result<Self> {
        let settings = Settings::read(config)?;
        let topics = topics::named(&settings.topics);
        let topics = topics.map_err(|message| anyhow!("`book.toml`: {message}"))?;
        let data = std::env::var_os("MEASURED_DATA");
        Ok(Project {
            data: data.map_or_else(|| PathBuf::from("data"), PathBuf::from),
            samples: settings.samples,
            topics,
            layout: settings.layout,
            strict: settings.strict,
            appendix: settings.appendix,
            answered_on: settings.answered_on,
            without_cards: settings.without_cards,
            pages: Some(pages::of(config)),
            ..Project::new(root, &config.book.src)
        })
    }

    /// The project whose `book.toml` is in the folder `root`.
    ///
    /// # Errors
    /// Where there is none, with the nearest folder above that has one; what is wrong with it.
    pub fn in_folder(root: PathBuf) -> anyhow::Result<Self> {
        let file = root.join(CONFIGURATION);
        if !file.exists() {
            bail!(
                "`{}` is not there; {}",
                file.display(),
                where_to_look(&root)
            );
        }
        let config = Config::from_disk(&file).with_context(|| format!("`{}`", file.display()))?;
        Project::of(root, &config)
    }

    /// The same project with these topics.
    #[must_use]
    pub fn with_topics(self, topics: &Topics) -> Self {
        Project {
            topics: topics.to_vec(),
            ..self
        }
    }

    /// The name of the folder of generated files.
    pub fn generated_name(&self) -> &str {
        &self.layout.generated
    }

    /// Whether what a draft may have is a fault: `strict` in `book.toml`.
    pub fn is_strict(&self) -> bool {
        self.strict
    }

    /// The title of the part whose chapters have letters: `appendix` in `book.toml`.
    pub(crate) fn appendix(&self) -> Option<&str> {
        self.appendix.as_deref()
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
    pub fn read(&self) -> Result<Known, Vec<Diagnostic>> {
        match self.read_draft() {
            (known, faults) if faults.is_empty() => Ok(known),
            (_, faults) => Err(faults),
        }
    }

    /// Reads all that is not a chapter; without facts, or without works, where a file has faults.
    pub fn read_draft(&self) -> (Known, Vec<Diagnostic>) {
        let mut faults = Vec::new();
        let Declared { tables, units } = self.read_declarations(&mut faults);
        let read_others = || Others {
            quoted: self.read_quoted(&units, &mut faults),
            questions: self.read_source("questions.toml", &mut faults, |file, text| {
                read_questions(file, text)
            }),
            of_topics: self.read_of_topics(&mut faults),
            plan: self.read_plan(&mut faults),
            tables: self.read_tables(tables, &mut faults),
            definitions: self.read_definitions(&mut faults),
        };
        let ((records, of_records), others) = rayon::join(|| self.read_records(), read_others);
        faults.extend(of_records);
        let samples = self.read_samples(&records, &mut faults);
        // The works are not needed for the catalogue.
        let make_facts = || match faults.is_empty() {
            true => self.facts(&records, others, samples),
            false => Err(faults),
        };
        let (facts, bibliography) = rayon::join(make_facts, || self.read_bibliography());
        let (facts, mut faults) = match facts {
            Ok(facts) => (facts, Vec::new()),
            Err(faults) => (self.no_facts(), faults),
        };
        let bibliography = bibliography.unwrap_or_else(|mut of_works| {
            faults.append(&mut of_works);
            Bibliography::default()
        });
        let known = Known {
            facts,
            bibliography,
        };
        (known, faults)
    }

    /// What is known where no fact is.
    fn no_facts(&self) -> Facts {
        Facts {
            layout: self.layout.clone(),
            ..Facts::default()
        }
    }

    /// The sample images; the records say which classes a run confuses.
    fn read_samples(
        &self,
        records: &[(PathBuf, Arc<Record>)],
        faults: &mut Vec<Diagnostic>,
    ) -> Vec<Samples> {
        let confused = |run: &str| {
            let (_, record) = records.iter().find(|(_, record)| record.run == run)?;
            let confusions = record.measured.predictions()?.confusions();
            confusions.first().copied()
        };
        samples::read(&self.root, &self.data, &self.samples, &confused, faults)
    }

    fn facts(
        &self,
        records: &[(PathBuf, Arc<Record>)],
        others: Others,
        samples: Vec<Samples>,
    ) -> Result<Facts, Vec<Diagnostic>> {
        let plan = others.plan.as_ref();
        self.check_cards(plan)?;
        let runs = plan.map_or_else(Vec::new, |plan| self.runs(plan, records));
        let inputs = Inputs {
            runs,
            tables: others.tables,
            files: others.of_topics,
            layout: self.layout.clone(),
        };
        let mut facts = Facts::of(&self.topics, others.quoted, inputs)?;
        facts.answered_on = self.answered_on(&others.questions, &facts.runs)?;
        facts.questions = others.questions;
        facts.samples = samples;
        facts.definitions = others.definitions;
        let files = self.files();
        facts.images = images::among(&files);
        facts.pages = self.pages.clone().map(|pages| Pages {
            broken_images: match pages.has_pdf {
                true => self.broken(&facts.images),
                false => BTreeMap::new(),
            },
            files,
            ..pages
        });
        Ok(facts)
    }

    /// The runs that the questions are answered on, where `book.toml` says so.
    fn answered_on(
        &self,
        questions: &[Question],
        runs: &[RunFacts],
    ) -> Result<AnsweredOn, Vec<Diagnostic>> {
        if self.answered_on.is_empty() {
            return Ok(AnsweredOn::default());
        }
        let text = self.read_configuration()?;
        AnsweredOn::read(&self.answered_on, &text, questions, runs)
    }

    /// Checks the cards that the book does without against those that planned runs need.
    fn check_cards(&self, plan: Option<&Plan>) -> Result<(), Vec<Diagnostic>> {
        if self.without_cards.is_empty() {
            return Ok(());
        }
        let text = self.read_configuration()?;
        let faults = without_cards::faults(&self.without_cards, &text, plan);
        match faults.is_empty() {
            true => Ok(()),
            false => Err(faults),
        }
    }

    /// The text of `book.toml`; empty where there is none, since the environment may declare what it says.
    fn read_configuration(&self) -> Result<String, Vec<Diagnostic>> {
        let text = self.read_text(CONFIGURATION).map_err(|fault| vec![fault])?;
        Ok(text.unwrap_or_default())
    }

    /// The files of the topics that are there.
    fn read_of_topics(&self, faults: &mut Vec<Diagnostic>) -> BTreeMap<TopicFile, ReadFile> {
        let mut files = BTreeMap::new();
        for file in self.topics.iter().flat_map(|topic| topic.files()) {
            let path = match file {
                TopicFile::InBook(name) => self.in_source(name),
                TopicFile::InProject(path) => (*path).to_owned(),
            };
            match self.read_text(&path) {
                Ok(Some(text)) => drop(files.insert(*file, ReadFile { path, text })),
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        files
    }

    /// The planned runs with their states.
    fn runs(&self, plan: &Plan, records: &[(PathBuf, Arc<Record>)]) -> Vec<RunFacts> {
        let digest = |path: &str, kind| present_digest(&self.root, path, kind);
        let recorded: BTreeSet<_> = { records.iter() }
            .flat_map(|(_, record)| record.sources())
            .collect();
        let digests: BTreeMap<_, _> = recorded
            .into_par_iter()
            .map(|(path, kind)| ((path, kind), digest(path, kind)))
            .collect();
        let source = |path: &str, kind| match digests.get(&(path, kind)) {
            Some(known) => known.clone(),
            None => digest(path, kind), // where something moved to
        };
        // Not what this machine has: the book is the same on every machine.
        let has_card = |card: &str| !self.without_cards.iter().any(|without| without == card);
        states(plan, records, source, has_card)
            .into_iter()
            .map(|state| RunFacts::new(state, &self.root))
            .collect()
    }

    /// The text of a file, named from the root of the project, where it is there.
    fn read_text(&self, file: &str) -> Result<Option<String>, Diagnostic> {
        match read_text(&self.root.join(file), TEXT_BYTES) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Diagnostic::of_file(file, error.to_string())),
        }
    }

    /// Reads a file beside the chapters; a project may do without it.
    fn read_source<T: Default>(
        &self,
        name: &str,
        faults: &mut Vec<Diagnostic>,
        parse: impl FnOnce(&str, &str) -> Result<T, Vec<Diagnostic>>,
    ) -> T {
        let file = self.in_source(name);
        let read = match self.read_text(&file) {
            Ok(Some(text)) => parse(&file, &text),
            Ok(None) => Ok(T::default()),
            Err(fault) => Err(vec![fault]),
        };
        read.unwrap_or_else(|mut of_file| {
            faults.append(&mut of_file);
            T::default()
        })
    }

    fn read_quoted(&self, units: &Units, faults: &mut Vec<Diagnostic>) -> Vec<QuotedFact> {
        self.read_source(QUOTED, faults, |file, text| {
            read_quoted_in(file, text, units)
        })
    }

    fn read_definitions(&self, faults: &mut Vec<Diagnostic>) -> Definitions {
        self.read_source(DEFINITIONS, faults, |file, text| {
            Definitions::parse(text).map_err(|fault| {
                let at = fault.at.unwrap_or(0);
                vec![Diagnostic::at_offset(file, text, at, fault.message)]
            })
        })
    }

    fn read_bibliography(&self) -> Result<Bibliography, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let text = self.read_source("references.bib", &mut faults, |_, text| Ok(text.to_owned()));
        let file = self.in_source("references.bib");
        match Bibliography::parse(&file, &text) {
            Ok(bibliography) if faults.is_empty() => Ok(bibliography),
            Ok(_) => Err(faults),
            Err(of_file) => Err(of_file),
        }
    }

    fn read_records(&self) -> (Vec<(PathBuf, Arc<Record>)>, Vec<Diagnostic>) {
        let (records, errors) = read_all_by(&self.root.join(&self.layout.runs), |paths| {
            let paths = paths.par_iter().with_max_len(1);
            paths.map(|path| Record::read(path)).collect()
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
        let file = &self.layout.plan;
        let text = match self.read_text(file) {
            Ok(text) => text?,
            Err(fault) => {
                faults.push(fault);
                return None;
            }
        };
        let place = |(line, message)| Diagnostic {
            file: file.clone(),
            line,
            column: None,
            message,
        };
        match Plan::parse(&text, file) {
            Ok(plan) => Some(plan),
            Err(error) => {
                faults.extend(error.problems.into_iter().map(place));
                None
            }
        }
    }

    fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }

    /// The folder of generated files.
    pub fn generated(&self) -> Generated {
        let folder = self.root.join(&self.source).join(&self.layout.generated);
        Generated::new(folder, self.root.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::TOPICS;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_folder_without_a_book_is_told_where_one_is() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("book/appendix");
        fs::create_dir_all(&below).unwrap();
        let error = |folder: &Path| {
            let found = Project::in_folder(folder.to_owned()).err();
            found.map(|error| error.to_string())
        };
        let place =
            |folder: &Path| format!("`{}/book.toml` is not there; hint: ", folder.display());
        assert_eq!(
            error(&below).unwrap(),
            place(&below)
                + "`--root FOLDER` names the folder of a book; `mdbook-measured init` begins one"
        );
        fs::write(root.path().join("book.toml"), "[book]\nsrc = 'book'\n").unwrap();
        assert_eq!(
            error(&below).unwrap(),
            place(&below) + &format!("the project is above: `--root {}`", root.path().display())
        );
        assert_eq!(error(root.path()), None);
    }

    #[test]
    fn what_questions_are_answered_on_is_read_and_checked() {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in [
            (
                "experiments/plan.toml",
                include_str!("topics/fixtures/plan.toml"),
            ),
            (
                "book/questions.toml",
                "[[part]]\nid = '2.1'\npoints = 1\nwording = 'Why?'\nchapter = 'a.md'\nanchor = 'b'",
            ),
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let read = |declared: &str| {
            let text =
                format!("[book]\nsrc = 'book'\n[preprocessor.measured.answered-on]\n{declared}");
            fs::write(root.path().join("book.toml"), &text).unwrap();
            let project = Project::of(root.path().to_owned(), &text.parse().unwrap()).unwrap();
            let read = project.read();
            read.map(|known| known.facts.answered_on.sentence("2.1", &known.facts.runs))
        };
        let sentence = read("'2.1' = ['finetune-*']").map_err(|faults| format!("{faults:?}"));
        let expected = "This is answered on 2 of 2 planned runs of `finetune`: `finetune-lr0.01` \
                        (missing) and `finetune-lr0.1` (missing).";
        assert_eq!(sentence.unwrap().unwrap(), expected);
        let faults = read("\n'2.1' = ['transfer-*']").expect_err("no such run");
        let fault = "`book.toml:5`: `answered-on`: question `2.1`: no planned run fits `transfer-*`; \
                     hint: `*` stands for any characters";
        assert_eq!(
            faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [fault]
        );
    }

    #[test]
    fn a_book_does_without_cards_that_its_plan_names() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("experiments/plan.toml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, include_str!("topics/fixtures/plan.toml")).unwrap();
        let read = |keys: &str| {
            let text = format!("[book]\nsrc = 'book'\n[preprocessor.measured]\n{keys}");
            fs::write(root.path().join("book.toml"), &text).unwrap();
            let project = Project::of(root.path().to_owned(), &text.parse().unwrap()).unwrap();
            project.read().map(|known| {
                let runs = known.facts.runs.iter();
                let runs = runs.map(|run| format!("{}: {}", run.id, run.state.kind()));
                runs.collect::<Vec<_>>()
            })
        };
        let states = |of_layers: &str| {
            let others = ["finetune-lr0.01: missing", "finetune-lr0.1: missing"];
            let others = others.into_iter().map(str::to_owned);
            others.chain([format!("layers: {of_layers}")]).collect()
        };
        assert_eq!(read(""), Ok(states("missing")));
        assert_eq!(read("without-cards = []"), Ok(states("missing")));
        assert_eq!(read("without-cards = ['V100']"), Ok(states("no_such_card")));
        let check = |keys: &str, expected: &[(usize, &str)]| {
            let faults = read(keys).expect_err(keys);
            let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
            let expected = expected
                .iter()
                .map(|(line, message)| format!("`book.toml:{line}`: `without-cards`: {message}"));
            assert_eq!(faults, expected.collect::<Vec<_>>());
        };
        check(
            "without-cards = [\n  'V100', 'V10O',\n  'A100',\n  'K80',\n  'V100',\n  'cuda',\n]",
            &[
                (
                    5,
                    "`V10O` is no card, expected one word of a card's name, such as `V100`; hint: `V100`",
                ),
                (6, "no planned run needs `A100`; hint: `V100`"),
                (7, "no planned run needs `K80`; hint: leave it out"),
                (8, "`V100` a second time; hint: leave it out"),
                (
                    9,
                    "`cuda` is no card, expected one word of a card's name, such as `V100`",
                ),
            ],
        );
        fs::remove_file(&path).unwrap();
        check(
            "without-cards = ['V100']",
            &[(4, "no planned run needs `V100`; hint: leave it out")],
        );
    }

    /// Every file beside the records, as a link to an endless device and as a folder.
    #[test]
    fn what_is_no_ordinary_file_is_named_and_not_waited_for() {
        for file in [
            "experiments/plan.toml",
            "results/speeds.csv",
            "book/quoted.toml",
            "book/data.toml",
            "book/questions.toml",
            "book/references.bib",
            "book/published/training_throughput.csv",
        ] {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let check = |expected: &str| {
                let project = Project::new(root.path(), "book").with_topics(&TOPICS);
                let faults = project.read().err().unwrap();
                let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
                assert_eq!(lines, [format!("`{file}`: {expected}")]);
            };
            symlink("/dev/zero", &path).unwrap();
            check("it is a FIFO, a socket or a device, expected a file");
            fs::remove_file(&path).unwrap();
            fs::create_dir(&path).unwrap();
            check("it is a folder, expected a file");
        }
    }
}
