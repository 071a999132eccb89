//! Data turned round: each sentence that compares is read once as the data have it and once with the
//! data turned, and says the other thing.

mod altered;
mod beside;
mod front;
mod layer_times;
#[path = "../states/mod.rs"]
#[allow(dead_code)] // other tests use the rest
mod states;
mod transfer;

use altered::Altered;
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::fill_book;
use rayon::prelude::*;
use regex::Regex;
use states::{RealBook, Situation};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A way to turn the data round, and what must turn with it.
pub(crate) struct Turn {
    /// In words, for messages.
    name: &'static str,
    alter: fn(&mut Altered),
    sentences: &'static [Sentence],
}

/// Words of a chapter that stand there as the data are, and those in their place once they are
/// turned; neither stands beside the other.
pub(crate) struct Sentence {
    chapter: &'static str,
    as_it_is: &'static str,
    turned: &'static str,
}

pub(crate) const fn turns(
    chapter: &'static str,
    as_it_is: &'static str,
    turned: &'static str,
) -> Sentence {
    Sentence {
        chapter,
        as_it_is,
        turned,
    }
}

/// Every way.
fn all_turns() -> impl Iterator<Item = &'static Turn> {
    [
        front::TURNS,
        transfer::TURNS,
        beside::TURNS,
        layer_times::TURNS,
    ]
    .into_iter()
    .flatten()
}

static BOOK: LazyLock<RealBook> = LazyLock::new(RealBook::read);
/// The runs before they are altered. Loss curves have no record: their analysis takes long, and no
/// sentence here tells of them.
static RUNS: LazyLock<Situation> = LazyLock::new(|| {
    let mut runs = BOOK.made_now();
    runs.records
        .retain(|(_, record)| record.experiment != "loss_curve");
    runs
});
static AS_IT_IS: LazyLock<Chapters> = LazyLock::new(|| filled(|_| {}));

/// The words of the chapters, as their reader sees them, by their paths.
type Chapters = BTreeMap<String, String>;

/// The chapters with altered records.
fn filled(alter: impl FnOnce(&mut Altered)) -> Chapters {
    let mut altered = Altered(RUNS.clone());
    alter(&mut altered);
    let facts = BOOK.facts(&altered.0);
    let filled = fill_book(&BOOK.chapters, facts, &BOOK.bibliography, Renderer::Pdf);
    assert!(filled.faults.is_empty(), "{:?}", filled.faults);
    let read = |(path, text): (String, String)| (path, as_read(&text));
    filled.chapters.into_iter().map(read).collect()
}

/// A chapter without tags, targets of links and drawings, and with plain spaces.
fn as_read(text: &str) -> String {
    static TAG: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?s)<svg.*?</svg>|<[^>]*>|\]\([^)]*\)|\[").expect("sound"));
    TAG.replace_all(text, "").replace('\u{a0}', " ")
}

/// What the chapters say wrongly, as they are and turned round.
fn faults(turn: &Turn) -> Vec<String> {
    let turned = filled(turn.alter);
    let mut found = Vec::new();
    for sentence in turn.sentences {
        let (chapter, now) = (sentence.chapter, &AS_IT_IS[sentence.chapter]);
        let states = [
            ("as it is", now, sentence.as_it_is, sentence.turned),
            (
                turn.name,
                &turned[chapter],
                sentence.turned,
                sentence.as_it_is,
            ),
        ];
        for (state, text, says, says_not) in states {
            if !text.contains(says) {
                found.push(format!("{chapter}, {state}: `{says}` is not said"));
            }
            if text.contains(says_not) {
                found.push(format!("{chapter}, {state}: `{says_not}` is said"));
            }
        }
    }
    found
}

#[test]
fn every_sentence_turns_with_the_data() {
    let turns: Vec<_> = all_turns().collect();
    let turns = turns.into_par_iter().with_max_len(1);
    let found: Vec<_> = turns.flat_map_iter(faults).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
