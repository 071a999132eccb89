//! All that a build knows before it fills the chapters.

use super::clashes::Places;
use super::{AnsweredOn, Catalogue, Question, RunFacts, Samples, runs};
use crate::data::{Declaration, Table, Tables};
use crate::diagnostic::Diagnostic;
use crate::evidence::unit::Unit;
use crate::evidence::{Concern, Quantity, QuotedFact, SourceId};
use crate::layout::{Layout, Pages};
use crate::topic::{Inputs, Knowledge, Topic};
use parsers::maths::Definitions;
use rayon::prelude::*;
use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The topics that a book switches on, each behind those that it needs.
pub type Topics = [&'static dyn Topic];

/// All that a build knows before it fills the chapters.
#[derive(Default)]
pub struct Facts {
    /// Every quantity, text and flag by name.
    pub catalogue: Catalogue,
    /// The planned runs with their records, in the plan's order.
    pub runs: Vec<RunFacts>,
    /// The questions that the book answers, in order.
    pub questions: Vec<Question>,
    /// The runs that they are answered on, where the book says so.
    pub answered_on: AnsweredOn,
    /// Sample images of data sets.
    pub samples: Vec<Samples>,
    /// Tables of one's own measurements.
    pub tables: Tables,
    /// The paths of images beside the chapters, from their folder.
    pub images: BTreeSet<String>,
    /// The commands that formulas may use besides the usual ones.
    pub definitions: Definitions,
    /// Where the book's files are.
    pub layout: Layout,
    /// What pages it has, where that is known.
    pub pages: Option<Pages>,
    /// The topics that are on.
    pub topics: Vec<&'static dyn Topic>,
    /// What they know beside their quantities.
    pub knowledge: Knowledge,
}

impl Facts {
    /// Everything that follows from the quoted facts and the inputs, by the engine and `topics`.
    ///
    /// A part whose quoted facts are not there is left out: another book quotes other facts, and
    /// a chapter that asks for a name that is not there is told so.
    ///
    /// # Errors
    /// Where a file has a fault, a computation refuses its inputs, or two things have one name.
    pub fn of(
        topics: &Topics,
        quoted: Vec<QuotedFact>,
        inputs: Inputs,
    ) -> Result<Self, Vec<Diagnostic>> {
        let unread = unread_keys(topics, &inputs.tables);
        if !unread.is_empty() {
            return Err(unread);
        }
        let mut catalogue = Catalogue::default();
        let places = Places::new(&quoted, &inputs);
        add_quoted(&mut catalogue, quoted);
        runs::add(&mut catalogue, &inputs.runs, &inputs.layout.plan);
        for count in inputs.tables.counts() {
            catalogue.add(count);
        }
        let mut knowledge = Knowledge::default();
        add_topics(topics, &inputs, &mut knowledge, &mut catalogue)?;
        let clashes = catalogue.clashes(&places);
        match clashes.is_empty() {
            true => Ok(Facts {
                catalogue,
                runs: inputs.runs,
                tables: inputs.tables,
                layout: inputs.layout,
                topics: topics.to_vec(),
                knowledge,
                ..Facts::default()
            }),
            false => Err(clashes),
        }
    }

    /// What a topic that is on knows.
    ///
    /// # Panics
    /// Where no topic that is on keeps such a value: only its own views ask for it.
    pub(crate) fn of_topic<T: Any>(&self) -> &T {
        let kept = self.knowledge.get();
        kept.expect("a topic keeps what its views ask for")
    }

    /// What keeps a run, a table or a set of images from being there as it should be.
    pub(crate) fn concern(&self, source: &SourceId) -> Option<Concern> {
        match source {
            SourceId::Run(id) => self.runs.iter().find(|run| run.id == *id)?.concern(),
            SourceId::Table(name) => self.tables.table(name).ok()?.concern(),
            SourceId::Images(name) => {
                let mut samples = self.samples.iter();
                samples.find(|samples| samples.name == *name)?.concern()
            }
        }
    }

    /// The question of this identifier.
    ///
    /// # Errors
    /// Where there is none.
    pub fn question(&self, id: &str) -> Result<&Question, String> {
        let found = self.questions.iter().find(|question| question.id == id);
        found.ok_or_else(|| {
            format!("no question has the id `{id}`; hint: `questions.toml` has them")
        })
    }

    /// The question of this identifier as a block quotation, with the runs that it is answered on.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn question_block(&self, id: &str) -> Result<String, String> {
        let question = self.question(id)?.to_markdown();
        Ok(match self.answered_on.sentence(id, &self.runs) {
            Some(sentence) => format!("{question}\n>\n> {sentence}"),
            None => question,
        })
    }

    /// Whether quotes and dashes become curly and long.
    pub(crate) fn has_smart_punctuation(&self) -> bool {
        let pages = self.pages.as_ref();
        pages.is_some_and(|pages| pages.smart_punctuation)
    }
}

/// What tables say to topics that are not on, or read no tables.
fn unread_keys(topics: &Topics, tables: &Tables) -> Vec<Diagnostic> {
    let reads = |name: &str| { topics.iter() }.any(|it| it.reads_tables() && it.name() == name);
    let of_table = |table: &Table| {
        let Declaration {
            name, line, topics, ..
        } = &table.declaration;
        let unread = topics.keys().filter(|topic| !reads(topic));
        let fault = |topic: &String| Diagnostic {
            line: Some(*line),
            ..Diagnostic::of_file(
                &tables.file,
                format!(
                    "`{name}.topics.{topic}`: no topic `{topic}` that reads tables is on; hint: `topics` \
                     in book.toml switches topics on"
                ),
            )
        };
        unread.map(fault).collect::<Vec<_>>()
    };
    tables.all.iter().flat_map(of_table).collect()
}

/// Lets the topics add what they know: those with a long analysis last, and that beside the others.
fn add_topics(
    topics: &Topics,
    inputs: &Inputs,
    knowledge: &mut Knowledge,
    catalogue: &mut Catalogue,
) -> Result<(), Vec<Diagnostic>> {
    let (later, first): (Vec<_>, Vec<_>) =
        topics.iter().partition(|topic| topic.analysis().is_some());
    let mut add = |topics: Vec<&&'static dyn Topic>, knowledge: &mut Knowledge| {
        let mut topics = topics.into_iter();
        topics.try_for_each(|topic| topic.add(inputs, knowledge, catalogue))
    };
    let analyse = || {
        let analyses = later
            .par_iter()
            .filter_map(|topic: &&&dyn Topic| topic.analysis());
        let of_one = |analyse: fn(&Inputs, &mut Knowledge)| {
            let mut of_topic = Knowledge::default();
            analyse(inputs, &mut of_topic);
            of_topic
        };
        analyses.map(of_one).collect::<Vec<_>>()
    };
    let (added, analysed) = rayon::join(|| add(first, knowledge), analyse);
    added?;
    analysed
        .into_iter()
        .for_each(|of_topic| knowledge.absorb(of_topic));
    add(later, knowledge)
}

fn add_quoted(catalogue: &mut Catalogue, quoted: Vec<QuotedFact>) {
    let quoted: Vec<Arc<Quantity>> = quoted.into_iter().map(Arc::from).collect();
    let not_read = quoted.iter().filter(|fact| fact.is_not_read());
    for (name, count) in [("total", quoted.len()), ("not_read", not_read.count())] {
        catalogue.add(Quantity::exact(
            format!("quoted.count.{name}"),
            Unit::One,
            count as f64,
            "count of the facts in quoted.toml",
        ));
    }
    catalogue.add(Quantity::exact(
        "interval.level",
        Unit::One,
        0.95,
        "the confidence level of every interval in the book",
    ));
    for fact in quoted {
        catalogue.add(fact);
    }
}
