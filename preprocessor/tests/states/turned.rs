//! Data turned round: a sentence that compares turns with them.

use super::altered::Altered;
use super::{RealBook, reading};
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::fill_book;
use rayon::prelude::*;

/// What a chapter says of the data as they are or as they are altered.
struct Sentence {
    chapter: &'static str,
    /// Words that stand there.
    says: &'static str,
    /// Words that do not.
    says_no: &'static str,
}

/// A way to turn the data round, and what must turn with it.
struct Turn {
    name: &'static str,
    alter: fn(&mut Altered),
    sentences: &'static [Sentence],
}

const fn says(chapter: &'static str, says: &'static str, says_no: &'static str) -> Sentence {
    Sentence {
        chapter,
        says,
        says_no,
    }
}

const FRONT: &str = "front.md";

/// One entry for each way. The first is no way: what the sentences say of the data as they are.
const TURNS: &[Turn] = &[
    Turn {
        name: "as it is",
        alter: |_| {},
        sentences: &[
            says(FRONT, "fine-tuning at 0.1 wins", "Neither approach"),
            says(
                FRONT,
                "The best rate is 0.1, in every seed",
                "The best rate is 0.01",
            ),
        ],
    },
    Turn {
        name: "two rates of fine-tuning exchanged",
        alter: |records| {
            records.exchange("finetune-lr0.1", "finetune-lr0.01");
        },
        sentences: &[
            says(FRONT, "fine-tuning at 0.01 wins", "fine-tuning at 0.1 wins"),
            says(
                FRONT,
                "The best rate is 0.01, in every seed",
                "The best rate is 0.1,",
            ),
        ],
    },
    Turn {
        name: "the approaches exchanged",
        alter: |records| {
            records
                .exchange("finetune-lr0.1", "feature-extraction-lr0.1")
                .exchange("finetune-lr0.01", "feature-extraction-lr0.01");
        },
        sentences: &[says(
            FRONT,
            "feature extraction at 0.1 wins",
            "fine-tuning at 0.1 wins",
        )],
    },
    Turn {
        name: "one seed against the others",
        alter: |records| {
            records.shift_test("finetune-lr0.1-seed2", -0.4);
        },
        sentences: &[says(
            FRONT,
            "Neither approach wins beyond chance",
            "wins, with",
        )],
    },
];

/// What the altered book says wrongly.
fn faults(book: &RealBook, turn: &Turn) -> Vec<String> {
    // The analysis of loss curves takes long and has no part in these sentences.
    let situation = book.altered(turn.name, "loss_curve", turn.alter);
    let facts = book.facts(&situation);
    let filled = fill_book(&book.chapters, facts, &book.bibliography, Renderer::Pdf);
    let mut found: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    for sentence in turn.sentences {
        let text = reading::visible(&filled.chapters[sentence.chapter]);
        if !text.contains(sentence.says) {
            found.push(format!("`{}` is not said", sentence.says));
        }
        if text.contains(sentence.says_no) {
            found.push(format!("`{}` is said", sentence.says_no));
        }
    }
    let of_turn = |fault| format!("{}: {fault}", turn.name);
    found.into_iter().map(of_turn).collect()
}

#[test]
fn a_sentence_turns_with_the_data() {
    let book = RealBook::read();
    let turns = TURNS.par_iter().with_max_len(1);
    let found: Vec<_> = turns.flat_map_iter(|turn| faults(&book, turn)).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
