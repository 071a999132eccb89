//! Data turned round: a sentence that compares turns with them.

use super::altered::Altered;
use super::{RealBook, reading};
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::fill_book;
use rayon::prelude::*;

/// Words that a chapter says, or does not say, of the data.
struct Words {
    chapter: &'static str,
    words: &'static str,
    said: bool,
}

const fn says(chapter: &'static str, words: &'static str) -> Words {
    Words {
        chapter,
        words,
        said: true,
    }
}

const fn never_says(chapter: &'static str, words: &'static str) -> Words {
    Words {
        chapter,
        words,
        said: false,
    }
}

/// A way to turn the data round, and what must turn with it.
struct Turn {
    name: &'static str,
    alter: fn(&mut Altered),
    words: &'static [Words],
}

const FRONT: &str = "front.md";
const LAYER_TIMES: &str = "problem-3/layer-times.md";

/// One entry for each way; the first leaves the data as they are.
const TURNS: &[Turn] = &[
    Turn {
        name: "as it is",
        alter: |_| {},
        words: &[
            says(FRONT, "fine-tuning at 0.1 wins"),
            says(
                FRONT,
                "69.8\u{a0}% at 0.1. The best rate is 0.1, in every seed",
            ),
            says(
                LAYER_TIMES,
                "within its interval, for each of the 5 networks",
            ),
            says(LAYER_TIMES, "does not for GoogLeNet in bf16 and ResNet-50"),
            says(LAYER_TIMES, "most in AlexNet in fp32"),
        ],
    },
    Turn {
        name: "two rates of fine-tuning exchanged",
        alter: |records| {
            records.exchange("finetune-lr0.1", "finetune-lr0.01");
        },
        words: &[
            says(FRONT, "fine-tuning at 0.01 wins"),
            says(FRONT, "The best rate is 0.01, in every seed"),
            never_says(FRONT, "fine-tuning at 0.1 wins"),
        ],
    },
    Turn {
        name: "the approaches exchanged",
        alter: |records| {
            records
                .exchange("finetune-lr0.1", "feature-extraction-lr0.1")
                .exchange("finetune-lr0.01", "feature-extraction-lr0.01");
        },
        words: &[
            says(FRONT, "feature extraction at 0.1 wins"),
            never_says(FRONT, "fine-tuning at 0.1 wins"),
        ],
    },
    Turn {
        name: "one seed against the others",
        alter: |records| {
            records.shift_test("finetune-lr0.1-seed2", -0.4);
        },
        words: &[
            says(FRONT, "Neither approach wins beyond chance"),
            says(FRONT, "its lead on the test is not beyond chance"),
            never_says(FRONT, "wins, with"),
        ],
    },
    Turn {
        name: "layers of one network on the CPU that do not add up",
        alter: |records| {
            records.scale_layers("layer-time-resnet50-cpu", .., 1.5);
        },
        words: &[
            says(
                LAYER_TIMES,
                "Its interval holds one for 4 of the 5 networks",
            ),
            never_says(LAYER_TIMES, "for each of the 5 networks"),
        ],
    },
    Turn {
        name: "layers that fade in a large batch",
        alter: |records| {
            records
                .scale_layers("layer-time-googlenet-bf16", 2.., 0.2)
                .scale_layers("layer-time-resnet50-bf16", 2.., 0.2);
        },
        words: &[
            says(LAYER_TIMES, "in each of the 8 pairs"),
            never_says(LAYER_TIMES, "it does not for"),
        ],
    },
    Turn {
        name: "long layers of ResNet-50",
        alter: |records| {
            records.scale_layers("layer-time-resnet50-fp32", ..=1, 20.0);
        },
        words: &[
            says(LAYER_TIMES, "most in ResNet-50 in fp32"),
            never_says(LAYER_TIMES, "most in AlexNet in fp32"),
        ],
    },
];

/// What the altered book says wrongly.
fn faults(book: &RealBook, turn: &Turn) -> Vec<String> {
    // The analysis of loss curves takes long and has no part in these sentences.
    let situation = book.altered(turn.name, "loss_curve", turn.alter);
    let facts = book.facts(&situation);
    let filled = fill_book(&book.chapters, facts, &book.bibliography, Renderer::Pdf);
    let mut found: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    for wanted in turn.words {
        let text = reading::visible(&filled.chapters[wanted.chapter]);
        if text.contains(wanted.words) != wanted.said {
            let is = if wanted.said { "is not" } else { "is" };
            found.push(format!("{}: `{}` {is} said", wanted.chapter, wanted.words));
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
