//! The book of this repository in states that its runs may come to be in.

mod edits;
mod records;
pub(crate) mod reading;

use mdbook_measured::catalogue::{Facts, Question, RunFacts, Samples};
use mdbook_measured::chapters::{Bibliography, Chapter};
use mdbook_measured::data::Tables;
use mdbook_measured::evidence::read_quoted;
use mdbook_measured::project::Project;
use mdbook_measured::statistics::random::SplitMix64;
use mdbook_measured::topic::Inputs;
use mdbook_measured::topics::TOPICS;
use mdbook_measured::topics::operations::quantities::throughput::FILE as PUBLISHED;
use mdbook_preprocessor::config::Config;
use records::{Flaw, SOURCE, complete, flawed};
use regex::Regex;
use results::{Digest, Plan, PlannedRun, Record, present_digest, states};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many random states the runs are put into.
const RANDOM: u64 = 200;

type Records = Vec<(PathBuf, Arc<Record>)>;

/// A plan and the records that there are.
#[derive(Clone)]
pub(crate) struct Situation {
    /// In words, for messages.
    pub(crate) name: String,
    pub(crate) plan: Plan,
    pub(crate) records: Records,
}

/// The book's files.
pub(crate) struct RealBook {
    root: PathBuf,
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) bibliography: Bibliography,
    tables: Tables,
    plan: Plan,
    without_cards: Vec<String>,
    /// The records of the repository.
    real: Records,
    /// A complete record of each planned run, of the repository where it has one.
    complete: BTreeMap<String, Record>,
    questions: Vec<Question>,
    samples: Vec<Samples>,
    images: BTreeSet<String>,
}

/// What may be wrong with a run; `None` is no record, `Some(None)` a complete one.
type Choice = Option<Option<Flaw>>;

const FLAWS: [Flaw; 3] = [Flaw::Partial, Flaw::Failed, Flaw::Stale];

impl RealBook {
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let config = Config::from_disk(root.join("book.toml")).expect("there is a book.toml");
        let without_cards = config.get("preprocessor.measured.without-cards");
        let without_cards = without_cards.expect("a list of names").unwrap_or_default();
        let project = Project::of(root.clone(), &config).expect("it describes a book");
        let inputs = project.read();
        let inputs = inputs.unwrap_or_else(|faults| panic!("{faults:?}"));
        let plan = Plan::read(&root.join("experiments/plan.toml")).expect("a sound plan");
        let (real, errors) = results::read_all(&root.join("results/runs"));
        assert!(errors.is_empty(), "{errors:?}");
        let source = Digest::of(fs::read(root.join(SOURCE)).expect("a source file"));
        let mut random = SplitMix64::new(7);
        let complete = { plan.runs.iter() }
            .map(|run| {
                (
                    run.id.clone(),
                    complete_record(run, &real, &source, &mut random),
                )
            })
            .collect();
        RealBook {
            chapters: chapters(&root),
            bibliography: inputs.bibliography,
            tables: inputs.facts.tables,
            questions: inputs.facts.questions,
            images: inputs.facts.images,
            // Whether the reader has the data sets makes no difference here.
            samples: without_images(inputs.facts.samples),
            root,
            plan,
            without_cards,
            real,
            complete,
        }
    }

    /// What a build would know.
    pub(crate) fn facts(&self, situation: &Situation) -> Facts {
        let Situation { plan, records, .. } = situation;
        let source = |path: &str, kind| present_digest(&self.root, path, kind);
        let has_card = |card: &str| !self.without_cards.iter().any(|without| without == card);
        let runs: Vec<_> = { states(plan, records, source, has_card).into_iter() }
            .map(|state| RunFacts::new(state, &self.root))
            .collect();
        let read = |path: &str| fs::read_to_string(self.root.join("book").join(path));
        let quoted = read("quoted.toml").expect("quoted facts");
        let quoted = read_quoted("quoted.toml", &quoted).expect("sound facts");
        let throughput = read("published/training_throughput.csv").expect("published speeds");
        let inputs = Inputs {
            runs,
            tables: self.tables.clone(),
            ..Inputs::default()
        };
        let inputs = inputs.with_file(PUBLISHED, "published.csv", &throughput);
        let facts = Facts::of(&TOPICS, quoted, inputs);
        let mut facts = facts.unwrap_or_else(|faults| panic!("{}: {faults:?}", situation.name));
        facts.questions = self.questions.clone();
        facts.samples = self.samples.clone();
        facts.images = self.images.clone();
        facts
    }

    /// Whether a chapter names the run, as the plan writes it or as names of quantities do.
    pub(crate) fn names_run(&self, run: &PlannedRun) -> bool {
        let quoted = format!("\"{}\"", run.id);
        let dotted = format!("runs.{}.", run.id.replace(['-', '.'], "_"));
        let names = |chapter: &Chapter| {
            chapter.source.contains(&quoted) || chapter.source.contains(&dotted)
        };
        self.chapters.iter().any(names)
    }

    fn record(&self, run: &str, choice: Choice, random: &mut SplitMix64) -> Option<Record> {
        let complete = self.complete[run].clone();
        Some(match choice? {
            Some(flaw) => flawed(complete, flaw, random),
            None => complete,
        })
    }

    fn situation(
        &self,
        name: impl Into<String>,
        random: &mut SplitMix64,
        choose: impl Fn(&str, &mut SplitMix64) -> Choice,
    ) -> Situation {
        let of_run = |run: &PlannedRun| {
            let choice = choose(&run.id, random);
            let record = self.record(&run.id, choice, random)?;
            let path = format!("results/runs/{}/{}.json", run.experiment, run.id);
            Some((self.root.join(path), Arc::new(record)))
        };
        Situation {
            name: name.into(),
            plan: self.plan.clone(),
            records: self.plan.runs.iter().filter_map(of_run).collect(),
        }
    }

    /// The repository as it is.
    pub(crate) fn as_it_is(&self) -> Situation {
        Situation {
            name: "as it is".to_owned(),
            plan: self.plan.clone(),
            records: self.real.clone(),
        }
    }

    /// The repository as if its records had been made from the present sources.
    pub(crate) fn made_now(&self) -> Situation {
        let mut situation = self.as_it_is();
        situation.name = "made now".to_owned();
        let mut taken = BTreeMap::new();
        for (_, record) in &mut situation.records {
            let environment = &mut Arc::make_mut(record).environment;
            let kind = environment.source_digests;
            environment.sources.retain(|path, digest| {
                let present = { taken.entry((path.clone(), kind)) }
                    .or_insert_with(|| present_digest(&self.root, path, kind));
                present.clone().map(|present| *digest = present).is_some()
            });
        }
        situation
    }

    /// All runs in the same state.
    pub(crate) fn uniform(&self) -> Vec<Situation> {
        let mut random = SplitMix64::new(1);
        let choices: [(&str, Choice); 5] = [
            ("none", None),
            ("all complete", Some(None)),
            ("all partial", Some(Some(Flaw::Partial))),
            ("all failed", Some(Some(Flaw::Failed))),
            ("all stale", Some(Some(Flaw::Stale))),
        ];
        { choices.into_iter() }
            .map(|(name, choice)| self.situation(name, &mut random, |_, _| choice))
            .collect()
    }

    /// One run away or flawed, of the records of the repository and of a complete set.
    pub(crate) fn single(&self) -> Vec<Situation> {
        let mut random = SplitMix64::new(2);
        let mut all = Vec::new();
        for (index, run) in self.plan.runs.iter().enumerate() {
            let others = |id: &str, choice| match id == run.id {
                true => choice,
                false => Some(None),
            };
            let away = format!("complete without `{}`", run.id);
            all.push(self.situation(away, &mut random, |id, _| others(id, None)));
            let flaw = FLAWS[index % FLAWS.len()];
            let name = format!("complete, `{}` {flaw:?}", run.id);
            all.push(self.situation(name, &mut random, |id, _| others(id, Some(Some(flaw)))));
            if self.real.iter().any(|(_, record)| record.run == run.id) {
                let mut away = self.as_it_is();
                away.name = format!("as it is without `{}`", run.id);
                away.records.retain(|(_, record)| record.run != run.id);
                all.push(away);
            }
        }
        all
    }

    /// Each run in a state of its own, drawn at random; in every other situation the plan has
    /// changed as well.
    pub(crate) fn random(&self) -> impl Iterator<Item = Situation> {
        (0..RANDOM).map(|seed| {
            let mut random = SplitMix64::new(seed);
            // Some situations are nearly complete, some nearly empty.
            let (complete, away) = (random.uniform(), random.uniform());
            let choose = move |_: &str, random: &mut SplitMix64| {
                if random.uniform() < complete {
                    return Some(None);
                }
                if random.uniform() < away {
                    return None;
                }
                Some(Some(FLAWS[random.below(FLAWS.len())]))
            };
            let mut situation = self.situation(format!("random {seed}"), &mut random, choose);
            if seed % 2 == 1 {
                let edit = edits::edit(&mut situation.plan, |run| self.names_run(run), &mut random);
                situation.name += &format!(", {edit}");
            }
            situation
        })
    }

    /// Each planned run taken out of the plan, its record still there.
    pub(crate) fn taken_out(&self) -> Vec<(PlannedRun, Situation)> {
        let without = |run: &PlannedRun| {
            let mut situation = self.as_it_is();
            situation.name = format!("`{}` taken out of the plan", run.id);
            situation.plan.runs.retain(|other| other.id != run.id);
            (run.clone(), situation)
        };
        self.plan.runs.iter().map(without).collect()
    }
}

/// Whether the reader has the data sets makes no difference here.
fn without_images(mut samples: Vec<Samples>) -> Vec<Samples> {
    samples.iter_mut().for_each(|set| set.images.clear());
    samples
}

fn complete_record(
    run: &PlannedRun,
    real: &Records,
    source: &Digest,
    random: &mut SplitMix64,
) -> Record {
    let is_whole = |(_, record): &&(PathBuf, Arc<Record>)| {
        record.run == run.id && record.done() == record.planned()
    };
    match real.iter().find(is_whole) {
        Some((_, record)) => (**record).clone(),
        None => {
            let record = complete(run, source, random);
            // What a program could not have written proves nothing.
            record
                .to_text()
                .unwrap_or_else(|problems| panic!("{}: {problems:?}", run.id));
            record
        }
    }
}

/// The chapters in the order of `SUMMARY.md`.
fn chapters(root: &Path) -> Vec<Chapter> {
    let summary = fs::read_to_string(root.join("book/SUMMARY.md")).expect("a summary");
    let link = Regex::new(r"\]\(([^)]+\.md)\)").expect("well formed");
    let chapter = |path: &str| {
        let file = format!("book/{path}");
        let source = fs::read_to_string(root.join(&file));
        Chapter {
            path: path.to_owned(),
            source: source.unwrap_or_else(|error| panic!("{file}: {error}")),
            file,
        }
    };
    link.captures_iter(&summary)
        .map(|found| chapter(found.get(1).expect("a path").as_str()))
        .collect()
}
